"""Pieces of recognised text in the order in which they are read: rows, and columns of prose side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

Box: TypeAlias = tuple[float, float, float, float]
SAME_ROW = 0.5  # of a line's height between two centres
PROSE = 10  # times as wide as tall: a line of some words, not a cell of a table
FILLED = 0.6  # of a column's width that a line of prose takes
PROSE_SHARE = 0.3  # of a column's lines that are so; the others end paragraphs
FEWEST_LINES = 3  # in a column
GUTTER = 0.7  # of a line's height between two columns
MIDDLE = 0.15, 0.85  # of the width: where a gutter may be
MOST_ACROSS = 0.2  # of the lines cross the gutter: titles, pictures
PLACES = 400  # across the page where a gutter is looked for


@dataclass(frozen=True, slots=True)
class OcrLine:
    """A row of words. `box` is left, top, right, bottom in pixels of the given picture.

    `upright` is the same in the picture turned so that it can be read: rows and their order are found there.
    """

    text: str
    box: Box
    confidence: float
    upright: Box


def rows_of(words: Sequence[OcrLine]) -> list[OcrLine]:
    """Join what stands side by side: a label and its amount are one row, whatever the gap between them.

    Columns of prose are read one after the other.
    """
    return [row for part in _columns(words) for row in _rows(part)]


def _rows(words: Sequence[OcrLine]) -> list[OcrLine]:
    rows: list[list[OcrLine]] = []
    for word in sorted(words, key=lambda word: _middle(word)):
        for row in rows[-3:]:
            heights = [one.upright[3] - one.upright[1] for one in (word, row[-1])]
            if abs(_middle(word) - _middle(row[-1])) <= SAME_ROW * min(heights):
                row.append(word)
                break
        else:
            rows.append([word])
    return [_joined(sorted(row, key=lambda word: word.upright[0])) for row in rows]


def _columns(words: Sequence[OcrLine]) -> list[list[OcrLine]]:
    """Parts of a page in the order in which they are read: what is above, left column, right column, what follows."""
    gutter = _gutter(words)
    if gutter is None:
        return [list(words)]
    parts: list[list[OcrLine]] = []
    band: list[OcrLine] = []
    for word in sorted(words, key=lambda word: word.upright[1]):
        if word.upright[0] < gutter < word.upright[2]:
            parts += [*_sides(band, gutter), [word]]
            band = []
        else:
            band.append(word)
    parts += _sides(band, gutter)
    return parts


def _sides(band: list[OcrLine], gutter: float) -> list[list[OcrLine]]:
    left = [word for word in band if word.upright[2] <= gutter]
    right = [word for word in band if word.upright[2] > gutter]
    if not left or not right:
        return [band] if band else []
    return [*_columns(left), *_columns(right)]


def _gutter(words: Sequence[OcrLine]) -> float | None:
    """A place that hardly any line crosses, with prose on both sides; in upright pixels from the left."""
    if len(words) < 2 * FEWEST_LINES:
        return None
    boxes = np.array([word.upright for word in words])
    lefts, rights = boxes[:, 0], boxes[:, 2]
    height = float(np.median(boxes[:, 3] - boxes[:, 1]))
    start, width = float(lefts.min()), float(np.ptp(boxes[:, [0, 2]]))
    places = start + width * np.linspace(*MIDDLE, PLACES)
    across = ((lefts[:, None] < places) & (rights[:, None] > places)).sum(axis=0)
    fewest = int(across.min())
    if fewest > MOST_ACROSS * len(words):
        return None
    first, end = _longest_run(across == fewest)
    if (end - first) * width * (MIDDLE[1] - MIDDLE[0]) / PLACES < GUTTER * height:
        return None
    gutter = float(places[(first + end - 1) // 2])
    left, right = boxes[rights <= gutter], boxes[lefts >= gutter]
    return gutter if _is_prose(left, height) and _is_prose(right, height) and _side_by_side(left, right) else None


def _is_prose(boxes: np.ndarray[tuple[int, ...], np.dtype[np.float64]], height: float) -> bool:
    if len(boxes) < FEWEST_LINES:
        return False
    widths = boxes[:, 2] - boxes[:, 0]
    long = (widths >= PROSE * height) & (widths >= FILLED * np.ptp(boxes[:, [0, 2]]))
    return bool(long.sum() >= FEWEST_LINES - 1 and long.mean() >= PROSE_SHARE)


def _side_by_side(
    left: np.ndarray[tuple[int, ...], np.dtype[np.float64]], right: np.ndarray[tuple[int, ...], np.dtype[np.float64]]
) -> bool:
    shared = min(left[:, 3].max(), right[:, 3].max()) - max(left[:, 1].min(), right[:, 1].min())
    return bool(shared > min(np.ptp(left[:, [1, 3]]), np.ptp(right[:, [1, 3]])) / 2)


def _longest_run(flags: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> tuple[int, int]:
    """Where the longest run of true values begins and ends."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    starts, ends = edges[::2], edges[1::2]
    longest = int((ends - starts).argmax())
    return int(starts[longest]), int(ends[longest])


def _joined(row: list[OcrLine]) -> OcrLine:
    text, confidence = " ".join(word.text for word in row), min(word.confidence for word in row)
    return OcrLine(text, _union([word.box for word in row]), confidence, _union([word.upright for word in row]))


def _union(boxes: list[Box]) -> Box:
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _middle(word: OcrLine) -> float:
    return (word.upright[1] + word.upright[3]) / 2

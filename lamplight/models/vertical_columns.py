"""Vertical Japanese and Chinese in a picture: whether lines that stand are columns of it, and how these are read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import groupby, pairwise
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from lamplight.models.text_pieces import STANDING, SURE, TextPiece, laid_straight
from lamplight.models.text_rows import Box, OcrLine

Pixels: TypeAlias = npt.NDArray[np.uint8]

LETTER = re.compile("[\u3040-\u30ff\u3400-\u9fff]")  # kana and Chinese: no other script is set like this
LETTERS_SHARE = 0.5  # of what a column says
FEWEST_COLUMNS = 2
COLUMNS_SHARE = 0.3  # of the length of all lines; fewer are a name beside a picture or a narrow cell of a table
TRIED = 2  # columns, the longest ones
ALIKE = 0.5  # of their letters: 0.86 to 1.0 in columns, 0.0 to 0.2 in lines of a page that lies on its side
SHORTEST, SHORT = 1.2, 3.0  # times as tall as wide: a column of two or three letters
LETTERS_OF_SHORT = (2, 3)
WHITE = 1.2  # of a letter's size from one letter to the next when they are laid side by side
CORE = 0.25  # of a column's width at each side of it that may be its neighbour's too
TIER_GAP = 1.0  # of a column's width between two tiers of columns; a blank between words is 0.5


def columns_in(pieces: Sequence[TextPiece]) -> list[TextPiece]:
    """The lines that may be columns, longest first; none where they are few beside those that lie."""
    lengths = [max(np.ptp(piece.quad, axis=0)) for piece in pieces]
    columns = [piece for piece in pieces if _is_column(piece)]
    long = sum(max(np.ptp(piece.quad, axis=0)) for piece in columns)
    if len(columns) < FEWEST_COLUMNS or long < COLUMNS_SHARE * sum(lengths):
        return []
    return sorted(columns, key=lambda piece: -float(np.ptp(piece.quad[:, 1])))


def readings_of_short(piece: TextPiece) -> list[Pixels]:
    """Of a piece among columns that may be one of two or three letters: pictures of it to be read, likelier first.

    Laid down like a longer column, and with its letters side by side: few letters that lie are read badly.
    """
    width, height = np.ptp(piece.quad, axis=0)
    if not SHORTEST * width < height <= SHORT * width:
        return []
    column = piece.pixels if height > STANDING * width else np.ascontiguousarray(np.rot90(piece.pixels))
    found = [column] if column is not piece.pixels else []
    for count in LETTERS_OF_SHORT:
        edges = np.linspace(0, column.shape[1], count + 1).round().astype(int)
        found.append(_in_a_row(column, list(pairwise(edges.tolist()))))
    return found


def side_by_side(column: Pixels, letters: Any) -> Pixels | None:
    """The letters of a column, each as it stands in the picture, one beside the other; None if there are none.

    `column` is its picture (height, width, 3) laid down so that its top is at the left, `letters` RapidOCR's
    `WordInfo` of it.
    """
    places = [place for word in letters.word_cols for place in word]
    if not places or not letters.line_txt_len:
        return None
    middles = [(place + 0.5) * column.shape[1] / letters.line_txt_len for place in places]
    between = [round((one + other) / 2) for one, other in pairwise(middles)]
    reach = WHITE * column.shape[0] / 2
    return _in_a_row(
        column,
        [
            (max(start, round(middle - reach)), min(end, round(middle + reach)))
            for middle, start, end in zip(middles, [0, *between], [*between, column.shape[1]], strict=True)
        ],
    )


def _in_a_row(column: Pixels, letters: Sequence[tuple[int, int]]) -> Pixels:
    """The letters between these places of a column that is laid down, upright again, on white of the paper's colour."""
    size = column.shape[0]
    row = np.full((round(WHITE * size), size * len(letters), 3), int(np.median(column)), np.uint8)
    for index, (start, end) in enumerate(letters):
        letter = np.rot90(column[:, start:end], -1)[: len(row)]
        top = (len(row) - len(letter)) // 2
        row[top : top + len(letter), index * size : (index + 1) * size] = letter
    return row


def are_alike(one: str, other: str) -> bool:
    """Whether two readings are of the same letters: those of a column are, as it is and with its letters side by side.

    The lines of a page that lies on its side run downwards too, but their letters lie with them: side by side these
    can't be read.
    """
    return SequenceMatcher(None, "".join(one.split()), "".join(other.split()), autojunk=False).ratio() >= ALIKE


def in_reading_order(pieces: Sequence[TextPiece]) -> list[OcrLine]:
    """Lines with upright boxes one under the other, as if the columns were rows: from the right, tier by tier.

    Lines that lie, as headings do, come before the columns under them and stay side by side where they are.
    """
    lines = laid_straight(pieces)
    laid, bottom = [], 0.0
    for lies, group in groupby(_ordered(lines), _lies):
        if lies:
            here = list(group)
            top, last = min(line.upright[1] for line in here), max(line.upright[3] for line in here)
            laid += [replace(line, upright=_moved(line.upright, bottom - top)) for line in here]
            bottom += last - top
            continue
        for line in group:
            left, top, right, last = line.upright
            laid.append(replace(line, upright=(0.0, bottom, last - top, bottom + right - left)))
            bottom += right - left
    return laid


def _is_column(piece: TextPiece) -> bool:
    width, height = np.ptp(piece.quad, axis=0)
    letters = len(LETTER.findall(piece.line.text))
    is_sure = piece.line.confidence >= SURE and letters >= LETTERS_SHARE * len(piece.line.text) > 0
    return is_sure and bool(height > STANDING * width)


def _ordered(lines: Sequence[OcrLine]) -> list[OcrLine]:
    """Tiers from the top, columns of a tier from the right, and what is left of a column from its top."""
    if len(lines) < 2 or all(map(_lies, lines)):
        return list(lines)
    parts = _tiers(lines)
    if len(parts) == 1:
        parts = _strips(lines)
    if len(parts) == 1:
        return sorted(lines, key=lambda line: (-_middle(line), line.upright[1]))
    return [line for part in parts for line in _ordered(part)]


def _strips(lines: Sequence[OcrLine]) -> list[list[OcrLine]]:
    """Parts side by side, from the right: columns of the page's height, and the tiers between them together."""
    columns = _parts(lines, 0)[::-1]
    strips = [
        [line for column in strip for line in column] for _, strip in groupby(columns, lambda column: len(column) > 1)
    ]
    return strips if len(strips) > 1 else columns


def _tiers(lines: Sequence[OcrLine]) -> list[list[OcrLine]]:
    """Parts under one another. A column that only ends above where one beside it begins is in the same part."""
    tiers: list[list[OcrLine]] = []
    for part in _parts(lines, 1):
        if tiers and not _is_next_tier(tiers[-1], part):
            tiers[-1] += part
        else:
            tiers.append(part)
    return tiers


def _is_next_tier(above: Sequence[OcrLine], below: Sequence[OcrLine]) -> bool:
    if all(map(_lies, above)) or all(map(_lies, below)):
        return True
    over_another = any(_overlap(one, other) for one in above for other in below)
    width = float(np.median([line.upright[2] - line.upright[0] for line in [*above, *below] if not _lies(line)]))
    gap = min(line.upright[1] for line in below) - max(line.upright[3] for line in above)
    return over_another and gap >= TIER_GAP * width


def _overlap(one: OcrLine, other: OcrLine) -> bool:
    (left, right), (start, end) = _core(one, 0), _core(other, 0)
    return min(right, end) > max(left, start)


def _parts(lines: Sequence[OcrLine], axis: int) -> list[list[OcrLine]]:
    """Lines parted where nothing stands across (axis 0) or down the page (1), in the order of that axis."""
    parts: list[list[OcrLine]] = []
    reached = -np.inf
    for line in sorted(lines, key=lambda line: _core(line, axis)):
        start, end = _core(line, axis)
        if start >= reached:
            parts.append([])
        parts[-1].append(line)
        reached = max(reached, end)
    return parts


def _core(line: OcrLine, axis: int) -> tuple[float, float]:
    """Where a line surely is: boxes reach into the white around it."""
    thin = CORE * min(line.upright[2] - line.upright[0], line.upright[3] - line.upright[1])
    return line.upright[axis] + thin, line.upright[axis + 2] - thin


def _lies(line: OcrLine) -> bool:
    left, top, right, bottom = line.upright
    return right - left > STANDING * (bottom - top)


def _moved(box: Box, down: float) -> Box:
    return box[0], box[1] + down, box[2], box[3] + down


def _middle(line: OcrLine) -> float:
    return (line.upright[0] + line.upright[2]) / 2

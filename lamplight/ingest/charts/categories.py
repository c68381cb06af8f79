"""Which bars belong together, and the label that stands under (beside) them; in the upright view."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from lamplight.ingest.charts.bars import Bar, Bars
from lamplight.ingest.charts.legend import Word, split_words, tidy
from lamplight.ingest.charts.regions import around
from lamplight.models.text_rows import OcrLine

OFF_CENTRE = 0.3  # of the distance between groups: a label further from its group's middle is another's
ROW = 0.6  # of a label's height by which labels of one row may stand higher or lower
FARTHEST = 3.5  # heights of a label between it and the plot: what is further is a title or a legend


def groups_of(bars: Sequence[Bar], one_series: bool) -> list[tuple[float, list[Bar]]] | None:
    """Bars by category, each with its middle in pixels; None when bars don't stand in a regular order.

    A bar may be missing in a group (a zero leaves nothing to see), so the order of colours, taken from the
    narrowest complete group, says where each group's middle is.
    """
    if one_series:
        return [(bar.centre, [bar]) for bar in bars]
    colours = {bar.colour for bar in bars}
    windows = [bars[start : start + len(colours)] for start in range(len(bars) - len(colours) + 1)]
    complete = [window for window in windows if {bar.colour for bar in window} == colours]
    if not complete:
        return None
    tightest = min(complete, key=lambda window: window[-1].centre - window[0].centre)
    order = {bar.colour: place for place, bar in enumerate(tightest)}
    step = (tightest[-1].centre - tightest[0].centre) / (len(colours) - 1)
    groups: list[tuple[float, list[Bar]]] = []
    for bar in bars:
        middle = bar.centre - (order[bar.colour] - (len(colours) - 1) / 2) * step
        if (
            groups
            and abs(middle - groups[-1][0]) < step / 3
            and bar.colour not in {other.colour for other in groups[-1][1]}
        ):
            groups[-1][1].append(bar)
        elif groups and middle - groups[-1][0] < len(colours) * step * 0.9:
            return None
        else:
            groups.append((middle, [bar]))
    return groups


def category_labels(middles: Sequence[float], bars: Bars, lines: Sequence[OcrLine], rotated: bool) -> list[str] | None:
    """One label for each group's middle, or None if one has none.

    `lines` and `bars` are in the upright view; `rotated` says that the picture was rotated for it, so that
    text runs along the bars.
    """
    floor = max(max(bar.box[3] for bar in bars.bars), bars.scale.zero)
    pitch = min((after - before for before, after in pairwise(middles)), default=float("inf"))
    pieces: list[Word] = []
    for line in lines:
        if line.box[1] < floor - (line.box[3] - line.box[1]) / 3:
            continue
        if rotated:
            pieces.append(Word(line.text, line.box))
        else:
            pieces += _between(line, middles, pitch)
    owned: list[list[Word]] = [[] for _ in middles]
    for piece in pieces:
        nearest = int(np.argmin([abs(piece.centre[0] - middle) for middle in middles]))
        if abs(piece.centre[0] - middles[nearest]) <= OFF_CENTRE * pitch:
            owned[nearest].append(piece)
    if not all(owned):
        return None
    if rotated:
        return [_beside_axis(words) for words in owned]
    rows = [_rows(words) for words in owned]
    if not _in_one_row([own[0][0] for own in rows], floor):
        return None
    # A second row belongs to the labels if several groups have one; a single one is the axis' title.
    wrapped = sum(_is_wrapped(own) for own in rows) > 1
    return [_text([*own[0], *(own[1] if wrapped and _is_wrapped(own) else [])]) for own in rows]


def _beside_axis(words: Sequence[Word]) -> str:
    """The label of a horizontal bar: what overlaps, seen from the axis, with the word nearest to it."""
    first = min(words, key=lambda word: word.box[1])
    return _text(sorted((word for word in words if word.box[1] < first.box[3]), key=lambda word: word.box[0]))


def _rows(words: Sequence[Word]) -> list[list[Word]]:
    """Words under a group in rows, from the axis downwards."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda word: word.box[1]):
        if rows and word.box[1] < rows[-1][0].centre[1]:
            rows[-1].append(word)
        else:
            rows.append([word])
    return [sorted(row, key=lambda word: word.box[0]) for row in rows]


def _is_wrapped(rows: Sequence[Sequence[Word]]) -> bool:
    return len(rows) > 1 and rows[1][0].box[1] - rows[0][0].box[3] < ROW * rows[0][0].height


def _text(words: Sequence[Word]) -> str:
    return tidy(" ".join(word.text for word in words))


def _between(line: OcrLine, middles: Sequence[float], pitch: float) -> list[Word]:
    """A line under one group as it is; one under several is cut into what is nearest to each."""
    left, _, right, _ = line.box
    covered = [middle for middle in middles if left < middle < right]
    if len(covered) < 2:
        return [Word(line.text, line.box)]
    parts: dict[int, list[Word]] = {}
    for word in split_words(line):
        parts.setdefault(int(np.argmin([abs(word.centre[0] - middle) for middle in middles])), []).append(word)
    return [
        Word(" ".join(word.text for word in words), around([word.box for word in words])) for words in parts.values()
    ]


def _in_one_row(firsts: Sequence[Word], floor: float) -> bool:
    tops = [word.box[1] for word in firsts]
    height = float(np.median([word.height for word in firsts]))
    return max(tops) - min(tops) <= ROW * height and min(tops) - floor <= FARTHEST * height

"""Text that is set from top to bottom, in columns from right to left, as in Japanese books and letters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from statistics import median

from lamplight.ingest.boxes import joined
from lamplight.library.records import Box

FEWEST = 10  # letters that stand alone, before a page counts as set vertically
SHARE = 0.5  # of all lines, that hold nothing else
LETTER = re.compile("[\u3040-\u30ff\u3400-\u9fff]")  # kana and Chinese: no other script is set like this
APART = 1.5  # times a letter's size; more than that between two letters ends a column


def is_vertical(lines: Sequence[str]) -> bool:
    """Whether the lines of a page, as PDFium makes them, are letters of vertical text: one, or one of each column."""
    alone = [line for line in lines if all(len(word) == 1 for word in line.split())]
    return len(alone) >= SHARE * len(lines) and len(LETTER.findall("".join(alone))) >= FEWEST


def columns_of(words: Sequence[tuple[str, Box]]) -> list[tuple[str, Box]]:
    """The columns as lines, in reading order: those beside one another from the right, then those below.

    `words` are letters mostly, in any order, with boxes from the top left of the page.
    """
    size = median(box[2] - box[0] for text, box in words if LETTER.search(text))
    columns: dict[float, list[tuple[str, Box]]] = {}
    for place in sorted(_middle(box) for text, box in words if LETTER.search(text)):
        if not columns or place - max(columns) > size / 2:
            columns[place] = []
    for text, box in words:  # a comma hangs at the side of its column
        nearest = min(columns, key=lambda place: abs(place - _middle(box)))
        columns[nearest].append((text, box))
    pieces = [piece for column in columns.values() for piece in _without_gaps(column, size)]
    tiers = sorted(pieces, key=lambda piece: piece[1][1])
    reached, tier, ranked = 0.0, 0, []
    for text, box in tiers:
        tier += box[1] >= reached
        reached = max(reached, box[3])
        ranked.append((tier, -_middle(box), text, box))
    return [(text, box) for _, _, text, box in sorted(ranked)]


def _without_gaps(column: list[tuple[str, Box]], size: float) -> list[tuple[str, Box]]:
    """A column from the top, cut where nothing stands for long."""
    downwards = sorted(column, key=lambda word: word[1][1])
    piece = 0
    numbered = []
    for at, (text, box) in enumerate(downwards):
        piece += at > 0 and box[1] - downwards[at - 1][1][3] > APART * size
        numbered.append((piece, text, box))
    found = []
    for _, group in groupby(numbered, lambda entry: entry[0]):
        letters = list(group)
        found.append(("".join(text for _, text, _ in letters), joined([box for _, _, box in letters])))
    return found


def _middle(box: Box) -> float:
    return (box[0] + box[2]) / 2

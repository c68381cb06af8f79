"""A table in a picture: rows of words under heads, each word under exactly one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lamplight.library.records import Box, Table
from lamplight.models.text_rows import OcrLine, rows_of

FEWEST_COLUMNS = 3  # a label and its amount are a list
FEWEST_ROWS = 3  # with the heads
REACH = 0.5  # of a row's height by which a cell may stand beside its head


@dataclass(frozen=True, slots=True)
class PictureTable:
    """`lines` are its rows as they were joined, `cells[row][column]` their words; the first row is the heads."""

    lines: tuple[OcrLine, ...]
    cells: tuple[tuple[str, ...], ...]


def table_in(words: Sequence[OcrLine]) -> PictureTable | None:
    """The longest table among the words of a picture; None where nothing lines up."""
    lines = rows_of(words)
    pieces = [sorted((word for word in words if _in(word, line)), key=lambda word: word.upright[0]) for line in lines]
    best: PictureTable | None = None
    for first, heads in enumerate(pieces):
        if len(heads) < FEWEST_COLUMNS or any(_is_number(head.text) for head in heads[1:]):
            continue
        columns = [(head.upright[0], head.upright[2]) for head in heads]
        rows = [tuple(head.text for head in heads)]
        for row in pieces[first + 1 :]:
            placed = _placed(row, columns)
            if placed is None:
                break
            rows.append(placed)
        full = sum(all(row) for row in rows)
        if len(rows) >= FEWEST_ROWS and 2 * full > len(rows) and (best is None or len(rows) > len(best.cells)):
            best = PictureTable(tuple(lines[first : first + len(rows)]), tuple(rows))
    return best


def _in(word: OcrLine, line: OcrLine) -> bool:
    return _covers(line.upright, word.upright)


def _covers(outer: Box, inner: Box) -> bool:
    return outer[0] <= inner[0] and outer[1] <= inner[1] and outer[2] >= inner[2] and outer[3] >= inner[3]


def _placed(row: Sequence[OcrLine], columns: list[tuple[float, float]]) -> tuple[str, ...] | None:
    """The words of a row by column; None if one is under no head or under two. Columns grow with what is in them."""
    cells = [""] * len(columns)
    grown = list(columns)
    for word in row:
        left, _, right, _ = word.upright
        reach = REACH * (word.upright[3] - word.upright[1])
        under = [at for at, (start, end) in enumerate(columns) if left < end + reach and right > start - reach]
        if len(under) != 1 or cells[under[0]]:
            return None
        cells[under[0]] = word.text
        grown[under[0]] = min(grown[under[0]][0], left), max(grown[under[0]][1], right)
    if sum(map(bool, cells)) < 2 or not cells[0]:
        return None
    columns[:] = grown
    return tuple(cells)


def _is_number(text: str) -> bool:
    return any(map(str.isdigit, text)) and not any(map(str.isalpha, text))


def as_table(words: Sequence[OcrLine], page: int) -> Table | None:
    """The same with its cells, to be kept and computed with."""
    table = table_in(words)
    if table is None:
        return None
    lines = rows_of(words)
    above = lines[lines.index(table.lines[0]) - 1 : lines.index(table.lines[0])]
    name = above[0].text if above else " ".join(table.cells[0])
    heads, *rows = map(list, table.cells)
    return Table(page, name, heads, rows, [line.box for line in table.lines[1:]])

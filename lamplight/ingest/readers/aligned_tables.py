"""Tables of a PDF page that are known by nothing but how their numbers stand: one under the other.

Rows are lines that end in numbers. Where those of several rows stand over each other is a column, and what stands over
a column is its head, whatever it says. So a cell is known by its row and by every line of its head, in any language.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from lamplight.ingest.boxes import is_inside
from lamplight.ingest.readers.aligned_headers import MOST_HEADER_ROWS, Column, header_cells_of, placed_under
from lamplight.ingest.readers.aligned_rows import Lines, Row, Words, is_near, is_prose, of_segments, rows_of
from lamplight.library.records import Box, Table

FEWEST_DIGITS = 8  # of a page that is looked at
FEWEST_ROWS = 2
MOST_BETWEEN = 4  # lines without numbers, between two rows of one table
OVERLAP = 0.35  # of the narrower one, that makes two cells stand over each other
PANELS = 0.6  # of the rows begin anew at one place: two tables stand side by side
EDGE = 8.0  # points, to which labels begin at one place
ALIGNED = 6.0  # points between the right edges of columns that are the same


@dataclass(frozen=True, slots=True)
class _Above:
    """A table that may go on: where its columns end, what they are called, and what it is called."""

    edges: tuple[float, ...]
    header_cells: list[str]
    caption: str


class AlignedTables:
    """Goes from page to page, so that a table that goes on over a page's end keeps its heads."""

    def __init__(self) -> None:
        self._above: _Above | None = None

    def of_page(self, lines: Lines, words: Words, width: float, page: int, known: Sequence[Box] = ()) -> list[Table]:
        """The tables of a page that is so wide, but for what lies in the `known` ones. `lines` are its visual rows."""
        rows = [row for row in rows_of(lines, words) if not any(is_inside(row.box, one) for one in known)]
        found: list[Table] = []
        done = 0
        for first, last in _regions(rows, width):
            found += self._tables(rows[done:last], first - done, width, page)
            done = last
        return found

    def _tables(self, rows: Sequence[Row], first: int, width: float, page: int) -> Iterator[Table]:
        """Of rows whose first `first` stand over the table; two, if it has two halves side by side."""
        if (place := _second_half(rows[first:])) is not None:
            name = ""
            for half in _halves(rows, place):
                for table in self._tables(half, sum(row.line < rows[first].line for row in half), width, page):
                    name = table.name or name
                    yield replace(table, name=name)
        elif (made := self._table(rows, first, width, page)) is not None:
            yield made

    def _table(self, rows: Sequence[Row], first: int, width: float, page: int) -> Table | None:
        body = rows[first:]
        numbered = [row for row in body if row.is_row]
        columns = _columns(numbered, rows[max(0, first - MOST_HEADER_ROWS) : first])
        if len(numbered) < FEWEST_ROWS or not columns:
            return None
        heads, caption, group = header_cells_of(rows, first, columns, width)
        edges = tuple(column.right for column in columns)
        above = self._above
        if not any(heads) and above is not None and _are_the_same(edges, above.edges):
            heads, caption, group = above.header_cells, above.caption, group or caption
        if not any(heads) and (len(columns) > 1 or not caption):  # nothing tells what its numbers are
            return None
        self._above = _Above(edges, heads, caption)
        filled = _filled(body, columns, group)
        cells, boxes = [row for row, _ in filled], [box for _, box in filled]
        names = ["", "", *heads]
        if not any(row[0] for row in cells):
            names, cells = names[1:], [row[1:] for row in cells]
        return Table(page, caption, names, cells, boxes)


def _regions(rows: Sequence[Row], width: float) -> Iterator[tuple[int, int]]:
    """First row and end of what may be a table."""
    start: int | None = None
    last = 0
    for index, row in enumerate(rows):
        prose = is_prose(row, width)
        if start is not None and (
            prose
            or index - last > MOST_BETWEEN + 1
            or not is_near(rows[index - 1], row)
            or (not row.is_row and row.names_columns)
        ):
            yield start, last + 1
            start = None
        if row.is_row and not prose:
            start = index if start is None else start
            last = index
    if start is not None:
        yield start, last + 1


def _second_half(rows: Sequence[Row]) -> float | None:
    """Where most rows begin anew, with a label behind a number."""
    begun = [
        round(segment.box[0] / EDGE)
        for row in rows
        for before, segment in pairwise([*row.label, *row.cells])
        if before.is_cell and not segment.is_cell
    ]
    place, count = max(Counter(begun).items(), key=lambda pair: pair[1], default=(0, 0))
    return (place - 1) * EDGE if count >= max(FEWEST_ROWS, PANELS * sum(row.is_row for row in rows)) else None


def _halves(rows: Sequence[Row], place: float) -> tuple[list[Row], list[Row]]:
    left, right = [], []
    for row in rows:
        segments = [*row.label, *row.cells]
        if before := [one for one in segments if one.box[0] < place]:
            left.append(of_segments(row.line, before))
        if behind := [one for one in segments if one.box[0] >= place]:
            right.append(of_segments(row.line, behind))
    return left, right


def _columns(rows: Sequence[Row], above: Sequence[Row]) -> list[Column]:
    """Where cells of several rows stand over each other, or a single one has a head of its own `above`."""
    columns: list[Column] = []
    for number, row in enumerate(rows):
        for cell in row.cells:
            left, _, right, _ = cell.box
            over = [one for one in columns if one.share(left, right) > OVERLAP]
            if not over:
                columns.append(Column(left, right, {number}))
                continue
            one = over[0]
            for other in over[1:]:
                if not one.rows & other.rows:
                    one.take(other.left, other.right, other.rows)
                    columns.remove(other)
            one.take(left, right, {number})
    kept = [one for one in columns if len(one.rows) >= FEWEST_ROWS]
    heads = [part for row in above for part in (*row.label, *row.cells) if not any(one.is_under(part) for one in kept)]
    kept += [one for one in columns if one not in kept and any(one.is_under(part) for part in heads) and kept]
    return sorted(kept, key=lambda one: one.right)


def _filled(body: Sequence[Row], columns: Sequence[Column], group: str) -> list[tuple[list[str], Box]]:
    """The group, label and cells of each row; a label may begin on the line before."""
    filled = []
    begun = ""
    for row in body:
        placed = placed_under(columns, row.cells) if row.is_row else []
        if not any(placed):
            begun = f"{begun} {row.text}" if begun and row.text[:1].islower() else row.text
            continue
        goes_on = begun and (not row.label_text or row.label_text[:1].islower())
        if begun and not goes_on:
            group = begun.rstrip(" :")
        label = f"{begun} {row.label_text}".strip() if goes_on else row.label_text
        filled.append(([group, label, *placed], row.box))
        begun = ""
    return filled


def _are_the_same(edges: Sequence[float], others: Sequence[float]) -> bool:
    return len(edges) == len(others) and all(abs(a - b) <= ALIGNED for a, b in zip(edges, others, strict=True))

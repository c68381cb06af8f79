"""The blocks of a PDF page: tables with a rule around every cell by their cells, all else by its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lamplight.ingest.boxes import is_inside
from lamplight.ingest.document import Block
from lamplight.ingest.readers.rows import LABEL, Lines, blocks_of_rows
from lamplight.ingest.ruled_tables import RuledTable
from lamplight.ingest.tables import count_header_rows, table_block
from lamplight.library.records import Table

TOP_LINES = 3  # of a page, above a table that goes on from the page before
ALIGNED = 3.0  # points between the edges of such tables


@dataclass(frozen=True, slots=True)
class _Above:
    """The last table of a page that is followed by next to nothing: where its columns are, and their heads."""

    edges: tuple[float, ...]
    heads: list[list[str]]


class PageTables:
    """Goes from page to page, so that a table that goes on over the page's end has its heads there too."""

    def __init__(self) -> None:
        self._above: _Above | None = None

    def blocks(self, lines: Lines, ruled: Sequence[RuledTable], page: int) -> tuple[list[Block], list[Table]]:
        """In the order of the lines; and the tables whose cells are known by their rules."""
        above, self._above = self._above, None
        blocks: list[Block] = []
        tables: list[Table] = []
        rest: list[int] = []  # lines before the next table
        made: set[int] = set()
        for index, (_, box) in enumerate(lines):
            number = next((number for number, table in enumerate(ruled) if is_inside(box, table.place)), None)
            if number is None:
                rest.append(index)
            elif number not in made:
                made.add(number)
                before = [lines[one] for one in rest]
                blocks += blocks_of_rows(before, ())
                goes_on = above if not blocks or (len(made) == 1 and len(before) < TOP_LINES) else None
                block, table = self._table(ruled[number], page, _title(before), goes_on)
                blocks.append(block)
                tables += [table] if table is not None else []
                rest = []
        blocks += blocks_of_rows([lines[one] for one in rest], ())
        if len(rest) >= TOP_LINES:
            self._above = None
        return blocks, tables

    def _table(self, ruled: RuledTable, page: int, title: str, above: _Above | None) -> tuple[Block, Table | None]:
        rows, boxes = ruled.rows, ruled.boxes
        count = count_header_rows(rows)
        if above is not None and _aligned(above.edges, ruled.edges) and rows[: len(above.heads)] != above.heads:
            count = len(above.heads)
            rows, boxes = above.heads + rows, boxes[:1] * count + boxes
        made = table_block(rows, (), page, title, count, boxes)
        assert made is not None  # a ruled table has words
        self._above = _Above(ruled.edges, rows[:count]) if count else None
        return made


def _title(before: Lines) -> str:
    """A short line right above a table names it."""
    text = before[-1][0] if before else ""
    return text if len(text) <= LABEL and not text.endswith(".") else ""


def _aligned(one: Sequence[float], other: Sequence[float]) -> bool:
    return len(one) == len(other) and all(abs(a - b) <= ALIGNED for a, b in zip(one, other, strict=True))

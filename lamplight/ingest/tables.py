"""Tables whose cells are known: which rows are heads, the rows as lines of text, and the cells to keep.

A line holds a whole row. The heads stand first in the block and are repeated in every chunk of it, so that a
number is never without its row's label and its column's head.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from lamplight.ingest.document import Block, DocumentPage, Line
from lamplight.library.records import Box, Table

SEPARATOR = " | "
MOST_HEADER_ROWS = 4  # a title, its unit, and a head of two rows
WIDE = 300  # characters of heads; more would fill half of a chunk, so each cell is named instead
AMOUNT = re.compile(r"[(\-+\u2212$€£¥]*\s*\d[\d.,'\s]*\s*[%€£]?\)?[⁰¹²³⁴-⁹]*")  # the last is the number of a note
YEAR = re.compile(r"(FY\s?)?(19|20)\d\d")


def table_block(
    rows: Sequence[Sequence[str]],
    headings: tuple[str, ...],
    page: int,
    name: str = "",
    heads: int | None = None,
    boxes: Sequence[Box] = (),
) -> tuple[Block, Table | None] | None:
    """A table's block and its cells; None when it has no words.

    `heads` is how many rows are heads, None where the format doesn't say. Rows and columns without words are
    left out. There are no cells to keep of what has one column or only heads.
    """
    kept = [index for index, row in enumerate(rows) if any(_squeeze(cell) for cell in row)]
    if not kept:
        return None
    if heads is not None:
        heads = sum(index < heads for index in kept)
    places = [boxes[index] for index in kept] if boxes else []
    cells = _without_empty_columns([[_squeeze(cell) for cell in rows[index]] for index in kept])
    count = count_header_rows(cells) if heads is None else min(heads, MOST_HEADER_ROWS)
    columns = column_names(cells[:count], len(cells[0]))
    block = _block(cells, count, columns, headings, places)
    if len(columns) < 2 or count == len(cells):
        return block, None
    title = name or " ".join(_titles(cells[:count])) or (headings[-1] if headings else "")
    return block, Table(page, title, columns, cells[count:], places[count:])


def add_table(page: DocumentPage, made: tuple[Block, Table | None] | None) -> None:
    """Put what `table_block` made on its page."""
    if made is not None:
        block, table = made
        page.blocks.append(block)
        page.tables += [table] if table is not None else []


def count_header_rows(rows: Sequence[Sequence[str]]) -> int:
    """How many first rows say what the columns are: those down to the first row that is filled and has no amount.

    A title or a unit stands alone in its row, a group of columns leaves cells empty. 0 when an amount comes first.
    """
    width = max(len(row) for row in rows)
    for index, row in enumerate(rows[: MOST_HEADER_ROWS + 1]):
        if any(is_amount(cell) for cell in row):
            return index if index <= MOST_HEADER_ROWS and any(len(_filled(head)) > 1 for head in rows[:index]) else 0
        if len(_filled(row)) >= max(2, width - 1):
            return index + 1 if index + 1 < len(rows) else 0
    return 0


def column_names(heads: Sequence[Sequence[str]], width: int) -> list[str]:
    """One name for each column: its cells of the head rows, one under the other; titles are left out.

    A cell that spans columns fills only its first; it also names the empty ones on its right.
    """
    full = [list(row) for row in heads if len(_filled(row)) > 1]
    for row in full[:-1]:
        for index in range(1, width):
            row[index] = row[index] or (row[index - 1] if row[0] == "" or index > 1 else "")
    return [" ".join(dict.fromkeys(row[index] for row in full if row[index])) for index in range(width)]


def is_amount(cell: str) -> bool:
    """Whether a cell is a number and not a year."""
    return AMOUNT.fullmatch(cell) is not None and YEAR.fullmatch(cell) is None


def _block(
    cells: list[list[str]], heads: int, columns: list[str], headings: tuple[str, ...], places: list[Box]
) -> Block:
    if sum(len(cell) for row in cells[:heads] for cell in row) > WIDE:
        lines = [_line([title], None) for title in _titles(cells[:heads])]
        for index, row in enumerate(cells[heads:], start=heads):
            box = places[index] if places else None
            lines += [Line(text, box) for text in _named_cells(row, columns)]
        return Block("table", lines, headings, len(_titles(cells[:heads])))
    lines = [_line(row, places[index] if places else None) for index, row in enumerate(cells)]
    full = [index for index in range(heads) if len(_filled(cells[index])) > 1]
    if len(full) > 1:  # "2023" over "Apples" and "Pears": in one line each column has its whole name
        lines[full[-1]].text = SEPARATOR.join(columns).strip()
        lines = [line for index, line in enumerate(lines) if index not in full[:-1]]
        heads -= len(full) - 1
    return Block("table", lines, headings, heads)


def _line(row: Sequence[str], box: Box | None) -> Line:
    alone = _filled(row)
    return Line(alone[0] if len(alone) == 1 else SEPARATOR.join(row).strip(), box)


def _named_cells(row: Sequence[str], columns: Sequence[str]) -> list[str]:
    """A row of a wide table in lines that each begin with its label and name every cell's column."""
    label = next((cell for cell in row if cell), "")
    lines: list[str] = []
    for column, cell in zip(columns, row, strict=True):
        if not cell:
            continue
        named = f"{column}: {cell}" if column else cell
        if lines and len(lines[-1]) + len(named) <= WIDE:
            lines[-1] += SEPARATOR + named
        else:
            lines.append(f"{label[:WIDE]}{SEPARATOR}{named}" if lines else named)
    return lines


def _titles(heads: Sequence[Sequence[str]]) -> list[str]:
    return [_filled(row)[0] for row in heads if len(_filled(row)) == 1]


def _without_empty_columns(rows: list[list[str]]) -> list[list[str]]:
    width = max(len(row) for row in rows)
    padded = [row + [""] * (width - len(row)) for row in rows]
    used = [index for index in range(width) if any(row[index] for row in padded)]
    return [[row[index] for index in used] for row in padded]


def _filled(row: Sequence[str]) -> list[str]:
    return [cell for cell in row if cell]


def _squeeze(text: str) -> str:
    return " ".join(text.split())

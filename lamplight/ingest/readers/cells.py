"""A sheet of cells: where its tables stand, what their ranges are called, and what of it is hidden."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from lamplight.ingest.document import Block, DocumentPage, Line, ReadDocument
from lamplight.ingest.errors import NothingToRead
from lamplight.ingest.readers.tally import said_in_comment
from lamplight.ingest.tables import add_table, count_header_rows, is_amount, table_block
from lamplight.languages import sentence

FEWEST_COLUMNS = 2  # of tables side by side; single columns apart are columns of one table
MOST_CELLS = 1_000_000  # of a sheet; at 45 passages a second that is hours already
Region = tuple[int, int, int, int]  # first and last row, first and last column, from 0


@dataclass(slots=True)
class Sheet:
    """`rows` as shown; `merged` are regions of one cell; a note is said of a row and a column; all from 0."""

    name: str
    rows: list[list[str]] = field(default_factory=list)
    merged: list[Region] = field(default_factory=list)
    notes: list[tuple[int, int, str]] = field(default_factory=list)
    words: list[str] = field(default_factory=list)  # in boxes that lie on it
    is_hidden: bool = False
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    formulas: int = 0  # shown as such, having no result
    is_cut: bool = False  # for having more than `MOST_CELLS`

    def sentences(self) -> list[str]:
        """What of it was not read, and what of it a person doesn't see."""
        cut = [sentence(f"Sheet {self.name} is read down to row {len(self.rows)}; what follows is too much.")]
        return (cut if self.is_cut else []) + self._hidden()

    def _hidden(self) -> list[str]:
        rows = [row for row in self.hidden_rows if row < len(self.rows) and any(self.rows[row])]
        columns = [
            column for column in self.hidden_columns if any(column < len(row) and row[column] for row in self.rows)
        ]
        hidden_rows, hidden_columns = _ranges(rows, lambda row: str(row + 1)), _ranges(columns, column_name)
        if self.is_hidden and any(map(any, self.rows)):
            return [sentence(f"Sheet {self.name} is hidden in the file; it was read all the same.")]
        if not rows and not columns:
            return []
        return [
            sentence(
                f"Hidden on sheet {self.name}, and read all the same: rows {hidden_rows}, columns {hidden_columns}."
                if rows and columns
                else f"Hidden on sheet {self.name}, and read all the same: rows {hidden_rows}."
                if rows
                else f"Hidden on sheet {self.name}, and read all the same: columns {hidden_columns}."
            )
        ]


def document_of_sheets(path: Path, kind: str, sheets: Sequence[Sheet]) -> ReadDocument:
    """A page for each. Raises `NothingToRead` when no cell is filled."""
    document = ReadDocument(path.stem, kind, [])
    for number, sheet in enumerate(sheets, start=1):
        document.pages.append(sheet_page(number, sheet))
        document.skipped += sheet.sentences()
    if not any(page.blocks for page in document.pages):
        raise NothingToRead(f"{path.name} has no filled cells; there is nothing to read in it.")
    return document


def sheet_page(number: int, sheet: Sheet) -> DocumentPage:
    """A sheet as page `number`: each table on it is a block under its cell range, such as `Sheet1!A1:F40`.

    Behind a blank row a table may go on: without heads of its own it has those of the one above.
    """
    page = DocumentPage(number)
    above: tuple[int, int] | None = None
    heads: list[list[str]] = []
    filled = _with_merged(sheet)
    name = f"{sheet.name} (hidden)" if sheet.is_hidden else sheet.name
    for first, last, left, right in _regions(sheet.rows):
        place = f"{name}!{column_name(left)}{first + 1}:{column_name(right)}{last + 1}"
        if above is None or not (above[0] <= left and right <= above[1]):
            above, heads = (left, right), []
        left, right = above
        kept = [index for index in range(first, last + 1) if any(sheet.rows[index][left : right + 1])]
        count = count_header_rows(_part(sheet.rows, kept, left, right))
        cells = _part(filled, kept, left, right)
        heads = cells[:count] or heads
        part = cells if count else heads + cells
        add_table(page, table_block(part, (place,), number, place, len(heads)))
    notes = [Line(_note(sheet, *note)) for note in sheet.notes]
    page.blocks += [Block("text", [line], (name,)) for line in notes + [Line(words) for words in sheet.words]]
    return page


def column_name(index: int) -> str:
    """Such as AA for 26."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def _part(rows: Sequence[Sequence[str]], kept: Sequence[int], left: int, right: int) -> list[list[str]]:
    return [[*rows[index][left : right + 1], *[""] * (right + 1 - max(len(rows[index]), left))] for index in kept]


def _with_merged(sheet: Sheet) -> list[list[str]]:
    """Rows in which merged cells have their words in each of their places: heads, groups, labels.

    Amounts would be added up twice, and a title over a whole table stays one.
    """
    if not sheet.merged:
        return sheet.rows
    rows = [list(row) for row in sheet.rows]
    for first, last, left, right in sheet.merged:
        if first >= len(rows) or left >= len(rows[first]):
            continue
        words = sheet.rows[first][left]
        alone = sum(map(bool, sheet.rows[first])) == 1
        if not words or is_amount(words) or (alone and right > left):
            continue
        for row in rows[first : last + 1]:
            row += [""] * (right + 1 - len(row))
            row[left : right + 1] = [words] * (right + 1 - left)
    return rows


def _note(sheet: Sheet, row: int, column: int, text: str) -> str:
    """A note with the cell it is on, and what that and the row's label say."""
    cells = sheet.rows[row] if row < len(sheet.rows) else []
    label = next((cell for cell in cells[:column] if cell), "")
    cell = cells[column] if column < len(cells) else ""
    said = ": ".join(filter(None, [label, cell]))
    place = f"{column_name(column)}{row + 1}"
    return said_in_comment(" ".join(text.split()), about=f"{place} ({said})" if said else place)


def _regions(rows: Sequence[Sequence[str]]) -> Iterator[Region]:
    """Tables are parted by blank rows, and by blank columns where each part has heads and labels of its own."""
    for first, last, left, right in _stacked(rows, 0, max(map(len, rows), default=0) - 1):
        parts = list(_side_by_side(rows, first, last, left, right))
        for part_left, part_right in parts:
            if len(parts) == 1:
                yield first, last, left, right
            else:
                part = [row[: part_right + 1] for row in rows[: last + 1]]
                part[:first] = [[] for _ in range(first)]
                yield from _stacked(part, part_left, part_right)


def _stacked(rows: Sequence[Sequence[str]], left: int, right: int) -> Iterator[Region]:
    """A short title above belongs to the table below it although a blank row parts them."""
    begin: int | None = None
    for index in range(len(rows) + 1):
        filled = index < len(rows) and any(rows[index][left : right + 1])
        if filled and begin is None:
            begin = index
        if not filled and begin is not None:
            part = [row[left : right + 1] for row in rows[begin:index] if any(row[left : right + 1])]
            alone = all(sum(map(bool, row)) == 1 for row in part)
            if alone and index + 1 < len(rows) and any(rows[index + 1][left : right + 1]):
                continue
            first = min(next(place for place, cell in enumerate(row) if cell) for row in part)
            last = max(place for row in part for place, cell in enumerate(row) if cell)
            yield begin, index - 1, left + first, left + last
            begin = None


def _side_by_side(
    rows: Sequence[Sequence[str]], first: int, last: int, left: int, right: int
) -> Iterator[tuple[int, int]]:
    used = [any(column < len(row) and row[column] for row in rows[first : last + 1]) for column in range(right + 1)]
    parts = []
    for filled, columns in groupby(range(left, right + 1), lambda column: used[column]):
        if filled:
            group = list(columns)
            parts.append((group[0], group[-1]))
    if len(parts) > 1 and all(_stands_alone(rows[first : last + 1], *part) for part in parts):
        yield from parts
    else:
        yield left, right


def _stands_alone(rows: Sequence[Sequence[str]], left: int, right: int) -> bool:
    """Whether columns are a table without those beside them: with heads, and labels in the first of them."""
    cells = _part(rows, [index for index, row in enumerate(rows) if any(row[left : right + 1])], left, right)
    count = count_header_rows(cells)
    labels = [row[0] for row in cells[count:] if row[0]]
    return right - left + 1 >= FEWEST_COLUMNS and count > 0 and bool(labels) and not any(map(is_amount, labels))


def _ranges(numbers: Iterable[int], named: Callable[[int], str]) -> str:
    """Such as `2, 5–9`."""
    parts = []
    for _, run in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0]):
        group = [number for _, number in run]
        parts.append(named(group[0]) if len(group) == 1 else f"{named(group[0])}–{named(group[-1])}")
    return ", ".join(parts)

"""CSV and its kin: one table, whatever separates the cells."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from lamplight.ingest.document import Block, DocumentPage, Line, ReadDocument
from lamplight.ingest.errors import NothingToRead, ReadError
from lamplight.ingest.readers.reading import READING, Reading
from lamplight.ingest.readers.tally import said_of_formulas
from lamplight.ingest.readers.text import decode
from lamplight.ingest.tables import add_table, table_block

SEPARATORS = ",;\t|"
LOOKED_AT = 100  # rows
QUOTED = re.compile(r'^="([^"]*)"$')  # how Excel is told that digits are no number
FORMULA = re.compile(r"=.*[A-Z]\$?\d")
LONGEST_CELL = 10_000_000  # characters


def read_csv(path: Path, reading: Reading) -> ReadDocument:
    """One table on page 1, under the lines above it; its heads are known by having another form than the cells."""
    reading.step(READING, 0.0)
    source = decode(path)
    csv.field_size_limit(LONGEST_CELL)
    try:
        rows = list(csv.reader(_lines(source), delimiter=separator_of(source)))
    except csv.Error as error:
        raise ReadError(f"{path.name} can't be read as a table ({error}); save it as CSV again.") from None
    rows = [[QUOTED.sub(r"\1", cell) for cell in row] for row in rows]
    document = ReadDocument(path.stem, "csv", [DocumentPage(1)])
    document.skipped += said_of_formulas(sum(FORMULA.match(cell) is not None for row in rows for cell in row))
    if not rows:
        raise NothingToRead(f"{path.name} holds only blank lines; there is nothing to read in it.")
    above = _lines_above(rows)
    page = document.pages[0]
    for row in filter(any, rows[:above]):
        page.blocks.append(Block("text", [Line(": ".join(" ".join(cell.split()) for cell in row if cell.strip()))]))
    table = rows[above:]
    add_table(page, table_block(table, (), 1, path.stem, 0 if _is_data(table) else None))
    if not document.pages[0].blocks:
        raise NothingToRead(f"{path.name} holds only blank lines; there is nothing to read in it.")
    return document


def _lines(source: str) -> Iterable[str]:
    """Only an end of a line ends a row: `splitlines` would also cut where a cell has some other break in it."""
    return io.StringIO(source, newline="")


def _lines_above(rows: list[list[str]]) -> int:
    """How many rows stand above the table, as banks put them: labels and values, in fewer than half of its columns."""
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows]
    usual = max(filled[:LOOKED_AT])
    count = next((index for index, cells in enumerate(filled) if cells > usual / 2), 0)
    return count if any(cells > 1 for cells in filled[:count]) else 0


def _is_data(rows: list[list[str]]) -> bool:
    """Whether the first row looks like those below it: no column has cells of one form under a head of another.

    Names of two words, codes and dates have forms that a head of one word doesn't have.
    """
    first, *below = [row for row in rows[:LOOKED_AT] if any(row)] or [[]]
    alike = False
    for index, cell in enumerate(first):
        forms = {_form(row[index]) for row in below if index < len(row) and row[index].strip()}
        if len(forms) == 1 and cell.strip():
            if _form(cell) not in forms:
                return False
            alike |= len(_form(cell)) > 1
    return alike and len(below) > 1


def _form(text: str) -> str:
    """Each word as `a`, or `A` with a capital, each number as `0`."""
    words = re.sub(r"[^\W\d_]+", lambda word: "A" if word[0][0].isupper() else "a", text.strip())
    return re.sub(r"\d+", "0", words)


def separator_of(source: str) -> str:
    """What cuts the first rows into the same number of cells, at least two; more cells win."""
    lines = list(islice(_lines(source), LOOKED_AT))
    best, best_score = ",", 0.0
    for separator in SEPARATORS:
        try:
            widths = [len(row) for row in csv.reader(lines, delimiter=separator) if row]
        except csv.Error:
            continue
        usual = max(set(widths), key=lambda width: (widths.count(width), width), default=1)
        score = widths.count(usual) / len(widths) + min(usual, 50) / 1000 if usual > 1 else 0.0
        if score > best_score:
            best, best_score = separator, score
    return best

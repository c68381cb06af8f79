"""CSV and its kin: one table, whatever separates the cells."""

from __future__ import annotations

import csv
from pathlib import Path

from ingest.document import DocumentPage, ReadDocument
from ingest.errors import NothingToRead, ReadError
from ingest.readers.reading import Reading
from ingest.readers.text import decode
from ingest.tables import add_table, table_block

SEPARATORS = ",;\t|"
LOOKED_AT = 100  # rows
LONGEST_CELL = 10_000_000  # characters


def read_csv(path: Path, reading: Reading) -> ReadDocument:
    """One table on page 1; its heads are known by having no amounts in them."""
    reading.step("reading", 0.0)
    source = decode(path)
    csv.field_size_limit(LONGEST_CELL)
    try:
        rows = list(csv.reader(source.splitlines(keepends=True), delimiter=separator_of(source)))
    except csv.Error as error:
        raise ReadError(f"{path.name} can't be read as a table ({error}); save it as CSV again.") from None
    document = ReadDocument(path.stem, "csv", [DocumentPage(1)])
    if not rows:
        raise NothingToRead(f"{path.name} holds only blank lines; there is nothing to read in it.")
    add_table(document.pages[0], table_block(rows, (), 1, path.stem))
    if not document.pages[0].blocks:
        raise NothingToRead(f"{path.name} holds only blank lines; there is nothing to read in it.")
    return document


def separator_of(source: str) -> str:
    """What cuts the first rows into the same number of cells, at least two; more cells win."""
    lines = source.splitlines(keepends=True)[:LOOKED_AT]
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

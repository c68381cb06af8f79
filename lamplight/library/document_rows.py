"""Documents as rows of the database: written inside the transaction of whoever keeps the order of writes."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from lamplight.library.records import Chunk, Document, Page, ReportCard, Table
from lamplight.library.tables import write_tables

WRITTEN_COLUMNS = "name, path, sha256, format, title, pages, chunks, images, ocr_pages, bytes, added_at, report"
CHUNK_COLUMNS = "document_id, page, kind, header, text, boxes, furniture, picture, picture_kind"
DOCUMENT_COLUMNS = f"id, {WRITTEN_COLUMNS}, pinned"


def document_of(row: tuple[Any, ...]) -> Document:
    """From the values of `DOCUMENT_COLUMNS`."""
    *values, report, pinned = row
    card = ReportCard(**json.loads(report)) if report else None
    return replace(Document(*values), report=card, pinned=bool(pinned))


def insert_document(connection: sqlite3.Connection, document: Document) -> int:
    """As `indexing`; its number."""
    values = _written(document)
    cursor = connection.execute(
        f"INSERT INTO documents ({WRITTEN_COLUMNS}, state) VALUES ({'?, ' * len(values)}'indexing')", values
    )
    return int(cursor.lastrowid or 0)


def update_document(connection: sqlite3.Connection, document_id: int, document: Document) -> None:
    """Write all of `WRITTEN_COLUMNS` anew; its state and `pinned` stay, and `document.id` is ignored."""
    columns = ", ".join(f"{column} = ?" for column in WRITTEN_COLUMNS.split(", "))
    connection.execute(f"UPDATE documents SET {columns} WHERE id = ?", (*_written(document), document_id))


def insert_content(
    connection: sqlite3.Connection,
    document_id: int,
    pages: Sequence[Page],
    chunks: Sequence[Chunk],
    tables: Sequence[Table],
) -> list[int]:
    """The chunks' numbers. The full-text index follows by triggers."""
    connection.executemany(
        "INSERT INTO pages VALUES (?, ?, ?, ?, ?)",
        [(document_id, page.number, page.width, page.height, page.text) for page in pages],
    )
    write_tables(connection, document_id, tables)
    ids = []
    for chunk in chunks:
        cursor = connection.execute(
            f"INSERT INTO chunks ({CHUNK_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                document_id,
                chunk.page,
                chunk.kind,
                chunk.header,
                chunk.text,
                _boxes_to_json(chunk),
                json.dumps(chunk.furniture),
                chunk.picture,
                chunk.picture_kind,
            ),
        )
        ids.append(int(cursor.lastrowid or 0))
    return ids


def _written(document: Document) -> tuple[object, ...]:
    """A value for each of `WRITTEN_COLUMNS`."""
    report = json.dumps(asdict(document.report)) if document.report else None
    return *(getattr(document, column) for column in WRITTEN_COLUMNS.split(", ")[:-1]), report


def _boxes_to_json(chunk: Chunk) -> str:
    return json.dumps([[round(edge, 1) for edge in box] for box in chunk.boxes])

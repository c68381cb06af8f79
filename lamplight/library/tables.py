"""Tables of the documents, cell by cell, for questions that need all rows of a column."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence

from lamplight.library.database import Database
from lamplight.library.records import Table


class Tables:
    """Written with their document and gone with it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, document_ids: Iterable[int]) -> list[Table]:
        """The tables of those of the documents that can be found, in reading order."""
        return [table for document_id in document_ids for table in self._where("document_id = ?", document_id)]

    def of_page(self, document_id: int, page: int) -> list[Table]:
        """Those of one page, from 1, in reading order."""
        return self._where("document_id = ? AND page = ?", document_id, page)

    def _where(self, condition: str, *values: int) -> list[Table]:
        found = []
        for page, name, columns, rows, boxes, owner, number in self._database.rows(
            "SELECT page, tables.name, columns, rows, boxes, document_id, tables.id FROM tables "
            f"JOIN documents ON documents.id = document_id WHERE {condition} AND state = 'ready' ORDER BY tables.id",
            *values,
        ):
            places = [tuple(box) for box in json.loads(boxes)] if boxes else []
            found.append(Table(page, name, json.loads(columns), json.loads(rows), places, owner, number))
        return found


def write_tables(connection: sqlite3.Connection, document_id: int, tables: Sequence[Table]) -> None:
    """Inside the transaction that writes the document's other rows."""
    connection.executemany(
        "INSERT INTO tables (document_id, page, name, columns, rows, boxes) VALUES (?, ?, ?, ?, ?, ?)",
        [
            (
                document_id,
                table.page,
                table.name,
                json.dumps(table.columns, ensure_ascii=False),
                json.dumps(table.rows, ensure_ascii=False),
                json.dumps([[round(edge, 1) for edge in box] for box in table.boxes]) if table.boxes else None,
            )
            for table in tables
        ],
    )

"""What a larger model said of each section of a document: kept with it, so that nothing is read twice."""

from __future__ import annotations

import json

from lamplight.library.database import Database
from lamplight.library.records import DigestStatement


class Digests:
    """By document, by the model that wrote them, and by the first chunk of the section."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, document_id: int, model: str) -> dict[int, list[DigestStatement]]:
        """The sections that have been read, by their first chunk."""
        rows = self._database.rows(
            "SELECT place, digest FROM digests WHERE document_id = ? AND model = ?", document_id, model
        )
        return {int(place): [DigestStatement(**one) for one in json.loads(digest)] for place, digest in rows}

    def keep(self, document_id: int, model: str, place: int, statements: list[DigestStatement]) -> None:
        """In place of an older one; nothing if the document is gone meanwhile."""
        kept = [{"text": one.text, "chunk_id": one.chunk_id, "quoted": one.quoted} for one in statements]
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO digests SELECT id, ?, ?, ? FROM documents WHERE id = ?",
                (model, place, json.dumps(kept, ensure_ascii=False), document_id),
            )

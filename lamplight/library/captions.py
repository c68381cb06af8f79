"""What a vision model said about the pictures of a library, and which it has not seen yet."""

from __future__ import annotations

import json
from collections.abc import Sequence

from lamplight.library.database import Database
from lamplight.library.dense_index import DenseIndex
from lamplight.library.passages import Passages
from lamplight.library.records import Box, Passage
from lamplight.models.embedder import Embedder, Vectors


class Captions:
    """Captions are part of their chunks' texts; beside that it is kept which model they are from."""

    def __init__(self, database: Database, passages: Passages, vectors: DenseIndex) -> None:
        self._database, self._passages, self._vectors = database, passages, vectors

    def missing(self, model: str) -> list[Passage]:
        """Findable image chunks that `model` has not described, those of the newest documents first."""
        rows = self._database.rows(
            "SELECT chunks.id FROM chunks JOIN documents ON documents.id = document_id "
            "WHERE kind = 'image' AND state = 'ready' AND NOT EXISTS "
            "(SELECT 1 FROM captions WHERE chunk_id = chunks.id AND model = ?) ORDER BY document_id DESC, chunks.id",
            model,
        )
        ids = [int(row[0]) for row in rows]
        found = self._passages.by_id(ids)
        return [found[number] for number in ids if number in found]

    def of(self, chunk_id: int) -> str:
        """What the last vision model said about a picture; empty if none did."""
        rows = self._database.rows("SELECT caption FROM captions WHERE chunk_id = ?", chunk_id)
        return str(rows[0][0]) if rows else ""

    def write(
        self,
        chunk: Passage,
        model: str,
        caption: str,
        text: str,
        boxes: Sequence[Box],
        vector: Vectors,
        embedder: Embedder,
    ) -> None:
        """Give a picture's chunk a new text that holds `caption`; does nothing if it was removed meanwhile.

        `vector` is (dimensions,) float32 of the new text. It is written first: killed in between, the picture
        counts as not described and is done again. Those of other embedders go; `DenseIndex.fill` makes them anew.
        """
        store = self._vectors.store(embedder)
        store.add([chunk.id], chunk.document_id, vector[None])
        with self._database.guard, self._database.transaction() as connection:
            self._vectors.forget([chunk.id], but=embedder)
            changed = connection.execute(
                "UPDATE chunks SET text = ?, boxes = ? WHERE id = ?", (text, json.dumps(list(boxes)), chunk.id)
            ).rowcount
            if changed:
                connection.execute("INSERT OR REPLACE INTO captions VALUES (?, ?, ?)", (chunk.id, model, caption))
        if not changed:
            self._vectors.forget([chunk.id])

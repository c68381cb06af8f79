"""What a vision model said about the pictures of a library, and which it has not seen yet."""

from __future__ import annotations

import json
from collections.abc import Sequence

from lamplight.library.dense_index import DenseIndex
from lamplight.library.records import Box, Passage
from lamplight.models.embedder import Embedder, Vectors


class Captions(DenseIndex):
    """Captions are part of their chunks' texts; beside that it is kept which model they are from."""

    def pictures_without_caption(self, model: str) -> list[Passage]:
        """Findable image chunks that `model` has not described, those of the newest documents first."""
        rows = self._rows(
            "SELECT chunks.id FROM chunks JOIN documents ON documents.id = document_id "
            "WHERE kind = 'image' AND state = 'ready' AND NOT EXISTS "
            "(SELECT 1 FROM captions WHERE chunk_id = chunks.id AND model = ?) ORDER BY document_id DESC, chunks.id",
            model,
        )
        ids = [int(row[0]) for row in rows]
        found = self.chunks(ids)
        return [found[number] for number in ids if number in found]

    def caption_of(self, chunk_id: int) -> str:
        """What the last vision model said about a picture; empty if none did."""
        rows = self._rows("SELECT caption FROM captions WHERE chunk_id = ?", chunk_id)
        return str(rows[0][0]) if rows else ""

    def write_caption(
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
        counts as not described and is done again. Those of other embedders go; `fill_vectors` makes them anew.
        """
        store = self.vectors(embedder)
        store.add([chunk.id], chunk.document_id, vector[None])
        with self._guard, self._transaction() as database:
            self.forget_vectors([chunk.id], but=embedder)
            changed = database.execute(
                "UPDATE chunks SET text = ?, boxes = ? WHERE id = ?", (text, json.dumps(list(boxes)), chunk.id)
            ).rowcount
            if changed:
                database.execute("INSERT OR REPLACE INTO captions VALUES (?, ?, ?)", (chunk.id, model, caption))
        if not changed:
            self.forget_vectors([chunk.id])

"""Long documents, kept page by page while they are read, so that a killed run goes on where it stopped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lamplight.library.database import Database
from lamplight.library.dense_index import DenseIndex
from lamplight.library.document_rows import insert_content, insert_document, update_document
from lamplight.library.documents import Documents
from lamplight.library.passages import Passages
from lamplight.library.records import Chunk, Document, Page, Table
from lamplight.models.embedder import Embedder, Vectors

VECTOR_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A document of which the first pages are kept: their texts, and in `document` the counts of what is in them."""

    document: Document
    texts: list[str]


class UnfinishedDocuments:
    """Documents in state `indexing` with a row in `unfinished`.

    The order of writes: pages, chunks and vectors in one transaction per batch, all in SQLite; at the end the
    vectors go to Chroma, and then the document becomes `ready` as in `Documents.add`. Only then is it found.
    """

    def __init__(self, database: Database, documents: Documents, passages: Passages, vectors: DenseIndex) -> None:
        self._database, self._documents, self._passages, self._vectors = database, documents, passages, vectors

    def find(self, path: str, sha256: str, reader: str) -> Unfinished | None:
        """What an earlier run left of this content, read by the same `reader`; anything else from `path` is purged."""
        rows = self._database.rows(
            "SELECT id, sha256, reader FROM documents JOIN unfinished ON document_id = id WHERE path = ? ORDER BY id",
            path,
        )
        found = None
        for document_id, content, version in rows:
            if found is None and (content, version) == (sha256, reader):
                document = self._documents.get(document_id)
                texts = self._database.rows("SELECT text FROM pages WHERE document_id = ? ORDER BY number", document_id)
                found = Unfinished(document, [row[0] for row in texts]) if document is not None else None
            else:
                self._documents.purge(document_id)
        return found

    def forget(self, path: str) -> None:
        """Purge what was begun from `path`."""
        self.find(path, "", "")

    def begin(self, document: Document, reader: str) -> int:
        """The number of a document to which pages can be written; `reader` is the version of what reads it."""
        with self._database.transaction(shown=False) as connection:
            document_id = insert_document(connection, document)
            connection.execute("INSERT INTO unfinished VALUES (?, ?, 0)", (document_id, reader))
        return document_id

    def write(
        self,
        document_id: int,
        document: Document,
        pages: Sequence[Page],
        chunks: Sequence[Chunk],
        vectors: Vectors,
        tables: Sequence[Table] = (),
    ) -> None:
        """Keep the next pages; `document` counts all so far, `vectors` are (len(chunks), dimensions) float32."""
        with self._database.transaction(shown=False) as connection:
            ids = insert_content(connection, document_id, pages, chunks, tables)
            connection.executemany(
                "INSERT INTO unfinished_vectors VALUES (?, ?)",
                [(number, vector.tobytes()) for number, vector in zip(ids, vectors, strict=True)],
            )
            update_document(connection, document_id, document)
            connection.execute("UPDATE unfinished SET pages = ? WHERE document_id = ?", (pages[-1].number, document_id))

    def finish(self, document_id: int, document: Document, embedder: Embedder) -> Document:
        """Make it findable, in place of older ones from the same path. Raises `LibraryError`."""
        ids = self._passages.numbers_of(document_id)
        for start in range(0, len(ids), VECTOR_BATCH):
            part = ids[start : start + VECTOR_BATCH]
            rows = self._database.rows(
                "SELECT chunk_id, vector FROM unfinished_vectors WHERE chunk_id BETWEEN ? AND ? "
                "AND chunk_id IN (SELECT id FROM chunks WHERE document_id = ?) ORDER BY chunk_id",
                part[0], part[-1], document_id,
            )  # fmt: skip
            vectors = np.frombuffer(b"".join(row[1] for row in rows), np.float32)
            self._vectors.add([row[0] for row in rows], document_id, vectors.reshape(len(rows), -1), embedder)
        self._documents.switch(document_id, document)
        added = self._documents.get(document_id)
        assert added is not None
        return added

"""Documents on their way in and out, in an order of writes that may be interrupted anywhere.

A document goes through `indexing` (rows written, vectors perhaps not) → `ready` (findable) → `removing`
(hidden, restorable) → gone. Only `ready` ones are ever found, and `purge_removed` finishes at the next
start what a killed process left.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from lamplight.library.copies import Copies
from lamplight.library.database import Database
from lamplight.library.dense_index import DenseIndex
from lamplight.library.document_paths import DocumentPaths
from lamplight.library.document_rows import (
    DOCUMENT_COLUMNS,
    document_of,
    insert_content,
    insert_document,
    update_document,
)
from lamplight.library.errors import LibraryError, VectorsAway
from lamplight.library.passages import Passages
from lamplight.library.records import Chunk, Document, Page, Table
from lamplight.models.embedder import Embedder, Vectors


class Documents:
    """The documents of a library; what belongs to one goes with it, its vectors and copies too."""

    def __init__(
        self, database: Database, passages: Passages, paths: DocumentPaths, vectors: DenseIndex, copies: Copies
    ) -> None:
        self._database, self._passages, self._paths = database, passages, paths
        self._vectors, self._copies = vectors, copies
        self.purged: Callable[[], object] = lambda: None  # called when a document is gone for good

    def all(self) -> list[Document]:
        """Every document that can be found, newest first."""
        return self._found("state = 'ready' ORDER BY added_at DESC, id DESC")

    def pinned(self) -> list[Document]:
        """Those of them that are part of every prompt."""
        return self._found("state = 'ready' AND pinned ORDER BY added_at DESC, id DESC")

    def _found(self, condition: str, *values: object) -> list[Document]:
        rows = self._database.rows(f"SELECT {DOCUMENT_COLUMNS} FROM documents WHERE {condition}", *values)
        return [document_of(row) for row in rows]

    def get(self, document_id: int) -> Document | None:
        """Also one that can't be found (yet, or any more)."""
        return next(iter(self._found("id = ?", document_id)), None)

    def at(self, path: str) -> Document | None:
        """The findable document that lies at `path`."""
        condition = "state = 'ready' AND (path = ?1 OR id IN (SELECT document_id FROM places WHERE path = ?1))"
        return next(iter(self._found(condition, path)), None)

    def with_content(self, sha256: str) -> Document | None:
        """A findable document with exactly this content, wherever it was read from."""
        return next(iter(self._found("sha256 = ? AND state = 'ready'", sha256)), None)

    def named(self, name: str) -> list[Document]:
        """Findable documents whose number, name or one of whose paths is `name`."""
        return [
            document
            for document in self.all()
            if name in (str(document.id), document.name, *self._paths.of(document.id))
        ]

    def page(self, document_id: int, number: int) -> Page | None:
        """Page `number`, from 1, also of a document that can't be found; None where there is no such page."""
        rows = self._database.rows(
            "SELECT number, width, height, text FROM pages WHERE document_id = ? AND number = ?",
            document_id,
            number,
        )
        return Page(*rows[0]) if rows else None

    def successor(self, document_id: int) -> int:
        """The number under which a document is found now, if it was read anew; its own as long as that is found."""
        seen = {document_id}
        while rows := self._database.rows(
            "SELECT new FROM successors WHERE old = ?1 "
            "AND NOT EXISTS (SELECT 1 FROM documents WHERE id = ?1 AND state = 'ready')",
            document_id,
        ):
            (document_id,) = rows[0]
            if document_id in seen:
                break
            seen.add(document_id)
        return document_id

    def add(
        self,
        document: Document,
        pages: Sequence[Page],
        chunks: Sequence[Chunk],
        vectors: Vectors,
        embedder: Embedder,
        tables: Sequence[Table] = (),
    ) -> Document:
        """Make a document findable, in place of older ones from the same path.

        `vectors` are (len(chunks), dimensions) float32 by `embedder`; `document.id` is ignored. The order
        of writes: rows as `indexing`; vectors; in one transaction the new one `ready` and the old ones
        `removing`; then the old ones' vectors and rows. Raises `LibraryError`, and then the library is
        as it was.
        """
        with self._database.transaction() as connection:
            document_id = insert_document(connection, document)
            ids = insert_content(connection, document_id, pages, chunks, tables)
        try:
            self._vectors.add(ids, document_id, vectors, embedder)
            self.switch(document_id, document)
        except BaseException:
            self._purge_if_possible(document_id)
            raise
        added = self.get(document_id)
        assert added is not None
        return added

    def switch(self, document_id: int, document: Document) -> None:
        """In one transaction the new document becomes findable and older ones leave its path."""
        path = document.path
        with self._database.transaction() as connection:
            update_document(connection, document_id, document)
            connection.execute(
                "INSERT OR IGNORE INTO collection_documents SELECT collection_id, ?1 FROM collection_documents "
                "JOIN documents ON id = document_id WHERE state = 'ready' AND "
                "(path = ?2 OR id IN (SELECT document_id FROM places WHERE path = ?2))",
                (document_id, path),
            )
            old = self._paths.leave(connection, path)
            # One that lies elsewhere too keeps its number: what is done to it there is not done to this one.
            connection.executemany(
                "INSERT OR REPLACE INTO successors VALUES (?, ?)", [(older, document_id) for older in old]
            )
            connection.execute(
                f"UPDATE documents SET state = 'ready', pinned = EXISTS (SELECT 1 FROM documents WHERE pinned "
                f"AND id IN ({', '.join(map(str, old))})) WHERE id = ?",
                (document_id,),
            )
            connection.execute("DELETE FROM unfinished WHERE document_id = ?", (document_id,))
            connection.execute(
                "DELETE FROM unfinished_vectors WHERE chunk_id IN (SELECT id FROM chunks WHERE document_id = ?)",
                (document_id,),
            )
        for older in old:
            self._purge_if_possible(older)

    def _purge_if_possible(self, document_id: int) -> None:
        """What can't be deleted now, on a full disk, is never found and goes at the next opening."""
        try:
            self.purge(document_id)
        except LibraryError:
            return

    def pin(self, document_id: int, pinned: bool) -> None:
        """Make a document part of every prompt, or no longer; whether it fits there is for `rag.pinning` to say."""
        with self._database.transaction() as connection:
            connection.execute("UPDATE documents SET pinned = ? WHERE id = ?", (pinned, document_id))

    def remove(self, *document_ids: int) -> None:
        """Hide documents at once; `restore` brings them back until `purge`."""
        with self._database.transaction() as connection:
            connection.executemany(
                "UPDATE documents SET state = 'removing' WHERE id = ? AND state = 'ready'",
                [(document_id,) for document_id in document_ids],
            )

    def supersede(self, older: int, newer: int) -> None:
        """Hide `older`; who asks for it is led to `newer`, as its content was read anew there."""
        with self._database.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO successors VALUES (?, ?)", (older, newer))
            connection.execute("UPDATE documents SET state = 'removing' WHERE id = ? AND state = 'ready'", (older,))

    def restore(self, *document_ids: int) -> int:
        """Undo `remove`. How many came back; not those that are gone for good, or whose path has been read again."""
        with self._database.transaction() as connection:
            cursor = connection.executemany(
                "UPDATE documents SET state = 'ready' WHERE id = ? AND state = 'removing' AND NOT EXISTS "
                "(SELECT 1 FROM documents AS newer WHERE newer.path = documents.path AND newer.state = 'ready')",
                [(document_id,) for document_id in document_ids],
            )
        return cursor.rowcount

    def purge(self, document_id: int) -> None:
        """Delete a hidden or unfinished document: its vectors, rows, index entries and stored copy."""
        if not self._database.rows("SELECT 1 FROM documents WHERE id = ? AND state <> 'ready'", document_id):
            return
        places = self._paths.of(document_id)
        # A purge that has begun can't be restored, nor gets vectors any more.
        with self._database.transaction() as connection:
            connection.execute("UPDATE documents SET state = 'indexing' WHERE id = ?", (document_id,))
            connection.execute("DELETE FROM unfinished WHERE document_id = ?", (document_id,))
        with suppress(VectorsAway):
            self._vectors.forget(self._passages.numbers_of(document_id))
        with self._database.transaction() as connection:
            # Without Chroma open its records stay behind, as while its server is away; opening it removes them.
            connection.execute("DELETE FROM chunks WHERE document_id = ?", (document_id,))
            connection.execute("DELETE FROM documents WHERE id = ?", (document_id,))
            # A deleted row's words stay in the full-text index until its segments are merged.
            connection.execute("INSERT INTO chunks_text (chunks_text) VALUES ('optimize')")
        for path in places:
            self._copies.remove(Path(path))
        self.purged()

    def purge_removed(self) -> bool:
        """Finish what was removed or left half written by a process that died; long documents can be read on.

        Whether anything was deleted.
        """
        purged = False
        for document_id, path, pages in self._database.rows(
            "SELECT id, path, unfinished.pages FROM documents LEFT JOIN unfinished ON document_id = id "
            "WHERE state <> 'ready'"
        ):
            if pages is None or not Path(path).exists():
                self.purge(document_id)
                purged = True
        return purged

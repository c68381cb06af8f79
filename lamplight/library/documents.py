"""Documents on their way in and out, in an order of writes that may be interrupted anywhere.

A document goes through `indexing` (rows written, vectors perhaps not) → `ready` (findable) → `removing`
(hidden, restorable) → gone. Only `ready` ones are ever found, and `purge_removed` finishes at the next
start what a killed process left.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from lamplight.library.errors import LibraryError, VectorsAway
from lamplight.library.places import Places
from lamplight.library.records import Chunk, Document, Page, ReportCard, Table
from lamplight.library.tables import write_tables
from lamplight.models.embedder import Embedder, Vectors

WRITTEN_COLUMNS = "name, path, sha256, format, title, pages, chunks, images, ocr_pages, bytes, added_at, report"
CHUNK_COLUMNS = "document_id, page, kind, header, text, boxes, furniture, picture, picture_kind"
DOCUMENT_COLUMNS = f"id, {WRITTEN_COLUMNS}, pinned"


class Documents(Places):
    """The documents of a library and the copies of files that were dropped on it."""

    def __init__(self, folder: Path, purpose: str) -> None:
        super().__init__(folder, purpose)
        self.purged: Callable[[], object] = lambda: None  # called when a document is gone for good
        self._claims: set[str] = set()
        self._claims_changed = threading.Condition()

    @contextmanager
    def claim(self, what: str) -> Iterator[None]:
        """A path or a content for one thread: two that read the same would store it twice."""
        with self._claims_changed:
            self._claims_changed.wait_for(lambda: what not in self._claims)
            self._claims.add(what)
        try:
            yield
        finally:
            with self._claims_changed:
                self._claims.discard(what)
                self._claims_changed.notify_all()

    def documents(self, pinned: bool = False) -> list[Document]:
        """Every document that can be found, newest first; with `pinned`, those that are part of every prompt."""
        condition = " AND pinned" if pinned else ""
        rows = self._rows(
            f"SELECT {DOCUMENT_COLUMNS} FROM documents WHERE state = 'ready'{condition} ORDER BY added_at DESC, id DESC"
        )
        return [_document(row) for row in rows]

    def document(self, document_id: int) -> Document | None:
        rows = self._rows(f"SELECT {DOCUMENT_COLUMNS} FROM documents WHERE id = ?", document_id)
        return _document(rows[0]) if rows else None

    def document_at(self, path: str) -> Document | None:
        """The findable document that lies at `path`."""
        rows = self._rows(
            f"SELECT {DOCUMENT_COLUMNS} FROM documents WHERE state = 'ready' AND "
            "(path = ?1 OR id IN (SELECT document_id FROM places WHERE path = ?1))",
            path,
        )
        return _document(rows[0]) if rows else None

    def document_with_content(self, sha256: str) -> Document | None:
        """A findable document with exactly this content, wherever it was read from."""
        rows = self._rows(f"SELECT {DOCUMENT_COLUMNS} FROM documents WHERE sha256 = ? AND state = 'ready'", sha256)
        return _document(rows[0]) if rows else None

    def documents_named(self, name: str) -> list[Document]:
        """Findable documents whose number, name or one of whose paths is `name`."""
        return [
            document
            for document in self.documents()
            if name in (str(document.id), document.name, *self.places(document.id))
        ]

    def page(self, document_id: int, number: int) -> Page | None:
        rows = self._rows(
            "SELECT number, width, height, text FROM pages WHERE document_id = ? AND number = ?",
            document_id,
            number,
        )
        return Page(*rows[0]) if rows else None

    def add_document(
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
        with self._transaction() as database:
            document_id = self._write_document(database, document)
            ids = self._write_content(database, document_id, pages, chunks, tables)
        try:
            self.add_vectors(ids, document_id, vectors, embedder)
            self._switch(document_id, document)
        except BaseException:
            self._purge_if_possible(document_id)
            raise
        added = self.document(document_id)
        assert added is not None
        return added

    def _write_document(self, database: sqlite3.Connection, document: Document) -> int:
        values = _written(document)
        cursor = database.execute(
            f"INSERT INTO documents ({WRITTEN_COLUMNS}, state) VALUES ({'?, ' * len(values)}'indexing')", values
        )
        return int(cursor.lastrowid or 0)

    def _update_document(self, database: sqlite3.Connection, document_id: int, document: Document) -> None:
        columns = ", ".join(f"{column} = ?" for column in WRITTEN_COLUMNS.split(", "))
        database.execute(f"UPDATE documents SET {columns} WHERE id = ?", (*_written(document), document_id))

    def _write_content(
        self,
        database: sqlite3.Connection,
        document_id: int,
        pages: Sequence[Page],
        chunks: Sequence[Chunk],
        tables: Sequence[Table],
    ) -> list[int]:
        """The chunks' numbers."""
        database.executemany(
            "INSERT INTO pages VALUES (?, ?, ?, ?, ?)",
            [(document_id, page.number, page.width, page.height, page.text) for page in pages],
        )
        write_tables(database, document_id, tables)
        ids = []
        for chunk in chunks:
            cursor = database.execute(
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

    def _switch(self, document_id: int, document: Document) -> None:
        """In one transaction the new document becomes findable and older ones leave its path."""
        path = document.path
        with self._transaction() as database:
            self._update_document(database, document_id, document)
            database.execute(
                "INSERT OR IGNORE INTO collection_documents SELECT collection_id, ?1 FROM collection_documents "
                "JOIN documents ON id = document_id WHERE state = 'ready' AND "
                "(path = ?2 OR id IN (SELECT document_id FROM places WHERE path = ?2))",
                (document_id, path),
            )
            database.execute(
                "INSERT OR REPLACE INTO successors SELECT id, ?1 FROM documents WHERE state = 'ready' AND path = ?2",
                (document_id, path),
            )
            old = self._leave(database, path)
            database.execute(
                f"UPDATE documents SET state = 'ready', pinned = EXISTS (SELECT 1 FROM documents WHERE pinned "
                f"AND id IN ({', '.join(map(str, old))})) WHERE id = ?",
                (document_id,),
            )
            database.execute("DELETE FROM unfinished WHERE document_id = ?", (document_id,))
            database.execute(
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
        with self._transaction() as database:
            database.execute("UPDATE documents SET pinned = ? WHERE id = ?", (pinned, document_id))

    def remove(self, document_id: int) -> None:
        """Hide a document at once; `restore` brings it back until `purge`."""
        with self._transaction() as database:
            database.execute("UPDATE documents SET state = 'removing' WHERE id = ? AND state = 'ready'", (document_id,))

    def restore(self, document_id: int) -> bool:
        """Undo `remove`. False when it is gone for good, or its path has been read again meanwhile."""
        with self._transaction() as database:
            cursor = database.execute(
                "UPDATE documents SET state = 'ready' WHERE id = ? AND state = 'removing' AND NOT EXISTS "
                "(SELECT 1 FROM documents AS newer WHERE newer.path = documents.path AND newer.state = 'ready')",
                (document_id,),
            )
        return cursor.rowcount == 1

    def successor(self, document_id: int) -> int:
        """The number under which a document is found now, if it was read anew; else its own."""
        seen = {document_id}
        while rows := self._rows("SELECT new FROM successors WHERE old = ?", document_id):
            (document_id,) = rows[0]
            if document_id in seen:
                break
            seen.add(document_id)
        return document_id

    def purge(self, document_id: int) -> None:
        """Delete a hidden or unfinished document: its vectors, rows, index entries and stored copy."""
        if not self._rows("SELECT 1 FROM documents WHERE id = ? AND state <> 'ready'", document_id):
            return
        places = self.places(document_id)
        with self._transaction() as database:  # a purge that has begun can't be restored, nor gets vectors any more
            database.execute("UPDATE documents SET state = 'indexing' WHERE id = ?", (document_id,))
            database.execute("DELETE FROM unfinished WHERE document_id = ?", (document_id,))
        with suppress(VectorsAway):
            self.forget_vectors(self._chunk_ids([document_id]))
        with self._transaction() as database:
            # Without Chroma open its records stay behind, as while its server is away; `vectors()` removes them
            # when it opens.
            database.execute("DELETE FROM chunks WHERE document_id = ?", (document_id,))
            database.execute("DELETE FROM documents WHERE id = ?", (document_id,))
            # A deleted row's words stay in the full-text index until its segments are merged.
            database.execute("INSERT INTO chunks_text (chunks_text) VALUES ('optimize')")
        for path in places:
            self.remove_copy(Path(path))
        self.purged()

    def purge_removed(self) -> bool:
        """Finish what was removed or left half written by a process that died; long documents can be read on.

        Whether anything was deleted.
        """
        purged = False
        for document_id, path, pages in self._rows(
            "SELECT id, path, unfinished.pages FROM documents LEFT JOIN unfinished ON document_id = id "
            "WHERE state <> 'ready'"
        ):
            if pages is None or not Path(path).exists():
                self.purge(document_id)
                purged = True
        return purged

    def keep_file(self, source: Path, name: str, sha256: str) -> Path:
        """A copy of `source` under `files/`, named by its content, so that nothing depends on the original.

        Raises `LibraryError` when it can't be written.
        """
        target = self.folder / "files" / sha256 / name
        if target.exists():
            return target
        part = target.with_name(f".{threading.get_ident()}.part")  # a name may be as long as names can be
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, part)
            part.replace(target)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise LibraryError(f"{name} can't be kept in the library: {error.strerror}.") from error
        return target

    def remove_copy(self, path: Path) -> None:
        """Delete the copy of a dropped file unless a document or a job needs it; other files are not touched."""
        needed = (
            "SELECT 1 FROM documents WHERE path = ?1 UNION ALL SELECT 1 FROM places WHERE path = ?1 "
            "UNION ALL SELECT 1 FROM jobs WHERE path = ?1"
        )
        if self.folder.resolve() / "files" not in path.resolve().parents or self._rows(needed, str(path)):
            return
        with suppress(OSError):  # another name of the same content may lie beside it
            path.unlink(missing_ok=True)
            path.parent.rmdir()


def _document(row: tuple[Any, ...]) -> Document:
    *values, report, pinned = row
    card = ReportCard(**json.loads(report)) if report else None
    return replace(Document(*values), report=card, pinned=bool(pinned))


def _written(document: Document) -> tuple[object, ...]:
    """A value for each of `WRITTEN_COLUMNS`."""
    report = json.dumps(asdict(document.report)) if document.report else None
    return *(getattr(document, column) for column in WRITTEN_COLUMNS.split(", ")[:-1]), report


def _boxes_to_json(chunk: Chunk) -> str:
    return json.dumps([[round(edge, 1) for edge in box] for box in chunk.boxes])

"""Where documents lie: the same content in two folders is one document in two places."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from lamplight.library.database import Database


class DocumentPaths:
    """`documents.path` is where a document was first read from; the table `places` has the others."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, document_id: int) -> list[str]:
        """Every path of a document, that of its name first."""
        rows = self._database.rows(
            "SELECT path, 0 AS later FROM documents WHERE id = ?1 UNION ALL "
            "SELECT path, 1 FROM places WHERE document_id = ?1 ORDER BY later, path",
            document_id,
        )
        return [row[0] for row in rows]

    def under(self, folder: Path) -> dict[str, int]:
        """Each path inside `folder` at which a findable document lies, and the document's number."""
        inside = f"{folder}{os.sep}".replace(os.sep * 2, os.sep)  # a root ends with the separator already
        rows = self._database.rows(
            "SELECT path, id FROM documents WHERE state = 'ready' AND substr(path, 1, ?1) = ?2 UNION ALL "
            "SELECT places.path, document_id FROM places JOIN documents ON id = document_id "
            "WHERE state = 'ready' AND substr(places.path, 1, ?1) = ?2",
            len(inside),
            inside,
        )
        return dict(rows)

    def unseen(self) -> dict[str, int]:
        """Each path that came with a backup and at which no file was seen on this computer since, and its document."""
        return dict(self._database.rows("SELECT path, document_id FROM unseen"))

    def see(self, paths: Iterable[str]) -> None:
        """There are files at `paths` now."""
        with self._database.transaction(shown=False) as connection:
            connection.executemany("DELETE FROM unseen WHERE path = ?", [(path,) for path in paths])

    def add(self, document_id: int, path: str) -> None:
        """The document's content lies at `path` too."""
        with self._database.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO places VALUES (?, ?)", (path, document_id))

    def move(self, old: str, new: str) -> None:
        """What lay at `old` is now at `new`."""
        with self._database.transaction() as connection:
            connection.execute("UPDATE OR REPLACE places SET path = ? WHERE path = ?", (new, old))
            connection.execute(
                "UPDATE documents SET path = ?, name = ? WHERE path = ? AND state = 'ready'",
                (new, Path(new).name, old),
            )

    def remove(self, path: str) -> int | None:
        """What lay at `path` is gone from there. Returns the number of a document hidden by that, as its last place."""
        with self._database.transaction() as connection:
            hidden = self.leave(connection, path)
        return hidden[0] if hidden else None

    def leave(self, connection: sqlite3.Connection, path: str) -> list[int]:
        """Inside a transaction: documents leave `path`; those that lie nowhere else are hidden, and returned."""
        connection.execute("DELETE FROM places WHERE path = ?", (path,))
        hidden = []
        rows = connection.execute(
            "SELECT id, (SELECT min(places.path) FROM places WHERE document_id = id) FROM documents "
            "WHERE path = ? AND state = 'ready'",
            (path,),
        ).fetchall()
        for document_id, other in rows:
            if other is None:
                connection.execute("UPDATE documents SET state = 'removing' WHERE id = ?", (document_id,))
                hidden.append(document_id)
            else:
                connection.execute("DELETE FROM places WHERE path = ?", (other,))
                connection.execute(
                    "UPDATE documents SET path = ?, name = ? WHERE id = ?", (other, Path(other).name, document_id)
                )
        return hidden

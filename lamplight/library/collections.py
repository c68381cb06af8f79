"""Collections: documents that belong together and are asked about apart from the others."""

from __future__ import annotations

from collections.abc import Iterable

from lamplight.library.database import Database
from lamplight.library.errors import LibraryError
from lamplight.library.records import Collection

NAME_LENGTH = 80


class Collections:
    """A document may be in several collections, or in none. A removed collection's documents stay."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[Collection]:
        """By name."""
        rows = self._database.rows(
            "SELECT collections.id, collections.name, count(documents.id) FROM collections "
            "LEFT JOIN collection_documents ON collection_id = collections.id "
            "LEFT JOIN documents ON documents.id = document_id AND state = 'ready' "
            "WHERE NOT hidden GROUP BY collections.id ORDER BY collections.name COLLATE NOCASE"
        )
        return [Collection(*row) for row in rows]

    def add(self, name: str) -> int:
        """Its number. Raises `LibraryError` for a name that is empty or taken."""
        free = self._free_name(name)
        with self._database.transaction() as connection:
            cursor = connection.execute("INSERT INTO collections (name) VALUES (?)", (free,))
        return int(cursor.lastrowid or 0)

    def rename(self, collection_id: int, name: str) -> None:
        """Raises `LibraryError` for a name that is empty or taken."""
        free = self._free_name(name, collection_id)
        with self._database.transaction() as connection:
            connection.execute("UPDATE collections SET name = ? WHERE id = ?", (free, collection_id))

    def remove(self, collection_id: int) -> None:
        """Hide it; `restore` brings it back until `purge`."""
        self._hide(collection_id, True)

    def restore(self, collection_id: int) -> None:
        """Undo `remove`, also where its name has been taken meanwhile. After `purge` nothing happens."""
        self._hide(collection_id, False)

    def purge(self) -> None:
        """Delete the hidden ones for good."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM collections WHERE hidden")

    def collect(self, collection_id: int, documents: Iterable[int]) -> None:
        """Documents join a collection; those that are in it already stay, and what is gone is passed over."""
        with self._database.transaction() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO collection_documents SELECT collections.id, documents.id "
                "FROM collections, documents WHERE collections.id = ? AND documents.id = ?",
                [(collection_id, document) for document in documents],
            )

    def release(self, collection_id: int, documents: Iterable[int]) -> None:
        """Documents leave a collection; they stay in the library."""
        with self._database.transaction() as connection:
            connection.executemany(
                "DELETE FROM collection_documents WHERE collection_id = ? AND document_id = ?",
                [(collection_id, document) for document in documents],
            )

    def members(self, collection_id: int) -> frozenset[int]:
        """The findable documents of a collection."""
        rows = self._database.rows(
            "SELECT document_id FROM collection_documents JOIN documents ON id = document_id "
            "WHERE collection_id = ? AND state = 'ready'",
            collection_id,
        )
        return frozenset(row[0] for row in rows)

    def memberships(self) -> dict[int, list[int]]:
        """For each document that is in any, the collections it is in."""
        memberships: dict[int, list[int]] = {}
        for document, collection in self._database.rows(
            "SELECT document_id, collection_id FROM collection_documents JOIN collections ON id = collection_id "
            "WHERE NOT hidden ORDER BY collection_id"
        ):
            memberships.setdefault(document, []).append(collection)
        return memberships

    def _free_name(self, name: str, own: int = 0) -> str:
        line = " ".join(name.split())[:NAME_LENGTH]
        if not line:
            raise LibraryError("A collection needs a name.")
        if self._database.rows(
            "SELECT 1 FROM collections WHERE name = ? COLLATE NOCASE AND id <> ? AND NOT hidden", line, own
        ):
            raise LibraryError(f"There is a collection {line} already; choose another name.")
        return line

    def _hide(self, collection_id: int, hidden: bool) -> None:
        with self._database.transaction() as connection:
            connection.execute("UPDATE collections SET hidden = ? WHERE id = ?", (hidden, collection_id))

"""Collections: documents that belong together and are asked about apart from the others."""

from __future__ import annotations

from collections.abc import Iterable

from lamplight.library.database import Database
from lamplight.library.errors import LibraryError
from lamplight.library.records import Collection

NAME_LENGTH = 80


class Collections(Database):
    """A document may be in several collections, or in none. A removed collection's documents stay."""

    def collections(self) -> list[Collection]:
        """By name."""
        rows = self._rows(
            "SELECT collections.id, collections.name, count(documents.id) FROM collections "
            "LEFT JOIN collection_documents ON collection_id = collections.id "
            "LEFT JOIN documents ON documents.id = document_id AND state = 'ready' "
            "WHERE NOT hidden GROUP BY collections.id ORDER BY collections.name COLLATE NOCASE"
        )
        return [Collection(*row) for row in rows]

    def add_collection(self, name: str) -> int:
        """Its number. Raises `LibraryError` for a name that is empty or taken."""
        free = self._free_name(name)
        with self._transaction() as database:
            cursor = database.execute("INSERT INTO collections (name) VALUES (?)", (free,))
        return int(cursor.lastrowid or 0)

    def rename_collection(self, collection_id: int, name: str) -> None:
        """Raises `LibraryError` for a name that is empty or taken."""
        free = self._free_name(name, collection_id)
        with self._transaction() as database:
            database.execute("UPDATE collections SET name = ? WHERE id = ?", (free, collection_id))

    def remove_collection(self, collection_id: int) -> None:
        """Hide it; `restore_collection` brings it back until `purge_collections`."""
        self._hide_collection(collection_id, True)

    def restore_collection(self, collection_id: int) -> None:
        self._hide_collection(collection_id, False)

    def purge_collections(self) -> None:
        """Delete the hidden ones for good."""
        with self._transaction() as database:
            database.execute("DELETE FROM collections WHERE hidden")

    def collect(self, collection_id: int, documents: Iterable[int]) -> None:
        """Documents join a collection; those that are in it already stay, and what is gone is passed over."""
        with self._transaction() as database:
            database.executemany(
                "INSERT OR IGNORE INTO collection_documents SELECT collections.id, documents.id "
                "FROM collections, documents WHERE collections.id = ? AND documents.id = ?",
                [(collection_id, document) for document in documents],
            )

    def release(self, collection_id: int, documents: Iterable[int]) -> None:
        """Documents leave a collection; they stay in the library."""
        with self._transaction() as database:
            database.executemany(
                "DELETE FROM collection_documents WHERE collection_id = ? AND document_id = ?",
                [(collection_id, document) for document in documents],
            )

    def members(self, collection_id: int) -> frozenset[int]:
        """The findable documents of a collection."""
        rows = self._rows(
            "SELECT document_id FROM collection_documents JOIN documents ON id = document_id "
            "WHERE collection_id = ? AND state = 'ready'",
            collection_id,
        )
        return frozenset(row[0] for row in rows)

    def memberships(self) -> dict[int, list[int]]:
        """For each document that is in any, the collections it is in."""
        memberships: dict[int, list[int]] = {}
        for document, collection in self._rows(
            "SELECT document_id, collection_id FROM collection_documents JOIN collections ON id = collection_id "
            "WHERE NOT hidden ORDER BY collection_id"
        ):
            memberships.setdefault(document, []).append(collection)
        return memberships

    def _free_name(self, name: str, own: int = 0) -> str:
        line = " ".join(name.split())[:NAME_LENGTH]
        if not line:
            raise LibraryError("A collection needs a name.")
        if self._rows("SELECT 1 FROM collections WHERE name = ? COLLATE NOCASE AND id <> ? AND NOT hidden", line, own):
            raise LibraryError(f"There is a collection {line} already; choose another name.")
        return line

    def _hide_collection(self, collection_id: int, hidden: bool) -> None:
        with self._transaction() as database:
            database.execute("UPDATE collections SET hidden = ? WHERE id = ?", (hidden, collection_id))

"""What was asked and answered, kept as it is said so that nothing is lost on a reload or a crash."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any, Literal

from lamplight.library.database import Database
from lamplight.library.records import Message


class Messages:
    """Those of all conversations, with which they go."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, conversation_id: int) -> list[Message]:
        """In order, without those that an edit has replaced."""
        rows = self._database.rows(
            "SELECT id, role, content, details FROM messages WHERE conversation_id = ? AND NOT replaced ORDER BY id",
            conversation_id,
        )
        return [Message(number, role, content, json.loads(details)) for number, role, content, details in rows]

    def add(
        self,
        conversation_id: int,
        role: Literal["user", "assistant"],
        content: str,
        details: Mapping[str, Any] | None = None,
    ) -> int:
        """`details` must be plain JSON."""
        with self._database.transaction() as connection:
            cursor = connection.execute(
                "INSERT INTO messages (conversation_id, role, content, details) VALUES (?, ?, ?, ?)",
                (conversation_id, role, content, json.dumps(details or {})),
            )
            connection.execute("UPDATE conversations SET updated_at = ? WHERE id = ?", (time.time(), conversation_id))
        return int(cursor.lastrowid or 0)

    def update(self, message_id: int, content: str, details: Mapping[str, Any]) -> None:
        """`details` must be plain JSON. Not told as a change of what is shown: an answer is saved often as it grows."""
        with self._database.transaction(shown=False) as connection:
            connection.execute(
                "UPDATE messages SET content = ?, details = ? WHERE id = ?",
                (content, json.dumps(details), message_id),
            )

    def replace(self, conversation_id: int, first: int) -> int:
        """Hide the messages from number `first` on, to put others in their place.

        Returns the number of this edit, by which `restore` takes it back.
        """
        with self._database.transaction() as connection:
            (edit,) = connection.execute("SELECT coalesce(max(replaced), 0) + 1 FROM messages").fetchone()
            connection.execute(
                "UPDATE messages SET replaced = ? WHERE conversation_id = ? AND id >= ? AND NOT replaced",
                (edit, conversation_id, first),
            )
        return int(edit)

    def restore(self, conversation_id: int, edit: int) -> None:
        """Bring back what an edit replaced; what came in its place is deleted.

        Only the last edit of a conversation can be taken back; another one is left as it is.
        """
        with self._database.transaction() as connection:
            (newest,) = connection.execute(
                "SELECT max(replaced) FROM messages WHERE conversation_id = ?", (conversation_id,)
            ).fetchone()
            if newest != edit:
                return
            connection.execute(
                "DELETE FROM messages WHERE conversation_id = ?1 AND NOT replaced AND id >= "
                "(SELECT min(id) FROM messages WHERE conversation_id = ?1 AND replaced = ?2)",
                (conversation_id, edit),
            )
            connection.execute(
                "UPDATE messages SET replaced = 0 WHERE conversation_id = ? AND replaced = ?", (conversation_id, edit)
            )
            connection.execute("UPDATE conversations SET updated_at = ? WHERE id = ?", (time.time(), conversation_id))

"""What was asked and answered, kept as it is said so that nothing is lost on a reload or a crash."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Literal

from lamplight.library.database import Database
from lamplight.library.errors import LibraryError
from lamplight.library.records import Message

logger = logging.getLogger(__name__)


class Messages:
    """Those of all conversations, with which they go."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._unsaved: dict[int, tuple[str, str]] = {}  # content and details by number, with the database's guard held
        self._replacements = database.replacements  # of the content that these belong to

    def of(self, conversation_id: int) -> list[Message]:
        """In order, without those that an edit has replaced."""
        with self._database.guard:
            with suppress(LibraryError):
                self.save()
            return [self._newest(message) for message in self._saved(conversation_id)]

    def _saved(self, conversation_id: int) -> list[Message]:
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
        """`details` must be plain JSON. Not told as a change of what is shown: an answer is saved often as it grows.

        What can't be written, as on a full disk, is kept in memory: `of` gives it, and whoever looks or calls `save`
        tries again.
        """
        with self._database.guard:
            self._forget_replaced()
            self._unsaved.pop(message_id, None)
            kept = (content, json.dumps(details))
            try:
                self._write(message_id, *kept, shown=False)
            except LibraryError as error:
                logger.warning("What was said is not saved yet: %s", error)
                self._unsaved[message_id] = kept
                self._database.changed()

    def save(self) -> None:
        """Write what could not be written. Raises `LibraryError`; what is left is kept."""
        with self._database.guard:
            self._forget_replaced()
            for number, kept in list(self._unsaved.items()):
                self._write(number, *kept, shown=True)
                del self._unsaved[number]

    def _forget_replaced(self) -> None:
        """Where all content was replaced, as by a backup, their numbers mean something else."""
        if self._replacements != self._database.replacements:
            self._replacements, self._unsaved = self._database.replacements, {}

    def _write(self, message_id: int, content: str, details: str, *, shown: bool) -> None:
        with self._database.transaction(shown) as connection:
            connection.execute(
                "UPDATE messages SET content = ?, details = ? WHERE id = ?", (content, details, message_id)
            )
            if shown:
                connection.execute(
                    "UPDATE conversations SET updated_at = ? WHERE id = "
                    "(SELECT conversation_id FROM messages WHERE id = ?)",
                    (time.time(), message_id),
                )

    def _newest(self, message: Message) -> Message:
        if message.id not in self._unsaved:
            return message
        content, details = self._unsaved[message.id]
        return Message(message.id, message.role, content, json.loads(details), unsaved=True)

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

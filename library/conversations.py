"""What was asked and answered, kept as it is said so that nothing is lost on a reload or a crash."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any, Literal

from library.database import Database
from library.records import Conversation, Message

TITLE_LENGTH = 80


class Conversations(Database):
    """Conversations and their messages."""

    def conversations(self) -> list[Conversation]:
        """The last spoken in first."""
        rows = self._rows(
            "SELECT id, title, updated_at FROM conversations WHERE NOT hidden ORDER BY updated_at DESC, id DESC"
        )
        return [Conversation(*row) for row in rows]

    def start_conversation(self, title: str) -> int:
        """`title` is shortened to one line."""
        line = " ".join(title.split())
        shortened = line if len(line) <= TITLE_LENGTH else line[: TITLE_LENGTH - 1] + "…"
        with self._transaction() as database:
            cursor = database.execute(
                "INSERT INTO conversations (title, updated_at) VALUES (?, ?)", (shortened, time.time())
            )
        return int(cursor.lastrowid or 0)

    def messages(self, conversation_id: int) -> list[Message]:
        rows = self._rows(
            "SELECT id, role, content, details FROM messages WHERE conversation_id = ? ORDER BY id",
            conversation_id,
        )
        return [Message(number, role, content, json.loads(details)) for number, role, content, details in rows]

    def add_message(
        self,
        conversation_id: int,
        role: Literal["user", "assistant"],
        content: str,
        details: Mapping[str, Any] | None = None,
    ) -> int:
        """`details` must be plain JSON."""
        with self._transaction() as database:
            cursor = database.execute(
                "INSERT INTO messages (conversation_id, role, content, details) VALUES (?, ?, ?, ?)",
                (conversation_id, role, content, json.dumps(details or {})),
            )
            database.execute("UPDATE conversations SET updated_at = ? WHERE id = ?", (time.time(), conversation_id))
        return int(cursor.lastrowid or 0)

    def update_message(self, message_id: int, content: str, details: Mapping[str, Any]) -> None:
        with self._transaction() as database:
            database.execute(
                "UPDATE messages SET content = ?, details = ? WHERE id = ?",
                (content, json.dumps(details), message_id),
            )

    def remove_conversation(self, conversation_id: int) -> None:
        """Hide it; `restore_conversation` brings it back until `purge_conversations`."""
        self._hide_conversation(conversation_id, True)

    def restore_conversation(self, conversation_id: int) -> None:
        self._hide_conversation(conversation_id, False)

    def purge_conversations(self) -> None:
        """Delete the hidden ones for good."""
        with self._transaction() as database:
            database.execute("DELETE FROM conversations WHERE hidden")

    def _hide_conversation(self, conversation_id: int, hidden: bool) -> None:
        with self._transaction() as database:
            database.execute("UPDATE conversations SET hidden = ? WHERE id = ?", (hidden, conversation_id))

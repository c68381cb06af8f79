"""What was asked and answered, kept as it is said so that nothing is lost on a reload or a crash."""

from __future__ import annotations

import json
import time
import unicodedata
from collections.abc import Mapping
from typing import Any, Literal

from lamplight.library.database import Database
from lamplight.library.records import Conversation, Message

TITLE_LENGTH = 80
AT_THE_COMPUTER = ""  # the person who needs no name
COLUMNS = "id, title, updated_at, (SELECT id FROM collections WHERE id = collection_id AND NOT hidden), person"


def person_key(name: str) -> str:
    """A name as conversations carry it: however it is spaced, composed or capitalised, it is the same person."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


class Conversations(Database):
    """Conversations and their messages. Each belongs to one person, who is named by `person_key`."""

    def conversations(self, words: str = "", person: str = AT_THE_COMPUTER) -> list[Conversation]:
        """A person's, the last spoken in first; with `words`, those whose title or messages hold them all.

        Upper and lower case are alike only in A to Z, as SQLite's LIKE has it.
        """
        matching = "".join(
            " AND (title LIKE ? ESCAPE '\\' OR EXISTS (SELECT 1 FROM messages WHERE conversation_id = conversations.id "
            "AND NOT replaced AND content LIKE ? ESCAPE '\\'))"
            for _ in words.split()
        )
        patterns = [f"%{_escaped(word)}%" for word in words.split() for _ in range(2)]
        rows = self._rows(
            f"SELECT {COLUMNS} FROM conversations WHERE NOT hidden AND person = ?{matching} "
            "ORDER BY updated_at DESC, id DESC",
            person,
            *patterns,
        )
        return [Conversation(*row) for row in rows]

    def count_conversations(self) -> int:
        """Of all persons."""
        return int(self._rows("SELECT count(*) FROM conversations WHERE NOT hidden")[0][0])

    def belongs_to(self, conversation_id: int, person: str) -> bool:
        """Whether a conversation, also one that was just removed, is this person's."""
        return bool(self._rows("SELECT 1 FROM conversations WHERE id = ? AND person = ?", conversation_id, person))

    def conversation(self, conversation_id: int) -> Conversation | None:
        """None when it isn't there, or was removed."""
        rows = self._rows(
            f"SELECT {COLUMNS} FROM conversations WHERE id = ? AND NOT hidden",
            conversation_id,
        )
        return Conversation(*rows[0]) if rows else None

    def start_conversation(self, title: str, collection_id: int | None = None, person: str = AT_THE_COMPUTER) -> int:
        """`title` is shortened to one line; `collection_id` is the collection it asks about."""
        with self._transaction() as database:
            cursor = database.execute(
                "INSERT INTO conversations (title, updated_at, collection_id, person) VALUES (?, ?, ?, ?)",
                (_title(title), time.time(), collection_id, person),
            )
        return int(cursor.lastrowid or 0)

    def rename_conversation(self, conversation_id: int, title: str) -> None:
        """A title without a letter changes nothing."""
        if title.strip():
            with self._transaction() as database:
                database.execute("UPDATE conversations SET title = ? WHERE id = ?", (_title(title), conversation_id))

    def messages(self, conversation_id: int) -> list[Message]:
        """In order, without those that an edit has replaced."""
        rows = self._rows(
            "SELECT id, role, content, details FROM messages WHERE conversation_id = ? AND NOT replaced ORDER BY id",
            conversation_id,
        )
        return [Message(number, role, content, json.loads(details)) for number, role, content, details in rows]

    def replace_messages(self, conversation_id: int, first: int) -> int:
        """Hide the messages from number `first` on, to put others in their place.

        Returns the number of this edit, by which `restore_messages` takes it back.
        """
        with self._transaction() as database:
            (edit,) = database.execute("SELECT coalesce(max(replaced), 0) + 1 FROM messages").fetchone()
            database.execute(
                "UPDATE messages SET replaced = ? WHERE conversation_id = ? AND id >= ? AND NOT replaced",
                (edit, conversation_id, first),
            )
        return int(edit)

    def restore_messages(self, conversation_id: int, edit: int) -> None:
        """Bring back what an edit replaced; what came in its place is deleted.

        Only the last edit of a conversation can be taken back; another one is left as it is.
        """
        with self._transaction() as database:
            (newest,) = database.execute(
                "SELECT max(replaced) FROM messages WHERE conversation_id = ?", (conversation_id,)
            ).fetchone()
            if newest != edit:
                return
            database.execute(
                "DELETE FROM messages WHERE conversation_id = ?1 AND NOT replaced AND id >= "
                "(SELECT min(id) FROM messages WHERE conversation_id = ?1 AND replaced = ?2)",
                (conversation_id, edit),
            )
            database.execute(
                "UPDATE messages SET replaced = 0 WHERE conversation_id = ? AND replaced = ?", (conversation_id, edit)
            )
            database.execute("UPDATE conversations SET updated_at = ? WHERE id = ?", (time.time(), conversation_id))

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
        with self._transaction(shown=False) as database:
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
        """Delete the hidden ones and replaced messages for good."""
        with self._transaction() as database:
            database.execute("DELETE FROM conversations WHERE hidden")
            database.execute("DELETE FROM messages WHERE replaced")

    def _hide_conversation(self, conversation_id: int, hidden: bool) -> None:
        with self._transaction() as database:
            database.execute("UPDATE conversations SET hidden = ? WHERE id = ?", (hidden, conversation_id))


def _title(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= TITLE_LENGTH else line[: TITLE_LENGTH - 1] + "…"


def _escaped(word: str) -> str:
    """For LIKE, where two characters stand for any."""
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")

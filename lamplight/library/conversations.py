"""Conversations: whose they are, what they are called, and what is said in them (`library.messages`)."""

from __future__ import annotations

import time
import unicodedata

from lamplight.library.database import Database
from lamplight.library.records import Conversation

TITLE_LENGTH = 80
AT_THE_COMPUTER = ""  # the person who needs no name
COLUMNS = "id, title, updated_at, (SELECT id FROM collections WHERE id = collection_id AND NOT hidden), person"


def person_key(name: str) -> str:
    """A name as conversations carry it: however it is spaced, composed or capitalised, it is the same person."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


class Conversations:
    """Each belongs to one person, who is named by `person_key`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, words: str = "", person: str = AT_THE_COMPUTER) -> list[Conversation]:
        """A person's, the last spoken in first; with `words`, those whose title or messages hold them all.

        Upper and lower case are alike only in A to Z, as SQLite's LIKE has it.
        """
        matching = "".join(
            " AND (title LIKE ? ESCAPE '\\' OR EXISTS (SELECT 1 FROM messages WHERE conversation_id = conversations.id "
            "AND NOT replaced AND content LIKE ? ESCAPE '\\'))"
            for _ in words.split()
        )
        patterns = [f"%{_escaped(word)}%" for word in words.split() for _ in range(2)]
        rows = self._database.rows(
            f"SELECT {COLUMNS} FROM conversations WHERE NOT hidden AND person = ?{matching} "
            "ORDER BY updated_at DESC, id DESC",
            person,
            *patterns,
        )
        return [Conversation(*row) for row in rows]

    def count(self) -> int:
        """Of all persons."""
        return int(self._database.rows("SELECT count(*) FROM conversations WHERE NOT hidden")[0][0])

    def belongs_to(self, conversation_id: int, person: str) -> bool:
        """Whether a conversation, also one that was just removed, is this person's."""
        return bool(
            self._database.rows("SELECT 1 FROM conversations WHERE id = ? AND person = ?", conversation_id, person)
        )

    def get(self, conversation_id: int) -> Conversation | None:
        """None when it isn't there, or was removed."""
        rows = self._database.rows(
            f"SELECT {COLUMNS} FROM conversations WHERE id = ? AND NOT hidden",
            conversation_id,
        )
        return Conversation(*rows[0]) if rows else None

    def start(self, title: str, collection_id: int | None = None, person: str = AT_THE_COMPUTER) -> int:
        """`title` is shortened to one line; `collection_id` is the collection it asks about."""
        with self._database.transaction() as connection:
            cursor = connection.execute(
                "INSERT INTO conversations (title, updated_at, collection_id, person) VALUES (?, ?, ?, ?)",
                (_title(title), time.time(), collection_id, person),
            )
        return int(cursor.lastrowid or 0)

    def rename(self, conversation_id: int, title: str) -> None:
        """A title without a letter changes nothing."""
        if title.strip():
            with self._database.transaction() as connection:
                connection.execute("UPDATE conversations SET title = ? WHERE id = ?", (_title(title), conversation_id))

    def remove(self, conversation_id: int) -> None:
        """Hide it; `restore` brings it back until `purge`."""
        self._hide(conversation_id, True)

    def restore(self, conversation_id: int) -> None:
        """Undo `remove`. After `purge` nothing happens."""
        self._hide(conversation_id, False)

    def purge(self) -> None:
        """Delete the hidden ones, and messages that an edit has replaced, for good."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM conversations WHERE hidden")
            connection.execute("DELETE FROM messages WHERE replaced")

    def _hide(self, conversation_id: int, hidden: bool) -> None:
        with self._database.transaction() as connection:
            connection.execute("UPDATE conversations SET hidden = ? WHERE id = ?", (hidden, conversation_id))


def _title(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= TITLE_LENGTH else line[: TITLE_LENGTH - 1] + "…"


def _escaped(word: str) -> str:
    """For LIKE, where two characters stand for any."""
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")

"""The library: what was read, where it came from, and what was said about it."""

from __future__ import annotations

from pathlib import Path

from library.captions import Captions
from library.collections import Collections
from library.conversations import Conversations
from library.errors import LibraryError
from library.folders import Folders
from library.jobs import Jobs
from library.tables import Tables
from library.unfinished import UnfinishedDocuments


class Library(UnfinishedDocuments, Tables, Captions, Folders, Collections, Conversations, Jobs):
    """One folder: `library.sqlite3` (the truth), `vectors/` (Chroma), `files/` (copies of what was dropped)."""

    def __init__(self, folder: Path, purpose: str = "Lamplight") -> None:
        super().__init__(folder, purpose)
        try:
            self.purged_on_opening = self.purge_removed()
            self.purge_conversations()
            self.purge_collections()
        except LibraryError:
            self.close()
            raise

    def __enter__(self) -> Library:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

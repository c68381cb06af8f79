"""The library: what was read, where it came from, and what was said about it."""

from __future__ import annotations

import json
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from lamplight.library.captions import Captions
from lamplight.library.chunk_documents import ChunkDocuments
from lamplight.library.claims import Claims
from lamplight.library.collections import Collections
from lamplight.library.conversations import Conversations
from lamplight.library.copies import Copies, Incoming
from lamplight.library.database import Database
from lamplight.library.dense_index import DenseIndex
from lamplight.library.digests import Digests
from lamplight.library.document_paths import DocumentPaths
from lamplight.library.documents import Documents
from lamplight.library.errors import LibraryError, VectorsAway
from lamplight.library.folders import Folders
from lamplight.library.full_text import FullText
from lamplight.library.guides import Guides
from lamplight.library.jobs import Jobs
from lamplight.library.messages import Messages
from lamplight.library.migrations import migrate
from lamplight.library.passages import Passages
from lamplight.library.tables import Tables
from lamplight.library.unfinished import UnfinishedDocuments
from lamplight.library.vector_places import SECOND, VECTORS, VectorPlaces
from lamplight.library.vector_server import VectorChoice

SCRATCH = "scratch"
ERASING = "erasing"
MOVING_IN = "moving-in.json"
SETTINGS = "settings.json"


class Library:
    """One folder: `library.sqlite3` (the truth), `vectors/` (Chroma), `files/` (copies of what was dropped).

    The vectors may be on a server instead, which `vector-server.json` names. What is kept is kept by its parts, over
    one `database`; the library itself opens, fills and erases them together.
    """

    def __init__(self, folder: Path, purpose: str = "Lamplight") -> None:
        """Raises `LibraryBusy` when another process has it, `LibraryError` when it can't be read."""
        self.database = Database(folder, purpose)
        folder = self.folder = self.database.folder
        try:
            choice = VectorChoice(folder)
        except LibraryError:
            self.database.close()
            raise
        self._compose(choice)
        try:
            shutil.rmtree(folder / SCRATCH, ignore_errors=True)
            self._move_out()
            self.copies.follow_folder()
            self.purged_on_opening = (folder / ERASING).exists() or self.documents.purge_removed()
            if (folder / ERASING).exists():
                self.erase()
            self.conversations.purge()
            self.collections.purge()
        except LibraryError:
            self.close()
            raise

    def _compose(self, choice: VectorChoice) -> None:
        database, owners = self.database, ChunkDocuments(self.database)
        self.passages = Passages(database, owners)
        self.full_text = FullText(database, owners)
        self.vector_places = VectorPlaces(database, self.passages, choice)
        self.vectors = DenseIndex(database, self.passages, self.vector_places)
        self.tables = Tables(database)
        self.paths = DocumentPaths(database)
        self.copies = Copies(database)
        self.documents = Documents(database, self.passages, self.paths, self.vectors, self.copies)
        self.unfinished = UnfinishedDocuments(database, self.documents, self.passages, self.vectors)
        self.claims = Claims()
        self.captions = Captions(database, self.passages, self.vectors)
        self.guides = Guides(database)
        self.digests = Digests(database)
        self.collections = Collections(database)
        self.conversations = Conversations(database)
        self.messages = Messages(database)
        self.folders = Folders(database)
        self.jobs = Jobs(database)

    def close(self) -> None:
        """Vectors first, then the database with its lock; waits while a thread opens vectors or uses the database."""
        with self.vector_places.opening, self.database.guard:
            with suppress(LibraryError):  # the last time
                self.messages.save()
            self.vector_places.close()
            self.database.close()

    def __enter__(self) -> Library:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def is_empty(self) -> bool:
        """Whether it holds no document, none on its way, no collection and no conversation."""
        return not (self.documents.all() or self.jobs.all() or self.collections.all() or self.conversations.count())

    def fill(self, source: sqlite3.Connection) -> None:
        """Take over what `source` holds. Raises `LibraryError` when something has come in meanwhile."""
        with self.database.guard:
            if not self.is_empty:
                raise LibraryError("Something was added to the library meanwhile, so it was left as it is.")
            self.database.replace_content(source)

    @contextmanager
    def moving_in(self, names: Sequence[str]) -> Iterator[None]:
        """Files that come into the folder of an empty library, by their names in it; they go again if it stays empty.

        So nothing stays of a backup whose database didn't follow its files, be it for a full disk or a killed process.
        """
        marker = self.folder / MOVING_IN
        part = marker.with_suffix(".part")
        part.write_text(json.dumps([name for name in names if not (self.folder / name).exists()]), encoding="utf-8")
        part.replace(marker)
        try:
            yield
        finally:
            self._move_out()

    def _move_out(self) -> None:
        marker = self.folder / MOVING_IN
        marker.with_suffix(".part").unlink(missing_ok=True)
        if not marker.exists():
            return
        with suppress(OSError, ValueError, LibraryError):  # a copy too many must not keep the library shut
            for name in json.loads(marker.read_text(encoding="utf-8")) if self.is_empty else ():
                if name == SETTINGS:
                    (self.folder / name).unlink(missing_ok=True)
                else:
                    self.copies.remove(self.folder / name)
            marker.unlink()

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """A folder on the library's disk; what a killed process leaves in it goes at the next opening.

        Raises `LibraryError` when it can't be made.
        """
        try:
            (self.folder / SCRATCH).mkdir(exist_ok=True)
            made = tempfile.TemporaryDirectory(dir=self.folder / SCRATCH, ignore_cleanup_errors=True)
        except OSError as error:
            raise LibraryError(f"Nothing can be kept in the library: {error.strerror}.") from error
        with made as folder:
            yield Path(folder)

    @contextmanager
    def incoming(self) -> Iterator[Incoming]:
        """A file that is written as it comes, for `Copies.take`; nothing stays of one that isn't taken."""
        with self.scratch() as folder:
            incoming = Incoming(folder / "incoming")
            try:
                yield incoming
            finally:
                incoming.abandon()

    def erase(self) -> None:
        """Leave nothing: documents, vectors, copies, conversations, and by `documents.purged` what models remember.

        Files outside the library's folder are not touched, nor are models inside it. If it is killed meanwhile, the
        next opening finishes it. Raises `LibraryError`; then too.
        """
        marker = self.folder / ERASING
        try:
            marker.touch()
            with self.vector_places.opening, self.database.guard:
                self.vector_places.close()
                self._empty_database()
            for place in (*self.folder.glob(f"{VECTORS}*"), self.copies.folder, self.folder / SCRATCH):
                with suppress(FileNotFoundError):
                    shutil.rmtree(place)
            for name in (SETTINGS, SECOND):
                (self.folder / name).unlink(missing_ok=True)
            self.documents.purged()
            self.vector_places.choice.begin_anew()
            marker.unlink()
            self.vector_places.delete_left()
        except VectorsAway as error:
            raise LibraryError(f"All is erased here, but not the vectors on a server: {error}") from error
        except OSError as error:
            raise LibraryError(
                f"The library in {self.folder} is not erased yet ({error.strerror}: {error.filename}); "
                "close Lamplight and start it again to finish."
            ) from error

    def _empty_database(self) -> None:
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as empty:
            migrate(empty)
            # A number never comes to mean something else, as in a page that is still open.
            empty.executemany(
                "INSERT INTO sqlite_sequence VALUES (?, ?)", self.database.rows("SELECT * FROM sqlite_sequence")
            )
            self.database.replace_content(empty)

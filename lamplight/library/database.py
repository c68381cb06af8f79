"""One SQLite file, opened for one process, with transactions that are on disk when they return."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from lamplight.languages import sentence
from lamplight.library.errors import LibraryError
from lamplight.library.lock import LibraryLock
from lamplight.library.migrations import migrate

DATABASE = "library.sqlite3"


class Database:
    """Takes `folder` for this process alone. Safe to use from several threads: `guard` is held for each use of it.

    Raises `LibraryBusy` when another process has it, `LibraryError` when it can't be read.
    """

    def __init__(self, folder: Path, purpose: str = "Lamplight") -> None:
        self.changes = 0  # grows with what the library shows: who shows it looks again then
        self.changed: Callable[[], object] = lambda: None  # called then, with `guard` held
        self.replacements = 0  # grows when all content is replaced: a number means something else then
        try:
            folder.mkdir(parents=True, exist_ok=True)
            folder = self.folder = folder.resolve()  # copies are known by their paths, which have no links in them
            self.lock = LibraryLock(folder, purpose)
        except OSError as error:
            raise LibraryError(f"The library folder {folder} can't be used: {error.strerror}.") from error
        self.guard = threading.RLock()
        self._copying = threading.Lock()
        try:
            self.connection = sqlite3.connect(folder / DATABASE, isolation_level=None, check_same_thread=False)
            self.connection.execute("PRAGMA journal_mode = WAL")
            self.connection.execute("PRAGMA synchronous = FULL")
            self.connection.execute("PRAGMA foreign_keys = ON")
            self.connection.execute("PRAGMA secure_delete = ON")  # removed means gone from the file too
            migrate(self.connection)
        except sqlite3.DatabaseError as error:
            self.lock.release()
            full = isinstance(error, sqlite3.OperationalError)
            raise (self._unwritable(error) if full else self._unreadable(error)) from error
        except LibraryError:
            self.lock.release()
            raise

    def close(self) -> None:
        """Once no other thread uses it; the folder is free for another process then. Closing again does nothing."""
        with self.guard:
            self.connection.close()
            self.lock.release()

    @contextmanager
    def transaction(self, shown: bool = True) -> Iterator[sqlite3.Connection]:
        """All or nothing, on disk when it returns; a full disk becomes a sentence.

        `shown` says whether it changes what a list of documents or conversations shows.
        """
        with self.guard:
            try:
                self.connection.execute("BEGIN IMMEDIATE")
                try:
                    yield self.connection
                    self.connection.execute("COMMIT")
                    if shown:
                        self._tell()
                except BaseException:
                    if self.connection.in_transaction:
                        self.connection.execute("ROLLBACK")
                    raise
            except sqlite3.OperationalError as error:
                raise self._unwritable(error) from error
            except sqlite3.DatabaseError as error:
                raise self._unreadable(error) from error

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """What a statement finds; `values` stand for its question marks."""
        with self.guard:
            try:
                return self.connection.execute(statement, values).fetchall()
            except sqlite3.DatabaseError as error:
                raise self._unreadable(error) from error

    def _tell(self) -> None:
        self.changes += 1
        self.changed()

    def _unwritable(self, error: sqlite3.DatabaseError) -> LibraryError:
        return LibraryError(
            sentence(f"The library in {self.folder} can't be written ({error}); free some disk space and try again.")
        )

    def _unreadable(self, error: sqlite3.DatabaseError) -> LibraryError:
        return LibraryError(
            sentence(
                f"The library in {self.folder} can't be read ({error}); restore it from a backup or name another "
                "folder with --library."
            )
        )

    def snapshot(self, target: Path) -> None:
        """Copy the database as it is at this moment to the new file `target`, while it goes on being written."""
        try:
            with (
                self._copying,
                closing(sqlite3.connect(self.folder / DATABASE)) as source,
                closing(sqlite3.connect(target)) as copy,
            ):
                source.backup(copy)
        except sqlite3.OperationalError as error:
            raise self._unwritable(error) from error
        except sqlite3.DatabaseError as error:
            raise self._unreadable(error) from error

    def replace_content(self, source: sqlite3.Connection) -> None:
        """All or nothing: this database holds what `source` holds, and its files nothing of what was before."""
        with self.guard, self._copying:  # a log that is being read can't be emptied
            try:
                source.backup(self.connection)
                self._tell()
                self.replacements += 1
                self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            except sqlite3.DatabaseError as error:
                raise self._unwritable(error) from error

    def problems(self) -> list[str]:
        """What SQLite's own check finds wrong, in its words; empty for a healthy library."""
        rows = [str(row[0]) for row in self.rows("PRAGMA quick_check")]
        return [row for row in rows if row != "ok"]


def open_snapshot(snapshot: Path) -> sqlite3.Connection:
    """In autocommit, for any thread; the caller closes it. Raises `sqlite3.DatabaseError` where it is none."""
    database = sqlite3.connect(snapshot, isolation_level=None, check_same_thread=False)
    try:
        database.execute("PRAGMA journal_mode = DELETE")  # one file, whatever the library's own has beside it
    except sqlite3.DatabaseError:
        database.close()
        raise
    return database

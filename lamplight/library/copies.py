"""The library's own copies of files that were dropped on it, under `files/`."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from lamplight.files import READ_BLOCK, sync, sync_names
from lamplight.library.database import Database
from lamplight.library.errors import LibraryError

FILES = "files"
PATH_TABLES = ("documents", "places", "jobs")
NAMED = re.compile(r"[0-9a-f]{64}/[^/\\\0]+")  # content and file name
ANYWHERE = re.compile(rf".*[/\\]{FILES}[/\\]([0-9a-f]{{64}})[/\\]([^/\\\0]+)", re.DOTALL)  # in a library of any system


class Incoming:
    """A file on its way in, which comes to lie at `path`: hashed while it is written, so it is read no second time.

    Raises `LibraryError` when it can't be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._digest = hashlib.sha256()
        with _keeping():
            self._file = path.open("wb")

    def write(self, piece: bytes) -> None:
        """The next bytes of it."""
        with _keeping():
            self._file.write(piece)
        self._digest.update(piece)

    def copy(self, file: BinaryIO) -> None:
        """All that is left of `file`. Also raises `OSError`, when that can't be read."""
        while piece := file.read(READ_BLOCK):
            self.write(piece)

    def finish(self) -> str:
        """The hexadecimal sha256 of what was written, which is on the disk then; nothing can be written after it."""
        if not self._file.closed:
            with _keeping():
                sync(self._file)
                self._file.close()
        return self._digest.hexdigest()

    def abandon(self) -> None:
        """Let go of the file, wherever it lies by now."""
        with suppress(OSError):
            self._file.close()


class Copies:
    """Each in a folder named by its content, so that nothing depends on the original."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.folder = database.folder / FILES

    def take(self, incoming: Incoming, name: str) -> Path:
        """Where a file that has come in lies from now on, called `name`, also after a power cut.

        It takes the place of a copy that is there, which may be damaged. Raises `LibraryError` when that can't be.
        """
        target = self.folder / incoming.finish() / name
        with _keeping(name):
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                incoming.path.replace(target)
            except PermissionError:  # on Windows, while the copy is being read
                if not target.exists():
                    raise
            sync_names([target], self._database.folder)
        return target

    def checksum_of(self, path: Path) -> str:
        """The sha256 of a copy, by which its folder is called; empty for a file that is no copy."""
        return path.parent.name if NAMED.fullmatch(self.name_of(path)) else ""

    def name_of(self, path: Path) -> str:
        """By which others may name a copy: nothing of where the library is. Empty for a file that is no copy."""
        return path.relative_to(self.folder).as_posix() if self.folder in path.parents else ""

    def named(self, name: str) -> Path | None:
        """Where the copy of that name is, or would be; None for what names none."""
        known = NAMED.fullmatch(name) is not None and not name.endswith(("/.", "/.."))
        return self.folder / name if known else None

    def follow_folder(self) -> None:
        """Where the library was moved or renamed, its copies are known by where they are now. Raises `LibraryError`."""
        with self._database.transaction(shown=False) as connection:
            new = {}
            for path in stored_paths(connection):
                if self.folder not in Path(path).parents and (parts := ANYWHERE.fullmatch(path)):
                    here = self.folder.joinpath(*parts.groups())
                    if here.is_file() and not _is_anothers(Path(path), here):
                        new[path] = str(here)
            rename_paths(connection, new)

    def remove(self, path: Path) -> None:
        """Delete a copy unless a document or a job needs it; other files are not touched."""
        needed = (
            "SELECT 1 FROM documents WHERE path = ?1 UNION ALL SELECT 1 FROM places WHERE path = ?1 "
            "UNION ALL SELECT 1 FROM jobs WHERE path = ?1"
        )
        if self._database.folder.resolve() / FILES not in path.resolve().parents or self._database.rows(
            needed, str(path)
        ):
            return
        with suppress(OSError):  # another name of the same content may lie beside it
            path.unlink(missing_ok=True)
            path.parent.rmdir()


def stored_paths(database: sqlite3.Connection) -> set[str]:
    """All by which documents and files on their way in are known."""
    union = " UNION ".join(f"SELECT path FROM {table}" for table in PATH_TABLES)
    return {row[0] for row in database.execute(union)}


def rename_paths(database: sqlite3.Connection, new: Mapping[str, str]) -> None:
    """What was known by a path of `new` is known by its value."""
    for table in PATH_TABLES:
        database.executemany(
            f"UPDATE OR REPLACE {table} SET path = ? WHERE path = ?", [(after, before) for before, after in new.items()]
        )


def _is_anothers(path: Path, own: Path) -> bool:
    """Whether what is called like the copy `own` is another library's, and no link to the same file."""
    try:
        return not path.samefile(own)
    except OSError:  # it isn't there any more
        return False


@contextmanager
def _keeping(name: str = "") -> Iterator[None]:
    """Where something can't be written inside the block, that is a `LibraryError`."""
    try:
        yield
    except OSError as error:
        raise LibraryError(
            f"{name} can't be kept in the library: {error.strerror}."
            if name
            else f"The file can't be kept in the library: {error.strerror}."
        ) from error

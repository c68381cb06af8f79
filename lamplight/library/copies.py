"""The library's own copies of files that were dropped on it, under `files/`."""

from __future__ import annotations

import re
import shutil
import threading
from contextlib import suppress
from pathlib import Path

from lamplight.library.database import Database
from lamplight.library.errors import LibraryError

FILES = "files"
NAMED = re.compile(r"[0-9a-f]{64}/[^/\\\0]+")  # content and file name


class Copies:
    """Each in a folder named by its content, so that nothing depends on the original."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.folder = database.folder / FILES

    def keep(self, source: Path, name: str, sha256: str) -> Path:
        """A copy of `source`, called `name`. Raises `LibraryError` when it can't be written."""
        target = self.folder / sha256 / name
        if target.exists():
            return target
        part = target.with_name(f".{threading.get_ident()}.part")  # a name may be as long as names can be
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, part)
            part.replace(target)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise LibraryError(f"{name} can't be kept in the library: {error.strerror}.") from error
        return target

    def name_of(self, path: Path) -> str:
        """By which others may name a copy: nothing of where the library is. Empty for a file that is no copy."""
        return path.relative_to(self.folder).as_posix() if self.folder in path.parents else ""

    def named(self, name: str) -> Path | None:
        """Where the copy of that name is, or would be; None for what names none."""
        known = NAMED.fullmatch(name) is not None and not name.endswith(("/.", "/.."))
        return self.folder / name if known else None

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

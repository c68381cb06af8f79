"""Whether the files of the vectors are still what was written.

hnswlib, inside Chroma, believes its files: one that is damaged or cut short ends the process. So their checksums lie
beside them, renewed with every change, and are compared before Chroma opens anything. Chroma's database changes all
the time and defends itself (it is SQLite); its checksum is only kept from a proper closing to the next opening.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Literal, TypeAlias

CHECKSUMS = "checksums.json"
CHANGING = "changing"  # a file that is there as long as Chroma may be changing others
DATABASE = "chroma.sqlite3"
BLOCK = 1 << 20

Condition: TypeAlias = Literal["new", "closed", "left open", "unknown", "damaged"]
Stamp: TypeAlias = "tuple[int, int]"  # a file's bytes and time of change, by which a change is noticed


class Checksums:
    """Those of one folder. Used by several threads at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / CHECKSUMS
        self._lock = threading.Lock()
        self._known: dict[str, tuple[Stamp, list[int]]] = {}
        self._changes = 0  # under way

    def condition(self) -> Condition:
        """How the files are that Chroma is about to open. Reads them all: 1 s for 1.5 GB.

        `left open`: the index is sound, and its process has died. `unknown`: checksums were never written or are lost,
        or the process died before those of a change were written.
        """
        files = [path for path in self._folder.rglob("*") if path.is_file()] if self._folder.is_dir() else []
        if not any(path != self._path for path in files):
            return "new"
        try:
            written = json.loads(self._path.read_bytes())
            closed, expected = bool(written["closed"]), dict(written["files"])
        except FileNotFoundError:
            return "unknown"
        except (OSError, ValueError, KeyError, TypeError):
            return "damaged"
        try:
            if not (closed or _is_sound(self._folder / DATABASE)):
                return "damaged"
            if self._sums(closed) != expected:
                return "unknown" if not closed and (self._folder / CHANGING).exists() else "damaged"
        except OSError:
            return "damaged"
        return "closed" if closed else "left open"

    def opened(self) -> None:
        """To be called before Chroma opens anything."""
        with self._lock:
            self._write(closed=False)

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Around each change that Chroma may make; opening is one."""
        with self._lock:
            self._changes += 1
            (self._folder / CHANGING).touch()
        try:
            yield
        finally:
            self.renew()
            with self._lock:
                self._changes -= 1
                if not self._changes:
                    (self._folder / CHANGING).unlink(missing_ok=True)

    def renew(self) -> None:
        """To be called after what may have changed files against all expectation, as reading."""
        with self._lock:
            if self._stamps() != {name: stamp for name, (stamp, _) in self._known.items()}:
                self._write(closed=False)

    def closed(self) -> None:
        """To be called when Chroma has let go of its files."""
        with self._lock:
            self._write(closed=True)

    def _write(self, closed: bool) -> None:
        content = json.dumps({"closed": closed, "files": self._sums(closed)})
        part = self._path.with_suffix(".part")
        with part.open("w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self._path)

    def _sums(self, closed: bool) -> dict[str, list[int]]:
        """Of each file its bytes and CRC 32, against accidents, not malice. What did not change is known."""
        stamps = self._stamps()
        for name, stamp in stamps.items():
            if name not in self._known or self._known[name][0] != stamp:
                self._known[name] = (stamp, _sum(self._folder / name))
        self._known = {name: self._known[name] for name in stamps}
        sums = {name: found for name, (_, found) in self._known.items()}
        if closed:
            sums |= {path.name: _sum(path) for path in self._folder.glob(f"{DATABASE}*")}
        return sums

    def _stamps(self) -> dict[str, Stamp]:
        """Of the files of the index, each in a folder of its segment."""
        found = {}
        for path in self._folder.glob("*/*"):
            status = path.stat()
            found[path.relative_to(self._folder).as_posix()] = (status.st_size, status.st_mtime_ns)
        return found


def _is_sound(database: Path) -> bool:
    """By SQLite's own check; what a dying process left half written is mended first."""
    try:
        with closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=rw", uri=True)) as connection:
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))
    except sqlite3.OperationalError:  # locked or out of reach, which is no damage: Chroma says what it is
        return True
    except sqlite3.DatabaseError:
        return False


def _sum(path: Path) -> list[int]:
    size = crc = 0
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            crc = zlib.crc32(block, crc)
            size += len(block)
    return [size, crc]

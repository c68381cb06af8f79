"""A library in one file, to keep or to take to another computer.

A zip with the database (a snapshot), the copies of dropped files, the vectors, and `manifest.json` with the sha256
of each. Everything is streamed: neither side holds more than a block. A restored library is searched at once, as
its vectors are there: 5,300 passages take a second, computing them anew a minute and a half on two cores.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import time
import zipfile
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from pydantic import BaseModel, ValidationError

from lamplight.files import sync, sync_names
from lamplight.languages import sentence
from lamplight.library.copies import FILES, stored_paths
from lamplight.library.database import DATABASE, open_snapshot
from lamplight.library.errors import LibraryError
from lamplight.library.store import SETTINGS, Library
from lamplight.models.embedder import Embedder

FORMAT = 1
MANIFEST = "manifest.json"
VECTORS = "vectors.bin"
BLOCK = 1 << 20
VECTOR_BATCH = 1_000
LARGEST_MANIFEST = 256 << 20  # bytes; a line for each of a million files


class BackupError(LibraryError):
    """A backup that can't be written, or is no whole backup."""


class Kept(BaseModel):
    """One file of a backup."""

    sha256: str
    bytes: int


class Manifest(BaseModel):
    """What a backup holds. `library` is where it was, on `windows` or not; `elsewhere` counts documents whose file
    is outside the library, and so not in here (its text is).
    """

    format: int
    created: float
    library: str
    windows: bool
    documents: int
    conversations: int
    elsewhere: int
    embedder: str
    dimensions: int
    files: dict[str, Kept]


@dataclass(frozen=True, slots=True)
class BackupProgress:
    """Bytes of the content dealt with so far, of about `total`."""

    done: int
    total: int


class Target(Protocol):
    """Anything that takes bytes; it need not be able to go back."""

    def write(self, data: bytes, /) -> int:
        """Take all of `data`; its length, by which the zip counts where it is."""

    def flush(self) -> None:
        """Called once, at the zip's end."""

    def close(self) -> None:
        """Not called here: it is for whoever opened the target."""


def usual_name() -> str:
    """Of the file of a backup made now, with the local date and without a folder."""
    return f"lamplight-{time.strftime('%Y-%m-%d')}.zip"


def write_backup(library: Library, embedder: Embedder, path: Path) -> Generator[BackupProgress, None, None]:
    """Pack into the file `path`, which is there when it is whole. Raises `BackupError`.

    Another backup is replaced, anything else that lies there is not.
    """
    if path.exists() and not _is_backup(path):
        raise BackupError(f"{path} is there already and is no backup of Lamplight; choose another name.")
    part = path.with_name(f"{path.name}.part")
    try:
        try:
            with open(part, "wb", opener=_for_the_owner) as file:
                yield from pack(library, embedder, file)
                sync(file)
            part.replace(path)
            sync_names([path], path.parent)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise BackupError(f"The backup can't be written to {path} ({error.strerror}); choose another place.") from error


def pack(library: Library, embedder: Embedder, target: Target) -> Generator[BackupProgress, None, None]:
    """Write a backup to `target`, a step after each block. What changes meanwhile is not in it.

    Raises `LibraryError`, and `OSError` of `target`.
    """
    with library.scratch() as scratch:
        snapshot = scratch / DATABASE
        library.database.snapshot(snapshot)
        try:
            with closing(open_snapshot(snapshot)) as database:
                _tidy(database)
                copies, elsewhere = _paths(database, library.folder)
                documents, conversations = _count(database, "documents"), _count(database, "conversations")
        except sqlite3.OperationalError as error:
            raise BackupError(
                f"The library can't be packed, for which {library.folder} needs disk space ({error}); free some and "
                "try again."
            ) from error
        chunks = list(library.passages.findable())
        sizes = [snapshot.stat().st_size, *map(_size, copies), len(chunks) * record_type(embedder).itemsize]
        with closing(_Packing(target, sum(sizes))) as packing:
            yield from packing.add(DATABASE, _blocks(snapshot), zipfile.ZIP_DEFLATED)
            for path in copies:
                if path.is_file():  # a document may have been removed meanwhile
                    yield from packing.add(path.relative_to(library.folder).as_posix(), _blocks(path))
            if (settings := library.folder / SETTINGS).is_file():
                yield from packing.add(SETTINGS, _blocks(settings))
            if chunks:
                yield from packing.add(VECTORS, _vectors(library, embedder, chunks))
            packing.finish(
                Manifest(
                    format=FORMAT,
                    created=time.time(),
                    library=str(library.folder),
                    windows=os.name == "nt",
                    documents=documents,
                    conversations=conversations,
                    elsewhere=elsewhere,
                    embedder=embedder.name,
                    dimensions=embedder.dimensions,
                    files=packing.files,
                )
            )


class _Packing:
    """A zip on its way to a target; the manifest comes last, when all checksums are known."""

    def __init__(self, target: Target, total: int) -> None:
        self.files: dict[str, Kept] = {}
        self._archive = zipfile.ZipFile(target, "w")
        self._done, self._total = 0, total

    def add(
        self, name: str, blocks: Iterable[bytes], compression: int = zipfile.ZIP_STORED
    ) -> Iterator[BackupProgress]:
        entry = zipfile.ZipInfo(name, time.localtime()[:6])
        entry.compress_type = compression
        digest, size = hashlib.sha256(), 0
        with self._archive.open(entry, "w", force_zip64=True) as file:
            for block in blocks:
                file.write(block)
                digest.update(block)
                size += len(block)
                self._done += len(block)
                yield BackupProgress(min(self._done, self._total), self._total)
        self.files[name] = Kept(sha256=digest.hexdigest(), bytes=size)

    def finish(self, manifest: Manifest) -> None:
        self._archive.writestr(MANIFEST, manifest.model_dump_json(indent=1))

    def close(self) -> None:
        """Without `finish`, what was written is refused by `read_manifest`."""
        self._archive.close()


def read_manifest(path: Path) -> Manifest:
    """What a backup says it holds. Raises `BackupError` when it is none, is cut short, or is of a newer kind."""
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.getinfo(MANIFEST).file_size > LARGEST_MANIFEST:
                raise ValueError("a manifest of that size")
            content = archive.read(MANIFEST)
            if json.loads(content)["format"] > FORMAT:
                raise BackupError(
                    f"{path.name} was written by a newer version of Lamplight; install that to restore it."
                )
            manifest = Manifest.model_validate_json(content)
            if {*manifest.files, MANIFEST} != set(archive.namelist()) or DATABASE not in manifest.files:
                raise ValueError("other files than it lists")
    except FileNotFoundError:
        raise BackupError(f"{path} does not exist; check the spelling.") from None
    except OSError as error:
        raise BackupError(f"{path} can't be read ({error.strerror}); check the disk it is on.") from error
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError, ValidationError, NotImplementedError) as error:
        raise damaged(path) from error
    if not all(map(_is_expected, manifest.files)):
        raise damaged(path)
    return manifest


def _tidy(database: sqlite3.Connection) -> None:
    """What is removed but can still be brought back is not backed up; what was being read is read again."""
    for statement in (
        "PRAGMA foreign_keys = ON",
        "PRAGMA secure_delete = ON",
        "DELETE FROM chunks WHERE document_id IN (SELECT id FROM documents WHERE state = 'removing')",
        "DELETE FROM documents WHERE state = 'removing'",
        "DELETE FROM collections WHERE hidden",
        "DELETE FROM conversations WHERE hidden",
        "DELETE FROM messages WHERE replaced",
        "DELETE FROM jobs WHERE state IN ('done', 'cancelled')",
        "UPDATE jobs SET state = 'queued' WHERE state = 'working'",
        "INSERT INTO chunks_text (chunks_text) VALUES ('optimize')",
    ):
        database.execute(statement)


def _paths(database: sqlite3.Connection, folder: Path) -> tuple[list[Path], int]:
    """The library's own copies that are needed, and how many documents lie elsewhere."""
    named = map(Path, stored_paths(database))
    documents = [Path(row[0]) for row in database.execute("SELECT path FROM documents")]
    copies = sorted(path for path in named if folder / FILES in path.parents)
    return copies, sum(folder / FILES not in path.parents for path in documents)


def _count(database: sqlite3.Connection, table: str) -> int:
    return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def _vectors(library: Library, embedder: Embedder, chunks: list[int]) -> Iterator[bytes]:
    for start in range(0, len(chunks), VECTOR_BATCH):
        found = library.vectors.store(embedder).vectors_of(chunks[start : start + VECTOR_BATCH])
        records = np.zeros(len(found), record_type(embedder))
        for position, (number, vector) in enumerate(sorted(found.items())):
            records[position] = (number, vector)
        yield records.tobytes()


def record_type(embedder: Embedder) -> np.dtype[Any]:
    """A chunk's number and its vector, as they stand in `VECTORS`."""
    return np.dtype([("id", "<i8"), ("vector", "<f4", (embedder.dimensions,))])


def _for_the_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _is_backup(path: Path) -> bool:
    try:
        read_manifest(path)
    except BackupError:
        return False
    return True


def _is_expected(name: str) -> bool:
    """A hostile backup names files that would land elsewhere."""
    if name in (DATABASE, VECTORS, SETTINGS):
        return True
    folder, _, rest = name.partition("/")
    content, _, file = rest.partition("/")
    harmless = not set(file) & set("/\\\0") and file not in ("", ".", "..")
    return folder == FILES and len(content) == hashlib.sha256().digest_size * 2 and content.isalnum() and harmless


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def damaged(path: Path) -> BackupError:
    """For the caller to raise, where the library stays as it was: its sentence says so."""
    return BackupError(
        sentence(f"{path.name} is damaged or no backup of Lamplight, so nothing was changed; try another copy.")
    )

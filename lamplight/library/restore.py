"""A backup becomes a library again: unpacked beside the empty one, checked, and then put in its place."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath

import numpy as np

from lamplight.files import sync, sync_names
from lamplight.library.backup import (
    BLOCK,
    VECTOR_BATCH,
    VECTORS,
    BackupError,
    BackupProgress,
    Manifest,
    damaged,
    read_manifest,
    record_type,
)
from lamplight.library.copies import FILES, rename_paths, stored_paths
from lamplight.library.database import DATABASE, open_snapshot
from lamplight.library.errors import LibraryError
from lamplight.library.migrations import migrate
from lamplight.library.store import SETTINGS, Library
from lamplight.models.embedder import Embedder

SPARE = 64 << 20  # bytes that stay free on the disk


def restore_backup(library: Library, embedder: Embedder, path: Path) -> Iterator[BackupProgress]:
    """Fill an empty library from a backup. Raises `BackupError`, and then the library is as empty as before.

    Everything is unpacked beside the library and checked first. Killed meanwhile, it can simply be started again.
    """
    manifest = read_manifest(path)
    if not library.is_empty:
        raise BackupError(
            f"The library in {library.folder} is not empty; name a new folder with --library, or erase this one first."
        )
    total = sum(kept.bytes for kept in manifest.files.values())
    if shutil.disk_usage(library.folder).free < total + SPARE:
        raise BackupError(f"The backup needs {total / 1e9:.1f} GB of free disk space; free some and try again.")
    library.vectors.store(embedder)  # opened later, it would compute them
    try:
        yield from _restore(library, embedder, path, manifest)
    except (OSError, sqlite3.OperationalError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise BackupError(f"{path.name} can't be unpacked ({reason}); free some disk space and try again.") from error


def _restore(library: Library, embedder: Embedder, path: Path, manifest: Manifest) -> Iterator[BackupProgress]:
    with library.scratch() as scratch:
        yield from _unpack(path, manifest, scratch)
        with closing(_checked(scratch / DATABASE, path)) as database:
            _relocate(database, manifest, library.folder, path)
            _await_files(database, library.folder)
            names = [name for name in manifest.files if name.startswith(f"{FILES}/") or name == SETTINGS]
            with library.moving_in(names):
                for name in names:
                    target = library.folder / name
                    target.parent.mkdir(parents=True, exist_ok=True)
                    (scratch / name).replace(target)
                sync_names([library.folder / name for name in names], library.folder)
                library.fill(database)
        try:
            library.documents.purge_removed()
            same = (manifest.embedder, manifest.dimensions) == (embedder.name, embedder.dimensions)
            if same and VECTORS in manifest.files:
                _bring_vectors(library, embedder, scratch / VECTORS)
            library.vectors.complete(embedder)
        except (LibraryError, OSError):  # as on a full disk: all else is here, and opening them makes what is missing
            library.vector_places.close()


def _unpack(path: Path, manifest: Manifest, scratch: Path) -> Iterator[BackupProgress]:
    done, total = 0, sum(kept.bytes for kept in manifest.files.values())
    try:
        with zipfile.ZipFile(path) as archive:
            for name, kept in manifest.files.items():
                target = scratch / name
                target.parent.mkdir(parents=True, exist_ok=True)
                digest, size = hashlib.sha256(), 0
                with archive.open(name) as source, target.open("wb") as file:
                    while (block := source.read(BLOCK)) and size <= kept.bytes:
                        file.write(block)
                        digest.update(block)
                        size += len(block)
                        yield BackupProgress(done + size, total)
                    sync(file)  # the database that comes to name it is on the disk at once
                if (digest.hexdigest(), size) != (kept.sha256, kept.bytes):
                    raise damaged(path)
                done += size
    except (zipfile.BadZipFile, EOFError, ValueError, zlib.error, NotImplementedError) as error:
        raise damaged(path) from error


def _checked(snapshot: Path, path: Path) -> sqlite3.Connection:
    """The backup's database, of this version now. Raises `BackupError` and `LibraryError`."""
    with ExitStack() as unless_whole:
        try:
            database = unless_whole.enter_context(closing(open_snapshot(snapshot)))
            if database.execute("PRAGMA quick_check").fetchone() != ("ok",):
                raise damaged(path)
            migrate(database)
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorname", "").startswith(("SQLITE_FULL", "SQLITE_IOERR")):
                raise  # of the disk, not of the backup
            raise damaged(path) from error
        unless_whole.pop_all()
    return database


def _relocate(database: sqlite3.Connection, manifest: Manifest, folder: Path, backup: Path) -> None:
    """Copies are where the library is now; files outside of it stay what they were called.

    Raises `BackupError` for a path that climbs out of its folder, as no library writes it.
    """
    flavour: type[PurePath] = PureWindowsPath if manifest.windows else PurePosixPath
    old = flavour(manifest.library) / FILES
    new = {}
    for path in stored_paths(database):
        if ".." in flavour(path).parts:
            raise damaged(backup)
        if old in flavour(path).parents:
            new[path] = str(folder.joinpath(FILES, *flavour(path).relative_to(old).parts))
    rename_paths(database, new)


def _await_files(database: sqlite3.Connection, folder: Path) -> None:
    """Nobody has seen the files outside of `folder` on this computer: that they aren't here says nothing of them."""
    database.execute("DELETE FROM unseen")
    for path, document_id in database.execute(
        "SELECT path, id FROM documents WHERE state = 'ready' UNION ALL SELECT path, document_id FROM places"
    ).fetchall():
        if folder not in Path(path).parents:
            database.execute("INSERT OR REPLACE INTO unseen VALUES (?, ?)", (path, document_id))


def _bring_vectors(library: Library, embedder: Embedder, path: Path) -> None:
    owners = library.passages.findable()
    with path.open("rb") as file:
        while content := file.read(VECTOR_BATCH * record_type(embedder).itemsize):
            records = np.frombuffer(content, record_type(embedder))
            documents = np.array([owners.get(int(number), 0) for number in records["id"]])
            for document in set(documents.tolist()) - {0}:
                own = records[documents == document]
                library.vectors.add(own["id"].tolist(), document, own["vector"], embedder)

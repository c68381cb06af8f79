"""Whether the files of the documents are still what was read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lamplight.files import sha256_of
from lamplight.library.records import Document
from lamplight.library.store import Library

BLOCK = 1 << 20
FileState = Literal["same", "changed", "gone", "unreadable"]


@dataclass(frozen=True, slots=True)
class ComparedFile:
    """A file of a document. `own` says that it is the library's copy, which nobody but the library should change."""

    document: str
    path: Path
    own: bool
    state: FileState


@dataclass(frozen=True, slots=True)
class CompareProgress:
    """Bytes read so far, of about `total`."""

    done: int
    total: int


def compare_files(library: Library) -> Iterator[CompareProgress | ComparedFile]:
    """Read the file of every document again, wherever it lies, and compare checksums: 1 s for each gigabyte."""
    documents = library.documents.all()
    total = sum(document.bytes for document in documents)
    done = 0
    for document in documents:
        for place in library.paths.of(document.id):
            path, digest = Path(place), hashlib.sha256()
            state: FileState = "changed"
            try:
                with path.open("rb") as file:
                    while block := file.read(BLOCK):
                        digest.update(block)
                        done += len(block)
                        yield CompareProgress(min(done, total), total)
                if digest.hexdigest() == document.sha256:
                    state = "same"
            except FileNotFoundError:
                state = "gone"
            except OSError:
                state = "unreadable"
            yield ComparedFile(document.name, path, library.copies.folder in path.parents, state)


def mend_copies(library: Library, document: Document, original: Path) -> None:
    """The library's copies of a document that are damaged or gone are made again of `original`, if that is its content.

    Raises `LibraryError` when they can't be written, `OSError` when `original` can't be read.
    """
    for copy in map(Path, library.paths.of(document.id)):
        if copy == original or library.copies.checksum_of(copy) != document.sha256 or _holds(copy, document.sha256):
            continue
        with library.incoming() as incoming:
            with original.open("rb") as file:
                incoming.copy(file)
            if incoming.finish() == document.sha256:
                library.copies.take(incoming, copy.name)


def _holds(path: Path, sha256: str) -> bool:
    try:
        return sha256_of(path) == sha256
    except OSError:
        return False

"""Whether the files of the documents are still what was read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

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

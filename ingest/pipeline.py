"""One file from disk to findable: read, cut into chunks, embed, store."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from ingest.chunks import chunks_of
from ingest.document import ReadDocument
from ingest.errors import Cancelled, NothingToRead
from ingest.readers import read
from ingest.readers.reading import Reading
from library.records import Chunk, Document, Page
from library.store import Library
from models.catalogue import sha256_of
from models.embedder import Embedder, Vectors
from models.errors import LamplightError
from models.loading import Models

Status = Literal["added", "unchanged", "updated", "failed", "skipped"]

EMBED_STEP = 64  # chunks between two progress reports: about a second
READING_SHARE = 0.3  # of the progress bar; embedding takes the rest
NOT_OURS = {"__MACOSX", "node_modules", "__pycache__", "Thumbs.db", "desktop.ini"}


@dataclass(frozen=True, slots=True)
class FileResult:
    """What became of a file. `error` is a sentence, empty unless `failed` or `skipped`."""

    path: str
    status: Status
    pages: int = 0
    chunks: int = 0
    images: int = 0
    ocr_pages: int = 0
    seconds: float = 0.0
    error: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def files_in(paths: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    """Each file named or found under a named folder, with an empty string, or a sentence if it can't be.

    Hidden files and what operating systems leave in folders are passed over.
    """
    for path in paths:
        if path.is_dir():
            yield from _walk(path)
        elif path.exists():
            yield path, ""
        else:
            yield path, f"{path} does not exist; check the spelling."


def _walk(folder: Path) -> Iterator[tuple[Path, str]]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        yield folder, f"The folder {folder} can't be read ({error.strerror}); change its permissions."
        return
    for entry in entries:
        if entry.name.startswith((".", "~$")) or entry.name in NOT_OURS:
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(Path(entry.path))
        elif entry.is_file():
            yield Path(entry.path), ""


def index_file(path: Path, library: Library, models: Models, reading: Reading | None = None) -> FileResult:
    """Make a file findable. Every error on purpose becomes a result; the library is then as it was."""
    started = time.monotonic()
    path = path.resolve()
    reading = reading or Reading(lambda: models.ocr)
    try:
        status, document = _index(path, library, models, reading, started)
    except NothingToRead as error:
        return FileResult(str(path), "skipped", seconds=_since(started), error=str(error))
    except Cancelled as error:
        return FileResult(str(path), "skipped", seconds=_since(started), error=str(error))
    except LamplightError as error:
        return FileResult(str(path), "failed", seconds=_since(started), error=str(error))
    except OSError as error:
        reason = f"{path.name} can't be read ({error.strerror}); check the disk it is on."
        return FileResult(str(path), "failed", seconds=_since(started), error=reason)
    return FileResult(
        str(path), status, document.pages, document.chunks, document.images, document.ocr_pages, _since(started)
    )  # fmt: skip


def _index(path: Path, library: Library, models: Models, reading: Reading, started: float) -> tuple[Status, Document]:
    reading.step("checking", 0.0)
    before = library.document_at(str(path))
    sha256 = _checksum(path)
    if before is not None and before.sha256 == sha256:
        return "unchanged", before
    if before is None and (same := library.document_with_content(sha256)) is not None:
        if not Path(same.path).exists():
            library.move_document(same.id, str(path), path.name)
        return "unchanged", same
    report = reading.report
    reading.report = lambda status, fraction: report(status, fraction * READING_SHARE)
    document = read(path, reading)
    reading.report = report
    embedder = models.embedder
    chunks = chunks_of(document, embedder)
    if not chunks:
        raise NothingToRead(f"{path.name} holds no text; there is nothing to read in it.")
    vectors = _embed(chunks, embedder, reading)
    record = _record(path, sha256, document, len(chunks), _since(started))
    pages = [Page(page.number, page.width, page.height, page.text) for page in document.pages]
    reading.step("storing", 1.0)
    added = library.add_document(record, pages, chunks, vectors, embedder, document.tables)
    return ("updated" if before is not None else "added"), added


def _checksum(path: Path) -> str:
    """Like `sha256_of`; an unreadable file is left for the reader, which has the sentence for it."""
    try:
        return sha256_of(path)
    except PermissionError:
        return ""


def _embed(chunks: list[Chunk], embedder: Embedder, reading: Reading) -> Vectors:
    parts = []
    for start in range(0, len(chunks), EMBED_STEP):
        done = start / len(chunks)
        reading.step(f"indexing passage {start + 1} of {len(chunks)}", READING_SHARE + (1 - READING_SHARE) * done)
        parts.append(embedder.encode([chunk.searchable for chunk in chunks[start : start + EMBED_STEP]]))
    return np.concatenate(parts)


def _record(path: Path, sha256: str, document: ReadDocument, chunks: int, seconds: float) -> Document:
    return Document(
        id=0,
        name=path.name,
        path=str(path),
        sha256=sha256,
        format=document.format,
        title=document.title,
        pages=len(document.pages),
        chunks=chunks,
        images=document.images,
        ocr_pages=document.ocr_pages,
        bytes=path.stat().st_size,
        added_at=time.time(),
        report=document.report(seconds),
    )


def _since(started: float) -> float:
    return round(time.monotonic() - started, 3)

"""One file from disk to findable: read, cut into chunks, embed, store."""

from __future__ import annotations

import itertools
import os
import queue
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from ingest.errors import Cancelled, Interrupted, NothingToRead
from ingest.indexing import Indexing, reader_version
from ingest.messages import Opened, PageRead, Step
from ingest.progress import Progress
from ingest.reading_process import ReadingProcesses, shared_processes
from library.records import Document
from library.store import Library
from models.catalogue import sha256_of
from models.embedder import Embedder
from models.errors import LamplightError
from models.loading import Models
from models.precedence import ANSWERS

Status = Literal["added", "unchanged", "updated", "failed", "skipped"]

WORKERS = 2  # files at a time: one is read while another is embedded
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


@dataclass(frozen=True, slots=True)
class FileStep:
    """What is being done with a file, and how much (0 to 1) of it is done."""

    path: str
    status: str
    fraction: float


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


def index_file(
    path: Path,
    library: Library,
    models: Models,
    progress: Progress | None = None,
    processes: ReadingProcesses | None = None,
    again: bool = False,
) -> FileResult:
    """Make a file findable. Every error on purpose becomes a result; the library is then as it was.

    With `again` a file that is known and unchanged is read anew.

    Raises `Interrupted` when `progress` says so; then a long document's finished pages are kept for the next run.
    """
    started = time.monotonic()
    path = path.resolve()
    progress = progress or Progress()
    try:
        status, document = _index(path, library, models, progress, processes or shared_processes(), again)
    except Interrupted:
        raise
    except (NothingToRead, Cancelled) as error:
        return FileResult(str(path), "skipped", seconds=_since(started), error=str(error))
    except LamplightError as error:
        return FileResult(str(path), "failed", seconds=_since(started), error=str(error))
    except OSError as error:
        reason = f"{path.name} can't be read ({error.strerror}); check the disk it is on."
        return FileResult(str(path), "failed", seconds=_since(started), error=reason)
    except Exception as error:  # a bug of ours must not end the others; the person is told
        reason = f"{path.name} could not be read ({type(error).__name__}: {error})."
        return FileResult(str(path), "failed", seconds=_since(started), error=reason)
    return FileResult(
        str(path), status, document.pages, document.chunks, document.images, document.ocr_pages, _since(started)
    )  # fmt: skip


def index_files(
    found: Iterable[tuple[Path, str]],
    library: Library,
    models: Models,
    processes: ReadingProcesses | None = None,
) -> Iterator[FileStep | FileResult]:
    """Like `index_file` for what `files_in` found, `WORKERS` at a time; results in its order, steps as they happen.

    Closing the iterator interrupts what is being read; what was finished is kept.
    """
    steps: queue.Queue[FileStep | None] = queue.Queue()
    interrupted = threading.Event()
    source = iter(found)
    ahead: deque[Future[FileResult]] = deque()

    def work(path: Path, problem: str) -> FileResult:
        if problem:
            return FileResult(str(path), "failed", error=problem)

        def report(status: str, fraction: float) -> None:
            steps.put(FileStep(str(path), status, fraction))

        return index_file(path, library, models, Progress(report, interrupted=interrupted), processes)

    with ThreadPoolExecutor(WORKERS, thread_name_prefix="add") as pool:
        try:
            while True:
                for path, problem in itertools.islice(source, 2 * WORKERS - len(ahead)):
                    ahead.append(pool.submit(work, path, problem))
                    ahead[-1].add_done_callback(lambda _: steps.put(None))
                if not ahead:
                    return
                while ahead and ahead[0].done():
                    yield ahead.popleft().result()
                if ahead and (step := steps.get()) is not None:
                    yield step
        finally:
            interrupted.set()


def _index(
    path: Path, library: Library, models: Models, progress: Progress, processes: ReadingProcesses, again: bool
) -> tuple[Status, Document]:
    progress.step("checking", 0.0)
    sha256 = _checksum(path)
    with library.claim(str(path)), library.claim(sha256):
        before = library.document_at(str(path))
        if before is not None and before.sha256 == sha256 and not again:
            return "unchanged", before
        if before is None and (same := library.document_with_content(sha256)) is not None:
            gone = [place for place in library.places(same.id) if not Path(place).exists()]
            if gone:
                library.move_place(gone[0], str(path))
            else:
                library.add_place(same.id, str(path))
            return "unchanged", same
        added = _read_and_store(_record(path, sha256), library, models.embedder, progress, processes)
        if before is not None and before.sha256 == sha256:
            _take_over(library, before.id, added.id)
        _embed_for_languages(added, library, models, progress)
        return ("updated" if before is not None else "added"), added


def _embed_for_languages(added: Document, library: Library, models: Models, progress: Progress) -> None:
    """What the embedder can't read is embedded by the multilingual one at once, the rest when nobody waits.

    The document is in the library by now: where this is broken off, idle work goes on with it.
    """
    if models.multilingual is None or added.report is None or not added.report.foreign:
        return

    def stopped() -> bool:
        progress.report("embedding for its language", 1.0)
        return progress.cancelled.is_set() or progress.interrupted.is_set() or ANSWERS.taken

    library.fill_vectors(models.multilingual, stopped, added.id)


def _take_over(library: Library, older: int, newer: int) -> None:
    """What was read anew stands for all places where the same content lies."""
    for place in library.places(older):
        library.add_place(newer, place)
    before = library.document(older)
    if before is not None and before.pinned:
        library.pin(newer, True)
    library.remove(older)
    library.purge(older)


def _read_and_store(
    record: Document, library: Library, embedder: Embedder, progress: Progress, processes: ReadingProcesses
) -> Document:
    found = library.unfinished(record.path, record.sha256, reader_version(embedder.name))
    indexing = Indexing(record, found, library, embedder)
    try:
        _read(indexing, Path(record.path), progress, processes)
        if not indexing.chunks:
            raise NothingToRead(f"{record.name} holds no text; there is nothing to read in it.")
        return indexing.finish(progress)
    except Interrupted:
        indexing.keep()
        raise
    except (LamplightError, OSError):
        library.forget_unfinished(record.path)
        raise


def _read(indexing: Indexing, path: Path, progress: Progress, processes: ReadingProcesses) -> None:
    """Pages are embedded while the next ones are read."""
    progress.report("waiting", 0.0)
    with processes.lend(progress) as process:
        for message in process.read(path, indexing.earlier, progress):
            if isinstance(message, Step):
                indexing.fraction = message.fraction
                progress.report(message.status, message.fraction)
            elif isinstance(message, Opened):
                indexing.title, indexing.format = message.title, message.format
            elif isinstance(message, PageRead):
                indexing.take(message.page, progress)
            else:
                indexing.skipped = message.document.skipped


def _checksum(path: Path) -> str:
    """Like `sha256_of`; an unreadable file is left for the reader, which has the sentence for it."""
    try:
        return sha256_of(path)
    except PermissionError:
        return ""


def _record(path: Path, sha256: str) -> Document:
    """What is known before the file is read."""
    return Document(
        id=0,
        name=path.name,
        path=str(path),
        sha256=sha256,
        format="",
        title=path.stem,
        pages=0,
        chunks=0,
        images=0,
        ocr_pages=0,
        bytes=path.stat().st_size,
        added_at=time.time(),
    )


def _since(started: float) -> float:
    return round(time.monotonic() - started, 3)

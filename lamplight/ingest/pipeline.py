"""One file from disk to findable: read, cut into chunks, embed, store."""

from __future__ import annotations

import itertools
import queue
import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from lamplight.errors import LamplightError
from lamplight.ingest.control import IngestControl
from lamplight.ingest.errors import Cancelled, Interrupted, NothingToRead, ReadError
from lamplight.ingest.file_version import FileVersion, checksum_of
from lamplight.ingest.indexing import Indexing, reader_version
from lamplight.ingest.page_reading import read_pages
from lamplight.ingest.reading_process import ReadingProcesses, shared_processes
from lamplight.ingest.walk import is_in_the_cloud, problem_with, shown_path
from lamplight.languages import sentence
from lamplight.library.errors import LibraryError
from lamplight.library.kept_files import mend_copies
from lamplight.library.records import Document
from lamplight.library.store import Library
from lamplight.models.embedder import Embedder
from lamplight.models.loading import Models
from lamplight.scheduling import CancelToken, Priority

Status = Literal["added", "unchanged", "updated", "failed", "skipped"]

WORKERS = 2  # files at a time: one is read while another is embedded
MOST_READINGS = 3  # of a file that is saved while it is read


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
        """Its fields by name, of types that `json.dumps` takes."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class FileStep:
    """What is being done with a file, and how much (0 to 1) of it is done."""

    path: str
    status: str
    fraction: float


def index_file(
    path: Path,
    library: Library,
    models: Models,
    control: IngestControl | None = None,
    processes: ReadingProcesses | None = None,
    again: bool = False,
) -> FileResult:
    """Make a file findable. Every error on purpose becomes a result; the library is then as it was.

    With `again` a file that is known and unchanged is read anew.

    Raises `Interrupted` when `control` says so; then a long document's finished pages are kept for the next run.
    """
    started = time.monotonic()
    control = control or IngestControl()
    try:
        path = path.resolve()
        _check(path)
        with models.scheduler.lease(Priority.INDEXING, control.cancelled, control.interrupted) as control.lease:
            status, document = _index(path, library, models, control, processes or shared_processes(), again)
    except Interrupted:
        raise
    except (NothingToRead, Cancelled) as error:
        return FileResult(shown_path(path), "skipped", seconds=_since(started), error=str(error))
    except LamplightError as error:
        return FileResult(shown_path(path), "failed", seconds=_since(started), error=str(error))
    except OSError as error:
        reason = sentence(f"{path.name} can't be read ({error.strerror}); check the disk it is on.")
        return FileResult(shown_path(path), "failed", seconds=_since(started), error=reason)
    except Exception as error:  # a bug of ours must not end the others; the person is told
        reason = sentence(f"{path.name} could not be read ({type(error).__name__}: {error}).")
        return FileResult(shown_path(path), "failed", seconds=_since(started), error=reason)
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
    interrupted = CancelToken()
    source = iter(found)
    ahead: deque[Future[FileResult]] = deque()

    def work(path: Path, problem: str) -> FileResult:
        if problem:
            return FileResult(shown_path(path), "failed", error=problem)

        def report(status: str, fraction: float) -> None:
            steps.put(FileStep(str(path), status, fraction))

        return index_file(path, library, models, IngestControl(report, interrupted=interrupted), processes)

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
            interrupted.cancel()


def _index(
    path: Path, library: Library, models: Models, control: IngestControl, processes: ReadingProcesses, again: bool
) -> tuple[Status, Document]:
    """A file that was saved meanwhile is read again: its checksum and its text may be of two versions."""
    readings = 0
    while True:
        version, readings = FileVersion.of(path), readings + 1
        try:
            return _index_version(version, path, library, models, control, processes, again)
        except (Cancelled, Interrupted):
            raise
        except (LamplightError, OSError):
            if readings == MOST_READINGS or not version.is_outdated(path):
                raise


def _index_version(
    version: FileVersion,
    path: Path,
    library: Library,
    models: Models,
    control: IngestControl,
    processes: ReadingProcesses,
    again: bool,
) -> tuple[Status, Document]:
    control.step(sentence("checking"), 0.0)
    # A copy is called by its content; one that is read again may have been damaged since.
    known = "" if again else library.copies.checksum_of(path)
    sha256 = known or checksum_of(path)
    ended, claims = CancelToken(control.cancelled, control.interrupted), library.claims
    with (
        ended.on_cancel(claims.look_again),
        claims.hold(str(path), ended.cancelled),
        claims.hold(sha256, ended.cancelled),
    ):
        control.check()  # raises where one of them isn't held
        before = library.documents.at(str(path))
        if before is not None and before.sha256 == sha256 and not again:
            mend_copies(library, before, path)
            return "unchanged", before
        if before is None and (same := library.documents.with_content(sha256)) is not None:
            mend_copies(library, same, path)
            gone = [place for place in library.paths.of(same.id) if _is_gone(Path(place), path)]
            if gone:
                library.paths.move(gone[0], str(path))
            else:
                library.paths.add(same.id, str(path))
            return "unchanged", same
        added = _read_and_store(version, _record(path, sha256, version), library, models.embedder, control, processes)
        if before is not None and before.sha256 == sha256:
            _take_over(library, before.id, added.id)
        _embed_for_languages(added, library, models, control)
        return ("updated" if before is not None else "added"), added


def _embed_for_languages(added: Document, library: Library, models: Models, control: IngestControl) -> None:
    """What the embedder can't read is embedded by the second one at once, the rest when nobody waits.

    The document is in the library by now: where this is broken off, idle work goes on with it.
    """
    if added.report is None or not added.report.foreign:
        return
    embedder = models.embedders.serving(library.vector_places.second)  # a second is spent on loading it
    if embedder is None:
        return

    def stopped() -> bool:
        control.report(sentence("embedding for its language"), 1.0)
        return control.must_wait

    with suppress(LibraryError):  # as on a full disk
        library.vectors.fill(embedder, stopped, added.id)


def _check(path: Path) -> None:
    """Raises `ReadError` for what is no file, `NothingToRead` for one that would have to be downloaded first."""
    if problem := problem_with(path):
        raise ReadError(problem)
    if is_in_the_cloud(path):
        raise NothingToRead(
            f"{path.name} is only in the cloud; have it kept on this computer (a right click on it offers that) and "
            "add it again."
        )


def _is_gone(place: Path, path: Path) -> bool:
    """Whether what lay at `place` is now at `path`; also where it was renamed in capitals and the system sees none."""
    renamed = place != path and str(place).casefold() == str(path).casefold()
    return not place.exists() or (renamed and place.samefile(path))


def _take_over(library: Library, older: int, newer: int) -> None:
    """What was read anew stands for all places where the same content lies."""
    for place in library.paths.of(older):
        library.paths.add(newer, place)
    before = library.documents.get(older)
    if before is not None and before.pinned:
        library.documents.pin(newer, True)
    library.documents.supersede(older, newer)
    library.documents.purge(older)


def _read_and_store(
    version: FileVersion,
    record: Document,
    library: Library,
    embedder: Embedder,
    control: IngestControl,
    processes: ReadingProcesses,
) -> Document:
    found = library.unfinished.find(record.path, record.sha256, reader_version(embedder.name))
    indexing = Indexing(record, found, library, embedder)
    try:
        read_pages(indexing, Path(record.path), control, processes)
        if version.is_outdated(Path(record.path)):
            raise ReadError(f"{record.name} is being written while it is read; add it again when that has ended.")
        if not indexing.chunks:
            raise NothingToRead(f"{record.name} holds no text; there is nothing to read in it.")
        return indexing.finish(control)
    except Interrupted:
        indexing.keep()
        raise
    except (LamplightError, OSError):
        library.unfinished.forget(record.path)
        raise


def _record(path: Path, sha256: str, version: FileVersion) -> Document:
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
        bytes=version.bytes,
        added_at=version.looked_at,
    )


def _since(started: float) -> float:
    return round(time.monotonic() - started, 3)

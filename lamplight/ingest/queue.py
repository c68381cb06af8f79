"""Files on their way in, read in the background, two at a time; a restart goes on with the rest."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from lamplight.errors import LamplightError
from lamplight.ingest.control import IngestControl
from lamplight.ingest.errors import Interrupted, ReadError
from lamplight.ingest.folders import FolderWatcher, WatchedFolder
from lamplight.ingest.pipeline import WORKERS, index_file
from lamplight.ingest.reading_process import ReadingProcesses
from lamplight.languages import sentence
from lamplight.library.copies import Incoming
from lamplight.library.records import Job
from lamplight.library.store import Library
from lamplight.models.loading import Models
from lamplight.scheduling import CancelToken, Priority

CANCEL_SECONDS = 0.05  # between two looks whether a file that is being read was let go of
TELLING_FRACTION = 0.05  # of a file: after less, the time for the rest can't be judged
STATUS = {"queued": sentence("waiting"), "working": sentence("starting"), "failed": sentence("failed")}


class IngestQueue:
    """Worker threads. What is queued, and whether it is paused, is in the library: nothing is forgotten when
    the app dies.
    """

    def __init__(self, library: Library, models: Models, processes: ReadingProcesses | None = None) -> None:
        self._library = library
        self._models = models
        self._processes = processes
        self._wake = threading.Condition()
        self._closing = CancelToken()
        self._running: dict[int, IngestControl] = {}
        self._outdated: set[int] = set()  # those of them whose file was saved meanwhile
        self._status: dict[int, tuple[str, float]] = {}
        self._started: dict[int, float] = {}
        self._workers: list[threading.Thread] = []
        self._watcher = FolderWatcher(library, self._read_in_place, self._forget_failed)

    def start(self) -> None:
        """Go on with what the last run left, then wait for more."""
        for job in self._library.jobs.all():
            if job.state in ("working", "queued"):
                self._library.jobs.update(job.id, "queued")
            elif job.state in ("done", "cancelled"):
                self._library.jobs.remove(job.id)
        self._workers = [threading.Thread(target=self._work, name="ingest", daemon=True) for _ in range(WORKERS)]
        for worker in self._workers:
            worker.start()
        self._watcher.start()

    def close(self) -> None:
        """Stop at once; files being read stay queued, and the next start goes on after their last finished page."""
        self._watcher.close()
        self._closing.cancel()
        with self._wake:
            self._interrupt()
        for worker in self._workers:
            worker.join()

    @property
    def paused(self) -> bool:
        """Whether nothing is read until `resume`; kept in the library, so perhaps since an earlier run."""
        return self._library.jobs.paused

    def pause(self) -> None:
        """Stop reading until `resume`, also after a restart. What is finished of the files being read is kept."""
        with self._wake:
            self._library.jobs.set_paused(True)
            self._interrupt()

    def resume(self) -> None:
        """Undo `pause`, also that of an earlier run; files go on after their last finished page."""
        with self._wake:
            self._library.jobs.set_paused(False)
            self._wake.notify_all()

    @property
    def started(self) -> bool:
        """Whether this process reads what is queued."""
        return bool(self._workers)

    def watch(self, folder: Path) -> None:
        """Read a folder's files where they lie and follow its changes from now on.

        Raises `ReadError` when it is no folder, or the library's own.
        """
        self._watcher.watch(folder.resolve())

    def unwatch(self, folder: Path) -> None:
        """Follow a folder no longer; its documents stay. Raises `ReadError` when it was not watched."""
        self._watcher.unwatch(folder.resolve())

    def folders(self) -> list[WatchedFolder]:
        """The watched folders, each with what is wrong with it, if anything."""
        return self._watcher.folders()

    def submit(self, path: Path, name: str, collection_id: int | None = None) -> Job:
        """Copy a file into the library under `name` and queue it for a collection, if one is given.

        Raises `LibraryError` when it can't be kept, `ReadError` when it can't be read.
        """
        with self._library.incoming() as incoming:
            try:
                with path.open("rb") as file:
                    incoming.copy(file)
            except OSError as error:
                raise ReadError(f"{_plain(name)} can't be read ({error.strerror}); try it again.") from error
            return self.take(incoming, name, collection_id)

    def take(self, incoming: Incoming, name: str, collection_id: int | None = None) -> Job:
        """Like `submit`, of a file that was written into the library as it came."""
        kept = self._library.copies.take(incoming, _plain(name))
        number = self._queue(str(kept), kept.name, collection_id)
        return Job(number, str(kept), kept.name, "queued", STATUS["queued"], "", collection_id)

    def read_again(self, document_id: int) -> None:
        """Queue a document's file to be read anew; until that is done, the document stays as it is."""
        document = self._library.documents.get(document_id)
        if document is not None and not self._library.jobs.at(document.path):
            self._queue(document.path, document.name, again=True)

    def jobs(self) -> list[Job]:
        """Jobs not yet dismissed, in order, each with what it is doing now; finished ones are gone."""
        return [
            replace(job, status=self._status.get(job.id, (STATUS.get(job.state, ""), 0.0))[0])
            for job in self._library.jobs.all()
            if job.state not in ("done", "cancelled")
        ]

    def progress(self, job_id: int) -> float | None:
        """How much of a job is done, from 0 to 1; None while it is not being worked on."""
        status = self._status.get(job_id)
        return status[1] if status else None

    def seconds_left(self, job_id: int) -> float | None:
        """About how long a job will take, judged by how long it took so far; None when it is too early to say."""
        fraction, started = self.progress(job_id), self._started.get(job_id)
        if not fraction or fraction < TELLING_FRACTION or started is None:
            return None
        return round((time.monotonic() - started) * (1 - fraction) / fraction, 1)

    @property
    def busy(self) -> bool:
        """Whether anything is being read or about to be."""
        states = self._library.jobs.states()
        return "working" in states or ("queued" in states and not self.paused)

    def cancel(self, job_id: int) -> None:
        """Take a job out of the queue, or stop it within a second."""
        with self._wake:  # until it is out of the queue, or a worker takes it up meanwhile
            if job_id in self._running:
                self._running[job_id].cancelled.cancel()
            else:
                self.dismiss(job_id)

    def dismiss(self, job_id: int) -> None:
        """Forget a job that failed or waits, what was begun of it, and its copy if nothing was made of it."""
        paths = [job.path for job in self._library.jobs.all() if job.id == job_id]
        self._library.jobs.remove(job_id)
        for path in paths:
            self._library.unfinished.forget(path)
            self._library.copies.remove(Path(path))

    def clear(self) -> None:
        """Forget the watched folders and every file on its way in; returns when nothing is being read any more."""
        with self._wake:  # the watcher either has queued a file by now or finds its folder gone
            for folder in self._library.folders.all():
                self._watcher.unwatch(folder)
        while (jobs := self._library.jobs.all()) or self._running:
            for job in jobs:
                self.cancel(job.id)
            time.sleep(CANCEL_SECONDS)

    def take_up(self) -> None:
        """Begin with what came into the library by other ways than `submit` and `watch`: jobs and folders."""
        with self._wake:
            self._wake.notify_all()
        self._watcher.look()

    def retry(self, job_id: int) -> None:
        """Queue a failed job again; one that is being worked on goes on."""
        with self._wake:
            if job_id not in self._running:
                self._library.jobs.update(job_id, "queued")
                self._wake.notify_all()

    def leave(self, path: str) -> None:
        """Cancel whatever reads the file at `path`, and return once nothing does: it may have been all but done."""
        jobs = {job.id for job in self._library.jobs.at(path)}
        for job_id in jobs:
            self.cancel(job_id)
        while jobs & self._running.keys():
            time.sleep(CANCEL_SECONDS)

    def _read_in_place(self, path: Path) -> None:
        with self._wake:
            if not any(folder in path.parents for folder in self._library.folders.all()):
                return
            jobs = self._library.jobs.at(str(path))
            self._outdated |= self._running.keys() & {job.id for job in jobs}
            if not jobs:
                self._queue(str(path), path.name)

    def _forget_failed(self, path: Path) -> None:
        for job in self._library.jobs.at(str(path)):
            if job.state == "failed":
                self.dismiss(job.id)

    def _interrupt(self) -> None:
        for progress in self._running.values():
            progress.interrupted.cancel()
        self._wake.notify_all()

    def _queue(self, path: str, name: str, collection_id: int | None = None, again: bool = False) -> int:
        job_id = self._library.jobs.add(path, name, collection_id, again)
        with self._wake:
            self._wake.notify_all()
        return job_id

    def _work(self) -> None:
        while self._wait_for_job():
            # Held from one file to the next: nothing idle begins between them.
            with self._models.scheduler.lease(Priority.INDEXING, self._closing):
                while (taken := self._next()) is not None:
                    self._run(*taken)

    def _wait_for_job(self) -> bool:
        """Until there is one; False when the queue is closed."""
        with self._wake:
            self._wake.wait_for(lambda: self._closing.cancelled() or self._first() is not None)
            return not self._closing.cancelled()

    def _first(self) -> Job | None:
        return None if self.paused else self._library.jobs.next()

    def _next(self) -> tuple[Job, IngestControl] | None:
        with self._wake:
            job = None if self._closing.cancelled() else self._first()
            if job is None:
                return None
            progress = self._running[job.id] = IngestControl(self._reporter(job.id))
            self._status[job.id] = (sentence("starting"), 0.0)
            self._started[job.id] = time.monotonic()
            self._library.jobs.update(job.id, "working")
            return job, progress

    def _reporter(self, job_id: int) -> Callable[[str, float], None]:
        def report(status: str, fraction: float) -> None:
            self._status[job_id] = (status, fraction)

        return report

    def _run(self, job: Job, control: IngestControl) -> None:
        forgotten = False
        try:
            result = index_file(Path(job.path), self._library, self._models, control, self._processes, job.again)
            forgotten = control.cancelled.cancelled() and result.status == "skipped"
            if result.status in ("failed", "skipped"):
                self._library.jobs.update(job.id, "failed", result.error)
            else:
                self._collect(job, result.path)
                self._library.jobs.remove(job.id)
        except Interrupted:
            self._library.jobs.update(job.id, "queued")
        except LamplightError as error:
            self._library.jobs.update(job.id, "failed", str(error))
        finally:
            with self._wake:
                self._running.pop(job.id, None)
                self._status.pop(job.id, None)
                self._started.pop(job.id, None)
                outdated = job.id in self._outdated
                self._outdated.discard(job.id)
        if forgotten:
            self.dismiss(job.id)
        elif outdated:
            self._forget_failed(Path(job.path))
            self._read_in_place(Path(job.path))

    def _collect(self, job: Job, path: str) -> None:
        document = self._library.documents.at(path)
        if job.collection_id is not None and document is not None:
            self._library.collections.collect(job.collection_id, [document.id])


def _plain(name: str) -> str:
    """Of a name that may come from anywhere, what a file in the library may be called."""
    return Path(name.replace("\\", "/")).name.replace("\0", "") or "file"

"""Files dropped on the app, read one after the other in the background; a restart goes on with the rest."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ingest.errors import ReadError
from ingest.pipeline import index_file
from ingest.readers.reading import Reading
from library.records import Job
from library.store import Library
from models.catalogue import sha256_of
from models.errors import LamplightError
from models.loading import Models

STATUS = {"queued": "waiting", "working": "starting", "failed": "failed"}


class IngestQueue:
    """One worker thread. What is queued is in the library, so nothing is forgotten when the app dies."""

    def __init__(self, library: Library, models: Models) -> None:
        self._library = library
        self._models = models
        self._wake = threading.Condition()
        self._closing = False
        self._current: tuple[int, Reading] | None = None
        self._progress: dict[int, tuple[str, float]] = {}
        self._worker: threading.Thread | None = None

    def start(self) -> None:
        """Go on with what the last run left, then wait for more."""
        for job in self._library.jobs():
            if job.state in ("working", "queued"):
                self._library.set_job(job.id, "queued")
            elif job.state in ("done", "cancelled"):
                self._library.remove_job(job.id)
        self._worker = threading.Thread(target=self._work, name="ingest", daemon=True)
        self._worker.start()

    def close(self) -> None:
        """Stop between two steps; the file being read stays queued for the next start."""
        with self._wake:
            self._closing = True
            if self._current is not None:
                self._current[1].cancelled.set()
            self._wake.notify_all()
        if self._worker is not None:
            self._worker.join()

    def submit(self, path: Path, name: str) -> int:
        """Copy a file into the library under `name` and queue it. Returns the job's number.

        Raises `LibraryError` when it can't be kept, `ReadError` when it can't be read.
        """
        safe = Path(name.replace("\\", "/")).name.replace("\0", "") or "file"
        try:
            kept = self._library.keep_file(path, safe, sha256_of(path))
        except OSError as error:
            raise ReadError(f"{safe} can't be read ({error.strerror}); try it again.") from error
        return self._queue(str(kept), safe)

    def jobs(self) -> list[Job]:
        """Jobs not yet dismissed, in order, each with what it is doing now; finished ones are gone."""
        return [
            replace(job, status=self._progress.get(job.id, (STATUS.get(job.state, ""), 0.0))[0])
            for job in self._library.jobs()
            if job.state not in ("done", "cancelled")
        ]

    def progress(self, job_id: int) -> float | None:
        """How much of a job is done, from 0 to 1; None while it is not being worked on."""
        return self._progress[job_id][1] if job_id in self._progress else None

    @property
    def busy(self) -> bool:
        return any(job.state in ("queued", "working") for job in self._library.jobs())

    def cancel(self, job_id: int) -> None:
        """Take a job out of the queue, or stop it within a page or a second."""
        with self._wake:
            if self._current is not None and self._current[0] == job_id:
                self._current[1].cancelled.set()
                return
        self.dismiss(job_id)

    def dismiss(self, job_id: int) -> None:
        """Forget a job that failed or waits, and its copy if nothing was made of it."""
        paths = [job.path for job in self._library.jobs() if job.id == job_id]
        self._library.remove_job(job_id)
        for path in paths:
            self._library.remove_copy(Path(path))

    def retry(self, job_id: int) -> None:
        self._library.set_job(job_id, "queued")
        with self._wake:
            self._wake.notify_all()

    def _queue(self, path: str, name: str) -> int:
        job_id = self._library.add_job(path, name)
        with self._wake:
            self._wake.notify_all()
        return job_id

    def _work(self) -> None:
        while (job := self._next()) is not None:
            self._run(job)

    def _next(self) -> Job | None:
        with self._wake:
            while not self._closing:
                waiting = [job for job in self._library.jobs() if job.state == "queued"]
                if waiting:
                    job = waiting[0]
                    reading = Reading(lambda: self._models.ocr, self._reporter(job.id))
                    self._current = (job.id, reading)
                    self._progress[job.id] = ("starting", 0.0)
                    self._library.set_job(job.id, "working")
                    return job
                self._wake.wait()
        return None

    def _reporter(self, job_id: int) -> Callable[[str, float], None]:
        def report(status: str, fraction: float) -> None:
            self._progress[job_id] = (status, fraction)

        return report

    def _run(self, job: Job) -> None:
        assert self._current is not None
        reading = self._current[1]
        try:
            result = index_file(Path(job.path), self._library, self._models, reading)
            if reading.cancelled.is_set() and result.status == "skipped":
                self._after_cancel(job)
            elif result.status in ("failed", "skipped"):
                self._library.set_job(job.id, "failed", result.error)
            else:
                self._library.remove_job(job.id)
        except LamplightError as error:
            self._library.set_job(job.id, "failed", str(error))
        except Exception as error:  # a reader's own bug must not end the queue; the person is told
            self._library.set_job(job.id, "failed", f"{job.name} could not be read ({type(error).__name__}: {error}).")
        finally:
            with self._wake:
                self._current = None
            self._progress.pop(job.id, None)

    def _after_cancel(self, job: Job) -> None:
        if self._closing:
            self._library.set_job(job.id, "queued")
        else:
            self.dismiss(job.id)

"""Downloads from the catalogue: started, paused, resumed and cancelled by a person, never by themselves.

Each model has a folder of its own in the models folder. What state it is in is read from its files, so a killed
download is a paused one.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from filelock import FileLock, Timeout

from lamplight.errors import DownloadError
from lamplight.languages import sentence
from lamplight.models.catalogue import DOWNLOADABLE, Downloadable
from lamplight.models.folder import models_folder
from lamplight.models.transfer import BACKOFF_SECONDS, Transfer, bytes_here

State = Literal["absent", "downloading", "checking", "paused", "installed"]
LOCK = ".lock"
CLOSING_SECONDS = 2.0
PACE_SECONDS = 10.0  # the remaining time is estimated from what came in the last seconds


@dataclass(frozen=True, slots=True)
class DownloadStatus:
    """Bytes that are here of all; `trouble` is the sentence that the last attempt ended with, if it did not end well.

    `seconds_left` is None as long as there is nothing to estimate it from.
    """

    state: State
    done: int
    total: int
    seconds_left: float | None = None
    trouble: str = ""


class Downloads:
    """What is here of the catalogue, and what is being fetched. Safe to use from several threads."""

    def __init__(self, catalogue: Sequence[Downloadable] = DOWNLOADABLE, backoff: float = BACKOFF_SECONDS) -> None:
        """`backoff`: seconds until a failed connection is tried again the first time."""
        self.catalogue = {model.name: model for model in catalogue}
        self._backoff = backoff
        self._jobs: dict[str, _Job] = {}
        self._lock = threading.Lock()

    def folder(self, name: str) -> Path:
        """Where a model's files are, or will be."""
        return models_folder().absolute() / self._model(name).name

    def progress(self, name: str) -> DownloadStatus:
        """Raises `DownloadError` when the catalogue has no such model, as all of these do."""
        model, job = self._model(name), self._jobs.get(name)
        if job is not None and job.running:
            return DownloadStatus(job.state, job.done, job.total, job.seconds_left())
        folder = self.folder(name)
        done, trouble = sum(bytes_here(file, folder) for file in model.files), job.trouble if job else ""
        if all((folder / file.name).is_file() for file in model.files):
            return DownloadStatus("installed", done, done)
        if done and not (job and job.discarding):
            return DownloadStatus("paused", done, job.total if job else max(done, model.size), None, trouble)
        return DownloadStatus("absent", 0, model.size, None, trouble)

    def start(self, name: str) -> None:
        """Begin a download, or go on with one; returns at once."""
        model = self._model(name)
        with self._lock:
            before = self._jobs.get(name)
            if before is None or not before.running:
                self._jobs[name] = _Job(model, self.folder(name), self._backoff, before)

    def pause(self, name: str) -> None:
        """Stop it for now; what has come is kept."""
        self._model(name)
        if job := self._jobs.get(name):
            job.stop()

    def remove(self, name: str) -> None:
        """Delete the model, or what has come of it. Raises `DownloadError` when the system won’t let go of it."""
        folder = self.folder(name)
        with self._lock:
            if (job := self._jobs.get(name)) and job.alive:
                job.discard()
                return
            self._jobs.pop(name, None)
        try:
            shutil.rmtree(folder)
        except FileNotFoundError:
            pass
        except OSError as error:
            raise DownloadError(
                f"{name} can’t be deleted while something uses it ({error.strerror}); "
                "choose another model, start Lamplight again and then remove it."
            ) from error

    def close(self) -> None:
        """Pause everything; a connection that stands still is not waited for."""
        for job in self._jobs.values():
            job.stop()
        for job in self._jobs.values():
            job.join(CLOSING_SECONDS)

    def _model(self, name: str) -> Downloadable:
        if name not in self.catalogue:
            raise DownloadError(f"There is no {name} in the catalogue; choose one of {', '.join(self.catalogue)}.")
        return self.catalogue[name]


class _Job:
    """One run of a download, in a thread of its own, after the run `before` it has ended."""

    def __init__(self, model: Downloadable, folder: Path, backoff: float, before: _Job | None) -> None:
        self._model = model
        self._folder = folder
        self._before = before
        self._backoff = backoff
        self._stop = threading.Event()
        self._transfers: list[Transfer] = []
        self.discarding = False
        self.trouble = ""
        self._samples: deque[tuple[float, int]] = deque()
        self._thread = threading.Thread(target=self._run, name=f"download {model.name}", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    @property
    def running(self) -> bool:
        """Whether it goes on; a person who pauses it need not wait for the connection to notice."""
        return self.alive and not self._stop.is_set()

    @property
    def state(self) -> State:
        return "checking" if any(transfer.checking for transfer in self._transfers) else "downloading"

    @property
    def done(self) -> int:
        here = [bytes_here(file, self._folder) for file in self._model.files]
        return sum(transfer.done for transfer in self._transfers) or sum(here)

    @property
    def total(self) -> int:
        return sum(transfer.size for transfer in self._transfers) or self._model.size

    def seconds_left(self) -> float | None:
        """From the pace of the last seconds, as often as it is asked."""
        now, done = time.monotonic(), self.done
        self._samples.append((now, done))
        while now - self._samples[0][0] > PACE_SECONDS:
            self._samples.popleft()
        then, before = self._samples[0]
        return (self.total - done) * (now - then) / (done - before) if done > before else None

    def stop(self) -> None:
        self._stop.set()

    def discard(self) -> None:
        """Stop, and delete what has come."""
        self.discarding = True
        self.stop()

    def join(self, seconds: float | None = None) -> None:
        self._thread.join(seconds)

    def _run(self) -> None:
        if self._before is not None:
            self._before.join()
            self._before = None
        self._transfers = [Transfer(file, self._folder, self._stop, self._backoff) for file in self._model.files]
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with FileLock(self._folder / LOCK, timeout=0):
                # The next file begins only when this one is whole.
                all(transfer.run() for transfer in self._transfers)
        except DownloadError as error:
            self.trouble = str(error)
        except Timeout:
            self.trouble = sentence("Another Lamplight is downloading this model; wait for it, or close it.")
        except OSError as error:
            self.trouble = sentence(
                f"{self._folder} can’t be written ({error.strerror}); free some space there, then resume."
            )
        finally:
            if self.discarding:
                shutil.rmtree(self._folder, ignore_errors=True)

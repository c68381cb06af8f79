"""Files are read in processes of their own, with limits on time and memory: a hostile file harms only itself."""

from __future__ import annotations

import atexit
import functools
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
from pydantic import ValidationError

from lamplight import PROGRAM, ROOT
from lamplight.ingest.control import IngestControl
from lamplight.ingest.errors import Interrupted, NothingToRead, ReaderLost, ReadError
from lamplight.ingest.worker_protocol import (
    LONGEST_MESSAGE,
    MESSAGES,
    READY,
    REQUESTS,
    Entered,
    FileRead,
    Message,
    Opened,
    PageRead,
    ReadingProgress,
    Refused,
    Request,
    to_line,
)
from lamplight.languages import sentence
from lamplight.models.processor import physical_cores

READER = "lamplight.ingest.readers.read"
MOST_MEMORY = 2 << 30  # bytes; the largest picture that is read takes half of it
GROWN = 700 << 20  # bytes in use between two files from which a fresh process is better
PAGE_SECONDS = 120.0  # of processor time without a page or a step: text recognition takes 5 here, 50 on an old laptop
STUCK_SECONDS = 600.0  # of nothing at all, processor time or not, as when the disk went away
LOOK_SECONDS = 0.1
START_SECONDS = 300.0  # for a process to come up on a computer that is busy with other things
NICENESS = 5  # of Unix: other programs get three times as much of a busy processor
PAGES_AHEAD = 32  # read but not yet embedded
MANY_CORES = 4  # from here on two files are read at a time

_launcher = ThreadPoolExecutor(1, thread_name_prefix="launcher")
"""Linux ends a reading process with the thread that started it: this one lives as long as the program."""


class ReadingProcess:
    """One process for many files; started when first needed, and again after a crash, a hang or much growth."""

    def __init__(self, reader: str, page_seconds: float, most_memory: int) -> None:
        self._command = [sys.executable, "-m", "lamplight.ingest.worker", str(most_memory), reader]
        self._page_seconds, self._most_memory = page_seconds, most_memory
        self._process: psutil.Popen | None = None
        self._scratch: tempfile.TemporaryDirectory[str] | None = None
        self._lines: queue.Queue[bytes] = queue.Queue()
        self._ended = threading.Event()
        self._suspended = False

    def read(
        self, path: Path, earlier: list[str], control: IngestControl, avoid: dict[int, int] | None = None
    ) -> Iterator[ReadingProgress | Opened | PageRead | Entered | FileRead]:
        """The messages about a file, of which `earlier` pages are known; `FileRead` last.

        Files inside it with a number in `avoid` are left out (`Request`). Raises `ReadError` and `NothingToRead` as
        the reader does, `ReaderLost` when it crashed, hung or wanted too much memory, and what `control` raises.
        """
        process = self._running(control)
        assert process.stdin is not None
        over = spent = False
        try:
            with suppress(OSError):  # a process that died meanwhile is noticed below
                process.stdin.write(to_line(REQUESTS, Request(str(path), earlier, avoid or {})))
                process.stdin.flush()
            while not over:
                message = self._next(process, path, control)
                over = isinstance(message, FileRead | Refused)
                if isinstance(message, Refused):
                    spent = message.spent
                    error = NothingToRead if message.skipped else ReaderLost if spent else ReadError
                    raise error(message.sentence)
                yield message
        finally:
            if not over or spent or self._memory(process) > GROWN:
                self.close()

    def _next(self, process: psutil.Popen, path: Path, control: IngestControl) -> Message:
        """Waits as long as the process gets anywhere."""
        worked, waited = self._seconds(process), time.monotonic()
        while True:
            control.check()
            if self._give_way(control):
                waited = time.monotonic()
            try:
                line = self._lines.get(timeout=LOOK_SECONDS)
                break
            except queue.Empty:
                if self._ended.is_set():  # closed by another thread, as the program ends
                    raise Interrupted(f"Reading {path.name} was interrupted; the next run goes on from here.") from None
            if self._memory(process) > self._most_memory:
                raise _hungry(path)
            if self._seconds(process) - worked > self._page_seconds or time.monotonic() - waited > STUCK_SECONDS:
                raise ReaderLost(f"{path.name} is endless work to read; open it in its own program and save it anew.")
        if not line:
            raise ReaderLost(
                f"{path.name} made its reader crash and may be damaged; open it in its own program and save it anew."
            )
        try:
            return MESSAGES.validate_json(line)
        except ValidationError:
            raise ReadError(f"{path.name} can't be read: what came of it is no document; check the file.") from None

    def _running(self, control: IngestControl) -> psutil.Popen:
        """It has said that it is ready: how long that takes is no file's fault."""
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._process = _launcher.submit(self._start).result()
            self._lines, self._ended = queue.Queue(PAGES_AHEAD), threading.Event()
            arguments = (self._process, self._lines, self._ended)
            threading.Thread(target=_pump, args=arguments, name="reading", daemon=True).start()
            self._await_ready(control)
        return self._process

    def _await_ready(self, control: IngestControl) -> None:
        line, latest = b"", time.monotonic() + START_SECONDS
        try:
            while not line and time.monotonic() < latest and not self._ended.is_set():
                control.check()
                if self._give_way(control):
                    latest = time.monotonic() + START_SECONDS
                with suppress(queue.Empty):
                    line = self._lines.get(timeout=LOOK_SECONDS)
                    break
        finally:
            if line != READY:
                self.close()
        if line != READY:
            raise ReadError(
                f"Files can't be read: their reader does not start; run `{PROGRAM} doctor` to see what is missing."
            )

    def _start(self) -> psutil.Popen:
        """With a folder of its own for what it unpacks, which goes with it, however it ends."""
        self._scratch = tempfile.TemporaryDirectory(prefix="lamplight-", ignore_cleanup_errors=True)
        environment = os.environ | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), self._scratch.name)
        process = psutil.Popen(
            self._command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        if sys.platform == "win32":
            priority = psutil.BELOW_NORMAL_PRIORITY_CLASS
        else:
            priority = NICENESS
        with suppress(psutil.Error):
            process.nice(priority)
        return process

    def suspend(self) -> None:
        """Stop it where it is."""
        process = self._process
        if process is not None:
            self._suspended = True
            with suppress(psutil.Error):
                process.suspend()

    def resume(self) -> None:
        """Let it go on."""
        process = self._process
        if process is not None and self._suspended:
            self._suspended = False
            with suppress(psutil.Error):
                process.resume()

    def _give_way(self, control: IngestControl) -> bool:
        """Wait, it suspended, while something else goes first; whether that was so."""
        waits = control.must_wait
        if waits:
            self.suspend()  # it may only just have started
            control.wait()
        self.resume()  # also where the wait was while its pages were embedded
        return waits

    def close(self) -> None:
        """End it at once; the next file gets a fresh one."""
        process, self._process = self._process, None
        if process is None:
            return
        self._ended.set()
        with suppress(psutil.Error):
            process.kill()
        process.wait()
        assert process.stdin is not None
        with suppress(OSError):
            process.stdin.close()
        if self._scratch is not None:
            self._scratch.cleanup()

    def _memory(self, process: psutil.Popen) -> int:
        """Bytes in use; none of a process that is gone."""
        try:
            return int(process.memory_info().rss)
        except psutil.Error:
            return 0

    def _seconds(self, process: psutil.Popen) -> float:
        """Of processor time: on a busy computer a page may take long without being endless."""
        try:
            times = process.cpu_times()
        except psutil.Error:
            return 0.0
        return float(times.user + times.system)


def _hungry(path: Path) -> ReaderLost:
    return ReaderLost(sentence(f"{path.name} needs too much memory to be read; split it or save it smaller."))


def _pump(process: psutil.Popen, lines: queue.Queue[bytes], ended: threading.Event) -> None:
    """Its messages, then an empty one. Waits when they aren't taken, and so does the process."""
    assert process.stdout is not None
    with process.stdout:
        while not ended.is_set():
            line = process.stdout.readline(LONGEST_MESSAGE)
            while not ended.is_set():
                with suppress(queue.Full):
                    lines.put(line, timeout=LOOK_SECONDS)
                    break
            if not line:
                return


class ReadingProcesses:
    """A few reading processes, each lent to one file at a time. They stop while something else goes first."""

    def __init__(
        self,
        count: int = 0,
        reader: str = READER,
        page_seconds: float = PAGE_SECONDS,
        most_memory: int = MOST_MEMORY,
    ) -> None:
        """`count` 0 is one, or two where there are processors for it. `reader` is a function's dotted name."""
        count = count or (2 if physical_cores() >= MANY_CORES else 1)
        self._all = [ReadingProcess(reader, page_seconds, most_memory) for _ in range(count)]
        self._idle: queue.LifoQueue[ReadingProcess] = queue.LifoQueue()
        for process in self._all:
            self._idle.put(process)

    @contextmanager
    def lend(self, control: IngestControl) -> Iterator[ReadingProcess]:
        """Waits for a process to be free. Raises what `control` raises."""
        while True:
            control.check()
            with suppress(queue.Empty):
                process = self._idle.get(timeout=LOOK_SECONDS)
                break
        try:
            with control.lease.on_cancel(process.suspend):
                yield process
        finally:
            process.resume()
            self._idle.put(process)

    def close(self) -> None:
        """End them all. They start again if they are needed."""
        for process in self._all:
            process.close()


@functools.cache
def shared_processes() -> ReadingProcesses:
    """The ones of this program."""
    processes = ReadingProcesses()
    atexit.register(processes.close)
    return processes

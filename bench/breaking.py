"""Do something to a library in a process of its own that is made to fail or killed, and look at what is left.

A fork of this process, so that a try costs a fifth of a second: nothing may be opened here before.
"""

from __future__ import annotations

import os
import shutil
import signal
import time
import traceback
from ast import literal_eval
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.small_library import EMBEDDER, OPERATIONS, Content, content, faults_in, fill, fill_earlier
from lamplight.errors import LamplightError
from lamplight.library.errors import LibraryError
from lamplight.library.store import Library

SENTENCE, BUG = 3, 4  # exit codes of a child
PATIENCE = 120.0  # seconds; a child that takes longer hangs


@dataclass(frozen=True)
class Outcome:
    """How a child ended: its exit code, or minus the signal; and what it said."""

    code: int
    said: str


def in_child(work: Callable[[], object], kill_after: float | None = None) -> Outcome:
    """`work` in a fork. Errors on purpose are `SENTENCE`, others `BUG` with their traceback; None if it hangs."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        code = 0
        try:
            work()
        except LamplightError as error:
            code = SENTENCE
            os.write(writer, str(error).encode())
        except BaseException:
            code = BUG
            os.write(writer, traceback.format_exc().encode()[-4000:])
        os._exit(code)
    os.close(writer)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(child, signal.SIGKILL)
    signal.alarm(round(PATIENCE))
    signal.signal(signal.SIGALRM, lambda *_: os.kill(child, signal.SIGKILL))
    with os.fdopen(reader, "rb") as pipe:
        said = pipe.read().decode()
    _, status = os.waitpid(child, 0)
    signal.alarm(0)
    return Outcome(os.waitstatus_to_exitcode(status), said)


class Stage:
    """A filled library, an empty and an earlier one, copied for each try, and what they hold before and after each
    operation.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._place = folder, folder / "place"  # the same for every copy, as documents have paths in it
        (self._place / "files").mkdir(parents=True)
        starts: dict[str, Callable[[], object]] = {
            "filled": self._fill,
            "empty": attempt("nothing", self._place),
            "earlier": lambda: fill_earlier(self._place / "library"),
        }
        for name, make in starts.items():
            self._run(make)
            shutil.copytree(self._place, folder / name)
            shutil.rmtree(self._place / "library")
        self.states = {name: (self._state(name, False), self._state(name, True)) for name in OPERATIONS}

    def _fill(self) -> None:
        fill(self._place / "library", self._place / "files")
        with Library(self._place / "library") as library:
            OPERATIONS["backup"].work(library, self._place / "files")

    def _run(self, work: Callable[[], object]) -> None:
        outcome = in_child(work)
        if outcome.code:
            raise RuntimeError(outcome.said)

    @contextmanager
    def copy(self, name: str) -> Iterator[Path]:
        """A folder with `library` and `files`."""
        shutil.rmtree(self._place)
        shutil.copytree(self._folder / OPERATIONS[name].start, self._place)
        yield self._place

    def _state(self, name: str, done: bool) -> Content:
        with self.copy(name) as place:
            target = place / "state"

            def work() -> None:
                with Library(place / "library") as library:
                    if done:
                        OPERATIONS[name].work(library, place / "files")
                    target.write_text(repr(content(library)))

            self._run(work)
            return list(literal_eval(target.read_text()))


def attempt(name: str, place: Path, ready: Callable[[], object] = lambda: None) -> Callable[[], None]:
    """The operation; `ready` is called before what is to be broken begins."""

    def work() -> None:
        if OPERATIONS[name].opening:
            ready()
        library = Library(place / "library")
        try:
            library.vectors.store(EMBEDDER)
            if not OPERATIONS[name].opening:
                ready()
            OPERATIONS[name].work(library, place / "files")
        finally:
            library.close()

    return work


def aftermath(stage: Stage, name: str, place: Path) -> list[str]:
    """Open what is left, look at it, do the operation again, and look again. What is wrong, in words."""
    before, after = stage.states[name]

    def look() -> None:
        faults = []
        with Library(place / "library") as library:
            found = content(library)
            if found not in (before, after):
                faults.append("neither as before nor as after")
            faults += faults_in(library, place / "files")
            OPERATIONS[name].work(library, place / "files")
            if content(library) != after:
                faults.append("done again, it is not as after")
            faults += faults_in(library, place / "files")
        if left := [path.name for path in (place / "files").iterdir() if path.suffix == ".part"]:
            faults.append(f"left over: {left}")
        if faults:
            raise LibraryError("; ".join(faults))

    outcome = in_child(look)
    return [] if outcome.code == 0 else [f"exit {outcome.code}: {outcome.said}"]

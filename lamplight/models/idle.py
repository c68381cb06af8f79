"""Work for which nobody waits, done while nobody asks and nothing is being indexed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from lamplight.models.errors import LamplightError
from lamplight.models.precedence import ANSWERS

LOOK_SECONDS = 2.0


class IdleWork:
    """A background thread that gives way to questions and to whatever `busy` says should have the processor."""

    def __init__(self, name: str, work: Callable[[Callable[[], bool]], object], busy: Callable[[], bool]) -> None:
        """`work` is called again and again; it goes on until there is nothing to do or its argument returns True.

        A `LamplightError` ends it: whoever needs the same for an answer is told the reason.
        """
        self._work = work
        self._busy = busy
        self._closing = threading.Event()
        self._pauses = 0
        self._turn = threading.RLock()  # what is done in a pause may pause again
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Returns when nothing is being done any more."""
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Nothing is being done inside the block, nor goes on in it what was begun before."""
        self._pauses += 1
        try:
            with self._turn:
                yield
        finally:
            self._pauses -= 1

    def _run(self) -> None:
        while not self._closing.wait(LOOK_SECONDS):
            if not self._interrupted():
                try:
                    with self._turn:
                        self._work(self._interrupted)
                except LamplightError:
                    return

    def _interrupted(self) -> bool:
        return self._closing.is_set() or self._pauses > 0 or ANSWERS.taken or self._busy()

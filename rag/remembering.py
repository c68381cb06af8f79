"""Reading passages while nobody asks, the newest first, so that the first question about them is answered at once."""

from __future__ import annotations

import threading
from collections.abc import Callable

from library.store import Library
from models.errors import LamplightError
from models.loading import Models
from models.precedence import ANSWERS
from rag.answerer import Answerer

MOST_PASSAGES = 200  # about a gigabyte of states, and two minutes of an idle laptop
LOOK_SECONDS = 2.0


class Remembering:
    """A background thread that gives way to questions and to indexing."""

    def __init__(self, library: Library, models: Models, answerer: Answerer, busy: Callable[[], bool]) -> None:
        """`busy` says whether something else should have the processor."""
        self._library = library
        self._models = models
        self._answerer = answerer
        self._busy = busy
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._work, name="remembering", daemon=True)
        self._done: set[int] = set()

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Returns when nothing is being read any more."""
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join()

    def _work(self) -> None:
        while not self._closing.wait(LOOK_SECONDS):
            if self._models.settled.is_set() and not self._interrupted():
                try:
                    self._remember()
                except LamplightError:
                    return  # whoever asks a question is told; nobody waits for this

    def _remember(self) -> None:
        for number in self._library.newest_chunks(MOST_PASSAGES):
            chunk = self._library.chunks([number]).get(number)
            if chunk is None or number in self._done:
                continue
            self._answerer.remember([chunk], self._interrupted)
            if self._interrupted():
                return
            self._done.add(number)

    def _interrupted(self) -> bool:
        return self._closing.is_set() or ANSWERS.taken or self._busy()

"""Reading while a person types."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Draft = TypeVar("Draft")  # a half-typed question, with whatever it takes to find something for it


class ReadingAhead(Generic[Draft]):
    """Call `typed` at every pause in typing; nothing that is done here changes an answer.

    What is being read goes on as long as the typed text still leads to the same passages.
    """

    def __init__(
        self,
        find: Callable[[Draft], Sequence[str]],
        read: Callable[[Draft, Sequence[str], Callable[[], bool]], object],
    ) -> None:
        """`find` gives the passages for a half-typed question; `read` reads them until it is told to stop."""
        self._find = find
        self._read = read
        self._turn = threading.Lock()
        self._draft: Draft | None = None
        self._finding = False
        self._passages: list[str] = []
        self._stop = threading.Event()
        self._reader: threading.Thread | None = None

    def typed(self, draft: Draft | None) -> None:
        """Returns at once; only the latest draft counts, None if there is nothing to find."""
        with self._turn:
            self._draft = draft
            if draft is not None and not self._finding:
                self._finding = True
                threading.Thread(target=self._follow, name="reading ahead", daemon=True).start()

    def stop(self) -> None:
        """Give up; call it when the question is asked. What was computed stays."""
        with self._turn:
            self._draft = None
            self._passages = []
            self._stop.set()

    def _follow(self) -> None:
        """Find passages for the latest draft until it changes no more."""
        done: Draft | None = None
        while True:
            with self._turn:
                draft = self._draft
                if draft is None or draft == done:
                    self._finding = False
                    return
            done, passages = draft, list(self._find(draft))
            with self._turn:
                if self._draft is not None and passages != self._passages:
                    self._begin(draft, passages)

    def _begin(self, draft: Draft, passages: list[str]) -> None:
        self._stop.set()
        self._stop, self._passages, previous = threading.Event(), passages, self._reader
        arguments = (draft, passages, previous, self._stop)
        self._reader = threading.Thread(target=self._run, args=arguments, name="reading ahead", daemon=True)
        self._reader.start()

    def _run(self, draft: Draft, passages: list[str], previous: threading.Thread | None, stop: threading.Event) -> None:
        if previous is not None:
            previous.join()
        if not stop.is_set():
            self._read(draft, passages, stop.is_set)

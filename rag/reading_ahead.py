"""Reading while a person types."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence


class ReadingAhead:
    """Call `typed` at every pause in typing; nothing that is done here changes an answer.

    What is being read goes on as long as the typed text still leads to the same passages.
    """

    def __init__(
        self,
        find: Callable[[str], Sequence[str]],
        read: Callable[[str, Sequence[str], Callable[[], bool]], object],
    ) -> None:
        """`find` gives the passages for a half-typed question; `read` reads them until it is told to stop."""
        self._find = find
        self._read = read
        self._turn = threading.Lock()
        self._text = ""
        self._finding = False
        self._passages: list[str] = []
        self._stop = threading.Event()
        self._reader: threading.Thread | None = None

    def typed(self, text: str) -> None:
        """Returns at once; only the latest text counts."""
        with self._turn:
            self._text = text.strip()
            if self._text and not self._finding:
                self._finding = True
                threading.Thread(target=self._follow, name="reading ahead", daemon=True).start()

    def stop(self) -> None:
        """Give up; call it when the question is asked. What was computed stays."""
        with self._turn:
            self._text = ""
            self._passages = []
            self._stop.set()

    def _follow(self) -> None:
        """Find passages for the latest text until it changes no more."""
        done = ""
        while True:
            with self._turn:
                text = self._text
                if text in ("", done):
                    self._finding = False
                    return
            done, passages = text, list(self._find(text))
            with self._turn:
                if self._text and passages != self._passages:
                    self._begin(text, passages)

    def _begin(self, text: str, passages: list[str]) -> None:
        self._stop.set()
        self._stop, self._passages, previous = threading.Event(), passages, self._reader
        arguments = (text, passages, previous, self._stop)
        self._reader = threading.Thread(target=self._run, args=arguments, name="reading ahead", daemon=True)
        self._reader.start()

    def _run(self, text: str, passages: list[str], previous: threading.Thread | None, stop: threading.Event) -> None:
        if previous is not None:
            previous.join()
        if not stop.is_set():
            self._read(text, passages, stop.is_set)

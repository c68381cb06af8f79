"""Reading while a person types."""

from __future__ import annotations

import threading
from collections.abc import Callable


class ReadingAhead:
    """Call `typed` at every pause in typing; nothing that is done here changes an answer."""

    def __init__(self, prepare: Callable[[str, Callable[[], bool]], object]) -> None:
        """`prepare` finds passages for a half-typed question and has them read until it is told to stop."""
        self._prepare = prepare
        self._turn = threading.Lock()
        self._worker: threading.Thread | None = None
        self._stop = threading.Event()
        self._text = ""

    def typed(self, text: str) -> None:
        """Give up what was begun for an earlier text and begin with this one. Returns at once."""
        with self._turn:
            if text.strip() == self._text:
                return
            self._text = text.strip()
            self._stop.set()
            self._stop = threading.Event()
            previous, stop = self._worker, self._stop
            self._worker = None
            if self._text:
                self._worker = threading.Thread(
                    target=self._run, args=(self._text, previous, stop), name="reading ahead", daemon=True
                )
                self._worker.start()

    def stop(self) -> None:
        """Give up; call it when the question is asked. What was computed stays."""
        with self._turn:
            self._stop.set()
            self._text = ""

    def _run(self, text: str, previous: threading.Thread | None, stop: threading.Event) -> None:
        if previous is not None:
            previous.join()
        if not stop.is_set():
            self._prepare(text, stop.is_set)

"""Reading the newest passages before anybody asks, so that the first question about them is answered at once."""

from __future__ import annotations

from collections.abc import Callable

from library.store import Library
from models.loading import Models
from rag.answerer import Answerer

MOST_PASSAGES = 200  # about a gigabyte of states, and two minutes of an idle laptop


class Remembering:
    """Knows which passages each language model has read in this run. Not for use by two threads."""

    def __init__(self, library: Library, models: Models, answerer: Answerer) -> None:
        self._library = library
        self._models = models
        self._answerer = answerer
        self._done: set[tuple[str, int]] = set()  # the model's sha256 and the passage's number

    def remember(self, stopped: Callable[[], bool]) -> None:
        """Read those of the newest passages that were not yet, one by one, until `stopped` says so.

        Nothing before the language model is the one that stays. Raises `WeightsError` and `LibraryError`.
        """
        if not self._models.settled.is_set():
            return
        model = self._models.language_model.identity
        for number in self._library.newest_chunks(MOST_PASSAGES):
            chunk = self._library.chunks([number]).get(number)
            if chunk is None or (model, number) in self._done:
                continue
            self._answerer.remember([chunk], stopped)
            if stopped():
                return
            self._done.add((model, number))

"""Keys and values of the newest passages, computed before anybody asks: the first question is answered at once."""

from __future__ import annotations

from collections.abc import Callable

from lamplight.library.store import Library
from lamplight.models.language_model import LanguageModel
from lamplight.models.loading import Models
from lamplight.rag.answerer import Answerer

MOST_PASSAGES = 200  # about a gigabyte of states, and two minutes of an idle laptop with a small model
MOST_SECONDS = 300.0  # of reading, which are few passages with a large one: it should not empty a battery
MOST_SHARE = 0.5  # of what may be remembered on disk: what questions have found is worth more than what is newest
PASSAGE_TOKENS = 250  # of one: a chunk of 200 word pieces with its header, completed to whole sentences


class Prewarming:
    """Knows what the language model has read in this run and not forgotten, behind which prompt.

    Not for use by two threads.
    """

    def __init__(self, library: Library, models: Models, answerer: Answerer) -> None:
        self._library = library
        self._models = models
        self._answerer = answerer
        self._done: set[int] = set()
        self._behind: tuple[str, str, object] = ("", "", None)  # the model's sha256, the prompt, what was forgotten

    def prewarm(self, stopped: Callable[[], bool]) -> None:
        """Compute those of the newest passages that were not yet, one by one, until `stopped` says so.

        Nothing before the language model is the one that stays. Raises `WeightsError` and `LibraryError`.
        """
        if not self._models.settled.is_set():
            return
        behind = (self._models.language_model.cache_key, self._answerer.prompt, self._models.forgotten)
        if behind != self._behind:
            self._behind, self._done = behind, set()
        for number in self._library.passages.newest(self._most()):
            chunk = None if number in self._done else self._library.passages.by_id([number]).get(number)
            if chunk is None:
                continue
            self._answerer.prewarm([chunk], stopped)
            if stopped():
                return
            self._done.add(number)

    def _most(self) -> int:
        """Fewer with a large model, by time and by room: each takes 6 MB with 135M parameters, 37 with 4B."""
        model = self._models.language_model
        most = MOST_PASSAGES
        if isinstance(model, LanguageModel):
            room = MOST_SHARE * self._models.contexts.limit
            most = min(most, int(room / (PASSAGE_TOKENS * model.engine.cache_bytes_per_token)))
        if model.calibration is not None:
            most = min(most, int(MOST_SECONDS / model.calibration.seconds_to_read(PASSAGE_TOKENS)))
        return most

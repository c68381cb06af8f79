"""How the model reads passages: each apart and remembered, or several together in one prompt."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence

from models.language_model import LanguageModel, Piece, Prefill, Reading, Usage

TOGETHER = 3  # passages in one prompt: each costs its reading, and 2 answer as well as 4
APART = 4  # passages weighed against each other: the question is read once for each; 8 answer one point better
RANK_WEIGHT = 2.0  # of -log(rank) beside the log-likelihood: right passage first in .82 of questions instead of .81
NEEDS_SEVERAL = re.compile(
    r"\b(both|compare[ds]?|comparison|differen\w+|differs?|versus|vs|each|every|all|list|which of|several|how often|"
    r"altogether|summari[sz]e|summary|overview)\b",
    re.IGNORECASE,
)  # not "how many" and "and": what they ask for mostly stands in one place


def needs_several(question: str) -> bool:
    """Whether a question compares, lists or counts, so that one passage is hardly enough."""
    return NEEDS_SEVERAL.search(question) is not None


def stable_order(previous: Sequence[str], chosen: Sequence[str]) -> list[str]:
    """`chosen` (best first) as it is read: what `previous` began with stays where it was, so that it is reused.

    The rest follows best first: the best passage changes least while a question is typed and from turn to turn.
    (Best last answers .31 of 100 SQuAD questions, best first .30.)
    """
    kept: list[str] = []
    for passage in previous:
        if passage not in chosen:
            break
        kept.append(passage)
    return [*kept, *(passage for passage in chosen if passage not in kept)]


class PassageReader:
    """Reads passages for one conversation at a time; what the last prompt began with is kept for the next."""

    def __init__(self) -> None:
        self._previous: list[str] = []

    def read(
        self,
        model: LanguageModel,
        system: str,
        question: str,
        passages: Sequence[str],
        max_tokens: int,
        stopped: Callable[[], bool],
        together: bool = False,
    ) -> Iterator[Prefill | Piece | Usage]:
        """The events of `LanguageModel.generate`. `passages` come best first; `together` forces one prompt.

        The last event's `answered_from` is an index into `passages`, or None when they were read together.
        """
        apart = self._apart(model, question, passages, together)
        if apart:
            reading = Reading(system, tuple(apart), question)
            yield from model.read_apart(reading, max_tokens, stopped, rank_prior(len(apart)))
            return
        reading = self._together(system, question, passages)
        self._previous = list(reading.passages)
        yield from model.read(reading, max_tokens, stopped)

    def prepare(
        self,
        model: LanguageModel,
        system: str,
        question: str,
        passages: Sequence[str],
        stopped: Callable[[], bool],
        together: bool = False,
    ) -> None:
        """Compute what `read` will need, as far as `question` lets it be known; gives way to every question."""
        apart = self._apart(model, question, passages, together)
        if apart:
            model.remember(system, apart, stopped)
        else:
            reading = self._together(system, question, passages)
            self._previous = list(reading.passages)
            model.read_ahead(reading, stopped)

    def _apart(self, model: LanguageModel, question: str, passages: Sequence[str], together: bool) -> list[str]:
        """The passages to weigh against each other; empty when they are to be read together."""
        if together or not model.separable or needs_several(question) or len(passages) < 2:
            return []
        return list(passages[:APART])

    def _together(self, system: str, question: str, passages: Sequence[str]) -> Reading:
        return Reading(system, tuple(stable_order(self._previous, passages[:TOGETHER])), question)


def rank_prior(count: int) -> list[float]:
    """What the retriever's order says about `count` passages, as log-probabilities up to a constant."""
    return [-RANK_WEIGHT * math.log(rank) for rank in range(1, count + 1)]

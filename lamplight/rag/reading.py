"""How the model reads passages: each apart and remembered, or several together in one prompt."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import takewhile

from lamplight.models.answer_model import AnswerModel
from lamplight.models.language_model import PassagePrompt, Piece, PrefillStep, Usage

APART = 4  # passages weighed against each other: the question is read once for each; 8 answer one point better
NEAR = 0.15  # below the best passage's score: in three of five questions none is, with as many right answers
RANK_WEIGHT = 2.0  # of -log(rank) beside the log-likelihood: right passage first in .82 of questions instead of .81
NEEDS_SEVERAL = re.compile(
    r"\b(both|compare[ds]?|comparison|differen\w+|differs?|versus|vs|each|every|all|list|which of|several|how often|"
    r"altogether|summari[sz]e|summary|overview)\b",
    re.IGNORECASE,
)  # not "how many" and "and": what they ask for mostly stands in one place


def needs_several(question: str) -> bool:
    """Whether a question compares, lists or counts, so that one passage is hardly enough."""
    return NEEDS_SEVERAL.search(question) is not None


def reads_apart(separable: bool, question: str) -> bool:
    """Whether each passage is read by itself and remembered; `separable` is the model's."""
    return separable and not needs_several(question)


def most_to_read(separable: bool, question: str, together: int) -> int:
    """How many passages are read at most, `together` if it isn't apart."""
    return APART if reads_apart(separable, question) else together


def near_best(scores: Sequence[float]) -> int:
    """How many passages, of which these are the retriever's scores, best first, are worth weighing against the best.

    Each costs as much as reading the question once more.
    """
    return len(list(takewhile(lambda score: score >= scores[0] - NEAR, scores[:APART])))


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


class PassagePrefill:
    """Reads passages for one conversation at a time; what the last prompt began with is kept for the next."""

    def __init__(self) -> None:
        self._previous: list[str] = []

    def read(
        self,
        model: AnswerModel,
        system: str,
        question: str,
        passages: Sequence[str],
        max_tokens: int,
        stopped: Callable[[], bool],
        together: bool = False,
    ) -> Iterator[PrefillStep | Piece | Usage]:
        """The events of `AnswerModel.generate`. All of the `passages`, best first, are read; `together` always in one.

        The last event's `answered_from` is an index into `passages`, or None when they were read together.
        """
        if reads_apart(model.separable and not together, question) and len(passages) > 1:
            reading = PassagePrompt(system, tuple(passages), question)
            yield from model.read_apart(reading, max_tokens, stopped, rank_prior(len(passages)))
            return
        reading = self._together(system, question, passages)
        yield from model.read(reading, max_tokens, stopped)

    def prepare(
        self,
        model: AnswerModel,
        system: str,
        question: str,
        passages: Sequence[str],
        stopped: Callable[[], bool],
        together: bool = False,
    ) -> None:
        """Compute what `read` will need, as far as `question` lets it be known, until `stopped`."""
        if reads_apart(model.separable and not together, question):
            model.prewarm(system, passages, stopped)
        else:
            model.prefill(self._together(system, question, passages), stopped)

    def _together(self, system: str, question: str, passages: Sequence[str]) -> PassagePrompt:
        # Not read back from the attribute: a model elsewhere may answer another question meanwhile.
        self._previous = order = stable_order(self._previous, passages)
        return PassagePrompt(system, tuple(order), question)


def rank_prior(count: int) -> list[float]:
    """What the retriever's order says about `count` passages, as log-probabilities up to a constant."""
    return [-RANK_WEIGHT * math.log(rank) for rank in range(1, count + 1)]

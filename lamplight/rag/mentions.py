"""Words of a question that may be the name of a document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lamplight.rag.names import Word


@dataclass(frozen=True, slots=True)
class Mention:
    """Words of the question that may be a name, and how surely they name each of some documents."""

    words: Sequence[Word]
    strengths: Mapping[int, float]

    @property
    def strength(self) -> float:
        """How surely it names the document it names best, from 0 to 1; 0 where it names none."""
        return max(self.strengths.values(), default=0.0)


def strengths_of(mentions: Sequence[Mention]) -> dict[int, float]:
    """How surely, from 0 to 1, all of them together name each document."""
    total: dict[int, float] = {}
    for mention in mentions:
        for number, strength in mention.strengths.items():
            total[number] = min(1.0, total.get(number, 0.0) + strength)
    return total


def starts_of(mentions: Sequence[Mention], documents: frozenset[int]) -> dict[int, int]:
    """At which character each of the documents is first named."""
    found: dict[int, int] = {}
    for mention in sorted((one for one in mentions if one.words), key=lambda one: one.words[0].start, reverse=True):
        found |= dict.fromkeys(documents & set(mention.strengths), mention.words[0].start)
    return found

"""The line of the passages found that answers a question, and the answer itself inside it (extractive reading)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from library.records import Passage
from models.reader import LineReading, Reader
from rag.sentences import Sentence, units_of

READ = 12  # passages, the best by the retriever: 0.2 s on two cores


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """A sentence or row of a passage, and what the reader says of it."""

    sentence: Sentence
    reading: LineReading

    @property
    def score(self) -> float:
        """Log-odds that it answers."""
        return self.reading.score


def read_lines(reader: Reader, question: str, passages: Sequence[Passage]) -> list[list[AnswerLine]]:
    """The lines of each passage with their readings, in the order of the text."""
    units = [units_of(passage) for passage in passages]
    inputs = [(passage.header, [unit.text for unit in own]) for passage, own in zip(passages, units, strict=True)]
    return [
        [AnswerLine(unit, reading) for unit, reading in zip(own, readings, strict=True)]
        for own, readings in zip(units, reader.read(question, inputs), strict=True)
    ]


def best_score(lines: Sequence[AnswerLine]) -> float:
    """Log-odds that something in a passage answers."""
    return max((line.score for line in lines), default=float("-inf"))

"""The line of the passages found that answers a question, and the answer itself inside it (extractive reading)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from lamplight.library.records import Passage
from lamplight.models.reader import LineScore, Reader
from lamplight.rag.balance import AMOUNT, balance
from lamplight.rag.query import TOKEN, stop_words_of
from lamplight.rag.sentences import Sentence, units_of

READ = 12  # passages, the best by the retriever
READ_CHARACTERS = 8_000  # of them together, a digit counting twice, as it does in word pieces
HOPELESS = 0.8  # below the best retriever's score: to make it good would take eight log-odds (`rag.passages`)
REPEATED = 2.0  # log-odds less for a line whose likeliest answer the question has said itself
QUESTION_MARKS = ("?", "\uff1f")  # of Latin and of Chinese scripts
SENTENCE = re.compile(r"(?<=[a-zß-ÿ]{3}[.!])\s+|(?<=[?\uff1f\u3002])\s*")  # not after "Sdn." and "D.I.Y."
FEWEST_WORDS = 3  # of a question
SHORT_WORD = 3  # letters: "RM" before an amount that the question names


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """A sentence or row of a passage, and what the reader says of it. `score` are the log-odds that it answers.

    `header_row` names the cells of a row, where that is known.
    """

    sentence: Sentence
    reading: LineScore
    score: float
    header_row: str = ""


def worth_reading(passages: Sequence[Passage], best: float | None = None) -> list[Passage]:
    """The first of `passages`, best first, that the reader may bring to the front in the time there is.

    `best` is the best score that there is with what the reader said; the first one's own as long as it said nothing.
    """
    kept: list[Passage] = []
    room = READ_CHARACTERS
    for passage in passages[:READ]:
        room -= len(passage.text) + sum(map(str.isdigit, passage.text))
        if kept and (room < 0 or passage.score < (passages[0].score if best is None else best) - HOPELESS):
            break
        kept.append(passage)
    return kept


def read_lines(reader: Reader, question: str, asked: str, passages: Sequence[Passage]) -> list[list[AnswerLine]]:
    """The lines of each passage with their scores, in the order of the text.

    `asked` is the `question` without what only says where to look (`Search.asked`): of it the reader gets what asks.
    """
    units = [units_of(passage) for passage in passages]
    inputs = [(passage.header, [unit.text for unit in own]) for passage, own in zip(passages, units, strict=True)]
    said = frozenset(TOKEN.findall(question.lower()))
    return [
        _corroborated([_line(unit, reading, said) for unit, reading in zip(own, readings, strict=True)])
        for own, readings in zip(units, reader.read(asking(asked, question), inputs), strict=True)
    ]


def asking(asked: str, question: str) -> str:
    """The sentences of `asked` that ask, if some explain or instruct, without the "in" that stood before a name."""
    sentences = " ".join(one for one in SENTENCE.split(asked) if one.endswith(QUESTION_MARKS))
    words = (sentences if len(sentences.split()) >= FEWEST_WORDS else asked).rstrip(" ?").split()
    stop_words = stop_words_of(question)
    last = question.rstrip(" ?").split()[-1:]
    while len(words) > FEWEST_WORDS and words[-1:] != last and words[-1].lower() in stop_words:
        words.pop()
    return f"{' '.join(words)}?"


def _corroborated(lines: list[AnswerLine]) -> list[AnswerLine]:
    """Of a picture's amounts those that others confirm are surer to be the one that is asked for."""
    if not lines or lines[0].sentence.passage.kind != "image":
        return lines
    weights = balance([line.sentence.text for line in lines])
    return [replace(line, score=line.score + weights.get(_amount(line), 0.0)) for line in lines]


def _amount(line: AnswerLine) -> str:
    """The one amount in what the reader takes for the answer; "" if it holds none or several."""
    amounts = AMOUNT.findall(line.sentence.text[line.reading.start : line.reading.end])
    return amounts[0] if len(amounts) == 1 else ""


def _line(unit: Sentence, reading: LineScore, said: frozenset[str]) -> AnswerLine:
    """Who asks what was bought for 13.10 doesn't want to hear 13.10."""
    words = TOKEN.findall(unit.text[reading.start : reading.end].lower())
    telling = [word for word in words if len(word) > SHORT_WORD or not word.isalpha()]
    repeats = bool(telling) and all(word in said for word in telling)
    return AnswerLine(unit, reading, reading.score - REPEATED * repeats)


def best_score(lines: Sequence[AnswerLine]) -> float:
    """Log-odds that something in a passage answers."""
    return max((line.score for line in lines), default=float("-inf"))

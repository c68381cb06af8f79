"""The sentences and rows inside retrieved chunks that a question is about.

A chunk of a financial report holds twenty numbers; the row that answers is one of them. Rows are ranked by
words first (free), and only the best of them by embedding.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from library.records import Box, Passage
from models.embedder import Embedder
from rag.query import STOP_WORDS, WORD
from rag.retriever import Search

EMBEDDED = 8  # sentences per question: 13 ms on two cores; 48 find no more
CHUNK_WEIGHT = 0.3  # of the score of the chunk a sentence is in, when it is chosen for embedding
LETTERS = re.compile(r"(?:[^\W\d_][\W\d_]*){3}")  # at least three: a lone number or bullet is no sentence
QUANTITY = re.compile(
    r"\b(how (much|many|old|long|far|big|large|high)|what (percentage|share|number|amount|total|year)|when)\b", re.I
)
WORDS_WEIGHT = 0.35  # beside the cosine
NUMBER_WEIGHT = 0.1
SENTENCE_END = re.compile(r"(?<=[.!?…])[\"”’)]*\s+(?=[A-Z0-9“\"(•])")
DIGIT = re.compile(r"\d")
BULLET = re.compile(r"^[•\-–*]\s+")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence or row of `passage` with the boxes of the lines it stands on."""

    passage: Passage
    text: str
    boxes: list[Box]


@dataclass(frozen=True, slots=True)
class Ranked:
    """`score` orders sentences of one question; `cosine` can be compared between questions."""

    sentence: Sentence
    score: float
    cosine: float


def sentences_of(passage: Passage) -> list[Sentence]:
    """Table rows and picture lines one by one; wrapped lines of prose joined to sentences. Each has a word."""
    return [unit for unit in units_of(passage) if LETTERS.search(unit.text)]


def units_of(passage: Passage) -> list[Sentence]:
    """The same with what is only a number or a date; page furniture is left out, unless there is nothing else."""
    lines = passage.text.split("\n")
    boxes = passage.boxes if len(passage.boxes) == len(lines) else []
    furniture = frozenset(passage.furniture) if len(passage.furniture) < len(lines) else frozenset()
    sentences = []
    for group in _groups(lines, passage.kind == "text", furniture):
        text = " ".join(lines[index] for index in group)
        for start, end in _spans(text):
            part = text[start:end].strip()
            if WORD.search(part):
                sentences.append(Sentence(passage, part, _boxes(group, lines, boxes, start, end)))
    return sentences


@dataclass(frozen=True, slots=True)
class SentenceScores:
    """`ranked` best first; `overlaps` and `cosines` of the best sentence of each passage, by its id."""

    ranked: list[Ranked]
    overlaps: dict[int, float]
    cosines: dict[int, float]

    def best(self, passage_id: int) -> tuple[float, float]:
        """Overlap and cosine of a passage's best sentence; one that was not looked at counts like the worst."""
        floor = min(self.cosines.values(), default=0.0)
        return self.overlaps.get(passage_id, 0.0), self.cosines.get(passage_id, floor)


def score_sentences(search: Search, embedder: Embedder) -> SentenceScores:
    """How likely the sentences of the chunks that were found answer the question.

    All are compared by words, which is free; the most promising also by embedding.
    """
    wanted = {_stem(word): weight for word, weight in search.weights.items()}
    quantity = bool(QUANTITY.search(search.query.text))
    scored: list[tuple[float, float, Sentence]] = []
    overlaps: dict[int, float] = {}
    for found in search.found:
        for sentence in sentences_of(found):
            words = overlap(wanted, stems(sentence.text))
            overlaps[found.id] = max(overlaps.get(found.id, 0.0), words)
            number = NUMBER_WEIGHT if quantity and DIGIT.search(sentence.text) else 0.0
            scored.append((WORDS_WEIGHT * words + number, found.score, sentence))
    scored.sort(key=lambda item: item[0] + CHUNK_WEIGHT * item[1], reverse=True)
    best = scored[:EMBEDDED]
    if not best:
        return SentenceScores([], overlaps, {})
    vectors = embedder.encode([sentence.text for _, _, sentence in best])
    cosines: dict[int, float] = {}
    ranked = []
    for (words, _, sentence), cosine in zip(best, (vectors @ search.vector).tolist(), strict=True):
        ranked.append(Ranked(sentence, cosine + words, cosine))
        cosines[sentence.passage.id] = max(cosines.get(sentence.passage.id, -1.0), cosine)
    ranked.sort(key=lambda item: item.score, reverse=True)
    return SentenceScores(ranked, overlaps, cosines)


def stems(text: str) -> frozenset[str]:
    """Meaning words, cut so that plural and tense don't matter much."""
    words = (word.lower() for word in WORD.findall(text))
    return frozenset(_stem(word) for word in words if word not in STOP_WORDS)


def overlap(wanted: Mapping[str, float], held: frozenset[str]) -> float:
    """From 0 to 1: the share of what is wanted that is held, a little less when there is much else."""
    common = [stem for stem in wanted if stem in held]
    total = sum(wanted.values())
    if not common or total <= 0:
        return 0.0
    return sum(wanted[stem] for stem in common) / total * (0.7 + 0.3 * len(common) / len(held))


def _stem(word: str) -> str:
    for ending in ("ing", "ies", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word[:-1] if word.endswith("e") and len(word) > 4 else word


def _groups(lines: Sequence[str], prose: bool, furniture: frozenset[int]) -> list[list[int]]:
    """Indices of lines that are read as one: wrapped prose together, rows with numbers alone."""
    groups: list[list[int]] = []
    for index, line in enumerate(lines):
        if index in furniture:
            continue
        before = lines[groups[-1][-1]] if groups else ""
        wraps = prose and len(before) > 50 and not _ends(before) and not BULLET.match(line)
        if wraps:
            groups[-1].append(index)
        else:
            groups.append([index])
    return groups


def _ends(line: str) -> bool:
    return line.rstrip().endswith((".", "!", "?", ":", "…"))


def _spans(text: str) -> list[tuple[int, int]]:
    ends = [match.end() for match in SENTENCE_END.finditer(text)]
    return list(zip([0, *ends], [*ends, len(text)], strict=True))


def _boxes(group: Sequence[int], lines: Sequence[str], boxes: Sequence[Box], start: int, end: int) -> list[Box]:
    """The boxes of those lines of a group that a span of its joined text touches."""
    touched, position = [], 0
    for index in group:
        after = position + len(lines[index])
        if boxes and position < end and after > start:
            touched.append(boxes[index])
        position = after + 1
    return touched

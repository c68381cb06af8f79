"""The sentences of a text that say the most of it: central in the embedding space, not saying the same twice.

Extractive, so that each can be checked. Central by the cosine to the mean of the section and of the document
(centroid summarisation, Radev et al. 2004), spread by maximal marginal relevance (Carbonell and Goldstein 1998). The
chunks' vectors are there already: only sentences of the few most central chunks of a section are embedded. Where fewer
are found than are asked for, short ones and items of lists are told too, so that a short text is told whole.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lamplight.library.records import Passage
from lamplight.models.embedder import Embedder, Vectors
from lamplight.rag.lexicon.dates import dates_of
from lamplight.rag.lexicon.numbers import UNSPACED
from lamplight.rag.outline import Section
from lamplight.rag.request_language import language_of
from lamplight.rag.sentences import ENDED, Sentence, is_row, item_mark, units_of

WORDS = (6, 45)  # of a sentence that can stand alone
FEWEST_WORDS = 3  # of one that is told where there are too few of these
OF_SECTION, OF_DOCUMENT = 0.6, 0.4  # weights of the cosines to the two means
FIGURES = 0.06  # more for a sentence with figures, in a document that is full of them
LATE = 0.02  # less for each sentence that stands before it in its chunk: paragraphs begin with what they say
REPEATED = 0.5  # times the cosine to the nearest sentence chosen so far
POINTING = 0.3  # times the cosine to the nearest sentence that only points elsewhere
POINTERS = (
    "Refer to Note 11 for additional information.",
    "See the following table and the notes to the financial statements.",
    "This is discussed in the section below.",
    "The exhibits are incorporated herein by reference to the annual report on Form 10-K.",
    "Item 8. Financial Statements and Supplementary Data, page 44.",
    "This report contains forward-looking statements.",
    "Signed, date and place, the undersigned.",
    "Click here, or visit our website for more information.",
    "The accompanying notes are an integral part of these statements.",
    "Siehe Abschnitt 3 und die folgende Tabelle.",
)
SMALL = 0.015  # of a document's chunks: a section that is no larger is told only if there is room
MOSTLY_ROWS = 0.3  # of the chunks have sentences, at most, for rows to be told too
CHUNKS = 3  # of a section that are looked at closely, for each sentence wanted of it at least
FULL_OF_FIGURES = 0.08  # of the characters are digits
SMALLEST = 1e-9  # length of a mean
SHORT_WORD = 3  # letters
MOST_CAPITALS = 0.6  # of the longer words
MOST_FIGURES = 0.5  # of the words of a sentence; a date or an amount is one, however many digits it has
SALUTATION_ENDS = (",", "\uff0c")
BEGINS = re.compile(r"[\"“\u2018(„«¿¡]?[^\W_]")
PIECE = re.compile(rf"[{UNSPACED}]{{1,2}}|[^\s{UNSPACED}]+")  # a word, or what is one without blanks between words
LABELLED = re.compile(r"[^\W\d_]{2}.*\d|\d.*[^\W\d_]{2}")  # a word and a number


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may be chosen, the `place`th of its chunk.

    `score` is how central it is; one that `points` only says where something stands.
    """

    sentence: Sentence
    section: int
    place: int
    vector: Vectors
    score: float
    points: bool


@dataclass(frozen=True, slots=True)
class _Found:
    """A sentence of a section with that `mean`; `late` is how many before it in its chunk were found too."""

    section: int
    mean: Vectors
    place: int
    late: int
    sentence: Sentence


def summarised(
    sections: Sequence[Section], vectors: dict[int, Vectors], embedder: Embedder, counts: Sequence[int]
) -> list[list[Sentence]]:
    """So many sentences of each section, in reading order; where one has fewer, others have more instead.

    `vectors` are those of the chunks by id.
    """
    known = list(vectors.values())
    if not known:
        return [[] for _ in sections]
    sentences = _Sentences(sections, vectors, _mean(known), embedder)
    total, every = sum(counts), [sum(counts)] * len(counts)
    found = sentences.of([index for index, count in enumerate(counts) if count], counts)
    kept = _chosen(found, counts, [])
    lacking = _lacking(counts, kept)
    if any(lacking):
        short = sentences.of([index for index, count in enumerate(lacking) if count], counts, loosely=True)
        kept = _chosen([one for one in short if not one.points], lacking, kept)
    if len(kept) < total:
        found += sentences.of([index for index, count in enumerate(counts) if not count], counts)
        kept = _chosen(found, every, kept, total)
    if len(kept) < total:
        kept = _chosen(sentences.of(range(len(counts)), every, loosely=True), every, kept, total)
    kept.sort(key=lambda one: (one.section, one.sentence.passage.id, one.place))
    return [[one.sentence for one in kept if one.section == number] for number in range(len(counts))]


class _Sentences:
    """Those of some sections that may be chosen."""

    def __init__(
        self, sections: Sequence[Section], vectors: dict[int, Vectors], middle: Vectors, embedder: Embedder
    ) -> None:
        chunks = [chunk for section in sections for chunk in section.chunks]
        self._sections, self._vectors, self._middle, self._embedder = sections, vectors, middle, embedder
        self._rows = sum(map(is_prose, chunks)) <= MOSTLY_ROWS * len(chunks)
        self._figures = _figures(chunks)

    def of(self, which: Sequence[int], counts: Sequence[int], loosely: bool = False) -> list[Candidate]:
        """Of the sections with these numbers; `loosely` also short ones, items of lists and what only points."""
        found: list[_Found] = []
        for number in which:
            chunks = self._sections[number].chunks
            own = [self._vectors[chunk.id] for chunk in chunks if chunk.id in self._vectors]
            if own:
                mean = _mean(own)
                central = _central(chunks, self._vectors, mean, max(CHUNKS, counts[number]), loosely)
                for chunk in central:
                    told = telling(chunk, self._rows, loosely)
                    found += [_Found(number, mean, place, late, unit) for late, (place, unit) in enumerate(told)]
        scored = _scored(found, self._middle, self._figures, self._embedder) if found else []
        return [one for one in scored if loosely or not one.points]


def _lacking(counts: Sequence[int], kept: Sequence[Candidate]) -> list[int]:
    """How many sentences of each section are still to be found."""
    return [count - sum(one.section == number for one in kept) for number, count in enumerate(counts)]


def _scored(found: Sequence[_Found], middle: Vectors, figures: float, embedder: Embedder) -> list[Candidate]:
    embedded = embedder.encode([one.sentence.text for one in found])
    pointers = embedder.encode(POINTERS)
    reads = embedder.knows_language(" ".join(one.sentence.text for one in found))
    made = []
    for one, vector in zip(found, embedded, strict=True):
        central = OF_SECTION * float(vector @ one.mean) + OF_DOCUMENT * float(vector @ middle)
        points = float((pointers @ vector).max())
        more = figures * any(map(str.isdigit, one.sentence.text))
        score = central + more - LATE * one.late - POINTING * points
        made.append(Candidate(one.sentence, one.section, one.place, vector, score, reads and points >= central))
    return made


def _figures(chunks: Sequence[Passage]) -> float:
    """What a figure is worth: more, the more of the document is figures."""
    text = "".join(chunk.text for chunk in chunks)
    digits = sum(map(str.isdigit, text))
    return FIGURES * min(1.0, digits / max(1.0, FULL_OF_FIGURES * len(text)))


def shares_of(sections: Sequence[Section], count: int) -> list[int]:
    """So many sentences, divided among the sections by their length; the longest first if there are not enough.

    A cover or a page of signatures has nothing to say of a long document.
    """
    total = sum(len(section.chunks) for section in sections)
    order = sorted(range(len(sections)), key=lambda index: -len(sections[index].chunks))
    shares = [0] * len(sections)
    for index in order[:count]:
        shares[index] = int(len(sections[index].chunks) > SMALL * total)
    while sum(shares) < count:
        lacking = [len(section.chunks) * count / total - share for section, share in zip(sections, shares, strict=True)]
        shares[max(range(len(sections)), key=lambda index: lacking[index])] += 1
    return shares


def most_central(chunks: Sequence[Passage], vectors: dict[int, Vectors], count: int) -> list[Passage]:
    """The chunks nearest to the mean of all, nearest first."""
    return _nearest_to(_mean(list(vectors.values())), chunks, vectors)[:count] if vectors else []


def telling(chunk: Passage, rows: bool = True, loosely: bool = False) -> list[tuple[int, Sentence]]:
    """The sentences of a chunk that can stand alone, each with its place in the chunk.

    With `rows`, in default of them lines with a word and a number; `loosely` also short ones and items.
    """
    units = units_of(chunk)
    begun = [False, *(unit.text.rstrip().endswith(SALUTATION_ENDS) for unit in units)]
    kinds, tells = (("text", "table"), _tells_something) if loosely else (("text",), _stands_alone)
    prose = [chunk.kind in kinds and tells(unit.text, begun[place]) for place, unit in enumerate(units)]
    labelled = rows and (loosely or not any(prose))
    return [
        (place, unit)
        for place, unit in enumerate(units)
        if prose[place] or (labelled and LABELLED.search(unit.text) and len(unit.text.split()) <= WORDS[1])
    ]


def is_prose(chunk: Passage) -> bool:
    """Whether it has sentences."""
    return chunk.kind == "text" and any(_stands_alone(unit.text) for unit in units_of(chunk))


def _stands_alone(text: str, goes_on: bool = False) -> bool:
    """Also one that begins small, where it `goes_on` behind a salutation."""
    plain = text.strip()
    return _is_sentence(plain, goes_on, WORDS[0]) and ENDED.search(plain) is not None and not _is_title(plain)


def _tells_something(text: str, goes_on: bool = False) -> bool:
    """Also a short sentence, one with many names, or an item of a list."""
    plain = text.strip()
    mark = item_mark(plain)
    ended = mark > 0 or ENDED.search(plain) is not None
    return ended and _is_sentence(plain[mark:].strip(), goes_on or mark > 0, FEWEST_WORDS)


def _is_sentence(plain: str, goes_on: bool, fewest: int) -> bool:
    return (
        BEGINS.match(plain) is not None
        and (goes_on or not plain[0].islower())
        and not is_row(plain)
        and _has_words(plain, fewest)
    )


def _has_words(text: str, fewest: int) -> bool:
    """Whether its length is that of a sentence, and not too much of it figures."""
    words = PIECE.findall(text)
    if not fewest <= len(words) <= WORDS[1]:
        return False
    for date in reversed(dates_of(text) if any(map(str.isdigit, text)) else ()):
        text = f"{text[: date.start]}0{text[date.end :]}"
    words = PIECE.findall(text)
    return sum(any(map(str.isdigit, word)) for word in words) <= MOST_FIGURES * len(words)


def _is_title(text: str) -> bool:
    """Whether most longer words have a capital, as in a line of a table of contents or a list of exhibits."""
    words = [word for word in text.split() if len(word) > SHORT_WORD and word[0].isalpha()]
    capitals = sum(word[0].isupper() for word in words)
    return capitals > MOST_CAPITALS * len(words) and language_of(text) != "de"  # where every noun has one


def _central(
    chunks: Sequence[Passage], vectors: dict[int, Vectors], mean: Vectors, count: int, loosely: bool
) -> list[Passage]:
    """The chunks nearest to the mean, those with sentences that stand alone before others, unless `loosely`."""
    nearest = _nearest_to(mean, chunks, vectors)
    prose = [] if loosely else [chunk for chunk in nearest[: 4 * count] if is_prose(chunk)]
    return (prose or nearest)[:count]


def _nearest_to(mean: Vectors, chunks: Sequence[Passage], vectors: dict[int, Vectors]) -> list[Passage]:
    known = [chunk for chunk in chunks if chunk.id in vectors]
    return sorted(known, key=lambda chunk: -float(vectors[chunk.id] @ mean))


def _chosen(
    candidates: Sequence[Candidate], counts: Sequence[int], known: Sequence[Candidate], most: int | None = None
) -> list[Candidate]:
    """Beside those that are `known`, so many of each section and `most` in all, none that says the same again."""
    kept = list(known)
    room = list(counts)
    said = {_said(one) for one in kept}
    left = [one for one in candidates if room[one.section] > 0 and _said(one) not in said]
    while left and (most is None or len(kept) < most):
        best = max(left, key=lambda one: one.score - REPEATED * _nearest(one, kept))
        kept.append(best)
        room[best.section] -= 1
        left = [one for one in left if room[one.section] > 0 and _said(one) != _said(best)]
    return kept


def _said(candidate: Candidate) -> str:
    return " ".join(candidate.sentence.text.lower().split())


def _nearest(candidate: Candidate, kept: Sequence[Candidate]) -> float:
    return max((float(candidate.vector @ one.vector) for one in kept), default=0.0)


def _mean(vectors: Sequence[Vectors]) -> Vectors:
    """Of unit length."""
    mean: Vectors = np.mean(np.stack(vectors), axis=0)
    made: Vectors = mean / np.float32(max(float(np.linalg.norm(mean)), SMALLEST))
    return made

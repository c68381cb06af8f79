"""From retrieved chunks to the few passages a person is shown and the model reads."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from lamplight.library.records import Passage
from lamplight.models.reranker import Reranker
from lamplight.rag.extraction import AnswerLine, best_score
from lamplight.rag.retriever import Search

SHOWN = 5  # to a person; a small model reads fewer (`rag.reading`), one that reads whole sections more (`FURTHER`)
FURTHER = 11  # passages behind those, best first: with them a large model reads as many as any plan asks for, doubled
RERANKED = 20  # by a cross-encoder that a person brings: the page is among them; it reads each, 5 ms and more
READER_WEIGHT = 0.1  # of the log-odds of a passage's best line beside the retriever's score
# Of the multilingual reader's, which compare less from passage to passage: of 100 questions about papers in German,
# French, Spanish and Chinese 83 then have the right document first and 50 the right line, 72 and 45 with .1.
MULTILINGUAL_WEIGHT = 0.03
SUREST = 8.0  # log-odds that count: beyond them the reader is only more or less sure of itself

SAME = 0.9  # of the words of the longer one: two such passages tell the same
SEVERAL = re.compile(
    r"\b(compare|compared|comparison|versus|vs|differ|differs|difference|both|each|respectively|across|"
    r"among|every document|all (?:the |my |of )?\w*\s?(?:documents|files|receipts|letters|contracts|filings))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Selection:
    """Passages best first, the lines of them that answer, likeliest first, and whether anything answers at all.

    `sure` tells whether the first line is it. `rag.refusal` decides both. `further` are the next passages.
    """

    search: Search
    passages: list[Passage]
    lines: list[AnswerLine]
    answerable: bool = False
    sure: bool = False
    further: tuple[Passage, ...] = ()

    @property
    def best_cosine(self) -> float:
        """Of the question to any chunk found; 0 when there is nothing."""
        return max((found.cosine for found in self.search.found), default=0.0)


def select(
    search: Search,
    candidates: Sequence[Passage],
    lines: Sequence[Sequence[AnswerLine]],
    count: int,
    reranker: Reranker | None = None,
) -> Selection:
    """The `count` best passages by what the retriever and the reader say, or by a `reranker` that a person brought.

    `lines` are those of the first `candidates`, which the reader has read; the others come after them.
    """
    scores = read_scores(search, candidates, lines)
    read = [replace(passage, score=score) for passage, score in zip(candidates, scores, strict=False)]
    least = min(scores, default=0.0)
    unread = [replace(passage, score=min(passage.score, least)) for passage in candidates[len(read) :]]
    ranked = [*sorted(read, key=lambda passage: -passage.score), *unread]
    if reranker is not None:
        ranked = _reranked(ranked, search.query.text, reranker)
    kept = without_repetition(ranked)
    if len(search.named) > 1 or SEVERAL.search(search.query.text):
        kept = spread(kept)
    passages = [replace(one, marker=marker, score=round(one.score, 4)) for marker, one in enumerate(kept[:count], 1)]
    further = tuple(kept[count : count + FURTHER])
    return Selection(search, passages, _in_order(search, passages, candidates, lines), further=further)


def read_scores(search: Search, candidates: Sequence[Passage], lines: Sequence[Sequence[AnswerLine]]) -> list[float]:
    """Of those `candidates` whose `lines` were read: the retriever's score and what the reader says."""
    return [
        passage.score + _reader_weight(search, passage) * max(-SUREST, min(SUREST, best_score(own)))
        for passage, own in zip(candidates, lines, strict=False)
    ]


def _reader_weight(search: Search, passage: Passage) -> float:
    return MULTILINGUAL_WEIGHT if passage.document_id in search.unread else READER_WEIGHT


def _in_order(
    search: Search, passages: Sequence[Passage], candidates: Sequence[Passage], lines: Sequence[Sequence[AnswerLine]]
) -> list[AnswerLine]:
    """The best line of the best passage comes first, its other lines compete with the best ones of the next."""
    scores = {passage.id: passage.score for passage in passages}
    told = [
        (scores[passage.id] + _reader_weight(search, passage) * (line.score - best_score(own)), line)
        for passage, own in zip(candidates, lines, strict=False)
        if passage.id in scores
        for line in own
    ]
    return [line for _, line in sorted(told, key=lambda pair: -pair[0])]


def _reranked(ranked: Sequence[Passage], query: str, reranker: Reranker) -> list[Passage]:
    """In its order; the scores stay those by which passages near each other are told."""
    first, rest = ranked[:RERANKED], ranked[RERANKED:]
    scores = reranker.scores(query, [found.searchable for found in first])
    order = sorted(range(len(first)), key=lambda index: -scores[index])
    return [*(first[index] for index in order), *rest]


def without_repetition(ranked: Sequence[Passage]) -> list[Passage]:
    """Without passages that say what a better one said, as a letter and its copy do."""
    kept: list[tuple[Passage, frozenset[str]]] = []
    for found in ranked:
        words = frozenset(found.text.lower().split())
        for other, known in kept:
            longer = max(len(words), len(known))
            if found.kind == other.kind and longer and len(words & known) >= SAME * longer:
                break
        else:
            kept.append((found, words))
    return [found for found, _ in kept]


def spread(ranked: Sequence[Passage]) -> list[Passage]:
    """The best of each document, then the second best of each, and so on."""
    by_document: dict[int, list[Passage]] = {}
    for found in ranked:
        by_document.setdefault(found.document_id, []).append(found)
    return [found for layer in zip_longest(*by_document.values()) for found in layer if found is not None]

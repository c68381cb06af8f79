"""From retrieved chunks to the few passages a person is shown and the model reads."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from library.records import Passage
from models.embedder import Embedder
from models.reranker import Reranker
from rag.retriever import EVERYWHERE, Retriever, Scope, Search
from rag.sentences import Ranked, SentenceScores, score_sentences

CANDIDATES = 40  # chunks whose sentences are looked at; the page is usually among the first 20
SHOWN = 5
RERANKED = 20  # the page is among them; a reranker reads each, 5 ms and more

# Added to a chunk's score for its best sentence. On 583 encyclopedia questions passage@1 goes from .82 to .84; rows of
# financial tables are too alike for it, and larger weights cost them pages.
OVERLAP_WEIGHT = 0.1
SENTENCE_WEIGHT = 0.1

SAME = 0.9  # of the words of the longer one: two such passages tell the same
SEVERAL = re.compile(
    r"\b(compare|compared|comparison|versus|vs|differ|differs|difference|both|each|respectively|across|"
    r"among|every document|all (?:the |my |of )?\w*\s?(?:documents|files|receipts|letters|contracts|filings))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Selection:
    """Passages best first, the sentences of them that the question is about, best first, and whether they answer it.

    `answerable` is for `rag.finding` to say.
    """

    search: Search
    passages: list[Passage]
    sentences: list[Ranked]
    answerable: bool = False

    @property
    def best_cosine(self) -> float:
        """Of the question to any chunk or sentence found; 0 when there is nothing."""
        cosines = [found.cosine for found in self.search.found]
        return max([*cosines, *(ranked.cosine for ranked in self.sentences)], default=0.0)


def select_passages(
    retriever: Retriever,
    embedder: Embedder,
    query: str,
    count: int = SHOWN,
    scope: Scope = EVERYWHERE,
    reranker: Reranker | None = None,
) -> Selection:
    """Search, then let the sentences inside the candidates decide which of them come first, or a reranker."""
    search = retriever.search(query, max(CANDIDATES, count), scope)
    sentences = score_sentences(search, embedder)
    scored = [replace(found, score=_score(found, sentences)) for found in search.found]
    ranked = sorted(scored, key=lambda found: -found.score)
    if reranker is not None:
        ranked = _reranked(ranked, query, reranker)
    kept = without_repetition(ranked)
    if len(search.named) > 1 or SEVERAL.search(query):
        kept = spread(kept)
    passages = [
        replace(found, marker=marker, score=round(found.score, 4)) for marker, found in enumerate(kept[:count], start=1)
    ]
    shown = {passage.id for passage in passages}
    return Selection(search, passages, [one for one in sentences.ranked if one.sentence.passage.id in shown])


def _reranked(ranked: Sequence[Passage], query: str, reranker: Reranker) -> list[Passage]:
    first, rest = ranked[:RERANKED], ranked[RERANKED:]
    scores = reranker.scores(query, [found.searchable for found in first])
    order = sorted(range(len(first)), key=lambda index: -scores[index])
    return [*(first[index] for index in order), *rest]


def _score(found: Passage, sentences: SentenceScores) -> float:
    overlap, cosine = sentences.best(found.id)
    return found.score + OVERLAP_WEIGHT * overlap + SENTENCE_WEIGHT * cosine


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

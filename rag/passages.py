"""From retrieved chunks to the few passages a person is shown and the model reads."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from models.embedder import Embedder
from rag.events import Passage
from rag.retriever import PICTURE_WEIGHT, Retriever, Search, fuse
from rag.sentences import Ranked, rank_sentences

CANDIDATES = 40  # chunks whose sentences are looked at; the page is usually among the first 20
SHOWN = 5
KEY_SENTENCES = 3
SENTENCE_WEIGHT = 0.3  # of a chunk's best sentence beside its own rank; 1.0 costs a third of page@5 on filings


@dataclass(frozen=True, slots=True)
class Selection:
    """Passages best first, and the sentences of them that the question is about, best first."""

    search: Search
    passages: list[Passage]
    sentences: list[Ranked]

    @property
    def best_cosine(self) -> float:
        """Of the question to any chunk or sentence found; 0 when there is nothing."""
        cosines = [found.cosine for found in self.search.found if not math.isnan(found.cosine)]
        return max([*cosines, *(ranked.cosine for ranked in self.sentences)], default=0.0)

    @property
    def coverage(self) -> float:
        """The share (0 to 1, by inverse document frequency) of the question's words that the best passages hold."""
        held = " ".join(f"{passage.section} {passage.text}".lower() for passage in self.passages)
        total = sum(self.search.weights.values())
        if total <= 0:
            return 1.0
        known = sum(weight for word, weight in self.search.weights.items() if word[:-1] in held)
        return known / total


def select_passages(retriever: Retriever, embedder: Embedder, query: str, count: int = SHOWN) -> Selection:
    """Search, then let the sentences inside the candidates decide which of them come first."""
    search = retriever.search(query, CANDIDATES)
    chunks = {found.chunk.id: found.chunk for found in search.found}
    sentences = rank_sentences(query, search.vector, search.weights, list(chunks.values()), embedder)
    by_sentence = list(dict.fromkeys(ranked.sentence.chunk.id for ranked in sentences))
    pictures = [number for number in search.pictures if number in chunks]
    scores = fuse([(1.0, list(chunks)), (SENTENCE_WEIGHT, by_sentence), (PICTURE_WEIGHT, pictures)])
    order = sorted(scores, key=lambda number: -scores[number])[:count]
    passages = [
        Passage(
            marker=marker,
            document_id=chunks[number].document_id,
            document=chunks[number].document,
            page=chunks[number].page,
            kind=chunks[number].kind,
            section=chunks[number].header,
            text=chunks[number].text,
            boxes=chunks[number].boxes,
            score=round(scores[number], 5),
        )
        for marker, number in enumerate(order, start=1)
    ]
    kept = [ranked for ranked in sentences if ranked.sentence.chunk.id in order]
    return Selection(search, passages, _with_pictures_first(kept, pictures))


def _with_pictures_first(sentences: Sequence[Ranked], pictures: Sequence[int]) -> list[Ranked]:
    """When a picture is asked for, what is written on it answers, however little it resembles the question."""
    first = set(pictures[:1])
    return sorted(sentences, key=lambda ranked: ranked.sentence.chunk.id not in first)

"""From a question to ranked chunks: dense and full-text search, fused by rank."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from library.records import FoundChunk
from library.store import Library
from models.embedder import Embedder, Vectors

CANDIDATES = 100  # from each search
RANK_CONSTANT = 60  # reciprocal rank fusion, Cormack et al. 2009
DENSE_WEIGHT = 3.0  # with 1.0 for BM25: page@10 .68 against .60 at 1:1, on 65 filing questions
PICTURE_WEIGHT = 3.0  # when the question asks for a picture: as much as the dense search
WORD = re.compile(r"[^\W_]+(?:[.,'’-][^\W_]+)*")
PICTURE_WORDS = frozenset(
    {
        "photo",
        "photos",
        "photograph",
        "photographs",
        "picture",
        "pictures",
        "image",
        "images",
        "screenshot",
        "screenshots",
        "chart",
        "charts",
        "graph",
        "graphs",
        "diagram",
        "diagrams",
        "scan",
        "scans",
        "scanned",
        "receipt",
        "drawing",
    }
)  # fmt: skip; not plot and figure, which are as often a piece of land and a number
STOP_WORDS = frozenset({
    "a", "about", "above", "after", "again", "all", "also", "am", "an", "and", "any", "are", "as", "at", "be",
    "because", "been", "before", "being", "below", "between", "both", "but", "by", "can", "could", "did", "do",
    "does", "doing", "down", "during", "each", "few", "for", "from", "further", "had", "has", "have", "having",
    "he", "her", "here", "hers", "him", "his", "how", "i", "if", "in", "into", "is", "it", "its", "itself",
    "just", "me", "more", "most", "much", "my", "no", "nor", "not", "now", "of", "off", "on", "once", "only",
    "or", "other", "our", "ours", "out", "over", "own", "please", "same", "say", "says", "she", "should", "so",
    "some", "such", "tell", "than", "that", "the", "their", "them", "then", "there", "these", "they", "this",
    "those", "through", "to", "too", "under", "until", "up", "us", "very", "was", "we", "were", "what", "when",
    "where", "which", "while", "who", "whom", "why", "will", "with", "would", "you", "your", "yours", "many",
    "give", "show", "find", "list", "explain", "describe",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """A ranked chunk. `score` is the fused rank score, `cosine` to the question (nan if only words matched)."""

    chunk: FoundChunk
    score: float
    cosine: float


@dataclass(frozen=True, slots=True)
class Search:
    """What a search found, and what it needs to be judged by.

    `weights` are the question's meaning words with their inverse document frequency, `vector` its embedding,
    `pictures` the chunk ids of pictures, best first, when the question asks for one.
    """

    query: str
    weights: dict[str, float]
    vector: Vectors
    found: list[Found]
    pictures: list[int]


def terms_of(text: str) -> list[str]:
    """The words that carry meaning, in lower case and once each; all words when every one is a stop word."""
    words = list(dict.fromkeys(word.lower() for word in WORD.findall(text)))
    return [word for word in words if word not in STOP_WORDS] or words


class Retriever:
    """Searches one library with one embedder."""

    def __init__(self, library: Library, embedder: Embedder) -> None:
        self._library = library
        self._embedder = embedder

    def search(self, query: str, count: int) -> Search:
        """The `count` best chunks of the library for `query`, best first."""
        terms = terms_of(query)
        vector = self._embedder.encode([query])[0]
        nearest = dict(self._library.vectors(self._embedder).nearest(vector, CANDIDATES))
        rankings = [
            (DENSE_WEIGHT, list(nearest)),
            (1.0, [number for number, _ in self._library.full_text(terms, CANDIDATES)]),
        ]
        pictures = self._pictures(vector, terms) if PICTURE_WORDS.intersection(terms) else {}
        if pictures:
            nearest = pictures | nearest
            rankings.append((PICTURE_WEIGHT, list(pictures)))
        scores = fuse(rankings)
        ranked = sorted(scores, key=lambda number: -scores[number])
        chunks = self._library.chunks(ranked)
        found = [
            Found(chunks[number], scores[number], nearest.get(number, math.nan))
            for number in ranked
            if number in chunks
        ]
        return Search(query, self.term_weights(terms), vector, found[:count], list(pictures))

    def term_weights(self, terms: Sequence[str]) -> dict[str, float]:
        """Inverse document frequency: how much a word tells in this library, 0 when it is in every chunk."""
        total = self._library.count_chunks()
        frequencies = self._library.term_frequencies(terms)
        return {term: math.log((total + 1) / (frequencies[term] + 1)) for term in terms}

    def _pictures(self, vector: Vectors, terms: Sequence[str]) -> dict[int, float]:
        """Every picture, by cosine to the question and the share of its words that stand on the picture."""
        ids = self._library.images()
        vectors = self._library.vectors(self._embedder).vectors_of(ids)
        held = self._library.holding_terms(terms, ids)
        cosines = {number: float(np.dot(vector, other)) for number, other in vectors.items()}
        ranked = sorted(cosines, key=lambda number: -(cosines[number] + len(held[number]) / len(terms)))
        return {number: cosines[number] for number in ranked[:CANDIDATES]}


def fuse(rankings: Sequence[tuple[float, Sequence[int]]]) -> dict[int, float]:
    """Weighted reciprocal rank fusion: for each id the sum of weight / (60 + rank)."""
    scores: dict[int, float] = {}
    for weight, ids in rankings:
        for rank, number in enumerate(ids, start=1):
            scores[number] = scores.get(number, 0.0) + weight / (RANK_CONSTANT + rank)
    return scores

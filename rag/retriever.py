"""From a question to ranked chunks: dense and full-text search in one score."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from library.records import BlockKind, Document, Passage
from library.store import Library
from models.embedder import Embedder, Vectors
from rag.naming import named_documents
from rag.pictures import whole_pictures
from rag.query import Query, understand

CANDIDATES = 100  # from the dense search
WORD_CANDIDATES = 300  # from the full-text search: a score is wanted for those that the dense search found too
FUSED_WORD_CANDIDATES = 50  # of them considered although the dense search did not find them
SCOPED_CANDIDATES = 1_000  # when a kind is asked for, which is sifted after the search

LEAST_WEIGHT = 1.6  # of a term to be searched for: it stands in at most a fifth of the chunks
FEWEST_TERMS = 2  # that must be left

# Added to the cosine. Measured on 583 questions over 131 encyclopedia passages and 31 over 1,357 pages of annual
# reports: page@5 of .55 at any weight from 0.2 to 0.4, passage@1 of .82 against .72 of reciprocal rank fusion.
WORDS_WEIGHT = 0.25  # for the best BM25 score of the question, less in proportion for the others
EXACT_WEIGHT = 0.4  # for every quoted phrase and code standing there
NAMED_WEIGHT = 0.25  # for being in a document that the question names
ATTACHED_WEIGHT = 1.0  # for being in one that comes with the question: before all that is only found
PICTURE_WEIGHT = 0.3  # for being a picture when one is asked for, and as much again for its words


@dataclass(frozen=True, slots=True)
class Scope:
    """Where to search. `documents` are ids, None for all; dates are seconds since the epoch.

    The passages of `attached` documents come first.
    """

    documents: frozenset[int] | None = None
    kind: BlockKind | None = None
    added_from: float = -math.inf
    added_before: float = math.inf
    attached: frozenset[int] = frozenset()

    def includes(self, document: Document) -> bool:
        """Whether a document may be searched, at least for some kind of content."""
        inside = self.documents is None or document.id in self.documents
        return inside and self.added_from <= document.added_at < self.added_before


EVERYWHERE = Scope()


@dataclass(frozen=True, slots=True)
class Search:
    """What a search found, best first, and what it needs to be judged by.

    `weights` are the question's meaning words with their inverse document frequency, `vector` its embedding,
    `named` the documents it names.
    """

    query: Query
    weights: dict[str, float]
    vector: Vectors
    found: list[Passage]
    named: frozenset[int]


class Retriever:
    """Searches one library with one embedder."""

    def __init__(self, library: Library, embedder: Embedder) -> None:
        self._library = library
        self._embedder = embedder

    def search(self, text: str, count: int, scope: Scope = EVERYWHERE) -> Search:
        """The `count` best passages in `scope` for a question, best first; a picture is one of them."""
        query = understand(text)
        documents = self._library.documents()
        allowed = _allowed(scope, documents)
        naming = named_documents(text, documents)
        named = naming.documents | scope.attached
        vector = self._vector(query)
        wide = SCOPED_CANDIDATES if scope.kind else 1
        vectors = self._library.vectors(self._embedder)
        cosines = dict(vectors.nearest(vector, max(CANDIDATES, wide), allowed))
        if named and (allowed is None or named < allowed):
            # Among many documents those of the named one might not be near enough to be seen at all.
            cosines |= dict(vectors.nearest(vector, CANDIDATES, named if allowed is None else named & allowed))
        weights = self.term_weights(query.terms)
        telling = _telling(weights, naming.words)
        words = dict(self._library.full_text(telling, max(WORD_CANDIDATES, wide), allowed))
        exact = self._exact(query, allowed)
        pictures = self._pictures(query, allowed)
        unseen = [
            number for number in [*list(words)[:FUSED_WORD_CANDIDATES], *exact, *pictures] if number not in cosines
        ]
        for number, other in vectors.vectors_of(list(dict.fromkeys(unseen))).items():
            cosines[number] = float(np.dot(vector, other))
        chunks = self._library.chunks(list(cosines))
        best_words = max(words.values(), default=1.0)
        scores = {
            number: cosines[number]
            + WORDS_WEIGHT * words.get(number, 0.0) / best_words
            + EXACT_WEIGHT * exact.get(number, 0)
            + NAMED_WEIGHT * (chunk.document_id in naming.documents)
            + ATTACHED_WEIGHT * (chunk.document_id in scope.attached)
            + PICTURE_WEIGHT * pictures.get(number, 0.0)
            for number, chunk in chunks.items()
            if scope.kind in (None, chunk.kind)
        }
        ranked = sorted(scores, key=lambda number: -scores[number])
        passages = (replace(chunks[number], score=scores[number], cosine=cosines[number]) for number in ranked)
        found = list(islice(whole_pictures(passages, self._library), count))
        return Search(query, weights, vector, found, named)

    def term_weights(self, terms: Sequence[str]) -> dict[str, float]:
        """Inverse document frequency: how much a word tells in this library, 0 when it is in every chunk."""
        total = self._library.count_chunks()
        frequencies = self._library.term_frequencies(terms)
        return {term: math.log((total + 1) / (frequencies[term] + 1)) for term in terms}

    def _vector(self, query: Query) -> Vectors:
        """Between the question as it was put and as it was meant: abbreviations are foreign to the embedder."""
        texts = list(dict.fromkeys([query.text, query.expanded]))
        mean: Vectors = self._embedder.encode(texts).mean(axis=0)
        return mean / np.float32(np.linalg.norm(mean))

    def _exact(self, query: Query, allowed: frozenset[int] | None) -> dict[int, int]:
        """How many of the quoted phrases and codes each chunk holds."""
        held: dict[int, int] = {}
        for phrase in query.exact:
            for number, _ in self._library.full_text([phrase], FUSED_WORD_CANDIDATES, allowed):
                held[number] = held.get(number, 0) + 1
        return held

    def _pictures(self, query: Query, allowed: frozenset[int] | None) -> dict[int, float]:
        """When a picture is asked for: each one with 1 and the share of the question's words that it holds."""
        if not query.wants_picture:
            return {}
        ids = self._library.images(allowed)
        held = self._library.holding_terms(query.terms, ids)
        return {number: 1.0 + len(held[number]) / len(query.terms) for number in ids}


def _telling(weights: dict[str, float], naming: frozenset[str]) -> list[str]:
    """The terms worth searching for, all when none is.

    What names a document stands in the header of all its chunks and tells none of them from another; what stands in
    every fifth chunk tells little and costs the most.
    """
    others = {term: weight for term, weight in weights.items() if term not in naming}
    rare = [term for term, weight in others.items() if weight >= LEAST_WEIGHT]
    return rare if len(rare) >= FEWEST_TERMS else list(others) or list(weights)


def _allowed(scope: Scope, documents: Sequence[Document]) -> frozenset[int] | None:
    """The documents that may be searched; None when all may."""
    inside = frozenset(document.id for document in documents if scope.includes(document))
    return None if len(inside) == len(documents) else inside

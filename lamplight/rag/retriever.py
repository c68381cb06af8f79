"""From a question to ranked chunks: dense and full-text search in one score."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from lamplight.library.records import BlockKind, Candidate, Document, Passage
from lamplight.library.store import Library
from lamplight.models.embedder import Embedder, Vectors
from lamplight.rag.dense import DenseSearch
from lamplight.rag.lookup import Lookup
from lamplight.rag.naming import Named, named_documents
from lamplight.rag.pictures import whole_pictures
from lamplight.rag.query import Query, understand
from lamplight.rag.request_language import is_english
from lamplight.rag.spelling import respelled, said_names

CANDIDATES = 100  # from the dense search
WORD_CANDIDATES = 300  # from the full-text search: a score is wanted for those that the dense search found too
FUSED_WORD_CANDIDATES = 50  # of them considered although the dense search did not find them
SCOPED_CANDIDATES = 1_000  # when a kind is asked for, which is sifted after the search

LEAST_WEIGHT = 1.6  # of a term to be searched for: it stands in at most a fifth of the chunks
FEWEST_TERMS = 2  # that must be left

# Added to the cosine. Measured on 583 questions over 131 encyclopedia passages and 31 over 1,357 pages of annual
# reports: page@5 of .55 at any weight from 0.2 to 0.4, passage@1 of .82 against .72 of reciprocal rank fusion.
WORDS_WEIGHT = 0.25  # for the best BM25 score of the question, less in proportion for the others
# Among documents in several languages one of these alone can hold the question's words: this power of the share that
# stands anywhere counts. Asked in another language than they are in, .62 of XQuAD's paragraphs come first, and .57
# with the share itself; asked in their own, as many.
KNOWN_POWER = 3
EXACT_WEIGHT = 0.4  # for every quoted phrase and code standing there
NAMED_WEIGHT = 1.1  # for being in a document that is clearly named: before all that doesn't answer far better
MEANT_WEIGHT = 0.25  # for being in one that it may mean, times how likely that is
ATTACHED_WEIGHT = 1.0  # for being in one that comes with the question
RECENT_WEIGHT = 0.1  # for being in one that was just spoken of, where none is named: one log-odds of the reader
PICTURE_WEIGHT = 0.3  # for being a picture when one is asked for, and as much again for its words

# What is asked of figures has its best matches in prose about them; that the first are full of figures tells that the
# answer is one. On 53 questions about annual reports page@5 goes from .62 to .73 at any weight from 0.1 to 0.25.
FIGURES_WEIGHT = 0.15  # for a chunk of figures when all of the first are
FIRST = 20  # chunks
FULL_OF_FIGURES = 0.2  # of the characters are digits


@dataclass(frozen=True, slots=True)
class Scope:
    """Where to search. `documents` are ids, None for all; dates are seconds since the epoch.

    `attached` are those that came with the question, whose passages come first; `chosen` says that `documents` were
    chosen one by one for this question: "this" means them, and nothing else. `recent` are those that the answer before
    rests on: they are a little likelier to be meant. `told` are lines that the answer before quoted, beside which a
    follow-up mostly asks for something else.
    """

    documents: frozenset[int] | None = None
    kind: BlockKind | None = None
    added_from: float = -math.inf
    added_before: float = math.inf
    attached: frozenset[int] = frozenset()
    chosen: bool = False
    recent: frozenset[int] = frozenset()
    told: frozenset[str] = frozenset()

    def includes(self, document: Document) -> bool:
        """Whether a document may be searched, at least for some kind of content."""
        inside = self.documents is None or document.id in self.documents
        return inside and self.added_from <= document.added_at < self.added_before


EVERYWHERE = Scope()


@dataclass(frozen=True, slots=True)
class Search:
    """What a search found, best first, and what it needs to be judged by.

    `weights` are the question's meaning words with their inverse document frequency, `vector` its embedding by the
    first embedder, `named` the documents it names, `asked` the question without the names of documents and the times,
    which only say where to look; `timed` still has the times, which name rows and columns. `unread` are the documents
    that embedder can't compare with the question, as it doesn't know the language of one of the two; `unheard` are
    names that stand in no document, `holding` of each other name the documents that it stands in.
    """

    query: Query
    weights: dict[str, float]
    vector: Vectors
    found: list[Passage]
    named: frozenset[int]
    asked: str
    timed: str
    unread: frozenset[int] = frozenset()
    unheard: tuple[str, ...] = ()
    holding: tuple[frozenset[int], ...] = ()


class Retriever:
    """Searches one library with one embedder, or with a second one beside it."""

    def __init__(
        self, library: Library, embedder: Embedder, second: Callable[[], Embedder | None] | None = None
    ) -> None:
        """`second` loads the second embedder (a second), or waits until it is loaded."""
        self._library = library
        self._embedder = embedder
        self._second = second

    def search(self, text: str, count: int, scope: Scope = EVERYWHERE, lookup: Lookup | None = None) -> Search:
        """The `count` best passages in `scope` for a question, best first; a picture is one of them.

        `lookup` has what was looked up for the question before.
        """
        lookup = lookup or Lookup(self._library, lambda: self._embedder)
        second = self._second() if self._second is not None and not is_english(text) else None
        text = respelled(text, self._library, *filter(None, (self._embedder, second)))
        query = understand(text)
        documents = lookup.documents
        allowed = _allowed(scope, documents)
        inside = [document for document in documents if allowed is None or document.id in allowed]
        naming = named_documents(text, inside, lookup.holding)
        foreign = {document.id for document in documents if document.report and document.report.foreign}
        dense = self._dense(query, lookup, bool(foreign))
        weights = self._term_weights(query.terms, lookup.chunks)
        wide = SCOPED_CANDIDATES if scope.kind else 1
        telling, most = _telling(weights, naming), max(WORD_CANDIDATES, wide)
        words = dict(self._library.full_text.search(telling, most, naming.documents or allowed))
        exact = self._exact(query, allowed)
        pictures = self._pictures(query, allowed)
        named = naming.documents | scope.attached
        _look(dense, max(CANDIDATES, wide), allowed, named)
        dense.look_at([*list(words)[:FUSED_WORD_CANDIDATES], *exact, *pictures])
        chunks = self._library.passages.candidates(dense.found)
        nearness = {number: dense.cosine(number, chunk.document_id in foreign) for number, chunk in chunks.items()}
        cosines = {n: dense.absolute_cosine(n, chunk.document_id in foreign) for n, chunk in chunks.items()}
        words_weight = WORDS_WEIGHT / max(words.values(), default=1.0)
        if foreign or dense.unread(False):  # then some documents can't hold the question's words
            words_weight *= _known_share(weights, lookup.chunks) ** KNOWN_POWER
        scores = {
            number: nearness[number]
            + words_weight * words.get(number, 0.0)
            + EXACT_WEIGHT * exact.get(number, 0)
            + _steering(chunk.document_id, naming, scope)
            + PICTURE_WEIGHT * pictures.get(number, 0.0)
            for number, chunk in chunks.items()
            if scope.kind in (None, chunk.kind)
        }
        scores = _with_figures(scores, chunks)
        ranked = sorted(scores, key=lambda number: -scores[number])
        chosen = self._chunks(ranked, count)
        passages = (replace(chunk, score=scores[chunk.id], cosine=cosines[chunk.id]) for chunk in chosen)
        found = list(islice(whole_pictures(passages, self._library), count))
        unread = frozenset(document.id for document in documents if dense.unread(document.id in foreign))
        names = ((), ()) if dense.unread(False) else self._names(text, naming, lookup)
        return Search(query, weights, dense.vector, found, named, naming.asked, naming.timed, unread, *names)

    def _names(self, text: str, naming: Named, lookup: Lookup) -> tuple[tuple[str, ...], tuple[frozenset[int], ...]]:
        """The names that no document says or has, and of each other one the documents that say it."""
        unheard = tuple(self._library.full_text.unknown(said_names(text, naming.words)))
        names = (name for name in said_names(text, ()) if name not in unheard)
        return unheard, tuple(frozenset(lookup.holding([name])) for name in names)

    def _chunks(self, ranked: Sequence[int], batch: int) -> Iterator[Passage]:
        """In this order, read as they are asked for."""
        for start in range(0, len(ranked), batch):
            part = ranked[start : start + batch]
            chunks = self._library.passages.by_id(part)
            yield from (chunks[number] for number in part if number in chunks)

    def _dense(self, query: Query, lookup: Lookup, foreign: bool) -> DenseSearch:
        """By both embedders, if the second has something to say: else it need not be loaded."""
        if self._second is None:
            return DenseSearch(self._library, query, self._embedder, lookup.vectors, True, None)
        reads = is_english(query.text)
        wanted = foreign or not reads or self._library.vector_places.has(self._library.vector_places.second)
        second = self._second() if wanted else None
        return DenseSearch(self._library, query, self._embedder, lookup.vectors, reads, second)

    def _term_weights(self, terms: Sequence[str], total: int) -> dict[str, float]:
        """Inverse document frequency among `total` chunks: how much a word tells, 0 when it is in every chunk."""
        frequencies = self._library.full_text.frequencies(terms)
        return {term: math.log((total + 1) / (frequencies[term] + 1)) for term in terms}

    def _exact(self, query: Query, allowed: frozenset[int] | None) -> dict[int, int]:
        """How many of the quoted phrases and codes each chunk holds."""
        held: dict[int, int] = {}
        for phrase in query.exact:
            for number, _ in self._library.full_text.search([phrase], FUSED_WORD_CANDIDATES, allowed):
                held[number] = held.get(number, 0) + 1
        return held

    def _pictures(self, query: Query, allowed: frozenset[int] | None) -> dict[int, float]:
        """When a picture is asked for: each one with 1 and the share of the question's words that it holds."""
        if not query.wants_picture:
            return {}
        ids = self._library.passages.images(allowed)
        held = self._library.full_text.held(query.terms, ids)
        return {number: 1.0 + len(held[number]) / len(query.terms) for number in ids}


def _known_share(weights: Mapping[str, float], total: int) -> float:
    """How much of what a question says stands anywhere: "die" alone, of a German one, says nothing in English."""
    nowhere = math.log(total + 1)
    known = sum(weight for weight in weights.values() if weight < nowhere)
    return known / (sum(weights.values()) or 1.0)


def _look(dense: DenseSearch, count: int, allowed: frozenset[int] | None, named: frozenset[int]) -> None:
    """At the nearest chunks, and the nearest of those in named documents, which others may keep from sight."""
    dense.nearest(count, allowed)
    if named and (allowed is None or named < allowed):
        dense.nearest(count, named if allowed is None else named & allowed)


def _telling(weights: dict[str, float], naming: Named) -> list[str]:
    """The terms worth searching for, all when none is.

    Names and times only say where to look: they stand in the header of all chunks of a document and in every other of
    its tables. What stands in every fifth chunk tells little and costs the most.
    """
    what = {term for term in understand(naming.what).terms if term not in naming.words}
    others = {term: weight for term, weight in weights.items() if term in what}
    rare = [term for term, weight in others.items() if weight >= LEAST_WEIGHT]
    return rare if len(rare) >= FEWEST_TERMS else list(others) or list(weights)


def _steering(document_id: int, naming: Named, scope: Scope) -> float:
    """What a chunk's score gains by the document it is in."""
    attached = ATTACHED_WEIGHT * (document_id in scope.attached)
    if document_id in naming.documents:
        return NAMED_WEIGHT + attached
    recent = not naming.documents and not scope.attached and document_id in scope.recent
    return MEANT_WEIGHT * naming.strengths.get(document_id, 0.0) + attached + RECENT_WEIGHT * recent


def _with_figures(scores: Mapping[int, float], chunks: Mapping[int, Candidate]) -> dict[int, float]:
    """Chunks of figures gain as far as the first of them all are such."""
    figures = {number: _figures(chunks[number].text) for number in scores}
    first = sorted(scores, key=lambda number: -scores[number])[:FIRST]
    weight = FIGURES_WEIGHT * sum(figures[number] for number in first) / max(1, len(first))
    return {number: score + weight * figures[number] for number, score in scores.items()}


def _figures(text: str) -> float:
    """From 0 to 1: how full of figures a text is."""
    digits = sum(map(str.isdigit, text))
    return min(1.0, digits / (FULL_OF_FIGURES * max(1, len(text))))


def _allowed(scope: Scope, documents: Sequence[Document]) -> frozenset[int] | None:
    """The documents that may be searched; None when all may."""
    inside = frozenset(document.id for document in documents if scope.includes(document))
    return None if len(inside) == len(documents) else inside

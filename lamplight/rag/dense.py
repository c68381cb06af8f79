"""Dense search: how near in meaning a question is to each chunk, by one embedder or by two in one measure."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from lamplight.library.store import Library
from lamplight.library.vectors import VectorStore
from lamplight.models.embedder import Embedder, Vectors
from lamplight.rag.lookup import QuestionVectors
from lamplight.rag.query import Query

# Of the second embedder, for a question in English about English: passage@1 of the `tune` half of XQuAD is .96, and .95
# with multilingual-e5-small alone.
SECOND_WEIGHT = 0.6
UNREAD_WEIGHT = 1.0  # where MiniLM can't read the question or the document


class DenseSearch:
    """One question to one library, by the embedder for English and a `second` one; None where there is none.

    A chunk that has no vector by it yet counts with the cosine of the other.
    `vectors` are the question's by the first, `reads` says whether that knows the question's language.
    """

    def __init__(
        self,
        library: Library,
        query: Query,
        embedder: Embedder,
        vectors: QuestionVectors,
        reads: bool,
        second: Embedder | None,
    ) -> None:
        self._library, self._embedder = library, embedder
        self.vector = _question(query, vectors)
        self._second: tuple[str, Vectors] | None = None
        if second is not None:
            library.vectors.store(second, complete=False)
            self._second = second.name, second.without_language(_question(query, second))
            self._slope, self._offset = second.slope, second.offset
        self._reads = second is None or reads
        self._cosines: dict[int, float] = {}
        self._others: dict[int, float] = {}

    @property
    def found(self) -> list[int]:
        """The chunks looked at so far."""
        return list(self._cosines)

    def nearest(self, count: int, documents: frozenset[int] | None) -> None:
        """Look at the `count` chunks that are nearest by each embedder."""
        ids = [] if documents is None else self._library.passages.findable_in(documents).tolist()
        own = dict(self._library.vectors.store(self._embedder).nearest(self.vector, count, documents, ids))
        other = {}
        if (found := self._of_second()) is not None:
            store, vector = found
            other = dict(store.nearest(vector, count, documents, ids))
        self._cosines |= own
        self._others |= other
        self.look_at([*own, *other])

    def look_at(self, ids: Iterable[int]) -> None:
        """Look at each of `ids` that was not looked at before."""
        wanted = dict.fromkeys(ids).keys()
        first = self._library.vectors.of(list(wanted - self._cosines.keys()), self._embedder)
        self._cosines |= _cosines(first, self.vector)
        if (found := self._of_second()) is not None:
            store, vector = found
            self._others |= _cosines(store.vectors_of(list(wanted - self._others.keys())), vector)

    def _of_second(self) -> tuple[VectorStore, Vectors] | None:
        """Its vectors and the question's. None also where the library has gone over to another one meanwhile."""
        if self._second is None:
            return None
        name, vector = self._second
        store = self._library.vector_places.stores.get(name)
        return None if store is None else (store, vector)

    def cosine(self, number: int, foreign: bool) -> float:
        """How near a chunk is that was looked at, by both embedders."""
        own, other = self._cosines[number], self._others.get(number)
        if other is None:
            return own
        weight = UNREAD_WEIGHT if self.unread(foreign) else SECOND_WEIGHT
        return weight * (self._slope * other + self._offset) + (1 - weight) * own

    def absolute_cosine(self, number: int, foreign: bool) -> float:
        """The same where it has to tell whether anything is near: by the first embedder, if it reads both texts.

        The second one may find everything rather near, and orders well.
        """
        return self.cosine(number, foreign) if self.unread(foreign) else self._cosines[number]

    def unread(self, foreign: bool) -> bool:
        """Whether the first embedder doesn't know the question's language, or that of the document (`foreign`)."""
        return self._second is not None and (foreign or not self._reads)


def _question(query: Query, embedder: Embedder | QuestionVectors) -> Vectors:
    """Between the question as it was put and as it was meant: abbreviations are foreign to an embedder."""
    mean: Vectors = embedder.encode_queries(list(dict.fromkeys([query.text, query.expanded]))).mean(axis=0)
    return mean / np.float32(np.linalg.norm(mean))


def _cosines(vectors: dict[int, Vectors], vector: Vectors) -> dict[int, float]:
    return {number: float(np.dot(vector, other)) for number, other in vectors.items()}

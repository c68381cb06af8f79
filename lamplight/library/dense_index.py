"""Finding chunks by meaning: Chroma's vectors, kept sound and in agreement with SQLite."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress

import numpy as np

from lamplight.languages import sentence
from lamplight.library.database import Database
from lamplight.library.errors import VectorsAway
from lamplight.library.passages import Passages
from lamplight.library.records import Passage
from lamplight.library.vector_places import VectorPlaces
from lamplight.library.vectors import VectorStore
from lamplight.models.embedder import Embedder, Vectors

FILL_BATCH = 64  # chunks embedded at a time: a second
FILL_STEP = 8  # when somebody may come in between


class DenseIndex:
    """Vectors that are damaged or gone are made again by themselves; what is found by words is found meanwhile.

    What is missing is made again from SQLite: after damage, and what a server missed while it was away.
    """

    def __init__(self, database: Database, passages: Passages, places: VectorPlaces) -> None:
        self._database, self._passages, self._places = database, passages, places

    def store(self, embedder: Embedder, complete: bool = True) -> VectorStore:
        """The vectors of `embedder`, opened on first use (seconds) and made to agree with SQLite.

        Whoever opens them waits until that is done; others have at once what is there. Unless `complete`, what is
        missing stays so until `fill` makes it.
        """
        with self._places.opening:
            store = self._places.stores.get(embedder.name)
            if store is not None:
                return store
            store, missing = self._places.open(embedder)
        if complete:
            self._rebuild(store, embedder, missing)
        return store

    def complete(self, embedder: Embedder) -> None:
        """Compute the vectors that are missing, for one who has brought in chunks without all of theirs."""
        store = self.store(embedder)
        try:
            missing = self._places.missing(store, meanwhile=True)
        except VectorsAway:
            self._places.behind.add(embedder.name)
        else:
            self._rebuild(store, embedder, missing)

    def count_missing(self, name: str) -> int:
        """How many chunks `fill` has to do yet for the embedder called so, to a few being removed.

        Zero as long as its vectors are not open, or their server is away.
        """
        store = self._places.stores.get(name)
        with suppress(VectorsAway):
            return 0 if store is None else max(0, self._passages.count() - len(store))
        return 0

    def has_all(self, embedder: Embedder) -> bool:
        """Whether every passage has a vector by `embedder` where it is kept; looked up, not counted."""
        store = self.store(embedder, complete=False)
        with suppress(VectorsAway):
            return not store.trouble and not self._places.missing(store, meanwhile=True)
        return False

    def fill(self, embedder: Embedder, stopped: Callable[[], bool], document_id: int | None = None) -> None:
        """Make the missing vectors of `embedder`, a few at a time, until all are there or `stopped` says so.

        Of one document alone, if given. It can be killed at any instant and goes on with what is still missing. A
        server that is away ends it, too.
        """
        store = self.store(embedder, complete=False)
        if self.count_missing(embedder.name) == 0 and (embedder.name not in self._places.behind or store.is_away):
            return
        with suppress(VectorsAway):
            missing = self._places.missing(store, meanwhile=True)
            if document_id is not None:
                missing = sorted(set(missing).intersection(self._passages.numbers_of(document_id)))
            for start in range(0, len(missing), FILL_STEP):
                if stopped() or not self._compute(store, embedder, missing[start : start + FILL_STEP]):
                    return
            if document_id is None and not store.trouble:
                self._places.completed(embedder.name)

    def add(self, ids: Sequence[int], document_id: int, vectors: Vectors, embedder: Embedder) -> None:
        """Store those of new chunks; a server that is away gets them when it is back. Raises `LibraryError`."""
        store = self.store(embedder)
        try:
            store.add(ids, document_id, vectors)
        except VectorsAway:
            self._places.behind.add(embedder.name)

    def forget(self, ids: Sequence[int], but: Embedder | None = None) -> None:
        """Remove the vectors of these chunks by all embedders `but` one, as far as they are open.

        Opening removes those whose chunks are gone. Raises `VectorsAway`.
        """
        away: VectorsAway | None = None
        for name, store in [*self._places.former.items(), *self._places.stores.items()]:
            try:
                if but is None or name != but.name:
                    store.remove(ids)
            except VectorsAway as error:  # as of one that is just being dropped; the others are there
                away = error
        if away is not None:
            raise away

    def of(self, ids: Sequence[int], embedder: Embedder) -> dict[int, Vectors]:
        """Those of the findable chunks among `ids`; what is not stored again yet is computed."""
        found = self.store(embedder).vectors_of(ids)
        missing = self._passages.by_id([number for number in ids if number not in found])
        if missing:
            computed = embedder.encode([chunk.searchable for chunk in missing.values()])
            found |= dict(zip(missing, computed, strict=True))
        return found

    def _rebuild(self, store: VectorStore, embedder: Embedder, missing: Sequence[int]) -> None:
        """Compute vectors, while others search and write; ends early when the library is closed or erased."""
        moving = embedder.name in self._places.former
        server = self._places.choice.server if moving else None
        try:
            for start in range(0, len(missing), FILL_BATCH):
                done, count = f"{start:,}", f"{len(missing):,}"
                self._places.say(
                    sentence(
                        f"The search index is being brought to {server.place}: {done} of {count} passages…"
                        if server
                        else f"The search index is being rebuilt: {done} of {count} passages…"
                    )
                )
                if not self._compute(store, embedder, missing[start : start + FILL_BATCH]):
                    return
            if not store.trouble:
                self._places.completed(embedder.name)
        except VectorsAway:  # `fill` goes on
            return
        finally:
            self._places.say(self._places.trouble)

    def _compute(self, store: VectorStore, embedder: Embedder, ids: Sequence[int]) -> bool:
        """Add the vectors of a few chunks; false when the library was closed or erased meanwhile."""
        chunks = list(self._passages.by_id(ids, hidden=True).values())
        vectors = self._vectors_for(chunks, embedder)
        with self._database.guard:
            if self._places.stores.get(embedder.name) is not store:
                return False
            now = self._passages.by_id(ids, hidden=True)  # some may have been removed, or described anew
            kept = self._passages.kept()
            rows = [row for row, chunk in enumerate(chunks) if chunk.id in kept and now.get(chunk.id) == chunk]
            for document_id in dict.fromkeys(chunks[row].document_id for row in rows):
                own = [row for row in rows if chunks[row].document_id == document_id]
                store.add([chunks[row].id for row in own], document_id, vectors[own])
        return True

    def _vectors_for(self, chunks: Sequence[Passage], embedder: Embedder) -> Vectors:
        """Computed, unless they are only to be moved."""
        former = self._places.former.get(embedder.name)
        known = former.vectors_of([chunk.id for chunk in chunks]) if former is not None else {}
        unknown = [chunk for chunk in chunks if chunk.id not in known]
        if unknown:
            computed = embedder.encode([chunk.searchable for chunk in unknown])
            known |= {chunk.id: vector for chunk, vector in zip(unknown, computed, strict=True)}
        return np.stack([known[chunk.id] for chunk in chunks])

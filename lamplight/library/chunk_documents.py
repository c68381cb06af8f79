"""Which document each chunk is of. SQLite would read the whole row of every chunk that holds a word to tell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import itemgetter

import numpy as np
import numpy.typing as npt

from lamplight.library.database import Database

QUERY_BATCH = 500  # documents whose chunks are asked for at a time
Numbers = npt.NDArray[np.int64]


class ChunkDocuments:
    """Of the findable documents; what a document holds stays the same as long as it is one of them.

    It agrees with the database whenever it is asked, under its guard.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._replacements = self._database.replacements
        self._chunks: dict[int, Numbers] = {}  # of each document
        self._documents = np.zeros(1, np.int64)  # of each chunk, 0 for one that isn't found

    def _agree(self) -> None:
        """Take in what has become findable, and drop what is no more."""
        if self._replacements != self._database.replacements:
            self._begin_anew()
        ready = {int(row[0]) for row in self._database.rows("SELECT id FROM documents WHERE state = 'ready'")}
        for gone in self._chunks.keys() - ready:
            self._documents[self._chunks.pop(gone)] = 0
        new = sorted(ready - self._chunks.keys())
        for start in range(0, len(new), QUERY_BATCH):
            part = new[start : start + QUERY_BATCH]
            found = self._database.rows(
                f"SELECT document_id, id FROM chunks WHERE document_id IN ({', '.join(map(str, part))}) "
                "ORDER BY document_id, id"
            )
            self._chunks |= dict.fromkeys(part, np.zeros(0, np.int64))
            self._take_in(found)

    def _take_in(self, found: Sequence[tuple[int, int]]) -> None:
        if not found:
            return
        largest = max(chunk for _, chunk in found)
        if largest >= len(self._documents):
            self._documents = np.pad(self._documents, (0, largest + 1 - len(self._documents)))
        for document, own in groupby(found, key=itemgetter(0)):
            chunks = np.array([chunk for _, chunk in own], np.int64)
            self._chunks[document] = chunks
            self._documents[chunks] = document

    def counts(self, chunks: Iterable[int]) -> dict[int, int]:
        """How many of `chunks` are of each findable document, for those with any."""
        with self._database.guard:
            self._agree()
            numbers = np.fromiter(chunks, np.int64)
            documents = self._documents[numbers[numbers < len(self._documents)]]
        found, counts = np.unique(documents[documents > 0], return_counts=True)
        return dict(zip(found.tolist(), counts.tolist(), strict=True))

    def by_document(self, chunks: Iterable[int]) -> dict[int, list[int]]:
        """Those of `chunks` that are of each findable document, ascending, for those with any."""
        with self._database.guard:
            self._agree()
            numbers = np.sort(np.fromiter(chunks, np.int64))
            numbers = numbers[numbers < len(self._documents)]
            documents = self._documents[numbers]
        found: dict[int, list[int]] = {}
        for document, number in zip(documents.tolist(), numbers.tolist(), strict=True):
            if document:
                found.setdefault(document, []).append(number)
        return found

    def chunks(self, documents: Iterable[int]) -> Numbers:
        """Those of the findable ones among `documents`, ascending within each."""
        with self._database.guard:
            self._agree()
            own = [self._chunks[number] for number in sorted(documents) if number in self._chunks]
        return np.concatenate(own) if own else np.zeros(0, np.int64)

    def ranges(self, documents: Iterable[int]) -> list[tuple[int, int]]:
        """The first and last chunk of each of `documents` that has any: those of others may lie between."""
        with self._database.guard:
            self._agree()
            own = [self._chunks[number] for number in documents if number in self._chunks]
        return [(int(chunks[0]), int(chunks[-1])) for chunks in own if len(chunks)]

    def __len__(self) -> int:
        with self._database.guard:
            self._agree()
            return sum(map(len, self._chunks.values()))

"""Finding chunks: by meaning (Chroma) and by words (SQLite's full-text index)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from library.database import Database
from library.records import Passage
from library.vectors import VectorStore
from models.embedder import BATCH, Embedder

FOUND_COLUMNS = (
    "chunks.id, document_id, documents.name, page, kind, header, text, boxes, furniture, picture, picture_kind"
)
DocumentIds: TypeAlias = "frozenset[int] | None"  # ids to search in; None for all
HEADER_WEIGHT = 4.0  # of a word in `title > section` beside one in the text; page@5 on annual reports .42 at 1, .45
HIDDEN_RESERVE = 3  # times as many matches as are wanted: some may be of documents being removed or read
QUERY_BATCH = 500  # SQLite binds at most 999 variables in its oldest supported builds


class SearchIndex(Database):
    """Chunks by id, by vector and by word; only those of findable documents unless said otherwise."""

    def __init__(self, folder: Path, purpose: str) -> None:
        super().__init__(folder, purpose)
        self._vectors: dict[str, VectorStore] = {}  # by the embedder's name

    def close(self) -> None:
        with self._guard:
            self._close_vectors()
            super().close()

    def _close_vectors(self) -> None:
        while self._vectors:
            self._vectors.popitem()[1].close()

    def vectors(self, embedder: Embedder, complete: bool = True) -> VectorStore:
        """The vectors of `embedder`, opened on first use (seconds) and made to agree with SQLite.

        Unless `complete`, what is missing stays so until `fill_vectors` makes it.
        """
        with self._guard:
            if embedder.name not in self._vectors:
                store = VectorStore(self.folder / "vectors", embedder.name)
                missing = self._missing(store)
                if complete:
                    self._add_vectors(store, embedder, missing)
                self._vectors[embedder.name] = store
            return self._vectors[embedder.name]

    def vectors_left(self, name: str) -> int:
        """How many findable chunks `fill_vectors` has to do yet for the embedder called so, to a few being removed.

        Zero as long as its vectors are not open.
        """
        store = self._vectors.get(name)
        return 0 if store is None else max(0, self.count_chunks() - len(store))

    def fill_vectors(self, embedder: Embedder, stopped: Callable[[], bool], document_id: int | None = None) -> None:
        """Make the missing vectors of `embedder`, a few at a time, until all are there or `stopped` says so.

        Of one document alone, if given. It can be killed at any instant and goes on with what is still missing.
        """
        store = self.vectors(embedder, complete=False)
        if self.vectors_left(embedder.name) == 0:
            return
        with self._guard:
            missing = self._missing(store)
        if document_id is not None:
            missing = sorted(set(missing).intersection(self._chunk_ids([document_id])))
        for start in range(0, len(missing), BATCH):
            if stopped():
                return
            self._add_vectors(store, embedder, missing[start : start + BATCH])

    def complete_vectors(self, embedder: Embedder) -> None:
        """Compute the vectors that are missing, for one who has brought in chunks without all of theirs."""
        store = self.vectors(embedder)
        self._add_vectors(store, embedder, self._missing(store))

    def findable_chunks(self) -> dict[int, int]:
        """The number of each findable chunk, in order, and that of its document."""
        rows = self._rows(
            "SELECT chunks.id, document_id FROM chunks JOIN documents ON documents.id = document_id "
            "WHERE state = 'ready' ORDER BY chunks.id"
        )
        return dict(rows)

    def _missing(self, store: VectorStore) -> list[int]:
        """The chunks that have no vector, after a crash or for a new embedder; vectors without a chunk are dropped."""
        ready = {
            int(row[0])
            for row in self._rows(
                "SELECT chunks.id FROM chunks JOIN documents ON documents.id = document_id "
                "WHERE state IN ('ready', 'removing')"
            )
        }
        stored = store.ids()
        store.remove(sorted(stored - ready))
        return sorted(ready - stored)

    def _add_vectors(self, store: VectorStore, embedder: Embedder, missing: Sequence[int]) -> None:
        for start in range(0, len(missing), QUERY_BATCH):
            ids = missing[start : start + QUERY_BATCH]
            by_document: dict[int, list[Passage]] = {}
            for chunk in self.chunks(ids, hidden=True).values():
                by_document.setdefault(chunk.document_id, []).append(chunk)
            for document_id, members in by_document.items():
                vectors = embedder.encode([chunk.searchable for chunk in members])
                with self._guard:  # meanwhile some may have been removed, or described anew
                    now = self.chunks([chunk.id for chunk in members], hidden=True)
                    kept = [index for index, chunk in enumerate(members) if now.get(chunk.id) == chunk]
                    store.add([members[index].id for index in kept], document_id, vectors[kept])

    def chunks(self, ids: Sequence[int], hidden: bool = False) -> dict[int, Passage]:
        """The findable chunks (with `hidden`, all) among `ids`, keyed by id."""
        found: dict[int, Passage] = {}
        state = "" if hidden else "AND state = 'ready'"
        for start in range(0, len(ids), QUERY_BATCH):
            part = list(ids[start : start + QUERY_BATCH])
            marks = ", ".join("?" * len(part))
            for row in self._rows(
                f"SELECT {FOUND_COLUMNS} FROM chunks JOIN documents ON documents.id = document_id "
                f"WHERE chunks.id IN ({marks}) {state}",
                *part,
            ):
                chunk = _found(row)
                found[chunk.id] = chunk
        return found

    def chunks_of(self, document_id: int) -> list[Passage]:
        """All chunks of a document, in reading order."""
        rows = self._rows(
            f"SELECT {FOUND_COLUMNS} FROM chunks JOIN documents ON documents.id = document_id "
            "WHERE document_id = ? ORDER BY chunks.id",
            document_id,
        )
        return [_found(row) for row in rows]

    def neighbours(self, chunk: Passage) -> list[Passage]:
        """The chunk with the one before and the one after it, if they are on the same page, in reading order."""
        rows = self._rows(
            f"SELECT {FOUND_COLUMNS} FROM chunks JOIN documents ON documents.id = document_id "
            "WHERE document_id = ? AND page = ? AND chunks.id BETWEEN ? AND ? ORDER BY chunks.id",
            chunk.document_id,
            chunk.page,
            chunk.id - 1,
            chunk.id + 1,
        )
        return [_found(row) for row in rows]

    def parts_of_picture(self, part: Passage) -> list[Passage]:
        """The image chunks of the picture that `part` is of, in reading order."""
        rows = self._rows(
            f"SELECT {FOUND_COLUMNS} FROM chunks JOIN documents ON documents.id = document_id "
            "WHERE document_id = ? AND page = ? AND picture = ? AND kind = 'image' ORDER BY chunks.id",
            part.document_id,
            part.page,
            part.picture,
        )
        return [_found(row) for row in rows]

    def headers(self, document_id: int) -> list[str]:
        """What stands above the chunks of a document, each once, in reading order."""
        rows = self._rows(
            "SELECT header FROM chunks WHERE document_id = ? GROUP BY header ORDER BY min(id)", document_id
        )
        return [row[0] for row in rows]

    def images(self, documents: DocumentIds = None) -> list[int]:
        """Ids of the findable image chunks in `documents` (None: in all)."""
        rows = self._rows(
            "SELECT chunks.id FROM chunks JOIN documents ON documents.id = document_id "
            f"WHERE kind = 'image' AND state = 'ready'{_within(documents)}"
        )
        return [int(row[0]) for row in rows]

    def full_text(self, terms: Iterable[str], count: int, documents: DocumentIds = None) -> list[tuple[int, float]]:
        """The `count` best chunks that hold any of `terms`, with BM25 (higher is better), best first."""
        query = " OR ".join(_quoted(term) for term in terms)
        if not query:
            return []
        matches = f"SELECT rowid, -bm25(chunks_text, {HEADER_WEIGHT}, 1.0) AS score FROM chunks_text"
        # Looking up the document of every match would cost half as much again.
        best = f"ORDER BY score DESC LIMIT {HIDDEN_RESERVE * count}" if documents is None else ""
        rows = self._rows(
            f"SELECT found.rowid, score FROM ({matches} WHERE chunks_text MATCH ? {best}) AS found "
            "JOIN chunks ON chunks.id = found.rowid JOIN documents ON documents.id = document_id "
            f"WHERE state = 'ready'{_within(documents)} ORDER BY score DESC LIMIT ?",
            query,
            count,
        )
        return [(int(row[0]), float(row[1])) for row in rows]

    def term_frequencies(self, terms: Iterable[str]) -> dict[str, int]:
        """How many chunks hold each term, after the index's own stemming."""
        statement = "SELECT count(*) FROM chunks_text WHERE chunks_text MATCH ?"
        return {term: int(self._rows(statement, _quoted(term))[0][0]) for term in terms}

    def chunks_holding(self, phrases: Iterable[str]) -> dict[int, int]:
        """How many chunks of each findable document hold any of `phrases`; documents with none are left out."""
        query = " OR ".join(_quoted(phrase) for phrase in phrases)
        if not query:
            return {}
        rows = self._rows(
            "SELECT document_id, count(*) FROM chunks_text JOIN chunks ON chunks.id = chunks_text.rowid "
            "JOIN documents ON documents.id = document_id WHERE chunks_text MATCH ? AND state = 'ready' "
            "GROUP BY document_id",
            query,
        )
        return dict(rows)

    def holding_terms(self, terms: Iterable[str], ids: Sequence[int]) -> dict[int, set[str]]:
        """For each of `ids`, which of `terms` its chunk holds (stemmed, header included)."""
        held: dict[int, set[str]] = {number: set() for number in ids}
        marks = ", ".join("?" * len(ids))
        for term in terms:
            for row in self._rows(
                f"SELECT rowid FROM chunks_text WHERE chunks_text MATCH ? AND rowid IN ({marks})",
                _quoted(term),
                *ids,
            ):
                held[int(row[0])].add(term)
        return held

    def newest_chunks(self, count: int) -> list[int]:
        """Ids of the first chunks of the newest documents, `count` at most, in reading order within each."""
        rows = self._rows(
            "SELECT chunks.id FROM chunks JOIN documents ON documents.id = document_id WHERE state = 'ready' "
            "ORDER BY added_at DESC, document_id DESC, chunks.id LIMIT ?",
            count,
        )
        return [int(row[0]) for row in rows]

    def count_chunks(self) -> int:
        rows = self._rows(
            "SELECT count(*) FROM chunks JOIN documents ON documents.id = document_id WHERE state = 'ready'"
        )
        return int(rows[0][0])

    def _chunk_ids(self, documents: Sequence[int]) -> list[int]:
        marks = ", ".join("?" * len(documents))
        rows = self._rows(f"SELECT id FROM chunks WHERE document_id IN ({marks})", *documents)
        return [int(row[0]) for row in rows]


def _found(row: tuple[Any, ...]) -> Passage:
    number, document_id, name, page, kind, header, text, boxes, furniture, picture, picture_kind = row
    return Passage(
        number,
        document_id,
        name,
        page,
        kind,
        header,
        text,
        boxes=[tuple(box) for box in json.loads(boxes)],
        furniture=tuple(json.loads(furniture)),
        picture=picture,
        picture_kind=picture_kind,
    )


def _within(documents: DocumentIds) -> str:
    """A condition on the documents' ids; they are numbers, so they can stand in the statement."""
    return "" if documents is None else f" AND document_id IN ({', '.join(map(str, sorted(documents)))})"


def _quoted(term: str) -> str:
    """A term as an FTS5 string: nothing a person types is query syntax."""
    return '"' + term.replace('"', '""') + '"'

"""Chunks, and finding them by words: SQLite's full-text index."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from lamplight.library.chunk_documents import ChunkDocuments, Numbers
from lamplight.library.database import Database
from lamplight.library.records import Candidate, Passage

FOUND_COLUMNS = (
    "chunks.id, document_id, documents.name, page, kind, header, text, boxes, furniture, picture, picture_kind"
)
DocumentIds: TypeAlias = "frozenset[int] | None"  # ids to search in; None for all
HEADER_WEIGHT = 4.0  # of a word in `title > section` beside one in the text; page@5 on annual reports .42 at 1, .45
HIDDEN_RESERVE = 3  # times as many matches as are wanted: some may be of documents being removed or read
MOST_RANGES = 100  # of documents that each match is compared with
QUERY_BATCH = 500  # SQLite binds at most 999 variables in its oldest supported builds


class SearchIndex(Database):
    """Chunks by id and by word; only those of findable documents unless said otherwise."""

    def __init__(self, folder: Path, purpose: str) -> None:
        super().__init__(folder, purpose)
        self._chunk_documents = ChunkDocuments()

    def replace_content(self, source: sqlite3.Connection) -> None:  # a number means something else then
        with self._guard:
            super().replace_content(source)
            self._chunk_documents = ChunkDocuments()

    def _agreed_documents(self) -> ChunkDocuments:
        """To be used under the guard."""
        self._chunk_documents.agree(self._rows)
        return self._chunk_documents

    def chunks_in(self, documents: Iterable[int]) -> Numbers:
        """The numbers of all chunks of the findable ones among `documents`."""
        with self._guard:
            return self._agreed_documents().chunks(documents)

    def findable_chunks(self) -> dict[int, int]:
        """The number of each findable chunk, in order, and that of its document."""
        rows = self._rows(
            "SELECT chunks.id, document_id FROM chunks JOIN documents ON documents.id = document_id "
            "WHERE state = 'ready' ORDER BY chunks.id"
        )
        return dict(rows)

    def chunks(self, ids: Sequence[int], hidden: bool = False) -> dict[int, Passage]:
        """The findable chunks (with `hidden`, all) among `ids`, keyed by id."""
        found = map(_found, self._chunk_rows(FOUND_COLUMNS, ids, hidden))
        return {chunk.id: chunk for chunk in found}

    def candidates(self, ids: Sequence[int]) -> dict[int, Candidate]:
        """What a search judges of the findable chunks among `ids`, keyed by id: most of them are not shown."""
        rows = self._chunk_rows("chunks.id, document_id, kind, text", ids)
        return {number: Candidate(*values) for number, *values in rows}

    def _chunk_rows(self, columns: str, ids: Sequence[int], hidden: bool = False) -> Iterator[tuple[Any, ...]]:
        state = "" if hidden else "AND state = 'ready'"
        for start in range(0, len(ids), QUERY_BATCH):
            part = ids[start : start + QUERY_BATCH]
            yield from self._rows(
                f"SELECT {columns} FROM chunks JOIN documents ON documents.id = document_id "
                f"WHERE chunks.id IN ({', '.join('?' * len(part))}) {state}",
                *part,
            )

    def chunks_of(self, document_id: int, count: int = -1) -> list[Passage]:
        """The chunks of a document, or the first `count` of them, in reading order."""
        rows = self._rows(
            f"SELECT {FOUND_COLUMNS} FROM chunks JOIN documents ON documents.id = document_id "
            "WHERE document_id = ? ORDER BY chunks.id LIMIT ?",
            document_id,
            count,
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
        best = (
            f"ORDER BY score DESC LIMIT {HIDDEN_RESERVE * count}"
            if documents is None
            else self._within_ranges(documents)
        )
        rows = self._rows(
            f"SELECT found.rowid, score FROM ({matches} WHERE chunks_text MATCH ? {best}) AS found "
            "JOIN chunks ON chunks.id = found.rowid JOIN documents ON documents.id = document_id "
            f"WHERE state = 'ready'{_within(documents)} ORDER BY score DESC LIMIT ?",
            query,
            count,
        )
        return [(int(row[0]), float(row[1])) for row in rows]

    def _within_ranges(self, documents: Iterable[int]) -> str:
        """A condition that leaves out most of what isn't in `documents` before it is scored and its row is read.

        The full-text index skips to the first number and stops at the last; the plus keeps it from doing so for each.
        """
        with self._guard:
            ranges = self._agreed_documents().ranges(documents)
        if not ranges:
            return ""
        bounds = f"AND rowid BETWEEN {min(first for first, _ in ranges)} AND {max(last for _, last in ranges)}"
        if len(ranges) > MOST_RANGES:
            return bounds
        return f"{bounds} AND ({' OR '.join(f'+rowid BETWEEN {first} AND {last}' for first, last in ranges)})"

    def term_frequencies(self, terms: Iterable[str]) -> dict[str, int]:
        """How many chunks hold each term, after the index's own stemming."""
        statement = "SELECT count(*) FROM chunks_text WHERE chunks_text MATCH ?"
        return {term: int(self._rows(statement, _quoted(term))[0][0]) for term in terms}

    def unknown_terms(self, terms: Iterable[str]) -> list[str]:
        """Those of `terms` that no chunk holds, after the index's own stemming."""
        statement = "SELECT rowid FROM chunks_text WHERE chunks_text MATCH ? LIMIT 1"
        return [term for term in terms if not self._rows(statement, _quoted(term))]

    def terms_beginning(self, letter: str) -> dict[str, int]:
        """The stems in the index that begin with `letter`, and how many chunks hold each."""
        rows = self._rows(
            "SELECT term, doc FROM chunks_terms WHERE term >= ? AND term < ?", letter, letter + "\U0010ffff"
        )
        return {str(term): int(count) for term, count in rows}

    def chunks_holding(self, phrases: Iterable[str]) -> dict[int, int]:
        """How many chunks of each findable document hold any of `phrases`; documents with none are left out."""
        query = " OR ".join(_quoted(phrase) for phrase in phrases)
        if not query:
            return {}
        with self._guard:
            rows = self._rows("SELECT rowid FROM chunks_text WHERE chunks_text MATCH ?", query)
            return self._agreed_documents().counts(row[0] for row in rows)

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
        with self._guard:
            return len(self._agreed_documents())

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

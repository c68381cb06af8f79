"""Passages: the chunks of the documents, by their numbers and by what they belong to."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeAlias

from lamplight.library.chunk_documents import ChunkDocuments, Numbers
from lamplight.library.database import Database
from lamplight.library.records import Candidate, Passage

FOUND_COLUMNS = (
    "chunks.id, document_id, documents.name, page, kind, header, text, boxes, furniture, picture, picture_kind"
)
SOURCE = "chunks JOIN documents ON documents.id = document_id"
DocumentIds: TypeAlias = "frozenset[int] | None"  # ids to search in; None for all
QUERY_BATCH = 500  # SQLite binds at most 999 variables in its oldest supported builds


class Passages:
    """Only those of findable documents unless said otherwise. `library.documents` writes them with their document."""

    def __init__(self, database: Database, documents: ChunkDocuments) -> None:
        """`documents` knows which document each is of."""
        self._database, self._documents = database, documents

    def by_id(self, ids: Sequence[int], hidden: bool = False) -> dict[int, Passage]:
        """The findable chunks (with `hidden`, all) among `ids`, keyed by id."""
        found = map(_found, self._in_batches(FOUND_COLUMNS, ids, hidden))
        return {chunk.id: chunk for chunk in found}

    def candidates(self, ids: Sequence[int]) -> dict[int, Candidate]:
        """What a search judges of the findable chunks among `ids`, keyed by id: most of them are not shown."""
        rows = self._in_batches("chunks.id, document_id, kind, text", ids)
        return {number: Candidate(*values) for number, *values in rows}

    def _in_batches(self, columns: str, ids: Sequence[int], hidden: bool = False) -> Iterator[tuple[Any, ...]]:
        state = "" if hidden else "AND state = 'ready'"
        for start in range(0, len(ids), QUERY_BATCH):
            part = ids[start : start + QUERY_BATCH]
            yield from self._database.rows(
                f"SELECT {columns} FROM {SOURCE} WHERE chunks.id IN ({', '.join('?' * len(part))}) {state}",
                *part,
            )

    def of(self, document_id: int, count: int = -1) -> list[Passage]:
        """The chunks of a document, or the first `count` of them, in reading order."""
        return self._where("document_id = ? ORDER BY chunks.id LIMIT ?", document_id, count)

    def of_page(self, document_id: int, page: int) -> list[Passage]:
        """The chunks of a page, in reading order."""
        return self._where("document_id = ? AND page = ? ORDER BY chunks.id", document_id, page)

    def neighbours(self, chunk: Passage) -> list[Passage]:
        """The chunk with the one before and the one after it, if they are on the same page, in reading order."""
        return self._where(
            "document_id = ? AND page = ? AND chunks.id BETWEEN ? AND ? ORDER BY chunks.id",
            chunk.document_id,
            chunk.page,
            chunk.id - 1,
            chunk.id + 1,
        )

    def holding(self, pieces: Sequence[str], count: int) -> list[Passage]:
        """Those in whose text all `pieces` stand, be it inside a word, the last added first: where no blanks part the
        words, they are none to the full-text index. A to Z in capitals or not; each text is looked at until `count`.
        """
        condition = " AND ".join(["instr(lower(text), lower(?))"] * len(pieces))
        return self._where(f"state = 'ready' AND {condition} ORDER BY chunks.id DESC LIMIT ?", *pieces, count)

    def of_picture(self, part: Passage) -> list[Passage]:
        """The image chunks of the picture that `part` is of, in reading order."""
        return self._where(
            "document_id = ? AND page = ? AND picture = ? AND kind = 'image' ORDER BY chunks.id",
            part.document_id,
            part.page,
            part.picture,
        )

    def _where(self, condition: str, *values: object) -> list[Passage]:
        rows = self._database.rows(f"SELECT {FOUND_COLUMNS} FROM {SOURCE} WHERE {condition}", *values)
        return [_found(row) for row in rows]

    def images(self, documents: DocumentIds = None) -> list[int]:
        """Ids of the findable image chunks in `documents` (None: in all)."""
        rows = self._database.rows(
            f"SELECT chunks.id FROM {SOURCE} WHERE kind = 'image' AND state = 'ready'{within(documents)}"
        )
        return [int(row[0]) for row in rows]

    def newest(self, count: int) -> list[int]:
        """Ids of the first chunks of the newest documents, `count` at most, in reading order within each."""
        rows = self._database.rows(
            f"SELECT chunks.id FROM {SOURCE} WHERE state = 'ready' "
            "ORDER BY added_at DESC, document_id DESC, chunks.id LIMIT ?",
            count,
        )
        return [int(row[0]) for row in rows]

    def count(self) -> int:
        """How many can be found."""
        return len(self._documents)

    def findable(self) -> dict[int, int]:
        """The number of each findable chunk, in order, and that of its document."""
        rows = self._database.rows(
            f"SELECT chunks.id, document_id FROM {SOURCE} WHERE state = 'ready' ORDER BY chunks.id"
        )
        return dict(rows)

    def findable_in(self, documents: Iterable[int]) -> Numbers:
        """The numbers of all chunks of the findable ones among `documents`."""
        return self._documents.chunks(documents)

    def numbers_of(self, document_id: int) -> list[int]:
        """The numbers of all chunks of a document, findable or not."""
        rows = self._database.rows("SELECT id FROM chunks WHERE document_id = ?", document_id)
        return [int(row[0]) for row in rows]

    def kept(self) -> set[int]:
        """The numbers of those that have to have a vector: also of those that can still be brought back."""
        return self._in_state("ready", "removing")

    def coming_in(self) -> set[int]:
        """The numbers of those whose document is being read, or on its way out for good."""
        return self._in_state("indexing")

    def _in_state(self, *states: str) -> set[int]:
        """The chunks of documents in any of these."""
        rows = self._database.rows(
            f"SELECT chunks.id FROM {SOURCE} WHERE state IN ({', '.join('?' * len(states))})",
            *states,
        )
        return {int(row[0]) for row in rows}


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


def within(documents: DocumentIds) -> str:
    """A condition on the documents' ids; they are numbers, so they can stand in the statement."""
    return "" if documents is None else f" AND document_id IN ({', '.join(map(str, sorted(documents)))})"

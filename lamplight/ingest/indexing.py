"""A document on its way into the library: pages come in as they are read, are cut, embedded and kept in batches."""

from __future__ import annotations

import functools
import hashlib
import math
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from lamplight.ingest.chunks import chunks_of
from lamplight.ingest.control import IngestControl
from lamplight.ingest.document import DocumentPage, ReadDocument
from lamplight.ingest.tables import SEPARATOR
from lamplight.languages import sentence
from lamplight.library.records import Chunk, Document, Page, ReportCard, Table
from lamplight.library.store import Library
from lamplight.library.unfinished import Unfinished
from lamplight.models.embedder import FOREIGN_SHARE, FOREIGN_SHARE_OF_FEW, LETTERS, Embedder, Vectors
from lamplight.models.extensions import extensions

EMBED_STEP = 8  # chunks embedded together; an answer waits for no more than these
SAMPLE = 10_000  # characters tell the language of a document
CELL_WORDS = 6  # from which on a cell is prose
FEW_WORDS = 40  # of which a larger share may be unknown
KEPT_CHUNKS = 256  # a longer document is kept in batches of as many: some seconds of embedding
KEPT_SECONDS = 10.0  # or after as long, as scans have few words: that and the pages held back are ever read twice


@functools.cache
def reader_version(embedder: str) -> str:
    """What a half-read document can be read on with: the same code that reads and cuts, and the same embedder."""
    digest = hashlib.sha256(embedder.encode())
    for group in ("lamplight.readers", "lamplight.charts"):
        digest.update("".join(map(str, extensions(group).values())).encode())
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def language_sample(page: DocumentPage) -> str:
    """What tells the language of a page: prose, and the heads of tables in lower case, as they are no names.

    Cells mostly are: by them every fifth of three hundred English tables of Wikipedia was taken for foreign.
    """
    told = []
    for block in page.blocks:
        heads = block.header_rows if block.kind == "table" else 0
        told += [line.text.lower() for line in block.lines[:heads]]
        below = [line.text for line in block.lines[heads:]]
        if heads:
            below = [cell for row in below for cell in row.split(SEPARATOR) if len(cell.split()) >= CELL_WORDS]
        told += below
    return " ".join(told)


@dataclass(slots=True)
class _Batch:
    """Pages that are read and not yet kept. `vectors` are those of the first chunks, as far as they are made."""

    pages: list[DocumentPage] = field(default_factory=list)
    chunks: list[Chunk] = field(default_factory=list)
    vectors: list[Vectors] = field(default_factory=list)
    embedded: int = 0
    since: float = field(default_factory=time.monotonic)


class Indexing:
    """One document. `record` counts what is kept of it, also by an earlier run."""

    def __init__(self, record: Document, found: Unfinished | None, library: Library, embedder: Embedder) -> None:
        self.earlier = found.texts if found else []
        self.record = record
        if found:
            self.record = replace(found.document, path=record.path, name=record.name, added_at=record.added_at)
        self._document_id = found.document.id if found else None
        self._library, self._embedder = library, embedder
        self._batch = _Batch()
        self.title, self.format = record.title, record.format
        self.fraction = 0.0  # of the file, read so far
        self._sample = self._telling = ""  # of what it says, and of what tells its language
        self.skipped: list[str] = []  # what was left out of it, in sentences
        self._started = time.monotonic()

    def take(self, page: DocumentPage, control: IngestControl) -> None:
        """The next page. Raises what `control` raises."""
        pictures = self.record.images + ReadDocument(self.title, self.format, self._batch.pages).images
        self._batch.pages.append(page)
        self._batch.chunks += chunks_of(ReadDocument(self.title, self.format, [page]), self._embedder, pictures)
        if len(self._sample) < SAMPLE:
            self._sample = f"{self._sample} {page.text}"[:SAMPLE]
            self._telling = f"{self._telling} {language_sample(page)}"[:SAMPLE]
        while len(self._batch.chunks) - self._batch.embedded >= EMBED_STEP:
            self._embed(control)
        if len(self._batch.chunks) >= KEPT_CHUNKS or time.monotonic() - self._batch.since > KEPT_SECONDS:
            self._embed_rest(control)
            self.keep()

    def keep(self) -> None:
        """Write the batch, up to the first page whose passages are not embedded yet."""
        batch, self._batch = self._batch, _Batch()
        vectors = np.concatenate(batch.vectors) if batch.vectors else self._no_vectors()
        end = batch.chunks[len(vectors)].page if len(vectors) < len(batch.chunks) else math.inf
        pages = [page for page in batch.pages if page.number < end]
        chunks = [chunk for chunk in batch.chunks if chunk.page < end]
        if not pages:
            return
        self.record = self._with(pages, chunks)
        if self._document_id is None:
            version = reader_version(self._embedder.name)
            self._document_id = self._library.unfinished.begin(self.record, version)
        rows = _rows(pages)
        self._library.unfinished.write(
            self._document_id, self.record, rows, chunks, vectors[: len(chunks)], _tables(pages)
        )

    def finish(self, control: IngestControl) -> Document:
        """Make it findable. Raises what `control` raises, and `LibraryError`."""
        self._embed_rest(control)
        control.step(sentence("storing"), 1.0)
        if self._document_id is not None:
            self.keep()
            return self._library.unfinished.finish(self._document_id, self._finished(self.record), self._embedder)
        pages, chunks = self._batch.pages, self._batch.chunks
        vectors = np.concatenate(self._batch.vectors)
        record = self._finished(self._with(pages, chunks))
        return self._library.documents.add(record, _rows(pages), chunks, vectors, self._embedder, _tables(pages))

    @property
    def chunks(self) -> int:
        """Passages taken so far."""
        return self.record.chunks + len(self._batch.chunks)

    def _with(self, pages: list[DocumentPage], chunks: list[Chunk]) -> Document:
        """The record with these counted."""
        part = ReadDocument(self.title, self.format, pages)
        return replace(
            self.record,
            title=self.title,
            format=self.format,
            pages=self.record.pages + len(pages),
            chunks=self.record.chunks + len(chunks),
            images=self.record.images + part.images,
            ocr_pages=self.record.ocr_pages + part.ocr_pages,
            report=(self.record.report or ReportCard()) + part.report(0.0),
        )

    def _finished(self, record: Document) -> Document:
        """With the time it took; that of an earlier run, which was killed, nobody knows."""
        few = len(LETTERS.findall(self._telling)) < FEW_WORDS
        foreign = not (
            self._embedder.knows_language(self._sample)
            or self._embedder.knows_language(self._telling, FOREIGN_SHARE_OF_FEW if few else FOREIGN_SHARE)
        )
        seconds = round(time.monotonic() - self._started, 3)
        rest = ReportCard(seconds=seconds, skipped=self.skipped, foreign=int(foreign))
        return replace(record, report=(record.report or ReportCard()) + rest)

    def _embed_rest(self, control: IngestControl) -> None:
        count = len(self._batch.chunks)
        while (done := self._batch.embedded) < count:
            control.report(
                sentence(f"embedding passage {done + 1} of {count}"), self.fraction + (1 - self.fraction) * done / count
            )
            self._embed(control)

    def _embed(self, control: IngestControl) -> None:
        """The next `EMBED_STEP` chunks."""
        control.wait()
        batch = self._batch
        texts = [chunk.searchable for chunk in batch.chunks[batch.embedded : batch.embedded + EMBED_STEP]]
        batch.vectors.append(self._embedder.encode(texts))
        batch.embedded += len(texts)

    def _no_vectors(self) -> Vectors:
        return np.zeros((0, self._embedder.dimensions), np.float32)


def _rows(pages: list[DocumentPage]) -> list[Page]:
    return [Page(page.number, page.width, page.height, page.text) for page in pages]


def _tables(pages: list[DocumentPage]) -> list[Table]:
    return [table for page in pages for table in page.tables]

"""A small library, and everything that is done to one: what `bench.kills`, `bench.faults` and `bench.damage` break."""

from __future__ import annotations

import hashlib
import random
import sqlite3
import zlib
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lamplight.library.backup import read_manifest, write_backup
from lamplight.library.database import DATABASE
from lamplight.library.errors import LibraryError
from lamplight.library.records import Box, Chunk, Document, Page, Table
from lamplight.library.restore import restore_backup
from lamplight.library.store import Library
from lamplight.library.vectors import HNSW_SETTINGS
from lamplight.models.catalogue import ENGLISH
from lamplight.models.embedder import Embedder, Vectors

WORDS = ["heron", "carp", "gate", "orchard", "ledger", "lantern", "harbour", "invoice", "granite", "walnut"]
DOCUMENTS = 4
PASSAGES = 12  # of each
EARLIER_PASSAGES = 60
FIRST_VERSION = Path(__file__).resolve().parent.parent / "tests" / "libraries" / "version-01.sql"
BOX: Box = (72.0, 72.0, 300.0, 84.0)
Content = list[tuple[object, ...]]


class HashedEmbedder(Embedder):
    """Vectors that depend on the text and mean nothing: what is looked at is whether they are there."""

    name = ENGLISH.name  # in whose place they lie
    dimensions = 32

    def __init__(self) -> None:
        """Loads no weights."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Words between white space, of each text."""
        return [len(text.split()) for text in texts]

    def encode(self, texts: Sequence[str]) -> Vectors:
        """(len(texts), 32) float32 of unit length, the same for the same text. Raises `ValueError` for no texts."""
        seeds = [zlib.crc32(text.encode()) for text in texts]
        drawn = [np.random.default_rng(seed).normal(size=self.dimensions) for seed in seeds]
        vectors: Vectors = np.stack([vector / np.linalg.norm(vector) for vector in drawn]).astype(np.float32)
        return vectors

    encode_queries = encode


EMBEDDER = HashedEmbedder()
# Chroma writes its index after a thousand changes; here after a few, so that it is hit while it writes.
HNSW_SETTINGS |= {"hnsw:batch_size": 8, "hnsw:sync_threshold": 16}


@dataclass(frozen=True)
class Written:
    """A document as a reader would give it."""

    document: Document
    pages: list[Page]
    chunks: list[Chunk]
    vectors: Vectors
    tables: list[Table]


def written(path: Path, number: int, version: int = 1, passages: int = PASSAGES) -> Written:
    """Document `number`, whose words depend on its version too."""
    chance = random.Random(f"{number} {version}")
    title = f"document {number} version {version}"
    chunks = [
        Chunk(1 + index // 4, "text", title, f"Passage {index}: {' '.join(chance.choices(WORDS, k=9))}.", [BOX])
        for index in range(passages)
    ]
    pages = [Page(page, 612.0, 792.0, title) for page in range(1, chunks[-1].page + 1)]
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    size = path.stat().st_size
    document = Document(0, path.name, str(path), sha256, "text", title, len(pages), passages, 0, 0, size, 1.0)
    table = Table(1, title, ["word", "count"], [[word, str(version)] for word in WORDS])
    return Written(document, pages, chunks, EMBEDDER.encode([chunk.searchable for chunk in chunks]), [table])


def store(library: Library, what: Written) -> None:
    """Make it findable, in place of what came from the same path, without a copy or a job."""
    library.documents.add(what.document, what.pages, what.chunks, what.vectors, EMBEDDER, what.tables)


def file_of(folder: Path, number: int, version: int = 1) -> Path:
    """The file of a document outside of the library."""
    path = folder / f"{number}.txt"
    path.write_text(f"document {number} version {version}", encoding="utf-8")
    return path


def copied(library: Library, path: Path, name: str) -> Path:
    """Where the library's own copy of a file lies, called `name`."""
    with library.incoming() as incoming:
        incoming.write(path.read_bytes())
        return library.copies.take(incoming, name)


def drop(library: Library, path: Path, number: int) -> None:
    """As a file that is dropped on the page: a copy is kept, a job waits, then the document is there."""
    kept = copied(library, path, path.name)
    job = library.jobs.add(str(kept), path.name)
    if library.documents.at(str(kept)) is None:
        store(library, written(kept, number))
    library.jobs.remove(job)


def fill(folder: Path, files: Path, documents: int = DOCUMENTS, passages: int = PASSAGES) -> None:
    """A library with documents, a conversation and a collection."""
    with Library(folder) as library:
        library.vectors.store(EMBEDDER)
        drop(library, file_of(files, 0), 0)
        for number in range(1, documents):
            store(library, written(file_of(files, number), number, passages=passages))
        conversation = library.conversations.start("What colour is the heron?")
        library.messages.add(conversation, "user", "What colour is the heron?")
        library.collections.collect(library.collections.add("Water"), [1, 2])


def fill_earlier(folder: Path) -> None:
    """A library that the first version wrote, with as many passages as make SQLite write before a step is whole."""
    folder.mkdir()
    with closing(sqlite3.connect(folder / DATABASE)) as database:
        database.executescript(FIRST_VERSION.read_text(encoding="utf-8"))
    with closing(sqlite3.connect(folder / DATABASE)) as database:  # anew, as a dump writes virtual tables past SQLite
        for number in range(EARLIER_PASSAGES):
            database.execute(
                "INSERT INTO chunks (document_id, page, kind, header, text, boxes) "
                "SELECT document_id, page, kind, header, text || ' ' || ?, boxes FROM chunks WHERE id = 2",
                (f"Passage {number}: {' '.join(WORDS)}.",),
            )
        database.execute("UPDATE documents SET chunks = (SELECT count(*) FROM chunks WHERE document_id = documents.id)")
        database.commit()


def add(library: Library, files: Path) -> None:
    """Document 9, which is new, dropped on the page."""
    drop(library, file_of(files, 9), 9)


def add_long(library: Library, files: Path) -> None:
    """Document 8, which is new, kept page by page; what an earlier try left of it is purged first."""
    what = written(file_of(files, 8), 8)
    library.unfinished.forget(what.document.path)
    number = library.unfinished.begin(what.document, "reader")
    for page in what.pages:
        rows = [row for row, chunk in enumerate(what.chunks) if chunk.page == page.number]
        chunks = [what.chunks[row] for row in rows]
        library.unfinished.write(number, what.document, [page], chunks, what.vectors[rows])
    library.unfinished.finish(number, what.document, EMBEDDER)


def replace(library: Library, files: Path) -> None:
    """Document 2 in its second version, from the path of the first."""
    store(library, written(file_of(files, 2, 2), 2, 2))


def remove(library: Library, files: Path) -> None:
    """Document 0, the one with a copy, for good; nothing happens when it is gone already."""
    for document in library.documents.named("0.txt"):
        library.documents.remove(document.id)
        library.documents.purge(document.id)


def backup(library: Library, files: Path) -> None:
    """To `backup.zip` in `files`; an earlier one is replaced."""
    for _ in write_backup(library, EMBEDDER, files / "backup.zip"):
        pass


def restore(library: Library, files: Path) -> None:
    """From `backup.zip` in `files`; nothing happens when the library isn't empty."""
    if library.is_empty:
        for _ in restore_backup(library, EMBEDDER, files / "backup.zip"):
            pass


def erase(library: Library, files: Path) -> None:
    """All of the library; `files` stay."""
    library.erase()


def nothing(library: Library, files: Path) -> None:
    """Opening and closing alone."""


@dataclass(frozen=True)
class Operation:
    """Something that is done to a library that is as `start` says (`Stage`).

    `opening` it is part of what is broken, or comes before.
    """

    work: Callable[[Library, Path], None]
    start: str = "filled"
    opening: bool = False


OPERATIONS = {
    "add": Operation(add),
    "add_long": Operation(add_long),
    "replace": Operation(replace),
    "remove": Operation(remove),
    "backup": Operation(backup),
    "restore": Operation(restore, "empty"),
    "erase": Operation(erase),
    "migrate": Operation(nothing, "earlier", opening=True),
    "nothing": Operation(nothing, opening=True),
}


def content(library: Library) -> Content:
    """All that can be found and all that was said, without the numbers that another run gives."""
    found = library.database.rows(
        "SELECT name, sha256, title, pages, chunks, page, kind, header, text FROM chunks "
        "JOIN documents ON document_id = documents.id WHERE state = 'ready' ORDER BY name, chunks.id"
    )
    cells = library.database.rows(
        "SELECT documents.name, rows FROM tables JOIN documents ON document_id = documents.id "
        "WHERE state = 'ready' ORDER BY documents.name"
    )
    said = library.database.rows(
        "SELECT title, content FROM messages JOIN conversations ON conversation_id = conversations.id"
    )
    named = library.database.rows(
        "SELECT collections.name, documents.name FROM collection_documents JOIN collections ON collection_id = "
        "collections.id JOIN documents ON document_id = documents.id WHERE state = 'ready' ORDER BY 1, 2"
    )
    return [*found, *cells, *said, *named]


def faults_in(library: Library, files: Path) -> list[str]:
    """What is not as it has to be, whatever happened before."""
    faults = [f"SQLite: {problem}" for problem in library.database.problems()]
    try:
        library.database.rows("INSERT INTO chunks_text (chunks_text) VALUES ('integrity-check')")
    except LibraryError as error:
        faults.append(f"full text: {error}")
    chunks = list(library.passages.findable())
    vectors = library.vectors.store(EMBEDDER)
    if vectors.ids() != set(chunks):
        faults.append("vectors and chunks are not the same")
    if len(set(chunks)) != library.passages.count() or len(vectors) != len(chunks):
        faults.append("counts differ")
    for number, chunk in library.passages.by_id(chunks[:: max(1, len(chunks) // 20)]).items():
        (vector,) = EMBEDDER.encode([chunk.searchable])
        nearest = vectors.nearest(vector, 1)
        if not nearest or nearest[0][1] < 0.999:
            faults.append(f"passage {number} is not found by its vector")
    paths = [document.path for document in library.documents.all()]
    if len(paths) != len(set(paths)):
        faults.append("a document is there twice")
    if library.is_empty and any(path.is_file() for path in library.copies.folder.rglob("*")):
        faults.append("copies of no document")
    for document in library.documents.all():
        path = Path(document.path)
        if library.folder / "files" in path.parents and (
            not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != document.sha256
        ):
            faults.append(f"the copy of {document.name} is not whole")
    if (files / "backup.zip").exists():
        try:
            read_manifest(files / "backup.zip")
        except LibraryError as error:
            faults.append(str(error))
    return faults

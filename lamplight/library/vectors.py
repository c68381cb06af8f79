"""The vectors, in one Chroma collection per embedder, on disk. Everything here can be rebuilt from SQLite.

Chroma keeps ids, vectors and the document's number; texts stay in SQLite (a third of the disk).
"""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from lamplight.library.checksums import Checksums
from lamplight.library.errors import LibraryError, VectorsAway
from lamplight.models.embedder import Vectors

WRITE_BATCH = 1_000  # Chroma refuses more than about 5,400 records in one call
MOST_IDS = 10_000  # that a search is told to keep to; SQLite binds no more than 32,766 of them
MALLOPT_PERTURB = -6  # M_PERTURB of glibc's malloc.h
ZEROED, AS_IT_WAS = 0xFF, 0  # new blocks are filled with the complement of the value's byte, or not at all
HNSW_SETTINGS = {"hnsw:space": "cosine", "hnsw:search_ef": 128, "hnsw:construction_ef": 128}


class VectorStore:
    """Chroma on disk. `name` is the embedder's, so vectors of two embedders never mix.

    Everything raises `LibraryError` when Chroma can't read or write its files. Damaged ones may end the process:
    `library.dense_index` looks at them before. Once closed it stays so: searches find nothing, and what else is asked
    of it raises `VectorsAway`.
    """

    trouble = ""  # why nothing can be read or written just now, in a sentence; of a server alone
    _closed = False
    _under_way = 0  # operations, for which `close` waits

    def __init__(self, folder: Path, name: str, checksums: Checksums | None = None) -> None:
        """`checksums` are kept in step with what is written."""
        self._folder, self.name = folder, name
        self._checksums = checksums
        self._lock = threading.Condition()
        self._client: Any = None
        with self._guarded("opened"):
            self._connect()

    def _connect(self) -> None:
        self._client = _client(str(self._folder))
        try:
            self._collection = self._client.get_or_create_collection(
                f"chunks-{self.name}", metadata=HNSW_SETTINGS, embedding_function=None
            )
            # Have the index loaded now, which Chroma does with the first question: what is wrong with it shows here.
            found = self._collection.get(limit=1, include=["embeddings"])["embeddings"]
            if found is not None and len(found):
                self._collection.query(query_embeddings=np.asarray(found), n_results=1, include=["distances"])
        except BaseException:
            self._disconnect()
            raise

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise VectorsAway(f"The vectors by {self.name} were closed meanwhile; try it again.")

    def _stay_connected(self) -> None:
        """With `_lock` held: what has failed is connected anew, and what was closed is not."""
        self._refuse_if_closed()
        if self._client is None:
            self._connect()

    def _disconnect(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()

    @property
    def is_away(self) -> bool:
        """Whether it is a server that has just been tried in vain."""
        return False

    def __len__(self) -> int:
        with self._guarded("read"):
            return int(self._collection.count())

    @contextmanager
    def _guarded(self, what: str) -> Iterator[None]:
        """Nothing from memory gets into its files, and its errors become one sentence.

        They have no base in common: those of its Rust part are as different as OSError and a panic. After a failed
        write Chroma keeps its database locked, and would wait for itself with the next one: it is opened anew then.
        """
        _allocate(ZEROED)
        try:
            with self._begun(what), self._watched(what):
                try:
                    yield
                except BaseException:
                    if what == "written":
                        with self._lock:
                            self._disconnect()
                    raise
        except (KeyboardInterrupt, SystemExit, GeneratorExit, VectorsAway):
            raise
        except BaseException as error:
            folder = self._folder
            raise LibraryError(
                f"The vectors in {folder} can't be written ({error}); free some disk space and try again."
                if what == "written"
                else f"The vectors in {folder} can't be opened ({error}); delete that folder and start again: they are "
                "rebuilt from the library."
                if what == "opened"
                else f"The vectors in {folder} can't be read ({error}); delete that folder and start again: they are "
                "rebuilt from the library."
            ) from error
        finally:
            _allocate(AS_IT_WAS)

    @contextmanager
    def _watched(self, what: str) -> Iterator[None]:
        """With the checksums in step. Chroma changes its files also when it opens them."""
        if self._checksums is None:
            yield
        elif what == "read":
            try:
                yield
            finally:
                self._checksums.renew()
        else:
            if what == "opened":
                self._folder.mkdir(parents=True, exist_ok=True)
                self._checksums.opened()
            with self._checksums.changing():
                yield

    @contextmanager
    def _begun(self, what: str) -> Iterator[None]:
        with self._lock:
            if what != "opened":
                self._stay_connected()
            self._under_way += 1
        try:
            yield
        finally:
            with self._lock:
                self._under_way -= 1
                self._lock.notify_all()

    def add(self, ids: Sequence[int], document_id: int, vectors: Vectors) -> None:
        """Store (n, dimensions) float32 vectors under `ids`; storing again changes nothing."""
        for start in range(0, len(ids), WRITE_BATCH):
            part = ids[start : start + WRITE_BATCH]
            with self._guarded("written"):
                self._collection.upsert(
                    ids=[str(number) for number in part],
                    embeddings=vectors[start : start + WRITE_BATCH],
                    metadatas=[{"document": document_id}] * len(part),
                )

    def remove(self, ids: Sequence[int]) -> None:
        """The vectors of all embedders: what is removed must not come back when another one is used."""
        for start in range(0, len(ids), WRITE_BATCH):
            with self._guarded("written"):
                for collection in self._collections():
                    collection.delete(ids=[str(number) for number in ids[start : start + WRITE_BATCH]])

    def _collections(self) -> list[Any]:
        return list(self._client.list_collections())

    def nearest(
        self, vector: Vectors, count: int, documents: frozenset[int] | None = None, ids: Sequence[int] = ()
    ) -> list[tuple[int, float]]:
        """The `count` nearest ids to a (dimensions,) vector with their cosine similarity, best first.

        Among those of `documents`, if given; `ids` are all of theirs, by which Chroma finds them twice as fast.
        Nothing where the vectors are closed, or their server is away.
        """
        found: dict[str, Any] = {"ids": [[]], "distances": [[]]}
        if documents != frozenset():
            with suppress(VectorsAway), self._guarded("read"):
                found = self._query(vector, count, documents, ids)
        distances = found["distances"] or [[]]
        return [
            (int(number), 1.0 - float(distance)) for number, distance in zip(found["ids"][0], distances[0], strict=True)
        ]

    def _query(self, vector: Vectors, count: int, documents: frozenset[int] | None, ids: Sequence[int]) -> Any:
        asked: dict[str, Any] = {
            "query_embeddings": vector[np.newaxis],
            "n_results": count,
            "include": ["distances"],
        }
        if documents is None:
            return self._collection.query(**asked)
        from chromadb.errors import InternalError

        if 0 < len(ids) <= MOST_IDS:
            with suppress(InternalError):  # it refuses numbers that it doesn't hold: not all have a vector yet
                return self._collection.query(**asked, ids=[str(number) for number in ids])
        return self._collection.query(**asked, where={"document": {"$in": sorted(documents)}})

    def vectors_of(self, ids: Sequence[int]) -> dict[int, Vectors]:
        """The stored vectors of those `ids` that are there; none where they are closed, or their server is away."""
        found: dict[str, Any] = {"ids": [], "embeddings": None}
        if ids:  # Chroma refuses to get nothing
            with suppress(VectorsAway), self._guarded("read"):
                found = self._collection.get(ids=[str(number) for number in ids], include=["embeddings"])
        rows = found["embeddings"] if found["embeddings"] is not None else []
        return {int(number): np.asarray(row, np.float32) for number, row in zip(found["ids"], rows, strict=True)}

    def ids(self) -> set[int]:
        """Chunks that have a vector by this embedder, findable or not.

        Unlike other reading it raises `VectorsAway`: none would mean that all have to be made again.
        """
        with self._guarded("read"):
            return {int(number) for number in self._collection.get(include=[])["ids"]}

    def close(self, sound: bool = True) -> None:
        """Stop Chroma's threads and let go of its files for good, which are `sound` as far as is known.

        Waits until what is under way is done.
        """
        with self._lock:
            self._closed = True
            self._lock.wait_for(lambda: not self._under_way)
            with suppress(Exception):
                self._disconnect()
        if sound and self._checksums is not None:
            with suppress(OSError):  # without it, all is looked at more closely when it is opened
                self._checksums.closed()


def _client(folder: str) -> Any:
    """A client, or an error that leaves nothing behind: Chroma remembers one it failed to make, and fails on."""
    os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")
    import chromadb  # 1.7 s: not on the way to the first page
    from chromadb.api.shared_system_client import SharedSystemClient
    from chromadb.config import Settings

    try:
        return chromadb.PersistentClient(folder, Settings(anonymized_telemetry=False, allow_reset=False))
    except BaseException:
        SharedSystemClient._identifier_to_system.pop(folder, None)
        SharedSystemClient._identifier_to_refcount.pop(folder, None)
        raise


def _allocate(how: int) -> None:
    """Keep what the process once held in memory out of Chroma's files.

    hnswlib writes whole blocks that it filled only in part. Without this, words of a removed document that lay in
    such a block before came back on disk. glibc alone can be told; elsewhere a fresh index may still hold some.
    """
    if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "mallopt"):
        libc.mallopt(MALLOPT_PERTURB, how)

"""The vectors, in one Chroma collection per embedder. Everything here can be rebuilt from SQLite.

Chroma keeps ids, vectors and the document's number; texts stay in SQLite (a third of the disk).
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from library.errors import LibraryError
from models.embedder import Vectors

WRITE_BATCH = 1_000  # Chroma refuses more than about 5,400 records in one call
MALLOPT_PERTURB = -6  # M_PERTURB of glibc's malloc.h
ZEROED, AS_IT_WAS = 0xFF, 0  # new blocks are filled with the complement of the value's byte, or not at all
HNSW_SETTINGS = {"hnsw:space": "cosine", "hnsw:search_ef": 128, "hnsw:construction_ef": 128}


class VectorStore:
    """Chroma on disk. `name` is the embedder's, so vectors of two embedders never mix.

    Everything raises `LibraryError` when Chroma can't read or write its files.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")
        import chromadb  # 1.7 s to import: not on the way to the first page
        from chromadb.config import Settings

        settings = Settings(anonymized_telemetry=False, allow_reset=False)
        with self._guarded("opened"):
            self._client = chromadb.PersistentClient(path=str(folder), settings=settings)
            self._collection = self._client.get_or_create_collection(
                f"chunks-{name}", metadata=HNSW_SETTINGS, embedding_function=None
            )

    def __len__(self) -> int:
        with self._guarded("read"):
            return self._collection.count()

    @contextmanager
    def _guarded(self, what: str) -> Iterator[None]:
        """Nothing from memory gets into its files, and its errors become one sentence.

        They have no base in common: those of its Rust part are as different as OSError and a panic.
        """
        _allocate(ZEROED)
        try:
            yield
        except (KeyboardInterrupt, SystemExit, GeneratorExit):
            raise
        except BaseException as error:
            reason = f"The vectors in {self._folder} can't be {what} ({error})"
            if what == "written":
                raise LibraryError(f"{reason}; free some disk space and try again.") from error
            raise LibraryError(
                f"{reason}; delete that folder and start again: they are rebuilt from the library."
            ) from error
        finally:
            _allocate(AS_IT_WAS)

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
                for collection in self._client.list_collections():
                    collection.delete(ids=[str(number) for number in ids[start : start + WRITE_BATCH]])

    def nearest(self, vector: Vectors, count: int, documents: frozenset[int] | None = None) -> list[tuple[int, float]]:
        """The `count` nearest ids to a (dimensions,) vector with their cosine similarity, best first.

        Among those of `documents`, if given.
        """
        size = len(self)
        if size == 0 or documents == frozenset():
            return []
        where: Any = {"document": {"$in": sorted(documents)}} if documents is not None else None
        with self._guarded("read"):
            found = self._collection.query(
                query_embeddings=vector[np.newaxis], n_results=min(count, size), where=where, include=["distances"]
            )
        distances = found["distances"] or [[]]
        return [
            (int(number), 1.0 - float(distance)) for number, distance in zip(found["ids"][0], distances[0], strict=True)
        ]

    def vectors_of(self, ids: Sequence[int]) -> dict[int, Vectors]:
        """The stored vectors of those `ids` that are there."""
        if not ids:
            return {}  # Chroma refuses to get nothing
        with self._guarded("read"):
            found = self._collection.get(ids=[str(number) for number in ids], include=["embeddings"])
        rows = found["embeddings"] if found["embeddings"] is not None else []
        return {int(number): np.asarray(row, np.float32) for number, row in zip(found["ids"], rows, strict=True)}

    def ids(self) -> set[int]:
        with self._guarded("read"):
            return {int(number) for number in self._collection.get(include=[])["ids"]}

    def close(self) -> None:
        """Stop Chroma's threads and let go of its files."""
        self._client.close()  # type: ignore[attr-defined]  # of the class behind the interface


def _allocate(how: int) -> None:
    """Keep what the process once held in memory out of Chroma's files.

    hnswlib writes whole blocks that it filled only in part. Without this, words of a removed document that lay in
    such a block before came back on disk. glibc alone can be told; elsewhere a fresh index may still hold some.
    """
    if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "mallopt"):
        libc.mallopt(MALLOPT_PERTURB, how)

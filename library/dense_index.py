"""Finding chunks by meaning: Chroma's vectors, kept sound and in agreement with SQLite."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from library.checksums import Checksums
from library.errors import LibraryError
from library.search_index import SearchIndex
from library.vectors import VectorStore
from models.embedder import Embedder, Vectors

VECTORS = "vectors"
ROOT = Path(__file__).parent.parent
FILL_BATCH = 64  # chunks embedded at a time: a second
TRIAL_SECONDS = 600.0  # to look at every vector; a minute for a million


class DenseIndex(SearchIndex):
    """Vectors that are damaged or gone are made again by themselves; what is found by words is found meanwhile."""

    def __init__(self, folder: Path, purpose: str) -> None:
        super().__init__(folder, purpose)
        self._vectors: VectorStore | None = None
        self._opening = threading.RLock()  # taken before `_guard`, never inside it
        self.notice = ""  # what is being mended, in a sentence
        self.noticed: Callable[[str], object] = lambda sentence: None  # told each new one

    def close(self) -> None:
        with self._opening, self._guard:
            self._close_vectors()
            super().close()

    def _close_vectors(self) -> None:
        if self._vectors is not None:
            self._vectors.close()
            self._vectors = None

    def vectors(self, embedder: Embedder) -> VectorStore:
        """The vectors of `embedder`, opened on first use (seconds) and made to agree with SQLite.

        Whoever opens them waits until that is done; others have at once what is there.
        """
        with self._opening:
            store = self._vectors
            if store is not None:
                return store
            store, missing = self._open(embedder)
            self._vectors = store
        self._fill(store, embedder, missing)
        return store

    def complete_vectors(self, embedder: Embedder) -> None:
        """Compute the vectors that are missing, for one who has brought in chunks without all of theirs."""
        store = self.vectors(embedder)
        self._fill(store, embedder, self._missing(store))

    def vectors_of(self, ids: Sequence[int], embedder: Embedder) -> dict[int, Vectors]:
        """Those of the findable chunks among `ids`; what is not stored again yet is computed."""
        found = self.vectors(embedder).vectors_of(ids)
        missing = self.chunks([number for number in ids if number not in found]) if self.notice else {}
        if missing:
            computed = embedder.encode([chunk.searchable for chunk in missing.values()])
            found |= dict(zip(missing, computed, strict=True))
        return found

    def _open(self, embedder: Embedder) -> tuple[VectorStore, list[int]]:
        """And the chunks that have no vector yet. Damaged files are never opened in this process: they would end it."""
        folder = self.folder / VECTORS
        checksums = Checksums(folder)
        condition = checksums.condition()
        if condition == "damaged" or (condition == "unknown" and not _survives(folder, embedder.name)):
            return self._anew(embedder)
        try:
            return self._agreed(VectorStore(folder, embedder.name, checksums))
        except LibraryError:
            if condition != "left open":
                raise  # these are the files that were closed: something else is wrong, such as a full disk
            return self._anew(embedder)

    def _agreed(self, store: VectorStore) -> tuple[VectorStore, list[int]]:
        try:
            return store, self._missing(store)
        except LibraryError:
            store.close(sound=False)
            raise

    def _anew(self, embedder: Embedder) -> tuple[VectorStore, list[int]]:
        folder = self.folder / VECTORS
        try:
            shutil.rmtree(folder)
        except OSError as error:
            raise LibraryError(
                f"The vectors in {folder} are damaged and can't be removed ({error.strerror}); delete that folder and "
                "start again: they are rebuilt from the library."
            ) from error
        self._say("The search index was damaged; it is being rebuilt from the library.")
        return self._agreed(VectorStore(folder, embedder.name, Checksums(folder)))

    def _kept(self) -> set[int]:
        """The chunks that have to have a vector: also those that can still be brought back."""
        rows = self._rows(
            "SELECT chunks.id FROM chunks JOIN documents ON documents.id = document_id "
            "WHERE state IN ('ready', 'removing')"
        )
        return {int(row[0]) for row in rows}

    def _missing(self, store: VectorStore) -> list[int]:
        """Chunks without a vector, after a crash or for a new embedder; vectors without a chunk are dropped."""
        kept, stored = self._kept(), store.ids()
        store.remove(sorted(stored - kept))
        return sorted(kept - stored)

    def _fill(self, store: VectorStore, embedder: Embedder, missing: Sequence[int]) -> None:
        """Compute vectors, while others search and write; ends early when the library is closed or erased."""
        try:
            for start in range(0, len(missing), FILL_BATCH):
                self._say(f"The search index is being rebuilt: {start:,} of {len(missing):,} passages…")
                part = missing[start : start + FILL_BATCH]
                chunks = list(self.chunks(part, hidden=True).values())
                vectors = embedder.encode([chunk.searchable for chunk in chunks])
                with self._guard:
                    if self._vectors is not store:
                        return
                    kept = self._kept()
                    for document_id in dict.fromkeys(chunk.document_id for chunk in chunks if chunk.id in kept):
                        rows = [row for row, chunk in enumerate(chunks) if chunk.document_id == document_id]
                        store.add([chunks[row].id for row in rows], document_id, vectors[rows])
        finally:
            self._say("")

    def _say(self, sentence: str) -> None:
        self.notice = sentence
        self.noticed(sentence)


def _survives(folder: Path, name: str) -> bool:
    """Whether a process that uses all of the vectors comes to a good end."""
    command = [sys.executable, "-m", "library.trial", str(folder), name]
    try:
        tried = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=TRIAL_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return tried.returncode == 0

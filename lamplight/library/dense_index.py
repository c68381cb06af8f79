"""Finding chunks by meaning: Chroma's vectors, kept sound and in agreement with SQLite."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from lamplight import ROOT
from lamplight.library.checksums import Checksums
from lamplight.library.errors import LibraryError
from lamplight.library.search_index import SearchIndex
from lamplight.library.vectors import VectorStore
from lamplight.models.catalogue import MULTILINGUAL
from lamplight.models.embedder import Embedder, Vectors

VECTORS = "vectors"  # the folder of the first embedder's; those of others lie beside it
FILL_BATCH = 64  # chunks embedded at a time: a second
FILL_STEP = 8  # when somebody may come in between
TRIAL_SECONDS = 600.0  # to look at every vector; a minute for a million


class DenseIndex(SearchIndex):
    """Vectors that are damaged or gone are made again by themselves; what is found by words is found meanwhile."""

    def __init__(self, folder: Path, purpose: str) -> None:
        super().__init__(folder, purpose)
        self._vectors: dict[str, VectorStore] = {}  # by the embedder's name
        self._opening = threading.RLock()  # taken before `_guard`, never inside it
        self.notice = ""  # what is being mended, in a sentence
        self.noticed: Callable[[str], object] = lambda sentence: None  # told each new one

    def close(self) -> None:
        with self._opening, self._guard:
            self._close_vectors()
            super().close()

    def _close_vectors(self) -> None:
        while self._vectors:
            self._vectors.popitem()[1].close()

    def vectors(self, embedder: Embedder, complete: bool = True) -> VectorStore:
        """The vectors of `embedder`, opened on first use (seconds) and made to agree with SQLite.

        Whoever opens them waits until that is done; others have at once what is there. Unless `complete`, what is
        missing stays so until `fill_vectors` makes it.
        """
        with self._opening:
            store = self._vectors.get(embedder.name)
            if store is not None:
                return store
            store, missing = self._open(embedder)
            self._vectors[embedder.name] = store
        if complete:
            self._rebuild(store, embedder, missing)
        return store

    def complete_vectors(self, embedder: Embedder) -> None:
        """Compute the vectors that are missing, for one who has brought in chunks without all of theirs."""
        store = self.vectors(embedder)
        self._rebuild(store, embedder, self._missing(store))

    def has_vectors(self, name: str) -> bool:
        """Whether there may be any by the embedder called so: it was used for this library."""
        return name in self._vectors or self._place(name).is_dir()

    def vectors_left(self, name: str) -> int:
        """How many chunks `fill_vectors` has to do yet for the embedder called so, to a few being removed.

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
        for start in range(0, len(missing), FILL_STEP):
            if stopped() or not self._compute(store, embedder, missing[start : start + FILL_STEP]):
                return

    def forget_vectors(self, ids: Sequence[int], but: Embedder | None = None) -> None:
        """Remove the vectors of these chunks by all embedders `but` one, as far as they are open.

        Opening removes those whose chunks are gone.
        """
        for name, store in list(self._vectors.items()):
            if but is None or name != but.name:
                store.remove(ids)

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
        folder = self._place(embedder.name)
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

    def _place(self, name: str) -> Path:
        """The folder for the vectors of the embedder called so."""
        return self.folder / (f"{VECTORS}-{name}" if name == MULTILINGUAL.name else VECTORS)

    def _agreed(self, store: VectorStore) -> tuple[VectorStore, list[int]]:
        try:
            return store, self._missing(store)
        except LibraryError:
            store.close(sound=False)
            raise

    def _anew(self, embedder: Embedder) -> tuple[VectorStore, list[int]]:
        folder = self._place(embedder.name)
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

    def _rebuild(self, store: VectorStore, embedder: Embedder, missing: Sequence[int]) -> None:
        """Compute vectors, while others search and write; ends early when the library is closed or erased."""
        try:
            for start in range(0, len(missing), FILL_BATCH):
                self._say(f"The search index is being rebuilt: {start:,} of {len(missing):,} passages…")
                if not self._compute(store, embedder, missing[start : start + FILL_BATCH]):
                    return
        finally:
            self._say("")

    def _compute(self, store: VectorStore, embedder: Embedder, ids: Sequence[int]) -> bool:
        """Add the vectors of a few chunks; false when the library was closed or erased meanwhile."""
        chunks = list(self.chunks(ids, hidden=True).values())
        vectors = embedder.encode([chunk.searchable for chunk in chunks])
        with self._guard:
            if self._vectors.get(embedder.name) is not store:
                return False
            now = self.chunks(ids, hidden=True)  # some may have been removed, or described anew
            kept = self._kept()
            rows = [row for row, chunk in enumerate(chunks) if chunk.id in kept and now.get(chunk.id) == chunk]
            for document_id in dict.fromkeys(chunks[row].document_id for row in rows):
                own = [row for row in rows if chunks[row].document_id == document_id]
                store.add([chunks[row].id for row in own], document_id, vectors[own])
        return True

    def _say(self, sentence: str) -> None:
        self.notice = sentence
        self.noticed(sentence)


def _survives(folder: Path, name: str) -> bool:
    """Whether a process that uses all of the vectors comes to a good end."""
    command = [sys.executable, "-m", "lamplight.library.trial", str(folder), name]
    try:
        tried = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=TRIAL_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return tried.returncode == 0

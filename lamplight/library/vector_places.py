"""Where the vectors are: opened sound and in agreement with SQLite, beside it or on a Chroma server."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from lamplight import ROOT
from lamplight.library.checksums import Checksums
from lamplight.library.errors import LibraryError, VectorsAway
from lamplight.library.search_index import SearchIndex
from lamplight.library.served_vectors import ServedVectors, delete_collections
from lamplight.library.vector_server import VectorChoice, VectorServer
from lamplight.library.vectors import VectorStore
from lamplight.models.catalogue import MULTILINGUAL
from lamplight.models.embedder import Embedder
from lamplight.models.errors import ServerError

VECTORS = "vectors"  # the folder of the first embedder's; those of others lie beside it
TRIAL_SECONDS = 600.0  # to look at every vector; a minute for a million


class VectorPlaces(SearchIndex):
    """Damaged vectors are begun anew. From here to a server they are moved (`_former`), not computed again."""

    def __init__(self, folder: Path, purpose: str) -> None:
        super().__init__(folder, purpose)
        try:
            self.vector_choice = VectorChoice(folder)
        except LibraryError:
            super().close()
            raise
        self._vectors: dict[str, VectorStore] = {}  # by the embedder's name
        self._former: dict[str, VectorStore] = {}  # beside the library, on their way to a server
        self._behind: set[str] = set()  # embedders of which a server may lack some, or have some too many
        self._opening = threading.RLock()  # taken before `_guard`, never inside it
        self.notice = ""  # what is being mended, in a sentence
        self.noticed: Callable[[str], object] = lambda sentence: None  # told each new one

    def close(self) -> None:
        with self._opening, self._guard:
            self._close_vectors()
            super().close()

    def _close_vectors(self) -> None:
        for stores in (self._vectors, self._former):
            while stores:
                stores.popitem()[1].close()
        self._behind.clear()

    def use_vectors(self, server: VectorServer | None) -> None:
        """From now on the vectors are on `server`, or beside the library. Raises `LibraryError` and `ServerError`."""
        if server is not None and not server.may_connect:
            raise ServerError(f"{server.permission} Add --allow if you want that.")
        with self._opening, self._guard:
            self._close_vectors()
            self.vector_choice.use(server)

    def has_vectors(self, name: str) -> bool:
        """Whether there may be any by the embedder called so: it was used for this library."""
        server = self.vector_choice.server
        kept = self._place(name).is_dir() if server is None else name in server.embedders
        return kept or name in self._vectors

    @property
    def vectors_are_away(self) -> bool:
        """Whether a server that keeps them could not be reached when it was last asked."""
        return bool(self._trouble)

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

    def _open_served(self, embedder: Embedder) -> tuple[VectorStore, list[int]]:
        """Those on the server, and what it lacks; none of that while it is away."""
        self.vector_choice.note_embedder(embedder.name)
        server = self.vector_choice.server
        assert server is not None
        folder, name = self._place(embedder.name), embedder.name
        if folder.is_dir():
            self._former[name], _ = self._open(embedder)
        store = ServedVectors(server, name, lambda: self._on_trouble(name))
        try:
            return store, self._missing(store)
        except VectorsAway:
            self._on_trouble(name)
            return store, []

    def _on_trouble(self, name: str) -> None:
        """A server is away or back: it may have missed something, or come back without what it had."""
        self._behind.add(name)
        self._say(self._trouble)

    @property
    def _trouble(self) -> str:
        """Why a server can't be asked, in a sentence; else empty."""
        return next((store.trouble for store in list(self._vectors.values()) if store.trouble), "")

    def _is_complete(self, name: str) -> None:
        """All vectors are where they should be, so those that were here before can go."""
        self._behind.discard(name)
        former = self._former.pop(name, None)
        if former is not None:
            former.close()
            shutil.rmtree(self._place(name), ignore_errors=True)

    def delete_left_vectors(self) -> None:
        """On servers that are not used any more. Raises `VectorsAway` when one can't be reached; it is tried again."""
        for server in list(self.vector_choice.left):
            delete_collections(server)
            self.vector_choice.deleted(server)

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

    def _in_state(self, *states: str) -> set[int]:
        """The chunks of documents in any of these."""
        rows = self._rows(
            "SELECT chunks.id FROM chunks JOIN documents ON documents.id = document_id "
            f"WHERE state IN ({', '.join('?' * len(states))})",
            *states,
        )
        return {int(row[0]) for row in rows}

    def _kept(self) -> set[int]:
        """The chunks that have to have a vector: also those that can still be brought back."""
        return self._in_state("ready", "removing")

    def _missing(self, store: VectorStore, meanwhile: bool = False) -> list[int]:
        """Chunks without a vector, after a crash or for a new embedder; vectors without a chunk are dropped.

        Those of what is just being added stay if this is done `meanwhile`.
        """
        stored = store.ids()  # before the library is asked: what comes in between is then not taken for too much
        kept = self._kept()
        store.remove(sorted(stored - kept - (self._in_state("indexing") if meanwhile else set())))
        return sorted(kept - stored)

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

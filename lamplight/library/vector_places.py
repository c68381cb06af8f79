"""Where the vectors are: opened sound and in agreement with SQLite, beside it or on a Chroma server."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path

from lamplight import ROOT
from lamplight.errors import ServerError
from lamplight.files import write_atomically
from lamplight.languages import sentence
from lamplight.library.checksums import Checksums
from lamplight.library.database import Database
from lamplight.library.errors import LibraryError, VectorsAway
from lamplight.library.passages import Passages
from lamplight.library.served_vectors import ServedVectors, delete_collections
from lamplight.library.vector_server import VectorChoice, VectorServer
from lamplight.library.vectors import VectorStore
from lamplight.models.catalogue import ENGLISH, MULTILINGUAL
from lamplight.models.embedder import Embedder
from lamplight.models.file_identity import read_json

VECTORS = "vectors"  # the folder of those by the embedder for English; those of others lie beside it
SECOND = "second-embedder.json"  # which of the others searches
TRIAL_SECONDS = 600.0  # to look at every vector; a minute for a million


class VectorPlaces:
    """Damaged vectors are begun anew. From here to a server they are moved (`former`), not computed again."""

    def __init__(self, database: Database, passages: Passages, choice: VectorChoice) -> None:
        """`choice` is what the library's folder says of a server."""
        self._database, self._passages = database, passages
        self.choice = choice
        self.stores: dict[str, VectorStore] = {}  # those that are open, by the embedder's name
        self.former: dict[str, VectorStore] = {}  # beside the library, on their way to a server
        self.behind: set[str] = set()  # embedders of which a server may lack some, or have some too many
        self.opening = threading.RLock()  # taken before the database's guard, never inside it
        self.notice = ""  # what is being mended, in a sentence
        self.noticed: Callable[[str], object] = lambda told: None  # told each new one

    def close(self) -> None:
        """All of them; the next use opens them again."""
        with self.opening, self._database.guard:
            for stores in (self.stores, self.former):
                while stores:
                    stores.popitem()[1].close()
            self.behind.clear()

    def use(self, server: VectorServer | None) -> None:
        """From now on the vectors are on `server`, or beside the library. Raises `LibraryError` and `ServerError`."""
        if server is not None and not server.may_connect:
            raise ServerError(f"{server.permission} Add --allow if you want that.")
        with self.opening, self._database.guard:
            self.close()
            self.choice.use(server)

    def has(self, name: str) -> bool:
        """Whether there may be any by the embedder called so: it was used for this library."""
        server = self.choice.server
        kept = self._place(name).is_dir() if server is None else name in server.embedders
        return kept or name in self.stores

    @property
    def second(self) -> str:
        """The name of the embedder that searches beside that for English."""
        name = read_json(self._database.folder / SECOND).get("name")
        return name if isinstance(name, str) else MULTILINGUAL.name

    def serve(self, name: str) -> None:
        """From now on the embedder called so is `second`. Raises `LibraryError` when that can't be kept."""
        path = self._database.folder / SECOND
        try:
            write_atomically(path, json.dumps({"name": name}).encode())
        except OSError as error:
            raise LibraryError(f"{path} can’t be written ({error.strerror}); free some disk space.") from error

    def drop_others(self, kept: Collection[str], stopped: Callable[[], bool]) -> None:
        """The vectors of all embedders but those `kept` go, here and on the server. Raises `VectorsAway`.

        One after the other, until `stopped` says so, as for a question that may need them; what that, an error or a
        killed process leaves goes the next time.
        """
        folder, server = self._database.folder, self.choice.server
        here = {path.name.removeprefix(f"{VECTORS}-") for path in folder.glob(f"{VECTORS}-*") if path.is_dir()}
        there = set(server.embedders) if server else set()
        for name in (here | there) - set(kept):
            if stopped():
                return
            with self.opening, self._database.guard:
                for stores in (self.stores, self.former):
                    if store := stores.pop(name, None):
                        store.close()
                self.behind.discard(name)
                shutil.rmtree(self._place(name), ignore_errors=True)
            if server and name in there:
                delete_collections(replace(server, embedders=(name,)))
                self.choice.forget_embedder(name)

    @property
    def are_away(self) -> bool:
        """Whether a server that keeps them could not be reached when it was last asked."""
        return bool(self.trouble)

    @property
    def trouble(self) -> str:
        """Why a server can't be asked, in a sentence; else empty."""
        return next((store.trouble for store in list(self.stores.values()) if store.trouble), "")

    def open(self, embedder: Embedder) -> tuple[VectorStore, list[int]]:
        """Those of `embedder`, and the chunks that have none there yet. For `DenseIndex`, which holds `opening`."""
        store, missing = self._open_here(embedder) if self.choice.server is None else self._open_served(embedder)
        self.stores[embedder.name] = store
        return store, missing

    def _open_here(self, embedder: Embedder) -> tuple[VectorStore, list[int]]:
        """Those beside the library. Damaged files are never opened in this process: they would end it."""
        folder = self._place(embedder.name)
        checksums = Checksums(folder)
        condition = checksums.condition()
        if condition == "damaged" or (condition == "unknown" and not _survives(folder, embedder.name)):
            return self._anew(embedder)
        try:
            return self._agreed(VectorStore(folder, embedder.name, checksums))
        except LibraryError:
            if condition != "left open" or _survives(folder, embedder.name):
                raise  # something else is wrong, such as a full disk
            return self._anew(embedder)

    def _open_served(self, embedder: Embedder) -> tuple[VectorStore, list[int]]:
        """Those on the server, and what it lacks; none of that while it is away."""
        self.choice.note_embedder(embedder.name)
        server = self.choice.server
        assert server is not None
        folder, name = self._place(embedder.name), embedder.name
        if folder.is_dir():
            self.former[name], _ = self._open_here(embedder)
        store = ServedVectors(server, name, lambda: self._on_trouble(name))
        try:
            return store, self.missing(store)
        except VectorsAway:
            self._on_trouble(name)
            return store, []

    def _on_trouble(self, name: str) -> None:
        """A server is away or back: it may have missed something, or come back without what it had."""
        self.behind.add(name)
        self.say(self.trouble)

    def completed(self, name: str) -> None:
        """All vectors are where they should be, so those that were here before can go."""
        self.behind.discard(name)
        former = self.former.pop(name, None)
        if former is not None:
            former.close()
            shutil.rmtree(self._place(name), ignore_errors=True)

    def delete_left(self) -> None:
        """On servers that are not used any more. Raises `VectorsAway` when one can't be reached; it is tried again."""
        for server in list(self.choice.left):
            delete_collections(server)
            self.choice.deleted(server)

    def _place(self, name: str) -> Path:
        """The folder for the vectors of the embedder called so."""
        return self._database.folder / (VECTORS if name == ENGLISH.name else f"{VECTORS}-{name}")

    def _agreed(self, store: VectorStore) -> tuple[VectorStore, list[int]]:
        try:
            return store, self.missing(store)
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
        self.say(sentence("The search index was damaged; it is being rebuilt from the library."))
        return self._agreed(VectorStore(folder, embedder.name, Checksums(folder)))

    def missing(self, store: VectorStore, meanwhile: bool = False) -> list[int]:
        """Chunks without a vector, after a crash or for a new embedder; vectors without a chunk are dropped.

        Those of what is just being added stay if this is done `meanwhile`.
        """
        stored = store.ids()  # before the library is asked: what comes in between is then not taken for too much
        kept = self._passages.kept()
        store.remove(sorted(stored - kept - (self._passages.coming_in() if meanwhile else set())))
        return sorted(kept - stored)

    def say(self, told: str) -> None:
        """Keep it as `notice`, empty when all is well again, and call `noticed` in the calling thread."""
        self.notice = told
        self.noticed(told)


def _survives(folder: Path, name: str) -> bool:
    """Whether a process that uses all of the vectors comes to a good end."""
    command = [sys.executable, "-m", "lamplight.library.trial", str(folder), name]
    try:
        tried = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=TRIAL_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return tried.returncode == 0

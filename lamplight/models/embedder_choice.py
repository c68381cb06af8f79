"""Which embedder searches beside that for English: the multilingual one of Lamplight, or one of a person's choice.

The choice is kept in the models folder. A library goes over to it when all its passages have vectors by it
(`ingest.vector_filling`); until then it asks for the former one here by its name.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from lamplight import ROOT
from lamplight.errors import WeightsError
from lamplight.files import write_atomically
from lamplight.languages import sentence
from lamplight.models.catalogue import MULTILINGUAL, MULTILINGUAL_WEIGHTS
from lamplight.models.embedder import Embedder
from lamplight.models.embedder_folder import (
    EmbedderFolder,
    EmbedderOfChoice,
    Measured,
    directions_beside,
    embedder_folders,
    read_embedder_folder,
)
from lamplight.models.file_identity import read_json
from lamplight.models.folder import models_folder
from lamplight.scheduling import Scheduler

CHOICE = "embedder.json"


def chosen_embedder() -> Path | None:
    """The folder of the embedder that a person has chosen; None for Lamplight's own."""
    saved = read_json(models_folder() / CHOICE).get("folder")
    return Path(saved) if isinstance(saved, str) else None


class EmbedderChoice:
    """Prepares what is chosen in the background, in a process of its own. Safe to use from several threads."""

    def __init__(self, cache: Path, multilingual: Callable[[], Embedder | None], scheduler: Scheduler) -> None:
        """`multilingual` gives that of Lamplight, None where it isn't installed; `cache` keeps what is prepared."""
        self._cache, self._multilingual, self._scheduler = cache, multilingual, scheduler
        self._loaded: dict[str, Embedder] = {}
        self._lock = threading.Lock()
        self._wish = object()  # the last choice that was made; the others aren't carried out any more
        self.preparing = ""  # what is getting ready
        self.trouble = ""  # why what was chosen doesn't search, in a sentence

    @property
    def folder(self) -> Path | None:
        """That of the one chosen, whether it is still there or not; None for Lamplight's own."""
        return chosen_embedder()

    def choose(self, folder: Path | None) -> None:
        """Search with the embedder in `folder`, or with Lamplight's own; returns when it is known to be one.

        What goes wrong while it is prepared is in `trouble`. Raises `WeightsError`.
        """
        source = None if folder is None else read_embedder_folder(folder.absolute())
        self._wish = wish = object()
        self.trouble, self.preparing = "", source.title if source else ""
        if source is None:
            self._save(None)
            return
        threading.Thread(target=self._prepare, args=(source, wish), name="embedder", daemon=True).start()

    def wanted(self) -> Embedder | None:
        """The one chosen, else that of Lamplight; None where there is neither. May take a second to load."""
        folder = self.folder
        if folder is not None:
            try:
                return self._load(read_embedder_folder(folder))
            except WeightsError as error:
                self.trouble = sentence(f"{error} The embedder that comes with Lamplight searches meanwhile.")
        return self._multilingual()

    def wanted_name(self) -> str:
        """That of the vectors that `wanted` makes, which isn't loaded for it; empty where there is none."""
        folder = self.folder
        with suppress(WeightsError):
            if folder is not None:
                return read_embedder_folder(folder).name(self._cache)
        return MULTILINGUAL.name if MULTILINGUAL_WEIGHTS.installed else ""

    def named(self, name: str) -> Embedder | None:
        """The one that makes vectors called so; None where it isn't here any more."""
        if name == MULTILINGUAL.name:
            return self._multilingual()
        if name in self._loaded:
            return self._loaded[name]
        try:
            found = (source for source in embedder_folders() if source.name(self._cache) == name)
            source = next(found, None)
            return None if source is None else self._load(source)
        except WeightsError:
            return None

    def serving(self, name: str) -> Embedder | None:
        """The one that makes vectors called so; where it isn't here any more, the one that is wanted instead."""
        return self.named(name) or self.wanted()

    def release(self, but: str) -> None:
        """Let go of the memory of all that were loaded `but` the one that makes vectors called so."""
        with self._lock:
            self._loaded = {name: embedder for name, embedder in self._loaded.items() if name == but}

    def measured(self, source: EmbedderFolder) -> Measured | None:
        """None as long as it isn't prepared."""
        try:
            return Measured.saved(source.prepared(self._cache))
        except WeightsError:
            return None

    def _prepare(self, source: EmbedderFolder, wish: object) -> None:
        try:
            self._load(source)
            if wish is self._wish:
                self._save(source.folder)
        except WeightsError as error:
            if wish is self._wish:
                self.trouble = str(error)
        finally:
            if wish is self._wish:
                self.preparing = ""

    def _save(self, folder: Path | None) -> None:
        path = models_folder() / CHOICE
        try:
            write_atomically(path, json.dumps({"folder": None if folder is None else str(folder)}).encode())
        except OSError as error:
            raise WeightsError(f"{path} can’t be written ({error.strerror}).") from error
        self._scheduler.wake()

    def _load(self, source: EmbedderFolder) -> Embedder:
        """Raises `WeightsError`."""
        with self._lock:
            name = source.name(self._cache)
            if name not in self._loaded:
                path, measured = self._prepared(source)
                model = EmbedderOfChoice(name, source.traits, measured.slope, measured.offset, directions_beside(path))
                self._loaded[name] = Embedder(path, model=model)
            return self._loaded[name]

    def _prepared(self, source: EmbedderFolder) -> tuple[Path, Measured]:
        path = source.prepared(self._cache)
        if not path.is_file() or Measured.saved(path) is None:
            place = ["--embedder-folder", str(source.folder), "--to", str(path)]
            command = [sys.executable, "-m", "lamplight.models.prepare", *place]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
            if done.returncode != 0 or not path.is_file():
                raise WeightsError((done.stderr.strip().splitlines() or [sentence("no reason given")])[-1])
        measured = Measured.saved(path)
        if measured is None:
            raise WeightsError(f"What was measured of {source.title} can’t be read; choose it again.")
        return path, measured

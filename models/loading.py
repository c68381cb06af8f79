"""The models of a running Lamplight, each loaded when it is first needed, or ahead of that in the background."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from models.catalogue import LANGUAGE_MODEL
from models.context_cache import ContextCache
from models.embedder import Embedder
from models.errors import LamplightError
from models.language_model import LanguageModel
from models.ocr import TextRecogniser
from models.prepare import cache_folder, ensure_embedder
from models.quantise import prepare_in_background, saved_preparation
from models.reranker import Reranker, ensure_reranker, find_reranker
from models.vision import VisionFiles, VisionModel, find_vision

Loaded = TypeVar("Loaded")


class OnDemand(Generic[Loaded]):
    """A value that is made once, by whichever thread asks first; the others wait for it."""

    def __init__(self, make: Callable[[], Loaded]) -> None:
        self._make = make
        self._turn = threading.Lock()
        self._value: Loaded | None = None

    def get(self) -> Loaded:
        with self._turn:
            if self._value is None:
                self._value = self._make()
            return self._value

    def replace(self, value: Loaded) -> None:
        """Whoever has the old value may go on with it."""
        with self._turn:
            self._value = value

    @property
    def value(self) -> Loaded | None:
        return self._value


class Models:
    """Loads nothing by itself. Each property blocks until its model is there and raises `WeightsError`."""

    def __init__(self, folder: Path | None = None, as_shipped: bool = False) -> None:
        """`folder` keeps what is prepared and remembered (default: `cache_folder()`).

        With `as_shipped`, the language model is used as it came, which is the same on every machine.
        """
        self.folder = folder or cache_folder()
        self._as_shipped = as_shipped
        self._contexts = ContextCache(self.folder / "contexts")
        self._embedder = OnDemand(lambda: Embedder(ensure_embedder()))
        self._language_model = OnDemand(self._open_language_model)
        self._ocr = OnDemand(TextRecogniser)
        self._vision_turn = threading.Lock()
        self._vision: tuple[VisionFiles, VisionModel] | None = None
        self._reranker: Reranker | None = None
        self._status = ""
        self.settled = threading.Event()  # the language model is the one that stays, and passages can be remembered

    @property
    def embedder(self) -> Embedder:
        return self._embedder.get()

    @property
    def language_model(self) -> LanguageModel:
        return self._language_model.get()

    @property
    def ocr(self) -> TextRecogniser:
        return self._ocr.get()

    @property
    def vision(self) -> VisionModel | None:
        """The model that a person put into `models_folder()`, now or a moment ago; None when there is none."""
        files = find_vision()
        with self._vision_turn:
            if files is not None and (self._vision is None or self._vision[0] != files):
                self._vision = (files, VisionModel(files))
            return self._vision[1] if files is not None and self._vision is not None else None

    @property
    def reranker(self) -> Reranker | None:
        """The cross-encoder that a person has put into the models folder, once `load_reranker` has prepared it."""
        return self._reranker

    def load_reranker(self) -> None:
        """Prepare (15 s, once) and open the cross-encoder in the models folder, if there is one and it isn't open.

        Raises `WeightsError` when it can't be used.
        """
        files = find_reranker() if self._reranker is None else None
        if files is not None:
            self._reranker = Reranker(ensure_reranker(files, self.folder), files)

    @property
    def ready(self) -> bool:
        """Whether a question can be answered without waiting for a model."""
        return self._embedder.value is not None and self._language_model.value is not None

    @property
    def status(self) -> str:
        """What is being loaded, or what went wrong, in a sentence; empty when there is nothing to say."""
        return self._status

    def start_loading(self, then: Callable[[], object] = lambda: None) -> None:
        """Load what answers need in a background thread, then call `then` there."""
        threading.Thread(target=self._load, args=(then,), name="models", daemon=True).start()

    def _load(self, then: Callable[[], object]) -> None:
        try:
            self._status = "Getting ready to search…"
            self._embedder.get()
            self._status = "Loading the language model…"
            self._language_model.get()
            then()
            self._status = ""
            self.load_reranker()
            self._settle()
        except LamplightError as error:
            self._status = str(error)

    def _open_language_model(self) -> LanguageModel:
        """The file prepared for this processor if there is one, else the original."""
        weights = LANGUAGE_MODEL
        prepared = None if self._as_shipped else saved_preparation(self.folder, weights.sha256)
        if prepared is None or not prepared.file:
            path, name, identity = weights.verified_path(), weights.name, weights.sha256
        else:
            path, identity = self.folder / prepared.file, prepared.sha256
            name = f"{weights.name} ({prepared.chosen})"
        return LanguageModel(path, name, cache=self._contexts, identity=identity)

    def forget(self) -> None:
        """Forget all that the language model has read, here and on disk: what a removed document left goes with it."""
        model = self._language_model.value
        if model is not None:
            model.forget()
        else:
            self._contexts.clear()

    def _settle(self) -> None:
        """Prepare the language model for this processor and measure it, while it answers already."""
        if not self._as_shipped and saved_preparation(self.folder, LANGUAGE_MODEL.sha256) is None:
            try:
                prepare_in_background(LANGUAGE_MODEL.verified_path(), LANGUAGE_MODEL.sha256, self.folder)
            except LamplightError as error:
                self._status = str(error)
            else:
                self._language_model.replace(self._open_language_model())
        self.language_model.calibrate(self.folder)
        self.settled.set()

"""The models of a running Lamplight, each loaded when it is first needed, or ahead of that in the background."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from models.catalogue import LANGUAGE_MODEL
from models.embedder import Embedder
from models.errors import LamplightError
from models.language_model import LanguageModel
from models.ocr import TextRecogniser
from models.prepare import ensure_embedder
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

    @property
    def value(self) -> Loaded | None:
        return self._value


class Models:
    """Loads nothing by itself. Each property blocks until its model is there and raises `WeightsError`."""

    def __init__(self) -> None:
        self._embedder = OnDemand(lambda: Embedder(ensure_embedder()))
        self._language_model = OnDemand(lambda: LanguageModel(LANGUAGE_MODEL.verified_path(), LANGUAGE_MODEL.name))
        self._ocr = OnDemand(TextRecogniser)
        self._vision_turn = threading.Lock()
        self._vision: tuple[VisionFiles, VisionModel] | None = None
        self._status = ""

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
        except LamplightError as error:
            self._status = str(error)

"""Which language model answers: the one that comes with Lamplight, any GGUF file, one on a server or of an extension.

The choice is kept in the models folder, beside what was downloaded. The old model serves until the new one is ready.
"""

from __future__ import annotations

import json
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeAlias

import psutil

from lamplight.errors import LamplightError, ServerError, WeightsError
from lamplight.files import write_atomically
from lamplight.languages import sentence
from lamplight.models.added_model import Added, AddedModel
from lamplight.models.answer_model import AnswerModel
from lamplight.models.catalogue import LANGUAGE_MODEL, sampling_of
from lamplight.models.context_cache import ContextCache
from lamplight.models.file_identity import known_checksum, read_json
from lamplight.models.fit import Need
from lamplight.models.folder import models_folder
from lamplight.models.language_model import LanguageModel
from lamplight.models.lazy import Lazy
from lamplight.models.model_file import ModelFile, read_model_file
from lamplight.models.quantise import prepare_in_background, saved_preparation, worth_preparing
from lamplight.models.server import Server
from lamplight.models.server_key import save_key, saved_key
from lamplight.models.server_model import ServerModel
from lamplight.scheduling import Priority, Scheduler

CHOICE = "choice.json"


@dataclass(frozen=True, slots=True)
class Source:
    """The file as its maker gave it. `path` None stands for the model that comes with Lamplight."""

    path: Path | None = None

    @property
    def name(self) -> str:
        """What people are shown: that of Lamplight's own, or the file's without its ending."""
        return LANGUAGE_MODEL.name if self.path is None else self.path.stem

    def location(self) -> Path:
        """Raises `WeightsError` when Lamplight's own model is not installed."""
        return LANGUAGE_MODEL.path() if self.path is None else self.path

    def file(self) -> ModelFile:
        """Raises `WeightsError` when it is gone or can't answer."""
        return read_model_file(self.location())

    def checksum(self, folder: Path) -> str:
        """Its sha256. Raises `WeightsError` when it is gone or damaged."""
        if self.path is not None:
            return known_checksum(self.path, folder)
        LANGUAGE_MODEL.verified_path()
        return LANGUAGE_MODEL.sha256


COMES_WITH_LAMPLIGHT = Source()
Chosen: TypeAlias = Source | Server | Added


class LanguageModelChoice:
    """Loads the chosen model when it is first needed, and changes it in the background."""

    def __init__(self, folder: Path, as_shipped: bool, contexts: ContextCache, scheduler: Scheduler) -> None:
        """`folder` keeps what is prepared and measured; with `as_shipped` nothing is prepared, no choice read and
        what comes with Lamplight not measured: a busy machine would be given less to read."""
        self._folder = folder
        self._as_shipped = as_shipped
        self._contexts = contexts
        self._scheduler = scheduler
        self._model: Lazy[AnswerModel] = Lazy(self._open_first)
        self._spare = Lazy(lambda: self._open_file(COMES_WITH_LAMPLIGHT))
        self._lock = threading.Lock()  # one change at a time
        self._wish = object()  # the last change that was asked for; the others are not made any more
        self.source = COMES_WITH_LAMPLIGHT if as_shipped else saved_choice()
        self.settled = threading.Event()  # the model is the one that stays, and is measured
        self.loading = ""  # the name of the model that is getting ready to answer
        self.trouble = ""  # why the chosen model does not answer, in a sentence

    @property
    def source(self) -> Chosen:
        """Where the model that answers is; on a server, it gives several answers at a time."""
        return self._source

    @source.setter
    def source(self, source: Chosen) -> None:
        """Also tells the scheduler whether answers are given one at a time."""
        self._source = source
        self._scheduler.answer_one_by_one(not isinstance(source, Server))

    def get(self) -> AnswerModel:
        """Raises `WeightsError` only when not even the model that comes with Lamplight can be loaded."""
        return self._model.get()

    @property
    def value(self) -> AnswerModel | None:
        """The model if it is loaded."""
        return self._model.value

    @property
    def spare(self) -> LanguageModel | None:
        """What answers while a server or an extension can't, if the person wants that. Raises `WeightsError`."""
        wanted = self.source.spare if isinstance(self.source, Server) else isinstance(self.source, Added)
        return self._spare.get() if wanted else None

    def forget(self) -> None:
        """Forget all that was ever read, here and on disk, also by a model that answers no more."""
        for model in (self._model.value, self._spare.value):
            if isinstance(model, LanguageModel):
                model.forget()
        self._contexts.clear()

    def choose(self, path: Path | None) -> None:
        """Use the GGUF file at `path`, or the model that comes with Lamplight; returns when it is known to be one.

        Loading it takes seconds in the background; what goes wrong there is in `trouble`. Raises `WeightsError`.
        """
        source = Source(path)
        need, memory = Need.of(source.file()).memory, psutil.virtual_memory().total
        if need > memory:
            raise WeightsError(
                f"{source.name} needs {need / 1e9:.1f} GB of memory and this computer has {memory / 1e9:.1f} GB; "
                "choose a smaller one."
            )
        self._begin(source)

    def choose_server(self, server: Server, key: str) -> None:
        """Use a model on a server; returns at once. It is asked for a word first, and what goes wrong is in `trouble`.

        Raises `ServerError` when a person has not allowed connections to it, or the key is none.
        """
        if not server.may_connect:
            raise ServerError(server.permission)
        ServerModel(server, key)
        self._begin(server, key)

    def choose_added(self, name: str) -> None:
        """Use a model that an extension brings; returns at once, and what goes wrong is in `trouble`.

        Raises `ExtensionError` when no extension brings one of that name.
        """
        source = Added(name)
        source.find()
        self._begin(source)

    def _begin(self, source: Chosen, key: str = "") -> None:
        self._wish = wish = object()
        self.loading, self.trouble = source.name, ""
        threading.Thread(target=self._change, args=(source, wish, key), name="language model", daemon=True).start()

    def settle(self) -> None:
        """Prepare the model for this processor and measure it, while it answers already."""
        self._settle(self.source)

    def _settle(self, source: Chosen) -> None:
        try:
            if isinstance(source, Source) and not self._as_shipped and self._prepare(source):
                prepared = self._open(source)
                with self._lock:
                    if self.source is source:
                        self._model.replace(prepared)
        except LamplightError as error:
            self.trouble = str(error)
        model = self.get()
        measured = not self._as_shipped or source != COMES_WITH_LAMPLIGHT
        if self.source is source and measured and isinstance(model, LanguageModel):
            # Before files are read on: it takes seconds, and until then nobody knows how long an answer takes.
            self._scheduler.run(
                Priority.TYPING,
                lambda stopped: model.calibrate(self._folder, lambda: stopped() or self.source is not source),
            )
        if self.source is source:
            self.settled.set()
            self._scheduler.wake()

    def _change(self, source: Chosen, wish: object, key: str) -> None:
        with self._lock:
            if wish is not self._wish:
                return
            try:
                model = ServerModel(source, key) if isinstance(source, Server) else self._open(source)
                if isinstance(model, ServerModel):
                    model.test()
                if wish is not self._wish:
                    return
                save_choice(source, key)
            except (LamplightError, OSError) as error:
                if wish is self._wish:
                    going_on = sentence(f"{self.source.name} goes on answering.")
                    self.loading, self.trouble = "", f"{error} {going_on}"
                return
            self.settled.clear()
            self.source = source
            self._model.replace(model)
            self._spare = Lazy(lambda: self._open_file(COMES_WITH_LAMPLIGHT))
            if wish is self._wish:
                self.loading = ""
        self._settle(source)

    def _open_first(self) -> AnswerModel:
        """The chosen model; when it is gone, the one that comes with Lamplight, until it is back."""
        try:
            return self._open(self.source)
        except LamplightError as error:
            if self.source == COMES_WITH_LAMPLIGHT:
                raise
            self.source = COMES_WITH_LAMPLIGHT
            meanwhile = sentence(f"{self.source.name} answers meanwhile.")
            self.trouble = f"{error} {meanwhile}"
            return self._open(self.source)

    def _open(self, source: Chosen) -> AnswerModel:
        if isinstance(source, Server):
            return ServerModel(source, saved_key(source.address))
        if isinstance(source, Added):
            return AddedModel(source)
        return self._open_file(source)

    def _open_file(self, source: Source) -> LanguageModel:
        """The file prepared for this processor if there is one, else the original."""
        path, checksum, name = source.file().path, source.checksum(self._folder), source.name
        prepared = None if self._as_shipped else saved_preparation(self._folder, checksum)
        if prepared is not None and prepared.file:
            path, checksum, name = self._folder / prepared.file, prepared.sha256, f"{name} ({prepared.chosen})"
        sampling = sampling_of(source.location())
        return LanguageModel(path, name, cache=self._contexts, checksum=checksum, sampling=sampling)

    def _prepare(self, source: Source) -> bool:
        """Whether a file was prepared now. Raises `WeightsError`."""
        file, checksum = source.file(), source.checksum(self._folder)
        if not worth_preparing(file) or saved_preparation(self._folder, checksum) is not None:
            return False
        return bool(prepare_in_background(file.path, checksum, self._folder).file)


def saved_choice() -> Chosen:
    """What was chosen, whether it is still there or not."""
    chosen = read_json(models_folder() / CHOICE).get("language_model")
    if isinstance(chosen, str):
        return Source(Path(chosen))
    return Server.saved(chosen) or Added.saved(chosen) or COMES_WITH_LAMPLIGHT


def save_choice(source: Chosen, key: str = "") -> None:
    """With the `key` of a server, which is kept elsewhere. Raises `OSError` and `ServerError`."""
    if isinstance(source, Server):
        save_key(source.address, key)
    if isinstance(source, Source):
        chosen: object = str(source.path) if source.path else None
    else:
        chosen = asdict(source)
    write_atomically(models_folder() / CHOICE, json.dumps({"language_model": chosen}).encode())

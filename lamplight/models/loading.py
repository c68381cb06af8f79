"""The models of a running Lamplight, each loaded when it is first needed, or ahead of that in the background."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from pathlib import Path

from lamplight.errors import LamplightError, WeightsError
from lamplight.languages import sentence
from lamplight.models.answer_model import AnswerModel
from lamplight.models.catalogue import (
    EMBEDDER,
    MULTILINGUAL,
    MULTILINGUAL_READER,
    MULTILINGUAL_WEIGHTS,
    READER,
    SCAN_READER,
)
from lamplight.models.cell_ranker import CellRanker
from lamplight.models.choice import LanguageModelChoice, Source
from lamplight.models.context_cache import ContextCache
from lamplight.models.dependence import DependenceClassifier
from lamplight.models.downloads import Downloads
from lamplight.models.e5_file import E5File
from lamplight.models.embedder import Embedder, tokenizer_beside
from lamplight.models.embedder_choice import EmbedderChoice
from lamplight.models.installed_vision import InstalledVision
from lamplight.models.intent import IntentClassifier
from lamplight.models.language_model import LanguageModel
from lamplight.models.lazy import Lazy
from lamplight.models.list_ranker import ListRanker
from lamplight.models.native_build import NativeBuild
from lamplight.models.ocr import TextRecogniser
from lamplight.models.prepare import cache_folder, ensure_embedder, prepared_embedder
from lamplight.models.program_ranker import ProgramRanker
from lamplight.models.reader import Reader
from lamplight.models.reranker import Reranker, ensure_reranker, find_reranker
from lamplight.models.vision import VisionModel
from lamplight.models.word_embeddings import SafetensorsEmbeddings
from lamplight.scheduling import Scheduler

FEW_WORDS = 3  # of a question that hardly stands alone
CONTEXTS = "contexts"  # in the folder of what is prepared


class Models:
    """Loads nothing by itself. Each property blocks until its model is there and raises `WeightsError`."""

    def __init__(
        self, folder: Path | None = None, as_shipped: bool = False, scheduler: Scheduler | None = None
    ) -> None:
        """`folder` keeps what is prepared and remembered (default: `cache_folder()`).

        `scheduler` decides who may use them, and the processor: one of their own where none is given.

        With `as_shipped`, the language model that comes with Lamplight is used as it came, which is the same on
        every machine.
        """
        self.folder = folder or cache_folder()
        self.contexts = ContextCache(self.folder / CONTEXTS)
        self._embedder = Lazy(lambda: Embedder(ensure_embedder()))
        self._multilingual = Lazy(lambda: Embedder(ensure_embedder(MULTILINGUAL), model=MULTILINGUAL))
        self._reader = Lazy(lambda: Reader(READER.verified_path(), EMBEDDER.path().with_name("tokenizer.json")))
        self._scan_reader = Lazy(_scan_reader)
        self._multilingual_reader = Lazy(_multilingual_reader)
        self._intents = Lazy(IntentClassifier)
        self._program_ranker = Lazy(ProgramRanker)
        self._cell_ranker = Lazy(CellRanker)
        self._list_ranker = Lazy(ListRanker)
        self._dependence = Lazy(DependenceClassifier)
        self.scheduler = scheduler or Scheduler()
        self.choice = LanguageModelChoice(self.folder, as_shipped, self.contexts, self.scheduler)
        self.embedders = EmbedderChoice(self.folder, lambda: self.multilingual, self.scheduler)
        self.downloads = Downloads()
        self.native = NativeBuild()
        self._ocr = Lazy(TextRecogniser)
        self._vision = InstalledVision()
        self._reranker: Reranker | None = None
        self._status = ""  # what is being loaded
        self._trouble = ""  # what could not be, first of all
        self.settled = self.choice.settled  # passages can be remembered
        self.forgotten = object()  # another one each time that all was forgotten

    @property
    def embedder(self) -> Embedder:
        """For English. It takes 5 s to prepare, the first time on a computer."""
        return self._embedder.get()

    @property
    def multilingual(self) -> Embedder | None:
        """The embedder for a hundred languages, beside `embedder`; None where its package isn't installed."""
        return self._multilingual.get() if MULTILINGUAL_WEIGHTS.installed else None

    @property
    def multilingual_is_prepared(self) -> bool:
        """Whether it can be had within a second; the first time on a computer it takes half a minute to prepare."""
        return MULTILINGUAL_WEIGHTS.installed and prepared_embedder(MULTILINGUAL).is_file()

    @property
    def prepared_multilingual(self) -> Embedder | None:
        """The same, None also where it would have to be prepared first."""
        return self.multilingual if self.multilingual_is_prepared else None

    def prepared_second(self, name: str) -> Embedder | None:
        """The second embedder whose vectors are called so, None also where it would have to be prepared first."""
        return self.prepared_multilingual if name == MULTILINGUAL.name else self.embedders.named(name)

    @property
    def reader(self) -> Reader:
        """For English."""
        return self._reader.get()

    @property
    def scan_reader(self) -> Reader:
        """For photographed papers in English: receipts, tickets, bills, letters."""
        return self._scan_reader.get()

    @property
    def multilingual_reader(self) -> Reader:
        """For a hundred languages, half as slow again. Raises `WeightsError` without the multilingual embedder."""
        return self._multilingual_reader.get()

    @property
    def cell_ranker(self) -> CellRanker:
        """Which cell of a report's tables is asked for."""
        return self._cell_ranker.get()

    @property
    def list_ranker(self) -> ListRanker:
        """Which list of a document is asked for, and whether one is."""
        return self._list_ranker.get()

    @property
    def program_ranker(self) -> ProgramRanker:
        """Which program over a table is meant; a file of 100 KB, loaded at once."""
        return self._program_ranker.get()

    @property
    def intents(self) -> IntentClassifier:
        """Which kind of request a text is, by its vector from `embedder` or `multilingual`."""
        return self._intents.get()

    def dependence(self, question: str) -> float:
        """The probability that a question needs the one before it; without the second embedder told by its length."""
        embedder = self.prepared_multilingual
        if embedder is None:
            return float(len(question.split()) <= FEW_WORDS)
        return self._dependence.get().probability(question, embedder)

    @property
    def language_model(self) -> AnswerModel:
        """The one chosen, here or elsewhere; the one that comes with Lamplight where that can't be loaded."""
        return self.choice.get()

    @property
    def local_model(self) -> LanguageModel:
        """The language model that computes in this process. Raises `WeightsError` where a server answers."""
        model = self.choice.get()
        if not isinstance(model, LanguageModel):
            raise WeightsError(f"{model.name} answers; choose a model on this computer first.")
        return model

    @property
    def ocr(self) -> TextRecogniser:
        """That of this process: those that files are read in have their own."""
        return self._ocr.get()

    @property
    def vision(self) -> VisionModel | None:
        """The model that a person put into `models_folder()`, now or a moment ago; None when there is none."""
        return self._vision.get()

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
        return None not in (self._embedder.value, self._reader.value) and self.choice.value is not None

    @property
    def status(self) -> str:
        """What is being loaded, or what went wrong, in a sentence; empty when there is nothing to say."""
        return self.loading or self.choice.trouble

    @property
    def loading(self) -> str:
        """The same without what is wrong with the language model that was chosen."""
        return self._status or self._trouble

    def start_loading(self, then: Callable[[], object] = lambda: None) -> None:
        """Load what answers need in a background thread, then call `then` there."""
        threading.Thread(target=self._load, args=(then,), name="models", daemon=True).start()

    def _load(self, then: Callable[[], object]) -> None:
        """What fails keeps nothing after it from being loaded."""
        needed, second = partial(self._load_needed, then), partial(self._load_second, then)
        for step in (needed, second, self.choice.settle, self.load_reranker):
            try:
                step()
            except LamplightError as error:
                self._trouble = self._trouble or str(error)
            except OSError as error:
                self._trouble = self._trouble or sentence(
                    f"A model could not be prepared ({error}); see that the disk has room, then start Lamplight again."
                )
            self._status = ""

    def _load_needed(self, then: Callable[[], object]) -> None:
        first = not prepared_embedder().is_file()
        self._status = (
            sentence("Preparing the search, once on this computer…") if first else sentence("Getting ready to search…")
        )
        self._embedder.get()
        if self.multilingual_is_prepared:
            _ = self.multilingual
        self._reader.get()
        self._status = sentence("Loading the language model…")
        self.choice.get()
        then()
        self._status = ""
        self.scheduler.wake()

    def _load_second(self, then: Callable[[], object]) -> None:
        if MULTILINGUAL_WEIGHTS.installed and self._multilingual.value is None:
            self._status = sentence(
                "Preparing the search in other languages, once: half a minute. You can ask meanwhile."
            )
            _ = self.multilingual
            then()

    def choose_language_model(self, path: Path | None) -> None:
        """Answer with the GGUF file at `path`, or with the model that comes with Lamplight (None).

        The old one answers until the new one is ready, and goes on if it can't be loaded: `choice.trouble` says why.
        Raises `WeightsError` at once when it is no model, or too large for this computer.
        """
        self.choice.choose(path)

    def remove_download(self, name: str) -> None:
        """Delete a downloaded model, or what has come of it. Raises `LamplightError`, also when it answers now."""
        source = self.choice.source
        path = source.path if isinstance(source, Source) else None
        if path is not None and path.is_relative_to(self.downloads.folder(name)):
            raise WeightsError(f"{name} is the model that answers; choose another one first, then remove it.")
        if self.embedders.folder == self.downloads.folder(name):
            raise WeightsError(f"{name} is the embedder that searches; choose another one first, then remove it.")
        self._vision.let_go(self.downloads.folder(name))
        self.downloads.remove(name)

    def remember_for(self, library: Path) -> None:
        """Keep what is remembered of a library's passages apart from that of others; `library` is its folder.

        What older versions kept for all libraries together goes.
        """
        shared = self.folder / CONTEXTS
        for path in shared.glob("*.state"):
            path.unlink(missing_ok=True)
        self.contexts.use(shared / sha256(str(library.resolve()).encode()).hexdigest()[:16])

    def forget(self) -> None:
        """Forget all that the language model has read, here and on disk: what a removed document left goes with it."""
        self.forgotten = object()
        self.choice.forget()

    @contextmanager
    def forgetting_again(self) -> Iterator[None]:
        """Around an answer, from its search on: what it found before `forget` it may have read afterwards."""
        before = self.forgotten
        try:
            yield
        finally:
            if self.forgotten is not before:
                self.choice.forget()


def _scan_reader() -> Reader:
    base = EMBEDDER.path()
    return Reader(SCAN_READER.verified_path(), base.with_name("tokenizer.json"), SafetensorsEmbeddings(base))


def _multilingual_reader() -> Reader:
    tokenizer = tokenizer_beside(ensure_embedder(MULTILINGUAL), MULTILINGUAL)
    return Reader(MULTILINGUAL_READER.verified_path(), tokenizer, E5File(MULTILINGUAL_WEIGHTS.path()))

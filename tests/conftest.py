"""What the tests share: the real models, loaded once, and libraries that hold real documents."""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Iterator
from copy import copy
from dataclasses import replace
from pathlib import Path
from random import Random, randrange
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext

from lamplight.files import sha256_of
from lamplight.ingest.pipeline import index_file
from lamplight.ingest.queue import IngestQueue
from lamplight.library.store import Library
from lamplight.models.answer_model import AnswerModel
from lamplight.models.catalogue import LANGUAGE_MODEL
from lamplight.models.choice import LanguageModelChoice
from lamplight.models.context_cache import ContextCache
from lamplight.models.embedder import Embedder
from lamplight.models.language_model import LanguageModel, Usage
from lamplight.models.lazy import Lazy
from lamplight.models.llama_build import load_llama
from lamplight.models.loading import CONTEXTS, Models
from lamplight.models.quantise import quantise
from lamplight.models.server import Server
from lamplight.rag.answer_plan import AnswerPlan, plan_of
from lamplight.rag.answerer import Answerer
from lamplight.rag.events import PrefillProgress, Token
from lamplight.rag.requests.generation import AnswerWriter
from lamplight.rag.requests.request import Request
from lamplight.samples import HANDBOOK, SAMPLES
from lamplight.ui.household.certificate import own_certificate
from lamplight.ui.services import Services
from tests.members import PASSWORD, House, Member, serving_household, signed_in
from tests.model_servers import Scripted, free_to_choose, scripted
from tests.visits import Visit, browsing, drop, opened_profile, serving, visiting
from tests.waiting import until

LONGEST = (  # files by the seconds they take, as a worker takes a whole file: none is to begin with one of these last
    "test_browser",
    "test_accessibility",
    "test_browser_library",
    "test_browser_answers",
    "test_terminal",
    "test_charts",
    "test_household_lan",
    "test_answers",
    "test_browser_about",
    "test_native_build",
    "test_mcp",
    "test_language_model",
    "test_reading_process",
    "test_server",
    "test_models_section",
    "test_browser_adding",
    "test_extensions",
    "test_browser_viewer",
    "test_scans",
    "test_browser_models",
    "test_start",
    "test_models_choice",
    "test_install_llama",
    "test_trust_page",
    "test_browser_papers",
    "test_backup",
    "test_bench",
    "test_household",
    "test_recognition",
    "test_quantise",
    "test_suggestions",
    "test_completions",
    "test_queue",
)
DROPPED = (*range(4, 30), -1)  # of the layers, for the shallow model; -1 ends the list
BRIEF = 20  # tokens of an answer that a model in these tests writes at most


def pytest_configure(config: pytest.Config) -> None:
    """No test may lean on another, so each run has its own order."""
    if hasattr(config, "workerinput"):
        config.option.order = config.workerinput["order"]
    elif config.option.order is None:
        config.option.order = randrange(1, 1_000_000)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Workers are told the order of the run."""
    node.workerinput["order"] = node.config.option.order


def pytest_report_header(config: pytest.Config) -> str:
    return f"order: {config.option.order}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.option.order:
        chance = Random(config.option.order)
        files = {path: chance.random() for path in dict.fromkeys(item.path for item in items)}
        chance.shuffle(items)
        items.sort(key=lambda item: files[item.path])
    items.sort(key=lambda item: LONGEST.index(item.path.stem) if item.path.stem in LONGEST else len(LONGEST))


@pytest.fixture(autouse=True)
def brief_answers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers end after a few words, as writing takes most of the time and few promises are about its length."""
    if "whole_answers" not in request.fixturenames:
        monkeypatch.setattr(
            "lamplight.rag.requests.generation.plan_of", lambda model: replace(plan_of(model), answer_tokens=BRIEF)
        )


@pytest.fixture
def whole_answers() -> None:
    """For a promise about answers as long as people get them."""


@pytest.fixture
def script() -> Iterator[Scripted]:
    """A model server that speaks as it is told."""
    with scripted() as script:
        yield script


@pytest.fixture
def large(models: Models, script: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Models:
    """A model on a server that says nothing of its size: it is trusted to write structured answers."""
    free_to_choose(models, tmp_path / "models", monkeypatch)
    models.choice.choose_server(replace(Server.at(script.address), model="scripted", spare=False), "")
    until(lambda: not models.choice.loading)
    return models


@pytest.fixture
def going_on(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """For a promise about what happens while an answer is written: until this is set, each stays at its first word."""
    going_on, events = threading.Event(), AnswerWriter._events

    def held(
        writer: AnswerWriter, model: AnswerModel, plan: AnswerPlan, asked: Request, *given: Any
    ) -> Iterator[PrefillProgress | Token | Usage]:
        for event in events(writer, model, plan, asked, *given):
            until(lambda event=event: not isinstance(event, Token) or going_on.is_set() or asked.lease.cancelled())
            yield event

    monkeypatch.setattr(AnswerWriter, "_events", held)
    yield going_on
    going_on.set()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--order", type=int, help="the number of an order that a run had; 0: as they are written")
    parser.addoption("--pictures", action="store_true", help="keep pictures of the page in .screenshots")


@pytest.fixture(scope="session")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The language model that comes with Lamplight as Q8_0: made in a second, and it reads in half the time."""
    path = tmp_path_factory.mktemp("weights") / "Q8_0.gguf"
    assert quantise(LANGUAGE_MODEL.path(), path, "Q8_0")
    return path


@pytest.fixture(scope="session")
def models(weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Models:
    """Each model is loaded by the first test that needs it, and is alike on every machine."""
    models = Models(tmp_path_factory.mktemp("cache"), as_shipped=True)
    models.choice._model = Lazy(
        lambda: LanguageModel(weights, LANGUAGE_MODEL.name, cache=models.contexts, checksum=sha256_of(weights))
    )
    assert models.multilingual is not None  # else what is understood would depend on which test needs it first
    return models


@pytest.fixture(scope="session")
def shallow_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same model with the first of its layers only: it says anything, and reads in an eighth of the time."""
    path = tmp_path_factory.mktemp("weights") / "shallow.gguf"
    llama = load_llama()
    parameters = llama.llama_model_quantize_default_params()
    parameters.ftype, parameters.allow_requantize = llama.LLAMA_FTYPE_MOSTLY_Q8_0, True
    parameters.prune_layers = (ctypes.c_int32 * len(DROPPED))(*DROPPED)
    assert llama.llama_model_quantize(str(LANGUAGE_MODEL.path()).encode(), str(path).encode(), parameters) == 0
    return path


@pytest.fixture(scope="session")
def page_models(models: Models, shallow_weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Models:
    """Those of `services`, where no promise is about what the language model says: it is the shallow one."""
    folder = tmp_path_factory.mktemp("cache")
    contexts = ContextCache(folder / CONTEXTS)
    choice = LanguageModelChoice(folder, True, contexts, models.scheduler)
    choice._model = Lazy(
        lambda: LanguageModel(shallow_weights, LANGUAGE_MODEL.name, cache=contexts, checksum=sha256_of(shallow_weights))
    )
    shared = copy(models)
    shared.contexts, shared.choice, shared.settled = contexts, choice, choice.settled
    return shared


@pytest.fixture
def loaded(models: Models) -> Models:
    """All that answer a question, as they are when idle work begins."""
    assert models.embedder and models.reader and models.language_model
    assert models.ready
    return models


@pytest.fixture(scope="session")
def embedder(models: Models) -> Embedder:
    return models.embedder


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """An empty library."""
    with Library(tmp_path / "library") as library:
        yield library


@pytest.fixture(scope="session")
def sample_library(models: Models, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """The sample library, indexed once. Tests only look at it."""
    with Library(tmp_path_factory.mktemp("samples") / "library") as library:
        for path in SAMPLES:
            assert index_file(path, library, models).status == "added"
        yield library


@pytest.fixture(scope="module")
def services(page_models: Models, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """Everything below the user interface, at work on a library of its own."""
    with Library(tmp_path_factory.mktemp("services") / "library") as library:
        queue = IngestQueue(library, page_models)
        queue.start()
        page_models.start_loading(lambda: library.vectors.store(page_models.embedder))
        made = Services(library, page_models, queue, Answerer(library, page_models))
        yield made
        # Or what is still answered meets a closed library, in the middle of another test.
        until(made.running_answers.close)
        queue.close()


@pytest.fixture
def emptied(services: Services) -> None:
    """For a promise about the first minute: what other tests have left in the library is removed."""
    for document in services.library.documents.all():
        services.library.documents.remove(document.id)
        services.library.documents.purge(document.id)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with browsing() as browser:
        yield browser


@pytest.fixture(scope="module")
def address(services: Services) -> Iterator[str]:
    with serving(services) as address:
        yield address


@pytest.fixture(scope="module")
def profile(browser: Browser) -> Iterator[BrowserContext]:
    """What the visits to an app share is their browser's cache: the page's scripts are fetched once."""
    context = opened_profile(browser)
    yield context
    context.close()


@pytest.fixture
def visit(profile: BrowserContext, address: str, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """A fresh visit, of which pictures are kept for people to look at, if they asked for them with `--pictures`."""
    with visiting(profile, address) as visit:
        visit.pictures = request.config.getoption("pictures")
        yield visit
        visit.photograph(request.node.name)


@pytest.fixture
def handbook(visit: Visit) -> Visit:
    """A visit to a library that holds the handbook."""
    if not visit.document(HANDBOOK.name).count():
        drop(visit.page, HANDBOOK)
    visit.document(HANDBOOK.name).first.wait_for()
    return visit


@pytest.fixture(scope="module")
def house(services: Services) -> Iterator[House]:
    """An app that other devices may use, too."""
    services.household.set_password(PASSWORD)
    with serving_household(services, own_certificate(services.library.folder)) as house:
        yield house


@pytest.fixture
def anna(house: House) -> Iterator[Member]:
    """Signed in from another device."""
    with signed_in(house.there, "Anna", PASSWORD) as member:
        yield member


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """The inodes of files and folders that Python has waited for until they were on the disk, for `tests.syncs`."""
    inodes: set[int] = set()
    sync = os.fsync

    def noted(descriptor: int) -> None:
        sync(descriptor)
        inodes.add(os.fstat(descriptor).st_ino)

    monkeypatch.setattr(os, "fsync", noted)
    return inodes

"""What the tests share: the real models, loaded once, and libraries that hold real documents."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from lamplight.ingest.pipeline import index_file
from lamplight.ingest.queue import IngestQueue
from lamplight.library.store import Library
from lamplight.models.embedder import Embedder
from lamplight.models.loading import Models
from lamplight.rag.answerer import Answerer
from lamplight.samples import HANDBOOK, SAMPLES
from lamplight.ui.services import Services
from tests.visits import Visit, browsing, drop, serving, visiting


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--pictures", action="store_true", help="keep pictures of the page in .screenshots")


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Models:
    """Each model is loaded by the first test that needs it, and runs as it came: alike on every machine."""
    return Models(tmp_path_factory.mktemp("cache"), as_shipped=True)


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
def services(models: Models, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """Everything below the user interface, at work on a library of its own."""
    with Library(tmp_path_factory.mktemp("services") / "library") as library:
        queue = IngestQueue(library, models)
        queue.start()
        models.start_loading(lambda: library.vectors(models.embedder))
        yield Services(library, models, queue, Answerer(library, models))
        queue.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with browsing() as browser:
        yield browser


@pytest.fixture(scope="module")
def address(services: Services) -> Iterator[str]:
    with serving(services) as address:
        yield address


@pytest.fixture
def visit(browser: Browser, address: str, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """A fresh visit, of which pictures are kept for people to look at, if they asked for them with `--pictures`."""
    with visiting(browser, address) as visit:
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

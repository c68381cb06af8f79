"""What is done while nobody asks: it gives way, it goes on, and it changes no answer."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from lamplight.ingest.pipeline import index_file
from lamplight.library.store import Library
from lamplight.models.calibration import Calibration
from lamplight.models.engine import Threads
from lamplight.models.errors import WeightsError
from lamplight.models.idle import IdleWork
from lamplight.models.loading import Models
from lamplight.models.precedence import ANSWERS
from lamplight.rag.answerer import Answerer
from lamplight.rag.events import Finished
from lamplight.rag.remembering import MOST_SECONDS, PASSAGE_TOKENS, Remembering
from tests.waiting import LOOK, until


@pytest.fixture(autouse=True)
def looking_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lamplight.models.idle.LOOK_SECONDS", LOOK)


def test_idle_work_gives_way_to_answers_and_goes_on_afterwards() -> None:
    rounds: list[str] = []

    def work(stopped: Callable[[], bool]) -> None:
        rounds.append("begun")
        until(stopped)
        rounds.append("stopped")

    idle = IdleWork("test", work, lambda: False)
    idle.start()
    until(lambda: rounds == ["begun"])
    with ANSWERS:
        until(lambda: rounds == ["begun", "stopped"])
    until(lambda: len(rounds) == 3)
    idle.close()
    assert rounds == ["begun", "stopped"] * 2


def test_nothing_is_done_while_idle_work_is_paused() -> None:
    rounds: list[str] = []

    def work(stopped: Callable[[], bool]) -> None:
        rounds.append("begun")
        until(stopped)
        rounds.append("stopped")

    idle = IdleWork("test", work, lambda: False)
    idle.start()
    until(lambda: rounds == ["begun"])
    with idle.paused():
        assert rounds == ["begun", "stopped"]
    until(lambda: len(rounds) == 3)
    idle.close()


def test_idle_work_that_fails_ends_quietly() -> None:
    tried = threading.Event()

    def work(stopped: Callable[[], bool]) -> None:
        tried.set()
        raise WeightsError("no model")

    idle = IdleWork("test", work, lambda: False)
    idle.start()
    until(tried.is_set)
    idle.close()


def test_a_slow_model_reads_fewer_passages_ahead(
    library: Library, models: Models, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        (tmp_path / f"gate-{number}.txt").write_text(f"The gate of garden {number} is painted zebrawood green.")
        assert index_file(tmp_path / f"gate-{number}.txt", library, models).status == "added"
    remembering = Remembering(library, models, Answerer(library, models))
    slow = Calibration(PASSAGE_TOKENS * 2 / MOST_SECONDS, 1.0, Threads(1, 1))
    monkeypatch.setattr(models.language_model, "calibration", slow)
    models.settled.set()
    remembering.remember(lambda: False)
    assert len(remembering._done) == 2


def test_what_was_read_ahead_is_reused_and_goes_with_its_document(
    library: Library, models: Models, tmp_path: Path
) -> None:
    (tmp_path / "gate.txt").write_text("The gate is painted zebrawood green and locked at dusk by the warden.")
    assert index_file(tmp_path / "gate.txt", library, models).status == "added"
    answerer = Answerer(library, models)
    remembering = Remembering(library, models, answerer)
    models.settled.clear()
    remembering.remember(lambda: False)
    assert remembering._done == set()  # not before the model is the one that stays
    models.settled.set()
    remembering.remember(lambda: False)
    assert len(remembering._done) == 1
    answer = list(answerer.answer("Which colour is the gate painted?"))[-1]
    assert isinstance(answer, Finished)
    assert "zebrawood green" in answer.answer
    library.documents.purged = models.forget
    states = models.folder / "contexts"
    models.language_model.forget()
    others = set(states.glob("*"))  # the limit, if one was set
    remembering._done.clear()
    remembering.remember(lambda: False)
    models.language_model._cache.flush()  # type: ignore[union-attr]
    assert set(states.glob("*")) > others
    (document,) = library.documents.all()
    library.documents.remove(document.id)
    library.documents.purge(document.id)
    assert set(states.glob("*")) == others

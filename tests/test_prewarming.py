"""What is computed of the newest passages while nobody asks: it is reused and changes no answer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lamplight.app import services_of
from lamplight.ingest.pipeline import index_file
from lamplight.library.store import Library
from lamplight.models.calibration import Calibration
from lamplight.models.engine import Threads
from lamplight.models.loading import Models
from lamplight.rag.answerer import Answerer
from lamplight.rag.events import Evidence, Finished
from lamplight.rag.prewarming import MOST_SECONDS, PASSAGE_TOKENS, Prewarming
from lamplight.rag.reading import PassagePrefill
from lamplight.ui.services import Services
from tests.waiting import until

GATE = "The gate is painted zebrawood green and locked at dusk by the warden."
COLOUR = "Which colour is the gate painted?"


def test_a_slow_model_is_prewarmed_with_fewer_passages(
    library: Library, models: Models, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        (tmp_path / f"gate-{number}.txt").write_text(f"The gate of garden {number} is painted zebrawood green.")
        assert index_file(tmp_path / f"gate-{number}.txt", library, models).status == "added"
    prewarming = Prewarming(library, models, Answerer(library, models))
    slow = Calibration(PASSAGE_TOKENS * 2 / MOST_SECONDS, 1.0, Threads(1, 1))
    monkeypatch.setattr(models.language_model, "calibration", slow)
    models.settled.set()
    prewarming.prewarm(lambda: False)
    assert len(prewarming._done) == 2


def test_what_was_prewarmed_is_reused_and_goes_with_its_document(
    library: Library, models: Models, tmp_path: Path
) -> None:
    (tmp_path / "gate.txt").write_text(GATE)
    assert index_file(tmp_path / "gate.txt", library, models).status == "added"
    answerer = Answerer(library, models)
    prewarming = Prewarming(library, models, answerer)
    models.settled.clear()
    prewarming.prewarm(lambda: False)
    assert prewarming._done == set()  # not before the model is the one that stays
    models.settled.set()
    prewarming.prewarm(lambda: False)
    assert len(prewarming._done) == 1
    answer = list(answerer.answer(COLOUR))[-1]
    assert isinstance(answer, Finished)
    assert "zebrawood green" in answer.answer
    library.documents.purged = models.forget
    states = models.folder / "contexts"
    models.language_model.forget()
    others = set(states.glob("*"))  # the limit, if one was set
    prewarming._done.clear()
    prewarming.prewarm(lambda: False)
    models.language_model._cache.flush()  # type: ignore[union-attr]
    assert set(states.glob("*")) > others
    (document,) = library.documents.all()
    library.documents.remove(document.id)
    library.documents.purge(document.id)
    assert set(states.glob("*")) == others


@pytest.fixture
def gate(library: Library, loaded: Models, tmp_path: Path) -> Iterator[Services]:
    """A library with two documents, in which nothing is remembered of other tests; what is remembered is kept apart."""
    for name, text in (("gate.txt", GATE), ("fees.txt", "The fees are 240 euros a year, due by 31 January.")):
        (tmp_path / name).write_text(text)
        assert index_file(tmp_path / name, library, loaded).status == "added"
    before = loaded.contexts._folder
    services = services_of(library, loaded)
    loaded.settled.set()
    loaded.forget()
    yield services
    loaded.contexts.use(before)


def purge(services: Services, name: str) -> None:
    [document] = [one for one in services.library.documents.all() if one.name == name]
    services.library.documents.remove(document.id)
    services.library.documents.purge(document.id)


def remembered(models: Models) -> int:
    models.contexts.flush()
    return models.contexts.disk_usage()


def test_after_a_removal_what_is_left_is_prewarmed_again(gate: Services) -> None:
    prewarming = Prewarming(gate.library, gate.models, gate.answerer)
    prewarming.prewarm(lambda: False)
    purge(gate, "gate.txt")
    assert remembered(gate.models) == 0
    prewarming.prewarm(lambda: False)
    assert remembered(gate.models) > 0


def test_a_document_that_goes_while_it_is_being_answered_from_is_not_remembered(gate: Services) -> None:
    events = gate.answerer.answer(COLOUR)
    assert any(isinstance(event, Evidence) for event in events)
    purge(gate, "gate.txt")
    *_, last = events
    assert isinstance(last, Finished)
    assert last.timings.prefilled_tokens
    assert remembered(gate.models) == 0


def test_a_document_that_goes_while_a_question_is_typed_is_not_read_again(
    gate: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[object] = []

    def prepare(*given: Any) -> None:
        stopped: Callable[[], bool] = given[5]
        read.append(given)
        until(lambda: stopped() or len(read) > 1)

    monkeypatch.setattr(PassagePrefill, "prepare", prepare)
    gate.answerer.typed(COLOUR)
    until(lambda: read)
    purge(gate, "gate.txt")
    until(lambda: not any(thread.name == "speculative prefill" for thread in threading.enumerate()))
    assert len(read) == 1

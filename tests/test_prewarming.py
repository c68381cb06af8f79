"""What is computed of the newest passages while nobody asks: it is reused and changes no answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from lamplight.ingest.pipeline import index_file
from lamplight.library.store import Library
from lamplight.models.calibration import Calibration
from lamplight.models.engine import Threads
from lamplight.models.loading import Models
from lamplight.rag.answerer import Answerer
from lamplight.rag.events import Finished
from lamplight.rag.prewarming import MOST_SECONDS, PASSAGE_TOKENS, Prewarming


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
    (tmp_path / "gate.txt").write_text("The gate is painted zebrawood green and locked at dusk by the warden.")
    assert index_file(tmp_path / "gate.txt", library, models).status == "added"
    answerer = Answerer(library, models)
    prewarming = Prewarming(library, models, answerer)
    models.settled.clear()
    prewarming.prewarm(lambda: False)
    assert prewarming._done == set()  # not before the model is the one that stays
    models.settled.set()
    prewarming.prewarm(lambda: False)
    assert len(prewarming._done) == 1
    answer = list(answerer.answer("Which colour is the gate painted?"))[-1]
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

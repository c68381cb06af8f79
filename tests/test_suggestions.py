"""Suggested questions come from what stands in the documents, and each of them is answered."""

from __future__ import annotations

from lamplight.library.store import Library
from lamplight.models.loading import Models
from lamplight.rag.answerer import Answerer
from lamplight.rag.events import Finished
from lamplight.rag.suggestions import Suggestions


def test_every_suggested_question_is_answered(sample_library: Library, models: Models) -> None:
    suggestions = Suggestions(sample_library).of(sample_library.documents(), 6)
    assert "What is the full plot in 2026?" in suggestions
    for question in suggestions:
        (finished,) = (e for e in Answerer(sample_library, models).answer(question) if isinstance(e, Finished))
        assert not finished.refused, question


def test_an_empty_library_suggests_nothing(library: Library) -> None:
    assert Suggestions(library).of(library.documents(), 4) == []

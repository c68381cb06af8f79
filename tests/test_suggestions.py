"""Suggested questions come from what stands in the documents, and each of them is answered."""

from __future__ import annotations

from pathlib import Path

import pytest

from lamplight.ingest.pipeline import index_file
from lamplight.library.store import Library
from lamplight.models.loading import Models
from lamplight.rag.answerer import Answerer
from lamplight.rag.events import Finished
from lamplight.rag.guide import GuideBuilder
from lamplight.rag.request_language import language_of
from lamplight.rag.suggestions import Suggestions


@pytest.mark.long
def test_every_suggested_question_is_answered(sample_library: Library, loaded: Models) -> None:
    assert Suggestions(sample_library).of(sample_library.documents.all(), 6) == []  # none was asked yet
    GuideBuilder(sample_library, loaded).make_missing(lambda: False)
    suggestions = Suggestions(sample_library).of(sample_library.documents.all(), 6)
    assert "What is the full plot in 2026?" in suggestions
    assert len(suggestions) > 2
    for question in suggestions:
        (finished,) = (e for e in Answerer(sample_library, loaded).answer(question) if isinstance(e, Finished))
        assert not finished.refused, question
        assert finished.citations, question


def test_questions_are_in_the_document_s_language_and_without_names_of_files(
    library: Library, loaded: Models, tmp_path: Path
) -> None:
    text = "# Haus am See\n\n## Heizung\n\nDie Heizung wird im Oktober an und im Mai wieder aus gestellt.\n\n"
    (tmp_path / "228_haus.md").write_text(f"{text}## Garten\n\nDen Rasen mäht Frau Ott am Samstag.\n", encoding="utf-8")
    index_file(tmp_path / "228_haus.md", library, loaded)
    GuideBuilder(library, loaded).make_missing(lambda: False)
    suggestions = Suggestions(library).of(library.documents.all(), 6)
    assert {language_of(question) for question in suggestions} <= {"de"}
    assert not [question for question in suggestions if "228" in question]


def test_an_empty_library_suggests_nothing(library: Library) -> None:
    assert Suggestions(library).of(library.documents.all(), 4) == []

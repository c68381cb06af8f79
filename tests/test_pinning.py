"""What pinning promises: a small document is read once, is there for every question, and is cited like any other."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from lamplight.ingest.pipeline import index_file
from lamplight.library.database import DATABASE
from lamplight.library.errors import LibraryError
from lamplight.library.migrations import MIGRATIONS
from lamplight.library.store import Library
from lamplight.models.loading import Models
from lamplight.rag.answerer import Answerer
from lamplight.rag.events import Evidence, Finished, PrefillProgress
from lamplight.rag.retriever import Scope

PHONES = "The harbour office answers the telephone on extension 4471.\nThe warden answers on extension 2093."
FERRY = "The ferry to the island leaves at nine in the morning from the north pier. It costs twelve pounds."
TIDE = "High tide at the north pier is announced on the board beside the ferry each morning."


def add(library: Library, models: Models, path: Path, text: str) -> int:
    path.write_text(text)
    index_file(path, library, models)
    document = library.documents.at(str(path))
    assert document is not None
    return document.id


def ask(
    answerer: Answerer, question: str, scope: Scope | None = None
) -> tuple[list[Evidence | PrefillProgress], Finished]:
    events = list(answerer.answer(question, scope=scope or Scope()))
    last = events[-1]
    assert isinstance(last, Finished)
    return [event for event in events if isinstance(event, Evidence | PrefillProgress)], last


@pytest.fixture
def filled(library: Library, models: Models, tmp_path: Path) -> dict[str, int]:
    texts = {"phones.txt": PHONES, "ferry.txt": FERRY, "tide.txt": TIDE}
    return {name: add(library, models, tmp_path / name, text) for name, text in texts.items()}


def test_a_pinned_document_is_shown_and_read_with_every_question(
    library: Library, models: Models, filled: dict[str, int]
) -> None:
    answerer = Answerer(library, models)
    question = "When does the ferry leave?"
    only_ferry = Scope(documents=frozenset({filled["ferry.txt"]}))
    without = ask(answerer, question, only_ferry)[1].timings.context_tokens
    answerer.pin(filled["phones.txt"], True)
    (evidence, *_), first = ask(answerer, question)
    assert isinstance(evidence, Evidence)
    assert filled["phones.txt"] in {passage.document_id for passage in evidence.passages}
    assert [passage.marker for passage in evidence.passages] == list(range(1, len(evidence.passages) + 1))
    assert first.timings.context_tokens > without + 20
    assert ask(answerer, question, only_ferry)[1].timings.context_tokens == without  # not where it is out of scope


def test_what_is_pinned_is_read_once_also_after_a_restart(
    library: Library, models: Models, filled: dict[str, int]
) -> None:
    answerer = Answerer(library, models)
    answerer.pin(filled["phones.txt"], True)
    models.language_model.forget()
    ask(answerer, "When does the ferry leave?")
    fixed = models.language_model.count_tokens(answerer.prompt)
    models.language_model._context.clear()  # as at the next start: what was kept is on disk
    _, again = ask(answerer, "What does the ferry cost?")
    assert again.timings.reused_tokens >= fixed


def test_a_pinned_document_answers_and_is_cited_with_its_page(
    library: Library, models: Models, filled: dict[str, int]
) -> None:
    answerer = Answerer(library, models)
    answerer.pin(filled["phones.txt"], True)
    events, answer = ask(answerer, "On which extension does the warden answer?")
    assert "2093" in answer.answer
    assert [(citation.document, citation.page) for citation in answer.citations][:1] == [("phones.txt", 1)]
    shown = next(event for event in events if isinstance(event, Evidence)).passages
    assert {citation.marker for citation in answer.citations} <= {passage.marker for passage in shown}


def test_what_is_too_long_is_not_pinned_and_says_why(
    library: Library, models: Models, filled: dict[str, int], tmp_path: Path
) -> None:
    answerer = Answerer(library, models)
    answerer.pin(filled["phones.txt"], True)
    rules = add(library, models, tmp_path / "rules.txt", "Boats are moored stern first and lit at night. " * 80)
    with pytest.raises(LibraryError, match=r"rules.txt is too long to be pinned beside what is pinned already"):
        answerer.pin(rules, True)
    assert [document.name for document in library.documents.all() if document.pinned] == ["phones.txt"]
    with pytest.raises(LibraryError, match="not in your library"):
        answerer.pin(9999, True)


@pytest.mark.long
def test_a_pin_stays_with_a_changed_file_as_long_as_it_fits(
    library: Library, models: Models, filled: dict[str, int], tmp_path: Path
) -> None:
    answerer = Answerer(library, models)
    answerer.pin(filled["phones.txt"], True)
    changed = add(library, models, tmp_path / "phones.txt", PHONES.replace("2093", "3108"))
    document = library.documents.get(changed)
    assert document is not None
    assert document.pinned
    assert "3108" in answerer.prompt
    add(library, models, tmp_path / "phones.txt", PHONES + " More numbers follow here." * 300)
    assert "extension" not in answerer.prompt
    assert "nine" in ask(answerer, "When does the ferry leave?")[1].answer


def test_letting_go_of_a_document_takes_it_out_of_the_prompt(
    library: Library, models: Models, filled: dict[str, int]
) -> None:
    answerer = Answerer(library, models)
    plain = answerer.prompt
    answerer.pin(filled["phones.txt"], True)
    assert PHONES.splitlines()[0] in answerer.prompt
    answerer.pin(filled["phones.txt"], False)
    assert answerer.prompt == plain


def test_a_library_from_before_pinning_has_nothing_pinned(tmp_path: Path) -> None:
    (tmp_path / "library").mkdir()
    with closing(sqlite3.connect(tmp_path / "library" / DATABASE)) as database, database:
        for step in MIGRATIONS[:5]:
            step(database)
        database.execute("PRAGMA user_version = 5")
        database.execute(
            "INSERT INTO documents (path, name, sha256, format, title, pages, chunks, images, ocr_pages, bytes, "
            "added_at, state) VALUES ('/phones.txt', 'phones.txt', 'x', 'text', 'phones', 1, 0, 0, 0, 9, 0, 'ready')"
        )
    with Library(tmp_path / "library") as library:
        assert [document.pinned for document in library.documents.all()] == [False]

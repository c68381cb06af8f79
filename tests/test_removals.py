"""What is removed comes back as long as that is offered, all of it or with a sentence, and is deleted afterwards."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from lamplight.ingest.pipeline import index_file
from lamplight.library.errors import LibraryError
from lamplight.library.store import Library
from lamplight.models.loading import Models
from lamplight.ui import removals
from lamplight.ui.removals import Removals
from tests.waiting import until


@pytest.fixture
def notes(library: Library, models: Models, tmp_path: Path) -> list[int]:
    """The numbers of three documents."""
    for number in range(3):
        path = tmp_path / f"{number}.txt"
        path.write_text(f"Gate {number} is painted green.", encoding="utf-8")
        assert index_file(path, library, models).status == "added"
    return numbers(library)


def numbers(library: Library) -> list[int]:
    return sorted(document.id for document in library.documents.all())


def rows(library: Library) -> list[tuple[int]]:
    return library.database.rows("SELECT id FROM documents ORDER BY id")


def test_what_was_removed_at_once_comes_back_at_once(library: Library, notes: list[int]) -> None:
    made = Removals(library)
    other = made.remove(notes[:1])
    number = made.remove(notes[1:])
    assert numbers(library) == []
    made.restore(number)
    assert numbers(library) == notes[1:]
    made.restore(other)
    assert numbers(library) == notes


def test_what_nobody_undoes_is_deleted_once_it_is_no_longer_offered(library: Library, notes: list[int]) -> None:
    made = Removals(library)
    number = made.remove(notes[:2])
    assert [document for (document,) in rows(library)] == notes  # hidden
    made.purge(number)
    assert [document for (document,) in rows(library)] == notes[2:]


def test_too_late_is_a_sentence(library: Library, notes: list[int]) -> None:
    made = Removals(library)
    number = made.remove(notes)
    made.purge(number)
    with pytest.raises(LibraryError, match="too late"):
        made.restore(number)


def test_a_page_that_says_nothing_more_leaves_nothing_hidden_for_ever(
    library: Library, notes: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(removals, "LONGEST_OFFER", 0.0)
    Removals(library).remove(notes)
    until(lambda: not rows(library))


def test_what_was_removed_again_after_it_came_back_is_offered_anew(library: Library, notes: list[int]) -> None:
    made = Removals(library)
    first = made.remove(notes)
    made.restore(first)
    second = made.remove(notes)
    made.purge(first)
    made.restore(second)
    assert numbers(library) == notes


def test_a_removal_that_outlasts_the_library_disturbs_nobody(
    models: Models, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its documents are deleted when the library is opened again."""
    timers = list[threading.Timer]()
    monkeypatch.setattr(threading.Timer, "start", lambda timer: timers.append(timer))
    with Library(tmp_path / "closed") as library:
        (tmp_path / "gate.txt").write_text("The gate is green.", encoding="utf-8")
        assert index_file(tmp_path / "gate.txt", library, models).status == "added"
        Removals(library).remove(numbers(library))
    (timer,) = timers
    timer.function(*timer.args)
    with Library(tmp_path / "closed") as library:
        assert rows(library) == []

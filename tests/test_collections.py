"""Collections keep matters apart, and what a person changes in a conversation can be taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from lamplight.ingest.pipeline import index_file
from lamplight.ingest.queue import IngestQueue
from lamplight.library.errors import LibraryError
from lamplight.library.store import Library
from lamplight.models.loading import Models


def note(library: Library, models: Models, path: Path, text: str) -> int:
    path.write_text(text, encoding="utf-8")
    assert index_file(path, library, models).error == ""
    found = library.documents.at(str(path))
    assert found is not None
    return found.id


def test_a_document_read_anew_stays_in_its_collection(library: Library, models: Models, tmp_path: Path) -> None:
    path = tmp_path / "lease.txt"
    first = note(library, models, path, "The lease ends in May.")
    collection = library.collections.add("Flat")
    library.collections.collect(collection, [first])
    second = note(library, models, path, "The lease ends in June.")
    assert second != first
    assert library.collections.members(collection) == {second}


def test_an_unchanged_file_is_read_anew_when_told_so(library: Library, models: Models, tmp_path: Path) -> None:
    path, copy = tmp_path / "lease.txt", tmp_path / "copy.txt"
    first = note(library, models, path, "The lease ends in May.")
    assert note(library, models, copy, "The lease ends in May.") == first
    assert index_file(path, library, models).status == "unchanged"
    assert index_file(path, library, models, again=True).status == "updated"
    (document,) = library.documents.all()
    assert document.id != first
    assert library.documents.successor(first) == document.id
    assert set(library.paths.of(document.id)) == {str(path), str(copy)}


def test_a_file_given_to_a_collection_joins_it_once_it_is_read(
    library: Library, models: Models, tmp_path: Path
) -> None:
    path = tmp_path / "lease.txt"
    path.write_text("The lease ends in May.", encoding="utf-8")
    collection = library.collections.add("Flat")
    queue = IngestQueue(library, models)
    queue.submit(path, path.name, collection)
    queue.start()
    while queue.busy:
        pass
    queue.close()
    assert library.collections.members(collection) == {document.id for document in library.documents.all()} != set()


def test_a_removed_collection_comes_back_with_its_documents(library: Library, models: Models, tmp_path: Path) -> None:
    document = note(library, models, tmp_path / "lease.txt", "The lease ends in May.")
    collection = library.collections.add("Flat")
    library.collections.collect(collection, [document])
    library.collections.remove(collection)
    assert library.collections.all() == []
    assert library.collections.memberships() == {}
    library.collections.restore(collection)
    assert [(one.name, one.documents) for one in library.collections.all()] == [("Flat", 1)]
    library.collections.remove(collection)
    library.collections.purge()
    assert [one.id for one in library.documents.all()] == [document]


@pytest.mark.parametrize("name", ["", "  ", "flat"], ids=["empty", "blank", "taken"])
def test_a_collection_needs_a_name_of_its_own(library: Library, name: str) -> None:
    library.collections.add("Flat")
    with pytest.raises(LibraryError):
        library.collections.add(name)


def test_only_the_last_edit_can_be_taken_back(library: Library) -> None:
    talk = library.conversations.start("When does it end?")
    library.messages.add(talk, "user", "When?")
    second = library.messages.add(talk, "user", "Where?")
    first_edit = library.messages.replace(talk, second)
    kept = library.messages.add(talk, "user", "Why?")
    second_edit = library.messages.replace(talk, kept)
    library.messages.add(talk, "user", "Who?")
    library.messages.restore(talk, first_edit)
    assert [message.content for message in library.messages.of(talk)] == ["When?", "Who?"]
    library.messages.restore(talk, second_edit)
    library.messages.restore(talk, second_edit)
    assert [message.content for message in library.messages.of(talk)] == ["When?", "Why?"]


def test_a_removed_collection_no_longer_narrows_a_conversation(library: Library) -> None:
    collection = library.collections.add("Flat")
    talk = library.conversations.start("When?", collection)
    library.collections.remove(collection)
    before = library.conversations.get(talk)
    library.collections.restore(collection)
    after = library.conversations.get(talk)
    assert before is not None
    assert after is not None
    assert (before.collection_id, after.collection_id) == (None, collection)


def test_an_edited_question_can_be_put_back(library: Library) -> None:
    talk = library.conversations.start("When does it end?")
    asked = [library.messages.add(talk, role, text) for role, text in (("user", "When?"), ("assistant", "In May."))]
    first = library.messages.replace(talk, asked[0])
    edited = library.messages.add(talk, "user", "Where?")
    second = library.messages.replace(talk, edited)
    library.messages.add(talk, "user", "Why?")
    library.messages.restore(talk, second)
    assert [message.content for message in library.messages.of(talk)] == ["Where?"]
    library.messages.restore(talk, first)
    assert [message.content for message in library.messages.of(talk)] == ["When?", "In May."]


def test_conversations_are_found_by_what_was_said_and_keep_their_new_name(library: Library) -> None:
    lease, pond = library.conversations.start("When does it end?"), library.conversations.start("100% of the carp")
    library.messages.add(lease, "assistant", "The LEASE ends in May.")
    library.conversations.rename(lease, "  The\nflat ")
    library.conversations.rename(pond, "  ")
    assert [one.title for one in library.conversations.all("lease may")] == ["The flat"]
    assert [one.id for one in library.conversations.all("0%")] == [pond]
    assert library.conversations.all("l_ase") == []

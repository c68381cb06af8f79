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
    found = library.document_at(str(path))
    assert found is not None
    return found.id


def test_a_document_read_anew_stays_in_its_collection(library: Library, models: Models, tmp_path: Path) -> None:
    path = tmp_path / "lease.txt"
    first = note(library, models, path, "The lease ends in May.")
    collection = library.add_collection("Flat")
    library.collect(collection, [first])
    second = note(library, models, path, "The lease ends in June.")
    assert second != first
    assert library.members(collection) == {second}


def test_an_unchanged_file_is_read_anew_when_told_so(library: Library, models: Models, tmp_path: Path) -> None:
    path, copy = tmp_path / "lease.txt", tmp_path / "copy.txt"
    first = note(library, models, path, "The lease ends in May.")
    assert note(library, models, copy, "The lease ends in May.") == first
    assert index_file(path, library, models).status == "unchanged"
    assert index_file(path, library, models, again=True).status == "updated"
    (document,) = library.documents()
    assert document.id != first
    assert library.successor(first) == document.id
    assert set(library.places(document.id)) == {str(path), str(copy)}


def test_a_file_given_to_a_collection_joins_it_once_it_is_read(
    library: Library, models: Models, tmp_path: Path
) -> None:
    path = tmp_path / "lease.txt"
    path.write_text("The lease ends in May.", encoding="utf-8")
    collection = library.add_collection("Flat")
    queue = IngestQueue(library, models)
    queue.submit(path, path.name, collection)
    queue.start()
    while queue.busy:
        pass
    queue.close()
    assert library.members(collection) == {document.id for document in library.documents()} != set()


def test_a_removed_collection_comes_back_with_its_documents(library: Library, models: Models, tmp_path: Path) -> None:
    document = note(library, models, tmp_path / "lease.txt", "The lease ends in May.")
    collection = library.add_collection("Flat")
    library.collect(collection, [document])
    library.remove_collection(collection)
    assert library.collections() == []
    assert library.memberships() == {}
    library.restore_collection(collection)
    assert [(one.name, one.documents) for one in library.collections()] == [("Flat", 1)]
    library.remove_collection(collection)
    library.purge_collections()
    assert [one.id for one in library.documents()] == [document]


@pytest.mark.parametrize("name", ["", "  ", "flat"], ids=["empty", "blank", "taken"])
def test_a_collection_needs_a_name_of_its_own(library: Library, name: str) -> None:
    library.add_collection("Flat")
    with pytest.raises(LibraryError):
        library.add_collection(name)


def test_only_the_last_edit_can_be_taken_back(library: Library) -> None:
    talk = library.start_conversation("When does it end?")
    library.add_message(talk, "user", "When?")
    second = library.add_message(talk, "user", "Where?")
    first_edit = library.replace_messages(talk, second)
    kept = library.add_message(talk, "user", "Why?")
    second_edit = library.replace_messages(talk, kept)
    library.add_message(talk, "user", "Who?")
    library.restore_messages(talk, first_edit)
    assert [message.content for message in library.messages(talk)] == ["When?", "Who?"]
    library.restore_messages(talk, second_edit)
    library.restore_messages(talk, second_edit)
    assert [message.content for message in library.messages(talk)] == ["When?", "Why?"]


def test_a_removed_collection_no_longer_narrows_a_conversation(library: Library) -> None:
    collection = library.add_collection("Flat")
    talk = library.start_conversation("When?", collection)
    library.remove_collection(collection)
    before = library.conversation(talk)
    library.restore_collection(collection)
    after = library.conversation(talk)
    assert before is not None
    assert after is not None
    assert (before.collection_id, after.collection_id) == (None, collection)


def test_an_edited_question_can_be_put_back(library: Library) -> None:
    talk = library.start_conversation("When does it end?")
    asked = [library.add_message(talk, role, text) for role, text in (("user", "When?"), ("assistant", "In May."))]
    first = library.replace_messages(talk, asked[0])
    edited = library.add_message(talk, "user", "Where?")
    second = library.replace_messages(talk, edited)
    library.add_message(talk, "user", "Why?")
    library.restore_messages(talk, second)
    assert [message.content for message in library.messages(talk)] == ["Where?"]
    library.restore_messages(talk, first)
    assert [message.content for message in library.messages(talk)] == ["When?", "In May."]


def test_conversations_are_found_by_what_was_said_and_keep_their_new_name(library: Library) -> None:
    lease, pond = library.start_conversation("When does it end?"), library.start_conversation("100% of the carp")
    library.add_message(lease, "assistant", "The LEASE ends in May.")
    library.rename_conversation(lease, "  The\nflat ")
    library.rename_conversation(pond, "  ")
    assert [one.title for one in library.conversations("lease may")] == ["The flat"]
    assert [one.id for one in library.conversations("0%")] == [pond]
    assert library.conversations("l_ase") == []

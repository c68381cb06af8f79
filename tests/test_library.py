"""What the library promises: nothing that was kept is lost, nothing half written is found."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from bench.small_library import copied
from lamplight.files import sha256_of
from lamplight.ingest.pipeline import index_file
from lamplight.library.copies import Incoming
from lamplight.library.database import DATABASE
from lamplight.library.errors import LibraryBusy, LibraryError
from lamplight.library.kept_files import mend_copies
from lamplight.library.migrations import MIGRATIONS
from lamplight.library.records import Document
from lamplight.library.store import Library
from lamplight.models.embedder import Embedder
from lamplight.models.loading import Models
from tests.syncs import on_disk

ROOT = Path(__file__).parent.parent
GATE = "The gate is painted zebrawood green and locked at dusk."
POND = "The pond holds seventeen carp and one heron visits it on Sundays."
POINTS = (
    "before_the_vectors",
    "after_the_vectors",
    "inside_the_switch",
    "before_the_old_one_is_purged",
    "between_the_old_vectors_and_the_old_rows",
    "before_the_last_commit",
)


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def add(library: Library, models: Models, path: Path, text: str) -> int:
    """The number of the document that was made of `text`."""
    result = index_file(write(path, text), library, models)
    assert result.error == ""
    found = library.documents.at(str(path))
    assert found is not None
    return found.id


def names_found(library: Library, embedder: Embedder, question: str) -> set[str]:
    """Documents that either search finds."""
    nearest = library.vectors.store(embedder).nearest(embedder.encode([question])[0], 10)
    words = library.full_text.search(question.lower().split(), 10)
    return {chunk.document for chunk in library.passages.by_id([number for number, _ in [*nearest, *words]]).values()}


def assert_agreement(library: Library, embedder: Embedder) -> None:
    """Rows, full-text index and vectors speak of the same chunks, and all of them can be found."""
    rows = {row[0] for row in library.database.rows("SELECT id FROM chunks")}
    assert library.vectors.store(embedder).ids() == rows
    assert library.passages.count() == len(rows)
    assert library.database.rows("SELECT count(*) FROM chunks_text_docsize")[0][0] == len(rows)
    library.database.rows("INSERT INTO chunks_text (chunks_text) VALUES ('integrity-check')")
    assert library.database.problems() == []


@pytest.mark.long
@pytest.mark.parametrize("point", POINTS)
def test_a_killed_import_loses_no_document(tmp_path: Path, models: Models, point: str) -> None:
    """A file is being replaced by a newer version of itself when the process is killed."""
    folder, notes, pond = tmp_path / "library", tmp_path / "notes.txt", tmp_path / "pond.txt"
    with Library(folder) as library:
        add(library, models, pond, POND)
        add(library, models, notes, GATE)
    write(notes, "The gate is now blue.")
    command = [sys.executable, "-m", "tests.killed", str(folder), point, str(notes)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == -signal.SIGKILL, result.stderr

    with Library(folder) as library:
        assert sorted(document.name for document in library.documents.all()) == ["notes.txt", "pond.txt"]
        assert_agreement(library, models.embedder)
        assert "pond.txt" in names_found(library, models.embedder, "How many carp are in the pond?")
        texts = [row[0] for row in library.database.rows("SELECT text FROM chunks")]
        assert (GATE in texts) != ("The gate is now blue." in texts)
        assert index_file(notes, library, models).status in ("updated", "unchanged")
        assert [row[0] for row in library.database.rows("SELECT text FROM chunks WHERE text LIKE '%gate%'")] == [
            "The gate is now blue."
        ]
        assert_agreement(library, models.embedder)


def test_the_same_file_again_changes_nothing(library: Library, models: Models, tmp_path: Path) -> None:
    number = add(library, models, tmp_path / "a.txt", GATE)
    assert index_file(tmp_path / "a.txt", library, models).status == "unchanged"
    assert [document.id for document in library.documents.all()] == [number]


def test_the_same_content_elsewhere_is_not_doubled(library: Library, models: Models, tmp_path: Path) -> None:
    add(library, models, tmp_path / "a.txt", GATE)
    assert index_file(write(tmp_path / "b.txt", GATE), library, models).status == "unchanged"
    assert len(library.documents.all()) == 1


def test_a_moved_file_is_followed(library: Library, models: Models, tmp_path: Path) -> None:
    add(library, models, tmp_path / "a.txt", GATE)
    moved = (tmp_path / "a.txt").rename(tmp_path / "b.txt")
    assert index_file(moved, library, models).status == "unchanged"
    assert [document.path for document in library.documents.all()] == [str(moved)]


def test_a_changed_file_replaces_its_older_self(library: Library, models: Models, tmp_path: Path) -> None:
    add(library, models, tmp_path / "a.txt", GATE)
    result = index_file(write(tmp_path / "a.txt", POND), library, models)
    assert result.status == "updated"
    assert library.full_text.search(["zebrawood"], 5) == []
    assert names_found(library, models.embedder, "carp") == {"a.txt"}
    assert_agreement(library, models.embedder)


def test_an_edit_in_one_of_two_places_takes_no_number_from_the_other(
    library: Library, models: Models, tmp_path: Path
) -> None:
    """What is done to a document by its number, and what an older answer cites by it, is never another document."""
    number = add(library, models, tmp_path / "a.txt", GATE)
    assert add(library, models, tmp_path / "b.txt", GATE) == number
    edited = add(library, models, tmp_path / "a.txt", POND)
    assert library.documents.successor(number) == number
    library.documents.remove(number)
    assert library.documents.successor(number) == number  # so that it can be brought back
    assert [document.id for document in library.documents.all()] == [edited]


def test_a_number_that_an_earlier_version_led_elsewhere_is_its_documents_own(
    library: Library, models: Models, tmp_path: Path
) -> None:
    number, other = (add(library, models, tmp_path / name, text) for name, text in (("a.txt", GATE), ("b.txt", POND)))
    with library.database.transaction() as connection:
        connection.execute("INSERT INTO successors VALUES (?, ?)", (number, other))
    assert library.documents.successor(number) == number


def test_remove_leaves_nothing_behind(tmp_path: Path, models: Models) -> None:
    folder = tmp_path / "library"
    with Library(folder) as library:
        add(library, models, tmp_path / "pond.txt", POND)
        source = write(tmp_path / "gate.txt", GATE)
        kept = copied(library, source, "gate.txt")
        assert index_file(kept, library, models).status == "added"
        number = next(document.id for document in library.documents.all() if document.name == "gate.txt")
        library.documents.remove(number)
        library.documents.purge(number)
        assert library.documents.get(number) is None
        assert not kept.exists()
        assert_agreement(library, models.embedder)
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes().lower()
            assert b"zebrawood" not in content, path
            assert b"gate.txt" not in content, path


def test_what_memory_once_held_is_not_written_into_the_vectors(tmp_path: Path) -> None:
    """Chroma writes blocks that it filled only in part; freed memory must not be in the rest of them."""
    code = (
        "import sys, threading\n"
        "from pathlib import Path\n"
        "import numpy as np\n"
        "from lamplight.library.vectors import VectorStore\n"
        "bytearray(30_000_000)\n"  # freed at once: from now on glibc keeps blocks of this size
        "def hold():\n"  # each thread has an arena, and Chroma's threads take over those of threads that ended
        "    blocks = [bytearray(b'zebrawood' * 200_000) for _ in range(12)]\n"
        "threads = [threading.Thread(target=hold) for _ in range(8)]\n"
        "[thread.start() for thread in threads]\n"
        "[thread.join() for thread in threads]\n"
        "hold()\n"
        "store = VectorStore(Path(sys.argv[1]), 'test')\n"
        "store.add([1, 2], 1, np.eye(2, 384, dtype=np.float32))\n"
        "store.close()\n"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, check=True)
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or b"zebrawood" not in path.read_bytes(), path


def test_a_copy_is_kept_as_long_as_another_document_is_beside_it(library: Library, tmp_path: Path) -> None:
    source = write(tmp_path / "gate.txt", GATE)
    one = copied(library, source, "one.txt")
    other = copied(library, source, "other.txt")
    library.copies.remove(other)
    assert one.exists()
    assert not other.exists()


def test_a_copy_is_called_by_its_content_and_nothing_stays_of_one_that_is_not_taken(
    library: Library, tmp_path: Path
) -> None:
    source = write(tmp_path / "gate.txt", GATE)
    kept = copied(library, source, "gate.txt")
    assert kept.read_text() == GATE
    assert library.copies.checksum_of(kept) == sha256_of(source)
    assert library.copies.checksum_of(source) == ""
    before = sorted(library.folder.rglob("*"))
    with library.incoming() as incoming:
        incoming.write(b"Half of a file")
    assert sorted(library.folder.rglob("*")) == before


def test_a_copy_is_on_the_disk_before_anything_names_it(library: Library, tmp_path: Path, synced: set[int]) -> None:
    assert on_disk(copied(library, write(tmp_path / "gate.txt", GATE), "gate.txt"), library.folder, synced)


@pytest.mark.parametrize("damage", ["emptied", "gone"])
@pytest.mark.parametrize("way", ["dropped", "dropped under another name", "added", "added again"])
def test_a_damaged_copy_is_mended_when_its_file_comes_again(
    library: Library, models: Models, tmp_path: Path, way: str, damage: str
) -> None:
    source = write(tmp_path / "gate.txt", GATE)
    copy = copied(library, source, "gate.txt")
    assert index_file(copy, library, models).status == "added"
    if way == "added again":
        assert index_file(source, library, models).status == "unchanged"
    copy.write_bytes(b"") if damage == "emptied" else copy.unlink()
    name = "door.txt" if "another" in way else "gate.txt"
    again = copied(library, source, name) if way.startswith("dropped") else source
    assert index_file(again, library, models).status == "unchanged"
    assert copy.read_text() == GATE
    (document,) = library.documents.all()
    assert set(library.paths.of(document.id)) == {str(copy), str(again)}


def test_a_copy_is_not_mended_from_another_file(library: Library, models: Models, tmp_path: Path) -> None:
    source = write(tmp_path / "gate.txt", GATE)
    copy = copied(library, source, "gate.txt")
    assert index_file(copy, library, models).status == "added"
    before = copy.write_bytes(b"")
    write(source, POND)
    mend_copies(library, library.documents.all()[0], source)
    assert copy.stat().st_size == before
    assert [path.name for path in (library.folder / "files").iterdir()] == [copy.parent.name]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a disk that is always full is at hand on Linux alone")
def test_a_file_for_which_there_is_no_room_is_refused_in_a_sentence(library: Library) -> None:
    incoming = Incoming(Path("/dev/full"))
    incoming.write(b"Too much")
    with pytest.raises(LibraryError, match="can't be kept in the library: No space left on device"):
        library.copies.take(incoming, "much.txt")
    incoming.abandon()


def test_nothing_outside_the_library_is_ever_deleted(library: Library, models: Models, tmp_path: Path) -> None:
    number = add(library, models, tmp_path / "a.txt", GATE)
    library.documents.remove(number)
    library.documents.purge(number)
    assert (tmp_path / "a.txt").exists()


def test_restore_undoes_remove(library: Library, models: Models, tmp_path: Path) -> None:
    number = add(library, models, tmp_path / "a.txt", GATE)
    library.documents.remove(number)
    assert library.documents.all() == []
    assert names_found(library, models.embedder, "Which colour is the gate?") == set()
    assert library.documents.restore(number)
    assert names_found(library, models.embedder, "Which colour is the gate?") == {"a.txt"}
    library.documents.remove(number)
    library.documents.purge(number)
    assert not library.documents.restore(number)


def test_what_was_removed_before_a_crash_is_gone_at_the_next_opening_which_says_so(
    tmp_path: Path, models: Models
) -> None:
    with Library(tmp_path / "library") as library:
        library.documents.remove(add(library, models, tmp_path / "a.txt", GATE))
    with Library(tmp_path / "library") as library:
        assert library.purged_on_opening
        assert library.database.rows("SELECT count(*) FROM documents") == [(0,)]
    with Library(tmp_path / "library") as library:
        assert not library.purged_on_opening


def test_restore_never_brings_back_an_older_version(library: Library, models: Models, tmp_path: Path) -> None:
    number = add(library, models, tmp_path / "a.txt", GATE)
    library.documents.remove(number)
    add(library, models, tmp_path / "a.txt", POND)
    assert not library.documents.restore(number)
    assert len(library.documents.all()) == 1


def test_vectors_that_were_deleted_are_made_again(tmp_path: Path, models: Models) -> None:
    folder = tmp_path / "library"
    with Library(folder) as library:
        add(library, models, tmp_path / "a.txt", GATE)
    shutil.rmtree(folder / "vectors")
    with Library(folder) as library:
        assert names_found(library, models.embedder, "Which colour has the entrance?") == {"a.txt"}
        assert_agreement(library, models.embedder)


def test_what_is_just_being_added_keeps_its_vectors_while_others_are_completed(
    library: Library, models: Models, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As for a file that is dropped in the last moment of a restore."""
    switch = library.documents.switch

    def completed_meanwhile(number: int, document: Document) -> None:
        library.vectors.complete(models.embedder)
        switch(number, document)

    monkeypatch.setattr(library.documents, "switch", completed_meanwhile)
    add(library, models, tmp_path / "notes.txt", GATE)
    assert_agreement(library, models.embedder)


def test_a_library_of_a_newer_version_is_a_sentence(tmp_path: Path) -> None:
    Library(tmp_path).close()
    with sqlite3.connect(tmp_path / DATABASE) as database:
        database.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    database.close()
    with pytest.raises(LibraryError, match="newer version"):
        Library(tmp_path)
    with pytest.raises(LibraryError, match="newer version"):  # and the lock was let go
        Library(tmp_path)


@pytest.mark.parametrize("damage", ["header", "middle"])
def test_a_damaged_library_is_a_sentence(tmp_path: Path, models: Models, damage: str) -> None:
    with Library(tmp_path / "library") as library:
        add(library, models, tmp_path / "a.txt", GATE)
    path = tmp_path / "library" / DATABASE
    content = bytearray(path.read_bytes())
    start = 0 if damage == "header" else 4096
    content[start:] = b"\x5a" * (len(content) - start)
    path.write_bytes(content)
    for _ in range(2):  # the second time only if the first let the lock go
        with pytest.raises(LibraryError, match="backup"), Library(tmp_path / "library") as library:
            library.documents.all()


def test_a_folder_that_is_a_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="can't be used"):
        Library(write(tmp_path / "file", "x"))


def test_a_second_process_is_told_who_holds_the_library(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from lamplight.library.store import Library\n"
        "library = Library(Path(sys.argv[1]), 'app.py add')\n"
        "print('open', flush=True)\n"
        "signal.pause()\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "open\n"
        with pytest.raises(LibraryBusy, match=rf"`app.py add` \(process {holder.pid}\)"):
            Library(tmp_path)
        holder.kill()
    with Library(tmp_path) as library:  # a lock goes with its holder
        assert library.documents.all() == []


def test_conversations_survive_closing(tmp_path: Path) -> None:
    with Library(tmp_path) as library:
        number = library.conversations.start("What\n is it?" + "x" * 200)
        library.messages.add(number, "user", "What is it?")
        answer = library.messages.add(number, "assistant", "…")
        library.messages.update(answer, "A gate.", {"citations": [1]})
        hidden = library.conversations.start("forget me")
        library.conversations.remove(hidden)
    with Library(tmp_path) as library:
        (conversation,) = library.conversations.all()
        assert conversation.title.startswith("What is it?xxx")
        assert len(conversation.title) == 80
        messages = library.messages.of(number)
        assert [(message.role, message.content) for message in messages] == [
            ("user", "What is it?"),
            ("assistant", "A gate."),
        ]
        assert messages[1].details == {"citations": [1]}
        assert library.messages.of(hidden) == []


def test_a_hidden_conversation_can_be_brought_back(library: Library) -> None:
    number = library.conversations.start("kept")
    library.conversations.remove(number)
    assert library.conversations.all() == []
    library.conversations.restore(number)
    assert [conversation.id for conversation in library.conversations.all()] == [number]


def test_a_full_disk_is_a_sentence_and_the_library_is_as_it_was(
    library: Library, models: Models, tmp_path: Path
) -> None:
    add(library, models, tmp_path / "a.txt", GATE)
    (pages,) = library.database.rows("PRAGMA page_count")[0]
    library.database.rows(f"PRAGMA max_page_count = {pages}")
    big = write(tmp_path / "big.txt", "\n\n".join(f"Paragraph {number} about carp. {POND}" for number in range(150)))
    result = index_file(big, library, models)
    assert result.status == "failed"
    assert "free some disk space" in result.error
    library.database.rows("PRAGMA max_page_count = 1000000")
    assert [document.name for document in library.documents.all()] == ["a.txt"]
    assert_agreement(library, models.embedder)
    assert index_file(big, library, models).status == "added"


@pytest.mark.long
def test_vectors_that_do_not_fit_leave_the_library_as_it_was(tmp_path: Path, models: Models) -> None:
    """The rows are written, the disk is full for Chroma: the limit on a file's size stands in for it."""
    notes = write(tmp_path / "notes.txt", "\n\n".join(f"{number}. {POND}" for number in range(200)))
    with Library(tmp_path / "library") as library:
        add(library, models, tmp_path / "a.txt", GATE)
    code = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from lamplight.ingest.pipeline import index_file\n"
        "from lamplight.library.store import Library\n"
        "from lamplight.library.vectors import VectorStore\n"
        "from lamplight.models.loading import Models\n"
        "add = VectorStore.add\n"
        "def full(*arguments):\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, resource.RLIM_INFINITY))\n"
        "    add(*arguments)\n"
        "VectorStore.add = full\n"
        "models = Models()\n"
        "library = Library(Path(sys.argv[1]))\n"
        "library.vectors.store(models.embedder)\n"
        "result = index_file(Path(sys.argv[2]), library, models)\n"
        "print(result.status, result.error)\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "library"), str(notes)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert "free some disk space" in result.stdout, result.stderr
    assert result.stdout.startswith("failed"), result.stderr
    with Library(tmp_path / "library") as library:
        assert [document.name for document in library.documents.all()] == ["a.txt"]
        assert_agreement(library, models.embedder)
        assert index_file(notes, library, models).status == "added"


def test_a_disk_that_is_full_for_chroma_alone_is_a_sentence(
    library: Library, models: Models, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the writing of vectors nor the tidying up after it works."""
    from chromadb.errors import InternalError

    def full(*_: object) -> None:
        raise InternalError("database or disk is full")

    add(library, models, tmp_path / "a.txt", GATE)
    collection = library.vectors.store(models.embedder)._collection
    with monkeypatch.context() as patch:
        patch.setattr(collection, "upsert", full)
        patch.setattr(collection, "delete", full)
        result = index_file(write(tmp_path / "b.txt", POND), library, models)
        assert result.status == "failed"
        assert "free some disk space" in result.error
    library.documents.purge_removed()
    assert [document.name for document in library.documents.all()] == ["a.txt"]
    assert_agreement(library, models.embedder)


def test_the_key_of_the_holder_is_for_its_owner_only(library: Library) -> None:
    library.database.lock.announce("http://127.0.0.1:7860/", "secret")
    assert (library.folder / "holder.json").stat().st_mode & 0o077 == 0


def test_who_waits_for_changes_is_told_once_they_are_there_to_see(library: Library) -> None:
    seen: list[int] = []
    library.database.changed = lambda: seen.append(len(library.collections.all()))
    library.collections.add("Garden")
    with pytest.raises(ZeroDivisionError), library.database.transaction():
        raise ZeroDivisionError
    with library.database.transaction(shown=False):
        pass
    assert seen == [1]

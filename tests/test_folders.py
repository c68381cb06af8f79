"""Watched folders stay in step: what happens to a file there happens to its document, and nothing else."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

import pytest
import watchfiles

from lamplight.ingest import indexing, pipeline
from lamplight.ingest.errors import ReadError
from lamplight.ingest.folders import FolderWatcher
from lamplight.ingest.pipeline import index_file
from lamplight.ingest.queue import IngestQueue
from lamplight.library.backup import write_backup
from lamplight.library.restore import restore_backup
from lamplight.library.store import Library
from lamplight.models.loading import Models
from tests.test_library import assert_agreement
from tests.waiting import until

GATE = "The gate is painted zebrawood green and locked at dusk."
POND = "The pond holds seventeen carp and one heron visits it on Sundays."


@pytest.fixture(autouse=True)
def followed_closely(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lamplight.ingest.folders.DEBOUNCE_MS", 50)
    monkeypatch.setattr("lamplight.ingest.folders.LOOK_MS", 50)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    (folder / "deeper").mkdir(parents=True)
    return folder


@pytest.fixture
def watcher(library: Library, models: Models) -> FolderWatcher:
    """Not started: brings a folder in step when it is told to."""
    return FolderWatcher(library, lambda path: assert_read(path, library, models), lambda path: None)


def assert_read(path: Path, library: Library, models: Models) -> None:
    assert index_file(path, library, models).error == ""


def paths_in(library: Library) -> list[list[str]]:
    """Of each document, by name."""
    documents = sorted(library.documents.all(), key=lambda document: document.path)
    return [library.paths.of(document.id) for document in documents]


def test_additions_edits_moves_and_deletions_are_followed(
    library: Library, models: Models, watcher: FolderWatcher, folder: Path
) -> None:
    gate, pond = folder / "gate.txt", folder / "deeper" / "pond.txt"
    gate.write_text(GATE)
    pond.write_text(POND)
    (folder / "program.exe").write_bytes(b"MZ\0\0")
    watcher.bring_in_step(folder)
    assert paths_in(library) == [[str(pond)], [str(gate)]]
    numbers = {document.name: document.id for document in library.documents.all()}

    moved = folder / "carp.txt"
    pond.rename(moved)
    watcher.bring_in_step(folder)
    assert paths_in(library) == [[str(moved)], [str(gate)]]
    assert {document.id for document in library.documents.all()} == set(numbers.values())  # not read again

    gate.write_text("The gate is blue.")
    os.utime(gate, (time.time() + 10, time.time() + 10))
    watcher.bring_in_step(folder)
    assert library.full_text.search(["zebrawood"], 5) == []
    assert len(library.full_text.search(["blue"], 5)) == 1

    moved.unlink()
    watcher.bring_in_step(folder)
    assert paths_in(library) == [[str(gate)]]
    assert_agreement_after_purge(library, models)


def assert_agreement_after_purge(library: Library, models: Models) -> None:
    library.documents.purge_removed()
    assert_agreement(library, models.embedder)


@pytest.mark.parametrize("unplugged", ["gone", "empty"])
def test_a_disk_that_was_unplugged_removes_nothing_and_says_so(
    library: Library, models: Models, watcher: FolderWatcher, folder: Path, unplugged: str
) -> None:
    library.folders.watch(folder)
    (folder / "gate.txt").write_text(GATE)
    watcher.bring_in_step(folder)
    elsewhere = folder.rename(folder.with_name("elsewhere"))
    if unplugged == "empty":
        folder.mkdir()
    watcher.bring_in_step(folder)
    assert len(library.documents.all()) == 1
    (state,) = watcher.folders()
    assert state.documents == 1
    assert "is its disk plugged in? Nothing of it was removed." in state.problem
    if unplugged == "empty":
        folder.rmdir()
    elsewhere.rename(folder)
    watcher.bring_in_step(folder)
    assert [state.problem for state in watcher.folders()] == [""]
    assert paths_in(library) == [[str(folder / "gate.txt")]]


def test_a_disk_inside_that_was_unplugged_removes_nothing_and_says_so(
    library: Library, watcher: FolderWatcher, folder: Path
) -> None:
    """Where it was mounted, an empty folder is left: perhaps the last file was deleted, which nobody can tell."""
    library.folders.watch(folder)
    (folder / "gate.txt").write_text(GATE)
    disk, scans = folder / "disk", folder / "disk" / "scans"
    scans.mkdir(parents=True)
    (scans / "pond.txt").write_text(POND)
    watcher.bring_in_step(folder)
    there = [[str(scans / "pond.txt")], [str(folder / "gate.txt")]]
    unplugged = disk.rename(folder.with_name("unplugged"))
    disk.mkdir()
    (disk / ".DS_Store").touch()
    watcher.bring_in_step(folder)
    assert paths_in(library) == there
    (state,) = watcher.folders()
    assert state.problem.startswith(f"{disk} is empty; is its disk plugged in? Its documents stay")

    (disk / ".DS_Store").unlink()
    disk.rmdir()
    unplugged.rename(disk)
    watcher.bring_in_step(folder)
    assert [state.problem for state in watcher.folders()] == [""]
    assert paths_in(library) == there

    (scans / "pond.txt").rename(folder / "pond.txt")  # what is elsewhere now is followed
    watcher.bring_in_step(folder)
    assert paths_in(library) == [[str(folder / "gate.txt")], [str(folder / "pond.txt")]]


def test_files_that_were_deleted_with_their_folder_are_gone(
    library: Library, watcher: FolderWatcher, folder: Path
) -> None:
    (folder / "gate.txt").write_text(GATE)
    (folder / "deeper" / "pond.txt").write_text(POND)
    watcher.bring_in_step(folder)
    shutil.rmtree(folder / "deeper")
    watcher.bring_in_step(folder)
    assert paths_in(library) == [[str(folder / "gate.txt")]]


def test_a_restored_library_removes_nothing_that_was_never_seen_on_this_computer(
    library: Library, models: Models, watcher: FolderWatcher, folder: Path, tmp_path: Path
) -> None:
    """A new computer has a folder of the same name; the text of what isn't in it was in the backup alone."""
    library.folders.watch(folder)
    gate, pond, fence = (folder / name for name in ("gate.txt", "pond.txt", "fence.txt"))
    gate.write_text(GATE)
    pond.write_text(POND)
    watcher.bring_in_step(folder)
    backup = tmp_path / "backup.zip"
    assert list(write_backup(library, models.embedder, backup))
    gate.unlink()
    pond.unlink()
    fence.write_text("The fence is low.")

    with Library(tmp_path / "restored") as restored:
        assert list(restore_backup(restored, models.embedder, backup))
        here = FolderWatcher(restored, lambda path: assert_read(path, restored, models), lambda path: None)
        for _ in range(2):  # also when it is looked at again
            here.bring_in_step(folder)
            assert paths_in(restored) == [[str(path)] for path in (fence, gate, pond)]
            (state,) = here.folders()
            assert state.problem.startswith("Documents from a backup whose files are not on this computer: 2, such as")

        gate.write_text(GATE)
        here.bring_in_step(folder)
        gate.unlink()
        here.bring_in_step(folder)  # it was here and is deleted
        assert paths_in(restored) == [[str(fence)], [str(pond)]]

        moved = folder / "deeper" / "carp.txt"
        moved.write_text(POND)
        here.bring_in_step(folder)  # it is here, under another name
        assert paths_in(restored) == [[str(moved)], [str(fence)]]
        assert [state.problem for state in here.folders()] == [""]


def test_the_same_name_in_two_folders_stays_two_documents(
    library: Library, models: Models, watcher: FolderWatcher, folder: Path
) -> None:
    (folder / "notes.txt").write_text(GATE)
    (folder / "deeper" / "notes.txt").write_text(POND)
    watcher.bring_in_step(folder)
    assert paths_in(library) == [[str(folder / "deeper" / "notes.txt")], [str(folder / "notes.txt")]]


def test_the_same_content_in_two_places_is_one_document_until_both_are_gone(
    library: Library, models: Models, watcher: FolderWatcher, folder: Path
) -> None:
    one, other = folder / "gate.txt", folder / "deeper" / "copy.txt"
    one.write_text(GATE)
    watcher.bring_in_step(folder)
    other.write_text(GATE)
    (folder / "pond.txt").write_text(POND)
    watcher.bring_in_step(folder)
    assert paths_in(library) == [[str(one), str(other)], [str(folder / "pond.txt")]]
    one.unlink()
    watcher.bring_in_step(folder)
    assert paths_in(library) == [[str(other)], [str(folder / "pond.txt")]]
    assert library.documents.named("copy.txt")
    other.unlink()
    other.parent.rmdir()
    watcher.bring_in_step(folder)
    assert paths_in(library) == [[str(folder / "pond.txt")]]
    assert_agreement_after_purge(library, models)


def test_an_edit_in_one_of_two_places_leaves_the_other_as_it_was(
    library: Library, models: Models, watcher: FolderWatcher, folder: Path
) -> None:
    one, other = folder / "gate.txt", folder / "deeper" / "copy.txt"
    for path in (one, other):
        path.write_text(GATE)
        assert_read(path, library, models)
    one.write_text(POND)
    watcher.bring_in_step(folder, [one])
    assert paths_in(library) == [[str(other)], [str(one)]]
    assert len(library.full_text.search(["zebrawood"], 5)) == 1
    assert len(library.full_text.search(["carp"], 5)) == 1
    assert_agreement_after_purge(library, models)


def saved_while(monkeypatch: pytest.MonkeyPatch, where: object, name: str, save: Callable[[], object]) -> None:
    """Have `save` called once, before what is called `name`."""
    original, saves = getattr(where, name), iter([save])

    def saving(*arguments: Any) -> Any:
        next(saves, lambda: None)()
        return original(*arguments)

    monkeypatch.setattr(where, name, saving)


def test_a_file_saved_while_it_is_stored_is_read_again_when_its_folder_is_looked_at(
    library: Library, watcher: FolderWatcher, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = folder / "gate.txt"
    gate.write_text(GATE)
    saved_while(monkeypatch, indexing.Indexing, "finish", lambda: gate.write_text(GATE.replace("green", "white")))
    watcher.bring_in_step(folder)
    assert len(library.full_text.search(["green"], 5)) == 1
    watcher.bring_in_step(folder)
    assert library.full_text.search(["green"], 5) == []
    assert len(library.full_text.search(["white"], 5)) == 1


def test_a_file_saved_before_its_reader_opens_it_has_the_checksum_of_its_text(
    library: Library, models: Models, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = folder / "gate.txt"
    gate.write_text(GATE)
    saved_while(monkeypatch, pipeline, "read_pages", lambda: gate.write_text(POND))
    assert index_file(gate, library, models).status == "added"
    (folder / "former.txt").write_text(GATE)
    assert index_file(folder / "former.txt", library, models).status == "added"
    (folder / "copy.txt").write_text(POND)
    assert index_file(folder / "copy.txt", library, models).status == "unchanged"
    assert len(library.full_text.search(["zebrawood"], 5)) == 1


def test_a_file_that_is_saved_faster_than_it_is_read_is_a_sentence_and_stays_as_it_was(
    library: Library, models: Models, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = folder / "gate.txt"
    gate.write_text(GATE)
    assert_read(gate, library, models)
    gate.write_text(POND)
    original, texts = pipeline.read_pages, iter(range(9))

    def read_pages(*arguments: Any) -> None:
        gate.write_text(f"{POND} {next(texts)}")
        original(*arguments)
        gate.write_text(f"{POND} {next(texts)}")

    monkeypatch.setattr(pipeline, "read_pages", read_pages)
    result = index_file(gate, library, models)
    assert (result.status, result.error) == (
        "failed",
        "gate.txt is being written while it is read; add it again when that has ended.",
    )
    assert next(texts) == 2 * pipeline.MOST_READINGS
    assert len(library.full_text.search(["zebrawood"], 5)) == 1
    assert_agreement_after_purge(library, models)


@pytest.fixture
def queue(library: Library, models: Models) -> Iterator[IngestQueue]:
    queue = IngestQueue(library, models)
    queue.start()
    yield queue
    queue.close()


def test_a_watched_folder_is_followed_as_it_changes(queue: IngestQueue, library: Library, folder: Path) -> None:
    gate = folder / "gate.txt"
    gate.write_text(GATE)
    queue.watch(folder)
    until(lambda: paths_in(library) == [[str(gate)]])
    (folder / "deeper" / "pond.txt").write_text(POND)
    until(lambda: len(paths_in(library)) == 2)
    gate.rename(folder / "entrance.txt")
    until(lambda: [str(folder / "entrance.txt")] in paths_in(library))
    (folder / "entrance.txt").unlink()
    until(lambda: paths_in(library) == [[str(folder / "deeper" / "pond.txt")]])
    (state,) = queue.folders()
    assert (state.path, state.documents, state.problem) == (str(folder), 1, "")
    queue.unwatch(folder)
    assert queue.folders() == []
    assert len(library.documents.all()) == 1


def test_a_file_saved_while_it_is_being_stored_is_queued_once_more(
    queue: IngestQueue, library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, followed = folder / "gate.txt", threading.Event()
    in_step = FolderWatcher._in_step

    def following(watcher: FolderWatcher, folder: Path, changed: Collection[Path]) -> None:
        in_step(watcher, folder, changed)
        if gate in changed and "white" in gate.read_text():
            followed.set()

    def save() -> None:
        gate.write_text(GATE.replace("green", "white"))
        until(followed.is_set)

    monkeypatch.setattr(FolderWatcher, "_in_step", following)
    saved_while(monkeypatch, indexing.Indexing, "finish", save)
    queue.watch(folder)
    gate.write_text(GATE)
    until(lambda: library.full_text.search(["white"], 5))
    until(lambda: not queue.jobs())
    assert library.full_text.search(["green"], 5) == []


def test_a_file_saved_just_before_its_folder_is_followed_is_read(
    queue: IngestQueue, library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow, gate = watchfiles.watch, folder / "gate.txt"

    def following(*folders: Path, **settings: Any) -> Iterator[object]:
        gate.write_text(GATE)
        return follow(*folders, **settings)

    monkeypatch.setattr(watchfiles, "watch", following)
    queue.watch(folder)
    until(lambda: library.full_text.search(["zebrawood"], 5))


def test_what_can_not_be_watched_is_a_sentence(queue: IngestQueue, library: Library, tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="is not a folder"):
        queue.watch(tmp_path / "nothing")
    with pytest.raises(ReadError, match="holds the library itself"):
        queue.watch(tmp_path)
    with pytest.raises(ReadError, match="is not watched"):
        queue.unwatch(tmp_path)

"""Whatever a file is called and whatever it is: it is read, or one sentence says why not, and nothing waits forever."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from bench.small_library import copied
from lamplight.ingest import file_version
from lamplight.ingest.file_version import checksum_of
from lamplight.ingest.folders import FolderWatcher
from lamplight.ingest.pipeline import FileResult, index_file, index_files
from lamplight.ingest.walk import SF_DATALESS, files_in, is_placeholder
from lamplight.library.store import Library
from lamplight.models.loading import Models

GATE = "The gate is painted zebrawood green and locked at dusk."
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names and files")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Beside the library."""
    folder = tmp_path / "files"
    folder.mkdir()
    return folder


def results(paths: list[Path], library: Library, models: Models) -> dict[str, FileResult]:
    found = index_files(files_in(paths), library, models)
    return {result.path: result for result in found if isinstance(result, FileResult)}


@POSIX
@pytest.mark.parametrize(
    "name",
    [
        "🦆 pond.txt", "-rf.txt", "\"it's\" <b>&amp;.txt", "two\nlines.txt", "n" * 251 + ".txt", "a\u202etxt.exe.txt",
        " blanks .txt", "50%_done.txt", "Ü\u0308ber.txt",
    ],
)  # fmt: skip
def test_any_name_can_be_read_kept_and_removed(folder: Path, library: Library, models: Models, name: str) -> None:
    path = folder / name
    path.write_text(GATE)
    assert index_file(path, library, models).status == "added"
    (document,) = library.documents.named(name)
    assert copied(library, path, name).read_text() == GATE
    assert json.loads(json.dumps(document.name)) == name
    library.documents.remove(document.id)
    library.documents.purge(document.id)
    assert library.documents.all() == []


@POSIX
def test_a_name_that_is_not_utf_8_is_a_sentence_that_can_be_printed(
    folder: Path, library: Library, models: Models
) -> None:
    (folder / os.fsdecode(b"caf\xe9.txt")).write_text(GATE)
    (result,) = results([folder], library, models).values()
    assert result.status == "failed"
    assert "has a name that isn't UTF-8" in result.error
    assert json.dumps(result.to_json()).encode("utf-8")


@POSIX
def test_pipes_devices_and_links_that_lead_nowhere_are_sentences(
    folder: Path, library: Library, models: Models
) -> None:
    os.mkfifo(folder / "pipe.txt")
    (folder / "endless.txt").symlink_to("/dev/zero")
    (folder / "loop.txt").symlink_to("loop.txt")
    (folder / "around").symlink_to(folder)
    (folder / "gone.txt").symlink_to("nothing.txt")
    (folder / "gate.txt").write_text(GATE)
    assert [Path(path).name for path in results([folder], library, models)] == ["gate.txt"]

    named = [folder / name for name in ("pipe.txt", "endless.txt", "loop.txt", "gone.txt")]
    sentences = [result.error for result in results(named, library, models).values()]
    assert ["pipe or a device" in sentence for sentence in sentences] == [True, True, False, False]
    assert "can't be read" in sentences[2]
    assert "link to something that isn't there" in sentences[3]
    assert "pipe or a device" in index_file(folder / "endless.txt", library, models).error


def test_what_nobody_means_is_passed_over_and_a_lock_that_is_named_is_a_sentence(
    folder: Path, library: Library, models: Models
) -> None:
    for name in (
        ".DS_Store",
        "~$lock.docx",
        ".hidden/a.txt",
        "node_modules/a.txt",
        "__MACOSX/a.txt",
        "deep/er/gate.txt",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(GATE)
    assert [Path(path).name for path in results([folder], library, models)] == ["gate.txt"]
    (lock,) = results([folder / "~$lock.docx"], library, models).values()
    assert "is what Office leaves beside an open document" in lock.error


def test_what_is_only_in_the_cloud_is_skipped_with_a_sentence(folder: Path, library: Library, models: Models) -> None:
    assert is_placeholder(SimpleNamespace(st_flags=SF_DATALESS))  # type: ignore[arg-type]
    assert is_placeholder(SimpleNamespace(st_file_attributes=0x400000))  # type: ignore[arg-type]
    assert not is_placeholder(folder.stat())
    (folder / ".report.pdf.icloud").write_bytes(b"bplist00")
    (result,) = results([folder], library, models).values()
    assert (result.status, Path(result.path).name) == ("skipped", "report.pdf")
    assert "is only in the cloud" in result.error


def test_a_watched_folder_says_what_is_only_in_the_cloud_and_removes_nothing(
    folder: Path, library: Library, models: Models
) -> None:
    (folder / "gate.txt").write_text(GATE)
    (folder / "other.txt").write_text("Other words.")
    watcher = FolderWatcher(library, lambda path: index_file(path, library, models) and None, lambda path: None)
    library.folders.watch(folder)
    watcher.bring_in_step(folder)
    (folder / "gate.txt").rename(folder / ".gate.txt.icloud")
    watcher.bring_in_step(folder)
    assert len(library.documents.all()) == 2
    assert watcher.folders()[0].problem.startswith("1 of its files are only in the cloud, such as gate.txt")


def test_a_file_that_grows_while_it_is_read_is_read_as_far_as_it_was(
    folder: Path, library: Library, models: Models, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_version, "READ_BLOCK", 16)
    path = folder / "log.txt"
    path.write_text(GATE)
    with path.open("a") as log:

        class Growing:
            """Writes on whenever a block is read."""

            def update(self, block: bytes) -> None:
                log.write("more words " * 9)
                log.flush()

            def hexdigest(self) -> str:
                return "0" * 64

        monkeypatch.setattr(file_version.hashlib, "sha256", Growing)
        assert checksum_of(path) == "0" * 64
    monkeypatch.undo()
    assert index_file(path, library, models).status == "added"


def test_a_rename_that_changes_only_capitals_is_no_second_file(folder: Path, library: Library, models: Models) -> None:
    (folder / "gate.txt").write_text(GATE)
    index_file(folder / "gate.txt", library, models)
    (folder / "gate.txt").rename(folder / "Gate.TXT")
    assert index_file(folder / "Gate.TXT", library, models).status == "unchanged"
    (document,) = library.documents.all()
    assert library.paths.of(document.id) == [str(folder / "Gate.TXT")]

"""What `doctor` says of the files that documents were read from, and of the search index."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bench.small_library import fill
from lamplight.library.store import Library
from lamplight.ui.doctor import examine
from lamplight.ui.model_checks import Check


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A library with one kept copy (0.txt) and three files that were read where they lie."""
    fill(tmp_path / "library", tmp_path)
    return tmp_path / "library"


def check(folder: Path, name: str) -> Check:
    (found,) = [step for step in examine(folder) if isinstance(step, Check) and step.name == name]
    return found


def copy_of(folder: Path) -> Path:
    (copy,) = (folder / "files").rglob("0.txt")
    return copy


def test_files_that_are_as_they_were_are_in_order(folder: Path) -> None:
    assert check(folder, "copies of files") == Check("copies of files", True, "all 1 are what was read")
    assert check(folder, "files elsewhere").finding == "3 were read where they lie; all match"
    assert check(folder, "search index").finding == "its files are as they were written"


def test_a_copy_with_another_byte_in_it_is_named(folder: Path) -> None:
    copy = copy_of(folder)
    copy.write_bytes(copy.read_bytes()[:-1] + b"2")
    found = check(folder, "copies of files")
    assert not found.works
    assert found.finding.startswith(f"1 no longer match what was read: 0.txt (changed: {copy})")
    assert "Add the original again" in found.fix


def test_a_copy_that_is_gone_is_named(folder: Path) -> None:
    copy_of(folder).unlink()
    assert "0.txt (gone: " in check(folder, "copies of files").finding


def test_an_original_that_was_edited_is_named_and_no_fault(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "2.txt").write_text("edited")
    (tmp_path / "3.txt").unlink()
    found = check(folder, "files elsewhere")
    assert found.works
    assert f"{tmp_path / '2.txt'} (changed)" in found.finding
    assert f"{tmp_path / '3.txt'} (gone)" in found.finding


def test_a_damaged_search_index_is_said_and_left_for_the_next_start(folder: Path) -> None:
    (header,) = (folder / "vectors").glob("*/header.bin")
    header.write_bytes(b"")
    assert "rebuilds it by itself" in check(folder, "search index").finding
    assert header.exists()


def test_quick_reads_no_files(folder: Path) -> None:
    shutil.rmtree(folder / "files")
    steps = list(examine(folder, files=False))
    assert {"copies of files", "files elsewhere"}.isdisjoint(step.name for step in steps if isinstance(step, Check))
    with Library(folder) as library:
        assert len(library.documents.all()) == 4

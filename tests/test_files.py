"""What is written whole is whole after a power cut too, and what can't be written leaves what was there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lamplight.files import write_atomically
from tests.syncs import on_disk


def test_what_is_written_atomically_is_on_the_disk_under_its_name(tmp_path: Path, synced: set[int]) -> None:
    path = tmp_path / "settings" / "choice.json"
    for content in (b"one", b"other"):
        synced.clear()
        write_atomically(path, content)
        assert path.read_bytes() == content
        assert on_disk(path, tmp_path / "settings", synced)


def test_what_can_not_be_written_leaves_what_was_there_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "choice.json"
    write_atomically(path, b"before")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(path, b"after")
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [b"before"]

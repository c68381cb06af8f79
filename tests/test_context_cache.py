"""What the context cache promises: the right state or none, within its bounds."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lamplight.models.context_cache import HEADER, ContextCache, segment_key

KEYS = [segment_key(b"model", [number]) for number in range(6)]


def kept(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def test_a_state_is_found_again_after_a_restart(tmp_path: Path) -> None:
    cache = ContextCache(tmp_path)
    cache.put(KEYS[0], b"keys and values")
    cache.flush()
    assert ContextCache(tmp_path).get(KEYS[0]) == b"keys and values"
    assert ContextCache(tmp_path).get(KEYS[1]) is None


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda content: content[:-1], id="cut short"),
        pytest.param(lambda content: content[:10], id="cut inside its header"),
        pytest.param(lambda content: b"", id="empty"),
        pytest.param(lambda content: content[:-1] + b"?", id="another last byte"),
        pytest.param(lambda content: content + b"?", id="longer"),
        pytest.param(lambda content: b"?" + content[1:], id="another format"),
    ],
)
def test_a_damaged_state_is_ignored_and_removed(tmp_path: Path, damage: object) -> None:
    cache = ContextCache(tmp_path)
    cache.put(KEYS[0], b"keys and values")
    cache.flush()
    (path,) = kept(tmp_path)
    assert callable(damage)
    path.write_bytes(damage(path.read_bytes()))
    assert ContextCache(tmp_path).get(KEYS[0]) is None
    assert kept(tmp_path) == []


def test_a_state_under_another_name_is_ignored(tmp_path: Path) -> None:
    cache = ContextCache(tmp_path)
    cache.put(KEYS[0], b"keys and values")
    cache.flush()
    (path,) = kept(tmp_path)
    path.rename(tmp_path / f"{KEYS[1].hex()}.state")
    assert ContextCache(tmp_path).get(KEYS[1]) is None


def test_the_cap_is_obeyed_and_the_least_recently_used_go_first(tmp_path: Path) -> None:
    size = 1000
    cache = ContextCache(tmp_path, disk_bytes=3 * (size + HEADER.size), memory_bytes=0)
    for number, key in enumerate(KEYS):
        cache.put(key, bytes(size))
        cache.flush()
        os.utime(tmp_path / f"{key.hex()}.state", ns=(number, number))
        if number >= 1:
            assert cache.get(KEYS[0]) is not None  # in use, so it stays
    assert cache.disk_usage() <= 3 * (size + HEADER.size)
    assert [key for key in KEYS if cache.get(key) is not None] == [KEYS[0], *KEYS[-2:]]


def test_what_is_too_large_for_the_disk_is_not_written(tmp_path: Path) -> None:
    cache = ContextCache(tmp_path, disk_bytes=100)
    cache.put(KEYS[0], bytes(1000))
    cache.flush()
    assert kept(tmp_path) == []
    assert cache.get(KEYS[0]) == bytes(1000)


def test_clearing_leaves_nothing(tmp_path: Path) -> None:
    cache = ContextCache(tmp_path)
    cache.put(KEYS[0], b"keys and values")
    cache.clear()
    assert cache.get(KEYS[0]) is None
    assert kept(tmp_path) == []


def test_a_key_depends_on_all_that_came_before() -> None:
    assert segment_key(segment_key(b"a", [1]), [2]) != segment_key(segment_key(b"b", [1]), [2])
    assert segment_key(segment_key(b"a", [1]), [2]) != segment_key(segment_key(b"a", [3]), [2])
    assert segment_key(b"a", [1, 2]) != segment_key(b"a", [1])

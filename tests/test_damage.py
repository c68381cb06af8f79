"""What the library promises when its vectors are damaged: no crash, and they are made again by themselves."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.small_library import EMBEDDER, content, faults_in, fill
from lamplight.library.checksums import CHECKSUMS, Checksums
from lamplight.library.errors import LibraryError, VectorsAway
from lamplight.library.store import Library
from lamplight.library.vectors import VectorStore
from lamplight.rag.retriever import Retriever
from tests.waiting import until

ROOT = Path(__file__).parent.parent
DOCUMENTS, PASSAGES = 4, 30


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a library whose index is on disk. Tests work on copies."""
    folder = tmp_path_factory.mktemp("whole")
    fill(folder / "library", folder, DOCUMENTS, PASSAGES)
    return folder


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    shutil.copytree(whole / "library", tmp_path / "library")
    return tmp_path / "library"


def index_file(folder: Path, name: str) -> Path:
    if name.startswith("chroma"):
        return folder / "vectors" / name
    (path,) = (folder / "vectors").glob(f"*/{name}")
    return path


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def zeroed(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def flipped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x80
    path.write_bytes(content)


DAMAGES: list[Callable[[Path], None]] = [cut, zeroed, flipped, Path.unlink]
FILES = ("chroma.sqlite3", "header.bin", "data_level0.bin", "length.bin", "link_lists.bin", "index_metadata.pickle")


def kill_one_that_has_it_open(folder: Path) -> None:
    code = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from bench.small_library import EMBEDDER\n"
        "from lamplight.library.store import Library\n"
        "Library(Path(sys.argv[1])).vectors.store(EMBEDDER)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(folder)], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr


def assert_whole(folder: Path, expected: list[tuple[object, ...]]) -> None:
    with Library(folder) as library:
        assert content(library) == expected
        assert faults_in(library, folder.parent) == []


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_of_the_vectors_is_made_again(
    folder: Path, name: str, damage: Callable[[Path], None], tmp_path: Path
) -> None:
    """In this process: one that opened such a file would end."""
    with Library(folder) as library:
        expected = content(library)
    damage(index_file(folder, name))
    said: list[str] = []
    with Library(folder) as library:
        library.vector_places.noticed = said.append
        library.vectors.store(EMBEDDER)
    if index_file(folder, "chroma.sqlite3").stat().st_size:
        assert "rebuilt" in said[0]
        assert said[-1] == ""
    assert_whole(folder, expected)


@pytest.mark.long
@pytest.mark.parametrize("name", ["chroma.sqlite3", "data_level0.bin"])
def test_damage_is_noticed_after_a_kill_too(folder: Path, name: str) -> None:
    with Library(folder) as library:
        expected = content(library)
    kill_one_that_has_it_open(folder)
    zeroed(index_file(folder, name))
    assert_whole(folder, expected)


@pytest.mark.long
def test_a_kill_alone_rebuilds_nothing(folder: Path) -> None:
    kill_one_that_has_it_open(folder)
    said: list[str] = []
    with Library(folder) as library:
        library.vector_places.noticed = said.append
        library.vectors.store(EMBEDDER)
    assert "".join(said) == ""


def test_files_that_changed_before_a_kill_are_no_damage(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "import numpy as np\n"
        "from lamplight.library.checksums import Checksums\n"
        "from lamplight.library.vectors import VectorStore\n"
        "place = Path(sys.argv[1])\n"
        "store = VectorStore(place, 'test', Checksums(place))\n"
        "Checksums.renew = lambda self: os.kill(os.getpid(), signal.SIGKILL)\n"
        "store.add([1, 2], 1, np.eye(2, 384, dtype=np.float32))\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert Checksums(tmp_path).condition() == "unknown"  # it is tried in a process of its own, not begun anew
    store = VectorStore(tmp_path, "test", Checksums(tmp_path))
    assert store.ids() == {1, 2}
    store.close()
    assert Checksums(tmp_path).condition() == "closed"


@pytest.mark.parametrize(("damage", "rebuilt"), [(None, False), (zeroed, True)], ids=["sound", "damaged"])
def test_vectors_without_checksums_are_tried_in_a_process_of_its_own(
    folder: Path, damage: Callable[[Path], None] | None, rebuilt: bool
) -> None:
    """As those of a version before there were any."""
    (folder / "vectors" / CHECKSUMS).unlink()
    if damage is not None:
        damage(index_file(folder, "data_level0.bin"))
    said: list[str] = []
    with Library(folder) as library:
        library.vector_places.noticed = said.append
        library.vectors.store(EMBEDDER)
    assert any("rebuilt" in sentence for sentence in said) is rebuilt
    assert Checksums(folder / "vectors").condition() == "closed"


def test_what_is_found_by_words_is_found_while_vectors_are_made_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut(index_file(folder, "data_level0.bin"))
    with Library(folder) as library:
        retriever = Retriever(library, EMBEDDER)
        (number, *_) = library.passages.findable()
        words = library.passages.by_id([number])[number].text
        found: list[list[int]] = []
        encode = EMBEDDER.encode

        def search_meanwhile(texts: list[str]) -> np.ndarray:
            if not found:
                found.append([])
                found[0] = [passage.id for passage in retriever.search(words, 10).found]
            return encode(texts)

        monkeypatch.setattr(type(EMBEDDER), "encode", lambda _, texts: search_meanwhile(texts))
        library.vectors.store(EMBEDDER)
        assert found[0]  # no vector was there yet
        assert library.vector_places.notice == ""


def test_vectors_that_can_not_be_opened_though_they_are_sound_are_a_sentence(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are not thrown away for a disk that is full at the moment."""
    import chromadb

    def full(*_: object) -> None:
        raise OSError("No space left on device")

    with Library(folder) as library:
        with monkeypatch.context() as patch:
            patch.setattr(chromadb, "PersistentClient", full)
            with pytest.raises(LibraryError, match="No space left"):
                library.vectors.store(EMBEDDER)
        assert library.vector_places.notice == ""
        assert len(library.vectors.store(EMBEDDER)) == library.passages.count()


def test_a_failed_write_does_not_lock_chroma_up(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It keeps its database locked after an I/O error, and waits for itself for ever unless it is opened anew."""
    with Library(folder) as library:
        store = library.vectors.store(EMBEDDER)
        count, collection = len(store), store._collection

        def broken(*_: object, **__: object) -> None:
            raise OSError("Input/output error")

        monkeypatch.setattr(collection, "upsert", broken)
        with pytest.raises(LibraryError, match="can't be written"):
            store.add([10_000], 1, EMBEDDER.encode(["one more"]))
        assert store._collection is collection  # opened anew by the next who needs it
        assert len(store) == count
        assert store._collection is not collection
        store.add([10_000], 1, EMBEDDER.encode(["one more"]))
        assert len(store) == count + 1


def test_closed_vectors_find_nothing_and_their_folder_does_not_come_back(tmp_path: Path) -> None:
    place, vectors = tmp_path / "vectors", EMBEDDER.encode(["gate", "pond"])
    store = VectorStore(place, "test", Checksums(place))
    store.add([1, 2], 1, vectors)
    store.close()
    shutil.rmtree(place)
    assert store.nearest(vectors[0], 2) == []
    assert store.vectors_of([1, 2]) == {}
    for use in (store.ids, lambda: store.add([3], 1, vectors[:1]), lambda: store.remove([1])):
        with pytest.raises(VectorsAway, match="were closed"):
            use()
    assert not place.exists()
    again = VectorStore(place, "test", Checksums(place))  # as of an embedder that is chosen again
    again.add([1, 2], 1, vectors)
    assert [number for number, _ in again.nearest(vectors[0], 2)] == [1, 2]
    again.close()


def test_vectors_are_closed_when_the_search_under_way_has_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, vectors = tmp_path / "vectors", EMBEDDER.encode(["gate", "pond"])
    store = VectorStore(place, "test", Checksums(place))
    store.add([1, 2], 1, vectors)
    query, closing = store._query, threading.Thread(target=store.close)

    def closed_meanwhile(*arguments: Any) -> Any:
        closing.start()
        until(lambda: store._closed)
        return query(*arguments)

    monkeypatch.setattr(store, "_query", closed_meanwhile)
    assert [number for number, _ in store.nearest(vectors[0], 2)] == [1, 2]
    closing.join()
    assert store.nearest(vectors[0], 2) == []


def test_checksums_that_are_no_checksums_are_damage(folder: Path) -> None:
    for nonsense in ("", "[]", json.dumps({"closed": True}), json.dumps({"closed": 1, "files": 7})):
        (folder / "vectors" / CHECKSUMS).write_text(nonsense)
        assert Checksums(folder / "vectors").condition() == "damaged"

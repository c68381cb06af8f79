"""What is promised when vectors are on a Chroma server: the same answers, no mixing, nothing lost while it is away."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import chromadb
import numpy as np
import pytest
from chromadb.config import Settings

from bench.small_library import EMBEDDER, HashedEmbedder, content, file_of, fill, store, written
from lamplight.app import main
from lamplight.errors import ServerError
from lamplight.ingest.pipeline import index_file
from lamplight.library import served_vectors
from lamplight.library.backup import write_backup
from lamplight.library.errors import LibraryError
from lamplight.library.restore import restore_backup
from lamplight.library.store import Library
from lamplight.library.vector_server import VectorServer
from lamplight.models.embedder import Vectors
from lamplight.models.loading import Models
from lamplight.rag.retriever import Retriever
from lamplight.samples import HANDBOOK
from lamplight.ui.doctor import examine, to_json
from tests.model_servers import scripted
from tests.vector_servers import ChromaServer, chroma_server
from tests.waiting import until

ROOT = Path(__file__).parent.parent
QUESTION = "When are bonfires allowed?"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ChromaServer]:
    with chroma_server(tmp_path / "chroma") as server:
        yield server


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that was away is tried again soon."""
    monkeypatch.setattr(served_vectors, "PAUSE_SECONDS", 0.05)
    monkeypatch.setattr(served_vectors, "LONGEST_PAUSE", 0.1)


class Counting(HashedEmbedder):
    """Counts what it is asked for."""

    asked = 0

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.asked += len(texts)
        return super().encode(texts)


def collections(server: ChromaServer) -> dict[str, int]:
    """The server's own account: how many vectors each collection holds."""
    client = chromadb.HttpClient("127.0.0.1", server.port, settings=Settings(anonymized_telemetry=False))
    found = {collection.name: collection.count() for collection in client.list_collections()}
    for part in (client, client._admin_client):  # type: ignore[attr-defined]
        part._server._session.close()
    return found


def filled(folder: Path, server: ChromaServer, number: int = 1) -> Library:
    """An open library whose document `number` has its vectors on the server."""
    folder.mkdir(exist_ok=True)
    library = Library(folder / "library")
    library.vector_places.use(VectorServer.at(server.address))
    store(library, written(file_of(folder, number), number))
    return library


def fill_up(library: Library) -> None:
    """As idle work does, until the server has what it should have."""

    def is_whole() -> bool:
        library.vectors.fill(EMBEDDER, lambda: False)
        return not library.vector_places.are_away and library.vectors.store(EMBEDDER).ids() == set(
            library.passages.findable()
        )

    until(is_whole)


def test_vectors_are_moved_to_the_server_and_not_computed_again(tmp_path: Path, server: ChromaServer) -> None:
    fill(tmp_path / "library", tmp_path)
    embedder = Counting()
    with Library(tmp_path / "library") as library:
        before = content(library)
        vector = EMBEDDER.encode(["heron gate"])[0]
        nearest = library.vectors.store(embedder).nearest(vector, 5)
        library.vector_places.use(VectorServer.at(server.address))
        served = library.vectors.store(embedder)
        assert embedder.asked == 0
        assert not (tmp_path / "library" / "vectors").exists()
        assert sum(collections(server).values()) == library.passages.count()
        assert [number for number, _ in served.nearest(vector, 5)] == [number for number, _ in nearest]
        assert np.allclose([near for _, near in served.nearest(vector, 5)], [near for _, near in nearest], atol=1e-5)
        assert content(library) == before
    with Library(tmp_path / "library") as library:  # and that is known when it is opened again
        assert library.vectors.store(embedder).ids() == set(library.passages.findable())
        assert embedder.asked == 0


def test_while_the_server_is_down_nothing_is_lost(tmp_path: Path, server: ChromaServer) -> None:
    with filled(tmp_path, server) as library:
        told: list[str] = []
        library.vector_places.noticed = told.append
        server.kill()
        added = file_of(tmp_path, 2)
        store(library, written(added, 2))
        (first,) = [document for document in library.documents.all() if document.name == "1.txt"]
        library.documents.remove(first.id)
        library.documents.purge(first.id)
        assert library.vector_places.are_away
        assert "can’t be reached" in library.vector_places.notice
        assert len(told) == 1  # once, not with every try
        chunks = list(library.passages.findable())
        assert library.vectors.store(EMBEDDER).nearest(EMBEDDER.encode(["heron"])[0], 5) == []
        assert library.vectors.of(chunks, EMBEDDER).keys() == set(chunks)
        assert library.full_text.search(["heron", "carp", "gate"], 5)
        library.vectors.fill(EMBEDDER, lambda: False)  # which ends at once
        server.start()
        fill_up(library)
        assert library.vector_places.notice == ""
        assert sum(collections(server).values()) == len(chunks)


@pytest.mark.long
def test_a_library_opens_while_its_server_is_down_and_is_completed_by_the_next_opening(
    tmp_path: Path, server: ChromaServer
) -> None:
    filled(tmp_path, server).close()
    server.kill()
    with Library(tmp_path / "library") as library:
        store(library, written(file_of(tmp_path, 2), 2))
        assert library.vector_places.are_away
    server.start()
    with Library(tmp_path / "library") as library:
        assert library.vectors.store(EMBEDDER).ids() == set(library.passages.findable())
        assert library.vector_places.notice == ""


@pytest.mark.long
def test_a_server_that_comes_back_empty_is_filled_again(tmp_path: Path, server: ChromaServer) -> None:
    with filled(tmp_path, server) as library:
        server.kill()
        server.start(tmp_path / "another")
        assert library.vectors.store(EMBEDDER).nearest(EMBEDDER.encode(["heron"])[0], 5) == []
        fill_up(library)


@pytest.mark.long
def test_libraries_on_one_server_do_not_mix_and_erasing_leaves_the_other(tmp_path: Path, server: ChromaServer) -> None:
    with filled(tmp_path / "a", server) as library, filled(tmp_path / "b", server, 2) as other:
        kept = other.vectors.store(EMBEDDER).ids()
        assert library.vectors.store(EMBEDDER).ids() == kept  # the same numbers, which mean something else
        assert len(collections(server)) == 2
        library.erase()
        assert list(collections(server).values()) == [len(kept)]
        store(library, written(file_of(tmp_path / "a", 3), 3))
        assert other.vectors.store(EMBEDDER).ids() == kept


@pytest.mark.long
def test_what_can_not_be_erased_on_the_server_is_said_and_done_later(tmp_path: Path, server: ChromaServer) -> None:
    with filled(tmp_path, server) as library:
        server.kill()
        with pytest.raises(LibraryError, match="All is erased here, but not the vectors"):
            library.erase()
        assert library.is_empty
    server.start()
    assert sum(collections(server).values())
    with Library(tmp_path / "library") as library:
        library.vector_places.delete_left()
        assert not sum(collections(server).values())


@pytest.mark.long
def test_vectors_come_back_here(tmp_path: Path, server: ChromaServer) -> None:
    filled(tmp_path, server).close()
    with Library(tmp_path / "library") as library:
        library.vector_places.use(None)
        library.vector_places.delete_left()
        assert library.vectors.store(EMBEDDER).ids() == set(library.passages.findable())
        assert collections(server) == {}
    assert (tmp_path / "library" / "vectors").is_dir()


@pytest.mark.long
def test_a_backup_brings_its_vectors_to_the_server(tmp_path: Path, server: ChromaServer) -> None:
    with filled(tmp_path, server) as library:
        list(write_backup(library, EMBEDDER, tmp_path / "backup.zip"))
    embedder = Counting()
    with Library(tmp_path / "restored") as library:
        library.vector_places.use(VectorServer.at(server.address))
        list(restore_backup(library, embedder, tmp_path / "backup.zip"))
        assert library.vectors.store(embedder).ids() == set(library.passages.findable())
        assert embedder.asked == 0
    assert len(set(collections(server).values())) == 1  # twice the same, in collections of their own


def test_the_same_passages_are_found_there(tmp_path: Path, server: ChromaServer, models: Models) -> None:
    with Library(tmp_path / "library") as library:
        library.vector_places.use(VectorServer.at(server.address))
        assert index_file(HANDBOOK, library, models).status == "added"
        found = Retriever(library, models.embedder).search(QUESTION, 3).found
        server.kill()
        by_words = Retriever(library, models.embedder).search(QUESTION, 3).found
    assert found[0].text == by_words[0].text
    assert "bonfire" in found[0].text.lower()


def test_what_is_no_chroma_server_is_a_sentence(tmp_path: Path) -> None:
    with scripted() as script, Library(tmp_path / "library") as library:
        library.vector_places.use(VectorServer.at(script.address.removesuffix("/v1")))
        library.vectors.store(EMBEDDER)
        assert "is no Chroma server" in library.vector_places.notice


@pytest.mark.parametrize("typed", ["", "ftp://nas:8000", "http://na s", "nas:port"])
def test_an_address_that_is_none_is_a_sentence(typed: str) -> None:
    with pytest.raises(ServerError, match="is no web address"):
        VectorServer.at(typed)


def test_another_computer_is_reached_only_with_leave_which_is_counted_and_named(tmp_path: Path) -> None:
    with Library(tmp_path / "library") as library, pytest.raises(ServerError, match=r"is not this computer.*--allow"):
        library.vector_places.use(VectorServer.at("nas.example"))
    code = """
import sys
from dataclasses import replace
from pathlib import Path
from bench.small_library import EMBEDDER
from lamplight.library import served_vectors
from lamplight.library.store import Library
from lamplight.library.vector_server import VectorServer
from lamplight.network.connections import CONNECTIONS, block_connections
block_connections()
served_vectors.CONNECT_SECONDS = 0.2
server = VectorServer.at("http://192.0.2.1:8000", permitted=True)
library = Library(Path(sys.argv[1]))
library.vector_places.use(server)
library.vectors.store(EMBEDDER)
assert library.vector_places.are_away
(attempt,) = CONNECTIONS.listed
assert (attempt.host, attempt.reason, attempt.blocked) == ("192.0.2.1", "vectors on 192.0.2.1:8000", False), attempt
library.vector_places.close()
library.vector_places.choice.server = replace(server, permitted="")
library.vectors.store(EMBEDDER)
assert "is not this computer" in library.vector_places.notice
assert len(CONNECTIONS.listed) == 1
"""
    command = [sys.executable, "-c", code, str(tmp_path / "library")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.long
def test_the_option_is_kept_and_doctor_looks_at_the_server(
    tmp_path: Path, server: ChromaServer, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "library"
    assert main(["--library", str(folder), "--vectors", server.address, "list"]) == 0
    with Library(folder) as library:
        store(library, written(file_of(tmp_path, 1), 1))

    def said() -> tuple[bool, str]:
        (check,) = [one for one in to_json(list(examine(folder, False)))["checks"] if one["name"] == "search index"]
        return check["works"], check["finding"]

    assert said() == (True, f"12 vectors on 127.0.0.1:{server.port}")
    server.kill()
    works, finding = said()
    assert not works
    assert "can’t be reached" in finding
    assert main(["--library", str(folder), "--vectors", "here", "list"]) == 0
    assert "is deleted when that can be reached" in capsys.readouterr().err

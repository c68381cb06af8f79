"""What backup, restore and erasing promise: all comes back, or nothing was touched; and what is erased is gone."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from bench.small_library import copied
from lamplight.ingest.pipeline import index_file
from lamplight.ingest.queue import IngestQueue
from lamplight.library.backup import MANIFEST, BackupError, pack, read_manifest, write_backup
from lamplight.library.database import DATABASE, Database
from lamplight.library.errors import LibraryError
from lamplight.library.restore import restore_backup
from lamplight.library.store import ERASING, SCRATCH, Library
from lamplight.library.vectors import VectorStore
from lamplight.models.embedder import Embedder
from lamplight.models.loading import Models
from lamplight.rag.answerer import Answerer
from lamplight.ui.household.visitor import SESSION
from lamplight.ui.services import Services
from lamplight.ui.trust_routes import trust_routes
from tests.syncs import on_disk
from tests.test_library import GATE, POND, add, assert_agreement, names_found, write
from tests.visits import held_open
from tests.waiting import until

ROOT = Path(__file__).parent.parent
SAID = "What colour is the zebrawood gate?"


def drop(library: Library, models: Models, path: Path) -> Path:
    """Add a copy of a file, as a drop on the page does. Returns where the copy is."""
    kept = copied(library, path, path.name)
    assert index_file(kept, library, models).error == ""
    return kept


def fill(library: Library, models: Models, files: Path) -> None:
    """A dropped document, one read where it lies, and a conversation."""
    drop(library, models, write(files / "gate.txt", GATE))
    add(library, models, files / "pond.txt", POND)
    conversation = library.conversations.start(SAID)
    library.messages.add(conversation, "user", SAID)
    library.collections.collect(library.collections.add("Water"), [library.documents.named("pond.txt")[0].id])


def finish(steps: Iterator[Any]) -> None:
    for _ in steps:
        pass


def restored(folder: Path, embedder: Embedder, backup: Path) -> Library:
    library = Library(folder)
    finish(restore_backup(library, embedder, backup))
    return library


def assert_filled(library: Library, embedder: Embedder) -> None:
    assert_agreement(library, embedder)
    assert "gate.txt" in names_found(library, embedder, "gate")
    assert "pond.txt" in names_found(library, embedder, "carp")
    assert [conversation.title for conversation in library.conversations.all()] == [SAID]
    assert [(collection.name, collection.documents) for collection in library.collections.all()] == [("Water", 1)]
    (gate,) = library.documents.named("gate.txt")
    assert library.folder / "files" in Path(gate.path).parents
    assert Path(gate.path).read_text(encoding="utf-8") == GATE


@pytest.fixture(scope="module")
def backup(models: Models, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a filled library. Tests only read it."""
    folder = tmp_path_factory.mktemp("backup")
    with Library(folder / "library") as library:
        fill(library, models, folder)
        finish(write_backup(library, models.embedder, folder / "backup.zip"))
    return folder / "backup.zip"


def test_a_restored_library_is_searched_at_once(
    backup: Path, embedder: Embedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def encode(*_: object) -> None:
        raise AssertionError("vectors are computed anew")

    with monkeypatch.context() as patched:
        patched.setattr(embedder, "encode", encode)
        library = restored(tmp_path / "elsewhere", embedder, backup)
    with library:
        assert_filled(library, embedder)
        assert not any((library.folder / SCRATCH).iterdir())


def test_the_manifest_names_every_file_with_its_checksum(backup: Path) -> None:
    manifest = read_manifest(backup)
    assert (manifest.documents, manifest.conversations, manifest.elsewhere) == (2, 1, 1)
    with zipfile.ZipFile(backup) as archive:
        for name, kept in manifest.files.items():
            assert sha256(archive.read(name)).hexdigest() == kept.sha256


def altered(backup: Path, target: Path, change: Callable[[dict[str, bytes], dict[str, Any]], None]) -> Path:
    """A copy whose files and manifest were changed."""
    with zipfile.ZipFile(backup) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(files.pop(MANIFEST))
    change(files, manifest)
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        archive.writestr(MANIFEST, json.dumps(manifest))
    return target


def listed(files: dict[str, bytes], manifest: dict[str, Any]) -> None:
    """Make the manifest agree with the files."""
    manifest["files"] = {
        name: {"sha256": sha256(content).hexdigest(), "bytes": len(content)} for name, content in files.items()
    }


def changed_byte(files: dict[str, bytes], manifest: dict[str, Any]) -> None:
    name = next(name for name in files if name.startswith("files/"))
    files[name] = b"X" + files[name][1:]


def file_outside(files: dict[str, bytes], manifest: dict[str, Any]) -> None:
    files[f"files/{'0' * 64}/../../../outside.txt"] = b"hostile"
    listed(files, manifest)


def unlisted_file(files: dict[str, bytes], manifest: dict[str, Any]) -> None:
    files["more.txt"] = b"more"


def no_database(files: dict[str, bytes], manifest: dict[str, Any]) -> None:
    del files[DATABASE]
    listed(files, manifest)


def broken_database(files: dict[str, bytes], manifest: dict[str, Any]) -> None:
    files[DATABASE] = files[DATABASE][:4096] + b"\0" * 8192 + files[DATABASE][12288:]
    listed(files, manifest)


def another_file_for_the_database(files: dict[str, bytes], manifest: dict[str, Any]) -> None:
    files[DATABASE] = b"A letter, by mistake."
    listed(files, manifest)


def newer(files: dict[str, bytes], manifest: dict[str, Any]) -> None:
    manifest["format"] = 99


def path_outside(files: dict[str, bytes], manifest: dict[str, Any]) -> None:
    """Of a copy that would be deleted with its document."""
    folder = Path(manifest["library"]).parent
    (folder / DATABASE).write_bytes(files[DATABASE])
    with closing(sqlite3.connect(folder / DATABASE)) as database, database:
        climbing = f"{manifest['library']}/files/../../files/gate.txt"
        database.execute("UPDATE documents SET state = 'removing', path = ? WHERE name = 'gate.txt'", (climbing,))
    files[DATABASE] = (folder / DATABASE).read_bytes()
    manifest["files"][DATABASE] = {"sha256": sha256(files[DATABASE]).hexdigest(), "bytes": len(files[DATABASE])}


@pytest.mark.parametrize(
    "change",
    [
        changed_byte,
        file_outside,
        path_outside,
        unlisted_file,
        no_database,
        broken_database,
        another_file_for_the_database,
        newer,
    ],
)
def test_a_backup_that_is_not_whole_is_refused_and_touches_nothing(
    backup: Path, embedder: Embedder, tmp_path: Path, change: Callable[[dict[str, bytes], dict[str, Any]], None]
) -> None:
    damaged = altered(backup, tmp_path / "damaged.zip", change)
    with Library(tmp_path / "library") as library:
        with pytest.raises(LibraryError, match=r"damaged\.zip (is damaged|was written by a newer)"):
            finish(restore_backup(library, embedder, damaged))
        assert library.is_empty
        assert not (library.folder / "files").exists()
    assert not list(tmp_path.rglob("outside.txt"))


@pytest.mark.parametrize("length", [0, 100, -1], ids=["empty", "cut short", "one byte short"])
def test_a_download_that_broke_off_is_refused(backup: Path, tmp_path: Path, length: int) -> None:
    cut = tmp_path / "cut.zip"
    cut.write_bytes(backup.read_bytes()[:length])
    with pytest.raises(BackupError, match=r"cut\.zip is damaged"):
        read_manifest(cut)


def test_a_library_with_something_in_it_is_not_overwritten(
    backup: Path, library: Library, models: Models, tmp_path: Path
) -> None:
    add(library, models, tmp_path / "fence.txt", "The fence is low.")
    with pytest.raises(BackupError, match="is not empty"):
        finish(restore_backup(library, models.embedder, backup))
    assert [document.name for document in library.documents.all()] == ["fence.txt"]


def test_copies_are_found_where_the_library_is_now_also_from_windows(
    backup: Path, embedder: Embedder, tmp_path: Path
) -> None:
    def from_windows(files: dict[str, bytes], manifest: dict[str, Any]) -> None:
        old, new = manifest["library"], r"C:\Users\ann\lamplight"
        path = tmp_path / DATABASE
        path.write_bytes(files[DATABASE])
        with closing(sqlite3.connect(path, isolation_level=None)) as database:
            for (place,) in database.execute("SELECT path FROM documents").fetchall():
                if place.startswith(old):
                    there = new + place.removeprefix(old).replace("/", "\\")
                    database.execute("UPDATE documents SET path = ? WHERE path = ?", (there, place))
        files[DATABASE] = path.read_bytes()
        manifest |= {"library": new, "windows": True}
        listed(files, manifest)

    with restored(tmp_path / "library", embedder, altered(backup, tmp_path / "w.zip", from_windows)) as library:
        assert_filled(library, embedder)


def copies_in(backup: Path) -> list[str]:
    with zipfile.ZipFile(backup) as archive:
        return [name.rpartition("/")[2] for name in archive.namelist() if name.startswith("files/")]


def test_a_library_behind_a_link_has_its_copies_in_its_backup_and_its_collections(
    models: Models, tmp_path: Path
) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "disk")
    with Library(tmp_path / "link" / "library") as library:
        collection = library.collections.add("Doors")
        queue = IngestQueue(library, models)
        queue.submit(write(tmp_path / "gate.txt", GATE), "gate.txt", collection)
        queue.start()
        until(lambda: not queue.busy)
        queue.close()
        assert library.collections.members(collection) == {document.id for document in library.documents.all()} != set()
        finish(write_backup(library, models.embedder, tmp_path / "backup.zip"))
    assert copies_in(tmp_path / "backup.zip") == ["gate.txt"]
    assert read_manifest(tmp_path / "backup.zip").elsewhere == 0


@pytest.mark.parametrize("windows", [False, True], ids=["here", "from Windows"])
def test_a_library_that_was_moved_has_its_copies(models: Models, tmp_path: Path, windows: bool) -> None:
    with Library(tmp_path / "library") as library:
        kept = drop(library, models, write(tmp_path / "gate.txt", GATE))
        library.jobs.add(str(kept), kept.name)
        elsewhere = tmp_path / "elsewhere" / "files" / kept.parent.name / "gate.txt"  # of another library
        elsewhere.parent.mkdir(parents=True)
        assert index_file(write(elsewhere, GATE), library, models).error == ""
        if windows:
            with library.database.transaction() as connection:
                there = "C:\\lamplight" + str(kept).removeprefix(str(library.folder)).replace("/", "\\")
                for table in ("documents", "jobs"):
                    connection.execute(f"UPDATE {table} SET path = ? WHERE path = ?", (there, str(kept)))
    moved = (tmp_path / "library").rename(tmp_path / "moved")
    with Library(moved) as library:
        (copy,) = (moved / "files").rglob("gate.txt")
        (document,) = library.documents.all()
        assert library.paths.of(document.id) == [str(copy), str(elsewhere)]
        assert [job.path for job in library.jobs.all()] == [str(copy)]
        finish(write_backup(library, models.embedder, tmp_path / "backup.zip"))
        assert copies_in(tmp_path / "backup.zip") == ["gate.txt"]
        library.jobs.remove(library.jobs.all()[0].id)
        library.documents.remove(document.id)
        library.documents.purge(document.id)
        assert not copy.exists()
        assert elsewhere.exists()


def test_what_was_removed_is_in_no_backup(library: Library, models: Models, tmp_path: Path) -> None:
    fill(library, models, tmp_path)
    library.documents.remove(library.documents.named("gate.txt")[0].id)
    library.conversations.remove(library.conversations.all()[0].id)
    edited = library.conversations.start("Of fences")
    library.messages.replace(edited, library.messages.add(edited, "user", "Is the zebrawood fence low?"))
    library.collections.remove(library.collections.add("All of zebrawood"))
    finish(write_backup(library, models.embedder, tmp_path / "backup.zip"))
    with zipfile.ZipFile(tmp_path / "backup.zip") as archive:
        content = b"".join(archive.read(name) for name in archive.namelist())
    assert b"zebrawood" not in content
    assert b"carp" in content


def test_a_backup_replaces_a_backup_and_nothing_else(library: Library, models: Models, tmp_path: Path) -> None:
    target = write(tmp_path / "letter.txt", "Dear Anna")
    with pytest.raises(BackupError, match="is there already"):
        finish(write_backup(library, models.embedder, target))
    assert target.read_text() == "Dear Anna"
    for _ in range(2):
        finish(write_backup(library, models.embedder, tmp_path / "backup.zip"))


def test_a_backup_that_is_given_up_leaves_nothing(library: Library, models: Models, tmp_path: Path) -> None:
    fill(library, models, tmp_path)
    (tmp_path / "out").mkdir()
    steps = write_backup(library, models.embedder, tmp_path / "out" / "backup.zip")
    next(steps)
    steps.close()
    assert not any((tmp_path / "out").iterdir())
    assert not any((library.folder / SCRATCH).iterdir())


def words_in(folder: Path, word: bytes) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file() and word in path.read_bytes()]


def test_what_is_erased_is_in_no_file_and_originals_stay(library: Library, models: Models, tmp_path: Path) -> None:
    fill(library, models, tmp_path)
    assert words_in(library.folder, b"zebrawood")
    forgotten: list[bool] = []
    library.documents.purged = lambda: forgotten.append(True)
    library.erase()
    assert library.is_empty
    assert forgotten == [True]
    assert words_in(library.folder, b"zebrawood") == words_in(library.folder, b"carp") == []
    assert (tmp_path / "pond.txt").read_text() == POND
    assert add(library, models, tmp_path / "gate.txt", GATE) == 3  # the number of an erased one doesn't come back
    assert names_found(library, models.embedder, "gate") == {"gate.txt"}


# Where SIGKILL strikes: a moment in the code, as something to run before, given `die`.
KILLED = """
import os, shutil, signal, sys
from pathlib import Path
from lamplight.library import restore, store
from lamplight.library.backup import write_backup
from lamplight.library.database import Database
from lamplight.library.store import Library
from lamplight.models.loading import Models
def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
models = Models()
library = Library(Path(sys.argv[1]))
file = Path(sys.argv[2])
"""
BACKUP = "\nfor _ in write_backup(library, models.embedder, file): pass\n"
RESTORE = "\nfor _ in restore.restore_backup(library, models.embedder, file): pass\n"
ERASE = "\nlibrary.vectors.store(models.embedder)\nlibrary.erase()\n"


def kill(folder: Path, file: Path, code: str) -> None:
    command = [sys.executable, "-c", KILLED + code, str(folder), str(file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr


@pytest.mark.long
@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
@pytest.mark.parametrize(
    "moment",
    [
        pytest.param("next(write_backup(library, models.embedder, file)); die()", id="after the first block"),
        pytest.param("Path.replace = die" + BACKUP, id="before it gets its name"),
    ],
)
def test_a_killed_backup_leaves_the_last_one_whole(models: Models, tmp_path: Path, moment: str) -> None:
    folder, file = tmp_path / "library", tmp_path / "backup.zip"
    with Library(folder) as library:
        fill(library, models, tmp_path)
        finish(write_backup(library, models.embedder, file))
    before = file.read_bytes()
    kill(folder, file, moment)
    assert file.read_bytes() == before
    with Library(folder) as library:
        assert_filled(library, models.embedder)
        assert not (folder / SCRATCH).exists()


@pytest.mark.long
@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
@pytest.mark.parametrize(
    ("moment", "there"),
    [
        pytest.param("next(restore.restore_backup(library, models.embedder, file)); die()", False, id="unpacking"),
        pytest.param("Database.replace_content = die" + RESTORE, False, id="with the copies in place"),
        pytest.param("restore._bring_vectors = die" + RESTORE, True, id="before the vectors"),
    ],
)
def test_a_killed_restore_can_be_started_again_or_is_finished_by_itself(
    backup: Path, embedder: Embedder, tmp_path: Path, moment: str, there: bool
) -> None:
    folder = tmp_path / "library"
    kill(folder, backup, moment)
    with Library(folder) as library:
        assert library.is_empty is not there
        if not there:
            assert [path for path in (folder / "files").rglob("*") if path.is_file()] == []
            finish(restore_backup(library, embedder, backup))
        assert_filled(library, embedder)


def test_restored_copies_are_on_the_disk_before_the_database_names_them(
    backup: Path, embedder: Embedder, tmp_path: Path, synced: set[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_library = Library.fill

    def checked(library: Library, source: sqlite3.Connection) -> None:
        (copy,) = (library.folder / "files").rglob("gate.txt")
        assert on_disk(copy, library.folder, synced)
        fill_library(library, source)

    monkeypatch.setattr(Library, "fill", checked)
    with restored(tmp_path / "library", embedder, backup) as library:
        assert_filled(library, embedder)


def test_a_restore_that_fails_leaves_no_copies(
    backup: Path, embedder: Embedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with Library(tmp_path / "library") as library:
        with monkeypatch.context() as patch:
            patch.setattr(Database, "replace_content", fail)
            with pytest.raises(BackupError, match="disk is full"):
                finish(restore_backup(library, embedder, backup))
        assert [path for path in (library.folder / "files").rglob("*") if path.is_file()] == []
        finish(restore_backup(library, embedder, backup))
        assert_filled(library, embedder)


def test_a_restore_whose_vectors_have_no_room_is_whole_once_there_is_room(
    backup: Path, embedder: Embedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise LibraryError("The vectors can't be written (disk full); free some disk space and try again.")

    with Library(tmp_path / "library") as library:
        with monkeypatch.context() as patch:
            patch.setattr(VectorStore, "add", full)
            finish(restore_backup(library, embedder, backup))
            assert len(library.documents.all()) == 2
        assert_filled(library, embedder)


@pytest.mark.long
@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
@pytest.mark.parametrize(
    "moment",
    [
        pytest.param("Library._empty_database = die" + ERASE, id="before the database"),
        pytest.param("shutil.rmtree = die" + ERASE, id="before the files"),
        pytest.param("library.documents.purged = die" + ERASE, id="before what is remembered"),
    ],
)
def test_a_killed_erasure_is_finished_at_the_next_opening(models: Models, tmp_path: Path, moment: str) -> None:
    folder = tmp_path / "library"
    with Library(folder) as library:
        fill(library, models, tmp_path)
    kill(folder, tmp_path / "unused", moment)
    with Library(folder) as library:
        assert library.is_empty
        assert library.purged_on_opening  # so the models are told to forget
        assert not (folder / ERASING).exists()
        assert words_in(folder, b"zebrawood") == []


@pytest.fixture
def services(library: Library, models: Models) -> Iterator[Services]:
    """At work on an empty library."""
    queue = IngestQueue(library, models)
    queue.start()
    made = Services(library, models, queue, Answerer(library, models))
    yield made
    until(made.running_answers.close)
    queue.close()


@pytest.fixture
def browser(services: Services) -> Iterator[TestClient]:
    app = FastAPI()
    app.include_router(trust_routes(services))

    async def at_the_computer(scope: Scope, receive: Receive, send: Send) -> None:
        scope[SESSION] = None  # as the guard says
        await app(scope, receive, send)

    with TestClient(at_the_computer) as client:
        yield client


def test_in_the_browser_a_backup_comes_back_and_all_can_be_erased(
    browser: TestClient, backup: Path, library: Library, embedder: Embedder, tmp_path: Path
) -> None:
    damaged = browser.put("/restore?name=mine.zip", content=b"PK no backup")
    assert (damaged.status_code, damaged.json()["detail"].split(" is ")[0]) == (422, "mine.zip")
    assert browser.put("/restore", content=backup.read_bytes()).json()["restored"]["documents"] == 2
    assert_filled(library, embedder)
    assert browser.put("/restore", content=b"").status_code == 422
    value = browser.get("/trust").json()
    assert (value["library"], value["documents"]) == (str(library.folder), 2)
    assert set(value["sizes"]) == {"originals", "database", "vectors", "caches", "models"}
    assert {"connections", "blocked", "listed", "since", "free"} <= set(value)
    downloaded = browser.get("/backup")
    assert "attachment" in downloaded.headers["content-disposition"]
    (tmp_path / "again.zip").write_bytes(downloaded.content)
    assert read_manifest(tmp_path / "again.zip").documents == 2
    assert browser.post("/erase", json={"typed": "Erase it"}).status_code == 422
    assert not library.is_empty
    erased = browser.post("/erase", json={"typed": "erase"})
    assert erased.json()["erased"]["documents"] == 2
    assert "cache" in erased.headers["clear-site-data"]
    assert library.is_empty


def test_erasing_ends_what_is_on_its_way_and_follows_no_folder(
    browser: TestClient, services: Services, tmp_path: Path
) -> None:
    (tmp_path / "watched").mkdir()
    for number in range(9):
        write(tmp_path / "watched" / f"{number}.txt", f"{GATE} {number}")
    services.queue.watch(tmp_path / "watched")
    services.queue.submit(write(tmp_path / "pond.txt", POND), "pond.txt")
    assert browser.post("/erase", json={"typed": "erase"}).status_code == 200
    library = services.library
    services.queue.close()
    assert library.is_empty
    assert library.folders.all() == []
    assert words_in(library.folder, b"zebrawood") == words_in(library.folder, b"carp") == []
    assert len(list((tmp_path / "watched").iterdir())) == 9


def lamplight(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "app.py", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def record(*arguments: str | Path) -> dict[str, Any]:
    """What a command that succeeds prints with `--json`."""
    run = lamplight(*arguments, "--json")
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


@pytest.fixture
def held(services: Services) -> Iterator[Path]:
    """An empty library that the open app holds."""
    with held_open(services) as folder:
        yield folder


@pytest.mark.long
def test_the_commands_work_through_the_open_app_and_print_json_alone(backup: Path, held: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.zip"
    restored = record("restore", backup, "--library", held)
    assert (restored["documents"], restored["conversations"]) == (2, 1)
    made = record("backup", file, "--library", held)
    assert (made["path"], made["documents"]) == (str(file), 2)
    refused = lamplight("erase", "--library", held)
    assert refused.returncode == 1
    assert "2 documents, 1 conversations" in refused.stderr
    assert record("erase", "--yes", "--library", held)["documents"] == 2
    assert lamplight("list", "--json", "--library", held).stdout == "[]\n"


def test_a_new_library_is_made_of_a_backup_and_of_nothing_else(backup: Path, tmp_path: Path) -> None:
    folder = tmp_path / "library"
    missing = lamplight("restore", tmp_path / "gone.zip", "--library", folder)
    assert (missing.returncode, folder.exists()) == (1, False)
    assert lamplight("restore", backup, "--library", folder).stdout.startswith(
        "Restored 2 documents and 1 conversation"
    )


def test_a_backup_can_be_streamed_to_what_cannot_go_back(library: Library, models: Models, tmp_path: Path) -> None:
    fill(library, models, tmp_path)

    class Pipe:
        def __init__(self) -> None:
            self.content = b""

        def write(self, data: bytes, /) -> int:
            self.content += data
            return len(data)

        def flush(self) -> None: ...

        def close(self) -> None: ...

    pipe = Pipe()
    finish(pack(library, models.embedder, pipe))
    (tmp_path / "streamed.zip").write_bytes(pipe.content)
    assert read_manifest(tmp_path / "streamed.zip").documents == 2

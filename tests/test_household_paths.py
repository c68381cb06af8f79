"""Where things are on the computer is told to nobody elsewhere: all that a member may read is looked through."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from lamplight.ingest.queue import IngestQueue
from lamplight.library.store import Library
from lamplight.models.folder import models_folder
from lamplight.models.loading import Models
from lamplight.rag.answerer import Answerer
from lamplight.samples import HANDBOOK, SAMPLES
from lamplight.ui.household.certificate import own_certificate
from lamplight.ui.household.visitor import AT_THE_COMPUTER_ONLY, without_paths
from lamplight.ui.server import build_app
from lamplight.ui.services import Services
from tests.members import ADDRESSES, Member, conversation_of
from tests.test_household import routes_of
from tests.visits import KEY
from tests.waiting import until

pytestmark = pytest.mark.skipif(not ADDRESSES, reason="this machine is in no network")
LIBRARY, FOLLOWED, HELD = "zwiebelturm", "kellerschacht", "heuboden"  # names of folders that stand in no document
STREAMS = ("/stream",)  # never ends, and is read above
ACTIONS = ("again", "pin", "unpin", "pause", "resume", "retry", "stop", "restore")


@pytest.fixture(scope="module")
def services(models: Models, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """At work on a library in a folder of a name that is found again, as is that of a folder it follows."""
    root = tmp_path_factory.mktemp(HELD)
    with Library(root / LIBRARY) as library:
        queue = IngestQueue(library, models)
        queue.start()
        models.start_loading(lambda: library.vectors.store(models.embedder))
        services = Services(library, models, queue, Answerer(library, models))
        (root / FOLLOWED / "inside").mkdir(parents=True)
        for sample in SAMPLES[:2]:
            (root / FOLLOWED / "inside" / sample.name).write_bytes(sample.read_bytes())
        (root / FOLLOWED / "broken.pdf").write_bytes(b"%PDF-1.7 no more")
        queue.watch(root / FOLLOWED)
        until(lambda: len(library.documents.all()) == 2 and "failed" in library.jobs.states())
        (root / FOLLOWED).rename(root / f"{FOLLOWED} is gone")
        until(lambda: any(folder.problem for folder in queue.folders()))
        yield services
        until(services.running_answers.close)
        queue.close()


def assert_nothing_is_told(text: str, services: Services, where: object) -> None:
    folder = services.library.folder
    for secret in (LIBRARY, HELD, FOLLOWED, str(folder), str(models_folder()), str(services.models.folder)):
        found = text.find(secret)
        assert found < 0, f"{where}: …{text[max(0, found - 200) : found + 100]}…"


def test_an_answer_and_all_that_is_streamed_of_it(anna: Member, services: Services) -> None:
    uploaded = anna.http.put("/files", params={"name": "letter.txt"}, content=b"The gate is zebrawood green.")
    copy = uploaded.json()["copy"]
    assert re.fullmatch(r"[0-9a-f]{64}/letter\.txt", copy)
    assert copy in {job["copy"] for job in anna.http.get("/activity").json()["jobs"]} or services.library.documents.at(
        str(services.library.copies.named(copy))
    )
    asked = anna.send("ask", question="What colour is the gate?", attached=[copy])
    streamed = anna.streamed(conversation_of(asked))
    assert "event: activity" in streamed
    assert "letter.txt" in streamed
    assert "zebrawood" in streamed
    for where, one in {"asked": asked.text, "streamed": streamed, "uploaded": uploaded.text}.items():
        assert_nothing_is_told(one, services, where)


def test_every_route(anna: Member, services: Services) -> None:
    conversation = conversation_of(anna.send("ask"))
    until(lambda: not services.running_answers.answering("anna"))
    library = services.library
    (_, answer) = library.messages.of(conversation)
    collection = library.collections.add("Papers")
    documents = [one.id for one in library.documents.all()]
    values: dict[str, list[Any]] = {
        "document_id": documents, "page": [1, 999], "number": [1], "conversation_id": [conversation, 999],
        "message_id": [answer.id], "extension": ["md", "html", "csv"], "collection_id": [collection],
        "job_id": [job.id for job in library.jobs.all()], "action": ACTIONS, "name": ["state.js", "..%2fserver.py"],
        "session_id": ["1"], "path": ["x"], "path_or_url": [str(library.folder / "lamplight.sqlite3")],
        "url_path": ["http://127.0.0.1/"],
    }  # fmt: skip
    app, read = build_app(services, "0.0.0.0", 1, KEY, own_certificate(library.folder)), 0
    services.household.serving = True
    for path, methods in routes_of(app.routes):
        if path.startswith(AT_THE_COMPUTER_ONLY) or path.startswith(STREAMS):
            continue
        fields = re.findall(r"\{(\w+)[^}]*\}", path)
        for chosen in product(*(values.get(name, ["1"]) for name in fields)):
            concrete = path
            for value in chosen:
                concrete = re.sub(r"\{[^}]+\}", str(value).lstrip("/"), concrete, count=1)
            for method in methods - {"HEAD"}:
                content = b"x" if path == "/files" else json.dumps({"session_hash": "a", "data": []})
                response = anna.http.request(method, concrete, params={"words": "plot"}, content=content)
                assert_nothing_is_told(response.text, services, (method, concrete))
                assert_nothing_is_told(str(response.headers), services, (method, concrete))
                read += response.status_code == 200
    assert read > 40


def test_what_goes_wrong(anna: Member, services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence for the person at the computer says which folder to look at."""
    library = services.library
    library.database.connection.execute("PRAGMA query_only = ON")
    try:
        refused = anna.http.post("/collections", json={"name": "New"})
        assert refused.status_code == 422
        assert "The library in its folder can't be written" in refused.json()["detail"]
        added = anna.http.put("/files", params={"name": "other.txt"}, content=b"Other words.")
        assert added.status_code == 422
        assert_nothing_is_told(refused.text + added.text + anna.send("ask").text, services, "refused")
    finally:
        library.database.connection.execute("PRAGMA query_only = OFF")
    monkeypatch.setattr(Answerer, "answer", lambda *_: library.database.rows("SELECT nonsense"))
    conversation = conversation_of(anna.send("ask"))
    shown = anna.streamed(conversation)
    assert "The library in its folder can" in shown
    assert_nothing_is_told(shown + anna.http.get(f"/conversations/{conversation}/export.md").text, services, "failed")


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("The library in {library} can't be read (full).", "The library in its folder can't be read (full)."),
        ("{library}/files/a.txt is damaged; look at {models}.", "its folder is damaged; look at its folder."),
        ("PermissionError: [Errno 13] '/mnt/data/tax/x.pdf'", "PermissionError: [Errno 13] 'its folder'"),
        ("C:\\Users\\anna\\x.gguf can’t be read.", "its folder can’t be read."),
        ("Ask http://127.0.0.1:11434/v1 and/or https://a.example/b/c, 1/2.", None),
    ],
)  # fmt: skip
def test_a_sentence_without_its_paths(tmp_path: Path, sentence: str, told: str | None) -> None:
    library = tmp_path / "of two words" / "library"
    full = sentence.format(library=library, models=models_folder())
    assert without_paths(full, library) == (full if told is None else told)


def test_what_names_no_copy_is_no_file(services: Services) -> None:
    copies, content = services.library.copies, "0" * 64
    kept = copies.named(f"{content}/a b.txt")
    assert kept == copies.folder / content / "a b.txt"
    assert copies.name_of(kept) == f"{content}/a b.txt"
    assert copies.name_of(HANDBOOK) == ""
    for name in ("", "a", f"{content}/", f"{content}/..", f"{content}/../x", f"../{content}/x", str(HANDBOOK),
                 f"{content}/a/b", f"{content}\\a", f"{content}/a\0"):  # fmt: skip
        assert copies.named(name) is None, name

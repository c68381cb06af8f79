"""A cross-encoder that a person has put into the models folder: it reads question and passage together.

None comes with Lamplight, as none travels in a package; without one the retriever's own scores order the passages.
Run like the embedder: int8 ONNX, exported once by `models.prepare` in a process of its own.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lamplight import ROOT
from lamplight.errors import WeightsError
from lamplight.files import sha256_of
from lamplight.languages import sentence
from lamplight.models.folder import models_folder
from lamplight.models.onnx_session import onnx_session

MAX_TOKENS = 384  # question and passage together
BATCH = 8
FORMAT = 1  # raise it when the export changes
KIND = "ForSequenceClassification"


@dataclass(frozen=True, slots=True)
class RerankerFiles:
    """A folder as sentence-transformers saves a `CrossEncoder`: config, weights and tokenizer."""

    folder: Path

    @property
    def name(self) -> str:
        """The folder's; what is exported from it is named so, too."""
        return self.folder.name

    @property
    def weights(self) -> Path:
        """Where they have to be, whether they are there or not."""
        return self.folder / "model.safetensors"

    def prepared(self, cache: Path) -> Path:
        """Where the exported model is, or will be."""
        return cache / f"{self.name}-{sha256_of(self.weights)[:12]}-int8-{FORMAT}.onnx"


def find_reranker(folder: Path | None = None) -> RerankerFiles | None:
    """The first cross-encoder with one output in or below `folder` (default `models_folder()`)."""
    for config in sorted((folder or models_folder()).rglob("config.json")):
        files = RerankerFiles(config.parent)
        if not files.weights.is_file() or not (config.parent / "tokenizer.json").is_file():
            continue
        try:
            settings = json.loads(config.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        kinds = settings.get("architectures") or []
        if len(settings.get("id2label", {"0": ""})) == 1 and any(str(kind).endswith(KIND) for kind in kinds):
            return files
    return None


def ensure_reranker(files: RerankerFiles, cache: Path) -> Path:
    """The exported model's path, exporting it first (15 s) in another process. Raises `WeightsError`."""
    path = files.prepared(cache)
    if not path.is_file():
        command = [sys.executable, "-m", "lamplight.models.prepare", "--reranker", str(files.folder), "--to", str(path)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode != 0 or not path.is_file():
            reason = (done.stderr.strip().splitlines() or [sentence("no reason given")])[-1]
            raise WeightsError(
                f"The reranker in {files.folder} can't be prepared ({reason}); take it out or replace it."
            )
    return path


class Reranker:
    """Scores passages for one question; higher is better, comparable within the question."""

    def __init__(self, path: Path, files: RerankerFiles) -> None:
        from tokenizers import Tokenizer

        self.name = files.name
        self._session = onnx_session(path)
        self._inputs = [item.name for item in self._session.get_inputs()]
        self._tokenizer = Tokenizer.from_file(str(files.folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(MAX_TOKENS, strategy="only_second")
        self._tokenizer.no_padding()

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        """One logit for each passage."""
        encodings = self._tokenizer.encode_batch([(question, passage) for passage in passages])
        order = sorted(range(len(encodings)), key=lambda index: len(encodings[index].ids))
        scores = [0.0] * len(encodings)
        for start in range(0, len(order), BATCH):
            part = order[start : start + BATCH]
            arrays = self._arrays([encodings[index] for index in part])
            (logits,) = self._session.run(None, {name: arrays[name] for name in self._inputs})
            for index, row in zip(part, logits, strict=True):
                scores[index] = float(row[0])
        return scores

    def _arrays(self, encodings: Sequence[object]) -> dict[str, np.ndarray[tuple[int, int], np.dtype[np.int64]]]:
        longest = max(len(encoding.ids) for encoding in encodings)  # type: ignore[attr-defined]
        arrays = {
            name: np.zeros((len(encodings), longest), np.int64)
            for name in ("input_ids", "attention_mask", "token_type_ids")
        }
        for row, encoding in enumerate(encodings):
            length = len(encoding.ids)  # type: ignore[attr-defined]
            arrays["input_ids"][row, :length] = encoding.ids  # type: ignore[attr-defined]
            arrays["attention_mask"][row, :length] = 1
            arrays["token_type_ids"][row, :length] = encoding.type_ids  # type: ignore[attr-defined]
        return arrays

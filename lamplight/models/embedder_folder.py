"""An embedder that a person has downloaded or put into the models folder, as sentence-transformers saves one."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Literal

from lamplight.errors import WeightsError
from lamplight.files import write_atomically
from lamplight.models.catalogue import DOWNLOADABLE, EmbeddingTraits
from lamplight.models.file_identity import known_checksum, read_json
from lamplight.models.folder import models_folder

FORMAT = 2  # raise it when the export changes, so that what was made before isn't used
MOST_TOKENS = 512  # a passage has 200; what is longer is cut where a model would see more
# In the order in which they are preferred: those already in 8 bits are what is made of the others.
MODEL_FILES = ("onnx/model_qint8_avx512_vnni.onnx", "onnx/model_int8.onnx", "onnx/model.onnx", "model.onnx")
TORCH_FILE = "model.safetensors"
DIRECTIONS_ENDING = ".directions.npy"  # beside a prepared model (`models.language_directions`)
MODULES = ("Transformer", "Pooling", "Normalize")
POOLINGS: dict[str, Literal["mean", "cls", "last"]] = {"cls_token": "cls", "mean_tokens": "mean", "lasttoken": "last"}
PREFIXES_OF_E5 = ("query: ", "passage: ")  # which its folders don't mention, and its makers' papers do


@dataclass(frozen=True, slots=True)
class EmbedderFolder:
    """`weights` are an ONNX model or, where there is none, what torch reads."""

    folder: Path
    weights: Path
    tokenizer: Path
    traits: EmbeddingTraits

    @property
    def title(self) -> str:
        """What people are shown."""
        return self.folder.name

    def name(self, cache: Path) -> str:
        """Of the vectors it makes: those of two names are never compared. `cache` keeps checksums of large files.

        Raises `WeightsError` when the weights are gone.
        """
        title = re.sub(r"[^A-Za-z0-9._-]+", "-", self.title).strip("._-")[:60] or "embedder"
        parts = {path.relative_to(self.folder).as_posix(): known_checksum(path, cache) for path in self._files()}
        content = repr((sorted(parts.items()), self.traits))
        return f"{title}-{hashlib.sha256(content.encode()).hexdigest()[:12]}-{FORMAT}"

    def _files(self) -> set[Path]:
        """All that its vectors depend on. sentence-transformers numbers the folders of its modules."""
        apart = self.weights.parent.glob(f"{self.weights.name}[._]data*")  # what an ONNX model keeps outside itself
        beside = [*apart, *self.folder.glob("*.json"), *self.folder.glob("[0-9]*_*/**/*")]
        return {self.weights, self.tokenizer, *(path for path in beside if path.is_file() and path.name[0] != ".")}

    def prepared(self, cache: Path) -> Path:
        """Where the exported model is, or will be. Raises `WeightsError` when the weights are gone."""
        return cache / f"{self.name(cache)}.onnx"


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of an embedder when it was prepared here.

    `slope` and `offset` put its cosines on the scale of those of all-MiniLM-L6-v2. `languages` says whether it finds
    a sentence by its translation, `rate` is passages of 200 word pieces a second on one core.
    """

    slope: float
    offset: float
    rate: float
    languages: bool

    def save(self, prepared: Path) -> None:
        """Beside the prepared model. Raises `OSError`."""
        content = {field.name: getattr(self, field.name) for field in fields(self)}
        write_atomically(prepared.with_suffix(".measured.json"), json.dumps(content).encode())

    @classmethod
    def saved(cls, prepared: Path) -> Measured | None:
        """None where it isn't there or can't be read: then the model has to be prepared again."""
        match read_json(prepared.with_suffix(".measured.json")):
            case {"slope": float(slope), "offset": float(offset), "rate": float(rate), "languages": bool(languages)}:
                return cls(slope, offset, rate, languages)
        return None


@dataclass(frozen=True, slots=True)
class EmbedderOfChoice:
    """What an `Embedder` has to know of a prepared one."""

    name: str
    traits: EmbeddingTraits
    slope: float = 1.0
    offset: float = 0.0
    directions: Path | None = None


def directions_beside(prepared: Path) -> Path | None:
    """The language directions of a prepared embedder; None where it has none, as it knows one language or is older."""
    path = prepared.with_suffix(DIRECTIONS_ENDING)
    return path if path.is_file() else None


def embedder_folders(folder: Path | None = None) -> list[EmbedderFolder]:
    """All in or below `folder` (default `models_folder()`) that can be used, by name."""
    root = (folder or models_folder()).absolute()
    downloads = [root / model.name for model in DOWNLOADABLE if model.embedding is not None]
    places = {path.parent for path in root.rglob("modules.json")} | {path for path in downloads if path.is_dir()}
    return list(_usable(sorted(places)))


def _usable(places: list[Path]) -> Iterator[EmbedderFolder]:
    for place in places:
        try:
            yield read_embedder_folder(place)
        except WeightsError:
            continue


def read_embedder_folder(folder: Path) -> EmbedderFolder:
    """Raises `WeightsError` with what is missing, or why it can't be used."""
    found = [folder / name for name in (*MODEL_FILES, TORCH_FILE) if (folder / name).is_file()]
    tokenizers = [path for path in (folder / "tokenizer.json", folder / "onnx/tokenizer.json") if path.is_file()]
    if not found or not tokenizers:
        raise WeightsError(
            f"{folder} holds no embedder: there have to be a tokenizer.json and onnx/model.onnx or {TORCH_FILE} as "
            "sentence-transformers saves them."
        )
    known = {model.name: model.embedding for model in DOWNLOADABLE}.get(folder.name)
    return EmbedderFolder(folder, found[0], tokenizers[0], known or _traits(folder, found[0]))


def _traits(folder: Path, weights: Path) -> EmbeddingTraits:
    kinds = _modules(folder / "modules.json")
    if kinds[:2] != list(MODULES[:2]) or (weights.name != TORCH_FILE and not set(kinds) <= set(MODULES)):
        raise WeightsError(f"{folder.name} is no embedder that Lamplight can use: it is made of {', '.join(kinds)}.")
    pooling, settings = read_json(folder / "1_Pooling" / "config.json"), read_json(folder / "config.json")
    modes = [mode for key, mode in POOLINGS.items() if pooling.get(f"pooling_mode_{key}")]
    dimensions = pooling.get("word_embedding_dimension")
    if len(modes) != 1 or not isinstance(dimensions, int) or not settings.get("architectures"):
        raise WeightsError(f"{folder.name} is no embedder that Lamplight can use: how it pools words isn't known.")
    limits = (
        read_json(folder / "sentence_bert_config.json").get("max_seq_length"),
        settings.get("max_position_embeddings"),
    )
    prompts = read_json(folder / "config_sentence_transformers.json").get("prompts")
    query, passage = "", ""
    if isinstance(prompts, dict):
        query, passage = str(prompts.get("query", "")), str(prompts.get("document", prompts.get("passage", "")))
    if not (query or passage) and re.search(r"\be5\b", folder.name.lower()):
        query, passage = PREFIXES_OF_E5
    limit = min([MOST_TOKENS, *(limit for limit in limits if isinstance(limit, int))])
    return EmbeddingTraits(dimensions, limit, query, passage, modes[0])


def _modules(path: Path) -> list[str]:
    """The kinds of which it is made, in their order."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return [str(module["type"]).rpartition(".")[2] for module in content]
    except (OSError, ValueError, TypeError, KeyError):
        return []

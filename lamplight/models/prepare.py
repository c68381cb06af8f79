"""Make the embedders, or a reranker, as int8 ONNX, once per machine: `python -m lamplight.models.prepare`.

sentence-transformers defines the embedding and exported its graph (`models.embedder_graph`). Here the weights are put
into it, quantised per channel to int8 and compared with the original's vectors of real sentences. Only a reranker,
which a person puts into the models folder, is still exported by sentence-transformers here; this is the only place
that imports torch, and the app runs it as a process of its own, so the app never does.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import platformdirs
from safetensors.numpy import load_file

from lamplight import ROOT
from lamplight.errors import WeightsError
from lamplight.languages import gettext, sentence
from lamplight.models.catalogue import ENGLISH, MULTILINGUAL, EmbeddingModel
from lamplight.models.e5_file import E5File, write_tokenizer
from lamplight.models.embedder_graph import Array, fill_graph, graph_of
from lamplight.network.connections import block_connections

FORMAT = 2  # raise it when the export changes, so that old files are not used
OPSET = 17
LEAST_COSINE = 0.99  # mean over the sentences below; measured 0.994
LEAST_AGREEMENT = 0.98  # correlation of scores over the sentences below
CHECK_SENTENCES = (
    "How much was the revenue of the year?",
    "Total 18.40 EUR, paid by card on 3 March 2024",
    "The tenant gives notice in writing three months before the end of the quarter.",
    "A bar chart of sales by region and product, with a legend.",
    "Mitochondria",
    "Dear Anna, we arrived safely on Tuesday and the weather has been kind to us ever since.",
)


def cache_folder() -> Path:
    """Where prepared models are kept: the platform's cache folder, or `LAMPLIGHT_CACHE`."""
    chosen = os.environ.get("LAMPLIGHT_CACHE")
    return Path(chosen) if chosen else Path(platformdirs.user_cache_dir("lamplight", appauthor=False))


def prepared_embedder(model: EmbeddingModel = ENGLISH) -> Path:
    """Where the exported model is, or will be. Its name changes with the weights and the export."""
    return cache_folder() / f"{model.weights.name}-{model.weights.sha256[:12]}-int8-{FORMAT}.onnx"


def ensure_embedder(model: EmbeddingModel = ENGLISH) -> Path:
    """The prepared model's path, preparing it first (5 s, the multilingual one 25 s) in another process if missing.

    Raises `WeightsError` when that fails.
    """
    path = prepared_embedder(model)
    if not path.is_file():
        command = [sys.executable, "-m", "lamplight.models.prepare", "--embedder", model.weights.name]
        result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if result.returncode != 0 or not path.is_file():
            reason = (result.stderr.strip().splitlines() or [sentence("no reason given")])[-1]
            raise WeightsError(
                f"The embedder can't be prepared ({reason}); in {ROOT} run "
                f"`{sys.executable} -m lamplight.models.prepare` to see why."
            )
    return path


def export_embedder(model: EmbeddingModel, target: Path) -> float:
    """Write the int8 model to `target` in one step, after its tokenizer; returns the mean cosine to the original.

    Raises `WeightsError` when the weights are damaged or the quantised model strays too far.
    """
    weights = model.weights.verified_path()
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        exported, quantised = Path(scratch, "exported.onnx"), Path(scratch, "quantised.onnx")
        if model == MULTILINGUAL:
            file = E5File(weights)
            tensors = file.tensors()
            write_tokenizer(file, quantised.with_suffix(".tokenizer.json"))
        else:
            tensors = load_file(weights)
        reference = fill_graph(graph_of(model), tensors, exported)
        quantise(exported, quantised)
        cosine = _mean_cosine(quantised, model, reference)
        if cosine < LEAST_COSINE:
            raise WeightsError(
                f"The quantised embedder strays from the original (cosine {cosine:.3f}); please report this."
            )
        if model == MULTILINGUAL:
            quantised.with_suffix(".tokenizer.json").replace(target.with_suffix(".tokenizer.json"))
        quantised.replace(target)
    return cosine


def quantise(source: Path, target: Path) -> None:
    """Write the int8 weights of the ONNX model `source` to `target`, one scale to a channel."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(source, target, weight_type=QuantType.QInt8, per_channel=True)


def prepare_folder(folder: Path, target: Path) -> None:
    """Export and measure an embedder of a person's choice. Raises `WeightsError`."""
    from lamplight.models.embedder import Embedder
    from lamplight.models.embedder_export import export_folder
    from lamplight.models.embedder_folder import read_embedder_folder

    export_folder(read_embedder_folder(folder), target, Embedder(ensure_embedder(), threads=1))


def _mean_cosine(path: Path, model: EmbeddingModel, reference: Array) -> float:
    from lamplight.models.embedder import Embedder

    return float((Embedder(path, model=model).encode(CHECK_SENTENCES) * reference).sum(axis=1).mean())


def export_reranker(source: Path, target: Path) -> None:
    """Write the int8 model of a sentence-transformers `CrossEncoder` saved in `source` to `target` in one step.

    Raises `WeightsError` when the quantised model orders the check sentences differently from the original.
    """
    os.environ["HF_HUB_OFFLINE"] = "1"
    try:
        import torch
        from sentence_transformers import CrossEncoder
    except ImportError as error:
        raise WeightsError("sentence-transformers, which exports it, is not installed") from error

    encoder = CrossEncoder(str(source), device="cpu", num_labels=1, model_kwargs={"attn_implementation": "eager"})

    class Score(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = encoder.model

        def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
            logits = self.model(**dict(zip(names, inputs, strict=True))).logits
            assert isinstance(logits, torch.Tensor)
            return logits

    example = encoder.tokenizer([("a question", "a passage"), ("short", "one")], padding=True, return_tensors="pt")
    names = [name for name in ("input_ids", "attention_mask", "token_type_ids") if name in example]
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        exported, quantised = Path(scratch, "exported.onnx"), Path(scratch, "quantised.onnx")
        torch.onnx.export(
            Score().eval(),
            tuple(example[name] for name in names),
            str(exported),
            input_names=names,
            output_names=["score"],
            dynamic_axes={name: {0: "batch", 1: "tokens"} for name in names} | {"score": {0: "batch"}},
            opset_version=OPSET,
            dynamo=False,
        )
        quantise(exported, quantised)
        _check_reranker(encoder, quantised, source)
        quantised.replace(target)


def _check_reranker(encoder: Any, quantised: Path, source: Path) -> None:
    import numpy as np
    import torch

    from lamplight.models.reranker import Reranker, RerankerFiles

    question, *passages = CHECK_SENTENCES
    pairs = [(question, passage) for passage in passages]
    reference = np.asarray(encoder.predict(pairs, activation_fn=torch.nn.Identity()), np.float64)
    ours = np.asarray(Reranker(quantised, RerankerFiles(source)).scores(question, passages))
    agreement = float(np.corrcoef(reference, ours)[0, 1])
    if agreement < LEAST_AGREEMENT:
        raise WeightsError(f"The quantised reranker strays from the original (correlation {agreement:.3f}).")


def main() -> int:
    """Prepare the embedders that are installed, or with `--reranker` or `--embedder-folder` another."""
    parser = argparse.ArgumentParser(description="Export models to int8 ONNX.")
    parser.add_argument("--reranker", type=Path, help="folder of a cross-encoder")
    parser.add_argument("--embedder-folder", type=Path, help="folder of an embedder")
    parser.add_argument("--to", type=Path, help="file to write it to")
    parser.add_argument("--embedder", help="name of the only embedder to prepare")
    options = parser.parse_args()
    block_connections()
    try:
        if options.reranker:
            export_reranker(options.reranker, options.to)
            return 0
        if options.embedder_folder:
            prepare_folder(options.embedder_folder, options.to)
            return 0
        for model in (ENGLISH, MULTILINGUAL):
            if options.embedder in (None, model.weights.name):
                _prepare(model, optional=model == MULTILINGUAL and options.embedder is None)
    except WeightsError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _prepare(model: EmbeddingModel, optional: bool) -> None:
    name = model.weights.name
    if optional and not model.weights.installed:
        told = gettext("{name} is not installed: English is searched well, other languages badly.").format(name=name)
    elif not (path := prepared_embedder(model)).is_file():
        cosine = f"{export_embedder(model, path):.4f}"
        told = gettext("{name} is ready (cosine to the original {cosine}).").format(name=name, cosine=cosine)
    else:
        told = gettext("{name} is ready.").format(name=name)
    sys.stdout.write(f"{told}\n")


if __name__ == "__main__":
    sys.exit(main())

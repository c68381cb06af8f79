"""Have sentence-transformers export the embedders and keep the graphs without weights: `python -m training.graphs`.

Their weights travel in packages of their own, so the graphs are all that is left to ship. Each goes with the
original's vectors of a few sentences: what is prepared on a person's computer is compared with them.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
from safetensors.numpy import load_file
from sentence_transformers import SentenceTransformer

from lamplight.models.catalogue import ENGLISH, MULTILINGUAL, EmbeddingModel
from lamplight.models.e5_file import unpack_e5
from lamplight.models.embedder_export import export_transformer
from lamplight.models.embedder_graph import REFERENCE, TRANSPOSED, Array, graph_of
from lamplight.models.prepare import CHECK_SENTENCES


def make_graph(model: EmbeddingModel, target: Path) -> None:
    """Write the graph of an embedder, which has no weights, to `target`."""
    with tempfile.TemporaryDirectory() as name:
        source, exported = model.weights.verified_path().parent, Path(name, "exported.onnx")
        if model == MULTILINGUAL:
            source = Path(name, "unpacked")
            unpack_e5(model.weights.verified_path(), source)
        transformer = SentenceTransformer(str(source), device="cpu", model_kwargs={"attn_implementation": "eager"})
        export_transformer(transformer, exported)
        whole = onnx.load(exported)
        _take_out(whole, load_file(source / "model.safetensors"))
    texts = [model.traits.passage_prefix + one for one in CHECK_SENTENCES]
    vectors = transformer.encode(texts, normalize_embeddings=True)
    onnx.helper.set_model_props(whole, {REFERENCE: json.dumps([[round(float(x), 6) for x in row] for row in vectors])})
    onnx.save(whole, target)


def _take_out(model: onnx.ModelProto, tensors: Mapping[str, Array]) -> None:
    """Put into each weight's place the name of the tensor that it is. Raises `ValueError` when it is none."""
    for initializer in model.graph.initializer:
        values = onnx.numpy_helper.to_array(initializer)
        initializer.doc_string = _name_of(values, initializer.name, tensors)
        initializer.ClearField("raw_data")


def _name_of(values: Array, called: str, tensors: Mapping[str, Array]) -> str:
    for name, tensor in tensors.items():
        if called.endswith(name) and np.array_equal(tensor, values):
            return name
    for name, tensor in tensors.items():
        if tensor.T.shape == values.shape and np.array_equal(tensor.T, values):
            return name + TRANSPOSED
    raise ValueError(f"{called} is none of the weights")


def main() -> int:
    """Write both graphs where Lamplight looks for them."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    for model in (ENGLISH, MULTILINGUAL):
        make_graph(model, graph_of(model))
        print(f"{graph_of(model)}: {graph_of(model).stat().st_size / 1e3:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""An embedder's graph as sentence-transformers exported it, without its weights: they come from where they travel.

So the exported model is the one that torch would write on this computer, bit for bit, and torch isn't needed for it.
`python -m training.graphs` writes the graphs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from lamplight.models.catalogue import EmbeddingModel

Array = npt.NDArray[np.float32]

REFERENCE = "reference"  # in the graph's metadata: the original's vectors of `prepare.CHECK_SENTENCES`
TRANSPOSED = " transposed"  # behind the name of a tensor that the graph has so


def graph_of(model: EmbeddingModel) -> Path:
    """The file beside Lamplight's own weights, whether it is there or not."""
    return Path(__file__).with_name("weights") / f"{model.weights.name}.graph.onnx"


def fill_graph(graph: Path, tensors: Mapping[str, Array], target: Path) -> Array:
    """Write the float32 model to `target`; returns the original's vectors, (sentences, dimensions).

    Whatever has a description in the graph is the tensor of that name.
    """
    import onnx

    model = onnx.load(graph)
    for initializer in model.graph.initializer:
        if initializer.doc_string:
            name = initializer.doc_string.removesuffix(TRANSPOSED)
            values = tensors[name] if name == initializer.doc_string else tensors[name].T
            initializer.raw_data = np.ascontiguousarray(values, np.float32).tobytes()
            initializer.ClearField("doc_string")
    (reference,) = (json.loads(entry.value) for entry in model.metadata_props if entry.key == REFERENCE)
    del model.metadata_props[:]
    onnx.save(model, target)
    return np.asarray(reference, np.float32)

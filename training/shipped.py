"""The weights that ship as a state to go on from: int8 back in float32, so a training needs not begin with nothing."""

from __future__ import annotations

import numpy as np
import onnx
import torch
from onnx import numpy_helper

from lamplight.models.catalogue import MULTILINGUAL_READER, READER
from training.network import Language, ReaderNetwork


def begin_with_shipped(network: ReaderNetwork, language: Language) -> None:
    """Put the weights that ship into `network`. Raises `KeyError` where one of its matrices isn't in their file."""
    path = (READER if language == "english" else MULTILINGUAL_READER).verified_path()
    graph = onnx.load(str(path)).graph
    held = {one.name.removeprefix("network."): numpy_helper.to_array(one) for one in graph.initializer}
    state = network.state_dict()
    for node in graph.node:
        if node.op_type in ("MatMulInteger", "MatMul") and node.input[1].startswith("onnx::MatMul"):
            name = node.name.strip("/").removeprefix("network/").rpartition("/")[0].replace("/", ".") + ".weight"
            held[name] = _float32(held, node.input[1].removesuffix("_quantized")).T
    for name in state:
        if name in held or f"{name}_quantized" in held:
            state[name] = torch.tensor(_float32(held, name))
        elif not (language == "multilingual" and "word_embeddings" in name):  # they stay in the embedder's own file
            raise KeyError(f"{name} is not in {path.name}")
    network.load_state_dict(state)


def _float32(held: dict[str, np.ndarray], name: str) -> np.ndarray:
    if name in held:
        return held[name].astype(np.float32)
    whole = held[f"{name}_quantized"].astype(np.float32) - held[f"{name}_zero_point"].astype(np.float32)
    return np.asarray(whole * held[f"{name}_scale"], np.float32)

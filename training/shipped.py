"""The readers that ship, and their weights as a state to go on from: int8 back in float32."""

from __future__ import annotations

from typing import Literal

import numpy as np
import onnx
import torch
from onnx import numpy_helper

from lamplight.models.catalogue import MULTILINGUAL_READER, READER, SCAN_READER, Weights
from training.network import Language, ReaderNetwork

Which = Literal["english", "scans", "multilingual"]
SHIPPED: dict[Which, Weights] = {"english": READER, "scans": SCAN_READER, "multilingual": MULTILINGUAL_READER}


def language_of(which: Which) -> Language:
    """What its network is made of: scans are read in English, by a network that learnt little else."""
    return "multilingual" if which == "multilingual" else "english"


def begin_with_shipped(network: ReaderNetwork, which: Which) -> None:
    """Put the weights that ship into `network`. Raises `KeyError` where one of its matrices isn't in their file."""
    path = SHIPPED[which].verified_path()
    graph = onnx.load(str(path)).graph
    held = {one.name.removeprefix("network."): numpy_helper.to_array(one) for one in graph.initializer}
    state = network.state_dict()
    for node in graph.node:
        if node.op_type in ("MatMulInteger", "MatMul") and node.input[1].startswith("onnx::MatMul"):
            name = node.name.strip("/").removeprefix("network/").rpartition("/")[0].replace("/", ".") + ".weight"
            held[name] = _float32(held, node.input[1].removesuffix("_quantized")).T
    for name in state:
        if "word_embeddings" in name:
            continue  # they are the base's own, and what ships has them rounded or not at all
        if name not in held and f"{name}_quantized" not in held:
            raise KeyError(f"{name} is not in {path.name}")
        state[name] = torch.tensor(_float32(held, name))
    network.load_state_dict(state)


def _float32(held: dict[str, np.ndarray], name: str) -> np.ndarray:
    if name in held:
        return held[name].astype(np.float32)
    whole = held[f"{name}_quantized"].astype(np.float32) - held[f"{name}_zero_point"].astype(np.float32)
    return np.asarray(whole * held[f"{name}_scale"], np.float32)

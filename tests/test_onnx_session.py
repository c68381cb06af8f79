"""Models of int8 weights compute the same on every processor."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from lamplight.models.onnx_session import onnx_session

WIDTH = 64


def test_int8_products_are_exact_on_processors_without_instructions_for_them(tmp_path: Path) -> None:
    weights = numpy_helper.from_array(np.full((WIDTH, WIDTH), 127, np.int8), "weights")
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["values", "weights"], ["products"])],
        "largest",
        [helper.make_tensor_value_info("values", TensorProto.UINT8, [1, WIDTH])],
        [helper.make_tensor_value_info("products", TensorProto.INT32, [1, WIDTH])],
        [weights],
    )
    path = tmp_path / "largest.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    products = onnx_session(path).run(None, {"values": np.full((1, WIDTH), 255, np.uint8)})[0]
    assert (products == WIDTH * 255 * 127).all()

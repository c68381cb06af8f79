"""How ONNX Runtime is set up for all models that run on it: embedder, reader, reranker, text recognition."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lamplight.models.processor import physical_cores

SLOW_FUSIONS = ["SkipLayerNormFusion"]  # the fused kernel takes longer than the two it replaces: 2 of 24 ms a passage


def onnx_session(path: Path, threads: int | None = None, keep_memory: bool = True) -> Any:
    """An `onnxruntime.InferenceSession` on the CPU. A run uses `threads`, or else as many as there are cores.

    With `keep_memory` a run's memory is kept for the next: too much where inputs are pictures of any size.
    """
    import onnxruntime

    onnxruntime.disable_telemetry_events()  # of Microsoft's builds for Windows
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or physical_cores()
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = keep_memory
    # Threads that spin while they wait cost three times the wall time as soon as anything else runs.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # Without VNNI, which older laptops lack, products of int8 overflow their sums of 16 bits: the vectors had a cosine
    # of .991 to those of other processors, and another line came first in 6 (English) to 17 of 100 groups. The kernel
    # that doesn't overflow takes a fifth longer there; where there is VNNI, nothing changes.
    options.add_session_config_entry("session.x64quantprecision", "1")
    return onnxruntime.InferenceSession(
        str(path), options, providers=["CPUExecutionProvider"], disabled_optimizers=SLOW_FUSIONS
    )

"""Sentence embeddings on the CPU: all-MiniLM-L6-v2 as int8 ONNX, run by ONNX Runtime without torch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from models.catalogue import EMBEDDER
from models.processor import physical_cores

Vectors: TypeAlias = npt.NDArray[np.float32]

MAX_TOKENS = 256  # the length all-MiniLM-L6-v2 was trained for, special tokens included
BATCH = 8  # larger batches pad more than they save


class Embedder:
    """`name` identifies the vectors it makes: those of two names are never compared."""

    name = f"{EMBEDDER.name}-int8"
    dimensions = 384

    def __init__(self, path: Path, threads: int | None = None) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        onnxruntime.disable_telemetry_events()  # of Microsoft's builds for Windows
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or physical_cores()
        options.inter_op_num_threads = 1
        # Threads that spin while they wait cost three times the wall time as soon as anything else runs.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self._tokenizer = Tokenizer.from_file(str(EMBEDDER.path().with_name("tokenizer.json")))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.no_padding()
        self._counter = Tokenizer.from_file(str(EMBEDDER.path().with_name("tokenizer.json")))
        self._counter.no_truncation()
        self._counter.no_padding()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """(len(texts), dimensions) float32 of unit length; text beyond `MAX_TOKENS` is not seen."""
        encodings = self._tokenizer.encode_batch(list(texts))
        order = sorted(range(len(encodings)), key=lambda index: len(encodings[index].ids))
        vectors = np.zeros((len(encodings), self.dimensions), np.float32)
        for start in range(0, len(order), BATCH):
            part = order[start : start + BATCH]
            longest = max(len(encodings[index].ids) for index in part)
            ids = np.zeros((len(part), longest), np.int64)
            mask = np.zeros_like(ids)
            for row, index in enumerate(part):
                length = len(encodings[index].ids)
                ids[row, :length] = encodings[index].ids
                mask[row, :length] = 1
            inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
            vectors[part] = self._session.run(["sentence_embedding"], inputs)[0]
        return vectors

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Word pieces in each text, without the two special tokens."""
        return [len(encoding.ids) for encoding in self._counter.encode_batch(list(texts), add_special_tokens=False)]

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        """Start and end of each word piece in `text`, in characters."""
        offsets: list[tuple[int, int]] = self._counter.encode(text, add_special_tokens=False).offsets
        return offsets

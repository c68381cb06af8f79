"""Sentence embeddings on the CPU: all-MiniLM-L6-v2 as int8 ONNX, run by ONNX Runtime without torch."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from models.catalogue import EMBEDDER
from models.onnx_session import onnx_session
from models.processor import physical_cores

Vectors: TypeAlias = npt.NDArray[np.float32]

MAX_TOKENS = 256  # the length all-MiniLM-L6-v2 was trained for, special tokens included


class Embedder:
    """`name` identifies the vectors it makes: those of two names are never compared.

    Texts are embedded one by one, as many at a time as there are cores. A batch would be slower on a CPU, as its
    activations leave the cache and short texts are padded; and the vector of a text would depend on its neighbours,
    as int8 activations are scaled by the largest value in a batch.
    """

    name = f"{EMBEDDER.name}-int8"
    dimensions = 384

    def __init__(self, path: Path, threads: int | None = None) -> None:
        from tokenizers import Tokenizer

        threads = threads or physical_cores()
        self._session = onnx_session(path, threads=1)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="embedder")
        self._tokenizer = Tokenizer.from_file(str(EMBEDDER.path().with_name("tokenizer.json")))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.no_padding()
        self._counter = Tokenizer.from_file(str(EMBEDDER.path().with_name("tokenizer.json")))
        self._counter.no_truncation()
        self._counter.no_padding()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """(len(texts), dimensions) float32 of unit length; text beyond `MAX_TOKENS` is not seen."""
        encodings = self._tokenizer.encode_batch(list(texts))
        rows = (
            [self._vector(encodings[0].ids)]
            if len(encodings) == 1
            else self._pool.map(self._vector, (encoding.ids for encoding in encodings))
        )
        vectors = np.empty((len(encodings), self.dimensions), np.float32)
        for index, row in enumerate(rows):
            vectors[index] = row
        return vectors

    def _vector(self, ids: Sequence[int]) -> Vectors:
        vector: Vectors = self._session.run(["sentence_embedding"], {"input_ids": np.array([ids], np.int64)})[0][0]
        return vector

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Word pieces in each text, without the two special tokens."""
        return [len(encoding.ids) for encoding in self._counter.encode_batch(list(texts), add_special_tokens=False)]

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        """Start and end of each word piece in `text`, in characters."""
        offsets: list[tuple[int, int]] = self._counter.encode(text, add_special_tokens=False).offsets
        return offsets

"""The word embeddings of a base model, for networks on it that have none of their own: half of all their weights."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

TENSOR = "embeddings.word_embeddings.weight"
LENGTH_BYTES = 8


class WordEmbeddings(Protocol):
    """Of one vocabulary."""

    def word_embeddings(self, ids: Sequence[int]) -> npt.NDArray[np.float32]:
        """(len(ids), dimensions): those of the word pieces with these numbers."""
        ...


class SafetensorsEmbeddings:
    """Of a BERT in a safetensors file, which is mapped into memory: only the rows that are asked for are read.

    The package reads whole tensors or single slices; where a tensor lies says the file's head: its length in eight
    bytes, then JSON.
    """

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(LENGTH_BYTES), "little")
            tensor = json.loads(file.read(length))[TENSOR]
        start = LENGTH_BYTES + length + tensor["data_offsets"][0]
        self._rows = np.memmap(path, "<f4", "r", start, tuple(tensor["shape"]))

    def word_embeddings(self, ids: Sequence[int]) -> npt.NDArray[np.float32]:
        """See `WordEmbeddings`."""
        return np.asarray(self._rows[np.asarray(ids, np.int64)], np.float32)

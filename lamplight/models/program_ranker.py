"""Which program over a table a question means: a log-linear model over what programs have and how they fit.

After Pasupat & Liang, "Compositional Semantic Parsing on Semi-Structured Tables" (2015): every program that may be
meant is run, and those are learnt from whose result is right. `python -m training.programs` learns the weights.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from lamplight.models.embedder import Vectors

WEIGHTS = Path(__file__).with_name("weights") / "programs.npz"
HASH_BUCKETS = 1 << 16  # names are hashed into so many weights


@dataclass(frozen=True, slots=True)
class Described:
    """A program as the ranker sees it: names of what it has, and measures of how it fits."""

    operation: str
    names: list[str]
    measures: list[float]


def buckets_of(names: Sequence[str]) -> list[int]:
    """Where the weights of some names are."""
    return [zlib.crc32(name.encode()) % HASH_BUCKETS for name in names]


class ProgramRanker:
    """`embedder` is the one whose vectors it was trained with."""

    def __init__(self, path: Path = WEIGHTS) -> None:
        with np.load(path) as stored:
            self.embedder = str(stored["embedder"])
            self._operations = {str(name): place for place, name in enumerate(stored["operations"])}
            self._names = stored["names"].astype(np.float32)
            self._inner = stored["inner"].astype(np.float32)
            self._inner_bias = stored["inner_bias"].astype(np.float32)
            self._outer = stored["outer"].astype(np.float32)
            self._by_operation = stored["by_operation"].astype(np.float32)
            self._operation_bias = stored["operation_bias"].astype(np.float32)
            self._by_question = stored["by_question"].astype(np.float32)

    def probabilities(self, vector: Vectors, described: Sequence[Described]) -> npt.NDArray[np.float32]:
        """That each is what is meant, (programs,); `vector` is the (dimensions,) embedding of the question."""
        measures = np.array([one.measures for one in described], dtype=np.float32)
        places = np.array([self._operations[one.operation] for one in described])
        named = np.array([self._names[buckets_of(one.names)].sum() for one in described], dtype=np.float32)
        fit = np.tanh(measures @ self._inner.T + self._inner_bias) @ self._outer
        own = (measures * self._by_operation[places]).sum(axis=1) + self._operation_bias[places]
        scores = named + fit + own + (self._by_question @ vector)[places]
        raised = np.exp(scores - scores.max())
        return np.asarray(raised / raised.sum(), dtype=np.float32)

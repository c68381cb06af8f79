"""Which cell of a report's tables a question asks for, and what is to be done with it.

A small network over measures of how rows, heads and titles fit (`rag.programs.cells`), normalised over all cells and
that there is none; and a logistic regression over the question's embedding and words, and whether the likeliest cell
is in per cent. `python -m training.cells` learns both.
"""

from __future__ import annotations

import re
import zlib
from itertools import pairwise
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from lamplight.models.embedder import Vectors

WEIGHTS = Path(__file__).with_name("weights") / "cells.npz"
HASH_BUCKETS = 1 << 12  # words are hashed into so many weights
MODULATED = (23, 24, 25)  # measures that count by what is asked: per cent, totals, empty cells
CellOperation = Literal["lookup", "change", "growth", "share", "rest", "sum", "difference", "other"]
OPERATIONS: tuple[CellOperation, ...] = CellOperation.__args__  # type: ignore[attr-defined]
WORD = re.compile(r"[^\W\d_]+|%")


def hashed_words(question: str) -> list[int]:
    """Where the weights of a question's words and of each two that follow each other are."""
    words = WORD.findall(question.lower())
    pairs = [f"{one} {other}" for one, other in pairwise(words)]
    return [zlib.crc32(word.encode()) % HASH_BUCKETS for word in (*words, *pairs)] or [0]


class CellRanker:
    """`embedder` is the one whose vectors it was trained with."""

    def __init__(self, path: Path = WEIGHTS) -> None:
        with np.load(path) as stored:
            self.embedder = str(stored["embedder"])
            self._weights = {name: stored[name].astype(np.float32) for name in stored.files if name != "embedder"}

    def probabilities(
        self, vector: Vectors, measures: npt.NDArray[np.float32], none: npt.NDArray[np.float32]
    ) -> npt.NDArray[np.float32]:
        """That each cell is asked for, and last that none is, (cells + 1,); `vector` is the question's embedding."""
        own = self._weights
        fit = np.tanh(measures @ own["inner.weight"].T + own["inner.bias"]) @ own["outer.weight"][0]
        fit += measures @ own["direct.weight"][0]
        fit += measures[:, MODULATED] @ (own["modulation.weight"] @ vector + own["modulation.bias"])
        scores = np.append(fit, own["none.weight"][0] @ none)
        raised = np.exp(scores - scores.max())
        return np.asarray(raised / raised.sum(), dtype=np.float32)

    def operations(
        self, question: str, vector: Vectors, measures: npt.NDArray[np.float32]
    ) -> dict[CellOperation, float]:
        """The probability of each of what may be done with the cell that a question speaks of, of these `measures`.

        A cell that is in per cent may be the growth that is asked for: then nothing is left to work out.
        """
        own = self._weights
        scores = own["operation.by_vector.weight"] @ vector + own["operation.by_vector.bias"]
        scores = scores + own["operation.by_cell.weight"] @ measures[list(MODULATED)]
        scores = scores + own["operation.by_words.weight"][hashed_words(question)].sum(axis=0)
        raised = np.exp(scores - scores.max())
        return dict(zip(OPERATIONS, map(float, raised / raised.sum()), strict=True))

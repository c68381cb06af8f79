"""Whether a question can be understood alone, or only with the one before it, in any language.

A logistic regression over the question's embedding by the multilingual embedder and its length.
`training/followups.txt` has the examples, `python -m training.followups` learns from them.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from lamplight.models.embedder import Embedder, Vectors

WEIGHTS = Path(__file__).with_name("weights") / "dependence.npz"
DEPENDS, SURELY_DEPENDS = 0.45, 0.8  # probabilities; in between it is decided by more than the question's form
VECTOR_SCALE = 3.0  # of the embedding, which has unit length, beside the logarithm of the length


def features(vector: Vectors, pieces: int) -> Vectors:
    """(dimensions + 1,) float32, of a question's embedding and its number of word pieces."""
    return np.append(VECTOR_SCALE * vector, np.log(max(pieces, 1))).astype(np.float32)


class DependenceClassifier:
    """`embedder` is the name of the one whose vectors it was trained on."""

    def __init__(self, path: Path = WEIGHTS) -> None:
        with np.load(path) as stored:
            self.embedder = str(stored["embedder"])
            self._weights = stored["weights"].astype(np.float32)
            self._bias = float(stored["bias"])

    def probability(self, question: str, embedder: Embedder) -> float:
        """That it needs the question before it. Raises `ValueError` for another embedder than its own."""
        if embedder.name != self.embedder:
            raise ValueError(f"trained on vectors of {self.embedder}, not of {embedder.name}")
        made = features(embedder.encode_queries([question])[0], embedder.count_tokens([question])[0])
        return float(1 / (1 + np.exp(-(made @ self._weights + self._bias))))

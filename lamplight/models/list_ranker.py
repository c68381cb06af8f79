"""Which of a document's lists a request for several things means, and whether it asks for several.

A small network over measures of how a list fits (`rag.lists.features`), normalised over all lists and the likeliest
single sentences; and a logistic regression over the request's embedding, for each of two embedders.
`python -m training.lists` learns them.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from lamplight.models.embedder import Vectors

WEIGHTS = Path(__file__).with_name("weights") / "lists.npz"
HALF = 2.0  # the log-odds that several things are asked for are given to the network in halves
# Measures, where `rag.lists.features` puts them: whether it has several items, how many, in how many a sentence is
# parted.
MODULATED = (17, 18, 22)


class ListRanker:
    """`embedder` and `multilingual_embedder` are those with whose vectors it was trained."""

    def __init__(self, path: Path = WEIGHTS) -> None:
        with np.load(path) as stored:
            self.embedder = str(stored["embedder"])
            self.multilingual_embedder = str(stored["multilingual_embedder"])
            names = [name for name in stored.files if not name.endswith("embedder")]
            self._weights = {name: stored[name].astype(np.float32) for name in names}

    def several(self, vector: Vectors | None, multilingual: Vectors | None) -> float:
        """Log-odds that several things are asked for, by the request's embeddings: one may be None."""
        own = self._weights
        odds = []
        if vector is not None:
            odds.append(float(own["several"] @ vector + own["several_bias"]))
        if multilingual is not None:
            odds.append(float(own["multilingual_several"] @ multilingual + own["multilingual_several_bias"]))
        return sum(odds) / len(odds) if odds else 0.0

    def probabilities(self, measures: npt.NDArray[np.float32], several: float) -> npt.NDArray[np.float32]:
        """That each of the lists is meant, (lists,); `several` are the log-odds that several things are asked for."""
        own = self._weights
        inputs = network_inputs(measures, several, own["mean"], own["deviation"])
        fit = np.tanh(inputs @ own["inner"].T + own["inner_bias"]) @ own["outer"] + inputs @ own["direct"]
        raised = np.exp(fit - fit.max())
        return np.asarray(raised / raised.sum(), dtype=np.float32)


def network_inputs(
    measures: npt.NDArray[np.float32], several: float, mean: Vectors, deviation: Vectors
) -> npt.NDArray[np.float32]:
    """(lists, inputs) float32: normalised, and what counts more or less where several things are asked for."""
    asked = np.full((len(measures), 1), several / HALF, dtype=np.float32)
    return np.concatenate([(measures - mean) / deviation, asked, asked * measures[:, MODULATED]], axis=1)

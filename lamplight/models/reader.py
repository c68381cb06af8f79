"""Reads question and passages together and says which line answers, and where in it the answer itself stands.

Networks of our own, trained on questions with lines that answer them and lines that don't (`training/`), as int8 ONNX:
one on all-MiniLM-L6-v2 for English, another on it for photographed papers in English, one on multilingual-e5-small. The
word embeddings of the last two stay in the files of their bases. One pass over a passage judges all its lines, each
seen with its heads and neighbours.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from lamplight.models.onnx_session import onnx_session
from lamplight.models.processor import physical_cores
from lamplight.models.reader_input import ReaderTokenizer, Window
from lamplight.models.word_embeddings import WordEmbeddings

LONGEST_SPAN = 24  # word pieces of an answer


@dataclass(frozen=True, slots=True)
class LineScore:
    """`score` are the log-odds that this line answers against that no line of its passage does.

    `start` and `end` are the characters of the likeliest answer in the line, `probability` that it is exactly this one
    if the line answers at all.
    """

    score: float
    start: int
    end: int
    probability: float


class Reader:
    """Loaded once; its calls may come from any thread."""

    def __init__(
        self, path: Path, tokenizer: Path, embeddings: WordEmbeddings | None = None, threads: int | None = None
    ) -> None:
        """`embeddings` are those of the words, where the network at `path` has none of its own."""
        from tokenizers import Tokenizer

        self._session = onnx_session(path, threads=1)
        self._names = {one.name for one in self._session.get_inputs()}  # there may be one type of token alone
        self._embeddings = embeddings
        self._pool = ThreadPoolExecutor(threads or physical_cores(), thread_name_prefix="reader")
        self._tokenizer = ReaderTokenizer(Tokenizer.from_file(str(tokenizer)))

    def read(self, question: str, passages: Sequence[tuple[str, Sequence[str]]]) -> list[list[LineScore]]:
        """For each passage, a header and its lines, one score for each line. Scores of different passages compare."""
        return list(self._pool.map(lambda passage: self._readings(question, *passage), passages))

    def _readings(self, question: str, header: str, lines: Sequence[str]) -> list[LineScore]:
        """Window by window, of which each line is in one.

        Int8 activations are scaled by the largest value in a batch: in one with others, the scores of a passage would
        depend on them. On a CPU passages side by side, one on each core, are faster than batches.
        """
        readings: list[LineScore] = []
        for window in self._tokenizer.windows(question, header, lines):
            scores = self._scores(window)
            readings += [_reading(window, place, scores) for place in range(len(window.lines))]
        return readings

    def _scores(self, window: Window) -> npt.NDArray[np.float32]:
        """(tokens, 3): answers, begins, ends."""
        inputs: dict[str, npt.NDArray[Any]] = {"token_type_ids": np.array([window.types], np.int64)}
        if self._embeddings is not None:
            inputs["word_embeddings"] = self._embeddings.word_embeddings(window.ids)[None]
        else:
            inputs["input_ids"] = np.array([window.ids], np.int64)
            inputs["attention_mask"] = np.ones((1, len(window.ids)), np.int64)
        inputs = {name: value for name, value in inputs.items() if name in self._names}
        scores: npt.NDArray[np.float32] = self._session.run(["scores"], inputs)[0][0]
        return scores


def _reading(window: Window, place: int, scores: npt.NDArray[np.float32]) -> LineScore:
    mark, offsets = window.marks[place], window.offsets[place]
    score = float(scores[mark, 0])
    if not offsets:
        return LineScore(score, 0, 0, 0.0)
    inside = scores[mark + 1 : mark + 1 + len(offsets)].astype(np.float64)
    begins, ends = _softmax(inside[:, 1]), _softmax(inside[:, 2])
    joint = np.triu(np.outer(begins, ends)) - np.triu(np.outer(begins, ends), LONGEST_SPAN)
    first, last = divmod(int(joint.argmax()), len(offsets))
    return LineScore(score, offsets[first][0], offsets[last][1], float(joint[first, last]))


def _softmax(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    raised = np.exp(values - values.max())
    shares: npt.NDArray[np.float64] = raised / raised.sum()
    return shares

"""Sentence embeddings on the CPU: models of the catalogue as int8 ONNX, run by ONNX Runtime without torch."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from models.catalogue import ENGLISH, EmbeddingModel
from models.processor import physical_cores

Vectors: TypeAlias = npt.NDArray[np.float32]

BATCH = 8  # larger batches pad more than they save
LETTERS = re.compile(r"[^\W\d_]+")
# Words beyond which a text is in a language that a model doesn't know. Of 240 English paragraphs (XQuAD) none has more
# in MiniLM's pieces, of 240 German ones all have (.23 to .86), Spanish .26 to .66, Chinese .60 to 1.
FOREIGN_SHARE = 0.22
FOREIGN_QUESTION_SHARE = 0.34  # of so few words: one English question in a hundred has more, 8 of 10 German ones


def tokenizer_beside(path: Path, model: EmbeddingModel) -> Path:
    """The tokenizer of the exported model at `path`: made with it, where its weights have no `tokenizer.json`."""
    made = path.with_suffix(".tokenizer.json")
    return made if made.is_file() else model.weights.path().with_name("tokenizer.json")


class Embedder:
    """`name` identifies the vectors it makes: those of two names are never compared."""

    def __init__(self, path: Path, threads: int | None = None, model: EmbeddingModel = ENGLISH) -> None:
        self._model = model
        self.name, self.dimensions = model.name, model.dimensions
        import onnxruntime
        from tokenizers import Tokenizer

        onnxruntime.disable_telemetry_events()  # of Microsoft's builds for Windows
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or physical_cores()
        options.inter_op_num_threads = 1
        # Threads that spin while they wait cost three times the wall time as soon as anything else runs.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        tokenizer = str(tokenizer_beside(path, model))
        self._tokenizer = Tokenizer.from_file(tokenizer)
        self._tokenizer.enable_truncation(model.most_tokens)
        self._tokenizer.no_padding()
        self._counter = Tokenizer.from_file(tokenizer)
        self._counter.no_truncation()
        self._counter.no_padding()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Of passages: (len(texts), dimensions) float32 of unit length; text beyond the most tokens is not seen."""
        return self._encode([self._model.passage_prefix + text for text in texts])

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """The same of questions, to be compared with the vectors of passages."""
        return self._encode([self._model.query_prefix + text for text in texts])

    def _encode(self, texts: list[str]) -> Vectors:
        encodings = self._tokenizer.encode_batch(texts)
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

    def knows_language(self, text: str, most: float = FOREIGN_SHARE) -> bool:
        """Whether no more than a share of `most` of a text's words are foreign to the model's vocabulary.

        Names are left out, if case tells them.
        """
        words = LETTERS.findall(text)
        words = [word for word in words if not word[0].isupper()] or words
        if not words:
            return True
        encoding = self._counter.encode(words, is_pretokenized=True, add_special_tokens=False)
        pieces: dict[int | None, list[int]] = {}
        for word, piece in zip(encoding.word_ids, encoding.ids, strict=True):
            pieces.setdefault(word, []).append(piece)
        unknown = self._counter.token_to_id("[UNK]")
        foreign = sum(len(own) > 1 or own == [unknown] for own in pieces.values())
        return foreign <= most * len(words)

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        """Start and end of each word piece in `text`, in characters."""
        offsets: list[tuple[int, int]] = self._counter.encode(text, add_special_tokens=False).offsets
        return offsets

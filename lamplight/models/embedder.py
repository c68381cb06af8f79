"""Text to vectors: the exported int8 models on ONNX Runtime."""

from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from lamplight.models.catalogue import ENGLISH, EmbeddingModel, EmbeddingTraits
from lamplight.models.language_directions import without_language
from lamplight.models.onnx_session import onnx_session
from lamplight.models.processor import physical_cores

Vectors: TypeAlias = npt.NDArray[np.float32]

LETTERS = re.compile(r"[^\W\d_]+")
# Words beyond which a text is in a language that a model doesn't know. Of 240 English paragraphs (XQuAD) none has more
# in MiniLM's pieces, of 240 German ones all have (.23 to .86), Spanish .26 to .66, Chinese .60 to 1.
FOREIGN_SHARE = 0.22
FOREIGN_SHARE_OF_FEW = 0.34  # of some forty words or fewer: one English question in a hundred has more


class Described(Protocol):
    """What has to be known of an embedder beside its exported model: `EmbeddingModel` is one."""

    @property
    def name(self) -> str:
        """Of the vectors it makes: those of two names are never compared."""
        ...

    @property
    def traits(self) -> EmbeddingTraits:
        """How it is used."""
        ...

    @property
    def slope(self) -> float:
        """With `offset`: from its cosines to those of the embedder for English."""
        ...

    @property
    def offset(self) -> float:
        """See `slope`."""
        ...

    @property
    def directions(self) -> Path | None:
        """The file of those that `Embedder.without_language` takes out of a question's vector; None for none."""
        ...


def tokenizer_beside(path: Path, model: Described) -> Path:
    """The tokenizer of the exported model at `path`: made with it, but where its weights have a `tokenizer.json`."""
    made = path.with_suffix(".tokenizer.json")
    weights = model.weights if isinstance(model, EmbeddingModel) else None
    return made if weights is None or made.is_file() else weights.path().with_name("tokenizer.json")


class Embedder:
    """`name` identifies the vectors it makes: those of two names are never compared.

    `slope` times a cosine plus `offset` is on the scale of those of the embedder for English.

    Texts are embedded one by one, as many at a time as there are cores. A batch would be slower on a CPU, as its
    activations leave the cache and short texts are padded; and the vector of a text would depend on its neighbours,
    as int8 activations are scaled by the largest value in a batch.
    """

    def __init__(self, path: Path, threads: int | None = None, model: Described = ENGLISH) -> None:
        from tokenizers import Tokenizer

        self._traits = model.traits
        self.name, self.dimensions = model.name, model.traits.dimensions
        self.slope, self.offset = model.slope, model.offset
        self._directions: Vectors | None = None if model.directions is None else np.load(model.directions)
        threads = threads or physical_cores()
        self._session = onnx_session(path, threads=1)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="embedder")
        self._tokenizer = Tokenizer.from_file(str(tokenizer_beside(path, model)))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Of passages: (len(texts), dimensions) float32 of unit length; text beyond the most tokens is not seen."""
        return self._encode([self._traits.passage_prefix + text for text in texts])

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """The same of questions, to be compared with the vectors of passages."""
        return self._encode([self._traits.query_prefix + text for text in texts])

    def without_language(self, questions: Vectors) -> Vectors:
        """Vectors of questions, so that passages in any language are as near; as they are where that isn't known."""
        return questions if self._directions is None else without_language(questions, self._directions)

    def _encode(self, texts: list[str]) -> Vectors:
        encodings = self._tokenizer.encode_batch(texts)
        rows = (
            [self._vector(encodings[0].ids)]
            if len(encodings) == 1
            else self._pool.map(self._vector, [encoding.ids for encoding in encodings])
        )
        vectors = np.empty((len(encodings), self.dimensions), np.float32)
        for index, row in enumerate(rows):
            vectors[index] = row
        return vectors

    def _vector(self, ids: list[int]) -> Vectors:
        if len(ids) > self._traits.most_tokens:
            ids = [*ids[: self._traits.most_tokens - 1], ids[-1]]  # which ends every text
        vector: Vectors = self._session.run(["sentence_embedding"], {"input_ids": np.array([ids], np.int64)})[0][0]
        return vector

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Word pieces in each text, without the two special tokens."""
        return [len(encoding.ids) for encoding in self._tokenizer.encode_batch(list(texts), add_special_tokens=False)]

    def knows_language(self, text: str, most: float = FOREIGN_SHARE) -> bool:
        """Whether no more than a share of `most` of a text's words are foreign to the model's vocabulary.

        Names are left out, if case tells them.
        """
        words = LETTERS.findall(text)
        words = [word for word in words if not word[0].isupper()] or words
        if not words:
            return True
        encoding = self._tokenizer.encode(words, is_pretokenized=True, add_special_tokens=False)
        pieces: dict[int | None, list[int]] = {}
        for word, piece in zip(encoding.word_ids, encoding.ids, strict=True):
            pieces.setdefault(word, []).append(piece)
        unknown = self._tokenizer.token_to_id("[UNK]")
        foreign = sum(len(own) > 1 or own == [unknown] for own in pieces.values())
        return foreign <= most * len(words)

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        """Start and end of each word piece in `text`, in characters."""
        offsets: list[tuple[int, int]] = self._tokenizer.encode(text, add_special_tokens=False).offsets
        return offsets

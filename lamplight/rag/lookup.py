"""What one question asks of the library and of the embedders: each thing once, whoever wants to know it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

import numpy as np

from lamplight.library.records import Document
from lamplight.library.store import Library
from lamplight.models.embedder import Embedder, Vectors


class QuestionVectors:
    """The vectors of a question, as it was put and as it was meant, by one embedder."""

    def __init__(self, embedder: Embedder) -> None:
        self.name = embedder.name
        self._embedder = embedder
        self._known: dict[str, Vectors] = {}

    def knows_language(self, text: str, most: float) -> bool:
        """Whether no more than a share of `most` of a text's words are foreign to the embedder."""
        return self._embedder.knows_language(text, most)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """As the embedder does: (len(texts), dimensions) float32 of unit length."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known |= zip(new, self._embedder.encode_queries(new), strict=True)
        return np.stack([self._known[text] for text in texts])


class Lookup:
    """Made for one question and kept no longer: it tells how the library was when it was first asked."""

    def __init__(self, library: Library, embedder: Callable[[], Embedder]) -> None:
        """`embedder` loads the first one, or waits until it is loaded."""
        self._library, self._embedder = library, embedder
        self._held: dict[tuple[str, ...], Mapping[int, int]] = {}

    @cached_property
    def vectors(self) -> QuestionVectors:
        """Kept for the whole question, by an embedder that the first use loads or waits for."""
        return QuestionVectors(self._embedder())

    @cached_property
    def documents(self) -> list[Document]:
        """Every document that can be found, newest first."""
        return self._library.documents.all()

    @cached_property
    def chunks(self) -> int:
        """How many there are to be found."""
        return self._library.passages.count()

    def holding(self, phrases: Sequence[str]) -> Mapping[int, int]:
        """How many chunks of each document hold any of `phrases`; documents with none are left out."""
        key = tuple(phrases)
        if key not in self._held:
            self._held[key] = self._library.full_text.counts_holding(key)
        return self._held[key]

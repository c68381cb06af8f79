"""What kind of request a text is: a logistic regression over its embedding and the words that such requests share.

A second one over the embedding of the multilingual embedder alone knows requests in languages without an example.
`training/requests.txt` has the examples, `python -m training.intent` learns from them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from lamplight.models.embedder import Vectors

WEIGHTS = Path(__file__).with_name("weights") / "intent.npz"
WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|\d+")
WORD_SCALE = 0.5  # of a word's feature beside the embedding, which has unit length
VECTOR_SCALE = 3.0  # of the multilingual embedding, which has unit length, against the ridge
COMMON = 4  # kinds that share a word, for it to say nothing anywhere
STEM = 5  # letters of a word that count: "summarise" and "summary" begin alike


def ngrams_of(text: str) -> Iterator[str]:
    """The beginnings of its words, alone and in twos, the first one marked; all numbers are alike."""
    words = ["#" if word.isdigit() else word for word in map(_plain, WORD.findall(text))]
    if words:
        yield f"^ {words[0]}"
    yield from words
    yield from (f"{one} {other}" for one, other in pairwise(words))


def _plain(word: str) -> str:
    """In lower case, without accents, which are often not typed, and without what follows its stem."""
    bare = unicodedata.normalize("NFKD", word.lower().replace("’", "'"))
    return "".join(letter for letter in bare if not unicodedata.combining(letter))[:STEM]


class IntentClassifier:
    """`kinds` are the names of what it tells apart; `embedder` is the one whose vectors it was trained on, and
    `multilingual_embedder` that of the second regression.
    """

    def __init__(self, path: Path = WEIGHTS) -> None:
        with np.load(path) as stored:
            self.kinds: list[str] = [str(kind) for kind in stored["kinds"]]
            self.embedder = str(stored["embedder"])
            self._places = {str(ngram): place for place, ngram in enumerate(stored["ngrams"])}
            self._shared = {
                str(ngram): frozenset(str(kinds).split())
                for ngram, kinds in zip(stored["ngrams"], stored["shared"], strict=True)
            }
            self._weights = stored["weights"].astype(np.float32)
            self._bias = stored["bias"].astype(np.float32)
            self.multilingual_embedder = str(stored["multilingual_embedder"])
            self._multilingual_weights = stored["multilingual_weights"].astype(np.float32)
            self._multilingual_bias = stored["multilingual_bias"].astype(np.float32)

    def features(self, text: str, vector: Vectors) -> Vectors:
        """(dimensions + n-grams,) float32."""
        return features(ngrams_of(text), vector, self._places)

    def probabilities(self, text: str, vector: Vectors) -> dict[str, float]:
        """Of each kind; `vector` is the (dimensions,) embedding of `text`."""
        return self._shares(self.features(text, vector) @ self._weights + self._bias)

    def multilingual_probabilities(self, vector: Vectors) -> dict[str, float]:
        """The same by the multilingual embedder's vector of a text alone."""
        return self._shares(VECTOR_SCALE * vector @ self._multilingual_weights + self._multilingual_bias)

    def _shares(self, scores: Vectors) -> dict[str, float]:
        raised = np.exp(scores - scores.max())
        return dict(zip(self.kinds, (raised / raised.sum()).tolist(), strict=True))

    def frame(self, text: str, kind: str) -> list[bool]:
        """For each word of `text` (as `WORD` finds them) whether requests of a kind share it.

        The others say what it is about.
        """
        return [self._is_shared(_plain(word), kind) for word in WORD.findall(text)]

    def strengths(self, text: str, kinds: Sequence[str]) -> list[float]:
        """For each word of `text` (as `WORD` finds them) how much it speaks for one of `kinds`, beside the others."""
        own = [name in kinds for name in self.kinds]
        words = self._weights[len(self._weights) - len(self._places) :]
        strength = words[:, own].max(axis=1) - words[:, np.logical_not(own)].mean(axis=1)
        places = [self._places.get(_plain(word)) for word in WORD.findall(text)]
        return [0.0 if place is None else float(strength[place]) for place in places]

    def _is_shared(self, word: str, kind: str) -> bool:
        kinds = self._shared.get(word, frozenset())
        return kind in kinds or len(kinds) >= COMMON


def features(ngrams: Iterator[str] | Sequence[str], vector: Vectors, places: dict[str, int]) -> Vectors:
    """The embedding, then one number for each n-gram in `places`."""
    made = np.zeros(len(vector) + len(places), np.float32)
    made[: len(vector)] = vector
    for ngram in ngrams:
        if (place := places.get(ngram)) is not None:
            made[len(vector) + place] = WORD_SCALE
    return made

"""What a vector of a multilingual embedder tells of the language of its text, and how a question is rid of it.

Such embedders put texts in one language near to each other, whatever they are about: a question finds the wrong
passage in its own language before the right one in another. The mean vectors of the same texts in many languages span
the directions in which these differ. A question's vector without them finds by meaning, also among languages that were
not among these (Yang et al. 2021, "A Simple and Effective Method To Eliminate the Self Language Bias in Multilingual
Representations"). As the passages' vectors stay as they are, a library needs nothing anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lamplight.languages.parallel_text import parallel_text

if TYPE_CHECKING:
    from lamplight.models.embedder import Embedder, Vectors

PASSAGES, QUESTIONS = 12, 10  # of the parallel text in each language: with all 24 and 18 it is no better
# A quarter of the paragraphs of XQuAD in each of four languages, all in one library: asked in another language than
# they are in, the right one is the nearest for .34 without, and for .65 to .66 with 16 to 28 of the directions.
DIRECTIONS = 20
# As much of them is taken out. Where papers in several languages say the like, those in the question's are likelier
# meant: of 100 questions to a household with the same kinds of papers in five languages 66 have the right line among
# three with all of it taken out, 72 with nothing, 74 with .7 of it.
TAKEN = 0.7


def language_directions(embedder: Embedder) -> Vectors:
    """(directions, dimensions), orthonormal. Half a minute, or some minutes for a large embedder."""
    texts = parallel_text().values()
    passages = np.stack([embedder.encode(own[:PASSAGES]).mean(axis=0) for own, _ in texts])
    questions = np.stack([embedder.encode_queries(own[:QUESTIONS]).mean(axis=0) for _, own in texts])
    differences = np.concatenate([passages - passages.mean(axis=0), questions - questions.mean(axis=0)])
    return np.asarray(np.linalg.svd(differences, full_matrices=False)[2][:DIRECTIONS], np.float32)


def without_language(vectors: Vectors, directions: Vectors) -> Vectors:
    """`vectors` (count, dimensions) without most of what lies in `directions`, of unit length."""
    rest = vectors - TAKEN * (vectors @ directions.T) @ directions
    return np.asarray(rest / np.linalg.norm(rest, axis=-1, keepdims=True), np.float32)

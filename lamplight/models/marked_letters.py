"""Letters with marks (ą, ş, ı) that were read without in small or blurred print, put right by the rest of the page."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Marks: TypeAlias = tuple[tuple[int, str], ...]  # which letter of a line, blanks not counted, may be which other one

# Of the recogniser's own measure: it gives the marked letter 0.02 at most where a page has the plain one, and 0.06 to
# 0.5 where it has the marked one, on Turkish and Polish scans of 150 and 200 dpi. It prefers what is common in all
# languages together.
LIKELY = 0.05
FEWEST = 3  # times that a page has a marked letter, small or capital, before it is put where it is likely
LAST_LATIN = "\u024f"
# To Unicode these are no plain letters with a mark. Not ł: the recogniser finds it as likely where a page has l.
DOTLESS, DOTTED = "ı", "İ"
DOTS = {DOTLESS: "i", DOTTED: "Iil"}


class MarkedLetters:
    """RapidOCR's decoder, which also notes in each line's `WordInfo` the `marks` that are likely: see `marks_of`."""

    def __init__(self, decoder: Any) -> None:
        self._decoder = decoder
        self._marked: defaultdict[int, list[int]] = defaultdict(list)  # places in the recogniser's alphabet
        places = {letter: place for place, letter in enumerate(decoder.character)}
        for letter, place in places.items():
            for plain in _plain(letter):
                if plain in places:
                    self._marked[places[plain]].append(place)

    def __call__(self, likelihoods: npt.NDArray[np.float32], return_word_box: bool = False, **shape: Any) -> Any:
        """As RapidOCR calls it: `likelihoods` are (lines, places along the line, letters), its results unchanged."""
        texts, letters = self._decoder(likelihoods, return_word_box, **shape)
        for line, information in zip(likelihoods, letters, strict=False):
            information.marks = self._marks(line)
        return texts, letters

    def _marks(self, line: npt.NDArray[np.float32]) -> Marks:
        best = line.argmax(axis=1)
        seen = best != 0  # the blank between two letters
        seen[1:] &= best[1:] != best[:-1]
        found: list[tuple[int, str]] = []
        number = 0
        for place in np.flatnonzero(seen):
            alphabet = self._decoder.character
            marked = max(self._marked.get(int(best[place]), ()), key=lambda one: float(line[place, one]), default=None)
            if marked is not None and line[place, marked] >= LIKELY:
                found.append((number, alphabet[marked]))
            number += len("".join(alphabet[best[place]].split()))
        return tuple(found)


def marks_of(information: Any) -> Marks:
    """The marks noted in a `WordInfo`."""
    return tuple(getattr(information, "marks", ()))


def with_marks(lines: Sequence[tuple[str, Marks]]) -> list[str]:
    """The lines of one page with the likely marks of those letters that it surely has elsewhere."""
    counts = Counter(letter for text, _ in lines for letter in text.lower())
    return [_marked(text, [mark for mark in marks if _is_known(mark[1], counts)]) for text, marks in lines]


def _marked(text: str, marks: Sequence[tuple[int, str]]) -> str:
    letters = list(text)
    places = [place for place, letter in enumerate(letters) if not letter.isspace()]
    for number, letter in marks:
        if number < len(places) and letters[places[number]] in _plain(letter):
            letters[places[number]] = letter
    return "".join(letters)


def _is_known(letter: str, counts: Counter[str]) -> bool:
    """A page with ı is in a language that has İ too."""
    return counts[DOTLESS if letter == DOTTED else letter.lower()] >= FEWEST


def _plain(letter: str) -> str:
    """The letters that this one may be read as, empty for one that has no mark."""
    if letter in DOTS:
        return DOTS[letter]
    if len(letter) != 1 or letter.isascii() or letter > LAST_LATIN:
        return ""
    parts = unicodedata.normalize("NFD", letter)
    return parts[0] if len(parts) > 1 and parts[0].isascii() and parts[0].isalpha() else ""

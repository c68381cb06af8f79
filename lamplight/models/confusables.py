"""Letters that look alike in print (I and l, O and 0) and blanks that were overlooked, put right by what is around."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

# A small l in a run of capitals is a capital I: in a word (INVOlCE), or in a code before three digits or more.
# Fewer may be a unit or an isotope (Cl-35, 5 ml).
CAPITALS_WORD = re.compile(r"(?<!\w)(?=[A-Zl]*[A-Z]{2})(?=[A-Zl]*l)[A-Zl]{4,}(?!\w)")
CODE = re.compile(r"(?<!\w)(?=[A-Zl]*[A-Z])[A-Zl]{1,5}(?=[-/ ]?\d{3})(?! )|(?<=\d[-/])[A-Zl]{2,5}(?=[-/]\d)")
ZERO_IN_DIGITS = re.compile(r"(?<=\d)[Oo](?=\d)")
CAPITAL_O = re.compile(r"(?<![\w.,])0(?=[a-zà-ÿ]{3,})")
INK = 40  # of 255 between a letter and its paper
BLANK = 0.38  # of a line's height: letters of one width stand up to 0.3 apart, words 0.45
WIDER = 2.0  # times the line's usual gap: in wide letters every gap is large


def put_right(text: str) -> str:
    """The text with I for l and O for 0 (or the reverse) where only that makes a word or a code."""
    text = CAPITALS_WORD.sub(_with_capital_i, text)
    text = CODE.sub(_with_capital_i, text)
    text = ZERO_IN_DIGITS.sub("0", text)
    return CAPITAL_O.sub("O", text)


def _with_capital_i(match: re.Match[str]) -> str:
    return match[0].replace("l", "I")


def with_blanks(text: str, letters: Any, piece: npt.NDArray[np.uint8]) -> str:
    """The text with a blank where the picture has one that the recogniser left out, as it does in typewritten lines.

    `letters` is RapidOCR's `WordInfo` of the text, `piece` the picture of the line.
    """
    characters = [character for word in letters.words for character in word]
    columns = [column for word in letters.word_cols for column in word]
    if len(columns) < 3 or "".join(characters) != "".join(text.split()) or not letters.line_txt_len:
        return text
    scale = piece.shape[1] / letters.line_txt_len
    gaps = _gaps(piece, [(column + 0.5) * scale for column in columns])
    wide = max(BLANK * piece.shape[0], WIDER * float(np.median(gaps)))
    parts, place = [], 0
    for index, character in enumerate(characters):
        start = text.index(character, place)
        before = text[place:start]
        if index and not before and gaps[index - 1] > wide and _takes_blanks(text[start - 1] + character):
            before = " "
        parts += [before, character]
        place = start + 1
    return "".join([*parts, text[place:]])


def _takes_blanks(pair: str) -> bool:
    """Whether two letters may have a blank between them: none is put between digits or Chinese signs."""
    return all(character.isalnum() and ord(character) < 0x2E80 for character in pair) and not pair.isdigit()


def _gaps(piece: npt.NDArray[np.uint8], middles: Sequence[float]) -> list[int]:
    """Pixels without ink between each letter's middle and the next one's."""
    grey = np.asarray(cv2.cvtColor(piece, cv2.COLOR_BGR2GRAY), np.int16)
    bare = [bool(column) for column in np.all(np.abs(grey - int(np.median(grey))) <= INK, axis=0).ravel()]
    found = []
    for first, last in pairwise(middles):
        run = longest = 0
        for blank in bare[round(first) : round(last) + 1]:
            run = run + 1 if blank else 0
            longest = max(longest, run)
        found.append(longest)
    return found

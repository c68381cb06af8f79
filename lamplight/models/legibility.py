"""How well a page was read: whether what came out are its words, or what becomes of letters nobody here knows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from PIL import Image

from lamplight.models.text_rows import OcrLine

WELL_READ = 0.85  # of a piece: its confidence, less if it has too few letters for its length
READABLE = 0.6  # of a piece; those below are not kept
CERTAIN = 0.97  # of a piece on a page that could not be read: letters of another script reach 0.96
FEWEST_CHARACTERS = 0.5  # per line height of a piece's length; print has 2, Chinese signs 1
THICKEST = 3.0  # times as thick as the usual line
UNREAD_SHARE = 0.5  # of a page's lines, by length, that make it unread
DOUBTFUL_SHARE = 0.15
FEWEST_WORDS = 6  # pieces that are more than figures, before these are judged apart
GREEK = re.compile("[\u0370-\u03ff]")  # known as signs of formulas, most of those with accents aren't
GREEK_SHARE = 0.5  # of a page's letters
FEWEST_GREEK = 20
PAPER_SHARE = 0.4  # of the pixels are light and colourless, or of one colour: a page, not a photo with some letters
DRAWING_SHARE = 0.6  # of neighbouring pixels that are the same
LIGHT, COLOUR = 150, 40  # of 255
LOOK = 120  # pixels of the small picture
# Letters that only one language has together, some of which the bundled recogniser doesn't know.
VIETNAMESE = "đ", "êôâàồă"

Legible = Literal["well", "doubtful", "unread"]


@dataclass(frozen=True, slots=True)
class Doubt:
    """What could not be read on a page. `script` as Unicode calls it, empty if unknown; `languages` would help."""

    legible: Legible
    script: str = ""
    languages: tuple[str, ...] = ()


def quality(piece: OcrLine) -> float:
    """0 to 1."""
    width, height = piece.box[2] - piece.box[0], piece.box[3] - piece.box[1]
    expected = FEWEST_CHARACTERS * max(width, height) / max(1.0, min(width, height))
    characters = sum(not character.isspace() for character in piece.text)
    return piece.confidence * min(1.0, characters / expected)


def legibility(pieces: Sequence[OcrLine]) -> Legible:
    """`pieces` with those that are unsure.

    Figures are the same in most scripts: a bill on which only they were read is unread.
    """
    lines = of_usual_thickness(pieces)
    if not lines:
        return "well"
    lengths = np.array([max(piece.box[2] - piece.box[0], piece.box[3] - piece.box[1]) for piece in lines])
    unsure = np.array([quality(piece) < WELL_READ for piece in lines])
    share = float((lengths * unsure).sum() / max(1.0, lengths.sum()))
    words = unsure[[not _is_figures(piece.text) for piece in lines]]
    if share >= UNREAD_SHARE or (len(words) >= FEWEST_WORDS and float(words.mean()) >= UNREAD_SHARE):
        return "unread" if share >= DOUBTFUL_SHARE else "doubtful"
    return "doubtful" if share >= DOUBTFUL_SHARE else "well"


def is_kept(piece: OcrLine, how: Legible) -> bool:
    """Whether to keep a piece of a page with a doubt: of one that could not be read only what is certain."""
    if how == "unread":
        return quality(piece) >= CERTAIN and GREEK.search(piece.text) is None
    return quality(piece) >= READABLE


def is_greek(pieces: Sequence[OcrLine]) -> bool:
    """Whether a page is in Greek, as its letters tell even if they seem sure."""
    letters = [letter for piece in pieces for letter in piece.text if letter.isalpha()]
    greek = sum(GREEK.match(letter) is not None for letter in letters)
    return greek >= max(FEWEST_GREEK, GREEK_SHARE * len(letters))


def _is_figures(text: str) -> bool:
    return any(map(str.isdigit, text)) and not any(map(str.isalpha, text))


def of_usual_thickness(pieces: Sequence[OcrLine]) -> list[OcrLine]:
    """Without the bars of a chart and stains, which are no lines."""
    if not pieces:
        return []
    thickness = [min(piece.box[2] - piece.box[0], piece.box[3] - piece.box[1]) for piece in pieces]
    most = THICKEST * float(np.median(thickness))
    return [piece for piece, thick in zip(pieces, thickness, strict=True) if thick <= most]


def is_vietnamese(pieces: Sequence[OcrLine]) -> bool:
    """Whether each group of `VIETNAMESE` has a letter in the pieces, small or capital."""
    letters = set("".join(piece.text for piece in pieces).lower())
    return all(not letters.isdisjoint(group) for group in VIETNAMESE)


def is_page(picture: Image.Image) -> bool:
    """Whether an RGB picture shows paper or a screen, where words are what it is about."""
    small = np.asarray(picture.resize((LOOK, LOOK), Image.Resampling.BOX), np.int16)
    lightest, darkest = small.max(axis=2), small.min(axis=2)
    paper = float(((lightest > LIGHT) & (lightest - darkest < COLOUR)).mean())
    flat = float((np.abs(np.diff(small, axis=1)).max(axis=2) <= 1).mean())
    return max(paper, flat) >= PAPER_SHARE


def is_drawing(pixels: npt.NDArray[np.uint8]) -> bool:
    """Whether a picture, (height, width, 3), has large areas of exactly one colour: a chart or a screen."""
    return float((pixels[1:] == pixels[:-1]).all(axis=2).mean()) >= DRAWING_SHARE

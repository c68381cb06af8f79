"""Words for a picture: what kind it is, judged from its pixels, and what is written in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from PIL import Image

PictureKind = Literal["photo", "chart", "scan"]

THUMBNAIL = 256  # pixels; enough to tell flat colour from texture
FLAT_SHARE = 0.55  # of neighbouring pixels that are equal: drawings have 0.7-0.99, photos below 0.4
SCAN_CHARACTERS = 200  # of recognised words that make a picture a page
PAPER = 0.5  # of the pixels light and colourless
NAMES = {"photo": "Photo", "chart": "Chart", "scan": "Scanned page"}
SYNONYMS = {
    "photo": "photo, photograph, picture, image",
    "chart": "chart, graph, plot, diagram, figure, picture",
    "scan": "scan, scanned page, receipt, letter, picture",
}
CAPTION_WORDS = 40  # of the picture's own words in its caption; all of them follow as lines


def caption(kind: PictureKind, words: Sequence[str]) -> str:
    """One line that says what the picture is and what is written on it."""
    written = " ".join(" ".join(words).split()[:CAPTION_WORDS])
    return f"{NAMES[kind]} with the words: {written}" if written else f"{NAMES[kind]} without words"


def search_words(kind: PictureKind) -> str:
    """What people call such a picture when they look for it; searched, never shown."""
    return SYNONYMS[kind]


def picture_kind(picture: Image.Image, characters: int) -> PictureKind:
    """`picture` is RGB, `characters` were recognised in it.

    Drawings have large areas of exactly one colour, photographs have none.
    """
    small = np.asarray(picture.resize((THUMBNAIL, THUMBNAIL), Image.Resampling.NEAREST), np.int16)
    steps = np.abs(np.diff(small, axis=1)).max(axis=2)
    flat = float((steps <= 1).mean())
    lightness, colour = small.max(axis=2), small.max(axis=2) - small.min(axis=2)
    paper = float(((lightness > 150) & (colour < 40)).mean())
    if characters >= SCAN_CHARACTERS and paper > PAPER:
        return "scan"
    return "chart" if flat > FLAT_SHARE else "photo"

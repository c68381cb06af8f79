"""What kind of picture it is, by its pixels and the words in it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image

from lamplight.ingest.charts.scale import find_scales, number_in
from lamplight.library.records import PictureKind
from lamplight.models.text_rows import OcrLine, rows_of

THUMBNAIL = 256  # pixels; enough to tell flat colour from texture
FLAT_SHARE = 0.55  # of neighbouring pixels that are equal: drawings have 0.7-0.99, photos below 0.4
PAGE_CHARACTERS = 200  # of recognised words that make a picture a page
LIST_ROWS = 5  # one under the other that do so too where no axis is: a receipt, a table, a note
LIST_CHARACTERS = 40
PAPER = 0.5  # of the pixels light and colourless
SCREEN = 0.04  # of a flat page's pixels coloured: buttons and pictures of a screen
SHARP = 60  # of 255 between neighbours: the edges of a drawing
EDGES = 0.002  # of neighbouring pixels; fewer are a sky or a wall, however flat
SLANTED = 0.15  # of a line's height by which its box on a slanted page is taller; screens are never slanted


def picture_kind(picture: Image.Image, words: Sequence[OcrLine]) -> PictureKind:
    """`picture` is RGB, `words` were recognised in it.

    Drawings and screens have large areas of exactly one colour, photographs and scans have none. A picture full of
    words is a page, unless some of them are the numbers of an axis.
    """
    small = np.asarray(picture.resize((THUMBNAIL, THUMBNAIL), Image.Resampling.NEAREST), np.int16)
    steps = np.abs(np.diff(small, axis=1)).max(axis=2)
    flat = float((steps <= 1).mean()) > FLAT_SHARE
    lightness, colour = small.max(axis=2), small.max(axis=2) - small.min(axis=2)
    paper = float(((lightness > 150) & (colour < 40)).mean()) > PAPER
    rows = rows_of(words)
    characters = sum(len(row.text) for row in rows)
    is_list = len(rows) >= LIST_ROWS and characters >= LIST_CHARACTERS and not has_axis(words)
    if is_list or characters >= PAGE_CHARACTERS:
        coloured = not paper or float((colour >= 40).mean()) > SCREEN
        if flat and coloured and not _is_slanted(words):
            return "screenshot"
        if paper or (is_list and _is_slanted(words)):
            return "scan"
    if not words and float((steps >= SHARP).mean()) < EDGES:
        return "photo"
    return "chart" if flat else "photo"


def has_axis(words: Sequence[OcrLine]) -> bool:
    """Whether numbers stand in a straight line with even steps, upwards or to the right."""
    upright = [number for word in words if (number := number_in(word.text, word.box)) is not None]
    turned = [
        number
        for word in words
        if (number := number_in(word.text, (word.box[1], -word.box[2], word.box[3], -word.box[0]))) is not None
    ]
    return bool(find_scales(upright) or find_scales(turned))


def _is_slanted(words: Sequence[OcrLine]) -> bool:
    taller = [(word.box[3] - word.box[1]) / max(1.0, word.upright[3] - word.upright[1]) for word in words]
    return bool(taller) and float(np.median(taller)) > 1 + SLANTED

"""Where to look for text in a picture that is too large to be looked at whole: tiles, and lines joined across them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

Quad: TypeAlias = npt.NDArray[np.float32]  # (4, 2): corners of a line from its top left on, clockwise, in pixels
Tile: TypeAlias = tuple[int, int, int, int]  # left, top, right, bottom

CONTRAST = 40  # of 255 between ink and the paper around it
NEIGHBOURHOOD = 31  # pixels that are the paper around a letter
LETTER_HEIGHTS = (4, 80)  # pixels; lower ones are dust, higher ones seen in any case
WIDEST_LETTER = 3.0  # times its height
LEAST_INK = 0.15  # of a letter's box
FEWEST_LETTERS = 3  # in a tile worth looking at
SMALLEST_SEEN = 4.0  # pixels of a letter that the detector finds: at 3.2 it found 11 of 31 lines of an A3 scan
WELL_SEEN = 6.0  # pixels; letters of 10 points on an A4 page have as many
OVERLAP = 8  # letter heights: two lines
GAIN = 1.15  # times as much text in the first tile as was seen there before, or the rest isn't looked at
STANDING = 1.5  # times as tall as wide: a line that runs up or down
INKED_ROW = 0.02  # of a row's pixels are ink, or it is above or below the letters
TRIM_MARGIN = 0.2  # of the letters' height
LOOSE = 0.6  # of a line's picture that its letters take, with their margin; then nothing is cut off
EDGE = 3  # pixels from a tile's edge at which a line is cut


@dataclass(frozen=True, slots=True)
class Letters:
    """What may be letters: their heights in pixels, (n,), and their middles, (n, 2)."""

    heights: npt.NDArray[np.int64]
    middles: npt.NDArray[np.float64]

    @property
    def height(self) -> float:
        """The median, in pixels."""
        return float(np.median(self.heights))

    def count_in(self, tile: Tile) -> int:
        """How many have their middle in it; its right and lower edges are outside."""
        return int(self._within(tile).sum())

    def off(self, lines: Sequence[Quad]) -> npt.NDArray[np.int64]:
        """The heights of those on none of the lines."""
        return self.heights[~self._on(lines)]

    def on(self, lines: Sequence[Quad]) -> Letters | None:
        """Those on lines, if they are most of them."""
        on_lines = self._on(lines)
        if on_lines.sum() <= len(on_lines) / 2:
            return None
        return Letters(self.heights[on_lines], self.middles[on_lines])

    def _on(self, lines: Sequence[Quad]) -> npt.NDArray[np.bool_]:
        found = np.zeros(len(self.heights), bool)
        for line in lines:
            found |= self._within((*line.min(axis=0), *line.max(axis=0)))
        return found

    def _within(self, box: Sequence[float]) -> npt.NDArray[np.bool_]:
        left, top, right, bottom = box
        across, down = self.middles[:, 0], self.middles[:, 1]
        within: npt.NDArray[np.bool_] = (across >= left) & (across < right) & (down >= top) & (down < bottom)
        return within


def letters_in(pixels: npt.NDArray[np.uint8]) -> Letters | None:
    """Patches of ink with a letter's shape in a BGR picture, found without a model (0.05 s an A4 page at 200 dpi)."""
    grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY))
    around = cv2.blur(grey, (NEIGHBOURHOOD, NEIGHBOURHOOD))
    ink = np.asarray(cv2.absdiff(grey, around) > CONTRAST, np.uint8)
    _, _, patches, middles = cv2.connectedComponentsWithStats(ink, connectivity=8)
    width, height, area = (np.asarray(patches[1:, column], np.int64) for column in (2, 3, 4))
    lowest, highest = LETTER_HEIGHTS
    alike = (height >= lowest) & (height <= highest) & (width >= 2) & (width <= WIDEST_LETTER * height)
    alike &= area >= LEAST_INK * width * height
    if not alike.any():
        return None
    return Letters(height[alike], np.asarray(middles[1:][alike], np.float64))


def tiles_for(letters: Letters, size: tuple[int, int], detector_side: int) -> list[Tile]:
    """Overlapping tiles with letters in them, the one with the most first; none if they are seen in the whole picture.

    `size` is width and height, `detector_side` to how many pixels the detector shrinks the longer side.
    """
    longest = max(size)
    if longest <= detector_side or letters.height * detector_side / longest >= SMALLEST_SEEN:
        return []
    side = max(detector_side, round(detector_side * letters.height / WELL_SEEN))
    overlap = math.ceil(OVERLAP * letters.height)
    tiles = [
        (left, top, min(size[0], left + side), min(size[1], top + side))
        for top in _starts(size[1], side, overlap)
        for left in _starts(size[0], side, overlap)
    ]
    counts = {tile: letters.count_in(tile) for tile in tiles}
    return sorted((tile for tile in tiles if counts[tile] >= FEWEST_LETTERS), key=lambda tile: -counts[tile])


def _starts(length: int, side: int, overlap: int) -> list[int]:
    count = 1 if length <= side else math.ceil((length - overlap) / (side - overlap))
    return [round(index * (length - side) / (count - 1)) for index in range(count)] if count > 1 else [0]


def sees_more(found: Sequence[Quad], whole: Sequence[Quad], tile: Tile) -> bool:
    """Whether a look at the tile found clearly more text than the look at the whole picture had found there."""
    return sum(map(_length, found)) > GAIN * sum(_length_within(quad, tile) for quad in whole)


def uncut(found: Sequence[Quad], tile: Tile, size: tuple[int, int]) -> Iterator[Quad]:
    """Lines of a tile without those that its edge cuts lengthwise: another tile has them whole."""
    left, top, right, bottom = tile
    for quad in found:
        low, high = quad.min(axis=0), quad.max(axis=0)
        if _is_standing(quad):
            cut = (left > 0 and low[0] - left < EDGE) or (right < size[0] and right - high[0] < EDGE)
        else:
            cut = (top > 0 and low[1] - top < EDGE) or (bottom < size[1] and bottom - high[1] < EDGE)
        if not cut:
            yield quad


def joined(quads: Sequence[Quad], whole: Sequence[Quad]) -> list[Quad]:
    """Each line once: parts that overlap along the same line become one.

    Of the lines seen in the `whole` picture those are added that no tile has: tiles have them more closely.
    """
    lines: list[list[Quad]] = []
    for quad in sorted(quads, key=_length, reverse=True):
        same = [line for line in lines if any(_on_one_line(quad, other) for other in line)]
        lines = [line for line in lines if not any(line is other for other in same)]
        lines.append([quad, *(other for line in same for other in line)])
    return added([_around(line) for line in lines], whole)


def added(lines: Sequence[Quad], others: Sequence[Quad]) -> list[Quad]:
    """The lines, and those of the others that overlap none of them."""
    return [*lines, *(quad for quad in others if not any(_overlap(quad, line) for line in lines))]


def _overlap(one: Quad, other: Quad) -> bool:
    return bool((np.minimum(one.max(axis=0), other.max(axis=0)) > np.maximum(one.min(axis=0), other.min(axis=0))).all())


def _on_one_line(one: Quad, other: Quad) -> bool:
    if _is_standing(one) != _is_standing(other):
        return False
    along = 1 if _is_standing(one) else 0
    shared = np.minimum(one.max(axis=0), other.max(axis=0)) - np.maximum(one.min(axis=0), other.min(axis=0))
    thinner = min(float(np.ptp(one[:, 1 - along])), float(np.ptp(other[:, 1 - along])))
    return bool(shared[along] > 0 and shared[1 - along] > thinner / 2)


def _around(line: Sequence[Quad]) -> Quad:
    """From the first part's beginning to the last part's end, so that a slant stays."""
    if len(line) == 1:
        return line[0]
    if _is_standing(line[0]):
        first, last = min(line, key=lambda quad: quad[0, 1]), max(line, key=lambda quad: quad[2, 1])
        return np.array([first[0], first[1], last[2], last[3]], np.float32)
    first, last = min(line, key=lambda quad: quad[0, 0]), max(line, key=lambda quad: quad[1, 0])
    return np.array([first[0], last[1], last[2], first[3]], np.float32)


def _is_standing(quad: Quad) -> bool:
    width, height = np.ptp(quad, axis=0)
    return bool(height > STANDING * width)


def _length(quad: Quad) -> float:
    return float(np.ptp(quad, axis=0).max())


def _length_within(quad: Quad, tile: Tile) -> float:
    low = np.maximum(quad.min(axis=0), tile[:2])
    high = np.minimum(quad.max(axis=0), tile[2:])
    return float((high - low).max()) if (high > low).all() else 0.0


def piece_of(pixels: npt.NDArray[np.uint8], quad: Quad, tallest: int) -> Any:
    """The line cut out of the picture and laid straight, shrunk to `tallest` pixels if it is taller."""
    from rapidocr.utils.process_img import get_rotate_crop_image

    piece = _trimmed(get_rotate_crop_image(pixels, np.asarray(quad, np.float32)))
    if piece.shape[0] > tallest:
        width = max(1, round(piece.shape[1] * tallest / piece.shape[0]))
        piece = cv2.resize(piece, (width, tallest), interpolation=cv2.INTER_AREA)
    return piece


def _trimmed(piece: Any) -> Any:
    """Without the paper above and below small letters, which would stand too close when all is made equally high."""
    grey = np.asarray(cv2.cvtColor(piece, cv2.COLOR_BGR2GRAY), np.int16)
    inked = np.flatnonzero((np.abs(grey - int(np.median(grey))) > CONTRAST).sum(axis=1) > INKED_ROW * grey.shape[1])
    if not len(inked):
        return piece
    margin = math.ceil(TRIM_MARGIN * (inked[-1] + 1 - inked[0]))
    top, bottom = max(0, int(inked[0]) - margin), min(len(grey), int(inked[-1]) + 1 + margin)
    return np.ascontiguousarray(piece[top:bottom]) if bottom - top < LOOSE * len(grey) else piece

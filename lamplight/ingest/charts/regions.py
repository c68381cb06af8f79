"""Rectangles of one colour in a drawing: what bars and the squares of a legend are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from lamplight.library.records import Box

Mask = npt.NDArray[np.uint8]
Labels = npt.NDArray[np.int16]  # (height, width): which colour of the drawing each pixel has; -1 for none of them

LARGEST_SIDE = 1600  # pixels; larger charts are shrunk, a pixel is then still below 0.1 % of the axis
COLOURS = 24  # a drawing has fewer; what is beyond them is shading and soft edges
SAME_COLOUR = 16  # of 255 in each channel; JPEG noise in flat areas is below it
LEAST_SHARE = 1 / 4000  # of the picture's pixels that make a colour worth looking at
THIN = 1 / 250  # of the longer side: lines of a grid are thinner
FULL = 0.6  # of a rectangle that has its colour; the rest are holes
STRAIGHT = 0.9  # of a rectangle's rows and columns that reach from edge to edge
CORNER = 0.2  # of its sides that a rounded corner may take; a disc takes more


@dataclass(frozen=True, slots=True)
class Region:
    """A rectangle of colour number `colour`."""

    colour: int
    box: Box

    @property
    def width(self) -> float:
        """Pixels of the drawing as `colours_of` was given it, both outermost columns included."""
        return self.box[2] - self.box[0]

    @property
    def height(self) -> float:
        """Pixels of the drawing as `colours_of` was given it, both outermost rows included."""
        return self.box[3] - self.box[1]


def colours_of(picture: Image.Image) -> Labels:
    """Number the flat colours of an RGB drawing, the commonest first."""
    pixels = np.asarray(picture, np.uint8)
    codes = (
        (pixels[..., 0] >> 3).astype(np.int32) << 10 | (pixels[..., 1] >> 3).astype(np.int32) << 5 | pixels[..., 2] >> 3
    )
    counts = np.bincount(codes.ravel(), minlength=1 << 15)
    table = np.full(1 << 15, -1, np.int16)
    present = np.flatnonzero(counts)
    levels = np.stack([present >> 10, present >> 5 & 31, present & 31], axis=1).astype(np.int16) * 8
    open_codes = np.ones(len(present), bool)
    for colour in range(COLOURS):
        left = np.where(open_codes, counts[present], 0)
        peak = int(left.argmax())
        if left[peak] < LEAST_SHARE * codes.size:
            break
        members = open_codes & (np.abs(levels - levels[peak]).max(axis=1) <= SAME_COLOUR)
        table[present[members]] = colour
        open_codes &= ~members
    labels: Labels = table[codes]
    return labels


def thin(labels: npt.NDArray[Any]) -> int:
    """Pixels up to which a run of one colour is a line, not an area."""
    return max(3, round(THIN * float(max(labels.shape))))


def rectangles(labels: Labels, background: Sequence[int]) -> list[Region]:
    """All upright rectangles of one colour that is not `background`.

    Lines drawn across them, as grids often are, are closed first; gaps where the background shows are not.
    """
    ground = np.isin(labels, np.array(background, np.int16))
    reach = thin(labels)
    found = []
    for colour in range(int(labels.max()) + 1):
        if colour in background:
            continue
        mask: Mask = (labels == colour).astype(np.uint8)
        for size in ((1, 2 * reach + 1), (2 * reach + 1, 1)):
            closed: Mask = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones(size, np.uint8)), np.uint8)
            mask = np.where(ground, mask, closed)
        found += [Region(colour, box) for box in _boxes(mask, reach)]
    return found


def _boxes(mask: Mask, line: int) -> list[Box]:
    """The rectangles among the connected parts of a mask.

    Bars of the axis' own colour grow together with it: another shape is taken apart by removing what is no
    thicker than `line` pixels (0: not again).
    """
    count, parts, boxes, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
    found: list[Box] = []
    for part in range(1, count):
        left, top, width, height, area = (int(value) for value in boxes[part])
        if width <= 2 or height <= 1:
            continue
        shape = parts[top : top + height, left : left + width] == part
        rows, columns = _wide_part(shape), _wide_part(shape.T)
        if _is_rectangle(shape[rows, columns]):
            found.append((left + columns.start, top + rows.start, left + columns.stop, top + rows.stop))
        elif line and min(width, height) > 2 * line and area > line * (width + height):
            kernel = np.ones((line + 1, line + 1), np.uint8)
            areas = np.asarray(cv2.morphologyEx(shape.astype(np.uint8), cv2.MORPH_OPEN, kernel), np.uint8)
            found += [(left + box[0], top + box[1], left + box[2], top + box[3]) for box in _boxes(areas, 0)]
    return found


def _wide_part(shape: npt.NDArray[np.bool_]) -> slice:
    """The rows from the first to the last that are more than half full: without whiskers and tick marks."""
    full = np.flatnonzero(shape.mean(axis=1) > 0.5)
    return slice(int(full[0]), int(full[-1]) + 1) if len(full) else slice(0, 0)


def _is_rectangle(shape: npt.NDArray[np.bool_]) -> bool:
    """Whether its outline is straight; holes, such as a number written on a bar, don't matter."""
    if shape.shape[0] < 2 or shape.shape[1] < 3 or shape.mean() < FULL:
        return False
    return _reaches_edges(shape) and _reaches_edges(shape.T)


def _reaches_edges(shape: npt.NDArray[np.bool_]) -> bool:
    slack = 1 + CORNER * shape.shape[1]
    starts = np.where(shape.any(axis=1), shape.argmax(axis=1), shape.shape[1])
    ends = shape[:, ::-1].argmax(axis=1)
    return float(((starts <= slack) & (ends <= slack)).mean()) >= STRAIGHT


def around(boxes: Sequence[Box]) -> Box:
    """The smallest box that holds all of them."""
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)

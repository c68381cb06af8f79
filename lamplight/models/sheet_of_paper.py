"""A sheet of paper photographed from the side: where its corners are, and the picture of it seen from above."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from lamplight.models.text_rows import Box

Corners = npt.NDArray[np.float32]  # (4, 2): top left, top right, bottom right, bottom left

SIDE = 600  # pixels at which the sheet is looked for
SMALLEST, LARGEST = 0.2, 0.95  # of the picture
STRAIGHT = 0.02  # of its outline by which the sheet's edges may bend
FILLED = 0.97  # of the four-cornered shape
CONTRAST = 60  # of 255 between the paper and the ground around it
AROUND = 0.04  # of the longer side: the ground beside the edges, and how far corners are from those of the picture
BESIDE = 0.005  # of the picture: other light things, which may be read too
LEAST = 0.04  # of a side by which the one opposite is shorter; a sheet that only lies askew is read as it is
STEEPEST = 0.5  # of a side that the one opposite has at least
MOST_TURNED = 35.0  # degrees


@dataclass(frozen=True, slots=True)
class Sheet:
    """`corners` in pixels of the picture; `size` in pixels when laid flat."""

    corners: Corners
    size: tuple[int, int]

    def laid_flat(self, picture: Image.Image) -> Image.Image:
        """In RGB and of `size`; `picture` is RGB too, and the one that the corners are of."""
        flat = cv2.warpPerspective(np.asarray(picture), self._matrix(), self.size, flags=cv2.INTER_CUBIC)
        return Image.fromarray(np.asarray(flat, np.uint8))

    def in_picture(self, box: Box) -> Box:
        """Where a box on the flat sheet is in the picture."""
        left, top, right, bottom = box
        edges = np.array([[[left, top], [right, top], [right, bottom], [left, bottom]]], np.float32)
        there = np.asarray(cv2.perspectiveTransform(edges, np.linalg.inv(self._matrix())))[0]
        (x0, y0), (x1, y1) = there.min(axis=0), there.max(axis=0)
        return float(x0), float(y0), float(x1), float(y1)

    def _matrix(self) -> npt.NDArray[np.float64]:
        width, height = self.size
        flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
        return np.asarray(cv2.getPerspectiveTransform(self.corners, flat), np.float64)


def sheet_in(picture: Image.Image) -> Sheet | None:
    """The sheet in an RGB picture, if all four corners are surely seen on a darker ground, and not from above."""
    small = picture.convert("L")
    small.thumbnail((SIDE, SIDE))
    grey = cv2.GaussianBlur(np.asarray(small, np.uint8), (5, 5), 0)
    light = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)[1]
    light = cv2.morphologyEx(light, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    outlines = cv2.findContours(light, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]
    outline = max(outlines, key=cv2.contourArea, default=None)
    if outline is None or not SMALLEST * grey.size <= cv2.contourArea(outline) <= LARGEST * grey.size:
        return None
    shape = cv2.approxPolyDP(outline, STRAIGHT * cv2.arcLength(outline, True), True).reshape(-1, 2).astype(np.float32)
    if len(shape) != 4 or not cv2.isContourConvex(shape) or cv2.contourArea(outline) < FILLED * cv2.contourArea(shape):
        return None
    sheet = cv2.drawContours(np.zeros_like(light), [outline], -1, 255, cv2.FILLED)
    if float(((light > 0) & (sheet == 0)).mean()) > BESIDE:
        return None
    corners = _in_order(shape)
    if corners is None or not _is_seen(corners, np.asarray(grey, np.uint8)):
        return None
    corners *= np.array([picture.width / small.width, picture.height / small.height], np.float32)
    sides = np.linalg.norm(corners - np.roll(corners, -1, axis=0), axis=1)  # top, right, bottom, left
    shares = [min(sides[0], sides[2]) / max(sides[0], sides[2]), min(sides[1], sides[3]) / max(sides[1], sides[3])]
    if min(shares) > 1 - LEAST or min(shares) < STEEPEST:
        return None
    return Sheet(corners, (round(float(max(sides[0], sides[2]))), round(float(max(sides[1], sides[3])))))


def _in_order(shape: Corners) -> Corners | None:
    """From the top left, clockwise; None for a sheet turned so far that its top isn't known."""
    sums, differences = shape.sum(axis=1), shape[:, 0] - shape[:, 1]
    order = [int(sums.argmin()), int(differences.argmax()), int(sums.argmax()), int(differences.argmin())]
    corners = shape[order]
    across = corners[1] - corners[0] + corners[2] - corners[3]
    turned = abs(float(np.degrees(np.arctan2(across[1], across[0]))))
    return corners if len(set(order)) == len(order) and turned <= MOST_TURNED else None


def _is_seen(corners: Corners, grey: npt.NDArray[np.uint8]) -> bool:
    """Whether no corner is cut off by the picture's edge, and all around the sheet it is darker than on it."""
    height, width = grey.shape
    reach = AROUND * max(grey.shape)
    margin = reach / 4
    inside = (corners >= margin) & (corners <= np.array([width, height]) - 1 - margin)
    if not inside.all():
        return False
    middle = corners.mean(axis=0)
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        along = start + (end - start) * np.linspace(0.1, 0.9, 33)[:, None]
        outwards = (along - middle) / np.linalg.norm(along - middle, axis=1, keepdims=True)
        out, within = (_at(grey, along + outwards * step) for step in (reach / 2, -reach / 2))
        if float(np.median(within)) - float(np.median(out)) < CONTRAST:
            return False
    return True


def _at(grey: npt.NDArray[np.uint8], places: npt.NDArray[np.floating]) -> npt.NDArray[np.uint8]:
    limits = np.array([grey.shape[1] - 1, grey.shape[0] - 1])
    across, down = np.clip(np.round(places), 0, limits).astype(int).T
    return np.asarray(grey[down, across], np.uint8)

"""Pieces of text as they were found in a picture: how surely, which way up and how straight they stand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from lamplight.models.legibility import of_usual_thickness
from lamplight.models.text_rows import Box, OcrLine
from lamplight.models.text_tiles import Quad

LEAST_CONFIDENCE = 0.5  # RapidOCR's own threshold
SURE = 0.87  # mean confidence, by characters: 0.97-0.99 on upright scans and receipts, 0.46-0.76 upside down
STANDING = 1.5  # a box so much taller than wide is a line that runs up or down; RapidOCR turns it to read it
SIDEWAYS = 0.6  # of the lines' length: 0.0-0.1 on upright pages, 0.8-1.0 on those turned by a quarter
QUARTERS = (Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_270)
SLANT = 0.3  # degrees from which a page is laid straight before its rows are found
LONG = 3  # times as wide as tall, or as tall as wide: a piece whose slant can be told


@dataclass(frozen=True, slots=True)
class TextPiece:
    """A line with its corners in the picture, and the part of the picture that it was read from."""

    line: OcrLine
    quad: Quad
    pixels: npt.NDArray[np.uint8]

    def read_as(self, text: str, confidence: float) -> TextPiece:
        """The same place, read by another recogniser."""
        return replace(self, line=replace(self.line, text=text, confidence=confidence))


def laid_straight(pieces: Sequence[TextPiece]) -> list[OcrLine]:
    """Lines with their upright boxes as on a page that is not slanted; a photographed receipt often is."""
    slants = []
    for piece in pieces:
        across, down = piece.quad[1] - piece.quad[0]
        aside, along = piece.quad[3] - piece.quad[0]
        if across > LONG * float(np.ptp(piece.quad[[0, 3], 1])):
            slants.append(math.degrees(math.atan2(float(down), float(across))))
        elif along > LONG * float(np.ptp(piece.quad[[0, 1], 0])):
            slants.append(math.degrees(math.atan2(-float(aside), float(along))))
    slant = float(np.median(slants)) if slants else 0.0
    if abs(slant) < SLANT:
        return [piece.line for piece in pieces]
    turn = cv2.getRotationMatrix2D((0, 0), slant, 1.0)
    return [
        replace(piece.line, upright=bounds(np.asarray(piece.quad @ turn[:, :2].T + turn[:, 2], np.float32)))
        for piece in pieces
    ]


def rotations_to_try(pieces: Sequence[TextPiece]) -> list[Image.Transpose]:
    """Of a picture in which these were read, likeliest first; none where they stand upright or are read well."""
    lying = standing = 0.0
    for line in of_usual_thickness([piece.line for piece in pieces if piece.line.text]):
        left, top, right, bottom = line.box
        width, height = right - left, bottom - top
        if height > STANDING * width:
            standing += height
        else:
            lying += width
    sure = confidence_of(pieces) >= SURE
    if standing > SIDEWAYS * (standing + lying):
        # RapidOCR reads standing lines as if they ran downwards: right for a page turned clockwise.
        return list(QUARTERS if sure else QUARTERS[::-1])
    return [] if sure or not pieces else [Image.Transpose.ROTATE_180]


def confidence_of(pieces: Sequence[TextPiece]) -> float:
    """Their mean, by characters; 0 of none."""
    characters = sum(len(piece.line.text) for piece in pieces)
    return sum(piece.line.confidence * len(piece.line.text) for piece in pieces) / characters if characters else 0.0


def worth(pieces: Sequence[TextPiece]) -> float:
    """How many characters are read, each by how surely."""
    lines = [piece.line for piece in pieces]
    return sum(line.confidence * len(line.text) for line in lines if line.confidence >= LEAST_CONFIDENCE)


def rotated_back(line: OcrLine, turn: Image.Transpose | None, size: tuple[int, int]) -> OcrLine:
    """A line of the rotated picture, with its box in the picture of `size` as it was given."""
    left, top, right, bottom = line.box
    width, height = size
    if turn == Image.Transpose.ROTATE_90:  # counter-clockwise
        box = (width - bottom, left, width - top, right)
    elif turn == Image.Transpose.ROTATE_180:
        box = (width - right, height - bottom, width - left, height - top)
    elif turn == Image.Transpose.ROTATE_270:
        box = (top, height - right, bottom, height - left)
    else:
        return line
    return replace(line, box=box)


def bounds(corners: Quad) -> Box:
    """The upright box around a quadrangle."""
    left, top = (float(value) for value in corners.min(axis=0))
    right, bottom = (float(value) for value in corners.max(axis=0))
    return left, top, right, bottom

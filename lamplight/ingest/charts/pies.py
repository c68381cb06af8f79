"""Pie charts and rings: the names of their parts. How large each is, is not measured."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby

import cv2
import numpy as np

from lamplight.ingest.charts.legend import find_legend, tidy
from lamplight.ingest.charts.regions import Labels, Mask, rectangles, thin
from lamplight.models.text_rows import OcrLine

SMALLEST = 0.2  # of the picture's shorter side
ROUND = 0.05  # by which a disc may differ from a circle in width, height and area
RADII = 0.92, 0.78, 0.7  # of a disc, at which its colours are looked at; a ring may be as narrow
STEPS = 720  # places on each circle
FEWEST_STEPS = 8  # of a part; less is the edge between two
SAME = 0.9  # of the places that have one colour at two radii
FAR = 0.5  # radii between the disc and the name of a part
Disc = tuple[float, float, float]  # the middle and the radius, in pixels


def find_parts(labels: Labels, words: Sequence[OcrLine]) -> list[str] | None:
    """The names of a pie's parts as they go round, empty where one has none; None where there is no pie.

    `words` have their boxes in the pixels of `labels`.
    """
    background = int(np.bincount(labels[labels >= 0], minlength=1).argmax())
    for disc in _discs(labels != background, thin(labels)):
        parts = _parts(labels, disc, background)
        if parts is None:
            continue
        size = labels.shape[1], labels.shape[0]
        names = find_legend({colour for colour, _, _ in parts}, rectangles(labels, [background]), words, size).names
        if len(names) == len(parts) == len(set(names.values())):
            return [names[colour] for colour, _, _ in parts]
        beside = [_beside(disc, start, end, words) for _, start, end in parts]
        return beside if all(beside) and len(set(beside)) == len(beside) else [""] * len(parts)
    return None


def _discs(drawn: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], line: int) -> list[Disc]:
    """Round areas; white lines between their parts are closed, the hole of a ring is filled."""
    kernel = np.ones((2 * line + 1, 2 * line + 1), np.uint8)
    closed: Mask = np.asarray(cv2.morphologyEx(drawn.astype(np.uint8), cv2.MORPH_CLOSE, kernel), np.uint8)
    found = []
    for contour in cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]:
        left, top, width, height = cv2.boundingRect(contour)
        area = math.pi / 4 * width * height
        if min(width, height) < SMALLEST * min(drawn.shape) or abs(width - height) > ROUND * width:
            continue
        if abs(cv2.contourArea(contour) - area) <= ROUND * area:
            found.append((left + width / 2, top + height / 2, (width + height) / 4))
    return found


def _parts(labels: Labels, disc: Disc, background: int) -> list[tuple[int, float, float]] | None:
    """Colour, first and last angle of each part, clockwise from the right; None if it isn't cut like a pie."""
    circles = [_circle(labels, disc, radius) for radius in RADII]
    if any((circles[0] != other).mean() > 1 - SAME for other in circles[1:]):
        return None
    runs = [(int(colour), len(list(places))) for colour, places in groupby(circles[0])]
    while len(runs) > 1 and runs[0][0] == runs[-1][0]:  # the circle is closed
        runs[0] = (runs[0][0], runs[0][1] + runs.pop()[1])
    parts, place = [], len(circles[0]) - sum(length for _, length in runs)
    place -= next((index for index, colour in enumerate(circles[0][::-1]) if colour != circles[0][0]), 0)
    for colour, length in runs:
        if length >= FEWEST_STEPS and colour not in (-1, background):
            parts.append((colour, place * math.tau / STEPS, (place + length) * math.tau / STEPS))
        place += length
    colours = [colour for colour, _, _ in parts]
    return parts if len(parts) > 1 and len(set(colours)) == len(colours) else None


def _circle(labels: Labels, disc: Disc, radius: float) -> Labels:
    angles = np.arange(STEPS) * math.tau / STEPS
    across = np.clip(disc[0] + radius * disc[2] * np.cos(angles), 0, labels.shape[1] - 1).astype(int)
    down = np.clip(disc[1] + radius * disc[2] * np.sin(angles), 0, labels.shape[0] - 1).astype(int)
    return np.asarray(labels[down, across], np.int16)


def _beside(disc: Disc, start: float, end: float, words: Sequence[OcrLine]) -> str:
    """The words nearest to the rim of a part, in it or beside it."""
    found = []
    for word in words:
        across = max(word.box[0], min(disc[0], word.box[2])) - disc[0]
        down = max(word.box[1], min(disc[1], word.box[3])) - disc[1]
        middle = (word.box[1] + word.box[3]) / 2 - disc[1], (word.box[0] + word.box[2]) / 2 - disc[0]
        turned = (math.atan2(*middle) - start) % math.tau
        away = math.hypot(across, down) - disc[2]
        if turned <= end - start and abs(away) <= FAR * disc[2] and any(map(str.isalpha, word.text)):
            found.append((abs(away), tidy(word.text)))
    return min(found)[1] if found else ""

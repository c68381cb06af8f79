"""A line chart with a single line: its height over each label under the plot."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ingest.charts.regions import Labels, thin
from ingest.charts.scale import Scale
from library.records import Box
from models.text_rows import OcrLine

FEWEST_LABELS = 3
EVEN = 0.03  # of the distance between two labels by which one may stand beside its place
COVERED = 0.97  # of the columns from the first label to the last that a line has one place in
THICKNESS = 4  # times a thin line; markers are thicker, but few
RISE = 0.05  # of the axis that a line rises or falls at least: what doesn't is the axis or a grid
NEAR = 3.5  # heights of a label between it and the lowest tick
Value = tuple[str, float, Box]


def find_line(labels: Labels, scale: Scale, words: Sequence[OcrLine]) -> list[Value] | None:
    """Label, value and place for each point; None where there is no line, more than one, or it isn't sure."""
    places = _places(scale, words)
    if places is None:
        return None
    centres = [place for _, place in places]
    first, last = round(centres[0]), round(centres[-1])
    found: list[list[float]] = []
    background = int(np.bincount(labels[labels >= 0], minlength=1).argmax())
    for colour in range(int(labels.max()) + 1):
        if colour != background:
            heights = _heights(labels[:, first : last + 1] == colour, thin(labels))
            if heights is not None and np.ptp(heights) >= RISE * scale.length:
                found.append([float(heights[round(centre) - first]) for centre in centres])
    if len(found) != 1:
        return None
    return [
        (label, (scale.zero - height) * scale.per_pixel, (centre - 9, height - 9, centre + 9, height + 9))
        for (label, centre), height in zip(places, found[0], strict=True)
    ]


def _places(scale: Scale, words: Sequence[OcrLine]) -> list[tuple[str, float]] | None:
    """The labels in one row under the axis with their middles, put right as they are evenly spaced."""
    lowest = max(tick.box[3] for tick in scale.ticks)
    height = float(np.median([tick.box[3] - tick.box[1] for tick in scale.ticks]))
    under = [word for word in words if word.box[0] > scale.left and 0 < word.box[1] - lowest + height < NEAR * height]
    if not under:
        return None
    row = min(word.box[1] for word in under)
    under = sorted((word for word in under if word.box[1] - row < height / 2), key=lambda word: word.box[0])
    if len(under) < FEWEST_LABELS or len({word.text for word in under}) < len(under):
        return None
    middles = np.array([(word.box[0] + word.box[2]) / 2 for word in under])
    order = np.arange(len(middles))
    step, start = np.polyfit(order, middles, 1)
    if np.abs(start + step * order - middles).max() > EVEN * step:
        return None
    return [(word.text, float(start + step * at)) for word, at in zip(under, order, strict=True)]


def _heights(mask: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], line: int) -> np.ndarray | None:
    """Where the line is in each column, in pixels from the top; None if it is not one unbroken thin line."""
    counts = mask.sum(axis=0)
    tops = mask.argmax(axis=0)
    bottoms = len(mask) - mask[::-1].argmax(axis=0)
    single = (counts > 0) & (bottoms - tops == counts)
    if single.mean() < COVERED or np.median(counts[single]) > THICKNESS * line:
        return None
    columns = np.arange(mask.shape[1])
    middles = (tops + bottoms) / 2
    return np.asarray(np.interp(columns, columns[single], middles[single]))

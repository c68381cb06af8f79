"""Line charts: the height of a single line over each label under the plot, and the names of several."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from lamplight.ingest.charts.legend import Word, label_of, split_words, tidy
from lamplight.ingest.charts.regions import Labels, Region, thin
from lamplight.ingest.charts.scale import Scale
from lamplight.library.records import Box
from lamplight.models.text_rows import OcrLine

FEWEST_LABELS = 3
EVEN = 0.03  # of the distance between two labels by which one may stand beside its place
COVERED = 0.97  # of the columns from the first label to the last that a line has one place in
THICKNESS = 4  # times a thin line; markers are thicker, but few
RISE = 0.05  # of the axis that a line rises or falls at least: what doesn't is the axis or a grid
LONG = 0.4  # of the picture's width that a line goes over at least
UNBROKEN = 0.85  # of the columns from its first to its last that a line has one place in, others crossing it
ALIGNED = 3.0  # pixels between edges that are the same
SHORTEST_SAMPLE, LONGEST_SAMPLE = 0.8, 5  # heights of a word; the piece of a line in a legend
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


def line_names(labels: Labels, words: Sequence[OcrLine]) -> list[str]:
    """The name of each line of a chart with one or more, empty where the legend has none; nothing without a line.

    What others cross too often to be known by itself is a line if a piece of it stands in the legend with theirs.
    `words` have their boxes in the pixels of `labels`.
    """
    background = int(np.bincount(labels[labels >= 0], minlength=1).argmax())
    apart = [word for line in words for word in split_words(line)]
    height = float(np.median([word.height for word in apart])) if apart else 0.0
    sure: dict[int, list[Box]] = {}  # by colour the pieces that may be samples in a legend
    unsure: dict[int, list[Box]] = {}
    for colour in range(int(labels.max()) + 1):
        mask = labels == colour
        pieces = _pieces(mask, thin(labels)) if colour != background else []
        longest = max(pieces, key=lambda box: box[2] - box[0], default=None)
        if longest is not None and mask.any(axis=0).mean() >= LONG:
            samples = [piece for piece in pieces if piece != longest and _is_sample(mask, piece, height)]
            (sure if _is_line(mask, longest, thin(labels)) else unsure)[colour] = samples
    known = [box for samples in sure.values() for box in samples]
    for colour, samples in unsure.items():
        if beside := [box for box in samples if any(_in_one_legend(box, other) for other in known)]:
            sure[colour] = beside
    in_order = sorted(sure.items(), key=lambda line: [(box[1], box[0]) for box in line[1]])
    return [_name_of(samples, colour, apart) for colour, samples in in_order]


def _in_one_legend(one: Box, other: Box) -> bool:
    """Whether two samples are as long as each other and stand below or beside each other."""
    same = [abs(one[edge] - other[edge]) <= ALIGNED for edge in range(4)]
    as_long = abs((one[2] - one[0]) - (other[2] - other[0])) <= ALIGNED
    return as_long and ((same[0] and same[2]) or (same[1] and same[3]))


def _pieces(mask: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], line: int) -> list[Box]:
    """The boxes of what hangs together in one colour; where another line crosses it, it goes on."""
    kernel = np.ones((3 * line, 3 * line), np.uint8)
    closed = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_CLOSE, kernel)
    boxes = cv2.connectedComponentsWithStats(closed, connectivity=8)[2][1:]
    return [(float(left), float(top), float(left + width), float(top + high)) for left, top, width, high, _ in boxes]


def _is_line(mask: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], box: Box, line: int) -> bool:
    left, top, right, bottom = (round(edge) for edge in box)
    if right - left < LONG * mask.shape[1] or bottom - top < RISE * mask.shape[0]:
        return False
    part = mask[top:bottom, left:right]
    counts = part.sum(axis=0)
    spans = len(part) - part[::-1].argmax(axis=0) - part.argmax(axis=0)
    steep = np.median(counts[counts > 0]) <= THICKNESS * line
    return bool(steep) and float(((counts > 0) & (spans <= counts + 2 * line)).mean()) >= UNBROKEN


def _is_sample(mask: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], box: Box, height: float) -> bool:
    """Whether a piece is a short level line, perhaps with a marker in its middle, and no letters."""
    left, top, right, bottom = (round(edge) for edge in box)
    counts = mask[top:bottom, left:right].sum(axis=0)
    ends = np.concatenate([counts[: len(counts) // 4], counts[-(len(counts) // 4) :]])
    long = SHORTEST_SAMPLE * height <= right - left <= LONGEST_SAMPLE * height and bottom - top <= height
    return long and bool(counts.all()) and int(ends.max()) <= THICKNESS * thin(mask)


def _name_of(samples: Sequence[Box], colour: int, words: Sequence[Word]) -> str:
    """What stands right of a short piece of a line, as legends have it."""
    for box in samples:
        sample = Region(colour, box)
        if label := label_of(sample, [sample], words):
            return tidy(" ".join(word.text for word in label))
    return ""

"""Bars of a chart and what they stand for, in the upright view: bars stand on zero or hang from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from lamplight.ingest.charts.regions import Labels, Region, rectangles, thin
from lamplight.ingest.charts.scale import Number, Scale
from lamplight.library.records import Box

SAME_WIDTH = 0.12  # of a bar's width by which another may differ
BESIDE = 2  # pixels between the sides of bars that would be on top of each other
FEWEST_BARS = 2
LEAST_RISE = 0.04  # of the axis that the tallest bar reaches at least


@dataclass(frozen=True, slots=True)
class Bar:
    """`top` is where its value is, `centre` its place along the other axis, in pixels.

    `foot` is where a part of a stack begins; other bars begin on zero.
    """

    colour: int
    left: float
    right: float
    top: float
    box: Box
    foot: float | None = None

    @property
    def height(self) -> float:
        """Pixels of its whole rectangle, positive also where it hangs from zero; not refined as `top` is."""
        return self.box[3] - self.box[1]

    @property
    def centre(self) -> float:
        """Pixels from the left of the upright view to the middle between its sides."""
        return (self.left + self.right) / 2


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars of one chart from left to right, the scale through their common foot, and all its rectangles."""

    bars: tuple[Bar, ...]
    scale: Scale
    regions: tuple[Region, ...]

    def value_of(self, bar: Bar) -> float:
        """Measured, in the axis' units: negative for a bar that hangs from zero; of a stack's part what it adds."""
        return ((self.scale.zero if bar.foot is None else bar.foot) - bar.top) * self.scale.per_pixel


def find_bars(labels: Labels, scale: Scale) -> Bars | None:
    """Rectangles of one width on the scale's zero; None when there are none, or when they are stacked."""
    ground = background_of(labels, scale)
    if ground is None:
        return None
    regions = rectangles(labels, ground)
    near = 2 + thin(labels)
    beside = [region for region in regions if region.box[2] <= scale.left or region.box[0] >= scale.right]
    standing = [
        bar
        for region in beside
        if region.width < labels.shape[1] / 2 and (bar := standing_on(region, scale.zero, near))
    ]
    bars = of_one_width(standing)
    if len(bars) < FEWEST_BARS:
        return None
    exact = scale.standing_at(float(np.median([foot_edge(bar, labels, ground) for bar in bars])))
    bars = [replace(bar, top=_edge(bar.top, bar, labels, ground)) for bar in bars]
    tallest = max(abs(bar.top - exact.zero) for bar in bars)
    if tallest < LEAST_RISE * labels.shape[0] or _stacked(bars, beside) or _overlap(bars):
        return None
    if _left_out(bars, labels, ground, exact.zero):
        return None
    return Bars(tuple(sorted(bars, key=lambda bar: bar.centre)), exact, tuple(regions))


def _left_out(bars: Sequence[Bar], labels: Labels, ground: Sequence[int], zero: float) -> bool:
    """Whether something else stands on zero between the bars, such as a series that was not recognised."""
    start, end = round(min(bar.left for bar in bars)), round(max(bar.right for bar in bars))
    width = min(bar.right - bar.left for bar in bars)
    place = start
    for colour, length in _runs(labels[round(zero) - 2 * thin(labels), start:end]):
        middle = place + length / 2
        place += length
        if length > width / 2 and colour not in ground and not any(bar.left < middle < bar.right for bar in bars):
            return True
    return False


def background_of(labels: Labels, scale: Scale) -> tuple[int, ...] | None:
    """The colours behind the bars: the margin's, and the plot area's if it is another one.

    Looked up just above zero, where bars and gaps take turns. None where zero is not on the picture.
    """
    edge = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    margin = int(np.bincount(edge[edge >= 0], minlength=1).argmax()) if (edge >= 0).any() else -1
    height = round(scale.zero) - 2 * thin(labels)
    if not 0 <= height < labels.shape[0]:
        return None
    runs = [colour for colour, length in _runs(labels[height]) if length > thin(labels) and colour >= 0]
    while runs and runs[0] == margin:
        runs.pop(0)
    while runs and runs[-1] == margin:
        runs.pop()
    if runs and margin not in runs and runs[0] == runs[-1]:
        return margin, runs[0]
    return (margin,)


def printed_values(bars: Bars, numbers: Sequence[Number]) -> dict[Bar, Number]:
    """Numbers written right beyond the end of a bar."""
    found: dict[Bar, Number] = {}
    for bar in bars.bars:
        for number in numbers:
            left, top, right, bottom = number.box
            tall = bottom - top
            gap = bar.top - bottom if bar.top < bars.scale.zero else top - bar.top
            over = bar.left - tall < (left + right) / 2 < bar.right + tall
            inside = min(right, bar.right) - max(left, bar.left) > 0
            if over and inside and -tall / 2 < gap < tall and number not in bars.scale.ticks:
                found[bar] = number
    return found


def standing_on(region: Region, zero: float, near: float) -> Bar | None:
    """The rectangle as a bar if it begins within `near` pixels of zero."""
    left, top, right, bottom = region.box
    if abs(bottom - zero) <= near and bottom - top >= 2:
        return Bar(region.colour, left, right, top, region.box)
    if abs(top - zero) <= near:
        return Bar(region.colour, left, right, bottom, region.box)
    return None


def of_one_width(bars: Sequence[Bar]) -> list[Bar]:
    """The largest set of bars that are equally wide."""
    best: list[Bar] = []
    for bar in bars:
        width = bar.right - bar.left
        alike = [other for other in bars if abs(other.right - other.left - width) <= max(2.0, SAME_WIDTH * width)]
        if sum(bar.height for bar in alike) > sum(bar.height for bar in best):
            best = alike
    return best


def foot_edge(bar: Bar, labels: Labels, ground: Sequence[int]) -> float:
    """Where the end of a bar is that stands on the axis."""
    return _edge(bar.box[3] if bar.top == bar.box[1] else bar.box[1], bar, labels, ground)


def _edge(edge: float, bar: Bar, labels: Labels, ground: Sequence[int]) -> float:
    """Where an end of a bar really is: in the middle of its outline, of the axis it stands on or of a soft edge."""
    outwards = -1 if edge == bar.box[1] else 1
    third = (bar.right - bar.left) / 3
    start = round(edge) - (outwards < 0)
    strip = labels[:, round(bar.left + third) : round(bar.right - third) + 1]
    for fringe in range(thin(labels) + 2):
        row = start + outwards * fringe
        if not 0 <= row < len(labels) or float(np.isin(strip[row], np.array(ground)).mean()) > 0.5:
            return edge + outwards * fringe / 2
    return edge


def _stacked(bars: Sequence[Bar], regions: Sequence[Region]) -> bool:
    """Whether something as wide as a bar is right on top of one."""
    for bar in bars:
        for region in regions:
            same_sides = abs(region.box[0] - bar.left) <= BESIDE and abs(region.box[2] - bar.right) <= BESIDE
            on_it = min(abs(region.box[3] - bar.top), abs(region.box[1] - bar.top)) <= 2 * BESIDE
            if same_sides and on_it and region.box != bar.box:
                return True
    return False


def _overlap(bars: Sequence[Bar]) -> bool:
    ordered = sorted(bars, key=lambda bar: bar.left)
    return any(after.left < before.right - BESIDE for before, after in pairwise(ordered))


def _runs(row: Labels) -> list[tuple[int, int]]:
    ends = np.flatnonzero(np.diff(row)) + 1
    starts = np.concatenate([[0], ends])
    lengths = np.diff(np.concatenate([starts, [len(row)]]))
    return [(int(row[start]), int(length)) for start, length in zip(starts, lengths, strict=True)]

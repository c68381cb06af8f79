"""Stacked bars: segments of one width, one on the other from zero upwards; in the upright view."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lamplight.ingest.charts.bars import BESIDE, Bar, Bars, background_of, foot_edge, of_one_width, standing_on
from lamplight.ingest.charts.regions import Labels, Region, rectangles, thin
from lamplight.ingest.charts.scale import Scale

FEWEST_STACKS = 2
MOST_SEGMENTS = 8


def find_stacks(labels: Labels, scale: Scale) -> Bars | None:
    """All segments from left to right and upwards; None where not every rectangle of their width is in a stack."""
    ground = background_of(labels, scale)
    if ground is None:
        return None
    regions = rectangles(labels, ground)
    beside = [region for region in regions if region.box[2] <= scale.left or region.box[0] >= scale.right]
    near = 2 + thin(labels)
    feet = of_one_width([bar for region in beside if (bar := standing_on(region, scale.zero, near))])
    if len(feet) < FEWEST_STACKS or any(bar.top != bar.box[1] for bar in feet):
        return None
    exact = scale.standing_at(float(np.median([foot_edge(bar, labels, ground) for bar in feet])))
    segments: list[Bar] = []
    stacked = False
    for foot in feet:
        stack = [replace(foot, foot=exact.zero)]
        while len(stack) <= MOST_SEGMENTS and (above := _on(stack[-1], beside)) is not None:
            edge = (above.box[3] + stack[-1].top) / 2
            stack[-1] = replace(stack[-1], top=edge)
            stack.append(Bar(above.colour, above.box[0], above.box[2], above.box[1], above.box, edge))
        stacked = stacked or len(stack) > 1
        if len({segment.colour for segment in stack}) < len(stack):
            return None
        segments += stack
    used = {segment.box for segment in segments}
    floating = [region for region in beside if region.box not in used and _as_wide(region, segments[0])]
    if not stacked or floating:
        return None
    return Bars(tuple(sorted(segments, key=lambda bar: (bar.centre, -bar.top))), exact, tuple(regions))


def stacks_of(bars: Bars) -> list[tuple[float, list[Bar]]]:
    """Segments by stack, each with its middle in pixels."""
    stacks: list[tuple[float, list[Bar]]] = []
    for bar in bars.bars:
        if stacks and abs(stacks[-1][0] - bar.centre) <= 2 * BESIDE:
            stacks[-1][1].append(bar)
        else:
            stacks.append((bar.centre, [bar]))
    return stacks


def _on(below: Bar, regions: list[Region]) -> Region | None:
    for region in regions:
        same_sides = abs(region.box[0] - below.left) <= BESIDE and abs(region.box[2] - below.right) <= BESIDE
        if same_sides and abs(region.box[3] - below.top) <= 2 * BESIDE and region.box != below.box:
            return region
    return None


def _as_wide(region: Region, bar: Bar) -> bool:
    return abs(region.width - (bar.right - bar.left)) <= BESIDE

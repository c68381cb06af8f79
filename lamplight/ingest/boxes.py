"""Boxes on a page: what is around several, and which stand in one row."""

from __future__ import annotations

from collections.abc import Sequence

from lamplight.library.records import Box

SAME_ROW = 0.5  # of the lower one's height that two boxes share


def both(one: Box, other: Box) -> Box:
    """Like `joined` of two, without a call for each edge: it is asked of every character."""
    left, top, right, bottom = one
    x0, y0, x1, y1 = other
    return (
        x0 if x0 < left else left,
        y0 if y0 < top else top,
        x1 if x1 > right else right,
        y1 if y1 > bottom else bottom,
    )


def joined(boxes: Sequence[Box]) -> Box:
    """The smallest box around some."""
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


def share_row(one: Box, other: Box) -> bool:
    """Whether two boxes stand beside each other, by their heights."""
    shared = min(one[3], other[3]) - max(one[1], other[1])
    return shared >= SAME_ROW * min(one[3] - one[1], other[3] - other[1])


def is_inside(box: Box | None, place: Box) -> bool:
    """Whether the middle of a box is in a place."""
    if box is None:
        return False
    across, down = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return place[0] <= across <= place[2] and place[1] <= down <= place[3]


def mirrored(box: Box, width: float) -> Box:
    """Where a box would be on a page of this width that is seen in a mirror."""
    return width - box[2], box[1], width - box[0], box[3]

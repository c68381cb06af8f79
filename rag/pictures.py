"""Chunks of one picture: a receipt's words fill two or three, and they are shown and read as one."""

from __future__ import annotations

from library.records import Box, Passage


def same_picture(one: Passage, other: Passage) -> bool:
    """Whether two chunks hold words of one picture, as far as their boxes tell.

    The first chunk of a picture begins with its caption, whose box is the picture's.
    """
    if one.kind != "image" or other.kind != "image":
        return False
    if (one.document_id, one.page) != (other.document_id, other.page) or not one.boxes or not other.boxes:
        return False
    return one.id == other.id or _holds(one.boxes[0], other.boxes) or _holds(other.boxes[0], one.boxes)


def _holds(place: Box, boxes: list[Box]) -> bool:
    left, top, right, bottom = place
    return all(box[0] >= left and box[1] >= top and box[2] <= right and box[3] <= bottom for box in boxes)

"""The straight lines that are drawn on a PDF page, as rules of tables are: strokes, and areas as thin as strokes."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from typing import Any

from pypdfium2 import raw

from lamplight.ingest.ruled_tables import Rule
from lamplight.library.records import Box

THIN = 2.5  # points; a rule that is thicker is an area
SHORTEST = 4.0  # points
MOST_OBJECTS = 20_000  # on a page; what has more is a drawing
MOST_SEGMENTS = 400  # of a path; what has more is a drawing
Point = tuple[float, float]
ToPage = Callable[[float, float, float, float], Box]


def rules_of(page: Any, to_page: ToPage) -> list[Rule]:
    """Upright and level ones, in points of the page as it is shown. Use within `PDFIUM_LOCK`."""
    count = raw.FPDFPage_CountObjects(page)
    if count > MOST_OBJECTS:
        return []
    found = []
    of_page, object_at, type_of = page.raw, raw.FPDFPage_GetObject, raw.FPDFPageObj_GetType
    for index in range(count):  # of which thousands may be letters
        item = object_at(of_page, index)
        if type_of(item) == raw.FPDF_PAGEOBJ_PATH:
            for left, bottom, right, top in _drawn(item):
                if (rule := _rule(to_page(left, bottom, right, top))) is not None:
                    found.append(rule)
    return found


def _rule(box: Box) -> Rule | None:
    width, height = box[2] - box[0], box[3] - box[1]
    if min(width, height) > THIN or max(width, height) < SHORTEST:
        return None
    if width > height:
        return Rule(True, (box[1] + box[3]) / 2, box[0], box[2])
    return Rule(False, (box[0] + box[2]) / 2, box[1], box[3])


def _drawn(item: Any) -> Iterator[Box]:
    """The straight strokes of a path, and the path itself if it is a thin area; in user space."""
    mode, stroked = ctypes.c_int(), ctypes.c_int()
    if not raw.FPDFPath_GetDrawMode(item, mode, stroked):
        return
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not stroked.value:
        if mode.value and raw.FPDFPageObj_GetBounds(item, left, bottom, right, top):
            yield left.value, bottom.value, right.value, top.value
        return
    count = raw.FPDFPath_CountSegments(item)
    if count > MOST_SEGMENTS:
        return
    matrix = raw.FS_MATRIX()
    raw.FPDFPageObj_GetMatrix(item, matrix)
    start = here = (0.0, 0.0)
    for index in range(count):
        segment = raw.FPDFPath_GetPathSegment(item, index)
        kind, there = raw.FPDFPathSegment_GetType(segment), _point(segment, matrix)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            start = there
        elif kind == raw.FPDF_SEGMENT_LINETO:
            yield *here, *there
        here = there
        if raw.FPDFPathSegment_GetClose(segment):
            yield *here, *start
            here = start


def _point(segment: Any, matrix: Any) -> Point:
    x, y = ctypes.c_float(), ctypes.c_float()
    raw.FPDFPathSegment_GetPoint(segment, x, y)
    return (
        matrix.a * x.value + matrix.c * y.value + matrix.e,
        matrix.b * x.value + matrix.d * y.value + matrix.f,
    )

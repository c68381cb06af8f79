"""Where the pictures of a PDF page are, and what they look like."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from PIL import Image
from pypdfium2 import raw

from lamplight.ingest.boxes import both
from lamplight.ingest.document import Block
from lamplight.ingest.pdfium import bitmaps
from lamplight.ingest.pictures import READ_SIDE, Pictures, printed_beside
from lamplight.library.records import Box

SMALLEST_SIDE = 36  # points: half an inch
SMALLEST_SHARE = 0.02  # of the page; logos in letterheads are smaller
BACKGROUND_SHARE = 0.5  # of the page; a picture so large with text on it is paper, not an illustration
TEXT_ON_IT = 5  # lines within a picture that make it a background
TOUCHING = 2.0  # points between the strips into which some programs cut a picture
MOST_OBJECTS = 64  # on a page; what has more is a drawing made of bitmaps
SHARPEST = 200 / 72  # pixels per point


@dataclass(slots=True)
class _PlacedPicture:
    """A picture's box on the page as shown, the bitmaps it is made of and their size in pixels."""

    box: Box
    objects: list[Any]
    pixels: tuple[int, int]


def picture_blocks_of(
    page: Any, to_page: Any, lines: Sequence[tuple[str, Box | None]], pictures: Pictures
) -> list[Block]:
    """Blocks for the pictures of a pypdfium2 page that are worth it; `lines` are those of the text layer.

    `to_page` maps left, bottom, right, top in user space to a box. Use within `PDFIUM_LOCK`.
    """
    blocks: list[Block] = []
    for found in _wanted(page, to_page, lines, pictures):
        beside = printed_beside(found.box, lines)
        blocks += pictures.blocks(_look(page, found), found.box, beside, ())
    return blocks


def remember_pictures(page: Any, to_page: Any, lines: Sequence[tuple[str, Box | None]], pictures: Pictures) -> None:
    """Count the pictures of a page among those that were read, without reading them. Use within `PDFIUM_LOCK`."""
    for _ in _wanted(page, to_page, lines, pictures):
        pass


def _wanted(
    page: Any, to_page: Any, lines: Sequence[tuple[str, Box | None]], pictures: Pictures
) -> Iterator[_PlacedPicture]:
    size = page.get_size()
    for found in _pictures_on(page, to_page, lines):
        content = b"".join(_content(item) for item in found.objects)
        if not _is_small(found.box, size) and pictures.is_wanted(content, found.pixels):
            yield found


def _pictures_on(page: Any, to_page: Any, lines: Sequence[tuple[str, Box | None]]) -> list[_PlacedPicture]:
    """Bitmaps that touch are one picture; backgrounds, which touch everything, are none."""
    merged: list[_PlacedPicture] = []
    width, height = page.get_size()
    for number, item in enumerate(bitmaps(page)):
        if number == MOST_OBJECTS:
            return []
        left, top, right, bottom = to_page(*item.get_bounds())
        box = (max(0.0, left), max(0.0, top), min(width, right), min(height, bottom))
        if _is_background(box, (width, height), lines):
            continue
        here = _PlacedPicture(box, [item], item.get_px_size())
        for other in [other for other in merged if _touch(other.box, box)]:
            merged.remove(other)
            here = _joined(other, here)
        merged.append(here)
    return merged


def _joined(one: _PlacedPicture, other: _PlacedPicture) -> _PlacedPicture:
    pixels = one.pixels[0] + other.pixels[0], one.pixels[1] + other.pixels[1]
    return _PlacedPicture(both(one.box, other.box), one.objects + other.objects, pixels)


def _touch(one: Box, other: Box) -> bool:
    return (
        min(one[2], other[2]) - max(one[0], other[0]) > -TOUCHING
        and min(one[3], other[3]) - max(one[1], other[1]) > -TOUCHING
    )


def _is_small(box: Box, size: tuple[float, float]) -> bool:
    sides = box[2] - box[0], box[3] - box[1]
    return min(sides) < SMALLEST_SIDE or sides[0] * sides[1] < SMALLEST_SHARE * size[0] * size[1]


def _is_background(box: Box, size: tuple[float, float], lines: Sequence[tuple[str, Box | None]]) -> bool:
    if (box[2] - box[0]) * (box[3] - box[1]) < BACKGROUND_SHARE * size[0] * size[1]:
        return False
    middles = [((line[0] + line[2]) / 2, (line[1] + line[3]) / 2) for _, line in lines if line is not None]
    return sum(box[0] < x < box[2] and box[1] < y < box[3] for x, y in middles) >= TEXT_ON_IT


def _content(item: Any) -> bytes:
    """The bitmap as it is stored in the file, to know it again."""
    size = raw.FPDFImageObj_GetImageDataRaw(item, None, 0)
    buffer = ctypes.create_string_buffer(size)
    raw.FPDFImageObj_GetImageDataRaw(item, buffer, size)
    return buffer.raw


def _look(page: Any, found: _PlacedPicture) -> Image.Image:
    """The region as the page shows it, with what is drawn over it, at about the bitmap's own sharpness."""
    left, top, right, bottom = found.box
    width, height = page.get_size()
    scale = min(
        SHARPEST, max(found.pixels) / max(right - left, bottom - top), READ_SIDE / max(right - left, bottom - top)
    )
    picture: Image.Image = page.render(scale=scale, crop=(left, height - bottom, width - right, top)).to_pil()
    return picture.convert("RGB")

"""A page as a picture, for looking at what a citation points to."""

from __future__ import annotations

import io
from pathlib import Path

import pypdfium2 as pdfium
from PIL import Image

from lamplight.errors import LamplightError
from lamplight.ingest.errors import ReadError
from lamplight.ingest.pdfium import PDFIUM_LOCK, open_pdf
from lamplight.ingest.readers import kind_of
from lamplight.ingest.readers.image import distinct_frames, open_picture
from lamplight.ingest.readers.svg import draw_svg
from lamplight.library.records import Box

WIDEST = 2400  # pixels
TALLEST = 8  # times as tall as wide: of a strip that is cut out, or a page that is one, fewer pixels are drawn


def page_image(path: Path, page: int, width: int, crop: Box | None = None) -> bytes:
    """PNG of a page (from 1) of a PDF, or of an image file, `width` pixels wide or the image's own if less.

    With `crop`, of that part of the page alone, in the units of boxes.

    Raises `ReadError` for kinds without pages to draw, and when the file is gone or damaged.
    """
    if not path.is_file():
        raise ReadError(f"{path.name} is no longer where it was added from.")
    width = max(16, min(width, WIDEST))
    try:
        kind = kind_of(path)
    except ReadError:
        raise
    except LamplightError as error:
        raise ReadError(str(error)) from error
    buffer = io.BytesIO()
    if kind in ("image", "tiff", "svg"):
        picture = _picture(path, kind, page)
        if crop:
            picture = picture.crop(_inside(crop, *picture.size))
        picture.thumbnail((width, width * TALLEST))
        picture.save(buffer, "PNG", compress_level=1)
    elif kind == "pdf":
        _draw_page(path, page, width, crop, buffer)
    else:
        raise ReadError(f"{path.name} has no pages to draw; its text is shown instead.")
    return buffer.getvalue()


def _picture(path: Path, kind: str, page: int) -> Image.Image:
    if kind == "svg":
        return draw_svg(path)
    frames = distinct_frames(path)[0] if kind == "image" else range(page)
    if page > len(frames):
        raise ReadError(f"{path.name} has no page {page}.")
    return open_picture(path, frames[page - 1])[0]


def _draw_page(path: Path, number: int, width: int, crop: Box | None, buffer: io.BytesIO) -> None:
    with open_pdf(path) as document:
        try:
            with PDFIUM_LOCK:
                page = document[number - 1]
                page_width, page_height = page.get_size()
                left, top, right, bottom = _inside(crop or (0, 0, page_width, page_height), page_width, page_height)
                edges = (left, page_height - bottom, page_width - right, top)  # left, bottom, right, top
                scale = min(width / (right - left), width * TALLEST / (bottom - top))
                picture = page.render(scale=scale, crop=edges).to_pil()
        except (pdfium.PdfiumError, IndexError):
            raise ReadError(f"Page {number} of {path.name} can't be drawn.") from None
    picture.save(buffer, "PNG", compress_level=1)


def _inside(box: Box, width: float, height: float) -> Box:
    """The part of a box that is on the page, or the whole page if none is."""
    left, top, right, bottom = box
    left, top, right, bottom = max(0.0, left), max(0.0, top), min(width, right), min(height, bottom)
    return (left, top, right, bottom) if right - left >= 1 and bottom - top >= 1 else (0.0, 0.0, width, height)

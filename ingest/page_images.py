"""A page as a picture, for looking at what a citation points to."""

from __future__ import annotations

import io
from pathlib import Path

import pypdfium2 as pdfium

from ingest.errors import ReadError
from ingest.pdfium import TURN, open_pdf
from ingest.readers import kind_of
from ingest.readers.image import open_picture
from models.errors import LamplightError

WIDEST = 2400  # pixels


def page_image(path: Path, page: int, width: int) -> bytes:
    """PNG of a page (from 1) of a PDF, or of an image file, `width` pixels wide or the image's own if less.

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
    if kind in ("image", "tiff"):
        picture, _ = open_picture(path, page - 1)
        picture.thumbnail((width, width * 8))
        picture.save(buffer, "PNG", compress_level=1)
    elif kind == "pdf":
        _draw_page(path, page, width, buffer)
    else:
        raise ReadError(f"{path.name} has no pages to draw; its text is shown instead.")
    return buffer.getvalue()


def _draw_page(path: Path, number: int, width: int, buffer: io.BytesIO) -> None:
    with open_pdf(path) as document:
        try:
            with TURN:
                page = document[number - 1]
                picture = page.render(scale=width / page.get_width()).to_pil()
        except (pdfium.PdfiumError, IndexError):
            raise ReadError(f"Page {number} of {path.name} can't be drawn.") from None
    picture.save(buffer, "PNG", compress_level=1)

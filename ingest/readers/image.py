"""Pictures: what kind of picture it is, and the words in it with their boxes."""

from __future__ import annotations

import warnings
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from ingest.captions import picture_blocks
from ingest.document import DocumentPage, ReadDocument
from ingest.errors import ReadError
from ingest.readers.reading import Reading

LARGEST_PIXELS = 150_000_000  # 450 MB decoded; a JPEG beyond that is decoded at a fraction
DRAFT_SIDE = 3000


def read_image(path: Path, reading: Reading) -> ReadDocument:
    """One page with an image block: a caption line, then the words in the picture; a bar chart's values as a table."""
    reading.step("looking at the picture", 0.1)
    picture, size = open_picture(path)
    reading.step("recognising text", 0.3)
    words = reading.recogniser().words(picture)
    whole = (0.0, 0.0, float(size[0]), float(size[1]))
    page = DocumentPage(1, float(size[0]), float(size[1]), picture_blocks(picture, words, whole), read_by_ocr=True)
    return ReadDocument(path.name, "image", [page])


def open_picture(path: Path, frame: int = 0) -> tuple[Image.Image, tuple[int, int]]:
    """An RGB picture, turned as its EXIF says and perhaps smaller, and its full size in pixels.

    Of a file with several, number `frame` from 0. Raises `ReadError` when it is damaged, has no pixels or too many.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = open_unlimited(path)
        with picture:
            if frame:
                picture.seek(frame)
            size = picture.size
            if min(size) < 1:
                raise ReadError(f"{path.name} is a picture without pixels; check the file.")
            picture.draft("RGB", (DRAFT_SIDE, DRAFT_SIDE))
            if picture.width * picture.height > LARGEST_PIXELS:
                raise ReadError(
                    f"{path.name} has {size[0]:,} × {size[1]:,} pixels, too many to read; save it smaller and add that."
                )
            turned = ImageOps.exif_transpose(picture)
            if (turned.width < turned.height) != (picture.width < picture.height):
                size = (size[1], size[0])
            return _on_white(turned), size
    except UnidentifiedImageError:
        raise ReadError(f"{path.name} is damaged and can't be opened as a picture; fetch it again.") from None
    except PermissionError:
        raise
    except (OSError, SyntaxError, ValueError, EOFError) as error:  # what Pillow's decoders raise on broken files
        raise ReadError(f"{path.name} is damaged ({error}); fetch or save it again.") from None


def open_unlimited(path: Path) -> Image.Image:
    """Read the header only; the limit on pixels is ours, with a sentence."""
    Image.MAX_IMAGE_PIXELS = None
    try:
        return Image.open(path)
    except UnidentifiedImageError:
        from pi_heif import register_heif_opener

        register_heif_opener()  # for the rare HEIC; it takes a moment to load
        return Image.open(path)


def _on_white(picture: Image.Image) -> Image.Image:
    """Transparent parts become white, as on paper: black words on them stay readable."""
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        full = picture.convert("RGBA")
        paper = Image.new("RGBA", full.size, "white")
        paper.alpha_composite(full)
        return paper.convert("RGB")
    return picture.convert("RGB")

"""Pictures: what kind of picture it is, and the words in it with their boxes."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from lamplight.errors import LamplightError
from lamplight.ingest.background import as_seen, is_bare
from lamplight.ingest.captions import picture_blocks
from lamplight.ingest.document import DocumentPage, ReadDocument
from lamplight.ingest.doubts import Doubts
from lamplight.ingest.errors import NothingToRead, ReadError
from lamplight.ingest.picture_tables import as_table
from lamplight.ingest.readers.reading import Reading
from lamplight.languages import sentence

LARGEST_PIXELS = 150_000_000  # 450 MB decoded; a JPEG beyond that is decoded at a fraction
DRAFT_SIDE = 3000
MOST_FRAMES = 20  # of an animation that are read
MOST_LOOKED_AT = 1000
FRAME_SIDE = 96  # pixels at which frames are compared
OTHER_FRAME = 24  # of 255 by which some part of the picture has changed


def read_image(path: Path, reading: Reading) -> ReadDocument:
    """One page with an image block: a caption line, then the words in the picture; values of a chart as a table.

    Of an animation each frame that shows something else is a page.
    """
    reading.step(sentence("looking at the picture"), 0.1)
    frames, left_out = distinct_frames(path)
    doubts = Doubts()
    pages = []
    for number, frame in enumerate(frames, start=1):
        picture, size = open_picture(path, frame)
        if is_bare(picture):
            continue
        reading.step(sentence("recognising text"), 0.3 + 0.7 * (number - 1) / len(frames))
        pages.append(read_picture(picture, size, number, reading, doubts))
    if not pages:
        raise NothingToRead(
            f"{path.name} shows nothing: its {size[0]:,} × {size[1]:,} pixels have one colour; check the file."
        )
    for number, page in enumerate(pages, start=1):
        page.number = number
    skipped = doubts.sentences(alone=len(frames) == 1)
    if left_out:
        skipped.append(
            sentence(f"{left_out} more frames of the animation were not read; save those apart to add them.")
        )
    return ReadDocument(path.name, "image", pages, skipped)


def read_picture(
    picture: Image.Image, size: tuple[int, int], number: int, reading: Reading, doubts: Doubts
) -> DocumentPage:
    """The page that an RGB picture makes; `size` is the file's own in pixels, in which its boxes are."""
    found = reading.recogniser().look(picture)
    doubts.add(number, found.doubt)
    whole = (0.0, 0.0, float(size[0]), float(size[1]))
    blocks = picture_blocks(picture, found.words, whole)
    page = DocumentPage(number, float(size[0]), float(size[1]), blocks, read_by_ocr=True)
    table = as_table(found.words, number) if any(block.kind == "table" for block in blocks) else None
    page.tables = [table] if table is not None else []
    return page


def distinct_frames(path: Path) -> tuple[list[int], int]:
    """Numbers (from 0) of the frames that show something else than the one kept before, and how many are left out."""
    try:
        with open_unlimited(path) as picture:
            count = 1 if picture.format == "TIFF" else int(getattr(picture, "n_frames", 1))
            if count == 1:
                return [0], 0
            kept: list[int] = []
            seen: list[np.ndarray[tuple[int, ...], np.dtype[np.int16]]] = []
            left_out = max(0, count - MOST_LOOKED_AT)
            for number in range(min(count, MOST_LOOKED_AT)):
                picture.seek(number)
                small = as_seen(picture).resize((FRAME_SIDE, FRAME_SIDE), Image.Resampling.BOX)
                pixels = np.asarray(small, np.int16)
                if any(int(np.abs(pixels - other).max()) < OTHER_FRAME for other in seen):
                    continue
                if len(kept) < MOST_FRAMES:
                    kept.append(number)
                    seen.append(pixels)
                else:
                    left_out += 1
            return kept, left_out
    except Exception:  # decoders raise errors of any type
        return [0], 0  # damaged: opening the first frame says so


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
            return as_seen(turned), size
    except UnidentifiedImageError:
        raise ReadError(f"{path.name} is damaged and can't be opened as a picture; fetch it again.") from None
    except (LamplightError, PermissionError, MemoryError):
        raise
    except Exception as error:  # of any type, by Pillow's decoders on broken files
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

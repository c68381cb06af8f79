"""TIFF: one picture, or the pages of a scan or fax."""

from __future__ import annotations

from pathlib import Path

from lamplight.ingest.document import DocumentPage, ReadDocument
from lamplight.ingest.doubts import Doubts
from lamplight.ingest.errors import NothingToRead
from lamplight.ingest.readers.image import open_picture, open_unlimited, read_image
from lamplight.ingest.readers.reading import Reading
from lamplight.ingest.readers.rows import blocks_of_rows
from lamplight.languages import sentence


def read_tiff(path: Path, reading: Reading) -> ReadDocument:
    """With one picture in it like any other image file; with several, each is a scanned page, in pixels."""
    count = _count(path)
    if count == 1:
        return read_image(path, reading)
    pages = []
    doubts = Doubts()
    for number in range(1, count + 1):
        reading.step(sentence(f"recognising text on page {number} of {count}"), (number - 1) / count)
        picture, size = open_picture(path, number - 1)
        found = reading.recogniser().look(picture)
        doubts.add(number, found.doubt)
        lines = [(line.text, line.box) for line in found.rows]
        page = DocumentPage(number, float(size[0]), float(size[1]), blocks_of_rows(lines, ()), read_by_ocr=True)
        pages.append(page)
    if not any(page.blocks for page in pages):
        reason = " ".join(doubts.sentences()) or sentence("There are no words on them.")
        raise NothingToRead(f"{path.name} has {count} pages, and none could be read. {reason}")
    return ReadDocument(path.stem, "tiff", pages, doubts.sentences())


def _count(path: Path) -> int:
    """How many pictures are in the file; 1 if it is damaged, and then reading it says so."""
    try:
        with open_unlimited(path) as picture:
            return int(getattr(picture, "n_frames", 1))
    except Exception:  # decoders raise errors of any type
        return 1

"""SVG drawings: the text that is in them as text, and what only the drawing shows from its picture."""

from __future__ import annotations

import io
from pathlib import Path

from lxml import etree
from PIL import Image

from lamplight.ingest.background import as_seen
from lamplight.ingest.captions import picture_blocks
from lamplight.ingest.document import DocumentPage, Line, ReadDocument
from lamplight.ingest.errors import ReadError
from lamplight.ingest.readers.reading import Reading
from lamplight.languages import sentence

WIDTH = 1600  # pixels; charts tell no more beyond
LARGEST_BYTES = 20_000_000
WRITTEN = {"text", "title", "desc"}


def read_svg(path: Path, reading: Reading) -> ReadDocument:
    """One page like that of any picture, with the words of its text elements where there are some."""
    reading.step(sentence("looking at the drawing"), 0.1)
    picture = draw_svg(path)
    found = reading.recogniser().words(picture)
    whole = (0.0, 0.0, float(picture.width), float(picture.height))
    blocks = picture_blocks(picture, found, whole)
    seen = _letters("".join(line.text for block in blocks for line in block.lines))
    blocks[0].lines += [Line(text, whole) for text in written_in(path) if _letters(text) not in seen]
    return ReadDocument(path.name, "image", [DocumentPage(1, whole[2], whole[3], blocks)])


def written_in(path: Path) -> list[str]:
    """The drawing's text elements, each on a line of its own."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    root = etree.fromstring(path.read_bytes(), parser)
    found = []
    for element in root.iter() if root is not None else ():
        if isinstance(element.tag, str) and etree.QName(element).localname in WRITTEN:
            text = " ".join(" ".join(str(part) for part in element.itertext()).split())
            if text and text not in found:
                found.append(text)
    return found


def draw_svg(path: Path) -> Image.Image:
    """RGB, `WIDTH` pixels wide; nothing that the drawing points to is fetched or opened.

    Raises `ReadError` when it is damaged or too large.
    """
    import resvg_py

    if path.stat().st_size > LARGEST_BYTES:
        raise ReadError(f"{path.name} is too large a drawing to read; export it as PDF and add that.")
    try:
        drawn = resvg_py.svg_to_bytes(svg_string=path.read_text(encoding="utf-8", errors="replace"), width=WIDTH)
        with Image.open(io.BytesIO(bytes(drawn))) as picture:
            return as_seen(picture)
    except (ValueError, RuntimeError, OSError):
        raise ReadError(f"{path.name} is a damaged drawing; export it again, as PNG or PDF.") from None


def _letters(text: str) -> str:
    return "".join(text.split()).lower()

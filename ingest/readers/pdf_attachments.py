"""What a PDF carries besides its pages: attached files, as portfolios have them, and the values of an XFA form."""

from __future__ import annotations

import ctypes
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw
from lxml import etree

from ingest.document import DocumentPage, Line, ReadDocument
from ingest.errors import NothingToRead, ReadError
from ingest.readers.reading import Reading

MOST_FILES = 200
LARGEST_FILE = 200_000_000  # bytes
DEEPEST = 2  # PDF in PDF in PDF: portfolios of portfolios are made to do harm
XFA_FORMS = {raw.FORMTYPE_XFA_FULL, raw.FORMTYPE_XFA_FOREGROUND}
XFA_DATA = "{http://www.xfa.org/schema/xfa-data/1.0/}data"

Read = Callable[[Path, Reading], ReadDocument]


def attached_files(document: Any) -> list[tuple[str, bytes]]:
    """Name and content of each file attached to a pypdfium2 document as a whole. Use within `TURN`."""
    return [
        content_of(document.get_attachment(index)) for index in range(min(document.count_attachments(), MOST_FILES))
    ]


def content_of(attachment: Any) -> tuple[str, bytes]:
    """Name and content of a pypdfium2 attachment; no content where it is damaged."""
    try:
        return _name(attachment.get_name()), bytes(attachment.get_data())
    except (pdfium.PdfiumError, ValueError):
        return "an attachment without content", b""


def read_attached(
    files: list[tuple[str, bytes]], first: int, reading: Reading, read: Read
) -> tuple[list[DocumentPage], list[str]]:
    """The pages of attached files, numbered from `first` on and under the files' names; sentences on what wasn't read.

    They have no boxes, as the PDF has no such page to draw.
    """
    pages: list[DocumentPage] = []
    unread: list[str] = []
    for name, content in files:
        reading.step(f"reading {name}, which is attached", 1.0)
        if not content or len(content) > LARGEST_FILE or reading.depth >= DEEPEST:
            unread.append(f"{name}, which is attached, was not read; save it from the PDF and add it by itself.")
            continue
        inner = Reading(reading.recogniser, reading.report, depth=reading.depth + 1)
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            path = Path(folder) / name
            path.write_bytes(content)
            try:
                document = read(path, inner)
            except (NothingToRead, ReadError) as error:
                unread.append(f"An attached file was not read: {error}")
                continue
        unread += [f"{name}, which is attached: {sentence}" for sentence in document.skipped]
        for page in document.pages:
            pages.append(_as_attached(page, first + len(pages), name))
    return pages, unread


def _as_attached(page: DocumentPage, number: int, name: str) -> DocumentPage:
    for block in page.blocks:
        block.headings = (name, *block.headings)
        block.lines = [Line(line.text, None, line.furniture) for line in block.lines]
    page.tables = [replace(table, page=number, boxes=[]) for table in page.tables]
    page.number, page.width, page.height = number, 0.0, 0.0
    return page


def _name(name: str) -> str:
    """What it may be called on the disk: nothing of where it says it lies."""
    bare = PurePath(name.replace("\\", "/")).name
    return "".join(letter for letter in bare if letter.isprintable() and letter not in '<>:"|?*')[-100:] or "file"


def xfa_values(document: Any) -> list[Line] | None:
    """The filled-in values of an XFA form, which no program but Adobe's draws; None for other files. Within `TURN`."""
    if document.get_formtype() not in XFA_FORMS:
        return None
    packets = dict(_packets(document))
    for content in [packets.get("datasets", b""), b"".join(packets.values())]:
        try:
            root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, recover=True))
        except (etree.XMLSyntaxError, ValueError):
            continue
        data = None if root is None else next(root.iter(XFA_DATA), None)
        if data is not None:
            return [Line(words) for words in _values(data)]
    return []


def _packets(document: Any) -> list[tuple[str, bytes]]:
    found = []
    for index in range(raw.FPDF_GetXFAPacketCount(document)):
        size = raw.FPDF_GetXFAPacketName(document, index, None, 0)
        name = ctypes.create_string_buffer(max(1, size))
        raw.FPDF_GetXFAPacketName(document, index, name, size)
        length = ctypes.c_ulong()
        raw.FPDF_GetXFAPacketContent(document, index, None, 0, length)
        content = ctypes.create_string_buffer(max(1, length.value))
        raw.FPDF_GetXFAPacketContent(document, index, content, length.value, length)
        found.append((name.value.decode(errors="replace"), content.raw[: length.value]))
    return found


def _values(data: Any) -> list[str]:
    """Each leaf of the data with its name."""
    said = []
    for item in data.iter(etree.Element):
        text = " ".join((item.text or "").split())
        if len(item) == 0 and text:
            said.append(f"{etree.QName(item).localname.replace('_', ' ')}: {text}")
    return said

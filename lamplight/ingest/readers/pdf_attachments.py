"""What a PDF carries besides its pages: attached files, as portfolios have them, and the values of an XFA form."""

from __future__ import annotations

import ctypes
from typing import Any

import pypdfium2 as pdfium
from lxml import etree
from pypdfium2 import raw

from lamplight.ingest.document import Line

MOST_FILES = 200
XFA_FORMS = {raw.FORMTYPE_XFA_FULL, raw.FORMTYPE_XFA_FOREGROUND}
XFA_DATA = "{http://www.xfa.org/schema/xfa-data/1.0/}data"


def attached_files(document: Any) -> list[tuple[str, bytes]]:
    """Name and content of each file attached to a pypdfium2 document as a whole. Use within `PDFIUM_LOCK`."""
    return [
        content_of(document.get_attachment(index)) for index in range(min(document.count_attachments(), MOST_FILES))
    ]


def content_of(attachment: Any) -> tuple[str, bytes]:
    """Name and content of a pypdfium2 attachment; no content where it is damaged."""
    try:
        return attachment.get_name(), bytes(attachment.get_data())
    except (pdfium.PdfiumError, ValueError):
        return "an attachment without content", b""


def xfa_values(document: Any) -> list[Line] | None:
    """The filled-in values of an XFA form, which no program but Adobe's draws; None for other files.

    Within `PDFIUM_LOCK`.
    """
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

"""PDFium, one caller at a time: the library behind it is not thread-safe."""

from __future__ import annotations

import re
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
from pypdfium2 import raw

from lamplight.ingest.errors import ReadError

PDFIUM_LOCK = threading.RLock()
TAIL = 65_536
LARGEST_SEARCHED = 200_000_000  # bytes
END = re.compile(rb"startxref\s+\d+\s*(?:%%EOF|[\s\0]*\Z)|%%EOF")
OBJECT = re.compile(rb"\d\s+\d+\s+obj\b")
FORM_DEPTH = 3  # pictures may stand in forms in forms


@contextmanager
def open_pdf(path: Path) -> Iterator[Any]:
    """A `pypdfium2.PdfDocument`. Hold `PDFIUM_LOCK` around every use of it.

    Raises `ReadError` for an encrypted, damaged or cut-off file.
    """
    with PDFIUM_LOCK:
        try:
            document = pdfium.PdfDocument(path)
        except pdfium.PdfiumError as error:
            if "password" in str(error).lower():
                raise ReadError(f"{path.name} is protected by a password; save it without one and add that.") from None
            if not has_end(path):
                raise ReadError(f"{path.name} is cut short: its end is missing; fetch or copy it again.") from None
            raise ReadError(f"{path.name} is damaged and can't be opened as a PDF; fetch it again.") from None
        if document.get_formtype() != raw.FORMTYPE_NONE:
            document.init_forms()  # before any page is opened, or the values of its fields aren't told
    try:
        yield document
    finally:
        with PDFIUM_LOCK:
            document.close()


def outline_of(document: Any) -> dict[int, list[tuple[str, ...]]]:
    """The entries that begin on a page (from 1), each with those it is in, outermost first; empty if damaged."""
    path: list[str] = []
    entries: defaultdict[int, list[tuple[str, ...]]] = defaultdict(list)
    try:
        for entry in document.get_toc():
            destination = entry.get_dest()
            if destination is None or destination.get_index() is None:
                continue
            del path[entry.level :]
            path.append(" ".join(entry.get_title().split()))
            entries[destination.get_index() + 1].append(tuple(path))
    except pdfium.PdfiumError:
        return {}
    return dict(entries)


def bitmaps(page: Any, form: Any = None) -> Iterator[Any]:
    """The `pypdfium2.PdfImage`s of a page, those in its forms included. Use within `PDFIUM_LOCK`.

    `page.get_objects` wraps the objects of all words and lines before it looks at their kind: ten times as long.
    """
    count, get = raw.FPDFPage_CountObjects, raw.FPDFPage_GetObject
    if form is not None:
        count, get = raw.FPDFFormObj_CountObjects, raw.FPDFFormObj_GetObject
    level = 0 if form is None else form.level + 1
    parent = (page if form is None else form).raw
    for index in range(count(parent)):
        item = get(parent, index)
        kind = raw.FPDFPageObj_GetType(item)
        if kind == raw.FPDF_PAGEOBJ_IMAGE:
            yield pdfium.PdfImage(item, page=page, container=form, level=level)
        elif kind == raw.FPDF_PAGEOBJ_FORM and level < FORM_DEPTH - 1:
            yield from bitmaps(page, pdfium.PdfObject(item, page=page, container=form, level=level))


def has_end(path: Path) -> bool:
    """Whether the file's last part is there: the place of its table of objects, and mostly the mark after it.

    Some programs leave the mark out, and what was downloaded may have blanks, zeros or a mail's footer behind it.
    Files made for the web have a mark behind their first page too, and changed ones one behind what they were before:
    it is no end if objects follow. PDFium opens a file without its end, and silently leaves out what is missing.
    """
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - TAIL))
        content = file.read()
        if END.search(content) is None:
            file.seek(0)
            content = file.read(LARGEST_SEARCHED)
    end = max((found.end() for found in END.finditer(content)), default=None)
    return end is not None and OBJECT.search(content, end) is None

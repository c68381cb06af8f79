"""PDFium, one caller at a time: the library behind it is not thread-safe.

Boxes come out in points from the top left corner of the page as it is shown, rotation and crop applied.
"""

from __future__ import annotations

import ctypes
import functools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from ingest.errors import ReadError
from ingest.typefaces import TypedLine
from library.records import Box

TURN = threading.RLock()
DEVICE_SCALE = 16  # PDFium's page-to-device mapping is in whole pixels; this many make a point
FAR = 10_000  # points
TAIL = 65_536
LONGEST_FACE = 128  # bytes of a type's name that are looked at
FORM_DEPTH = 3  # pictures may stand in forms in forms


@contextmanager
def open_pdf(path: Path) -> Iterator[Any]:
    """A `pypdfium2.PdfDocument`. Hold `TURN` around every use of it.

    Raises `ReadError` for an encrypted, damaged or cut-off file.
    """
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - TAIL))
        if b"%%EOF" not in file.read():
            # PDFium would open it and silently leave out what is missing.
            raise ReadError(f"{path.name} is cut short: its end is missing; fetch or copy it again.")
    with TURN:
        try:
            document = pdfium.PdfDocument(path)
        except pdfium.PdfiumError as error:
            if "password" in str(error).lower():
                raise ReadError(f"{path.name} is protected by a password; save it without one and add that.") from None
            raise ReadError(f"{path.name} is damaged and can't be opened as a PDF; fetch it again.") from None
    try:
        yield document
    finally:
        with TURN:
            document.close()


def bitmaps(page: Any, form: Any = None) -> Iterator[Any]:
    """The `pypdfium2.PdfImage`s of a page, those in its forms included. Use within `TURN`.

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


class PageText:
    """The characters of one page, their lines and boxes. Use within `TURN`; close when done."""

    def __init__(self, page: Any) -> None:
        self.width, self.height = page.get_size()
        self._page = page
        self._text = page.get_textpage()
        self._matrix = self._to_page_matrix()
        self.text: str = self._text.get_text_range()

    def close(self) -> None:
        self._text.close()

    @property
    def raw(self) -> Any:
        """The `pypdfium2.PdfTextPage`."""
        return self._text

    def lines(self) -> list[tuple[str, Box | None]]:
        """PDFium's own lines, in content order: right for prose, also in columns."""
        return [(_clean(words), box) for _, words, box in self._lines]

    def typed_lines(self) -> list[TypedLine]:
        """Those of `lines` that have a box, with the type they are set in."""
        found = []
        for start, words, box in self._lines:
            if box is not None:
                first, last = start + len(words) - len(words.lstrip()), start + len(words.rstrip()) - 1
                face, size = self._type_of(first)
                same = first == last or self._type_of(last) == (face, size)
                found.append(TypedLine(_clean(words), box, face if same else "", size))
        return found

    @functools.cached_property
    def _lines(self) -> list[tuple[int, str, Box | None]]:
        """Where each line that is not blank begins, what is in it, and its box."""
        found = []
        start = 0
        for line in self.text.split("\n"):
            words = line.strip("\r")
            if words.strip():
                found.append((start, words, self._box_of(start, len(words))))
            start += len(line) + 1
        return found

    def _type_of(self, index: int) -> tuple[str, float]:
        name, flags = ctypes.create_string_buffer(LONGEST_FACE), ctypes.c_int()
        raw.FPDFText_GetFontInfo(self._text, index, name, LONGEST_FACE, flags)
        return name.value.decode(errors="replace"), round(raw.FPDFText_GetFontSize(self._text, index), 1)

    def _box_of(self, start: int, count: int) -> Box | None:
        left, top, right, bottom = (ctypes.c_double() for _ in range(4))
        boxes = []
        for index in range(raw.FPDFText_CountRects(self._text, start, count)):
            raw.FPDFText_GetRect(self._text, index, left, top, right, bottom)
            boxes.append((left.value, bottom.value, right.value, top.value))
        return self.to_page(*_union(boxes)) if boxes else None

    def rows(self) -> list[tuple[str, Box | None]]:
        """Visual rows rebuilt from character boxes, so that a table row stays one line.

        Would interleave the columns of prose: for pages dense with numbers.
        """
        runs = _runs(self._words())
        rows: list[list[tuple[str, Box]]] = []
        for run in sorted(runs, key=lambda run: _centre(run[1])):
            for row in rows[-3:]:
                height = min(_height(run[1]), _height(row[-1][1]))
                if abs(_centre(run[1]) - _centre(row[-1][1])) <= 0.45 * max(5.0, height):
                    row.append(run)
                    break
            else:
                rows.append([run])
        lines: list[tuple[str, Box | None]] = []
        for row in rows:
            row.sort(key=lambda run: run[1][0])
            lines.append((" ".join(text for text, _ in row), _union([box for _, box in row])))
        return lines

    def _words(self) -> Iterator[tuple[str, Box]]:
        """Words in content order, by gaps between characters as well as by spaces."""
        left, right, bottom, top = (ctypes.c_double() for _ in range(4))
        pointers = [ctypes.byref(value) for value in (left, right, bottom, top)]
        word, box = "", (0.0, 0.0, 0.0, 0.0)
        unicode_of, box_of, page = raw.FPDFText_GetUnicode, raw.FPDFText_GetCharBox, self._text.raw
        for index in range(raw.FPDFText_CountChars(page)):
            code = unicode_of(page, index)
            if code <= 32 or code == 0xA0 or 0x2000 <= code <= 0x200B:
                if word and code != 2:
                    yield word, self.to_page(*box)
                    word = ""
                elif word:
                    word += "-"
                continue
            if code == 0xFFFE:  # how PDFium marks a hyphen at a line's end
                word += "-" if word else ""
                continue
            box_of(page, index, *pointers)
            here = (left.value, bottom.value, right.value, top.value)
            if word and _apart(box, here):
                yield word, self.to_page(*box)
                word = ""
            box = _both(box, here) if word else here
            word += chr(code)
        if word:
            yield word, self.to_page(*box)

    def to_page(self, left: float, bottom: float, right: float, top: float) -> Box:
        """From PDF user space (origin bottom left, unrotated) to the page as it is shown."""
        a, b, c, d, e, f = self._matrix
        x0, y0 = a * left + c * bottom + e, b * left + d * bottom + f
        x1, y1 = a * right + c * top + e, b * right + d * top + f
        return (x0 if x0 < x1 else x1), (y0 if y0 < y1 else y1), (x1 if x0 < x1 else x0), (y1 if y0 < y1 else y0)

    def _to_page_matrix(self) -> tuple[float, float, float, float, float, float]:
        """Rotation, crop and flip as PDFium does them, from where it puts three points far apart."""
        width, height = round(self.width * DEVICE_SCALE), round(self.height * DEVICE_SCALE)
        across, down = ctypes.c_int(), ctypes.c_int()
        corners = []
        for x, y in ((0, 0), (FAR, 0), (0, FAR)):
            raw.FPDF_PageToDevice(self._page, 0, 0, width, height, 0, x, y, across, down)
            corners.append((across.value / DEVICE_SCALE, down.value / DEVICE_SCALE))
        (e, f), (x0, y0), (x1, y1) = corners
        return (x0 - e) / FAR, (y0 - f) / FAR, (x1 - e) / FAR, (y1 - f) / FAR, e, f


def _clean(text: str) -> str:
    return text.replace("\x02", "-").replace("\ufffe", "-").strip()


def _apart(word: Box, character: Box) -> bool:
    """Whether a character starts a new word. User space: (left, bottom, right, top)."""
    height = max(4.0, word[3] - word[1])
    gap = character[0] - word[2]
    centre_shift = abs((character[1] + character[3]) - (word[1] + word[3]))
    return (
        character[0] < word[0] - 2
        or gap > 0.35 * height + 1
        or centre_shift > 1.2 * max(height, character[3] - character[1])
    )


def _runs(words: Iterator[tuple[str, Box]]) -> list[tuple[str, Box]]:
    """Words that follow each other on one baseline, joined."""
    runs: list[tuple[str, Box]] = []
    for text, box in words:
        if runs:
            last_text, last = runs[-1]
            height = max(4.0, _height(last))
            overlap = min(box[3], last[3]) - max(box[1], last[1])
            near = -1 <= box[0] - last[2] < 1.5 * height
            if near and overlap > 0.3 * min(height, max(2.0, _height(box))):
                runs[-1] = (f"{last_text} {text}", _both(last, box))
                continue
        runs.append((text, box))
    return runs


def _both(one: Box, other: Box) -> Box:
    """Like `_union` of two, without a call for each edge: it is asked of every character."""
    left, top, right, bottom = one
    x0, y0, x1, y1 = other
    return (
        x0 if x0 < left else left,
        y0 if y0 < top else top,
        x1 if x1 > right else right,
        y1 if y1 > bottom else bottom,
    )


def _union(boxes: list[Box]) -> Box:
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


def _centre(box: Box) -> float:
    return (box[1] + box[3]) / 2


def _height(box: Box) -> float:
    return box[3] - box[1]

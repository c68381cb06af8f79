"""The characters, words and lines of a PDF page that people see.

Boxes come out in points from the top left corner of the page as it is shown, rotation and crop applied.
"""

from __future__ import annotations

import ctypes
import functools
import itertools
import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from statistics import median
from typing import Any

from pypdfium2 import raw

from lamplight.ingest.bidirectional import RIGHT_TO_LEFT
from lamplight.ingest.boxes import is_inside, joined, mirrored
from lamplight.ingest.hidden_text import is_blank, is_outside, look, suspect_runs, suspects
from lamplight.ingest.letters import clean
from lamplight.ingest.page_rows import rows_of
from lamplight.ingest.page_words import put_together, words_of
from lamplight.ingest.right_to_left import RightToLeft
from lamplight.ingest.typefaces import TypedLine
from lamplight.ingest.vertical_text import columns_of, is_vertical
from lamplight.library.records import Box

DEVICE_SCALE = 16  # PDFium's page-to-device mapping is in whole pixels; this many make a point
FAR = 10_000  # points
EAST_ASIAN = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
SCRIPTS_MEET = re.compile(f"(?<=[{EAST_ASIAN}]) (?=[A-Za-z0-9])|(?<=[A-Za-z0-9]) (?=[{EAST_ASIAN}])")
AUTOSPACE = 0.26  # of the type's size: what word processors put between scripts, and PDFium takes for a space
LETTERSPACED = re.compile(r"(?<!\S)(?:\S ){4,}\S(?!\S)")
WORD_GAP = 1.6  # times the gap between the letters of a word that is letter-spaced
FEWEST_TYPED = 8  # letters, where the spaces between them were typed
FAR_BESIDE = 12.0  # points, wider than a space, between what is on the page and what is beside it
LETTERS_SHARE = 0.4  # of the words of a page are single letters or digits: they are set apart
LONGEST_FACE = 128  # bytes of a type's name that are looked at


class PageText:
    """The characters of one page, their lines and boxes. Use within `ingest.pdfium.PDFIUM_LOCK`; close when done."""

    def __init__(self, page: Any) -> None:
        self.width, self.height = page.get_size()
        self._page = page
        self._text = page.get_textpage()
        self._matrix = self._to_page_matrix()
        self.text: str = self._text.get_text_range()
        self._hidden: frozenset[int] = frozenset()

    def close(self) -> None:
        """Free PDFium's text page, from which nothing can be read after that; the page itself stays open."""
        self._text.close()

    @property
    def raw(self) -> Any:
        """The `pypdfium2.PdfTextPage`."""
        return self._text

    @property
    def seen(self) -> str:
        """The text without what is hidden."""
        return "\n".join(words for _, words, _ in self._lines) if self._hidden else self.text

    def hide_unseen(self, is_scan: Callable[[], bool]) -> list[str]:
        """Leave out what nobody can see on the page from now on; the words that were left out, in lines.

        Over a scan only what lies beside the page: recognised words have no ink, and not quite the scan's places.
        """
        spans = [(start, start + len(words) - 1) for start, words, _ in self._lines]
        hidden: list[tuple[int, int]] = []
        seen = None
        for (start, end), may_be, (_, words, box) in zip(spans, suspects(self._text, spans), self._lines, strict=True):
            if box is not None and is_outside(box, self.width, self.height) and any(map(str.isalnum, words)):
                hidden.append((start, end))
            elif box is not None and (beside := self._beside_the_page(start, end, box)):
                hidden.append(beside)
            elif may_be and not is_scan():
                seen = look(self._page) if seen is None else seen
                for first, last in suspect_runs(self._text, start, end):
                    place = self._box_of(first, last - first + 1)
                    if place is not None and is_blank(seen, place):
                        hidden.append((first, last))
        if hidden:
            self._hidden = frozenset(index for first, last in hidden for index in range(first, last + 1))
            for made in ("_lines", "_turned", "_read_lines"):
                self.__dict__.pop(made, None)
        return [" ".join(clean(self.text[first : last + 1]).split()) for first, last in hidden]

    def _beside_the_page(self, first: int, last: int, box: Box) -> tuple[int, int] | None:
        """The part of a line that stands by itself where the page has ended; not what merely runs over its edge."""
        if box[2] <= self.width:
            return None
        reached = 0.0
        for index in range(first, last + 1):
            left, _, right, _ = self._character_box(index)
            if left > self.width:
                return (index, last) if index > first and left - reached > FAR_BESIDE else None
            reached = max(reached, right)
        return None

    def lines(self) -> list[tuple[str, Box | None]]:
        """PDFium's own lines, in content order: right for prose, also in columns. Of vertical text its columns."""
        if self._is_vertical:
            return [*columns_of(self.words)]
        return [(text, box) for _, text, box, _, _ in self._read_lines]

    @functools.cached_property
    def _turned(self) -> RightToLeft | None:
        """What is read from right to left; None on a page without such letters, which costs a search of its text."""
        if not RIGHT_TO_LEFT.search(self.text):
            return None
        return RightToLeft(self._text.raw, self._lines, self.to_page)

    @property
    def is_right_to_left(self) -> bool:
        """Whether most letters of the page are of a script from right to left."""
        return self._turned is not None and self._turned.is_mostly

    @functools.cached_property
    def _read_lines(self) -> list[tuple[int, str, Box | None, int, int]]:
        """The lines as they are read, with the indices of the characters they begin with in the file and when read."""
        turned = self._turned
        found = [
            (start, clean(self._as_typed(start, words)), box, *_ends(start, words))
            for start, words, box in self._lines
            if turned is None or start not in turned.indices
        ]
        if turned is not None:
            found += [(line.start, line.text, line.box, line.first, line.last) for line in turned.lines]
            found.sort(key=lambda line: line[0])
        return found

    @functools.cached_property
    def _lines(self) -> list[tuple[int, str, Box | None]]:
        """Where each line that is not blank begins, what is in it, and its box; of a line in part hidden, its parts."""
        found = []
        start = 0
        for line in self.text.split("\n"):
            for first, words in self._seen(start, line.strip("\r")):
                if words.strip():
                    found.append((first, words, self._box_of(first, len(words))))
            start += len(line) + 1
        return found

    def _seen(self, start: int, words: str) -> Iterator[tuple[int, str]]:
        if not self._hidden:
            yield start, words
            return
        indices = [index for index in range(len(words)) if start + index not in self._hidden]
        for _, group in itertools.groupby(enumerate(indices), lambda pair: pair[1] - pair[0]):
            part = [index for _, index in group]
            yield start + part[0], words[part[0] : part[-1] + 1]

    def _as_typed(self, start: int, words: str) -> str:
        """A line without the spaces that nobody typed."""
        if not self._untyped:
            return self._without_letterspacing(start, words)
        return "".join(letter for index, letter in enumerate(words, start) if index not in self._untyped)

    @functools.cached_property
    def _untyped(self) -> frozenset[int]:
        """Spaces that word processors leave between scripts, as in "612,000원"; PDFium takes them for ends of words."""
        if self.text.isascii():
            return frozenset()
        return frozenset(found.start() for found in SCRIPTS_MEET.finditer(self.text) if self._is_narrow(found.start()))

    def _is_narrow(self, index: int) -> bool:
        before, after = raw.FS_RECTF(), raw.FS_RECTF()
        raw.FPDFText_GetLooseCharBox(self._text, index - 1, before)
        raw.FPDFText_GetLooseCharBox(self._text, index + 1, after)
        is_generated = raw.FPDFText_IsGenerated(self._text, index) == 1
        size = raw.FPDFText_GetFontSize(self._text, index + 1)
        return is_generated and bool(0 <= after.left - before.right <= AUTOSPACE * size)

    def _without_letterspacing(self, start: int, words: str) -> str:
        """A line with what is set l i k e  t h i s put together, by the gaps between the letters."""
        for found in reversed(list(LETTERSPACED.finditer(words))):
            places = [index for index in range(*found.span()) if not words[index].isspace()]
            boxes = [self._character_box(start + index) for index in places]
            gaps = [right[0] - left[2] for left, right in pairwise(boxes)]
            usual = median(gaps)
            typed = any(
                raw.FPDFText_IsGenerated(self._text, start + index) == 0
                for index in range(*found.span())
                if words[index].isspace()
            )
            apart = [gap > WORD_GAP * usual + 1 for gap in gaps]
            if typed and not (any(apart) and len(places) >= FEWEST_TYPED):
                continue  # letters that stand alone, as in a list
            joined_up = words[places[0]]
            for index, is_apart in zip(places[1:], apart, strict=True):
                joined_up += f" {words[index]}" if is_apart else words[index]
            words = words[: found.start()] + joined_up + words[found.end() :]
        return words

    def _character_box(self, index: int) -> Box:
        left, right, bottom, top = (ctypes.c_double() for _ in range(4))
        raw.FPDFText_GetCharBox(self._text, index, left, right, bottom, top)
        return self.to_page(left.value, bottom.value, right.value, top.value)

    def typed_lines(self) -> list[TypedLine]:
        """Those of `lines` that have a box, with the type they are set in."""
        found = []
        for _, text, box, first, last in self._read_lines:
            if box is not None:
                face, size = self._type_of(first)
                same = first == last or self._type_of(last) == (face, size)
                found.append(TypedLine(text, box, face if same else "", size))
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
        return self.to_page(*joined(boxes)) if boxes else None

    def rows(self) -> list[tuple[str, Box | None]]:
        """Visual rows rebuilt from character boxes, for pages dense with numbers; would interleave columns of prose."""
        if self._is_vertical:
            return [*columns_of(self.words)]
        if self._turned is None:
            return rows_of(self.words, self.width)
        pieces = self._words_from_the_left + self._turned.pieces
        if not self._turned.is_mostly:
            return rows_of(pieces, self.width)
        rows = rows_of([(text, mirrored(box, self.width)) for text, box in pieces], self.width)
        return [(text, mirrored(box, self.width) if box else None) for text, box in rows]

    @functools.cached_property
    def _is_vertical(self) -> bool:
        return is_vertical([words for _, words, _ in self._lines])

    @functools.cached_property
    def words(self) -> list[tuple[str, Box]]:
        """The words and their boxes, in content order."""
        words = self._words_from_the_left
        if self._turned is not None:
            return words + self._turned.words
        alone = sum(len(word) == 1 for word, _ in words)
        return put_together(words) if alone > max(FEWEST_TYPED, LETTERS_SHARE * len(words)) else words

    @functools.cached_property
    def _words_from_the_left(self) -> list[tuple[str, Box]]:
        left_out = self._hidden if self._turned is None else self._hidden | self._turned.characters
        return list(words_of(self._text.raw, left_out, self._untyped, self.to_page))

    def within(self, box: Box) -> str:
        """The words in a part of the page as it is shown, on one line."""
        if self._turned is not None:
            return " ".join(word for word, place in self.words if is_inside(place, box))
        a, b, c, d, e, f = self._matrix
        across = a * d - b * c
        corners = []
        for x, y in ((box[0], box[1]), (min(box[2], self.width), box[3])):
            corners.append(((d * (x - e) - c * (y - f)) / across, (a * (y - f) - b * (x - e)) / across))
        (x0, y0), (x1, y1) = corners
        return clean(" ".join(self._text.get_text_bounded(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)).split()))

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


def _ends(start: int, words: str) -> tuple[int, int]:
    """The indices of the first and the last character that are not blank."""
    return start + len(words) - len(words.lstrip()), start + len(words.rstrip()) - 1

"""The characters of a PDF page as they stand, whatever order PDFium thinks they are read in.

PDFium turns lines from right to left by rules of its own, word by word and digit by digit. All that can be relied on is
where the characters stand; only those of one ligature share a place.
"""

from __future__ import annotations

import ctypes
import functools
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from unicodedata import category, normalize

from pypdfium2 import raw

from lamplight.ingest.bidirectional import RIGHT_TO_LEFT, as_letters, reading_order
from lamplight.ingest.boxes import joined
from lamplight.library.records import Box

ToPage = Callable[[float, float, float, float], Box]

BLANKS = frozenset((0x20, 0xA0, *range(0x2000, 0x200C)))
NO_JOINER = 0x200C  # parts words in Persian
SILENT = frozenset((*range(0x1B), 0x1C, 0x1D, 0x1E, 0x1F, 0x61C, *range(0x200D, 0x2010), *range(0x202A, 0x202F)))
ISOLATES = frozenset((*range(0x2066, 0x206A), 0xFEFF))
HYPHENS = frozenset((0x02, 0xFFFE))  # how PDFium marks them at a line's end
MARK_REACH = 0.5  # of the type's size, between a mark and the letter that it belongs to
HOLAM = "\u05b9"  # hangs over the left edge of its letter
LIGATURES = ((0xFB1D, 0xFB50), (0xFB50, 0xFE00), (0xFE70, 0xFEFD))


@dataclass(frozen=True, slots=True)
class Unit:
    """A letter with its marks, or a ligature, of the characters `index` to `last`.

    `text` as it is typed; `x` is where the pen was, `base` its baseline. The box of what `is_vague` is its marks'.
    """

    index: int
    last: int
    text: str
    box: Box
    x: float
    base: float
    size: float
    is_vague: bool = False

    @property
    def is_blank(self) -> bool:
        """Whether it is a space."""
        return self.text == " "


def units_of(page: raw.FPDF_TEXTPAGE, indices: Iterable[int], to_page: ToPage) -> list[Unit]:
    """The units of some characters, in no order. Boxes reach over all that a letter takes up in its line."""
    characters = [found for index in indices for found in _character(page, index, to_page)]
    characters.sort(key=lambda found: (found[0], found[1].index))
    glyphs = [_joined([unit for _, unit in group]) for _, group in groupby(characters, lambda found: found[0])]
    marks = [unit for unit in glyphs if all(map(_is_mark, unit.text))]
    return _with_marks([unit for unit in glyphs if not all(map(_is_mark, unit.text))], marks)


def character_at(page: raw.FPDF_TEXTPAGE, index: int) -> int:
    """Which of PDFium's characters stands at a place in its text, in which those that it has no letter for are not."""
    return int(raw.FPDFText_GetCharIndexFromTextIndex(page, index))


def _character(page: raw.FPDF_TEXTPAGE, index: int, to_page: ToPage) -> list[tuple[tuple[int, float, float], Unit]]:
    """A character and what it is drawn with: those of one ligature have that in common. None that only PDFium sees."""
    at = character_at(page, index)
    code = raw.FPDFText_GetUnicode(page, at)
    item = raw.FPDFText_GetTextObject(page, at)
    if not item or (code in SILENT and code not in HYPHENS) or code in ISOLATES:
        return []
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    raw.FPDFText_GetCharBox(page, at, left, right, bottom, top)
    x, y = ctypes.c_double(), ctypes.c_double()
    raw.FPDFText_GetCharOrigin(page, at, x, y)
    loose, matrix = raw.FS_RECTF(), raw.FS_MATRIX()
    raw.FPDFText_GetLooseCharBox(page, at, loose)
    raw.FPDFText_GetMatrix(page, at, matrix)
    size = raw.FPDFText_GetFontSize(page, at) * max((matrix.c**2 + matrix.d**2) ** 0.5, 0.01)
    text = " " if code in BLANKS else "-" if code in HYPHENS else as_letters(chr(code))
    tight = to_page(left.value, bottom.value, right.value, top.value)
    wide = to_page(loose.left, loose.bottom, loose.right, loose.top)
    pen_x, pen_y, _, _ = to_page(x.value, y.value, x.value, y.value)
    box = min(tight[0], wide[0], pen_x), tight[1], max(tight[2], wide[2]), tight[3]
    glyph = ctypes.addressof(item.contents), x.value, y.value
    return [(glyph, Unit(index, index, text, box, pen_x, pen_y, size))]


def _is_mark(letter: str) -> bool:
    return category(letter) == "Mn"


def _joined(units: Sequence[Unit]) -> Unit:
    """The characters of one ligature as one."""
    first = units[0]
    if len(units) == 1:
        return first
    text = "".join(unit.text for unit in units if not unit.is_blank) or " "
    marks = ""
    if RIGHT_TO_LEFT.search(text):
        marks = "".join(letter for letter in text if _is_mark(letter))
        text = _typed("".join(letter for letter in text if not _is_mark(letter))) + marks
    box = joined([unit.box for unit in units])
    return replace(first, last=units[-1].index, text=text, box=box, is_vague=bool(marks))


def _typed(letters: str) -> str:
    """Letters of a ligature as PDFium gives them: from the left as any others, or as typed if it knew the ligature."""
    turned = "".join(text for _, text in reading_order(letters, True))
    return letters if letters in _ligatures() and turned not in _ligatures() else turned


@functools.cache
def _ligatures() -> frozenset[str]:
    """What Unicode's own ligatures are made of."""
    return frozenset(normalize("NFKC", chr(code)) for first, end in LIGATURES for code in range(first, end))


def _with_marks(letters: list[Unit], marks: Sequence[Unit]) -> list[Unit]:
    """Vowel signs that are drawn by themselves go to the letter that they stand above, below or in."""
    if not marks:
        return letters
    places = {id(unit): number for number, unit in enumerate(letters)}
    ordered = sorted((unit for unit in letters if unit.text[0].isalpha()), key=_base)
    for mark in sorted(marks, key=lambda unit: unit.index):
        reach = MARK_REACH * mark.size
        first, last = (bisect_left(ordered, mark.base + way, key=_base) for way in (-reach, reach))
        near = ordered[first:last]
        if not near:
            letters.append(mark)
            continue
        middle = mark.box[2] if mark.text == HOLAM else (mark.box[0] + mark.box[2]) / 2
        owner = min(near, key=lambda unit: (_beyond(unit.box, middle), abs(unit.box[0] + unit.box[2] - 2 * middle)))
        number = places[id(owner)]
        letters[number] = replace(letters[number], text=letters[number].text + mark.text)
    return letters


def _base(unit: Unit) -> float:
    return unit.base


def _beyond(box: Box, x: float) -> float:
    return max(box[0] - x, x - box[2], 0.0)

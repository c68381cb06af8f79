"""The words of a PDF page with their boxes, by gaps between characters as well as by spaces."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterable, Iterator

from pypdfium2 import raw

from lamplight.ingest.boxes import both
from lamplight.ingest.letters import clean
from lamplight.library.records import Box

SPACED = 0.2  # of the type's height, between letters that are set apart; between words it is more


def words_of(
    page: raw.FPDF_TEXTPAGE,
    left_out: frozenset[int],
    untyped: frozenset[int],
    to_page: Callable[[float, float, float, float], Box],
) -> Iterator[tuple[str, Box]]:
    """In content order, without the characters `left_out`, and not parted at spaces that are `untyped`.

    Use within `ingest.pdfium.PDFIUM_LOCK`.
    """
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    pointers = [ctypes.byref(value) for value in (left, right, bottom, top)]
    word, box = "", (0.0, 0.0, 0.0, 0.0)
    unicode_of, box_of = raw.FPDFText_GetUnicode, raw.FPDFText_GetCharBox
    for index in range(raw.FPDFText_CountChars(page)):
        if index in untyped:
            continue
        code = 0x20 if index in left_out else unicode_of(page, index)
        if code < 0x1B or code in (0x20, 0xA0) or 0x2000 <= code <= 0x200B:
            if word and code != 2:
                yield clean(word), to_page(*box)
                word = ""
            elif word:
                word += chr(code)
            continue
        if code == 0xFFFE:  # how PDFium marks a hyphen at a line's end
            word += chr(code) if word else ""
            continue
        box_of(page, index, *pointers)
        here = (left.value, bottom.value, right.value, top.value)
        if word and _apart(box, here):
            yield clean(word), to_page(*box)
            word = ""
        box = both(box, here) if word else here
        word += chr(code)
    if word:
        yield clean(word), to_page(*box)


def put_together(words: Iterable[tuple[str, Box]]) -> list[tuple[str, Box]]:
    """Words of which some are letters set apart, by the gaps between them."""
    found: list[tuple[str, Box]] = []
    for text, box in words:
        if found:
            before, place = found[-1]
            height = max(place[3] - place[1], box[3] - box[1], 1.0)
            level = min(place[3], box[3]) > max(place[1], box[1])
            if level and -SPACED * height <= box[0] - place[2] <= SPACED * height:
                found[-1] = before + text, both(place, box)
                continue
        found.append((text, box))
    return found


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

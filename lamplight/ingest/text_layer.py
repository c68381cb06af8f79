"""Whether the text that a PDF page carries can be used, or the page has to be looked at.

Scans often carry a stamp, a typed footer or the words that some program recognised; fonts without a table of
letters give words nobody can read.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from pypdfium2 import raw

from lamplight.ingest.pdfium import bitmaps

FEWEST_CHARACTERS = 16  # a page with fewer has a page number, not a text layer
SHORT_LAYER = 1500  # characters; a scan's stamp, footer or form entries are shorter, a full page is longer
SCAN_SHARE = 0.5  # of the page under pictures; with less they are figures
PAPER_SHARE = 0.6  # of a scan's pixels are paper: light and without colour
LIGHT, COLOUR = 150, 40  # of 255
LOOK = 120  # pixels of the small picture that tells paper from a photo
INVISIBLE = 3  # text rendering mode of recognised words under a scan (ISO 32000-1, table 106)
SAMPLE = 3000  # characters that are looked at; a font is readable or not from the start
UNREADABLE_SHARE = 0.2  # of characters that are no text: private use, replacement, unassigned, control
NO_TEXT = re.compile(r"[\x00-\x01\x03-\x08\x0e-\x1f\x7f-\x9f\ud800-\uf8ff\ufffd\U000f0000-\U0010ffff]")
MOJIBAKE = re.compile(r"[ÃÂâÐÑ][\u0080-\u00bf\u2018-\u201d\u20ac\u2122]")  # UTF-8 taken for Latin-1 or Windows-1252
MOJIBAKE_SHARE = 0.02  # of characters
DIGIT_WITHIN = re.compile(r"(?<![\w-])[^\W\d_]+\d+[^\W\d_]\w*(?![\w-])")  # "g1azed"
FEWEST_TOKENS = 8
DIGIT_WITHIN_SHARE = 0.12  # of words
COMMON = frozenset("eainorst")  # are over half of the letters in any European language
COMMON_SHARE = 0.45  # of the letters; where each is put for another, they are about a quarter
FEWEST_LETTERS = 300  # for letters to be counted
LATIN_WORD = re.compile(r"[A-Za-z]{4,}")
VOWELLESS = re.compile(r"(?<![A-Za-z])[b-df-hj-np-tv-xzB-DF-HJ-NP-TV-XZ]{4,}(?![A-Za-z])")
FEWEST_WORDS = 20
VOWELLESS_SHARE = 0.3  # of words; in any language with Latin letters it is below 0.05


def is_readable(text: str) -> bool:
    """Whether a text layer is words and not the numbers of some font's glyphs."""
    sample = text[:SAMPLE]
    visible = characters_in(sample)
    words = len(LATIN_WORD.findall(sample))
    return (
        visible > 0
        and len(NO_TEXT.findall(sample)) <= UNREADABLE_SHARE * visible
        and (sample.isascii() or len(MOJIBAKE.findall(sample)) <= MOJIBAKE_SHARE * visible)
        and (words < FEWEST_WORDS or len(VOWELLESS.findall(sample)) <= VOWELLESS_SHARE * words)
        and not _is_misread(sample)
        and _has_usual_letters(sample)
    )


def _is_misread(sample: str) -> bool:
    tokens = len(sample.split())
    return tokens >= FEWEST_TOKENS and len(DIGIT_WITHIN.findall(sample)) > DIGIT_WITHIN_SHARE * tokens


def _has_usual_letters(sample: str) -> bool:
    """Whether the letters are as frequent as in some language, and not each put for another."""
    letters = [letter for letter in sample.lower() if letter.isascii() and letter.isalpha()]
    if len(letters) < FEWEST_LETTERS or len(letters) < len(sample) / 2:
        return True
    return sum(letter in COMMON for letter in letters) >= COMMON_SHARE * len(letters)


def characters_in(text: str) -> int:
    """How many characters are not blank."""
    return len("".join(text.split()))


def is_over_a_scan(page: Any, text_page: Any, characters: int) -> bool:
    """Whether a short text layer lies on a picture of a page whose words it does not repeat.

    `page` and `text_page` are pypdfium2's; cheap for pages that are full of text.
    """
    if characters > SHORT_LAYER or not has_large_picture(page):
        return False
    return not _is_recognised(text_page) and _looks_like_paper(page)


def without_text(page: Any) -> None:
    """Take the text off a page that is open, so that what is drawn is only the scan; the file is not changed."""
    for item in list(page.get_objects(max_depth=1)):
        is_text = item.type == raw.FPDF_PAGEOBJ_TEXT
        if is_text or (item.type == raw.FPDF_PAGEOBJ_FORM and not _pictures_in(page, item)):
            page.remove_obj(item)


def _pictures_in(page: Any, form: Any) -> bool:
    count = raw.FPDFFormObj_CountObjects(form)
    kinds = {raw.FPDFPageObj_GetType(raw.FPDFFormObj_GetObject(form, index)) for index in range(count)}
    return not kinds.isdisjoint({raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_FORM})


def has_large_picture(page: Any) -> bool:
    """One, or the strips that some scanners cut a page into."""
    width, height = page.get_size()
    covered = 0.0
    for item in bitmaps(page):
        left, bottom, right, top = item.get_bounds()
        covered += abs((right - left) * (top - bottom))
    return bool(covered >= SCAN_SHARE * width * height)


def _is_recognised(text_page: Any) -> bool:
    """Whether most characters are invisible, as programs put recognised words under a scan."""
    count = text_page.count_chars()
    invisible = 0
    for index in range(count):
        item = raw.FPDFText_GetTextObject(text_page, index)
        invisible += bool(item) and raw.FPDFTextObj_GetTextRenderMode(item) == INVISIBLE
    return bool(invisible * 2 > count)


def _looks_like_paper(page: Any) -> bool:
    small = np.asarray(page.render(scale=LOOK / max(page.get_size())).to_pil().convert("RGB"), np.int16)
    lightest, darkest = small.max(axis=2), small.min(axis=2)
    return float(((lightest > LIGHT) & (lightest - darkest < COLOUR)).mean()) >= PAPER_SHARE

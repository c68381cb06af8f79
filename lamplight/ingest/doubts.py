"""Sentences about what could not be read in pictures, for the report card of their document."""

from __future__ import annotations

from collections import defaultdict

from lamplight.languages import sentence
from lamplight.models import tesseract
from lamplight.models.legibility import Doubt

LANGUAGE_NAMES = {
    "rus": "Russian", "ukr": "Ukrainian", "bul": "Bulgarian", "srp": "Serbian", "bel": "Belarusian", "ell": "Greek",
    "kor": "Korean", "heb": "Hebrew", "yid": "Yiddish", "hin": "Hindi", "mar": "Marathi", "nep": "Nepali",
    "tha": "Thai", "ara": "Arabic", "fas": "Persian", "urd": "Urdu", "vie": "Vietnamese", "ben": "Bengali",
    "tam": "Tamil", "tel": "Telugu", "guj": "Gujarati", "pan": "Punjabi", "kan": "Kannada", "mal": "Malayalam",
    "kat": "Georgian", "hye": "Armenian", "khm": "Khmer", "lao": "Lao", "mya": "Burmese", "sin": "Sinhala",
    "amh": "Amharic", "grc": "Ancient Greek", "asm": "Assamese", "tir": "Tigrinya",
}  # fmt: skip
NAMED = 3  # languages, then "…"
LISTED = 8  # page numbers
# Each of a picture that is alone, of one page, and of several.
FOREIGN = (
    sentence(
        "The words on this picture seem to be {letters}: install Tesseract with its language ({languages}), then add "
        "the file again."
    ),
    sentence(
        "The words on page {pages} seem to be {letters}: install Tesseract with its language ({languages}), then add "
        "the file again."
    ),
    sentence(
        "The words on {count} pages ({pages}) seem to be {letters}: install Tesseract with its language ({languages}), "
        "then add the file again."
    ),
)
UNREAD = (
    sentence(
        "The words on this picture could not be read: they are in handwriting, blurred or in a script that is not "
        "known here; a sharper scan helps, or Tesseract installed with the page's language."
    ),
    sentence(
        "The words on page {pages} could not be read: they are in handwriting, blurred or in a script that is not "
        "known here; a sharper scan helps, or Tesseract installed with the page's language."
    ),
    sentence(
        "The words on {count} pages ({pages}) could not be read: they are in handwriting, blurred or in a script that "
        "is not known here; a sharper scan helps, or Tesseract installed with the page's language."
    ),
)
HARD = (
    sentence(
        "Some words on this picture were hard to read (handwriting, a poor scan or another script): compare what is "
        "quoted with the page itself."
    ),
    sentence(
        "Some words on page {pages} were hard to read (handwriting, a poor scan or another script): compare what is "
        "quoted with the page itself."
    ),
    sentence(
        "Some words on {count} pages ({pages}) were hard to read (handwriting, a poor scan or another script): compare "
        "what is quoted with the page itself."
    ),
)


class Doubts:
    """Gathers them page by page."""

    def __init__(self) -> None:
        self._pages: defaultdict[Doubt, list[int]] = defaultdict(list)

    def add(self, page: int, doubt: Doubt | None) -> None:
        """`page` counts from 1. None, for a page that was read well, adds nothing."""
        if doubt is not None:
            self._pages[doubt].append(page)

    def sentences(self, alone: bool = False) -> list[str]:
        """One for each kind of doubt. `alone`: there is only one page, whose number nobody needs."""
        return [_said(doubt, [] if alone else pages) for doubt, pages in self._pages.items()]


def _said(doubt: Doubt, pages: list[int]) -> str:
    """Without `pages`, of a picture that is alone."""
    alone, on_page, on_pages = FOREIGN if doubt.languages else UNREAD if doubt.legible == "unread" else HARD
    languages = ", ".join(LANGUAGE_NAMES.get(language, language) for language in doubt.languages[:NAMED])
    return (on_pages if len(pages) > 1 else on_page if pages else alone).format(
        count=len(pages),
        pages=", ".join(map(str, pages[:LISTED])) + (" …" if len(pages) > LISTED else ""),
        letters=_letters(doubt),
        languages=languages + (" …" if len(doubt.languages) > NAMED else ""),
    )


def _letters(doubt: Doubt) -> str:
    if doubt.languages == tesseract.LATIN:
        return sentence(
            "in Vietnamese, some of which are lost"
            if doubt.legible == "doubtful"
            else "in Vietnamese, which could not be read"
        )
    return sentence(
        f"in {doubt.script} letters, some of which are lost"
        if doubt.legible == "doubtful"
        else f"in {doubt.script} letters, which could not be read"
    )

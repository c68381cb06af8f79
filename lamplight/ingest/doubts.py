"""Sentences about what could not be read in pictures, for the report card of their document."""

from __future__ import annotations

from collections import defaultdict

from lamplight.models import tesseract
from lamplight.models.legibility import Doubt

LANGUAGE_NAMES = {
    "rus": "Russian", "ukr": "Ukrainian", "bul": "Bulgarian", "srp": "Serbian", "bel": "Belarusian", "ell": "Greek",
    "kor": "Korean", "heb": "Hebrew", "yid": "Yiddish", "hin": "Hindi", "mar": "Marathi", "nep": "Nepali",
    "tha": "Thai", "ara": "Arabic", "fas": "Persian", "urd": "Urdu", "vie": "Vietnamese", "ben": "Bengali",
    "tam": "Tamil", "tel": "Telugu", "guj": "Gujarati", "pan": "Punjabi", "kan": "Kannada", "mal": "Malayalam",
    "kat": "Georgian", "hye": "Armenian", "khm": "Khmer", "lao": "Lao", "mya": "Burmese", "sin": "Sinhala",
    "amh": "Amharic",
}  # fmt: skip
NAMED = 3  # languages, then "…"
LISTED = 8  # page numbers


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
        return [_sentence(doubt, "this picture" if alone else _pages(pages)) for doubt, pages in self._pages.items()]


def _pages(numbers: list[int]) -> str:
    if len(numbers) == 1:
        return f"page {numbers[0]}"
    listed = ", ".join(map(str, numbers[:LISTED])) + (" …" if len(numbers) > LISTED else "")
    return f"{len(numbers)} pages ({listed})"


def _sentence(doubt: Doubt, where: str) -> str:
    if doubt.languages:
        names = ", ".join(LANGUAGE_NAMES.get(language, language) for language in doubt.languages[:NAMED])
        more = " …" if len(doubt.languages) > NAMED else ""
        letters = "in Vietnamese" if doubt.languages == tesseract.LATIN else f"in {doubt.script} letters"
        loss = "some of which are lost" if doubt.legible == "doubtful" else "which could not be read"
        return (
            f"The words on {where} seem to be {letters}, {loss}: install Tesseract with its language "
            f"({names}{more}), then add the file again."
        )
    if doubt.legible == "unread":
        return (
            f"The words on {where} could not be read: they are in handwriting, blurred or in a script that is not "
            "known here; a sharper scan helps, or Tesseract installed with the page's language."
        )
    return (
        f"Some words on {where} were hard to read (handwriting, a poor scan or another script): compare what is "
        "quoted with the page itself."
    )

"""Text on a PDF page that nobody sees: white on white, without ink, too small, or beside the page.

It is no evidence: whoever looks at the page finds blank paper there. Recognised words under a scan are without ink
too, but there is something to see where they lie.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from pypdfium2 import raw

from lamplight.languages import sentence
from lamplight.library.records import Box

INVISIBLE = (3, 7)  # text rendering modes without ink (ISO 32000-1, table 106)
SMALLEST = 1.0  # points that a line is high
PALE = 235  # of 255: fill colours that may be that of the paper
FAINT = 26  # of 255: alpha
INK = 24  # of 255 between the darkest and the lightest of what can be seen
NAMED_PAGES = 5
EXAMPLE = 80  # characters
SCALE = 2.0  # pixels per point of the picture that is looked at


def suspects(text_page: Any, spans: list[tuple[int, int]]) -> list[bool]:
    """For lines of a pypdfium2 text page, from first to last character: whether they may not be seen.

    Looks at both ends of each, as every page of every file is asked. Use within `PDFIUM_LOCK`.
    """
    is_suspect = _judge_of(text_page)
    return [is_suspect(first) or (last != first and is_suspect(last)) for first, last in spans]


def suspect_runs(text_page: Any, first: int, last: int) -> list[tuple[int, int]]:
    """First and last character of each part of a line that may not be seen."""
    runs: list[tuple[int, int]] = []
    is_suspect = _judge_of(text_page)
    for index in range(first, last + 1):
        is_space = raw.FPDFText_GetUnicode(text_page, index) <= 0x20
        if is_space or not is_suspect(index):
            continue
        blank = bool(runs) and all(
            raw.FPDFText_GetUnicode(text_page, between) <= 0x20 for between in range(runs[-1][1] + 1, index)
        )
        if blank:
            runs[-1] = (runs[-1][0], index)
        else:
            runs.append((index, index))
    return runs


def _judge_of(text_page: Any) -> Callable[[int], bool]:
    """Whether a character may not be seen, by its colour and how it is drawn."""
    red, green, blue, alpha = colours = [ctypes.c_uint() for _ in range(4)]
    places = [ctypes.byref(colour) for colour in colours]
    colour_of, object_of = raw.FPDFText_GetFillColor, raw.FPDFText_GetTextObject
    mode_of = raw.FPDFTextObj_GetTextRenderMode
    page = text_page.raw

    def is_suspect(index: int) -> bool:
        colour_of(page, index, *places)
        if (red.value >= PALE and green.value >= PALE and blue.value >= PALE) or alpha.value <= FAINT:
            return True
        item = object_of(page, index)
        return bool(item) and mode_of(item) in INVISIBLE

    return is_suspect


def is_outside(box: Box, width: float, height: float) -> bool:
    """Whether a line's middle is not on the page, or the line is too low for any eye."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return not (0 <= x <= width and 0 <= y <= height) or box[3] - box[1] < SMALLEST


def look(page: Any) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """The page in grey, for `is_blank`."""
    return np.asarray(page.render(scale=SCALE, grayscale=True).to_pil().convert("L"))


def is_blank(seen: np.ndarray[Any, np.dtype[np.uint8]], box: Box) -> bool:
    """Whether there is nothing to see within a box."""
    left, top, right, bottom = (round(edge * SCALE) for edge in box)
    part = seen[max(0, top) : max(0, bottom) + 1, max(0, left) : max(0, right) + 1]
    return part.size == 0 or int(part.max()) - int(part.min()) < INK


@dataclass(slots=True)
class Unseen:
    """What was left out of one document for not being seen."""

    found: list[tuple[int, str]] = field(default_factory=list)

    def add(self, page: int, lines: list[str]) -> None:
        """`page` counts from 1, `lines` are those that `PageText.hide_unseen` left out; empty ones don't count."""
        self.found += [(page, words) for words in lines if words]

    @property
    def sentences(self) -> list[str]:
        """A sentence, if anything was left out."""
        if not self.found:
            return []
        pages = ", ".join(str(page) for page in list(dict.fromkeys(page for page, _ in self.found))[:NAMED_PAGES])
        words = self.found[0][1]
        example = words if len(words) <= EXAMPLE else f"{words[:EXAMPLE].rstrip()}…"
        count = len(self.found)
        return [
            sentence(
                f"1 line of text is not to be seen on the page (page {pages}) and left out, such as “{example}”."
                if count == 1
                else f"{count} lines of text are not to be seen on the page (page {pages}) and left out, such as "
                f"“{example}”."
            )
        ]

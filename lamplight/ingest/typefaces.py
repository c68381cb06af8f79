"""Headings known by their type: short lines in another face or a larger size, alone above a paragraph.

Careful on purpose: emphasis inside a paragraph, a bold sentence, a row or a total of a table is no heading.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from lamplight.library.records import Box

LONGEST = 80  # characters
NUMBERED = 2  # words of a heading that may hold digits: "Item 7", "3.2 Liability"
HEIGHT_STEP = 8.0  # half points, to which a line's height agrees between two ways of finding its box
MOST_LINES = 3  # of headings above each other; more are a paragraph in bold
AT_MARGIN = 3.0  # points
COLONS = ":\uff1a"  # ASCII and full-width
LARGER = 1.15  # times the size of the page's text
TEXT_SHARE = 0.6  # of a page's characters are in one type, or nothing on it stands out
PARAGRAPH = 0.5  # of a column's width, that a paragraph's first line fills
WIDTH_STEP = 20.0  # points, to which the lines of a column are as wide
MARGIN_SHARE = 0.1  # of the lines begin at a margin
SPREAD = 1.6  # times the page's usual width of a character: the heads of a table's columns, far from each other
SEPARATE = 0.5  # line heights between a heading and what is above it


@dataclass(frozen=True, slots=True)
class TypedLine:
    """A line that begins and ends in the type `face`, `size` points high; `face` is empty if it ends in another."""

    text: str
    box: Box
    face: str
    size: float


class PageType:
    """What the type of a page says of its lines: which are headings, and which are a paragraph's."""

    def __init__(self, lines: Sequence[TypedLine] = ()) -> None:
        """From the lines of a page in reading order."""
        self._headings: dict[tuple[str, int], TypedLine] = {}
        self._apart: dict[tuple[str, int], TypedLine] = {}
        self._likely: dict[tuple[str, int], TypedLine] = {}
        self._paragraphs: set[tuple[str, int]] = set()
        face, size = _main_type(lines)
        if not face:
            return
        plain = [line for line in lines if (line.face, line.size) == (face, size)]
        width, margins = _column_width(plain), _margins(plain)
        middle = (min(line.box[0] for line in plain) + max(line.box[2] for line in plain)) / 2
        pitch = median(map(_pitch, plain))
        stack: list[TypedLine] = []
        for index, line in enumerate(lines):
            if _stands_out(line, face, size) and _pitch(line) <= SPREAD * pitch:
                self._apart.update(dict.fromkeys(_places(line), line))
                if stack or index == 0 or _is_separate(lines[index - 1], line):
                    stack.append(line)
                    continue
            is_paragraph = (  # also in larger type than a table that has most of the page
                line.face == face
                and line.size >= size
                and line.box[2] - line.box[0] >= PARAGRAPH * width
                and _pitch(line) <= SPREAD * pitch
            )
            if stack and len(stack) <= MOST_LINES and line.box[1] > stack[-1].box[1]:
                # What is neither at a margin nor in the middle may be over a column of a table.
                is_placed = any(abs(stack[0].box[0] - margin) < AT_MARGIN for margin in margins)
                is_placed |= abs(_middle(stack[0]) - middle) < AT_MARGIN
                known = self._headings if is_paragraph else self._likely if is_placed else {}
                known.update((place, heading) for heading in stack for place in _places(heading))
            if is_paragraph:
                self._paragraphs.update(_places(line))
            stack = []

    def heading(self, text: str, box: Box | None) -> TypedLine | None:
        """The heading that a line is, whichever way its box was found."""
        return self._headings.get(_place(text, box)) if box is not None else None

    def likely_heading(self, text: str, box: Box | None) -> TypedLine | None:
        """A line that is set as headings are, and has something else than a paragraph below it."""
        return self._likely.get(_place(text, box)) if box is not None else None

    def set_apart(self, text: str, box: Box | None) -> TypedLine | None:
        """A line that is set as headings are, whatever is below it."""
        return self._apart.get(_place(text, box)) if box is not None else None

    def is_paragraph(self, text: str, box: Box | None) -> bool:
        """Whether a line is one of a paragraph in the page's own type that goes over half of it."""
        return box is not None and _place(text, box) in self._paragraphs


def _main_type(lines: Sequence[TypedLine]) -> tuple[str, float]:
    """The face and size of most of a page; an empty face where nothing stands out from it."""
    amounts: Counter[tuple[str, float]] = Counter()
    for line in lines:
        amounts[line.face, line.size] += len(line.text)
    found, most = (amounts.most_common(1) or [(("", 0.0), 0)])[0]
    return found if most >= TEXT_SHARE * sum(amounts.values()) else ("", 0.0)


def _column_width(lines: Sequence[TypedLine]) -> float:
    """That of the lines that have most of the text: of one of two columns, where a page has two."""
    amounts: Counter[int] = Counter()
    for line in lines:
        step = round((line.box[2] - line.box[0]) / WIDTH_STEP)
        for near in (step - 1, step, step + 1):
            amounts[near] += len(line.text)
    return max(amounts, key=lambda step: (amounts[step], step)) * WIDTH_STEP


def _margins(lines: Sequence[TypedLine]) -> list[float]:
    """The left edges that many lines share."""
    edges = Counter(round(line.box[0]) for line in lines)
    return [float(edge) for edge, count in edges.items() if count >= MARGIN_SHARE * len(lines)]


def _middle(line: TypedLine) -> float:
    return (line.box[0] + line.box[2]) / 2


def _places(line: TypedLine) -> list[tuple[str, int]]:
    text, height = _place(line.text, line.box)
    return [(text, near) for near in (height - 1, height, height + 1)]


def _place(text: str, box: Box) -> tuple[str, int]:
    return letters(text), round((box[1] + box[3]) / HEIGHT_STEP)


def letters(text: str) -> str:
    """Letters and digits alone, by which a line is the same whichever way it was read."""
    return "".join(filter(str.isalnum, text.casefold()))


def _pitch(line: TypedLine) -> float:
    """The width of a character, as a share of the type's size."""
    return (line.box[2] - line.box[0]) / (len(line.text) * line.size or 1.0)


def _stands_out(line: TypedLine, face: str, size: float) -> bool:
    """Numbers may only stand at its beginning, and it ends as no sentence does."""
    words = line.text.split()
    if not line.face or len(line.text) > LONGEST or any(map(str.isdigit, "".join(words[NUMBERED:]))):
        return False
    last = unicodedata.category(words[-1][-1])
    ends_well = last[0] in "LN" or last in ("Pe", "Pf") or words[-1][-1] in COLONS
    differs = line.face != face and line.size >= size
    return ends_well and any(map(str.isalpha, line.text)) and (differs or line.size >= LARGER * size)


def _is_separate(above: TypedLine, line: TypedLine) -> bool:
    gap = line.box[1] - above.box[3]
    return gap < -2 * (line.box[3] - line.box[1]) or gap >= SEPARATE * (line.box[3] - line.box[1])

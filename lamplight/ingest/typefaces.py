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
MOST_LINES = 3  # of headings above each other; more are a paragraph in bold
COLONS = ":\uff1a"  # ASCII and full-width
LARGER = 1.15  # times the size of the page's text
TEXT_SHARE = 0.6  # of a page's characters are in one type, or nothing on it stands out
PARAGRAPH = 0.5  # of the width of what is printed on the page, that a paragraph's first line fills
SPREAD = 1.6  # times the page's usual width of a character: the heads of a table's columns, far from each other
SEPARATE = 0.5  # line heights between a heading and what is above it


@dataclass(frozen=True, slots=True)
class TypedLine:
    """A line that begins and ends in the type `face`, `size` points high; `face` is empty if it ends in another."""

    text: str
    box: Box
    face: str
    size: float


def headings_by_type(lines: Sequence[TypedLine]) -> list[TypedLine]:
    """A page's headings, from its lines in reading order."""
    amounts: Counter[tuple[str, float]] = Counter()
    for line in lines:
        amounts[line.face, line.size] += len(line.text)
    ((face, size), most) = (amounts.most_common(1) or [(("", 0.0), 0)])[0]
    if not face or most < TEXT_SHARE * sum(amounts.values()):
        return []
    width = max(line.box[2] for line in lines) - min(line.box[0] for line in lines)
    pitch = median(_pitch(line) for line in lines if (line.face, line.size) == (face, size))
    found: list[TypedLine] = []
    stack: list[TypedLine] = []
    for index, line in enumerate(lines):
        if (
            _stands_out(line, face, size)
            and _pitch(line) <= SPREAD * pitch
            and (stack or index == 0 or _is_separate(lines[index - 1], line))
        ):
            stack.append(line)
            continue
        is_paragraph = (line.face, line.size) == (face, size) and line.box[2] - line.box[0] >= PARAGRAPH * width
        if stack and len(stack) <= MOST_LINES and is_paragraph and line.box[1] > stack[-1].box[1]:
            found += stack
        stack = []
    return found


def _pitch(line: TypedLine) -> float:
    """The width of a character, as a share of the type's size."""
    return (line.box[2] - line.box[0]) / (len(line.text) * line.size or 1.0)


def _stands_out(line: TypedLine, face: str, size: float) -> bool:
    """A number may only stand at its beginning, and it ends as no sentence does."""
    words = line.text.split()
    if not line.face or len(line.text) > LONGEST or any(map(str.isdigit, "".join(words[1:]))):
        return False
    last = unicodedata.category(words[-1][-1])
    ends_well = last[0] in "LN" or last in ("Pe", "Pf") or words[-1][-1] in COLONS
    differs = line.face != face and line.size >= size
    return ends_well and any(map(str.isalpha, line.text)) and (differs or line.size >= LARGER * size)


def _is_separate(above: TypedLine, line: TypedLine) -> bool:
    gap = line.box[1] - above.box[3]
    return gap < -2 * (line.box[3] - line.box[1]) or gap >= SEPARATE * (line.box[3] - line.box[1])

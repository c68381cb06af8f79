"""The lines of a PDF page, taken apart where words stand far from each other: a row's label and its cells."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from lamplight.ingest.boxes import joined
from lamplight.library.records import Box

Lines = Sequence[tuple[str, Box | None]]
Words = Sequence[tuple[str, Box]]

MARK = r"(?:\s?\(?[a-z\d]\))?"  # of a footnote
CELL = re.compile(
    rf"(?:[$€£¥]\s?)?[(\-\u2212–+]?\s?(?:[$€£¥]\s?)?\d[\d.,'’]*\s?[)%]*(?:\s?(?:%|x|bps|pts|€))?\)?{MARK}"
    rf"|(?:[$€£¥]\s?)?[—–\-\u2212]+\s?%?{MARK}|n/?[ma]\.?|\*+",
    re.IGNORECASE,
)
CURRENCIES = frozenset("$€£¥")
OPENING = re.compile(r"[$€£¥(]+")  # stands at its column's edge, far before the digits
CLOSING = re.compile(r"[)%]+")
NUMBER_BEGINS = re.compile(r"[\d(—–\-.\u2212]")
OF_A_NUMBER = frozenset("0123456789.,()%*")
YEAR = re.compile(r"\(?(?:FY\s?)?(?:19|20)\d\d\)?[*,]?")
# All in heights of a line.
JOINED, SPACED = 0.1, 0.2  # what is nearer is one word, and so are letters set apart
WORD_GAP, NUMBER_GAP = 0.55, 0.3  # what is farther apart is another cell; between two numbers
OPENING_GAP, CLOSING_GAP = 25.0, 2.0
LINE_GAP = 3.0  # between two lines of one table
LOWEST = 6.0  # points that count as a line's height at least
LONG, WORDS = 0.62, 8  # of the page's width, and words: a line that begins with more is prose


@dataclass(frozen=True, slots=True)
class Segment:
    """Words of a line with no gap between them."""

    text: str
    box: Box

    @property
    def middle(self) -> float:
        """Across the page."""
        return (self.box[0] + self.box[2]) / 2

    @property
    def is_cell(self) -> bool:
        """Whether it is a number with what belongs to one, or says that there is none."""
        return CELL.fullmatch(self.text) is not None

    @property
    def is_year(self) -> bool:
        """Whether it is nothing but a year."""
        return YEAR.fullmatch(self.text) is not None


@dataclass(frozen=True)
class Row:
    """Line `line` of the page: `cells` are the numbers it ends in, `label` what stands before them."""

    line: int
    box: Box
    label: list[Segment]
    cells: list[Segment]

    @property
    def is_row(self) -> bool:
        """Whether it ends in numbers. Years alone name columns."""
        return bool(self.cells) and not all(cell.is_year for cell in self.cells)

    @property
    def names_columns(self) -> bool:
        """Whether a line without numbers, between rows, begins another table: it has parts over several columns."""
        return len(self.cells) > 1 or len(self.label) + len(self.cells) > 2

    @cached_property
    def label_text(self) -> str:
        """The label in words."""
        return " ".join(segment.text for segment in self.label)

    @cached_property
    def text(self) -> str:
        """The whole line."""
        return " ".join(segment.text for segment in (*self.label, *self.cells))


def rows_of(lines: Lines, words: Words) -> list[Row]:
    """The lines that have words, from top to bottom."""
    ordered = sorted(words, key=_middle)
    middles = [_middle(word) for word in ordered]
    rows = []
    for index, (_, box) in enumerate(lines):
        if box is None:
            continue
        first, last = bisect_left(middles, box[1]), bisect_left(middles, box[3])
        here = [word for word in ordered[first:last] if box[0] - 1 <= word[1][0] and word[1][2] <= box[2] + 1]
        if here:
            rows.append(of_segments(index, _segments(sorted(here, key=lambda word: word[1][0]), box[3] - box[1])))
    return rows


def of_segments(line: int, segments: Sequence[Segment]) -> Row:
    """A row of what stands on a line."""
    count = len(segments)
    while count and segments[count - 1].is_cell:
        count -= 1
    return Row(line, joined([one.box for one in segments]), list(segments[:count]), list(segments[count:]))


def is_prose(row: Row, width: float) -> bool:
    """Whether a line of a page so wide is running text."""
    if not 1 <= len(row.label) <= 2 or len(row.label_text.split()) <= WORDS:
        return False
    return row.label[-1].box[2] - row.label[0].box[0] > LONG * width


def is_near(above: Row, below: Row) -> bool:
    """Whether two lines may belong to one table."""
    height = max(above.box[3] - above.box[1], below.box[3] - below.box[1], LOWEST)
    return below.box[1] - above.box[3] <= LINE_GAP * height


def _segments(words: Words, height: float) -> list[Segment]:
    found: list[Segment] = []
    for text, box in words:
        between = _between(found[-1], text, box, max(height, 1.0)) if found else None
        if between is None:
            found.append(Segment(text, box))
        else:
            found[-1] = Segment(f"{found[-1].text}{between}{text}", joined([found[-1].box, box]))
    return found


def _between(last: Segment, text: str, box: Box, height: float) -> str | None:
    """What stands between a segment and the word after it; None where that begins another."""
    gap = (box[0] - last.box[2]) / height
    is_spaced = min(len(text), len(last.text.split()[-1])) == 1 or (
        text[0] in OF_A_NUMBER and last.text[-1] in OF_A_NUMBER
    )
    if gap <= (SPACED if is_spaced else JOINED):
        return ""
    if text in CURRENCIES and last.is_cell:
        return None
    if OPENING.fullmatch(last.text) and NUMBER_BEGINS.match(text) and gap <= OPENING_GAP:
        return ""
    if CLOSING.fullmatch(text) and last.is_cell and gap <= CLOSING_GAP:
        return ""
    if gap > WORD_GAP or (gap > NUMBER_GAP and last.is_cell and CELL.fullmatch(text)):
        return None
    return " "


def _middle(word: tuple[str, Box]) -> float:
    return (word[1][1] + word[1][3]) / 2

"""What stands over the columns of a table whose cells are known by how they stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from lamplight.ingest.readers.aligned_rows import Row, Segment, is_near, is_prose

IN_BRACKETS = re.compile(r"\(.*\)?")
MOST_HEADER_ROWS = 6  # lines over the first row
CAPTION = 120  # characters
BESIDE = 4.0  # points that a head may reach over the edges of its column
CENTRED = 12.0  # points between the middle of a head and that of the columns it stands over
WIDE = 0.4  # of the way between the middles of the outer ones of these


@dataclass(slots=True)
class Column:
    """A strip of the page, from `left` to `right` in points, with the numbers of the rows that have a cell in it."""

    left: float
    right: float
    rows: set[int] = field(default_factory=set)

    @property
    def middle(self) -> float:
        """Across the page."""
        return (self.left + self.right) / 2

    def share(self, left: float, right: float) -> float:
        """How much of the narrower strip both have; below 0 where they are apart."""
        shared = min(self.right, right) - max(self.left, left)
        return shared / max(1.0, min(self.right - self.left, right - left))

    def take(self, left: float, right: float, rows: Iterable[int]) -> None:
        """Reach as far as another strip, too."""
        self.left, self.right = min(self.left, left), max(self.right, right)
        self.rows.update(rows)

    def is_under(self, segment: Segment) -> bool:
        """Whether some of a segment stands over it."""
        return min(self.right + BESIDE, segment.box[2]) > max(self.left - BESIDE, segment.box[0])


def placed_under(columns: Sequence[Column], cells: Sequence[Segment]) -> list[str]:
    """The words of a row's cells, by column."""
    placed = [""] * len(columns)
    for cell in cells:
        shares = [one.share(cell.box[0], cell.box[2]) for one in columns]
        best = max(range(len(columns)), key=lambda index: shares[index])
        if shares[best] > 0:
            placed[best] = f"{placed[best]} {cell.text}".strip()
    return placed


def header_cells_of(
    rows: Sequence[Row], first: int, columns: Sequence[Column], width: float
) -> tuple[list[str], str, str]:
    """What stands over each column, over the table, and between its heads and row `first`."""
    heads: list[list[str]] = [[] for _ in columns]
    caption: list[str] = []
    group = ""
    edge = columns[0].left - BESIDE
    for index in range(first - 1, max(0, first - MOST_HEADER_ROWS) - 1, -1):
        row = rows[index]
        if row.is_row or not is_near(row, rows[index + 1]):
            break
        segments = [*row.label, *row.cells]
        over = [one for one in segments if one.box[2] > edge and one.box[0] > rows[first].box[0] + BESIDE]
        beside = [one for one in segments if one not in over]
        in_brackets = IN_BRACKETS.fullmatch(row.text) is not None
        if len(segments) == 1 and (in_brackets or _is_title(segments[0], width)):  # the unit, or the title, of all
            caption.insert(0, row.text)
        elif is_prose(row, width) or (not over and any(heads)):
            caption[:0] = [row.text] if len(row.text) <= CAPTION else []
            break
        elif not over and index == first - 1:
            group = row.text.rstrip(" :")
        else:
            for names, own in zip(heads, _over(over, columns, heads), strict=True):
                names[:0] = own
            caption[:0] = [" ".join(one.text for one in beside)] if beside else []
    if not any(heads) and group:
        caption, group = [*caption, group], ""
    return [" ".join(dict.fromkeys(head)) for head in heads], " ".join(caption), group


def _is_title(segment: Segment, width: float) -> bool:
    """Whether a line stands in the middle of a page so wide."""
    return abs(segment.middle - width / 2) <= CENTRED and not any(map(str.isdigit, segment.text))


def _over(segments: Sequence[Segment], columns: Sequence[Column], below: Sequence[Sequence[str]]) -> list[list[str]]:
    """Which of a line's segments stand over each column: over several, if over the middle of them all.

    `below` are the heads under the line. What stands over several is called so for a time, or their heads are one for
    each time or come again under another such head.
    """
    if len(segments) == len(columns):
        return [[one.text] for one in segments]
    own = [[one for one in segments if column.is_under(one)] for column in columns]
    for segment in segments:
        if not any(segment in named for named in own):
            nearest = min(range(len(columns)), key=lambda place: abs(columns[place].middle - segment.middle))
            own[nearest] = own[nearest] or [segment]
    if len(segments) < len(columns):
        heads = [" ".join(head) for head in below]
        dated = [any(map(str.isdigit, head)) or heads.count(head) > 1 for head in heads]
        for segment in segments:
            is_dated = any(map(str.isdigit, segment.text))
            first, last = _reach(segment, len(segments), columns, own, [is_dated or one for one in dated])
            for place in range(first, last + 1):
                own[place] = own[place] or [segment]
    return [[one.text for one in named] for named in own]


def _reach(
    segment: Segment, count: int, columns: Sequence[Column], own: Sequence[Sequence[Segment]], may_be: Sequence[bool]
) -> tuple[int, int]:
    """First and last column that a head, one of `count`, stands over the middle of, no other head being in between."""
    free = [place for place, named in enumerate(own) if named == [segment] or (not named and may_be[place])]
    held = [place for place, named in enumerate(own) if segment in named]
    best = (held[0], held[-1]) if held else (0, -1)
    for first in free:
        for last in free:
            inside = set(range(first, last + 1))
            if last - first <= best[1] - best[0] or not inside.issuperset(held) or not inside.issubset(free):
                continue
            span = columns[last].middle - columns[first].middle
            wide = segment.is_year or segment.box[2] - segment.box[0] >= WIDE * span
            centred = abs(segment.middle - (columns[first].left + columns[last].right) / 2) <= CENTRED
            if centred and (wide or (count == 1 and last - first + 1 == len(columns))):
                best = first, last
    return best

"""Running heads, footers and page numbers: what stands at the edge of page after page, whatever its language.

Known by where it is and that it comes back, never by its words. A number in it has to stay or to count up with the
pages: a total that is carried forward at the foot of each page does neither.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, takewhile
from statistics import median

from lamplight.ingest.document import DocumentPage, Line
from lamplight.library.records import Box

LOOK_BACK = 12  # pages; a chapter's running head has shown itself by then
FEWEST_PAGES = 3  # that have to have a line in common
MANY_PAGES = 5  # for a line in parentheses, which may be a unit, or one that follows the text up a short page
LONGEST_STEP = 4  # from one such page to the next: odd and even pages differ, and a chapter opens without a head
EDGE_LINES = 6  # of a page's top and of its bottom
BAND = 0.15  # of a page's height, in which lines that don't count pages have to be
DEEPEST_FOLLOWING = 1  # rows from the edge: a page number and a line beside it may stand right under the text
SAME_PLACE = 0.015  # of a page's height
APART = 0.8  # line heights to the body, or it is the body's first line, such as the head of a table's columns
WIDER = 1.2  # times the usual gap between lines, that the gap to the body is at least: a list may be widely spaced
SLIDE_TITLE = 1.2  # times the usual height of a line on a page wider than high: a slide's title may be its content
DIGITS = re.compile(r"\d+")
ROMAN = re.compile(r"[ivxlc]{1,7}")
ROMAN_VALUES = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}


@dataclass(frozen=True, slots=True)
class Edge:
    """A line near the top or bottom of a page. `place` is its middle as a share of the page's height, None if unknown.

    `shape` has its digits masked, `numbers` are those behind the masks; `depth` counts rows from the edge.
    """

    line: Line
    page: int
    at_top: bool
    depth: int
    place: float | None
    shape: str
    numbers: tuple[int, ...]

    @property
    def in_band(self) -> bool:
        """Whether it is within `BAND` of its page's top or bottom; also where its place is unknown."""
        return self.place is None or not BAND < self.place < 1 - BAND


@dataclass(slots=True)
class RunningHeads:
    """Takes a document's pages in order, and says of one that the next few have followed what recurs at its edges."""

    _by_shape: defaultdict[str, list[Edge]] = field(default_factory=lambda: defaultdict(list))

    def take(self, page: DocumentPage) -> None:
        """Remember what stands at both edges of the next page; nothing where there is no layout."""
        for at_top in (True, False):
            self._remember(edges_of(page, at_top))

    def take_text(self, number: int, text: str) -> None:
        """A page that an earlier run read, of which only the text is kept."""
        lines = [Line(line) for line in text.split("\n")]
        for at_top in (True, False):
            outwards = lines if at_top else lines[::-1]
            self._remember(
                [_edge(line, number, at_top, depth, None) for depth, line in enumerate(outwards[:EDGE_LINES])]
            )

    def of(self, page: DocumentPage) -> list[Line]:
        """Its lines that are running heads, footers or page numbers; the page was taken before."""
        lines = [line for at_top in (True, False) for line in self._at_edge(page, at_top)]
        self._forget(page.number - LOOK_BACK)
        return lines

    def _remember(self, edges: Sequence[Edge]) -> None:
        for edge in edges:
            self._by_shape[edge.shape].append(edge)

    def _forget(self, before: int) -> None:
        for shape in list(self._by_shape):
            kept = [edge for edge in self._by_shape[shape] if edge.page >= before]
            if kept:
                self._by_shape[shape] = kept
            else:
                del self._by_shape[shape]

    def _at_edge(self, page: DocumentPage, at_top: bool) -> list[Line]:
        """From the edge inwards as far as every row recurs; of those the last only if it is apart from the body."""
        edges = edges_of(page, at_top)
        largest = SLIDE_TITLE * _usual_height(page) if page.width > page.height else float("inf")
        recurring = {id(edge.line): self._recurrence(edge, largest) for edge in edges}
        if "counts" not in recurring.values():
            recurring = {line: "" if kind == "follows" else kind for line, kind in recurring.items()}
        rows = [[edge for edge in edges if edge.depth == depth] for depth in range(EDGE_LINES)]

        def recurs(row: list[Edge]) -> bool:
            changing = any(edge.numbers and not recurring[id(edge.line)] for edge in row)
            return not changing and any(recurring[id(edge.line)] for edge in row)

        found = list(takewhile(recurs, rows))
        inner = _boxes_of(page)
        while found and not any(recurring[id(edge.line)] == "counts" for edge in found[-1]):
            if _is_apart([edge.line.box for edge in found[-1]], inner, at_top):
                break
            found.pop()
        return [edge.line for row in found for edge in row if recurring[id(edge.line)]]

    def _recurrence(self, edge: Edge, largest: float) -> str:
        """`counts` for a line with the page's number, `stays` for one that is the same on other pages, else empty.

        `follows` for one that is the same but at any height: believed only with a page number beside it.
        """
        alike = [other for other in self._by_shape[edge.shape] if other.at_top == edge.at_top and _counts(edge, other)]
        counting = [other for other in alike if other.numbers != edge.numbers and _same_place(edge, other, True)]
        if len(_run(edge.page, {other.page for other in counting})) >= FEWEST_PAGES:
            return "counts"
        if edge.line.box and edge.line.box[3] - edge.line.box[1] > largest:
            return ""
        staying = {other.page for other in alike if _same_place(edge, other, False) and edge.in_band}
        fewest = MANY_PAGES if in_parentheses(edge.line.text) else FEWEST_PAGES
        if len(_run(edge.page, staying)) >= fewest:
            return "stays"
        following = {other.page for other in alike if edge.depth == other.depth <= DEEPEST_FOLLOWING}
        return "follows" if len(_run(edge.page, following)) >= MANY_PAGES else ""


def edges_of(page: DocumentPage, at_top: bool) -> list[Edge]:
    """The lines next to one edge, from it inwards. A table's heads are none: they are repeated to be read."""
    if not page.height:
        return []
    lines = [line for line in body_lines(page) if line.box is not None]
    lines.sort(key=lambda line: _middle(line.box), reverse=not at_top)
    heads = {id(line) for block in page.blocks if block.kind == "table" for line in block.lines[: block.header_rows]}
    edges: list[Edge] = []
    depth, row = -1, None
    for line in lines:
        if row is None or not _beside(row, line.box):
            depth, row = depth + 1, line.box
        if depth >= EDGE_LINES:
            break
        if id(line) not in heads:
            edges.append(_edge(line, page.number, at_top, depth, _middle(line.box) / page.height))
    return edges


def body_lines(page: DocumentPage) -> Iterator[Line]:
    """All but what is said about pictures."""
    return (line for block in page.blocks if block.kind != "image" for line in block.lines)


def _edge(line: Line, page: int, at_top: bool, depth: int, place: float | None) -> Edge:
    shape = "".join(line.text.casefold().split())
    bare = "".join(filter(str.isalnum, shape))
    if ROMAN.fullmatch(bare):
        return Edge(line, page, at_top, depth, place, shape.replace(bare, "#"), (roman(bare),))
    numbers = tuple(int(number) for number in DIGITS.findall(shape))
    return Edge(line, page, at_top, depth, place, DIGITS.sub("#", shape), numbers)


def roman(numeral: str) -> int:
    """The value of a numeral in small letters, a malformed one too; `KeyError` for what is not in `ROMAN_VALUES`."""
    values = [ROMAN_VALUES[letter] for letter in numeral]
    following = [*values[1:], 0]
    return sum(-value if value < after else value for value, after in zip(values, following, strict=True))


def _counts(one: Edge, other: Edge) -> bool:
    """Whether each number stays or counts up with the pages, by two where a page of the file shows two."""
    pages = one.page - other.page
    changes = {here - there for here, there in zip(one.numbers, other.numbers, strict=False)} - {0}
    return not changes or changes == {pages} or (changes == {2 * pages} and len(one.numbers) > 1)


def _same_place(one: Edge, other: Edge, counting: bool) -> bool:
    """A page number may also follow the text up a short page, as the last thing on it."""
    if one.place is None or other.place is None or (counting and one.depth == other.depth <= DEEPEST_FOLLOWING):
        return True
    return abs(one.place - other.place) <= SAME_PLACE


def _run(page: int, others: set[int]) -> list[int]:
    """Of the pages those that are reached from `page`, itself among them, in short steps."""
    run = [page]
    for direction in (1, -1):
        last = page
        for number in sorted(others, reverse=direction < 0):
            if 0 < (number - last) * direction <= LONGEST_STEP:
                run.append(number)
                last = number
    return run


def in_parentheses(text: str) -> bool:
    """Such as a unit, which is said of what it stands beside."""
    text = text.strip()
    return len(text) > 1 and unicodedata.category(text[0]) == "Ps" and unicodedata.category(text[-1]) == "Pe"


def _boxes_of(page: DocumentPage) -> list[Box]:
    return [line.box for block in page.blocks for line in block.lines if line.box is not None]


def _is_apart(row: Sequence[Box | None], others: Sequence[Box], at_top: bool) -> bool:
    boxes = [box for box in row if box is not None]
    top, bottom = min(box[1] for box in boxes), max(box[3] for box in boxes)
    if at_top:
        gaps = [box[1] - bottom for box in others if _middle(box) > bottom]
    else:
        gaps = [top - box[3] for box in others if _middle(box) < top]
    apart = max(APART * max(box[3] - box[1] for box in boxes), WIDER * _usual_gap(others))
    return not gaps or min(gaps) >= apart


def _usual_gap(boxes: Sequence[Box]) -> float:
    """Between a line and the next one under it."""
    ordered = sorted(boxes, key=_middle)
    gaps = [below[1] - above[3] for above, below in pairwise(ordered)]
    return median([gap for gap in gaps if gap > 0] or [0.0])


def _usual_height(page: DocumentPage) -> float:
    return median([box[3] - box[1] for box in _boxes_of(page)] or [0.0])


def _middle(box: Box | None) -> float:
    assert box is not None
    return (box[1] + box[3]) / 2


def _beside(row: Box, box: Box | None) -> bool:
    """Whether a box is on the height of a row."""
    return row[1] < _middle(box) < row[3] or (box is not None and box[1] < _middle(row) < box[3])

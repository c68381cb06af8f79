"""Tables of a PDF page whose heads are plain words: "Date, Details, Paid out, Paid in, Balance".

Heads are known by where they stand: each cell of nearly every row under the line has one head over it that no other
cell of that row has. Then a row keeps its empty cells, so that what was paid in isn't taken for what was paid out,
and a table that goes on on the next page has its heads there too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lamplight.ingest.boxes import both
from lamplight.ingest.document import Block, Line
from lamplight.ingest.tables import SEPARATOR
from lamplight.library.records import Box

Words = Sequence[tuple[str, Box]]

CELL_GAP = 0.8  # of a word's height, between two cells; between two words it is a third
FEWEST_COLUMNS = 3
FEWEST_ROWS = 3
LONGEST_HEAD = 40  # characters
NEAR = 3.0  # line heights between the heads and the first row
FIT = 0.8  # of the rows have one head over each cell
TITLES = 3  # lines of a table that may stand over its rows, heads included
TOP_LINES = 3  # of a page, above a table that goes on from the page before
ALIGNED = 4.0  # points between edges that are the same


@dataclass(frozen=True, slots=True)
class HeaderRow:
    """The names of a table's columns and where they stand across the page."""

    names: tuple[str, ...]
    places: tuple[tuple[float, float], ...]


def is_headless(block: Block) -> bool:
    """Whether it is a table of `FEWEST_ROWS` lines or more, of which neither the heads nor the cells are known."""
    return (
        block.kind == "table" and not block.header_rows and len(block.lines) >= FEWEST_ROWS and not is_laid_out(block)
    )


def is_laid_out(block: Block) -> bool:
    """Whether its cells are known already."""
    return any(SEPARATOR in line.text for line in block.lines)


def name_columns(blocks: list[Block], words: Words, above: HeaderRow | None) -> HeaderRow | None:
    """Give tables without heads those that stand over them, or that a table at the end of the page before had.

    The heads of the page's last table are returned, if it is followed by next to nothing.
    """
    last: HeaderRow | None = None
    for index, block in reversed(list(enumerate(blocks))):
        if not is_headless(block):
            continue
        before = blocks[index - 1].lines if index and blocks[index - 1].kind == "text" else []
        found = _heads_over(block, before, words)
        lines_above = sum(len(one.lines) for one in blocks[:index])
        if found is None and above is not None and lines_above < TOP_LINES:
            found = (above, 0, None) if _fit(above, [_cells(line, words) for line in block.lines]) else None
        if found is None:
            continue
        heads, first, place = found
        titles, block.lines = block.lines[:first], block.lines[first:]
        if titles[:-1]:
            blocks.insert(index, Block("text", titles[:-1], block.headings))
        _lay_out(block, heads, [_cells(line, words) for line in block.lines], place)
        below = blocks[blocks.index(block) + 1 :]
        if last is None and sum(len(one.lines) for one in below) < TOP_LINES:
            last = heads
    blocks[:] = [block for block in blocks if block.lines]
    return last


def _heads_over(block: Block, before: list[Line], words: Words) -> tuple[HeaderRow, int, Box | None] | None:
    """A table's heads, which of its lines is the first row, where they stood; taken from above it if there."""
    for number, line in enumerate(block.lines[:TITLES]):
        heads = _heads(line, words)
        if heads and _fit(heads, [_cells(row, words) for row in block.lines[number + 1 :]]):
            return heads, number + 1, line.box
    if before and _is_near(before[-1], block.lines[0]):
        heads = _heads(before[-1], words)
        if heads and _fit(heads, [_cells(row, words) for row in block.lines]):
            return heads, 0, before.pop().box
    return None


def _is_near(head: Line, row: Line) -> bool:
    if head.box is None or row.box is None:
        return False
    height = max(head.box[3] - head.box[1], row.box[3] - row.box[1])
    return -height < row.box[1] - head.box[3] <= NEAR * height


def _heads(line: Line, words: Words) -> HeaderRow | None:
    cells = _cells(line, words)
    named = all(any(map(str.isalpha, text)) and not any(map(str.isdigit, text)) for text, _ in cells)
    if len(cells) < FEWEST_COLUMNS or not named or any(len(text) > LONGEST_HEAD for text, _ in cells):
        return None
    return HeaderRow(tuple(text for text, _ in cells), tuple((box[0], box[2]) for _, box in cells))


def _cells(line: Line, words: Words) -> list[tuple[str, Box]]:
    """A line's words, those close to each other together."""
    if line.box is None:
        return []
    left, top, right, bottom = line.box
    here = [
        (text, box)
        for text, box in words
        if top <= (box[1] + box[3]) / 2 <= bottom and left - 1 <= box[0] and box[2] <= right + 1
    ]
    cells: list[tuple[str, Box]] = []
    for text, box in sorted(here, key=lambda word: word[1][0]):
        if cells and box[0] - cells[-1][1][2] <= CELL_GAP * (bottom - top):
            words_before, place = cells[-1]
            cells[-1] = (f"{words_before} {text}", both(place, box))
        else:
            cells.append((text, box))
    return cells


def _columns(heads: HeaderRow, cells: Iterable[tuple[str, Box]]) -> list[int] | None:
    """Which head each cell has over it; None where that isn't sure."""
    found: list[int] = []
    for _, box in cells:
        over = [index for index, (left, right) in enumerate(heads.places) if min(right, box[2]) > max(left, box[0])]
        if not over:
            over = [
                index
                for index, (left, right) in enumerate(heads.places)
                if min(abs(left - box[0]), abs(right - box[2])) <= ALIGNED
            ]
        if len(over) != 1 or over[0] in found:
            return None
        found += over
    return found


def _fit(heads: HeaderRow, rows: Sequence[list[tuple[str, Box]]]) -> bool:
    columns = [_columns(heads, row) for row in rows]
    sure = [found for found in columns if found]
    used = {index for found in sure for index in found}
    several = sum(len(found) > 1 for found in sure)
    return len(sure) >= FIT * len(rows) and several >= FEWEST_ROWS and len(used) == len(heads.names)


def _lay_out(block: Block, heads: HeaderRow, rows: Sequence[list[tuple[str, Box]]], place: Box | None) -> None:
    """Write the table as sheets are written, its heads first. Heads from another page stand at the first row's edge."""
    first = block.lines[0].box
    if place is None and first is not None:
        place = (first[0], first[1], first[2], first[1])
    for line, cells in zip(block.lines, rows, strict=True):
        columns = _columns(heads, cells)
        if columns and len(columns) > 1:
            texts = [""] * len(heads.names)
            for index, (text, _) in zip(columns, cells, strict=True):
                texts[index] = text
            line.text = SEPARATOR.join(texts).strip()
    block.lines = [Line(SEPARATOR.join(heads.names), place), *block.lines]
    block.header_rows = 1

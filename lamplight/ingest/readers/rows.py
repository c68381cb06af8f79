"""Tables among the lines of a page that has no marks for them: rows of numbers, and the heads above them.

Careful on purpose: heads are only what names periods or a unit, and cells are only kept where every row fits
its heads. A table that isn't sure stays lines of text, which are searched all the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from lamplight.ingest.document import Block, Line
from lamplight.library.records import Box, Table

Lines = Sequence[tuple[str, Box | None]]

NUMBER = re.compile(r"(?<![\w.])[(\-$€£]*\d[\d.,]*%?\)?(?!\w)")
MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?"
PERIOD = rf"(?:{MONTH}\s+\d{{1,2}},?(?:\s+(?:19|20)\d\d)?|(?:Q[1-4]|FY)?\s?(?:19|20)\d\d|Q[1-4]|\(?Level\s\d\)?)"
CHANGE = r"(?:[%$]\s*)?(?:change|variance|B/\(W\))(?:\s*%)?"
PERIODS = re.compile(rf"(?:{PERIOD}(?:[\s,*|%$]|vs\.?|\(\w\))*){{2,}}(?:{CHANGE}\s*)*$", re.I)
COLUMN = re.compile(rf"{PERIOD}(?:\s+vs\.?\s+{PERIOD})?|{CHANGE}|\btotal\b", re.I)
UNIT = re.compile(r"\((?=[^)]*\b(?:in|millions?|thousands?|billions?|dollars|amounts|unaudited)\b)[^)]{2,90}\)?", re.I)
SENTENCE = re.compile(r"[.;!?]\s*$")
CELL = re.compile(r"[($€£\-\u2212–]*\d[\d,.]*%?\)?%?|[$€£]?[—–-]+%?|n/?[am]", re.I)
CURRENCY_APART = re.compile(r"([$€£])\s+(?=[\d(—–-])")
PERCENT_APART = re.compile(r"(?<=[\d)—–-])\s+(?=%)")
ROW_NUMBERS = 2  # in a line, that make it a row
NUMBERS_SHARE = 0.3  # of a line's words, that make it a row whatever its end
LABEL = 90  # characters; a longer line without numbers is prose
LABELS_BETWEEN = 3  # lines such as "Current assets:" inside a table
LABELS_BEFORE_ROWS = 3  # such lines between the heads and the first row
TITLES = 2  # lines above the periods that belong to the heads
MOST_HEADER_ROWS = 5
LINE_GAP = 2.0  # line heights between a head and what is under it
FEWEST_ROWS = 2
LABELLED_SHARE = 0.7  # of the rows have a label that is no further number, or a column's head was not understood
UNFIT_SHARE = 0.1  # of a table's rows may have other cells than its heads, for its cells to be kept


def blocks_of_rows(lines: Lines, headings: tuple[str, ...]) -> list[Block]:
    """Neighbouring lines as blocks of text and tables; a lone row between paragraphs stays with them."""
    kinds = [_kind(text) for text, _ in lines]
    blocks: list[Block] = []
    done = 0
    while done < len(lines):
        first, last, heads = _next_table(lines, kinds, done)
        if done < first:
            blocks.append(Block("text", _as_lines(lines[done:first]), headings))
        if first < last:
            blocks.append(Block("table", _as_lines(lines[first:last]), headings, heads))
        done = last
    return blocks


def table_of_rows(block: Block, page: int) -> Table | None:
    """The cells of a table whose rows all end in as many numbers as its heads name periods; else None."""
    if block.kind != "table" or not block.header_rows:
        return None
    columns: list[str] = []
    for head in block.lines[: block.header_rows]:
        found = [" ".join(match.split()) for match in COLUMN.findall(head.text)]
        columns = found if PERIODS.search(head.text) and len(found) >= len(columns) else columns
    rows, boxes, unfit = [], [], 0
    for line in block.lines[block.header_rows :]:
        label, cells = _cells(line.text, len(columns))
        if len(cells) == len(columns) or not cells:
            rows.append([label, *(cells or [""] * len(columns))])
            boxes.append(line.box)
        else:
            unfit += 1
    filled = [row[0] for row in rows if any(row[1:])]
    labelled = sum(bool(label) and not _is_cell(label.split()[-1]) for label in filled)
    if len(columns) < ROW_NUMBERS or len(filled) < FEWEST_ROWS or labelled < LABELLED_SHARE * len(filled):
        return None
    if unfit > UNFIT_SHARE * (len(filled) + unfit):
        return None
    heads = [head.text for head in block.lines[: block.header_rows]]
    name = " ".join(text for text in heads if not PERIODS.search(text) and not UNIT.match(text)) or heads[0]
    places = [box for box in boxes if box is not None]
    return Table(page, name, ["", *columns], rows, places if len(places) == len(rows) else [])


def _kind(text: str) -> str:
    """`periods`, `unit`, `row`, `label`, `long` (perhaps a label that goes on in the next line) or `prose`."""
    has_digits = any(map(str.isdigit, text))  # or the two slow patterns can't match
    if has_digits and len(text) <= 2 * LABEL and PERIODS.search(text) and len(PERIODS.sub("", text)) <= LABEL:
        return "periods"
    if len(_cells(text, ROW_NUMBERS)[1]) == ROW_NUMBERS:
        return "row"
    numbers = len(NUMBER.findall(text)) if has_digits else 0
    if numbers >= ROW_NUMBERS and numbers >= NUMBERS_SHARE * len(text.split()):
        return "row"
    if len(text) <= LABEL and UNIT.search(text):
        return "unit"
    if SENTENCE.search(text.rstrip(": ")):
        return "prose"
    return "label" if len(text) <= LABEL else "long"


def _next_table(lines: Lines, kinds: list[str], start: int) -> tuple[int, int, int]:
    """First line, end and number of heads of the next table from `start` on; empty and at the end if there is none."""
    for first in range(start, len(lines)):
        if kinds[first] != "row":
            continue
        last = _end(kinds, first)
        begin, heads = _heads(lines, kinds, start, first)
        if kinds[first:last].count("row") >= FEWEST_ROWS or (heads and kinds[begin:first].count("periods")):
            return begin, last, heads
    return len(lines), len(lines), 0


def _end(kinds: list[str], first: int) -> int:
    """Where a table ends that has its first row at `first`: after its last row before prose or other heads."""
    last = first + 1
    for index in range(first + 1, len(kinds)):
        if kinds[index] == "row":
            last = index + 1
        elif kinds[index] not in ("label", "long") or index - last >= (
            LABELS_BETWEEN if kinds[index] == "label" else 1
        ):
            break
    return last


def _heads(lines: Lines, kinds: list[str], start: int, first: int) -> tuple[int, int]:
    """Where the table with its first row at `first` begins, its heads included, and how many they are."""
    strong = [
        index
        for index in range(first - 1, max(start, first - MOST_HEADER_ROWS - LABELS_BEFORE_ROWS) - 1, -1)
        if _joined(lines, kinds, index, first)
    ]
    named = [index for index in strong if kinds[index] in ("periods", "unit")]
    if not named or first - named[0] - 1 > LABELS_BEFORE_ROWS:
        return first, 0
    begin = named[-1]
    for index in range(begin - 1, max(start, begin - TITLES) - 1, -1):
        if kinds[index] != "label" or not _near(lines[index][1], lines[index + 1][1]):
            break
        begin = index
    begin = max(begin, named[0] + 1 - MOST_HEADER_ROWS)
    return begin, named[0] + 1 - begin


def _joined(lines: Lines, kinds: list[str], index: int, first: int) -> bool:
    """Whether nothing but heads and labels, closely set, stands between a line and the first row."""
    between = range(index, first)
    return all(kinds[line] in ("periods", "unit", "label") for line in between) and all(
        _near(lines[line][1], lines[line + 1][1]) for line in between
    )


def _near(above: Box | None, below: Box | None) -> bool:
    if above is None or below is None:
        return True
    height = max(above[3] - above[1], below[3] - below[1], 1.0)
    return below[1] - above[3] <= LINE_GAP * height


def _cells(text: str, count: int) -> tuple[str, list[str]]:
    """A row's label and up to `count` cells from its right end."""
    words = PERCENT_APART.sub("", CURRENCY_APART.sub(r"\1", text)).split()
    cells: list[str] = []
    while words and len(cells) < count and _is_cell(words[-1]):
        cells.insert(0, words.pop())
    return " ".join(words), cells


def _is_cell(word: str) -> bool:
    """The end of `(Note 16)` is none."""
    return CELL.fullmatch(word) is not None and (word.count(")") <= word.count("("))


def _as_lines(lines: Lines) -> list[Line]:
    return [Line(text, box) for text, box in lines]

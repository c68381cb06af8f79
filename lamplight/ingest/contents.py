"""Tables of contents: rows that end in page numbers which count up, with dots that lead to them or without."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lamplight.ingest.document import DocumentPage, Line
from lamplight.ingest.running_heads import ROMAN, body_lines, roman

PAGE = re.compile(r"(?<!\d[.,])(?P<prefix>[A-Z]{0,2}-?)(?P<number>\d{1,4}|[ivxlc]{1,7})$")
LEAD = ".…·‥・_- \t\xa0"  # what leads from a title to its page
LEADERS = re.compile(r"(?:[.·‥・_]\s?){4,}|…{2,}")
LONGEST_PAGE = 10  # characters, with what stands before it
AMOUNT = re.compile(r"[\d,.]*\d[%)]?")
YEAR = re.compile(r"\d{4}")
FEWEST_ENTRIES = 6  # so many numbers don't count up by chance
FEWEST_WITH_LEADERS = 4
BETWEEN = 2  # rows between two entries: the name of a part, or the beginning of a long title
MOST_TITLES = 4  # rows between the page's top and the first entry: "Contents", "Page"
TITLE = 60  # characters
ORDERED_SHARE = 0.75  # of a page's entries are in order, or it is a price list
BEYOND = 1.2  # times a document's pages, and a few that are not numbered: no page number is higher
BEYOND_MORE = 10


@dataclass(frozen=True, slots=True)
class _Entry:
    row: int
    prefix: str
    number: int
    leaders: bool


def contents_of(page: DocumentPage, furniture: Sequence[Line], pages: int) -> list[Line]:
    """A page's lines that are a table of contents, given what else on it is furniture.

    `pages` is how many the document has, 0 if that isn't known; then only dotted lines are believed.
    """
    known = {id(line) for line in furniture}
    rows = _rows([line for line in body_lines(page) if id(line) not in known])
    entries = [entry for index, row in enumerate(rows) if (entry := _entry(index, row)) is not None]
    if not pages:
        entries = [entry for entry in entries if entry.leaders]
    runs = [run for run in _runs(entries) if _is_contents(run, pages)]
    if sum(map(len, runs)) < ORDERED_SHARE * len(entries):
        return []
    found: list[Line] = []
    for run in runs:
        first, last = run[0].row, run[-1].row
        titles = rows[:first]
        if len(titles) <= MOST_TITLES and all(len(_text(title)) <= TITLE for title in titles):
            first = 0
        found += [line for row in rows[first : last + 1] for line in row]
    return found


def _entry(index: int, row: list[Line]) -> _Entry | None:
    text = _text(row)
    match = PAGE.search(text, max(0, len(text) - LONGEST_PAGE))
    if match is None:
        return None
    before = text[: match.start()]
    title = before.rstrip(LEAD)
    leaders = LEADERS.search(before, len(title)) is not None
    if before == title or not any(map(str.isalpha, title)):
        return None
    last = title.split()[-1]
    if not leaders and AMOUNT.fullmatch(last) and not YEAR.fullmatch(last):
        return None
    if ROMAN.fullmatch(match["number"]):
        return _Entry(index, "roman", roman(match["number"]), leaders)
    return _Entry(index, match["prefix"], int(match["number"]), leaders)


def _runs(entries: Sequence[_Entry]) -> list[list[_Entry]]:
    runs: list[list[_Entry]] = []
    for entry in entries:
        last = runs[-1][-1] if runs else None
        near = last is not None and entry.row - last.row <= BETWEEN + 1
        if near and last is not None and (entry.prefix != last.prefix or entry.number >= last.number):
            runs[-1].append(entry)
        else:
            runs.append([entry])
    return runs


def _is_contents(run: Sequence[_Entry], pages: int) -> bool:
    fewest = FEWEST_WITH_LEADERS if sum(entry.leaders for entry in run) * 2 > len(run) else FEWEST_ENTRIES
    distinct = {(entry.prefix, entry.number) for entry in run}
    highest = max(entry.number for entry in run)
    return (
        len(run) >= fewest and len(distinct) * 2 >= len(run) and (not pages or highest <= BEYOND * pages + BEYOND_MORE)
    )


def _rows(lines: Sequence[Line]) -> list[list[Line]]:
    """Lines beside each other make a row: some files have the page numbers in a column of their own."""
    if any(line.box is None for line in lines):
        return [[line] for line in lines]
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: line.box[1] + line.box[3] if line.box else 0.0):
        box, last = line.box, rows[-1][-1].box if rows else None
        if box and last and last[1] < (box[1] + box[3]) / 2 < last[3]:
            rows[-1].append(line)
        else:
            rows.append([line])
    for row in rows:
        row.sort(key=lambda line: line.box[0] if line.box else 0.0)
    return rows


def _text(row: Sequence[Line]) -> str:
    return " ".join(line.text.strip() for line in row)

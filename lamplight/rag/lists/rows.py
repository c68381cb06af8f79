"""The rows of tables, and of what is laid out as one, as lists."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from lamplight.rag.columns import SEPARATOR
from lamplight.rag.lists.parts import SEVERAL, LaidOutSentence, TitledItems, held_in
from lamplight.rag.sentences import Sentence, is_item, is_row


def columns_of(lines: Sequence[LaidOutSentence]) -> Iterator[TitledItems]:
    """Each head of each table with the rows that have something under it."""
    for heads, rows in _tables(lines):
        for place, head in enumerate(heads):
            if any(map(str.isalpha, head)):
                items = [row.sentence for row in rows if _filled(row.text, place, len(heads))]
                yield TitledItems(head, items, "column")


def filtered_of(lines: Sequence[LaidOutSentence]) -> Iterator[TitledItems]:
    """The rows of each table of which a cell says the same: all that are urgent, all of one street."""
    for heads, rows in _tables(lines):
        for place, head in enumerate(heads):
            alike: dict[str, list[Sentence]] = {}
            for row in rows:
                if _filled(row.text, place, len(heads)):
                    alike.setdefault(cells(row.text)[place].lower(), []).append(row.sentence)
            for said, own in alike.items():
                if SEVERAL <= len(own) < len(rows):
                    yield TitledItems(f"{head}: {said}", own, "filter")


def runs_of(lines: Sequence[LaidOutSentence]) -> Iterator[TitledItems]:
    """Items that follow each other, called by the line before them."""
    before = ""
    for are_items, group in groupby(lines, key=lambda line: is_item(line.text)):
        run = list(group)
        if are_items and len(run) >= SEVERAL:
            yield TitledItems(before, [line.sentence for line in run], "run")
        before = run[-1].text


def rows_with(wanted: Sequence[str], lines: Sequence[LaidOutSentence]) -> list[Sentence]:
    """Rows and items that hold a word of what is asked for, the most of them; none if it is one row alone."""
    rows = [line for line in lines if line.first and (is_item(line.text) or len(cells(line.text)) > 1)]
    held = [sum(held_in(wanted, line.text)) for line in rows]
    most = max(held, default=0)
    found = [line.sentence for line, count in zip(rows, held, strict=True) if most and count == most]
    return found if SEVERAL <= len(found) < len(rows) else []


def _tables(lines: Sequence[LaidOutSentence]) -> Iterator[tuple[list[str], list[LaidOutSentence]]]:
    """Heads and rows of what is a table, or is laid out as one by gaps; one that is cut is whole again."""
    tables: list[list[LaidOutSentence]] = []
    run: list[LaidOutSentence] = []
    for line in [*lines, None]:
        is_in_table = line is not None and line.first and (is_table_row(line.text) or is_row(line.text))
        if line is None or not is_in_table or (run and _begins_table(line, run)):
            if len(run) >= SEVERAL and tables and tables[-1][0].text == run[0].text:
                tables[-1] += run[1:]  # each part of a table that is cut has its heads
            elif len(run) >= SEVERAL:
                tables.append(run)
            run = []
        if line is not None and is_in_table:
            run.append(line)
    return ((cells(rows[0].text), rows[1:]) for rows in tables if len(rows) > SEVERAL)


def _begins_table(line: LaidOutSentence, run: Sequence[LaidOutSentence]) -> bool:
    """Whether a row that opens a passage is the heads of the same table again, or of another one: without a figure."""
    is_first = line.sentence.passage.id != run[-1].sentence.passage.id
    is_of_words = is_table_row(line.text) and not any(map(str.isdigit, line.text))
    return is_first and (is_of_words or line.text == run[0].text)


def is_table_row(line: str) -> bool:
    """Whether a line has cells that are set apart as such."""
    return SEPARATOR in line


def cells(text: str) -> list[str]:
    """Those of a row."""
    return [cell.strip() for cell in (text.split(SEPARATOR) if SEPARATOR in text else re.split(r"\s{2,}|\t", text))]


def _filled(row: str, place: int, count: int) -> bool:
    own = cells(row)
    return len(own) == count and any(map(str.isalnum, own[place]))

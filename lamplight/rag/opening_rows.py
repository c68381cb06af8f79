"""What a form or a letter says in rows before its text: who, what, when; and what its amounts come to.

No words are looked at: rows of two cells that stand before the first section, and a row whose amount is the sum of
those above it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from lamplight.library.records import Passage
from lamplight.rag.lexicon.quantities import quantities_of
from lamplight.rag.sentences import Sentence, is_row, units_of

CELLS = re.compile(r"\s*\|\s*|\s{2,}|\t+|:\s+(?=\S)")
LETTERHEAD = 3  # lines before the first row, at most
MOST = 8  # rows
FEWEST_PARTS = 2  # of a sum
LABEL_WORDS = 5
NEGATIVE = re.compile("[-–\u2212(]\\s*\\D{0,3}$")  # before an amount
CENT = 0.005


def opening_rows(chunks: Sequence[Passage]) -> list[tuple[str, str, Sentence]]:
    """Label, value and row of each, in reading order; none of a document that begins with its text.

    Of the first page alone.
    """
    units = [unit for chunk in chunks if chunk.page == chunks[0].page for unit in units_of(chunk)]
    rows: list[tuple[str, str, Sentence]] = []
    for number, unit in enumerate(units):
        pair = _pair(unit.text)
        if rows and unit.passage.header != rows[0][2].passage.header:
            break
        if pair is not None:
            rows.append((*pair, unit))
        elif rows or number >= LETTERHEAD:
            break
    return rows[:MOST] if len(rows) > 1 else []


def sum_rows(chunks: Sequence[Passage]) -> list[tuple[str, str, Sentence]]:
    """The same of rows whose last amount is the sum of those of the rows above."""
    return list(_sums([unit for chunk in chunks for unit in units_of(chunk)]))


def _pair(text: str) -> tuple[str, str] | None:
    if not is_row(text):
        return None
    label, *values = (cell.strip() for cell in CELLS.split(text.strip()))
    is_label = label and len(label.split()) <= LABEL_WORDS and not any(map(str.isdigit, label))
    return (label, values[0]) if is_label and len(values) == 1 and values[0] else None


def _sums(units: Sequence[Sentence]) -> Iterator[tuple[str, str, Sentence]]:
    told = [unit for unit in units if any(map(str.isalnum, unit.text))]  # no rule above a sum
    for of_rows, group in groupby(told, lambda unit: is_row(unit.text)):
        parts: list[float] = []
        for unit in group if of_rows else ():
            cells = [cell.strip() for cell in CELLS.split(unit.text.strip()) if cell.strip()]
            amount = _amount(cells[-1]) if len(cells) > 1 else None
            if amount is None:
                parts = []
                continue
            if len(parts) >= FEWEST_PARTS and abs(sum(parts) - amount) < CENT:
                yield cells[0], cells[-1], unit
                parts = []
                continue
            parts.append(amount)


def _amount(cell: str) -> float | None:
    found = quantities_of(cell)
    if not found or not (found[-1].decimals or found[-1].currency):
        return None
    value = abs(found[-1].value)
    return -value if found[-1].value < 0 or NEGATIVE.search(cell[: found[-1].start]) else value

"""Which cell of a table's row a question asks for: the one under the head, or the year, that the question names.

Without a head that is named more than the others, none: a number beside the right one looks as sure as it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from lamplight.rag.lexicon.dates import years_in_order
from lamplight.rag.lexicon.quantities import column_numbers
from lamplight.rag.periods import periods_of
from lamplight.rag.sentences import LETTERS, stems

SEPARATOR = " | "
MOST_HEADER_WORDS, REPEATED = 14, 3  # words of a row, and times that one of them stands in it
NAMING_WORDS = 2  # of a head: a question about a train may not ask for the column "Train"
PAIR = re.compile(r"([^\W\d_][^,:;|\d]*?)\s+(-?\d(?:[\d.,]*\d)?)(?=[,;]|$)")  # a name and its value
WORD = re.compile(r"[^\W\d_]+")
BEHIND = re.compile(r"\s*([^\W\d_]+)")
Span = tuple[int, int]


def header_row_of(row: str, lines: Sequence[str]) -> str:
    """The line above `row` that names its columns: as many cells without amounts, or a year for each number.

    Empty when there is none or `row` is not one of `lines`.
    """
    if row not in lines:
        return ""
    above = lines[: lines.index(row)]
    if SEPARATOR in row:
        group = [line for line in above if line.count(SEPARATOR) == row.count(SEPARATOR)]
        return group[0] if group and not any(map(_is_amount, group[0].split(SEPARATOR))) else ""
    numbers = len(column_numbers(row))
    for line in reversed(above):
        years = years_in_order(line)
        if len(set(years)) >= 2 and len(years) == numbers:  # "LOT 1851-A & 1851-B" names no columns
            return line
    return ""


def names_columns(row: str) -> bool:
    """Whether a row can only be the heads of columns: its numbers are years, or it says one thing for each of them."""
    numbers = column_numbers(row)
    if len(numbers) > 1 and all(number.is_year for number in numbers):
        return True
    words = WORD.findall(row.lower())
    # "410 kg, 455 kg, 520 kg" are values in one unit.
    behind = [BEHIND.match(row.lower(), number.end) for number in numbers if not number.is_year]
    units = {match[1] for match in behind if match}
    return len(words) <= MOST_HEADER_WORDS and any(words.count(word) >= REPEATED for word in words if word not in units)


def year_cell(question: str, row: str, heads: str) -> Span | None:
    """Start and end of the cell or number in `row` under the one year of `heads` that `question` names."""
    years = years_in_order(heads)
    wanted = [year for year in periods_of(question).years if years.count(year) == 1]
    if len(wanted) != 1:
        return None
    if SEPARATOR in row:
        names = heads.split(SEPARATOR)
        return _cell(row, next(index for index, name in enumerate(names) if str(wanted[0]) in name), len(names))
    numbers = column_numbers(row)
    if len(years) != len(numbers):
        return None
    number = numbers[years.index(wanted[0])]
    return _trimmed(row, number.start, number.end)


def named_cell(question: str, row: str, heads: str) -> Span | None:
    """Start and end of the cell in `row` under the head of which `question` has most words, and more than one."""
    names = heads.split(SEPARATOR)
    if SEPARATOR not in row or not heads:
        return None
    asked = stems(question)
    shares = [len(asked & stems(name)) / max(len(stems(name)), 1) for name in names]
    best = max(range(len(shares)), key=lambda index: shares[index])
    if shares[best] == 0 or shares.count(shares[best]) > 1 or len(asked & stems(names[best])) < NAMING_WORDS:
        return None
    span = _cell(row, best, len(names))
    # A cell that the question names tells nothing.
    return None if span is None or (stems(row[slice(*span)]) and asked >= stems(row[slice(*span)])) else span


def paired_cell(question: str, row: str) -> Span | None:
    """Start and end of the value behind the one name that `question` has: 4.4 in "Product 2: Asia 2.5, USA 4.4"."""
    label, colon, rest = row.partition(":")
    pairs = list(PAIR.finditer(rest)) if colon and stems(label) <= stems(question) else []
    asked = stems(question)
    named = [pair for pair in pairs if (name := stems(pair[1])) and name <= asked]
    if len(pairs) < 2 or len(named) != 1:
        return None
    start = len(label) + len(colon)
    return start + named[0].start(2), start + named[0].end(2)


def _cell(row: str, column: int, columns: int) -> Span | None:
    cells = row.split(SEPARATOR)
    if len(cells) != columns or not cells[column].strip():
        return None
    start = sum(len(cell) + len(SEPARATOR) for cell in cells[:column])
    return _trimmed(row, start, start + len(cells[column]))


def _trimmed(row: str, start: int, end: int) -> Span:
    text = row[start:end]
    return start + len(text) - len(text.lstrip()), end - (len(text) - len(text.rstrip()))


def _is_amount(cell: str) -> bool:
    """Whether a cell is a number, which isn't a year, with hardly anything else."""
    return not LETTERS.search(cell) and any(not number.is_year for number in column_numbers(cell))

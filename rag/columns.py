"""Which cell of a table's row a question asks for: the one under the head, or the year, that the question names.

Without a head that is named more than the others, none: a number beside the right one looks as sure as it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.lexicon.quantities import column_numbers, years_in_order
from rag.query import FISCAL_YEAR
from rag.sentences import stems

SEPARATOR = " | "
Span = tuple[int, int]


def heads_of(row: str, lines: Sequence[str]) -> str:
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
        if len(years) >= 2 and len(years) == numbers:
            return line
    return ""


def years_of(question: str) -> list[int]:
    """The years that a question names, "FY22" too, in their order."""
    spelled = FISCAL_YEAR.sub(lambda match: f" {match[1] or f'20{match[2]}'} ", question)
    return list(dict.fromkeys(years_in_order(spelled)))


def year_cell(question: str, row: str, heads: str) -> Span | None:
    """Start and end of the number in `row` under the one year of `heads` that `question` names."""
    years, numbers = years_in_order(heads), column_numbers(row)
    wanted = [year for year in years_of(question) if year in years]
    if len(wanted) != 1 or years.count(wanted[0]) != 1 or len(years) != len(numbers):
        return None
    number = numbers[years.index(wanted[0])]
    return _trimmed(row, number.start, number.end)


def named_cell(question: str, row: str, heads: str) -> Span | None:
    """Start and end of the cell in `row` under the head whose words `question` has most of."""
    cells, names = row.split(SEPARATOR), heads.split(SEPARATOR)
    if len(cells) != len(names) or len(cells) < 2:
        return None
    asked = stems(question) | {str(year) for year in years_of(question)}
    shares = [len(asked & stems(name)) / max(len(stems(name)), 1) for name in names]
    best = max(range(len(shares)), key=lambda index: shares[index])
    if shares[best] == 0 or shares.count(shares[best]) > 1 or not cells[best].strip():
        return None
    if asked & stems(cells[best]) and len(stems(cells[best]) - asked) == 0:
        return None  # the cell is what the question names, so it tells nothing
    start = sum(len(cell) + len(SEPARATOR) for cell in cells[:best])
    return _trimmed(row, start, start + len(cells[best]))


def _trimmed(row: str, start: int, end: int) -> Span:
    text = row[start:end]
    return start + len(text) - len(text.lstrip()), end - (len(text) - len(text.rstrip()))


def _is_amount(cell: str) -> bool:
    """Whether a cell is a number, which isn't a year, with hardly anything else."""
    words = re.search(r"(?:[^\W\d_][\W\d_]*){3}", cell)
    return not words and any(not number.is_year for number in column_numbers(cell))

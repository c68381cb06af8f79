"""A table as programs see it: its cells as words, numbers and days, and each column's kind."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from lamplight.library.records import Table
from lamplight.rag.lexicon.amounts import comma_decimal_in, first_number, parse_amount
from lamplight.rag.lexicon.dates import dates_of, parse_dates, years_in_order
from lamplight.rag.lexicon.numbers import DIGITS, SIGNS
from lamplight.rag.programs.timing import NAMED_QUARTER, ORDINALS

ColumnType = Literal["text", "number", "mixed", "date"]

ALONE = re.compile(rf"[^a-z]{{0,3}}[-+]?[{SIGNS}]?\s?(?:{DIGITS})\D{{0,12}}", re.IGNORECASE)
LETTER = re.compile(r"[^\W\d_]")
THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
SEPARATED = re.compile(r"[^\w%.:/-]+")
FEWEST_ADDED = 2  # rows
LARGE = 10_000
ROUNDED = 0.002  # of a sum
MOSTLY = 0.7  # of the filled cells of a column


@dataclass(frozen=True, slots=True)
class Column:
    """`words` are the cells `normalised`; `values` what can be compared: a number, or a day as YYYYMMDD."""

    index: int
    head: str
    kind: ColumnType
    cells: tuple[str, ...]
    words: tuple[str, ...]
    numbers: tuple[float | None, ...]
    values: tuple[float | None, ...]

    @property
    def is_ordered(self) -> bool:
        """Whether rows can be compared by `values`; in a column of words these are numbers by chance, or None."""
        return self.kind != "text"


@dataclass(frozen=True, slots=True)
class View:
    """The columns of a table, how many rows it has, and which of them add up others."""

    columns: tuple[Column, ...]
    height: int
    totals: frozenset[int] = frozenset()

    def items(self, rows: Sequence[int]) -> Sequence[int]:
        """Of some rows those that add up no others, all where there are only such."""
        return [row for row in rows if row not in self.totals] or rows

    def label(self, row: int) -> str:
        """What a row says in words."""
        return " ".join(column.cells[row] for column in self.columns if column.kind == "text")


@lru_cache(maxsize=100_000)
def normalised(text: str) -> str:
    """In lower case, without accents and most signs: two spellings of the same become one."""
    text = NAMED_QUARTER.sub(lambda match: f"q{match[2] or ORDINALS[match[1].lower()]}", text)
    bare = THOUSANDS.sub("", text.lower().replace("–", "-").replace("\u2212", "-"))
    letters = unicodedata.normalize("NFKD", bare)
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(SEPARATED.sub(" ", bare).split()).strip(" .")


def number_text(value: float, parted_from: float = LARGE) -> str:
    """A number as it is said: without decimals that say nothing, its thousands parted where nothing could be a year."""
    if abs(value - round(value)) < 1e-9:
        return f"{round(value):,}" if abs(value) >= parted_from else f"{round(value)}"
    return f"{value:.4f}".rstrip("0")


def canonical(text: str) -> str:
    """What two answers have in common that mean the same."""
    amount = None if LETTER.search(text) else parse_amount(text, None)
    return normalised(text) if amount is None else number_text(amount.value)


def view_of(table: Table) -> View:
    """Of a table whose rows all have a cell for each column."""
    columns = tuple(
        _column(index, head, [row[index] for row in table.rows]) for index, head in enumerate(table.columns)
    )
    return View(columns, len(table.rows), _totals(columns, len(table.rows)))


def _totals(columns: Sequence[Column], height: int) -> frozenset[int]:
    """Rows that are the sum of those above them, without what adds up already: in two columns, or of several rows."""
    figures = [column.numbers for column in columns if column.kind == "number"]
    found: set[int] = set()
    for row in range(FEWEST_ADDED, height):
        added = [_added(numbers, row, found) for numbers in figures]
        if sum(count >= FEWEST_ADDED for count in added) > 1 or max(added, default=0) > FEWEST_ADDED:
            found.add(row)
    return frozenset(found)


def _added(numbers: Sequence[float | None], row: int, totals: set[int]) -> int:
    """How many of the rows above one add up to it; 0 where none do."""
    whole, total, count = numbers[row], 0.0, 0
    if not whole:
        return 0
    for above in range(row - 1, -1, -1):
        part = numbers[above]
        if part is not None and above not in totals:
            total, count = total + part, count + 1
            if count >= FEWEST_ADDED and abs(total - whole) <= ROUNDED * abs(whole):
                return count
    return 0


def _column(index: int, head: str, cells: Sequence[str]) -> Column:
    comma_decimal = True if comma_decimal_in(cells) else None
    numbers = tuple(first_number(cell, comma_decimal) for cell in cells)
    filled = [cell for cell in cells if cell.strip()]
    days = _days(cells, filled)
    least = MOSTLY * len(filled)
    kind: ColumnType = "text"
    if filled and sum(day is not None for day in days) >= least:
        kind = "date"
    elif filled and sum(ALONE.fullmatch(cell.strip()) is not None for cell in filled) >= least:
        kind = "number"
    elif filled and sum(number is not None for number in numbers) >= least:
        kind = "mixed"
    values = days if kind == "date" else numbers
    return Column(index, head, kind, tuple(cells), tuple(map(normalised, cells)), numbers, values)


def _days(cells: Sequence[str], filled: Sequence[str]) -> tuple[float | None, ...]:
    """YYYYMMDD with 0 for what isn't said; None where no month is."""
    whole = parse_dates(cells, filled)
    if whole is not None:
        return tuple(float(day.replace("-", "")) if day else None for day in whole)
    return tuple(map(_day, cells))


def _day(text: str) -> float | None:
    """Of a cell that may say more: "3–5 March 2020 (Oslo)"."""
    first = next((date for date in dates_of(text) if not date.swapped), None)
    if first is None:
        return None
    year = first.year or next(iter(years_in_order(text)), 0)
    return year * 10_000 + first.month * 100 + first.day

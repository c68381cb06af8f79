"""Which rows a question speaks of: the value of a cell, a year, a month, a limit."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import ge, gt, le, lt
from typing import Any, Literal

from lamplight.rag.lexicon.amounts import parse_amount
from lamplight.rag.lexicon.dates import FULL_NAMES
from lamplight.rag.lexicon.numbers import SIGNS
from lamplight.rag.tables.cells import Column, Grid
from lamplight.rag.tables.vocabulary import (
    COMPARISONS,
    LITTLE_WORDS,
    PLAIN_TIMES,
    YEAR_TOKEN,
    YEARS_ONLY,
    Operation,
    Operator,
    Word,
    meaning,
)

Role = Literal["column", "filter", "named only", "operation", "rows", "title", "money", "price", "spend", "neutral"]

COMPARE = {">": gt, ">=": ge, "<": lt, "<=": le}
LONGEST_SPAN = 9  # words of a head or a cell, little words between them included
MOST_VALUES = 3_000  # different values of a column that are looked for in a question


# How much a reading gains by each word it explains. Own words of the table tell most.
COLUMN, CELL, OPERATION, TITLE, GENERIC, LITTLE = 2.0, 2.0, 1.2, 0.8, 0.5, 0.0


@dataclass(frozen=True, slots=True)
class Filter:
    """Rows of a grid whose cell in `column` is one of `values`, between two of them, or on one side of one."""

    column: int
    operator: Operator
    values: tuple[float | str, ...]

    def holds(self, value: float | str | None) -> bool:
        """Whether a cell of this value is meant; an empty one, or a number where words are meant, only by "not in"."""
        if value is None or isinstance(value, str) != isinstance(self.values[0], str):
            return self.operator == "not in"
        if self.operator in ("in", "not in"):
            return (value in self.values) == (self.operator == "in")
        first: Any = self.values[0]
        compared: Any = value
        if self.operator == "between":
            return bool(first <= compared <= self.values[-1])
        return bool(COMPARE[self.operator](compared, first))


@dataclass(frozen=True, slots=True)
class Mention:
    """Words `start` to `end` of a question, read as one thing; `weight` is what the reading gains by it."""

    start: int
    end: int
    role: Role
    weight: float
    column: int = -1
    filter: Filter | None = None
    operation: Operation | None = None
    limit: int = 0


def selected(grid: Grid, filters: Sequence[Filter]) -> list[int]:
    """The rows that all filters hold for."""
    return [
        row for row in range(grid.height) if all(part.holds(grid.columns[part.column].values[row]) for part in filters)
    ]


def find_selections(words: Sequence[Word], grid: Grid) -> list[Mention]:
    """Every stretch of the question that may select rows. Those "named only" count beside their column's head."""
    return [*_cells(words, grid), *_years(words, grid), *_limits(words, grid)]


def spans(words: Sequence[Word], stems: Sequence[str], any_order: bool = False) -> Iterator[tuple[int, int]]:
    """Where the stems stand together in a question, with only little words between them."""
    for start, word in enumerate(words):
        if word.normal not in stems or (not any_order and word.normal != stems[0]):
            continue
        left = list(stems)
        for place in range(start, min(len(words), start + LONGEST_SPAN)):
            other = words[place].normal
            if other in left and (any_order or other == left[0]):
                left.remove(other)
            elif words[place].lower not in LITTLE_WORDS:
                break
            if not left:
                yield start, place + 1
                break


def _cells(words: Sequence[Word], grid: Grid) -> Iterator[Mention]:
    stems = {word.normal for word in words}
    for index, column in enumerate(grid.columns):
        if column.kind != "text" or (grid.transposed and index):
            continue
        values = dict.fromkeys(value for value in column.values if isinstance(value, str))
        if len(values) > MOST_VALUES:
            continue
        same: dict[tuple[str, ...], list[str]] = {}
        for value in values:
            same.setdefault(meaning(value), []).append(value)
        for key, written in same.items():
            if key and stems.issuperset(key):
                for start, end in spans(words, key):
                    yield _cell(start, end, CELL * len(key), index, written)
        yield from _proper_names(words, index, same)


def _proper_names(words: Sequence[Word], column: int, same: dict[tuple[str, ...], list[str]]) -> Iterator[Mention]:
    """A name's first word, written with a capital in the question, if it begins the cells of one name only."""
    for index, word in enumerate(words):
        if index == 0 or not word.text[:1].isupper() or word.lower in LITTLE_WORDS:
            continue
        held = [key for key in same if word.normal in key]
        if len(held) == 1 and held[0][0] == word.normal and 1 < len(held[0]) <= 4:
            written = same[held[0]]
            if all(value[:1].isupper() for value in written):
                yield _cell(index, index + 1, CELL * 0.6, column, written)


def _cell(start: int, end: int, weight: float, column: int, values: Iterable[str]) -> Mention:
    return Mention(start, end, "filter", weight, filter=Filter(column, "in", tuple(values)))


def _years(words: Sequence[Word], grid: Grid) -> Iterator[Mention]:
    """Years, ranges of years and months, in columns of years and of dates."""
    for index, column in enumerate(grid.columns):
        if column.kind not in ("year", "date"):
            continue
        plain = PLAIN_TIMES.issuperset(meaning(column.head))
        role: Role = "filter" if plain else "named only"
        for start, end, first, last in _year_spans(words):
            low, high = (float(first), float(last)) if column.kind == "year" else (f"{first}-01-01", f"{last}-12-31")
            kind: Operator = "in" if first == last and column.kind == "year" else "between"
            values = (low,) if kind == "in" else (low, high)
            if _covers(column, first, last):
                yield Mention(start, end, role, CELL * (end - start) / 2 + 1, filter=Filter(index, kind, values))
        for start, end, operator, year in _open_spans(words):
            bound: float | str = float(year)
            if column.kind == "date":
                bound = f"{year}-12-31" if operator in (">", "<=") else f"{year}-01-01"
            if _covers(column, year, year):
                yield Mention(start, end, role, CELL * 2, filter=Filter(index, operator, (bound,)))
        if column.kind == "date" and role == "filter":
            yield from _months(words, index, column)


def _covers(column: Column, first: int, last: int) -> bool:
    """Whether a column holds both years: a sum "from 2010" over a table that begins in 2022 would mislead."""
    held = {int(value[:4]) if isinstance(value, str) else int(value) for value in column.values if value is not None}
    return first in held and last in held


def _year_spans(words: Sequence[Word]) -> Iterator[tuple[int, int, int, int]]:
    for index, word in enumerate(words):
        match = YEAR_TOKEN.fullmatch(word.lower)
        if match is None:
            continue
        year = int(match[1])
        yield index, index + 1, year, year
        if index and words[index - 1].normal in ("year", "fy", "fiscal"):
            yield index - 1, index + 1, year, year
        last = YEAR_TOKEN.fullmatch(words[index + 2].lower) if index + 2 < len(words) else None
        if last and index and int(last[1]) > year:
            pair = words[index - 1].lower, words[index + 1].lower
            if pair in (("between", "and"), ("from", "to"), ("from", "until"), ("from", "through")):
                yield index - 1, index + 3, year, int(last[1])


def _open_spans(words: Sequence[Word]) -> Iterator[tuple[int, int, Operator, int]]:
    for index, word in enumerate(words):
        match = YEAR_TOKEN.fullmatch(word.lower)
        if match and index and words[index - 1].lower in YEARS_ONLY:
            follows = words[index + 1].lower if index + 1 < len(words) else ""
            said = words[index - 1].lower
            if said != "from" or follows in ("on", "onwards", "onward"):
                operator = COMPARISONS[(said,)]
                yield index - 1, index + 1 + (said == "from"), operator, int(match[1])


def _months(words: Sequence[Word], index: int, column: Column) -> Iterator[Mention]:
    """ "March 2024"; "March" alone if the column has it in one year only."""
    held = sorted({value[:7] for value in column.values if isinstance(value, str)})
    for place, word in enumerate(words):
        if word.lower not in FULL_NAMES:
            continue
        ending = f"-{FULL_NAMES.index(word.lower) + 1:02d}"
        year = YEAR_TOKEN.fullmatch(words[place + 1].lower) if place + 1 < len(words) else None
        fitting = [month for month in held if month.endswith(ending) and (year is None or month[:4] == year[1])]
        if len(fitting) == 1:
            days = calendar.monthrange(int(fitting[0][:4]), int(fitting[0][5:]))[1]
            span = Filter(index, "between", (f"{fitting[0]}-01", f"{fitting[0]}-{days}"))
            yield Mention(place, place + 1 + (year is not None), "filter", CELL * (1 + (year is not None)), filter=span)


def _limits(words: Sequence[Word], grid: Grid) -> Iterator[Mention]:
    """ "over £50" for each column it can be about; without a currency only if one column holds numbers."""
    numeric = [index for index, column in enumerate(grid.columns) if column.is_number]
    for start, end, operator, text in _comparisons(words):
        amount = parse_amount(text)
        if amount is None or (YEAR_TOKEN.fullmatch(text) and not amount.prefix):
            continue
        fitting = [index for index in numeric if _same_unit(grid.columns[index], amount.prefix, amount.suffix)]
        for index in fitting:
            weight = CELL * 2 if amount.prefix or len(numeric) == 1 else CELL
            limit = Filter(index, operator, (amount.value,))
            yield Mention(start, end, "filter", weight, index, limit)


def _comparisons(words: Sequence[Word]) -> Iterator[tuple[int, int, Operator, str]]:
    for index in range(len(words)):
        for length in (3, 2, 1):
            phrase = tuple(word.lower for word in words[index : index + length])
            operator = COMPARISONS.get(phrase) if len(phrase) == length else None
            place = index + length
            if (
                operator
                and place < len(words)
                and phrase[0] not in YEARS_ONLY
                and words[place].text[:1] in f"{SIGNS}0123456789"
            ):
                yield index, place + 1, operator, words[place].text


def _same_unit(column: Column, prefix: str, suffix: str) -> bool:
    if column.suffix.strip() in ("thousand", "million", "billion"):
        return False  # "over 50" of a column in millions could mean either
    return (not prefix or prefix == column.prefix) and (not suffix or suffix.strip() == column.suffix.strip())

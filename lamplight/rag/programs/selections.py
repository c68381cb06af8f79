"""The rows that a question may speak of: those whose cells stand in it, or that its numbers set apart."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from lamplight.rag.lexicon.quantities import all_numbers
from lamplight.rag.programs.view import Column, View, normalised
from lamplight.rag.query import STOP_WORDS

Span = tuple[int, int]
Operator = str  # "=", "has", ">", ">=", "<", "<=", "between", "read", "total"

ORDINARY = STOP_WORDS | {
    "not", "first", "last", "next", "only", "least", "number", "total", "list", "table", "chart", "team", "name",
    "year", "years", "time", "times", "one", "each", "also", "his", "they", "them", "their",
}  # fmt: skip
LONGEST = 4  # words of a question that stand in a cell
SHORTEST = 3  # letters of them
MOST_MATCHES = 14
TOTALS = 2  # rows that add up others, the last ones
MOST_SINGLE = 24  # that are combined
MOST_SELECTIONS = 120
SHORT_FORM = re.compile(r"(?:[A-Z][a-z]{0,3}){2,6}(?![\w])")
CAPITALISED = re.compile(r"[A-Z][a-z]*")
NUMBERS = 3  # of a question that are compared with
ENDINGS = r"(?:s|es|'s)?"
DERIVED = r"(?:s|n|ese|ish|an|ian)?"
COMPARISONS: dict[Operator, Callable[[float, float], bool]] = {
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
}


@dataclass(frozen=True, slots=True)
class Condition:
    """On column `column`; `value` is what the question says, for those who want to see the program."""

    column: int
    operator: Operator
    value: str


@dataclass(frozen=True, slots=True)
class Rows:
    """Row numbers from 0 that meet all conditions; `spans` are the characters of the plain question behind these."""

    conditions: tuple[Condition, ...]
    spans: frozenset[Span]
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """A cell's words, or a part of them, that stand in the question, with the rows that have them."""

    column: int
    words: str
    rows: tuple[int, ...]
    span: Span
    is_whole: bool


def matches(question: str, view: View) -> list[Match]:
    """`question` is plain. Of matches inside each other in one column, the longest."""
    found = [
        match
        for column in view.columns
        for match in (*_whole(question, column), *_parts(question, column), *spelt_out(question, column))
    ]
    found.sort(key=lambda match: -(match.span[1] - match.span[0]) - 0.5 * match.is_whole)
    kept: list[Match] = []
    for match in found:
        inside = any(
            other.column == match.column
            and other.span[0] <= match.span[0]
            and match.span[1] <= other.span[1]
            and (other.span != match.span or other.is_whole > match.is_whole)
            for other in kept
        )
        if not inside:
            kept.append(match)
    return kept[:MOST_MATCHES]


def selections(question: str, view: View, found: Sequence[Match], likely: Sequence[int] = ()) -> list[Rows]:
    """All rows, those of each match and each comparison with a number, what two of these have in common, those below
    zero in a column, those that add up others, and each of the `likely` ones by itself.
    """
    single = [
        Rows((Condition(one.column, "=" if one.is_whole else "has", one.words),), frozenset({one.span}), one.rows)
        for one in found
    ]
    single += _compared(question, view)
    both = [made for one, other in combinations(single[:MOST_SINGLE], 2) if (made := _common(one, other)) is not None]
    names = max(view.columns, key=lambda column: len(set(column.words)) * (column.kind == "text"))
    read = [
        Rows((Condition(names.index, operator, names.cells[row]),), frozenset(), (row,))
        for operator, rows in (("read", likely), ("total", sorted(view.totals)[-TOTALS:]))
        for row in rows
    ]
    read += _below_zero(view)
    return [Rows((), frozenset(), tuple(range(view.height))), *read, *single, *both][:MOST_SELECTIONS]


def _whole(question: str, column: Column) -> Iterator[Match]:
    for words in dict.fromkeys(column.words):
        if words and words not in ORDINARY and (len(words) > 1 or words.isdigit()):
            match = re.search(rf"(?<!\w){re.escape(words)}{ENDINGS}(?!\w)", question)
            if match is not None:
                rows = tuple(row for row, other in enumerate(column.words) if other == words)
                yield Match(column.index, words, rows, match.span(), is_whole=True)


def _parts(question: str, column: Column) -> Iterator[Match]:
    if column.kind == "number":
        return
    tokens = question.split()
    for start in range(len(tokens)):
        for end in range(min(len(tokens), start + LONGEST), start, -1):
            part = " ".join(tokens[start:end])
            if len(part) < SHORTEST or part in column.words or ORDINARY.issuperset(tokens[start:end]):
                continue
            pattern = re.compile(rf"(?<!\w){re.escape(part)}{DERIVED}(?!\w)")
            rows = tuple(row for row, words in enumerate(column.words) if part in words and pattern.search(words))
            if rows and len(rows) < len(column.words):
                place = question.find(part)
                yield Match(column.index, part, rows, (place, place + len(part)), is_whole=False)


def spelt_out(question: str, column: Column) -> Iterator[Match]:
    """Short forms of what the question spells out: "LatAm" is Latin America."""
    words = [match.span() for match in re.finditer(r"[^\W_]+", question)]
    for cell in dict.fromkeys(column.cells):
        short = SHORT_FORM.match(cell)
        parts = CAPITALISED.findall(short[0]) if short else []
        for start in range(len(words) - len(parts) + 1 if parts else 0):
            spans = words[start : start + len(parts)]
            if all(question[slice(*span)].startswith(part.lower()) for span, part in zip(spans, parts, strict=True)):
                rows = tuple(row for row, other in enumerate(column.cells) if other == cell)
                yield Match(column.index, normalised(cell), rows, (spans[0][0], spans[-1][1]), is_whole=True)
                break


def _compared(question: str, view: View) -> Iterator[Rows]:
    heads = {number.value for column in view.columns for number in all_numbers(column.head)}  # a year names a column
    numbers = [
        (number.value, (number.start, number.end)) for number in all_numbers(question) if number.value not in heads
    ]
    for column in view.columns:
        if not column.is_ordered:
            continue
        values = [_comparable(column, row) for row in range(view.height)]
        for number, span in numbers[:NUMBERS]:
            for operator, holds in COMPARISONS.items():
                rows = tuple(row for row, value in enumerate(values) if value is not None and holds(value, number))
                if 0 < len(rows) < view.height:
                    yield Rows((Condition(column.index, operator, f"{number:g}"),), frozenset({span}), rows)
        if len(numbers) > 1:
            (low, first), (high, second) = sorted(numbers[:2])
            rows = tuple(row for row, value in enumerate(values) if value is not None and low <= value <= high)
            if rows:
                condition = Condition(column.index, "between", f"{low:g} and {high:g}")
                yield Rows((condition,), frozenset({first, second}), rows)


def _below_zero(view: View) -> Iterator[Rows]:
    """What lost money: rows below zero in a column that has others."""
    for column in view.columns if view.height else ():
        below = [row for row, value in enumerate(column.numbers) if column.kind == "number" and value and value < 0]
        rows = tuple(row for row in below if row not in view.totals)
        if rows and len(below) < view.height:
            yield Rows((Condition(column.index, "<", "0"),), frozenset(), rows)


def _comparable(column: Column, row: int) -> float | None:
    """Of a day its year."""
    value = column.values[row]
    return value // 10_000 if value is not None and column.kind == "date" else value


def _common(one: Rows, other: Rows) -> Rows | None:
    if one.conditions[0].column == other.conditions[0].column or one.spans & other.spans:
        return None
    rows = tuple(sorted(set(one.rows) & set(other.rows)))
    if not rows or rows in (one.rows, other.rows):
        return None
    return Rows(one.conditions + other.conditions, one.spans | other.spans, rows)

"""What the ranker sees of a program: how much of a question it explains, and how its parts fit the words of it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from lamplight.models.program_ranker import Described
from lamplight.rag.lexicon.amounts import first_number
from lamplight.rag.periods import YEAR
from lamplight.rag.programs.changes import in_time
from lamplight.rag.programs.program import Program
from lamplight.rag.programs.selections import ORDINARY
from lamplight.rag.programs.timing import NamedTimes, named_times_of, part_fit, span_fit, year_fit
from lamplight.rag.programs.view import Column, View, normalised
from lamplight.rag.sentences import stem

ASKS = ("how many", "how much", "how long", "who", "when", "where", "which", "what year", "what")
COUNTING = ("how many", "how much")
NAMING = ("who", "which", "where")
KEPT = frozenset({"name", "team", "year", "time", "date"})  # of heads, though they are ordinary in a question
FIRST_COLUMNS = 3
FAR = 3.0  # log-odds / 4 below the best row: no less is told apart
SIZES = 4
BEST_RANKS = 4
MEASURES = 26 + 13  # of each program
DIGITS = re.compile(r"[\d.,]+")


@dataclass(frozen=True, slots=True)
class RowScore:
    """What the reader says of a row: log-odds that it answers, the part that is the answer, how sure it is of that."""

    score: float
    answer: str
    probability: float


@dataclass(frozen=True, slots=True)
class Likeness:
    """Cosines of the question with each head, with what each row is called, and with the table's name."""

    header_cosines: list[float]
    rows: list[float]
    title: float


def name_of_row(view: View, row: int) -> str:
    """What a row is called: its words."""
    return " ".join(column.cells[row] for column in view.columns if column.kind in ("text", "date")).strip()


class FeatureExtractor:
    """One question over one table called `name`."""

    def __init__(self, asked: str, name: str, view: View, likeness: Likeness, readings: Sequence[RowScore]) -> None:
        question = normalised(asked)
        self._times = named_times_of(asked)
        self._head_times = [named_times_of(column.head) for column in view.columns]
        self._row_times = [named_times_of(name_of_row(view, row)) for row in range(view.height)]
        self._name_times = named_times_of(name)
        self._likeness = likeness
        self._title = frozenset(stem(word) for word in normalised(name).split() if word not in ORDINARY)
        self._view = view
        self._plain = question
        self._tokens = question.split()
        self._words = frozenset(self._tokens)
        self._twos = frozenset(f"{one}_{other}" for one, other in zip(self._tokens, self._tokens[1:], strict=False))
        self._asks = next((words for words in ASKS if words in question), "other")
        heads = likeness.header_cosines
        order = sorted(range(len(heads)), key=lambda index: -heads[index])
        self._ranks = {index: rank for rank, index in enumerate(order)}
        self._ages = {
            column.index: age for periods in in_time(view) for age, (_, column) in enumerate(reversed(periods))
        }
        self._dated = YEAR.search(question) is not None
        self._scores = np.array([reading.score for reading in readings])
        self._readings = readings
        top = float(self._scores.max())
        mass = np.exp(self._scores - top)
        self._top, self._mass = top, mass / mass.sum()

    @cached_property
    def _places(self) -> list[tuple[str, str, int]]:
        """The telling words of the question with their stems and where they begin."""
        found, place = [], 0
        for token in self._tokens:
            start = self._plain.find(token, place)
            place = start + len(token)
            if token not in ORDINARY:
                found.append((token, stem(token), start))
        return found

    @cached_property
    def _heads(self) -> list[tuple[float, frozenset[str]]]:
        """For each column the share of its head's words that the question has, and these."""
        asked = {stem(token) for token in self._tokens}
        found = []
        for column in self._view.columns:
            own = [stem(word) for word in normalised(column.head).split() if word not in ORDINARY or word in KEPT]
            shared = frozenset(word for word in own if word in asked)
            found.append((len([word for word in own if word in asked]) / max(1, len(own)), shared))
        return found

    def describe(self, program: Program) -> Described:
        """Names of what it has, and measures of how it fits."""
        left = self._left(program)
        return Described(program.operation, list(self._names(program, left)), self._measures(program, left))

    def nothing(self) -> Described:
        """That the table doesn't say."""
        names = ["none|bias", f"none|{self._asks}", *(f"none|{word}" for word in self._words)]
        names += [f"none|{two}" for two in self._twos]
        matched = max((share for share, _ in self._heads), default=0.0)
        measures = [0.0] * MEASURES
        measures[0], measures[1], measures[2] = 1.0, matched, math.tanh(self._top / 4)
        measures[3] = self._likeness.title
        measures[4] = self._of_title([word for _, word, _ in self._places])
        measures[5] = max(self._likeness.rows)
        measures[6] = year_fit(self._times, self._all_times)
        measures[7] = span_fit(self._times, self._all_times)
        measures[8] = part_fit(self._times, self._all_times)
        return Described("none", names, measures)

    def _left(self, program: Program) -> list[str]:
        """Stems of the telling words that neither a condition nor a head in use explains."""
        used: set[str] = set()
        for index in (program.column, program.key, *(one.column for one in program.selection.conditions)):
            if index >= 0:
                used |= self._heads[index][1]
        spans = program.selection.spans
        return [
            word
            for _, word, place in self._places
            if word not in used and not any(start <= place < end for start, end in spans)
        ]

    def _names(self, program: Program, left: Sequence[str]) -> Iterator[str]:
        operation, conditions = program.operation, program.selection.conditions
        what = "+".join(sorted(one.operator for one in conditions)) or "all"
        size = min(len(program.selection.rows), SIZES)
        yield from (f"{operation}|bias", f"{operation}|{self._asks}", f"{operation}|{what}")
        yield from (f"{operation}|{what}|{self._asks}", f"{operation}|size {size}|{bool(conditions)}")
        yield from (f"{operation}|{word}" for word in self._words)
        yield from (f"{operation}|{two}" for two in self._twos)
        yield from (f"left|{operation}|{word}" for word in set(left))
        for one in conditions:
            yield from (f"{one.operator}|{word}" for word in self._words)
            if one.operator not in ("=", "has"):
                yield from (f"{one.operator}|{two}" for two in self._twos)
            head = self._heads[one.column][0] > 0
            yield f"condition {one.operator}|{self._view.columns[one.column].kind}|{head}"
        for role, index in (("column", program.column), ("key", program.key)):
            if index in self._ages:
                yield f"{operation}|{role}|age {self._ages[index]}|dated {self._dated}"
        if program.column >= 0:
            yield from self._column_names(program, self._view.columns[program.column])
        if program.key >= 0:
            key = self._view.columns[program.key]
            yield f"{operation}|key {key.kind}"
            yield f"{operation}|key head {self._heads[program.key][0] > 0}"
            yield f"key rank {min(self._ranks[program.key], BEST_RANKS)}"
            yield from (f"key|{key.kind}|{operation}|{word}" for word in self._words)

    def _column_names(self, program: Program, column: Column) -> Iterator[str]:
        operation = program.operation
        yield f"{self._asks}|column {column.kind}"
        yield f"{operation}|column {column.kind}"
        yield f"{self._asks}|{operation}|column {min(column.index, FIRST_COLUMNS)}"
        yield f"head|{normalised(column.head)}|{self._asks}"
        yield f"{operation}|column head {self._heads[column.index][0] > 0}"
        in_per_cent = any("%" in one for one in (*program.given, column.head))
        yield f"%|{in_per_cent}|{operation}|{self._asks}"
        yield from (f"%|{in_per_cent}|{word}" for word in self._words)
        yield f"{operation}|rank {min(self._ranks[column.index], BEST_RANKS)}"

    def _measures(self, program: Program, left: Sequence[str]) -> list[float]:
        column, key, given = program.column, program.key, program.given
        conditions, rows = program.selection.conditions, program.selection.rows
        covered = sum(end - start for start, end in program.selection.spans)
        repeated = sum(normalised(one) in self._plain for one in given) / len(given)
        likeness = sum(self._likeness.header_cosines[one.column] for one in conditions) / max(1, len(conditions))
        return [
            1.0,
            len(left) / max(1, len(self._places)),
            len(left),
            covered / max(1, len(self._plain)),
            len(conditions),
            self._likeness.header_cosines[column] if column >= 0 else 0.0,
            self._likeness.header_cosines[key] if key >= 0 else 0.0,
            self._heads[column][0] if column >= 0 else 0.0,
            self._heads[key][0] if key >= 0 else 0.0,
            repeated,
            float(len(given) > 1),
            float(len(rows) == 1),
            math.log1p(len(rows)),
            likeness,
            float(any(one.column == column for one in conditions)),
            float(self._asks in COUNTING and all(first_number(one) is None for one in given)),
            float(self._asks in NAMING and all(DIGITS.fullmatch(one) is not None for one in given)),
            1 / (1 + column) if column >= 0 else 0.0,
            *self._read(program),
            *self._timed(program),
            *self._called(program, left),
        ]

    def _timed(self, program: Program) -> list[float]:
        """How the times of a program's columns, rows and table agree with those of the question."""
        asked = self._times
        told = [self._head_times[index] for index in (program.column, program.key) if index >= 0]
        heads = [year_fit(asked, one) for one in told]
        years = [one.years if asked.is_dated else one.business for one in told]
        later = heads[0] if heads else 0.0
        earlier = heads[1] if heads[1:] else 0.0
        both = float(len(told) > 1 and bool(asked.years) and all(own and own <= asked.years for own in years))
        rows = [self._row_times[row] for row in program.rows[:SIZES]]
        return [
            later,
            earlier,
            both,
            min((year_fit(asked, one) for one in rows), default=0.0),
            year_fit(asked, self._name_times),
            span_fit(asked, told[0]) if told else 0.0,
            min((span_fit(asked, one) for one in rows), default=0.0),
            part_fit(asked, told[0]) if told else 0.0,
            min((part_fit(asked, one) for one in rows), default=0.0),
        ]

    def _called(self, program: Program, left: Sequence[str]) -> list[float]:
        """How the names of the rows and of the table are like the question."""
        rows = list(program.rows)
        likeness = max((self._likeness.rows[row] for row in rows), default=0.0)
        return [likeness, likeness - max(self._likeness.rows), self._likeness.title, self._of_title(left)]

    def _of_title(self, words: Sequence[str]) -> float:
        """The share of some words that the table's name has."""
        return sum(word in self._title for word in words) / max(1, len(words))

    @cached_property
    def _all_times(self) -> NamedTimes:
        """Those of all that the table is called and has."""
        every = [self._name_times, *self._head_times, *self._row_times]
        return NamedTimes(
            years=frozenset[int]().union(*(one.years for one in every)),
            business=frozenset[int]().union(*(one.business for one in every)),
            quarters=frozenset[int]().union(*(one.quarters for one in every)),
            months=frozenset[int]().union(*(one.months for one in every)),
            span=self._times.span
            if self._times.span in {one.span for one in every}
            else max(one.span for one in every),
        )

    def _read(self, program: Program) -> list[float]:
        """How the program agrees with the reader."""
        rows, selected = list(program.rows), list(program.selection.rows)
        best = max(rows, key=lambda row: float(self._scores[row])) if rows else -1
        behind = max(-FAR, (float(self._scores[best]) - self._top) / 4) if rows else -2.0
        some = 0 < len(selected) < self._view.height
        reading = self._readings[best] if rows else RowScore(0.0, "", 0.0)
        same = rows and len(program.given) == 1 and normalised(reading.answer) == normalised(program.given[0])
        cell = (
            rows
            and program.column >= 0
            and normalised(reading.answer) == self._view.columns[program.column].words[best]
        )
        return [
            behind,
            float(self._mass[rows].sum()) if rows else 0.0,
            float(self._mass[selected].sum()) if some else 0.0,
            float(bool(same)),
            float(bool(same)) * reading.probability,
            math.tanh(self._top / 4),
            behind * (program.operation == "lookup"),
            float(bool(cell)),
        ]

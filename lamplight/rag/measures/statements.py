"""The lines of a document's statements, with what they say for each year."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from lamplight.library.records import Passage
from lamplight.rag.lexicon.amounts import are_unclear, decimal_comma, parse_amount
from lamplight.rag.lexicon.expenses import is_result
from lamplight.rag.lexicon.numbers import SIGNS
from lamplight.rag.lexicon.quantities import COUNTED_IN
from lamplight.rag.measures.definitions import Definitions, LineItem, Name, name_of
from lamplight.rag.measures.fiscal_years import is_called_by_year_before
from lamplight.rag.report_rows import Row, rows_of
from lamplight.rag.sentences import stems

SHARES = re.compile(r"\bper\s?cent|percentage", re.IGNORECASE)
KNOWN = 3  # lines of one statement: a part of a table that has them is that statement
OWN = 3  # times as much counts a line that no other statement has
ALIKE = 0.81  # F1 of a label's words and those of a name: it is called so
BEGINS = 0.95  # of the likeness, where only what stands before a comma is called so
BEFORE_TAXES, AFTER_TAXES = "income before income taxes", "net income"
INCOME, REVENUE = "income statement", name_of("revenue")


@dataclass(frozen=True, slots=True)
class LineItemValue:
    """What a row says for a year, in units of `scale` ("million", or empty); `sign` is a currency's."""

    row: Row
    year: int
    written: str
    value: float
    sign: str
    scale: str


@dataclass(slots=True)
class StatementTable:
    """Rows of a page and section under the same heads."""

    page: int
    header_row: str
    rows: list[Row] = field(default_factory=list)
    names: list[tuple[Name, Name]] = field(default_factory=list)
    statement: str = ""
    known: int = 0

    @property
    def lines(self) -> Iterator[tuple[Row, tuple[Name, Name]]]:
        """Each row with what it is called, and the same up to its first comma."""
        return zip(self.rows, self.names, strict=True)

    @property
    def sign(self) -> str:
        """The currency of its figures, which often stands before the first and last of them alone."""
        cells = (cell for row in self.rows for cell in row.cells.values())
        return next((mark for cell in cells for mark in cell if mark in SIGNS), "")


class FinancialStatements:
    """Of one document. `passages` are its chunks in reading order."""

    def __init__(self, passages: Sequence[Passage], known: Definitions) -> None:
        parts: dict[tuple[int, str, str], StatementTable] = {}
        for heads, row in rows_of(passages):
            place = row.passage.page, row.passage.header, heads
            part = parts.setdefault(place, StatementTable(row.passage.page, heads))
            part.rows.append(row)
            part.names.append((name_of(row.label), name_of(row.label.partition(",")[0])))
        self._parts = [part for part in parts.values() if _classified(part, known)]
        self._all = list(parts.values())
        self._known = known
        # Where what is paid out stands below zero, as in brackets.
        self._bracketed = {part.statement for part in self._parts if any(_is_paid(*one, known) for one in part.lines)}
        self._sign = next((part.sign for part in self._parts if part.sign), "")
        cells = [cell for part in self._parts for row in part.rows for cell in row.cells.values()]
        self._comma_decimal = decimal_comma([cells])
        self._scales: dict[int, str] = {}
        for passage in passages:
            if (said := COUNTED_IN.search(f"{passage.header}\n{passage.text}")) is not None:
                self._scales.setdefault(passage.page, said[1].lower())
        self._passages = passages
        # A page that goes on with a statement says its unit no more; a report has one for its statements.
        told = Counter(self._scales[part.page] for part in self._parts if part.page in self._scales)
        self._usual_scale = max(told, key=told.__getitem__, default="")

    @cached_property
    def years(self) -> list[int]:
        """That the statements have columns for, the newest first."""
        return sorted({year for part in self._parts for row in part.rows for year, _ in row.cells}, reverse=True)

    @cached_property
    def ends_early(self) -> bool:
        """Whether the newest year ends in January or February and is called by the one before: fiscal 2022."""
        return is_called_by_year_before(self._passages, next(iter(self.years), 0))

    @cached_property
    def words(self) -> frozenset[str]:
        """Stems in labels and heads of all tables with columns of years: such words may mean a part of a whole."""
        texts = {part.header_row for part in self._all} | {row.label for part in self._all for row in part.rows}
        return stems(" ".join(texts))

    @cached_property
    def lines(self) -> dict[Name, LineItem]:
        """What statements have beside the lines that are known, by what it is called."""
        found: dict[Name, LineItem] = {}
        for part in sorted(self._parts, key=lambda part: part.known, reverse=True):
            for row, (name, _) in part.lines:
                paid = part.statement in self._bracketed and _is_below_zero(row) and not is_result(row.label)
                line = LineItem(row.label, part.statement, (name,), paid, is_own=False)
                if name:
                    found.setdefault(name, line)
                if name and part.statement == INCOME:  # "Rooms" is the rooms revenue
                    found.setdefault(name | REVENUE, line)
        return found

    def cell(self, line: LineItem, year: int, months: int = 12) -> LineItemValue | None:
        """What they say of a line for a year: the row most like it, in the fullest statement of that kind."""
        best: tuple[tuple[float, ...], LineItemValue] | None = None
        for part in self._parts:
            if part.statement != line.statement:
                continue
            for row, names in part.lines:
                likeness, place = max((_likeness(names[0], line), _begins(names[1], line)))
                written = next((row.cells[one] for one in ((year, months), (year, 0)) if one in row.cells), None)
                if likeness < ALIKE or written is None or (made := self._cell(part, row, year, written, line)) is None:
                    continue
                rank = (part.known * likeness, place, -part.page)
                if best is None or rank > best[0]:
                    best = rank, made
        if best is not None and line.is_tax and self._is_turned(best[1], months):
            return replace(best[1], value=-best[1].value)
        return best[1] if best else None

    def _is_turned(self, tax: LineItemValue, months: int) -> bool:
        """Whether a statement adds its taxes, which are below zero then, to the income before them."""
        before, after = (self.cell(self._known.lines[name], tax.year, months) for name in (BEFORE_TAXES, AFTER_TAXES))
        if before is None or after is None:
            return False
        left = after.value - before.value
        return abs(left - tax.value) < abs(left + tax.value)

    def _cell(self, part: StatementTable, row: Row, year: int, written: str, line: LineItem) -> LineItemValue | None:
        amount = parse_amount(written, self._comma_decimal is True)
        if amount is None or amount.suffix or (self._comma_decimal is None and are_unclear([written])):
            return None
        value = abs(amount.value) if line.is_paid else amount.value
        scale = "" if line.is_per_share else self._scales.get(row.passage.page, self._usual_scale)
        return LineItemValue(row, year, written, value, part.sign or self._sign, scale)


def _classified(part: StatementTable, known: Definitions) -> bool:
    """Whether it is a statement: `statement` and `known`, how many lines of it there are, are filled in then."""
    found = {line for names in part.names for name in names for line in known.labels.get(name, ())}
    counts: Counter[str] = Counter()
    for line in map(known.lines.__getitem__, found):
        counts[line.statement] += OWN if line.is_own else 1
    if counts:
        [(part.statement, part.known)] = counts.most_common(1)
    return part.known >= KNOWN and not SHARES.search(part.header_row)


def _is_paid(row: Row, names: tuple[Name, Name], known: Definitions) -> bool:
    """Whether a row is one of those that are paid out, below zero."""
    lines = (known.lines[line] for name in names for line in known.labels.get(name, ()))
    return any(line.is_paid for line in lines) and _is_below_zero(row)


def _is_below_zero(row: Row) -> bool:
    amounts = [amount.value for cell in row.cells.values() if (amount := parse_amount(cell)) is not None]
    return bool(amounts) and max(amounts) < 0


def _likeness(name: Name, line: LineItem) -> tuple[float, int]:
    """The best F1 of a row's words with a label of which all words are there; then how early it comes, below 0."""
    fitting = (
        (2 * len(label) / (len(label) + len(name)), -place) for place, label in enumerate(line.labels) if label <= name
    )
    return max(fitting, default=(0.0, 0))


def _begins(name: Name, line: LineItem) -> tuple[float, int]:
    likeness, place = _likeness(name, line)
    return (BEGINS if likeness == 1.0 else 0.0), place

"""The cells of a table as numbers, dates and words, so that they can be counted, compared and added.

A column has one type. What it can't hold (a blank, "n/a", a word among numbers) is left empty, never guessed;
where a column can be read in two ways (1,5 and 1.5 in one column, nothing but 1.234, £ and $) it stays words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from lamplight.library.records import Table
from lamplight.rag.lexicon.amounts import FOOTNOTE, are_unclear, decimal_comma, parse_amount, rounded, two_styles
from lamplight.rag.lexicon.dates import MONTH, parse_dates
from lamplight.rag.lexicon.numbers import MINUS, SIGN_OF, SIGNS, currency_of, is_unit
from lamplight.rag.periods import YEAR

ColumnType = Literal["number", "year", "date", "text"]
Value = float | str | None

BLANKS = frozenset({"", "-", "--", "–", "—", "n/a", "na", "n.a.", "none", "null", "nil", "nan", "?", "tbd", "#", "…"})
YES = frozenset({"yes", "y", "true", "ja", "oui", "sí", "si", "是", "x", "✓", "✔", "☑"})
NO = frozenset({"no", "n", "false", "nein", "non", "否", "✗", "☐"})
LOOKED_AT = 1000  # cells after which a column with few numbers is known to hold words
LEAST_NUMBERS = 0.8  # of a number column's filled cells must be numbers; below that it is a column of words
IS_YEAR = re.compile(rf"(?:FY\s?)?({YEAR.pattern})", re.I)
PERIOD = re.compile(rf"(?i)\b(?:fy\s?)?{YEAR.pattern}\b|\bq[1-4]\b|\b(?:{MONTH})\b")
SCALE = re.compile(r"(?i)\b(thousand|million|billion)s?\b|[$€£](000)s?\b|[$€£](k|m|bn)\b|\((m|mn|bn)\)")
SCALE_WORDS = {"k": "thousand", "000": "thousand", "m": "million", "mn": "million", "bn": "billion"}
UNSCALED = re.compile(r"(?i)per\s+(\w+\s+)?(share|unit|cent)|%|percent|\brate\b|\bratio\b|\bmargin\b|\bnumber of\b")
TOTAL = re.compile(
    r"(?i)(grand |overall )?(totals?|sum|average|mean|median)\b.*|all( \w+)?|overall|.*\bsub-?totals?\b.*|"
    r"((zwischen|gesamt|end)?summe|gesamt|insgesamt|durchschnitt|mittelwert|sous-total|somme|moyenne|suma|promedio)\b.*|"
    r"[合总小总總]计|[合總小]計"
)
IN_BRACKETS = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
LAST_WORD = re.compile(r"[\s_]([^\W\d_]+)$")
MOST_TRANSPOSED_ROWS = 120  # rows of a statement that are transposed to columns; a longer table is a list of records


@dataclass(frozen=True, slots=True)
class Column:
    """`name` is unique in its grid; `head` is how the file says it, without unit and footnote.

    `values` are floats, ISO dates or words; None where the cell holds nothing of that kind. `prefix` and
    `suffix` are what makes a bare number readable: a currency, " million", " kg".
    """

    name: str
    head: str
    kind: ColumnType
    texts: list[str]
    values: list[Value]
    prefix: str = ""
    suffix: str = ""
    decimals: int = 0

    @property
    def yes(self) -> tuple[str, ...]:
        """How its cells say yes, where most of them say yes or no."""
        said = [value for value in self.values if isinstance(value, str)]
        if 2 * sum(value.lower() in YES | NO for value in said) <= len(said):
            return ()
        return tuple(sorted({value for value in said if value.lower() in YES}))

    @property
    def is_number(self) -> bool:
        """Whether it holds amounts; the values of a column of years are floats too, but no amounts."""
        return self.kind == "number"

    def show(self, value: float, decimals: int | None = None) -> str:
        """A number with this column's unit; decimals beyond the column's own are shortened."""
        digits = self.decimals if decimals is None else decimals
        text = f"{rounded(abs(value), digits):,.{digits}f}"
        sign = MINUS if value < 0 and float(text.replace(",", "")) else ""
        return f"{sign}{self.prefix}{text}{self.suffix}"


@dataclass(frozen=True, slots=True)
class Grid:
    """A table with typed columns. When `transposed`, its rows are the columns of the file and the other way round."""

    table: Table
    columns: list[Column]
    transposed: bool = False

    @property
    def height(self) -> int:
        """How many rows it has, heads aside."""
        return len(self.columns[0].texts)

    def origin(self, row: int, column: int) -> tuple[int, int]:
        """Where a cell stands in `table`: its row and column from 0."""
        return (column - 1, self._sources[row]) if self.transposed else (row, column)

    def numbers_rows(self, column: int) -> bool:
        """Whether a column numbers its rows (plot 11, 12, 13) and holds no quantity."""
        values = [value for value in self.columns[column].values if isinstance(value, float)]
        steps = {after - before for before, after in pairwise(values)}
        return not self.transposed and len(set(values)) == len(values) and (column == 0 or steps == {1.0})

    @property
    def _sources(self) -> list[int]:
        return periods(self.table.columns)


def grids(table: Table) -> list[Grid]:
    """The ways to look at a table: as it stands, and transposed if its columns are years or other periods."""
    if not table.rows or not table.columns or any(len(row) != len(table.columns) for row in table.rows):
        return []
    scale = f"{table.name} {table.columns[0]}"
    straight = _grid(table, table.columns, [list(column) for column in zip(*table.rows, strict=True)], scale)
    across = periods(table.columns)
    if len(across) < 2 or len(table.rows) > MOST_TRANSPOSED_ROWS or _is_period(table.columns[0]):
        return [straight]
    heads = [table.columns[index] for index in across]
    years = [YEAR.findall(head) for head in heads]
    named = all(len(found) == 1 for found in years) and len({found[0] for found in years}) == len(years)
    first = [found[0] for found in years] if named else heads
    columns = [first, *([row[index] for index in across] for row in table.rows)]
    transposed = _grid(table, ["Year" if named else "Period", *(row[0] for row in table.rows)], columns, scale)
    return [straight, replace(transposed, columns=_per_share_unscaled(transposed.columns), transposed=True)]


def _per_share_unscaled(columns: Sequence[Column]) -> list[Column]:
    """What stands under a line "Earnings per share:" is not in millions, whatever the title says."""
    done, unscaled = [], False
    for column in columns:
        if column.kind == "text" and not any(column.values):
            unscaled = UNSCALED.search(column.head) is not None
        bare = unscaled and column.suffix.strip() in SCALE_WORDS.values()
        done.append(replace(column, suffix="") if bare else column)
    return done


def periods(heads: Sequence[str]) -> list[int]:
    """Which heads, after the first, are years, quarters, months or dates."""
    return [index for index, head in enumerate(heads) if index and _is_period(head)]


def same_periods(heads: Sequence[str]) -> bool:
    """Whether heads differ only in which period they name: four quarters and their year would be counted twice."""
    return len({re.sub(r"\d+", "#", re.sub(rf"\b(?:{MONTH})\b", "month", head.lower())) for head in heads}) == 1


def is_total(label: str) -> bool:
    """Whether a row's label says that it sums up others."""
    return TOTAL.fullmatch(label.strip(" :")) is not None


def _grid(table: Table, heads: Sequence[str], columns: Sequence[list[str]], scale: str) -> Grid:
    comma_decimal = decimal_comma(columns)
    used: Counter[str] = Counter()
    typed = []
    for index, (head, cells) in enumerate(zip(heads, columns, strict=True)):
        bare = " ".join(head.replace("\x00", " ").split()) or f"column {index + 1}"
        name = bare
        while name.lower() in used:
            used[bare.lower()] += 1
            name = f"{bare} #{used[bare.lower()]}"
        used[name.lower()] += 1
        typed.append(_column(name, bare, cells, scale, comma_decimal))
    return Grid(table, typed)


def _column(name: str, head: str, cells: list[str], scale: str, comma_decimal: bool | None) -> Column:
    texts = [" ".join(cell.replace("\x00", " ").split()) for cell in cells]
    filled = [text for text in texts if text.lower() not in BLANKS]
    plain = FOOTNOTE.sub("", head).strip(" :") or head
    if filled and all(IS_YEAR.fullmatch(text) for text in filled):
        years: list[Value] = [float(found[1]) if (found := IS_YEAR.fullmatch(text)) else None for text in texts]
        return Column(name, plain, "year", texts, years)
    dates = parse_dates(texts, filled)
    if dates is not None:
        return Column(name, plain, "date", texts, list[Value](dates))
    first = filled[:LOOKED_AT]
    unclear = comma_decimal is None and are_unclear(first)
    comma_decimal = comma_decimal is True
    if unclear or sum(parse_amount(text, comma_decimal) is not None for text in first) < len(first) / 2:
        return Column(name, plain, "text", texts, [text if text.lower() not in BLANKS else None for text in texts])
    amounts = [parse_amount(text, comma_decimal) for text in texts]
    numbers = [amount for amount in amounts if amount is not None]
    units = {(amount.prefix, amount.suffix) for amount in numbers if amount.prefix or amount.suffix}
    enough = (
        bool(filled)
        and not any(is_total(text) for text in filled)
        and len(numbers) >= LEAST_NUMBERS * len(filled)
        and len(units) <= 1
    )
    if not enough or two_styles(filled):
        return Column(name, plain, "text", texts, [text if text.lower() not in BLANKS else None for text in texts])
    prefix, suffix = units.pop() if units else ("", "")
    plain, prefix, suffix = _head_unit(plain, prefix, suffix)
    if not suffix and not UNSCALED.search(head):
        prefix, suffix = _scaled(f"{head} {scale}", prefix)
    decimals = max(amount.decimals for amount in numbers)
    values: list[Value] = [amount.value if amount is not None else None for amount in amounts]
    return Column(name, plain, "number", texts, values, prefix, suffix, decimals)


def _head_unit(head: str, prefix: str, suffix: str) -> tuple[str, str, str]:
    """A head without the unit it names in brackets, as a last sign or, of a currency, as the last word, and that unit.

    Programs write "amount_gbp" small; apart from such a name "try" is a word.
    """
    inside = IN_BRACKETS.search(head)
    if not inside and (last := LAST_WORD.search(head)):
        called = SIGN_OF.get(currency_of(last[1].upper() if last[0].startswith("_") else last[1]), "")
        if called:
            return head[: last.start()], prefix or called, suffix
    written = inside[1].strip() if inside else ""
    if not inside and head[-1:] in f"%{SIGNS}" and len(head) > 1:
        inside, written = re.search(r".$", head), head[-1]
    unit = written.lower()
    sign = SIGN_OF.get(currency_of(written), "")
    if inside and (sign or is_unit(unit) or SCALE.search(head[inside.start() :])):
        head = f"{head[: inside.start()]} {head[inside.end() :]}".strip() or head
        if sign:
            return head, prefix or sign, suffix
        if is_unit(unit):
            return head, prefix, suffix or ("%" if unit == "%" else f" {written}")
        return head, prefix or next((mark for mark in unit if mark in SIGNS), ""), suffix
    return head, prefix, suffix


def _scaled(words: str, prefix: str) -> tuple[str, str]:
    """Currency and scale that a head or a title states, as in "($ in millions)"."""
    match = SCALE.search(words)
    if match is None:
        return prefix, ""
    said = next(group for group in match.groups() if group).lower()
    named = re.search(rf"[{SIGNS}]|\b(?:USD|EUR|GBP)\b|\bdollars\b|\beuros\b|\bpounds\b", words, re.I)
    sign = SIGN_OF.get(currency_of(named[0]), named[0]) if named else ""
    return prefix or sign, f" {SCALE_WORDS.get(said, said)}"


def _is_period(head: str) -> bool:
    """Whether a head names a period and little else: "2022", "Year ended 31 December 2022", "Q3", "March"."""
    left = PERIOD.sub(" ", head)
    words = re.findall(r"[^\W\d_]+", left.lower())
    return PERIOD.search(head) is not None and all(
        word
        in {"year", "years", "ended", "fiscal", "december", "twelve", "three", "months", "quarter", "as", "of", "at"}
        for word in words
    )

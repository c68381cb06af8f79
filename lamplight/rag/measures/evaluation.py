"""Working an expression out from the lines of a document's statements."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from lamplight.rag.lexicon.numbers import MINUS
from lamplight.rag.measures.definitions import Definitions
from lamplight.rag.measures.expression import Expression, Named, NotAnExpression, Number, Operation, parse_expression
from lamplight.rag.measures.statements import FinancialStatements, LineItemValue

UNITS = {"": 1.0, "thousand": 1e3, "million": 1e6, "billion": 1e9}
SIGNS = {"+": "+", "-": MINUS, "*": "×", "/": "÷"}
DEEPEST = 6  # measures inside measures


@dataclass(frozen=True, slots=True)
class Value:
    """`amount` in whole units; `sign` is a currency's. `working` is how it came about, in symbols, from `cells`.

    `is_bare` when nothing was worked out.
    """

    amount: float
    working: str
    cells: tuple[LineItemValue, ...]
    is_money: bool
    sign: str = ""
    is_bare: bool = True


class Evaluation:
    """Of one document's statements; a figure that isn't there makes the whole unknown, which is None."""

    def __init__(self, statements: FinancialStatements, known: Definitions) -> None:
        self._statements = statements
        self._known = known

    def value(self, expression: Expression, year: int, depth: int = 0) -> Value | None:
        """The value for `year`, for the parts that name no year of their own."""
        if isinstance(expression, Number):
            return Value(expression.value, f"{expression.value:g}", (), is_money=False)
        if isinstance(expression, Named):
            found = self._named(expression, year, depth)
            return Value(0.0, "0", (), is_money=True) if found is None and expression.is_optional else found
        left, right = (self.value(part, year, depth) for part in (expression.left, expression.right))
        if left is None or right is None:
            return None
        return _operated(expression, left, right)

    def mean(self, expression: Expression, years: list[int]) -> Value | None:
        """Over several years."""
        values = [self.value(expression, year) for year in years]
        known = [value for value in values if value is not None]
        return _mean(known) if known and len(known) == len(values) else None

    def _named(self, named: Named, year: int, depth: int) -> Value | None:
        years = list(named.years)
        if named.kind == "average":
            pair = [self._of_year(named.name, one, depth) for one in (years if len(years) > 1 else [year - 1, year])]
            known = [value for value in pair if value is not None]
            return _mean(known) if len(known) == len(pair) else None
        if named.kind == "change" and len(years) > 1:
            last, first = (self._of_year(named.name, one, depth) for one in (years[-1], years[0]))
            return _operated(Operation("-", named, named), last, first) if last and first else None
        return self._of_year(named.name, years[0] if len(years) == 1 else year, depth)

    def _of_year(self, name: str, year: int, depth: int) -> Value | None:
        line = self._known.lines.get(name)
        cell = self._statements.cell(line, year) if line is not None else None
        if cell is not None:
            text = f"{cell.value:,.{_decimals(cell)}f}".replace("-", MINUS)
            return Value(cell.value * UNITS[cell.scale], text, (cell,), is_money=True, sign=cell.sign)
        measure = self._known.measures.get(name)
        if measure is None or depth > DEEPEST:
            return None
        try:
            read = parse_expression(measure.expression, self._known.names)
        except NotAnExpression:
            return None
        return self.value(read.expression, year, depth + 1)


def growth(before: Value, after: Value, years: int = 1) -> Value | None:
    """By what share of the value before it the other is larger; of more than one of `years` by what share in each."""
    if not before.amount or (years > 1 and before.amount * after.amount <= 0):
        return None
    change = (after.amount - before.amount) / abs(before.amount)
    working = f"({after.working} {MINUS} {before.working}) ÷ {before.working}"
    if years > 1:
        change = (after.amount / before.amount) ** (1 / years) - 1
        working = f"({after.working} ÷ {before.working})^(1/{years}) {MINUS} 1"
    return Value(change, working, (*after.cells, *before.cells), is_money=False, is_bare=False)


def scale_of(cells: tuple[LineItemValue, ...]) -> str:
    """The unit that most cells are written in."""
    scales = [cell.scale for cell in cells]
    return max(scales, key=scales.count, default="")


def _decimals(cell: LineItemValue) -> int:
    text = f"{cell.value:.10f}".rstrip("0")
    return len(text.partition(".")[2])


def _bracketed(value: Value, needed: bool) -> str:
    return f"({value.working})" if needed and not value.is_bare else value.working


def _operated(operation: Operation, left: Value, right: Value) -> Value | None:
    operator = operation.operator
    if operator in ("+", "-"):
        amount = left.amount + right.amount if operator == "+" else left.amount - right.amount
    elif operator == "*":
        amount = left.amount * right.amount
    elif right.amount == 0:
        return None
    else:
        amount = left.amount / right.amount
    product = operator in ("*", "/")
    money = (left.is_money or right.is_money) if not product else left.is_money is not right.is_money
    working = f"{_bracketed(left, product)} {SIGNS[operator]} {_bracketed(right, operator != '+')}"
    sign = left.sign or right.sign
    return Value(amount, working, (*left.cells, *right.cells), money, sign, is_bare=False)


def _mean(values: list[Value]) -> Value:
    total = sum(value.amount for value in values) / len(values)
    working = f"({' + '.join(value.working for value in values)}) ÷ {len(values)}"
    cells = tuple(cell for value in values for cell in value.cells)
    return Value(total, working, cells, values[0].is_money, next((v.sign for v in values if v.sign), ""), is_bare=False)


def falls_or_rises(values: list[Value]) -> int:
    """-1 where each is smaller than the one before, 1 where larger, 0 otherwise."""
    steps = {(after.amount > before.amount) - (after.amount < before.amount) for before, after in pairwise(values)}
    return steps.pop() if len(steps) == 1 else 0

"""A result in one sentence that a person can read, and what was left out of it."""

from __future__ import annotations

from collections.abc import Sequence

from lamplight.rag.lexicon.amounts import rounded
from lamplight.rag.lexicon.expenses import as_spoken_of
from lamplight.rag.lexicon.numbers import currency_of
from lamplight.rag.tables.cells import UNSCALED, Column
from lamplight.rag.tables.plan import Plan
from lamplight.rag.tables.query import Result
from lamplight.rag.tables.selections import Filter, selected

MOST_NAMED = 3  # rows that share the first place; more is no answer
SUFFIXES = {"sum": "total", "average": "average", "median": "median"}
TableSentence = tuple[str, float | str] | None


def sentence(plan: Plan, result: Result) -> TableSentence:
    """The answer and its value; None where the result is no answer, as when many rows share the first place."""
    return _SENTENCES[plan.kind](plan, result)


def note(plan: Plan) -> str:
    """Rows without a number in a column that was added up or compared, and totals that were not counted twice."""
    notes = []
    if plan.column >= 0 and plan.kind in (
        "sum",
        "sums",
        "subtotals",
        "average",
        "median",
        "max",
        "min",
        "top",
        "share",
        "groups",
    ):
        column = plan.grid.columns[plan.column]
        empty = sum(column.values[row] is None for row in selected(plan.grid, plan.filters))
        if empty:
            notes.append(f"{_rows(empty)} left out, as {column.head} holds no number there.")
    totals = [value for part in plan.filters if part.operator == "not in" for value in part.values]
    if totals:
        notes.append(f"Not counted: {', '.join(str(value) for value in totals)}.")
    return " ".join(notes)


def _lookup(plan: Plan, result: Result) -> TableSentence:
    column = plan.grid.columns[plan.column]
    row = result.used[0]
    written = column.texts[row]
    value = result.rows[0][0]
    if len(result.rows) != 1 or value is None:
        return None
    if isinstance(value, float):
        written = _with_unit(plan, column, row, written)
    return f"{column.head}{_where(plan)} is {written}.", value


def _with_unit(plan: Plan, column: Column, row: int, written: str) -> str:
    """A cell as the file writes it, with the unit that stands in its head or title."""
    label = plan.grid.columns[0].texts[row]
    suffix = "" if UNSCALED.search(label) and column.suffix[:1] == " " else column.suffix
    before = column.prefix if column.prefix and column.prefix not in written else ""
    return f"{before}{written}{suffix if suffix.strip() not in written else ''}"


def _aggregate(plan: Plan, result: Result) -> TableSentence:
    column = plan.grid.columns[plan.column]
    (value,) = result.rows[0]
    if not isinstance(value, int | float):
        return None
    held = sum(column.values[row] is not None for row in selected(plan.grid, plan.filters))
    decimals = column.decimals if plan.kind == "sum" else _decimals(value, column)
    shown = column.show(value, decimals)
    noun = SUFFIXES[plan.kind]
    return f"The {noun} of {column.head} over {_rows(held)}{_where(plan)} is {shown}.", round(value, max(decimals, 4))


def _sums(plan: Plan, result: Result) -> TableSentence:
    """A sum for each currency or unit that stands in the label's column."""
    column = plan.grid.columns[plan.column]
    held = sum(column.values[row] is not None for row in selected(plan.grid, plan.filters))
    sums = [(str(unit), column.show(value)) for unit, value in result.rows if isinstance(value, int | float)]
    shown = _and([f"{unit} {value}" if currency_of(unit) else f"{value} {unit}" for unit, value in sums])
    return f"The total of {column.head} over {_rows(held)}{_where(plan)} is {shown}.", shown


def _subtotals(plan: Plan, result: Result) -> TableSentence:
    column, label = plan.grid.columns[plan.column], plan.grid.columns[plan.label]
    sums = [f"{_label(name)} {column.show(value)}" for name, value in result.rows if isinstance(value, int | float)]
    if not sums:
        return None
    held = sum(column.values[row] is not None for row in selected(plan.grid, plan.filters))
    return f"The total of {column.head} by {label.head} over {_rows(held)}{_where(plan)}: {'; '.join(sums)}.", _and(
        sums
    )


def _extreme(plan: Plan, result: Result) -> TableSentence:
    column = plan.grid.columns[plan.column]
    value = result.rows[0][1]
    if not isinstance(value, int | float) or len(result.rows) > MOST_NAMED:
        return None
    word = "highest" if plan.kind == "max" else "lowest"
    shown = column.show(value)
    named = [_label(label) for label, _ in result.rows if label is not None]
    if plan.label < 0:
        return f"The {word} {column.head}{_where(plan)} is {shown}.", value
    if len(named) != len(result.rows):
        return None
    have = "has" if len(named) == 1 else "have"
    return f"{_and(named)} {have} the {word} {column.head}{_where(plan)}: {shown}.", _and(named)


def _top(plan: Plan, result: Result) -> TableSentence:
    column = plan.grid.columns[plan.column]
    if len(result.rows) > plan.limit and result.rows[plan.limit - 1][1] == result.rows[plan.limit][1]:
        return None  # two rows share the last place
    rows = result.rows[: plan.limit]
    values = [value for _, value in rows if isinstance(value, int | float)]
    if len(values) < plan.limit:
        return None
    names = [f"{_label(label)} " if label is not None else "" for label, _ in rows]
    listed = "; ".join(f"{name}{column.show(value)}" for name, value in zip(names, values, strict=True))
    word = "highest" if plan.descending else "lowest"
    return f"The {plan.limit} {word} by {column.head}{_where(plan)}: {listed}.", listed


def _groups(plan: Plan, result: Result) -> TableSentence:
    label = plan.grid.columns[plan.label]
    count = max(plan.limit, 1)
    if len(result.rows) > count and result.rows[count - 1][1] == result.rows[count][1]:
        return None
    rows = result.rows[:count]
    if len(rows) < count:
        return None
    listed = "; ".join(f"{_label(name)} {_group_value(plan, value)}" for name, value in rows)
    word = "highest" if plan.descending else "lowest"
    if plan.column < 0:
        word, what = "most" if plan.descending else "fewest", "rows"
    else:
        what = f"total {plan.grid.columns[plan.column].head}"
    by = f"{_label(rows[0][0])} has the {word} {what}" if count == 1 else f"The {count} {word} {what} by {label.head}"
    shown = _group_value(plan, rows[0][1]) if count == 1 else listed
    return f"{by}{_where(plan)}: {shown}.", _label(rows[0][0]) if count == 1 else listed


def _group_value(plan: Plan, value: float | str | None) -> str:
    number = value if isinstance(value, int | float) else 0
    return plan.grid.columns[plan.column].show(number) if plan.column >= 0 else str(number)


def _count(plan: Plan, result: Result) -> TableSentence:
    (value,) = result.rows[0]
    assert isinstance(value, int)
    verb = "is" if value == 1 else "are"
    return f"There {verb} {_rows(value)}{_where(plan)}.", float(value)


def _distinct(plan: Plan, result: Result) -> TableSentence:
    (value,) = result.rows[0]
    assert isinstance(value, int)
    verb, s = ("is", "") if value == 1 else ("are", "s")
    head = plan.grid.columns[plan.column].head
    return f"There {verb} {value:,} different value{s} of {head}{_where(plan)}.", float(value)


def _difference(plan: Plan, result: Result) -> TableSentence:
    first, second = result.rows[0]
    if not isinstance(first, int | float) or not isinstance(second, int | float):
        return None
    column = plan.grid.columns[plan.column]
    if plan.pair:
        names = [_values(plan, part) for part in plan.pair]
        about = f"{column.head}{_where(plan)}"
        names = [f"{about} for {names[0]}", f"for {names[1]}"]
    else:
        names = [f"{column.head}{_where(plan)}", plan.grid.columns[plan.other].head]
    decimals = max(column.decimals, plan.grid.columns[plan.other].decimals if plan.other >= 0 else 0)
    gap = round(first - second, decimals)
    one, two = column.show(first, decimals), column.show(second, decimals)
    if gap == 0:
        return f"{names[0]} is the same as {names[1]}: {one}.", 0.0
    word = "more" if gap > 0 else "less"
    return f"{names[0]} ({one}) is {column.show(abs(gap), decimals)} {word} than {names[1]} ({two}).", gap


def _change(plan: Plan, result: Result) -> TableSentence:
    first, last = result.rows[0]
    column = plan.grid.columns[plan.column]
    if not isinstance(first, int | float) or not isinstance(last, int | float):
        return None
    written = [column.texts[row] for row in result.used]
    first, last = as_spoken_of(first, last, column.head, written)
    points = [_values(plan, part) for part in plan.pair]
    span = f"from {column.show(first)} in {points[0]} to {column.show(last)} in {points[1]}"
    about = f"{column.head}{_where(plan)}"
    gap = round(last - first, column.decimals)
    if gap == 0:
        return f"{about} did not change: {span}.", 0.0
    verb = "rose" if gap > 0 else "fell"
    if not plan.percent:
        points_of = " percentage points" if column.suffix == "%" else ""
        by = f"{abs(gap):,.{column.decimals}f}{points_of}" if points_of else column.show(abs(gap))
        return f"{about} {verb} by {by}, {span}.", gap
    if first <= 0:
        return None  # a percentage of nothing, or of a loss, says nothing
    part = float(rounded(100 * (last - first) / first, 1))
    return f"{about} {verb} by {abs(part):,.1f}%, {span}.", part


def _share(plan: Plan, result: Result) -> TableSentence:
    part, whole = result.rows[0]
    if not isinstance(part, int | float) or not isinstance(whole, int | float) or whole <= 0 or not 0 <= part <= whole:
        return None
    percent = float(rounded(100 * part / whole, 1))
    name = " or ".join(_values(plan, one) for one in plan.pair)
    if plan.column < 0:
        return f"{name} is {percent}% of the rows ({part:,} of {whole:,}).", percent
    column = plan.grid.columns[plan.column]
    return f"{name} is {percent}% of the total of {column.head} ({column.show(part)} of {column.show(whole)}).", percent


_SENTENCES = {
    "lookup": _lookup, "sum": _aggregate, "sums": _sums, "subtotals": _subtotals, "average": _aggregate,
    "median": _aggregate, "max": _extreme, "min": _extreme, "top": _top, "groups": _groups, "count": _count,
    "distinct": _distinct, "difference": _difference, "change": _change, "share": _share,
}  # fmt: skip


def _where(plan: Plan) -> str:
    """The rows that were asked for, in words: " in 2026", " for Travel", " where Region is Europe"."""
    parts = []
    for part in plan.filters:
        column = plan.grid.columns[part.column]
        values = _values(plan, part)
        if part.operator == "not in":
            continue
        if part.operator == "in" and column.kind == "year":
            parts.append(f" in {values}")
        elif part.operator == "in" and part.column == 0:
            parts.append(f" for {values}")
        elif part.operator == "in":
            parts.append(f" where {column.head} is {values}")
        elif part.operator == "between":
            parts.append(f" from {values}")
        else:
            compared = _COMPARED if column.is_number else _COMPARED_TIMES
            parts.append(f" where {column.head} is {compared[part.operator]} {values}")
    return "".join(parts).replace(" where ", " and ").replace(" and ", " where ", 1) if parts else ""


_COMPARED_TIMES = {">": "after", ">=": "not before", "<": "before", "<=": "not after"}
_COMPARED = {">": "over", ">=": "at least", "<": "under", "<=": "at most"}


def _values(plan: Plan, part: Filter) -> str:
    column = plan.grid.columns[part.column]
    number = column.is_number and part.operator in _COMPARED
    shown = [column.show(value) if number and isinstance(value, float) else _label(value) for value in part.values]
    return " to ".join(shown) if part.operator == "between" else " or ".join(shown)


def _label(value: float | str | None) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def _decimals(value: float, column: Column) -> int:
    """Two more than the cells have, if the value needs them."""
    most = min(column.decimals + 2, max(column.decimals, 2))
    return column.decimals if round(value, column.decimals) == round(value, most) else most


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def _and(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"

"""Whether a table can carry what is to be computed over it."""

from __future__ import annotations

from collections.abc import Sequence

from lamplight.rag.tables.cells import Grid, same_periods
from lamplight.rag.tables.plan import Plan
from lamplight.rag.tables.selections import selected
from lamplight.rag.tables.totals import added_rows
from lamplight.rag.tables.vocabulary import SUBTOTALS, meaning

AS_WRITTEN = ("lookup", "difference", "change")  # of one cell, or of two
FOUR_DIGITS = 1000


def can_be_trusted(plan: Plan, crosstab: bool) -> bool:
    """Whether the rows behind a plan can carry it."""
    rows = selected(plan.grid, plan.filters)
    if plan.kind not in AS_WRITTEN and len(rows) > 1 and not added_rows(plan.grid).keys().isdisjoint(rows):
        return False
    if plan.column >= 0 and plan.kind not in (*AS_WRITTEN, "distinct"):
        if _holds_codes(plan.grid, plan.column):
            return False
        held = [row for row in rows if plan.grid.columns[plan.column].values[row] is not None]
        # "The maximum dose of metformin" over its one row is a dose, and not the maximum that was asked for.
        least = 2 if plan.grid.transposed or plan.kind in ("average", "median", "max", "min") else 1
        if len(held) < least or (plan.grid.transposed and not _one_kind_of_period(plan.grid, held)):
            return False
    if plan.kind == "sum" and not _agrees_with_total(plan, rows):
        return False
    if not crosstab:
        return plan.kind != "lookup" or plan.grid.columns[plan.column].values[rows[0]] is not None
    # Lines of a statement (sales, net income, assets) don't add up and each has its own unit.
    labels = [set(meaning(text)) for row, text in enumerate(plan.grid.columns[0].texts) if row in set(rows)]
    return plan.kind not in AS_WRITTEN and not any(SUBTOTALS & words for words in labels)


def _holds_codes(grid: Grid, index: int) -> bool:
    """Whether the first column has the numbers of orders or rows: whole, each once, going up or of four digits."""
    column = grid.columns[index]
    values = [value for value in column.values if isinstance(value, float)]
    if index or column.prefix or column.suffix or column.decimals or not grid.numbers_rows(index):
        return False
    return values == sorted(values) or min(values) >= FOUR_DIGITS


def _one_kind_of_period(grid: Grid, rows: Sequence[int]) -> bool:
    return same_periods([grid.table.columns[grid.origin(row, 1)[1]] for row in rows])


def _agrees_with_total(plan: Plan, rows: Sequence[int]) -> bool:
    """A table's own total must be the sum of its rows, or they are not to be added."""
    column = plan.grid.columns[plan.column]
    if any(part.operator != "not in" for part in plan.filters):
        return True
    totals = [column.values[row] for row in set(range(plan.grid.height)) - set(rows)]
    added = sum(value for row in rows if isinstance(value := column.values[row], float))
    stated = [value for value in totals if isinstance(value, float)]
    return not stated or any(abs(value - added) <= 0.001 * abs(value) + 0.5 * 10**-column.decimals for value in stated)

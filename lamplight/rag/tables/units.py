"""Amounts whose currency or unit stands in a column of its own: of different ones each is added up by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lamplight.rag.lexicon.numbers import currency_of, is_unit
from lamplight.rag.tables.cells import Column, Grid
from lamplight.rag.tables.plan import Plan
from lamplight.rag.tables.selections import selected
from lamplight.rag.tables.vocabulary import words_of

MOSTLY = 0.8  # of the words in a column of units are known as such


def apart_by_unit(plan: Plan) -> Plan | None:
    """The plan, for a sum over several units a sum of each; None where they can't be told apart or compared."""
    if plan.column < 0 or plan.kind in ("lookup", "count", "distinct"):
        return plan
    units = _unit_column(plan.grid, plan.column)
    rows = _rows(plan)
    held = {units.values[row] for row in rows} if units else set()
    if units is None or len(held) < 2:
        return plan
    label = plan.grid.columns.index(units)
    return replace(plan, kind="sums", label=label) if plan.kind == "sum" and None not in held else None


def _rows(plan: Plan) -> list[int]:
    """Those with a number of the plan's column; of two selections that are compared, theirs."""
    chosen = selected(plan.grid, plan.filters)
    if plan.pair and plan.kind != "share":
        pair = {row for part in plan.pair for row in selected(plan.grid, (part,))}
        chosen = [row for row in chosen if row in pair]
    return [row for row in chosen if plan.grid.columns[plan.column].values[row] is not None]


def _unit_column(grid: Grid, column: int) -> Column | None:
    """The column of currencies or units that the numbers of another one have, if they don't name their own."""
    counted = grid.columns[column]
    if counted.prefix or counted.suffix or any(is_unit(word.lower) for word in words_of(counted.head)):
        return None
    return next((other for other in grid.columns if other.kind == "text" and _holds_units(other.values)), None)


def _holds_units(values: Sequence[float | str | None]) -> bool:
    """Single letters are no units by themselves, but sizes (S, M, L), genders or results."""
    written = [value for value in values if isinstance(value, str)]
    known = [value for value in written if currency_of(value) or is_unit(value.lower())]
    return len(known) >= MOSTLY * len(written) and any(len(value) > 1 for value in known)

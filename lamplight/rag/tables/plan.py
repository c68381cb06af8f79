"""What there is to compute for a question that has been taken apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from lamplight.rag.tables.cells import Grid
from lamplight.rag.tables.parsed_question import ParsedQuestion
from lamplight.rag.tables.selections import Filter, selected
from lamplight.rag.tables.totals import without_totals
from lamplight.rag.tables.vocabulary import (
    MONEY_HEADS,
    PERSON_HEADS,
    PRICE_HEADS,
    PROPERTY_HEADS,
    RANKS,
    SPENT_HEADS,
    WHICH_PRICE,
    meaning,
)

PlanKind = Literal[
    "lookup", "sum", "sums", "subtotals", "average", "median", "max", "min", "top", "groups", "count", "distinct",
    "difference", "change", "share",
]  # fmt: skip
EXTREMES = ("max", "min")
MOST_GROUPS = 20  # that are told in one sentence


@dataclass(frozen=True, slots=True)
class Plan:
    """What to compute; columns are indices, -1 where there is none. `pair` are two selections to compare, `label` is
    the column that names an answer's rows, and `score` says how much of the question the table's own words explain.
    """

    grid: Grid
    kind: PlanKind
    column: int = -1
    other: int = -1
    label: int = -1
    filters: tuple[Filter, ...] = ()
    pair: tuple[Filter, ...] = ()
    limit: int = 0
    descending: bool = True
    percent: bool = False
    score: float = 0.0


def plans(asked: ParsedQuestion, grid: Grid) -> Iterator[Plan]:
    """The computations that the parts amount to: none or one, rarely two."""
    operations = set(asked.operations)
    percent = "percent" in operations
    operations -= {"percent"}
    if "each" in operations:
        yield from _subtotals(asked, grid, operations - {"each"}) if not percent else ()
    elif operations - {"sum"} == {"change"} and "sum" not in operations:
        yield from _change(asked, grid, percent)
    elif operations == {"more"} or (operations == {"more", "sum"}):
        yield from _difference(asked, grid) if not percent else ()
    elif operations - {"sum"} == {"share"} or (percent and operations <= {"sum", "share"}):
        yield from _share(asked, grid)
    elif percent or asked.pair:
        return
    elif operations & set(EXTREMES):
        yield from _extreme(asked, grid, operations)
    elif asked.counts and operations <= {"count", "sum", "distinct"}:
        yield from _count(asked, grid, operations)
    elif operations in ({"sum"}, {"average"}, {"median"}):
        yield from _aggregate(asked, grid, operations.pop())
    elif not operations:
        yield from _lookup(asked, grid)


def _value_columns(asked: ParsedQuestion, grid: Grid) -> list[int]:
    """The number column that is asked for: named, or the only one of money when the question speaks of money."""
    if asked.numbers:
        if asked.money and not all(_is_money(grid, index) for index in asked.numbers):
            return []
        return asked.numbers
    heads = SPENT_HEADS if "spend" in asked.roles else PRICE_HEADS if "price" in asked.roles else frozenset()
    if "money" in asked.roles or asked.roles >= {"spend", "price"} or grid.transposed:
        return []
    stems = [set(meaning(column.head)) for column in grid.columns]
    return [
        index
        for index, column in enumerate(grid.columns)
        if column.is_number and stems[index] & heads and stems[index] <= heads | WHICH_PRICE
    ]


def _is_money(grid: Grid, index: int) -> bool:
    column = grid.columns[index]
    return column.is_number and (bool(column.prefix) or bool(MONEY_HEADS & set(meaning(column.head))))


def _aggregate(asked: ParsedQuestion, grid: Grid, kind: str) -> Iterator[Plan]:
    columns = _value_columns(asked, grid)
    if len(columns) == 1 and not asked.labels and not asked.limit:
        if kind == "sum" and grid.columns[columns[0]].suffix == "%":
            return
        yield Plan(grid, kind, columns[0], filters=without_totals(grid, asked.filters))  # type: ignore[arg-type]


def _subtotals(asked: ParsedQuestion, grid: Grid, operations: set[str]) -> Iterator[Plan]:
    """The sum of a column for each value of another one."""
    columns = _value_columns(asked, grid)
    sums = operations == {"sum"} or (not operations and "spend" in asked.roles)
    if not sums or len(columns) != 1 or len(asked.labels) != 1 or asked.pair or asked.limit or grid.transposed:
        return
    column, label, filters = columns[0], asked.labels[0], without_totals(grid, asked.filters)
    groups = {grid.columns[label].values[row] for row in selected(grid, filters)}
    summable = grid.columns[column].suffix != "%" and not PROPERTY_HEADS & set(meaning(grid.columns[column].head))
    if summable and None not in groups and 1 < len(groups) <= MOST_GROUPS:
        yield Plan(grid, "subtotals", column, label=label, filters=filters)


def _extreme(asked: ParsedQuestion, grid: Grid, operations: set[str]) -> Iterator[Plan]:
    """The largest or smallest of a column, the row it is in, the first N, or the group with the largest sum."""
    kinds = operations & set(EXTREMES)
    if len(kinds) != 1 or operations - kinds - {"sum"} or len(asked.labels) > 1:
        return
    kind = kinds.pop()
    columns = _value_columns(asked, grid)
    wanted = [word for word in ("which", "who", "when") if word in asked.lower]
    label = asked.labels[0] if asked.labels else _implied_label(grid, wanted)
    filters = without_totals(grid, asked.filters)
    base = Plan(grid, "max", label=label, filters=filters, limit=asked.limit, descending=kind == "max")
    by_rows = asked.of_rows and not asked.numbers and not asked.money
    by_rows = by_rows and not any(_is_money(grid, index) for index in range(len(grid.columns)))
    if by_rows and label >= 0 and "most" in asked.lower and wanted:
        yield replace(base, kind="groups", column=-1)
    if len(columns) != 1 or (wanted and label < 0) or (asked.of_rows and label < 0 and not asked.limit):
        return
    if RANKS & set(meaning(grid.columns[columns[0]].head)):
        return
    unique = label < 0 or _is_unique(grid, label, filters)
    summed = "sum" in operations or (bool({"most", "least"} & set(asked.lower)) and "price" not in asked.roles)
    if not unique and (not summed or grid.columns[columns[0]].suffix == "%"):
        return
    if not unique:
        yield replace(base, kind="groups", column=columns[0])
    elif "sum" not in operations and asked.limit:
        yield replace(base, kind="top", column=columns[0], label=label if label >= 0 else _first_label(grid))
    elif "sum" not in operations:
        yield replace(base, kind=kind, column=columns[0], label=label)  # type: ignore[arg-type]


def _count(asked: ParsedQuestion, grid: Grid, operations: set[str]) -> Iterator[Plan]:
    filters = without_totals(grid, asked.filters)
    if len(asked.numbers) == 1 and not asked.labels and grid.numbers_rows(asked.numbers[0]):
        yield Plan(grid, "distinct", asked.numbers[0], filters=filters)
    elif asked.numbers:
        yield from _quantity(asked, grid)
    elif len(asked.labels) == 1 and not asked.money:
        if yes := grid.columns[asked.labels[0]].yes:  # "how many guests are coming?": of whom it is true
            yield Plan(grid, "count", filters=(*filters, Filter(asked.labels[0], "in", yes)))
        elif "sum" not in operations or not _holds_quantities(grid, filters):
            yield Plan(grid, "distinct", asked.labels[0], filters=filters)
    elif asked.labels or asked.money or "distinct" in operations:
        return
    elif "rows" in asked.roles or ("title" in asked.roles and not _holds_quantities(grid, filters)):
        yield Plan(grid, "count", filters=filters)


def _holds_quantities(grid: Grid, filters: Sequence[Filter]) -> bool:
    """Whether "how many" may ask for the sum of a column: one of bare numbers, of which the question sets no limit."""
    limited = {part.column for part in filters}
    return any(
        column.is_number
        and not (column.prefix or column.suffix or index in limited or grid.numbers_rows(index))
        and not (MONEY_HEADS | PROPERTY_HEADS) & set(meaning(column.head))
        for index, column in enumerate(grid.columns)
    )


def _quantity(asked: ParsedQuestion, grid: Grid) -> Iterator[Plan]:
    """ "How many units were sold in Europe?" where the column holds whole numbers of them: one cell, or their sum."""
    if len(asked.numbers) != 1 or asked.labels or asked.money or not asked.filters:
        return
    column = grid.columns[asked.numbers[0]]
    if column.prefix or column.suffix or column.decimals:
        return
    rows = selected(grid, asked.filters)
    if len(rows) == 1:
        yield Plan(grid, "lookup", asked.numbers[0], filters=asked.filters)
    elif not grid.transposed:
        yield Plan(grid, "sum", asked.numbers[0], filters=without_totals(grid, asked.filters))


def _lookup(asked: ParsedQuestion, grid: Grid) -> Iterator[Plan]:
    """One cell; or with "spend" the sum of what was spent."""
    if asked.limit:
        return
    columns = asked.columns or _value_columns(asked, grid)
    if len(columns) != 1 or (asked.money and not _is_money(grid, columns[0])):
        return
    column = grid.columns[columns[0]]
    numeric = "how" in asked.lower
    if (numeric and not column.is_number) or ("when" in asked.lower and column.kind not in ("date", "year")):
        return
    if ("who" in asked.lower or "where" in asked.lower) and column.kind != "text":
        return
    rows = selected(grid, asked.filters)
    if len(rows) == 1 and (asked.filters or grid.height == 1):
        yield Plan(grid, "lookup", columns[0], filters=asked.filters)
    elif len(rows) > 1 and "spend" in asked.roles and "how" in asked.lower and not grid.transposed:
        yield Plan(grid, "sum", columns[0], filters=without_totals(grid, asked.filters))


def _difference(asked: ParsedQuestion, grid: Grid) -> Iterator[Plan]:
    """Between two columns of one row, or between two selections of one column."""
    if asked.labels or asked.limit:
        return
    columns = _value_columns(asked, grid)
    added = "sum" in asked.operations or "spend" in asked.roles
    if len(columns) == 2 and asked.numbers and not asked.pair and _same_units(grid, columns):
        if (
            len(selected(grid, asked.filters)) == 1
            and (asked.filters or grid.height == 1)
            and "sum" not in asked.operations
        ):
            yield Plan(grid, "difference", columns[0], columns[1], filters=asked.filters)
    elif len(columns) == 1 and len(asked.pair) == 2:
        sizes = [len(selected(grid, (*asked.filters, part))) for part in asked.pair]
        if sizes == [1, 1] or (added and not grid.transposed and all(sizes)):
            yield Plan(grid, "difference", columns[0], filters=asked.filters, pair=asked.pair)


def _change(asked: ParsedQuestion, grid: Grid, percent: bool) -> Iterator[Plan]:
    """From one year to another; the order of the question is the order of time."""
    columns = _value_columns(asked, grid)
    if len(columns) != 1 or asked.labels or len(asked.pair) != 2 or asked.limit:
        return
    first, last = asked.pair
    kinds = {grid.columns[part.column].kind for part in asked.pair}
    ordered = kinds == {"year"} and first.values[0] < last.values[0]  # type: ignore[operator]
    if ordered and all(len(selected(grid, (*asked.filters, part))) == 1 for part in asked.pair):
        yield Plan(grid, "change", columns[0], filters=asked.filters, pair=asked.pair, percent=percent)


def _share(asked: ParsedQuestion, grid: Grid) -> Iterator[Plan]:
    """What part of a column's sum, or of the rows, one selection is."""
    if (
        "of" not in asked.lower
        or len(asked.filters) != 1
        or asked.filters[0].operator != "in"
        or grid.transposed
        or asked.limit
        or asked.pair
    ):
        return
    total = without_totals(grid, ())
    columns = _value_columns(asked, grid)
    if len(columns) == 1 and not asked.labels and grid.columns[columns[0]].suffix != "%":
        yield Plan(grid, "share", columns[0], filters=total, pair=asked.filters)
    elif columns or asked.money or len(asked.labels) > 1:
        return
    elif _is_unique(grid, asked.labels[0], total) if asked.labels else asked.of_rows:
        yield Plan(grid, "share", filters=total, pair=asked.filters)


def _same_units(grid: Grid, columns: Sequence[int]) -> bool:
    first, second = (grid.columns[index] for index in columns)
    return (first.prefix, first.suffix) == (second.prefix, second.suffix)


def _is_unique(grid: Grid, column: int, filters: Sequence[Filter]) -> bool:
    values = [grid.columns[column].values[row] for row in selected(grid, filters)]
    return len(set(values)) == len(values)


def _implied_label(grid: Grid, wanted: Sequence[str]) -> int:
    """ "Who" asks for a column of names, "when" for one of years or dates."""
    if wanted == ["who"]:
        fitting = [index for index, column in enumerate(grid.columns) if PERSON_HEADS & set(meaning(column.head))]
    elif wanted == ["when"]:
        fitting = [index for index, column in enumerate(grid.columns) if column.kind in ("year", "date")]
    else:
        fitting = []
    return fitting[0] if len(fitting) == 1 else -1


def _first_label(grid: Grid) -> int:
    return next((index for index, column in enumerate(grid.columns) if not column.is_number), -1)

"""Rows that sum up others, which are not to be counted twice: they say so, or their numbers do."""

from __future__ import annotations

from collections.abc import Sequence

from lamplight.rag.tables.cells import Column, Grid, is_total
from lamplight.rag.tables.selections import Filter

# One column adds up by chance more easily than two.
FEWEST_ADDED, FEWEST_ADDED_ALONE = 2, 3  # rows


def without_totals(grid: Grid, filters: tuple[Filter, ...]) -> tuple[Filter, ...]:
    """`filters`, then one against the labels of totals in each column that these leave alone."""
    chosen = {part.column for part in filters}
    left_out = [
        Filter(index, "not in", tuple(labels)) for index, labels in _total_labels(grid).items() if index not in chosen
    ]
    return (*filters, *left_out)


def added_rows(grid: Grid) -> dict[int, int]:
    """Rows that by their numbers sum up all above them, or all since the last such row; in how many columns they do.

    Each column that holds a number there has to agree, but those of shares and of the numbers of rows.
    """
    columns = [
        column
        for index, column in enumerate(grid.columns)
        if column.is_number and column.suffix != "%" and not grid.numbers_rows(index)
    ]
    found: dict[int, int] = {}
    items: list[int] = []
    since = 0  # the place in `items` behind the last sum
    for row in range(grid.height if columns and not grid.transposed else 0):
        agreeing = max(_agreeing(columns, row, items), _agreeing(columns, row, items[since:]))
        if agreeing:
            found[row] = agreeing
        if agreeing or is_total(_label(grid, row)[1]):
            since = len(items)
        else:
            items.append(row)
    return found


def _agreeing(columns: Sequence[Column], row: int, above: Sequence[int]) -> int:
    """In how many columns a row is the sum of those `above`; 0 where it may be by chance, or in one it isn't."""
    counts = []
    for column in columns:
        parts = [value for other in above if isinstance(value := column.values[other], float) and value]
        whole = column.values[row]
        if not isinstance(whole, float):
            continue
        if abs(sum(parts) - whole) > 0.5 * 10**-column.decimals:
            return 0
        counts.append(len(parts))
    counts = [count for count in counts if count >= FEWEST_ADDED]
    return len(counts) if len(counts) > 1 or max(counts, default=0) >= FEWEST_ADDED_ALONE else 0


def _total_labels(grid: Grid) -> dict[int, list[str]]:
    """The labels of rows that sum up others, by the column they stand in."""
    found: dict[int, list[str]] = {}
    added = added_rows(grid)
    for row in range(grid.height):
        index, label = _label(grid, row)
        sums = added.get(row, 0) > 1 and grid.columns[index].values.count(label) == 1
        if label and (sums or is_total(label)) and label not in found.setdefault(index, []):
            found[index].append(label)
    return {index: labels for index, labels in found.items() if labels}


def _label(grid: Grid, row: int) -> tuple[int, str]:
    """The first filled cell of a row, if it has words, and its column; -1 and nothing otherwise."""
    index = next((index for index, column in enumerate(grid.columns) if column.texts[row]), -1)
    label = grid.columns[index].values[row] if index >= 0 else None
    return (index, label) if isinstance(label, str) else (-1, "")

"""Rows and columns of a Word table, with what spans several of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from lamplight.ingest.readers.word.names import VAL, W, is_on, value, whole

WRAPPERS = {f"{W}sdt", f"{W}sdtContent", f"{W}ins", f"{W}moveTo", f"{W}customXml", f"{W}smartTag"}
WIDEST_SPAN = 100  # columns; Word allows 63


def children(element: Any, *names: str) -> Iterator[Any]:
    """An element's children of these names, also those in content controls and tracked changes."""
    for child in element:
        if child.tag in names:
            yield child
        elif child.tag in WRAPPERS:
            yield from children(child, *names)


def grid_of(table: Any, words: Callable[[Any], str]) -> tuple[list[list[str]], int]:
    """Its cells by rows, and how many rows are marked as heads; `words` reads a cell.

    A cell over several columns stands in the first of them, one over several rows in each.
    """
    grid: list[list[str]] = []
    heads = 0
    for row in children(table, f"{W}tr"):
        properties = row.find(f"{W}trPr")
        if properties is not None and properties.find(f"{W}del") is not None:
            continue
        cells = [""] * min(whole(value(row, "trPr/gridBefore")) or 0, WIDEST_SPAN)
        for cell in children(row, f"{W}tc"):
            merged = cell.find(f"{W}tcPr/{W}vMerge")
            goes_on = merged is not None and merged.get(VAL, "continue") == "continue"
            above = grid[-1][len(cells)] if goes_on and grid and len(cells) < len(grid[-1]) else ""
            span = min(max(whole(value(cell, "tcPr/gridSpan")) or 1, 1), WIDEST_SPAN)
            cells += [above if goes_on else words(cell), *[""] * (span - 1)]
        if is_on(properties, "tblHeader") and heads == len(grid):
            heads += 1
        grid.append(cells)
    return grid, heads


def is_layout(table: Any, is_heading: Callable[[Any], bool]) -> bool:
    """Whether a table only places what is in it: it has one column, or headings below its first row."""
    rows = [list(children(row, f"{W}tc")) for row in children(table, f"{W}tr")]
    if all(len(row) <= 1 for row in rows):
        return True
    return any(is_heading(paragraph) for row in rows[1:] for cell in row for paragraph in children(cell, f"{W}p"))

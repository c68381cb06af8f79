"""The table a passage was taken from, with the row and the cells that an answer rests on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lamplight.library.records import Table

ROWS_AROUND = 12  # of a long table, above and below the first row that is marked
WORD = re.compile(r"[\w.,%/-]+")


def table_value(tables: Iterable[Table], quotes: list[str], answer: str) -> dict[str, Any] | None:
    """Plain values for `assets/sources.js`: the rows around those that `quotes` cite; None when no table holds them.

    `cells` are [row, column] of what the answer says, both counted in the rows that are shown.
    """
    lines = {" ".join(WORD.findall(line)) for quote in quotes for line in quote.splitlines()}
    for table in tables:
        marked = [number for number, row in enumerate(table.rows) if _line(row) in lines]
        if marked:
            return _shown(table, marked, answer)
    return None


def _line(row: list[str]) -> str:
    return " ".join(WORD.findall(" | ".join(row)))


def _shown(table: Table, marked: list[int], answer: str) -> dict[str, Any]:
    first = max(0, marked[0] - ROWS_AROUND)
    last = min(len(table.rows), marked[0] + ROWS_AROUND + 1)
    said = set(WORD.findall(answer)) | {word.rstrip(".,") for word in WORD.findall(answer)}
    rows = [number for number in marked if number < last]
    return {
        "name": table.name,
        "columns": table.columns,
        "rows": table.rows[first:last],
        "marked": [number - first for number in rows],
        "cells": [
            [number - first, column]
            for number in rows
            for column, cell in enumerate(table.rows[number])
            if (words := WORD.findall(cell)) and said.issuperset(words)
        ],
        "above": first,
        "below": len(table.rows) - last,
    }

"""Rows that sum up others are never counted again, whatever they are called; others are never taken for such."""

from __future__ import annotations

import pytest

from lamplight.rag.computation import compute
from lamplight.rag.tables.cells import grids
from lamplight.rag.tables.totals import added_rows
from tests.test_computation import computed, table

RENOVATION = """
Work | Cost
Plumbing | 1,200.50
Tiles | 980.00
Paint | 655.00
{label} | 2,835.50
"""
FAIR = table(
    "Seedlings of the spring fair",
    """
    Plant | Sat | Sun | Both days | Price
    Tomato | 41 | 38 | 79 | 1.50
    Chilli | 22 | 17 | 39 | 1.80
    Basil | 30 | 35 | 65 | 1.20
    Everything | 93 | 90 | 182 |
    """,
)
BUDGET = table(
    "Household budget",
    """
    Category | Planned | Actual
    Rent | 1,150.00 | 1,150.00
    Heating | 80.00 | 71.15
    Housing subtotal | 1,230.00 | 1,221.15
    Groceries | 480.00 | 526.30
    Eating out | 120.00 | 188.00
    Food subtotal | 600.00 | 714.30
    Total | 1,830.00 | 1,935.45
    """,
)


@pytest.mark.parametrize("label", ["Summe", "Gesamtsumme", "Zwischensumme", "Somme", "Suma", "合计", "Costs subtotal"])
def test_a_total_is_known_by_its_word_in_other_languages(label: str) -> None:
    found = computed("What is the sum of the cost?", table("Renovation", RENOVATION.format(label=label)))
    assert (found.value, found.note) == (2835.5, f"Not counted: {label}.")


@pytest.mark.parametrize("label", ["", "Everything"])
def test_a_row_of_one_column_that_adds_up_without_saying_so_keeps_the_sum_from_being_told(label: str) -> None:
    source = table("Renovation", RENOVATION.format(label=label))
    assert compute("What is the sum of the cost?", [source]) is None
    assert compute("How much is the cost of tiles?", [source]) is not None


def test_a_row_that_adds_up_in_several_columns_is_a_total_whatever_it_is_called() -> None:
    whole = table("Seedlings", "\n".join(["|".join(FAIR.columns), *map("|".join, FAIR.rows)]).replace("182", "183"))
    found = computed("What is the sum of Sun?", whole)
    assert (found.value, found.note) == (90.0, "Not counted: Everything.")
    assert computed("What is the sum of Sun?", FAIR).value == 180.0  # not in every column: an ordinary row


def test_subtotals_are_not_counted_beside_what_they_add_up() -> None:
    assert computed("What is the sum of planned?", BUDGET).value == 1830.0
    assert computed("What is the average actual?", BUDGET).value == pytest.approx(1935.45 / 4)
    assert computed("What is the highest planned?", BUDGET).value == 1150.0
    assert computed("How much is planned for the housing subtotal?", BUDGET).value == 1230.0


@pytest.mark.parametrize(
    "column", ["1 | 2 | 3", "3 | 0 | 0 | 3", "1 | 2 | 3 | 5 | 9", "5 | 1 | 2 | 4"], ids=lambda column: str(column)
)
def test_what_adds_up_by_chance_is_an_ordinary_row(column: str) -> None:
    rows = "\n".join(f"{name} | {goals}" for name, goals in zip("ABCDE", column.split(" | "), strict=False))
    [grid] = grids(table("Goals", f"Player | Goals\n{rows}"))
    assert not added_rows(grid)

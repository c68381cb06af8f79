"""What a table can't carry is not computed: amounts of different currencies in one, numbers of orders added up."""

from __future__ import annotations

import pytest

from lamplight.library.records import Table
from lamplight.rag.computation import compute
from tests.test_computation import computed, table

TRAVEL = table(
    "Travel expenses",
    """
    Who | What | Amount | Currency | Nights
    Anna | Train | 86.40 | CHF | 0
    Ben | Hotel | 310.00 | CHF | 2
    Anna | Dinner | 128.50 | CHF | 0
    Anna | Flight | 219.90 | EUR | 0
    Carla | Fee | 450.00 | EUR | 1
    Ben | Licence | 99.00 | USD | 0
    """,
)
STOCK = table(
    "Stock",
    """
    Item | Stock | Unit
    White paint | 12 | l
    Blue paint | 3 | l
    Screws | 1,200 | pcs
    Plaster | 18 | kg
    Gloves | 44 | pairs
    """,
)
ORDERS = table(
    "Orders",
    """
    Order | Date | Customer | Total
    1001 | 03/14/2025 | Baker | $1,240.00
    1002 | 04/22/2025 | Nguyen | $310.50
    1003 | 05/21/2025 | Baker | $89.99
    """,
)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("What is the total amount?", "CHF 524.90, EUR 669.90 and USD 99.00"),
        ("How much did Anna spend?", "CHF 214.90 and EUR 219.90"),
        ("What is the total amount of Carla?", "450.00"),
        ("What is the total amount where the currency is CHF?", "524.90"),
    ],
)
def test_each_currency_is_added_up_by_itself(question: str, said: str) -> None:
    assert computed(question, TRAVEL).answer.endswith(f" is {said}.")


def test_each_unit_is_added_up_by_itself() -> None:
    found = computed("What is the total stock?", STOCK)
    assert found.answer.endswith(" is 18 kg, 15 l, 44 pairs and 1,200 pcs.")
    assert len(found.cells) == 10 and found.sql.count("GROUP BY") == 1


@pytest.mark.parametrize("question", ["What is the average amount?", "What is the highest amount?"])
def test_different_currencies_are_neither_compared_nor_averaged(question: str) -> None:
    assert compute(question, [TRAVEL]) is None


def test_letters_that_may_be_units_are_none_by_themselves() -> None:
    sizes = table("Shirts", "Shirt | Size | Sold\nRed | S | 40\nBlue | M | 30\nGreen | L | 2")
    assert computed("What is the total sold?", sizes).value == 72.0


def test_numbers_of_orders_are_not_added_up() -> None:
    found = compute("How much did Baker order in total?", [ORDERS])
    assert found is None or "2,004" not in found.answer
    assert computed("How many orders are there?", ORDERS).value == 3.0
    lines = table("Invoice", "Quantity | Item\n3 | Lamps\n5 | Bulbs\n2 | Shades")
    assert computed("What is the total quantity?", lines).value == 10.0


HOURS = table(
    "Team hours",
    """
    Name | Week | Mon | Tue | Total
    Kim | 23 | 8 | 7.5 | 15.5
    Lee | 23 | 8 | 8 | 16
    Kim | 24 | 8 | 0 | 8
    """,
)
SEEDLINGS = table("Seedlings sold", "Plant | Sat | Sun\nTomato | 41 | 38\nChilli | 22 | 17\nBasil | 30 | 35")


@pytest.mark.parametrize(
    ("source", "question"),
    [
        (HOURS, "How many hours did Kim work in total?"),
        (HOURS, "How many hours are there for Kim?"),
        (SEEDLINGS, "How many seedlings were sold?"),
        (SEEDLINGS, "How many plants were sold in total?"),
    ],
)
def test_how_many_is_no_count_of_rows_where_a_column_may_say_it(source: Table, question: str) -> None:
    assert compute(question, [source]) is None


def test_how_many_counts_rows_where_these_are_meant() -> None:
    assert computed("How many plants are there?", SEEDLINGS).value == 3.0
    assert computed("How many rows are there for Kim?", HOURS).value == 2.0
    members = table("Club members", "Who | Age | Town\nAnn | 34 | Dover\nBo | 41 | Hythe\nCy | 29 | Dover")
    assert computed("How many members are in Dover?", members).value == 2.0
    visits = table("Visits", "Day | Guests | Town\nMonday | 40 | Dover\nTuesday | 12 | Hythe")
    assert computed("How many visits had over 20 guests?", visits).value == 1.0


@pytest.mark.parametrize("head", ["amount_gbp", "Amount GBP", "Amount (GBP)"])
def test_a_head_may_name_its_currency_as_programs_write_it(head: str) -> None:
    spending = table(
        "Spending",
        f"""
        date | category | {head} | paid_by
        2026-01-05 | groceries | 64.20 | Leila
        2026-01-09 | energy | 69.80 | Daniel
        2026-02-18 | groceries | 22.40 | Daniel
        """,
    )
    assert computed("How much did we spend on groceries?", spending).answer.endswith(" is £86.60.")

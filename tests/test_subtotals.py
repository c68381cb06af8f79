"""A sum for each of some groups."""

from __future__ import annotations

import pytest

from lamplight.rag.computation import compute
from tests.test_computation import computed, table

WAGES = table(
    "Wages",
    """
    Name | Team | Wage | Age
    Ada Moore | Garden | 2,100 | 41
    Ben Okoye | Kitchen | 1,950 | 29
    Cara Lind | Garden | 2,300 | 35
    Total | | 6,350 |
    """,
)
SPENDING = table(
    "Spending",
    """
    Date | Shop | Category | Amount
    2024-01-03 | Aster | Food | £12.50
    2024-01-09 | Birch | Travel | £40.00
    2024-02-01 | Cedar | Food | £7.25
    """,
)


@pytest.mark.parametrize("question", ["Total wage per team", "What is the total wage of each team?"])
def test_a_sum_for_each_group(question: str) -> None:
    found = computed(question, WAGES)
    assert found.answer == "The total of Wage by Team over 3 rows: Garden 4,400; Kitchen 1,950."
    assert "GROUP BY" in found.sql


@pytest.mark.parametrize("question", ["How much did we spend per category?", "Total amount by category"])
def test_spending_for_each_group(question: str) -> None:
    assert computed(question, SPENDING).answer.endswith(": Food £19.75; Travel £40.00.")


@pytest.mark.parametrize("question", ["What is the total age per team?", "What is the average wage per team?"])
def test_what_is_no_sum_is_not_told(question: str) -> None:
    assert compute(question, [WAGES]) is None

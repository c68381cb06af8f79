"""Which cell of a table's row answers: the one under the year or the head that the question names, or none."""

from __future__ import annotations

import pytest

from lamplight.rag.columns import header_row_of, named_cell, names_columns, paired_cell, year_cell

INCOME = (
    "(in millions)",
    "Year Ended December 31, 2023 2022 2021",
    "Net sales $ 32,681 $ 34,229 $ 35,355",
    "Other income (expense) (120) 45 —",
)
FISCAL = ("Fiscal year | 2023 | 2022", "Revenue | 60,922 | 26,974", "Gross margin | 72.7% | 56.9%")
GATES = (
    "Months | Gates open | Gates close",
    "April to September | 6:00 | 21:30",
    "October and March | 7:00 | 19:00",
    "The rest | 8:00 |  ",
    "Holidays | 9:00",
)


def cell(question: str, row: int, lines: tuple[str, ...]) -> str | None:
    heads = header_row_of(lines[row], lines)
    span = year_cell(question, lines[row], heads) or named_cell(question, lines[row], heads)
    return lines[row][slice(*span)] if span else None


@pytest.mark.parametrize(
    ("question", "row", "lines", "answer"),
    [
        pytest.param("What were net sales in 2022?", 2, INCOME, "34,229", id="under a year"),
        pytest.param("What were net sales in FY22?", 2, INCOME, "34,229", id="under a year of two digits"),
        pytest.param("What was revenue in FY2023?", 1, FISCAL, "60,922", id="under a year between bars"),
        pytest.param("What was the gross margin in FY22?", 2, FISCAL, "56.9%", id="two digits between bars"),
        pytest.param("When do the gates close from April to September?", 1, GATES, "21:30", id="under a head"),
        pytest.param("At what time do the gates open in March?", 2, GATES, "7:00", id="under the better of two heads"),
    ],
)
def test_the_cell_under_what_is_named_answers(question: str, row: int, lines: tuple[str, ...], answer: str) -> None:
    assert cell(question, row, lines) == answer


@pytest.mark.parametrize(
    ("question", "row", "lines"),
    [
        pytest.param("When do the gates open and close in April?", 1, GATES, id="two heads are named"),
        pytest.param("What happens in winter?", 1, GATES, id="no head is named"),
        pytest.param("When do the gates close in the rest?", 3, GATES, id="the cell is empty"),
        pytest.param("When do the gates open on holidays?", 4, GATES, id="the row has fewer cells"),
        pytest.param("Which months are from April to September?", 1, GATES, id="the cell is what the question names"),
        pytest.param("How did net sales change from 2021 to 2022?", 2, INCOME, id="two years are named"),
        pytest.param("What were net sales?", 2, INCOME, id="no year is named"),
        pytest.param("What were net sales in 2019?", 2, INCOME, id="a year that the table lacks"),
        pytest.param("What was other income in 2022?", 3, INCOME, id="a year without a number in the row"),
    ],
)
def test_where_no_head_fits_best_there_is_no_cell(question: str, row: int, lines: tuple[str, ...]) -> None:
    assert cell(question, row, lines) is None


def test_a_row_has_the_heads_above_it() -> None:
    assert header_row_of(INCOME[2], INCOME) == INCOME[1]
    assert header_row_of(GATES[1], GATES) == GATES[0]
    assert header_row_of(GATES[0], GATES) == ""
    assert header_row_of("Net sales of another table 1 2 3", INCOME) == ""


def test_the_nearest_years_are_the_heads() -> None:
    lines = ("As of June 30, 2021 2020", "Cash 10 20", "As of June 30, 2023 2022", "Debt 30 40")
    assert header_row_of(lines[1], lines) == lines[0]
    assert header_row_of(lines[3], lines) == lines[2]


def test_numbers_between_bars_are_no_heads() -> None:
    lines = ("Hinge | 4.35 | 12", "Screws | 1.20 | 40")
    assert header_row_of(lines[1], lines) == ""
    assert cell("How much is the hinge?", 1, lines) is None


@pytest.mark.parametrize(
    ("question", "row", "answer"),
    [
        ("What is the rent of the kiosk in May?", "Kiosk: April 310, May 325.50, June 340", "325.50"),
        ("What is the rent of the kiosk?", "Kiosk: April 310, May 325.50, June 340", ""),  # of which month?
        ("What is the rent of the stall in May?", "Kiosk: April 310, May 325.50, June 340", ""),  # of something else
        ("What did the kiosk cost in May?", "Kiosk: May 325.50", ""),  # one value needs no choice
    ],
)
def test_the_value_behind_the_name_that_is_asked_for_answers(question: str, row: str, answer: str) -> None:
    span = paired_cell(question, row)
    assert (row[slice(*span)] if span else "") == answer


@pytest.mark.parametrize(
    ("row", "heads"),
    [
        pytest.param("2023 2024 2025", True, id="years"),
        pytest.param("Amount Change Amount Change Amount", True, id="the same for each column"),
        pytest.param("Potatoes: 2023 410 kg, 2024 455 kg, 2025 520 kg", False, id="values in one unit"),
    ],
)
def test_heads_are_told_from_values(row: str, heads: bool) -> None:
    assert names_columns(row) is heads

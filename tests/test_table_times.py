"""The times of a question and of a table's heads and rows: agreed, different, or not said."""

from __future__ import annotations

import pytest

from lamplight.library.records import Table
from lamplight.rag.programs.program import Program
from lamplight.rag.programs.selections import Rows
from lamplight.rag.programs.timing import named_times_of, part_fit, span_fit, year_fit
from lamplight.rag.programs.units import with_unit
from lamplight.rag.programs.view import normalised


@pytest.mark.parametrize(
    ("asked", "told", "fits"),
    [
        ("sales in 2022", "Year ended June 30, 2022", 1),
        ("sales in 2022", "Year ended June 30, 2021", -1),
        ("sales", "Year ended June 30, 2021", 0),
        ("sales in 2022", "% Change", 0),
        ("sales in FY22", "2022", 1),
        ("sales in fiscal 2022", "52 Weeks Ended January 28, 2023", 1),
        ("sales in fiscal 2022", "52 Weeks Ended January 29, 2022", -1),
        ("inventories at January 28, 2023", "January 28, 2023", 1),
        ("inventories at January 28, 2023", "January 29, 2022", -1),
    ],
)
def test_years_agree(asked: str, told: str, fits: float) -> None:
    assert year_fit(named_times_of(asked), named_times_of(told)) == fits


@pytest.mark.parametrize(
    ("asked", "told", "fits"),
    [
        ("rent in the fourth quarter of 2022", "Three Months Ended December 31, 2022", 1),
        ("rent in the fourth quarter of 2022", "Twelve Months Ended December 31, 2022", -1),
        ("rent in Q4 2022", "13 Weeks Ended January 28, 2023", 1),
        ("rent in 2022", "13 Weeks Ended January 28, 2023", -1),
        ("rent in 2022", "Twelve Months Ended December 31, 2022", 1),
        ("rent for the full year", "52 Weeks Ended January 28, 2023", 1),
        ("rent", "13 Weeks Ended January 28, 2023", 0),
    ],
)
def test_spans_agree(asked: str, told: str, fits: float) -> None:
    assert span_fit(named_times_of(asked), named_times_of(told)) == fits


@pytest.mark.parametrize(
    ("asked", "told", "fits"),
    [
        ("highest price in the third quarter", "3rd Quarter", 1),
        ("highest price in the third quarter", "Fourth Quarter", -1),
        ("Höchstkurs im dritten Quartal", "3. Quartal", 1),
        ("shares bought in December 2018", "December 1-31, 2018", 1),
        ("shares bought in December 2018", "October 1-31, 2018", -1),
    ],
)
def test_quarters_and_months_agree(asked: str, told: str, fits: float) -> None:
    assert part_fit(named_times_of(asked), named_times_of(told)) == fits


def test_a_quarter_is_the_same_however_it_is_written() -> None:
    assert normalised("3rd Quarter") == normalised("third quarter") == normalised("Q3")


def test_a_figure_has_the_scale_of_its_table_unless_its_row_says_another() -> None:
    table = Table(
        1,
        "Results (in thousands, except per share data and members)",
        ["", "", "2023"],
        [
            ["", "Rent", "$1,204"],
            ["", "Loans (billions)", "1.2"],
            ["", "Members", "36"],
            ["Earnings per share", "Basic", "$0.69"],
            ["", "Share of rent", "12%"],
        ],
    )

    def told(row: int) -> str:
        return with_unit(Program("lookup", (table.rows[row][2],), Rows((), frozenset(), (row,)), (row,), 2), table)

    assert [told(row) for row in range(5)] == ["$1,204 thousand", "1.2 billion", "36", "$0.69", "12%"]

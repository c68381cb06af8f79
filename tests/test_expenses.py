"""Which figures below zero are spoken of without their minus: expenses, and neither losses nor temperatures."""

from __future__ import annotations

import pytest

from lamplight.library.records import Table
from lamplight.rag.computation import compute
from lamplight.rag.lexicon.expenses import as_spoken_of
from lamplight.rag.programs.enumeration import programs
from lamplight.rag.programs.view import normalised, view_of


@pytest.mark.parametrize(
    ("label", "written", "spoken"),
    [
        ("Cost of sales", ("(2,914)", "(3,120)"), (2914, 3120)),
        ("Income tax expense", ("$ (2,914)", "($3,120)"), (2914, 3120)),
        ("Net income (loss)", ("(2,914)", "(3,120)"), (-2914, -3120)),
        ("Oslo", ("-2,914", "\u22123,120"), (-2914, -3120)),
        ("Cost of sales", (), (2914, 3120)),
    ],
)
def test_expenses_are_spoken_of_without_their_minus(
    label: str, written: tuple[str, ...], spoken: tuple[int, int]
) -> None:
    assert as_spoken_of(-2914, -3120, label, written) == spoken
    assert as_spoken_of(-2914, 3120, label, written) == (-2914, 3120)


CLUB = Table(
    1,
    "Rowing club",
    ["Item", "2024", "2023"],
    [
        ["Boat repairs", "(5,320)", "(3,975)"],
        ["Insurance", "(2,110)", "(1,985)"],
        ["Regatta costs", "(4,870)", "(6,210)"],
    ],
)


def test_an_expense_rises_where_its_figure_in_brackets_gets_larger() -> None:
    made = programs(normalised("By how much did boat repairs rise?"), view_of(CLUB))
    assert {one.said for one in made if one.operation == "change"} == {"▲ 1,345"}
    assert "▲ 33.8%" in {one.said for one in made if one.operation == "growth"}
    most = [one.given for one in programs("which cost rose most", view_of(CLUB)) if one.operation == "most added"]
    assert most == [("Boat repairs",)]


def test_a_sentence_says_that_an_expense_rose() -> None:
    said = compute("How much did boat repairs change from 2023 to 2024?", [CLUB])
    assert said is not None and said.answer == "Boat repairs rose by 1,345, from 3,975 in 2023 to 5,320 in 2024."

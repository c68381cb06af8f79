"""What two rows of a column give: a share, the rest of the whole, both together, one less the other."""

from __future__ import annotations

import pytest

from lamplight.library.records import Table
from lamplight.models.loading import Models
from lamplight.rag.programs.cells import names_of
from lamplight.rag.programs.two_rows import OfTwoRows, of_two_rows
from lamplight.rag.sentences import stems

COSTS = Table(
    1,
    "Running costs of the ferry (in thousands)",
    ["", "2024", "2023"],
    [
        ["Wages", "600", "550"],
        ["Fuel", "300", "250"],
        ["Paint", "—", "20"],
        ["Total wages and fuel", "900", "800"],
        ["Refunds", "(40)", "(30)"],
        ["Fines", "(10)", "(5)"],
        ["Total running costs", "850", "785"],
    ],
)


@pytest.mark.parametrize(
    ("operation", "question", "rows", "given", "used"),
    [
        pytest.param("share", "What share of total running costs was fuel?", [1], "35.3%", (1, 6), id="a named whole"),
        pytest.param("share", "How much of it was fuel, in per cent?", [1], "33.3%", (1, 3), id="the largest"),
        pytest.param("share", "fuel as a percentage of wages", [1], "50.0%", (1, 0), id="of another row"),
        pytest.param("rest", "How much of total running costs was not fuel?", [1], "64.7%", (1, 6), id="all but it"),
        pytest.param("sum", "fuel and wages together", [1, 0], "900", (1, 0), id="both"),
        pytest.param("sum", "refunds and fines together", [4, 5], "50", (4, 5), id="both paid out"),
        pytest.param("difference", "How much more were wages than fuel?", [0, 1], "300", (0, 1), id="one less another"),
    ],
)
def test_what_two_rows_give(
    models: Models, operation: OfTwoRows, question: str, rows: list[int], given: str, used: tuple[int, int]
) -> None:
    program = of_two_rows(operation, stems(question), names_of(COSTS, models.embedder), rows, 1)
    assert program is not None
    assert (program.given, program.rows) == ((given,), used)


@pytest.mark.parametrize(("operation", "rows"), [("share", [2]), ("share", [3]), ("sum", [0]), ("difference", [2, 0])])
def test_where_a_cell_is_empty_or_there_is_no_other_nothing_is_given(
    models: Models, operation: OfTwoRows, rows: list[int]
) -> None:
    assert of_two_rows(operation, frozenset(), names_of(COSTS, models.embedder), rows, 1) is None

"""Everything of a column is added up: of the table that is meant, over the rows that are, and nothing that adds up to
nothing.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from lamplight.library.records import Table
from lamplight.library.store import Library
from lamplight.models.loading import Models
from lamplight.rag.programs.column_sums import column_sums
from tests.test_requests import add, asked

FUEL = Table(
    1,
    "Fuel",
    ["Date", "Odometer", "Litres", "Price (p/l)", "Cost (£)", "Station"],
    [
        ["06/01/2023", "41,210", "40.00", "150.0", "60.00", "Brampton"],
        ["03/02/2024", "41,655", "30.00", "140.0", "42.00", "Ashby"],
        ["20/03/2024", "42,078", "45.00", "160.0", "72.00", "Brampton"],
        ["09/06/2024", "42,519", "38.00", "145.0", "55.10", "Corley"],
    ],
)
GARAGE = Table(
    2,
    "Service and repairs",
    ["Date", "Garage", "Work", "Parts (£)", "Labour (£)", "Total (£)"],
    [
        ["23/01/2024", "Hexley", "Brake pads", "50.00", "30.00", "80.00"],
        ["14/05/2024", "Northgate", "Two tyres", "140.00", "24.00", "164.00"],
        ["24/09/2024", "Hexley", "Oil and filters", "60.00", "40.00", "100.00"],
    ],
)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("What did we spend on petrol altogether?", ["153.00", "£229.10"]),
        ("What did we spend on petrol in 2024 altogether?", ["113.00", "£169.10"]),
        ("How many litres did we tank in 2024?", ["113.00"]),
        ("How much was the petrol from Brampton in all?", ["85.00", "£132.00"]),
        ("What did the repairs come to in total?", ["£344.00"]),
        ("What did the repairs by Hexley cost in all, parts and labour?", ["£110.00", "£70.00"]),
    ],
)
def test_the_columns_of_the_table_that_is_meant_are_added_up(models: Models, question: str, told: list[str]) -> None:
    sums = column_sums(question, [FUEL, GARAGE], models.embedder)
    assert sums is not None and sums.clear
    assert [sums.sums[place] for place in sums.asked] == told
    assert not {"Odometer", "Price (p/l)"} & {sums.table.columns[column] for column in sums.columns}


@pytest.mark.parametrize(
    "question",
    ["How much petrol did we buy in 2019?", "What did coffee cost altogether?", "What did Quentin spend on petrol?"],
)
def test_what_no_table_has_is_not_surely_added_up(models: Models, question: str) -> None:
    sums = column_sums(question, [FUEL, GARAGE], models.embedder)
    assert sums is None or not sums.clear


def test_the_rows_stand_above_their_sum(library: Library, models: Models, tmp_path: Path) -> None:
    rows = [
        ("06/01/2024", 12, "48.50"),
        ("03/02/2024", 10, "41.00"),
        ("20/03/2024", 14, "57.25"),
        ("09/06/2024", 9, "37.75"),
    ]
    hay = "Date,Bales,Cost (£)\n" + "".join(f"{day},{bales},{cost}\n" for day, bales, cost in rows)
    add(library, models, tmp_path, {"pony feed.csv": hay, "bread.md": "# Bread\n\nIt is baked at five.\n"})
    finished = asked(library, models, "Was haben wir 2024 insgesamt für Heu ausgegeben?")
    assert finished.rows is not None and finished.rows.sums == ["", "45", "£184.50"]
    assert [row[-1] for row in finished.rows.rows] == [cost for _, _, cost in rows]
    assert {citation.document for citation in finished.citations} == {"pony feed.csv"}

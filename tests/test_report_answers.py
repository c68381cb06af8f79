"""What a person asks of the tables of a PDF report is told from the right cell, with its unit, or is not said."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lamplight.ingest.pipeline import index_file
from lamplight.library.records import Passage, Table
from lamplight.library.store import Library
from lamplight.models.loading import Models
from lamplight.rag.answerer import Answerer
from lamplight.rag.events import Finished
from lamplight.rag.programs.answer import ProgramAnswer
from lamplight.rag.programs.candidate_tables import TableAnswer, likeliest_row
from lamplight.rag.programs.cell_answer import CellAnswer
from lamplight.rag.programs.program import Program
from lamplight.rag.programs.selections import Rows
from tests.test_aligned_tables import Line, centred, row, write

QUARTERS: list[Line] = [
    [(72, "Larkmoor Ferries: results of the fourth quarter")],
    [(72, "(in thousands)")],
    [centred(325, "Three months ended December 31,"), centred(485, "Twelve months ended December 31,")],
    row("", "2024", "2023", "2024", "2023"),
    row("Revenue:"),
    row("Tickets", "$ 4,120", "$ 3,950", "$ 19,480", "$ 18,470"),
    row("Food and drink", "812", "760", "3,655", "3,402"),
    row("Freight", "2,045", "2,310", "8,871", "9,015"),
    row("Costs:"),
    row("Fuel", "1,930", "1,702", "7,740", "6,985"),
    row("Food and drink", "401", "388", "1,822", "1,730"),
    row("Wages", "1,544", "1,498", "6,120", "5,877"),
]
ROUTES: list[Line] = [
    [(72, "Larkmoor Ferries: passengers and crew by route")],
    [centred(324, "Passengers"), centred(495, "Crew at year end")],
    row("", "2024", "2023", "2024", "2023"),
    row("Northern Isles", "212,400", "198,300", "64", "61"),
    row("Western Isles", "350,120", "361,900", "88", "90"),
    row("Mainland", "95,010", "91,444", "31", "31"),
    row("Total", "657,530", "651,644", "183", "182"),
]


@pytest.fixture(scope="module")
def library(models: Models, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("larkmoor")
    path = write(folder / "Larkmoor report 2024.pdf", QUARTERS, ROUTES)
    with Library(folder / "library") as library:
        assert index_file(path, library, models).status == "added"
        yield library


def asked(library: Library, models: Models, question: str) -> Finished:
    *_, end = Answerer(library, models).answer(question)
    assert isinstance(end, Finished)
    return end


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("larkmoor freight full year 2023", "9,015 thousand"),
        ("How many passengers did Larkmoor carry to the Western Isles in 2023?", "361,900"),
        pytest.param(
            "How much did Larkmoor spend on fuel in the last quarter of 2023?", "1,702 thousand", marks=pytest.mark.long
        ),
    ],
)
def test_a_cell_is_told_with_its_unit(library: Library, models: Models, question: str, answer: str) -> None:
    end = asked(library, models, question)
    assert end.short.replace("$", "") == answer
    assert {citation.page for citation in end.citations} == {2 if "passengers" in question else 1}


@pytest.mark.parametrize(
    ("question", "answer", "rows"),
    [
        (
            "What share of Larkmoor's passengers travelled to the Western Isles in 2024?",
            "53.2%",
            ["Western Isles | 350,120 | 361,900 | 88 | 90", "Total | 657,530 | 651,644 | 183 | 182"],
        ),
        (
            "By how much did Larkmoor's passengers to the Western Isles fall in 2024?",
            "▼ 11,780",
            ["Western Isles | 350,120 | 361,900 | 88 | 90"],
        ),
    ],
)
def test_what_is_worked_out_is_told_with_the_rows_that_it_rests_on(
    library: Library, models: Models, question: str, answer: str, rows: list[str]
) -> None:
    end = asked(library, models, question)
    assert end.short == answer
    assert end.quote is not None
    assert end.quote.text.splitlines() == rows


@pytest.mark.parametrize(
    "question",
    [
        "What percentage of Larkmoor's crew worked outside the Western Isles at the end of 2023?",
        "How many more passengers travelled to the Western Isles than to the Northern Isles in 2023?",
    ],
)
def test_a_cell_is_not_told_as_it_stands_where_something_is_to_be_worked_out(
    library: Library, models: Models, question: str
) -> None:
    end = asked(library, models, question)
    assert end.short not in ("90", "361,900", "198,300")
    assert end.unsure or end.short in ("66.4%", "163,600")


def test_a_row_that_may_answer_is_shown_with_all_its_cells(library: Library, models: Models) -> None:
    end = asked(library, models, "What was Larkmoor's freight revenue in the fourth quarter of 2024?")
    assert end.short == "2,045 thousand" or (end.quote and "Freight | 2,045 | 2,310 | 8,871 | 9,015" in end.quote.text)


@pytest.mark.parametrize(
    "question",
    ["What was Larkmoor's freight revenue in Norway in 2024?", "How many passengers did Larkmoor carry in 2019?"],
)
def test_a_part_or_a_year_that_no_table_has_is_not_told(library: Library, models: Models, question: str) -> None:
    assert not asked(library, models, question).short


@pytest.mark.parametrize(
    ("of_cell", "of_program", "in_words", "shown"),
    [
        pytest.param(0.2, 0.25, 0.0, "Fuel", id="a program that is too unlikely hides no cell"),
        pytest.param(0.2, 0.5, 0.0, "Wages", id="the likelier program"),
        pytest.param(0.6, 0.5, 0.0, "Fuel", id="the likelier cell"),
        pytest.param(0.1, 0.2, 0.0, None, id="neither"),
        pytest.param(0.1, 0.6, 0.9, None, id="a name or a reason is asked for, which programs don't know"),
    ],
)
def test_of_cell_and_program_the_likelier_one_gives_the_row(
    of_cell: float, of_program: float, in_words: float, shown: str | None
) -> None:
    table = Table(1, "Costs", ["", "2024"], [["Wages", "600"], ["Fuel", "300"]])
    passage = Passage(1, 1, "costs.pdf", 1, "table", "Costs", "", [])

    def looked_up(row: int) -> Program:
        return Program("lookup", (table.rows[row][1],), Rows((), frozenset(), (row,)), (row,), 1)

    answers = [TableAnswer(passage, table, ProgramAnswer(looked_up(0), of_program))]
    line = likeliest_row(CellAnswer(passage, table, looked_up(1), of_cell), answers, in_words, 2)
    assert (line.sentence.text.split(" | ")[0] if line else None) == shown


def test_the_row_that_is_likeliest_is_shown_under_its_heads(library: Library, models: Models) -> None:
    end = asked(library, models, "How many people worked on the Northern Isles ships of Larkmoor at the end of 2024?")
    assert "64" in end.short or (
        end.quote is not None and "Northern Isles | 212,400 | 198,300 | 64 | 61" in end.quote.text
    )

"""What programs over a table promise: each gives what it says, and only what is surely meant becomes an answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from lamplight.ingest.pipeline import index_file
from lamplight.library.records import Passage, Table
from lamplight.library.store import Library
from lamplight.models.loading import Models
from lamplight.rag.composition import computed
from lamplight.rag.computation import Computation
from lamplight.rag.passages import Selection
from lamplight.rag.programs.answer import ProgramAnswer, computation_of, likeliest, table_of
from lamplight.rag.programs.candidate_tables import tables_among
from lamplight.rag.programs.cell_answer import CellAnswer
from lamplight.rag.programs.changes import period_of
from lamplight.rag.programs.enumeration import programs
from lamplight.rag.programs.program import Program
from lamplight.rag.programs.report_tables import report_tables
from lamplight.rag.programs.selections import Rows
from lamplight.rag.programs.sql import sql_of
from lamplight.rag.programs.view import canonical, normalised, view_of
from lamplight.rag.retriever import Retriever

FERRIES = Table(
    1,
    "Ferries",
    ["Ferry", "Built", "Home port", "Passengers", "Route"],
    [
        ["Aurelia", "1984", "Kirkwall", "350", "Northern"],
        ["Bellatrix", "1991", "Stromness", "220", "Southern"],
        ["Corvus", "1979", "Kirkwall", "410", "Northern"],
        ["Delphinus", "2003", "Lerwick", "640", "Eastern"],
        ["Equuleus", "1998", "Kirkwall", "180", "Southern"],
        ["Fornax", "2011", "Lerwick", "295", "Northern"],
    ],
)
VIEW = view_of(FERRIES)


def of(question: str, operation: str, column: int = -1, key: int = -1) -> list[Program]:
    return [
        program
        for program in programs(normalised(question), VIEW)
        if (program.operation, program.column, program.key) == (operation, column, key)
    ]


def test_rows_are_selected_by_cells_and_by_numbers_of_the_question() -> None:
    counted = of("How many ferries from Kirkwall were built before 1990?", "count")
    given = {tuple((one.column, one.operator) for one in program.selection.conditions): program for program in counted}
    assert given[((2, "="),)].given == ("3",)
    assert given[((1, "<"),)].given == ("2",) and given[((1, "<"),)].rows == (0, 2)
    assert ((2, "="), (1, "<")) not in given  # both old ones are from Kirkwall: nothing more is selected


def test_the_row_with_the_most_the_next_row_and_the_difference() -> None:
    assert [one.given for one in of("which ferry takes the most passengers?", "argmax", 0, 3)] == [("Delphinus",)]
    assert ("Corvus",) in [one.given for one in of("which ferry comes after bellatrix?", "next", 0)]
    difference = of("how many more passengers than Equuleus does Aurelia take?", "difference", 3)
    assert [one.given for one in difference] == [("170",)]


def test_kinds_of_columns_and_spellings_of_the_same() -> None:
    dated = view_of(Table(1, "", ["Day", "Who"], [["3 March 2020", "Ann"], ["1 May 2019", "Bo"]]))
    assert [column.kind for column in dated.columns] == ["date", "text"] and dated.columns[0].values[0] == 20200303.0
    assert [column.kind for column in VIEW.columns] == ["text", "number", "text", "number", "text"]
    assert canonical("1,200.0") == canonical("1200") and canonical("Café") == canonical("cafe")


def test_a_program_is_shown_as_the_query_that_gives_the_same() -> None:
    [most] = of("which ferry takes the most passengers?", "argmax", 0, 3)
    assert sql_of(most, VIEW) == 'SELECT "Ferry" FROM t ORDER BY "Passengers" DESC LIMIT 1'
    counted = of("How many ferries from Kirkwall?", "count")
    assert "SELECT COUNT(*) FROM t WHERE \"Home port\" = 'kirkwall'" in [sql_of(one, VIEW) for one in counted]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("How many ferries are from Kirkwall?", "3"),
        ("Which ferry has the most passengers?", "Delphinus"),
        ("Which ferry comes after Corvus?", "Delphinus"),
        ("Which is the last ferry on the list?", "Fornax"),
    ],
)
def test_what_is_asked_of_a_table_is_found_among_its_programs(models: Models, question: str, answer: str) -> None:
    found = likeliest(question, FERRIES, models.reader, models.embedder, models.program_ranker)
    assert found is not None and found.program.given == (answer,)


@pytest.mark.parametrize("question", ["Who is allowed to keep a dog in the flat?", "What does the dentist cost?"])
def test_what_a_table_does_not_say_is_no_answer(models: Models, question: str) -> None:
    found = likeliest(question, FERRIES, models.reader, models.embedder, models.program_ranker)
    assert found is None or not found.is_sure


def test_an_answer_names_the_cells_it_rests_on(models: Models) -> None:
    found = likeliest(
        "How many ferries are from Kirkwall?", FERRIES, models.reader, models.embedder, models.program_ranker
    )
    assert found is not None and found.is_sure
    made = computation_of(found.program, FERRIES)
    assert made.short == "3" and {row for row, _ in made.cells} == {0, 2, 4}


@pytest.mark.parametrize(("cell", "confirmed"), [("Delphinus", True), ("DELPHINUS", True), ("Corvus", False)])
def test_a_cell_is_confirmed_only_by_what_gives_it_alone(models: Models, cell: str, confirmed: bool) -> None:
    found = likeliest(
        "Which ferry has the most passengers?", FERRIES, models.reader, models.embedder, models.program_ranker
    )
    assert found is not None and found.gives(cell) is confirmed


def test_the_table_of_a_passage_is_the_one_that_has_its_lines() -> None:
    other = Table(1, "Others", ["a", "b"], [["x", "1"], ["y", "2"]])
    passage = Passage(1, 1, "f.csv", 1, "table", "", "Ferry | Built\nCorvus | 1979 | Kirkwall | 410 | Northern", [])
    assert table_of(passage, [other, FERRIES]) is FERRIES
    assert table_of(passage, [other]) is None


def test_the_words_of_a_cell_are_no_markup_and_no_citation() -> None:
    short = "**Sold** [3]"
    table = Table(1, "Ferries", ["Ferry", "State"], [["Corvus", short]], document_id=1)
    found = Passage(1, 1, "f.csv", 1, "table", "", "Ferry | State", [], marker=1)
    answer, _ = computed(Computation(short, short, "", table, [(0, 1)], [], short=short), [found])
    assert "**Sold**" not in answer.text and "[3]" not in answer.text and answer.text.endswith(" [1]")


SEGMENTS = """Segment results are as follows (in millions):
Year Ended December 31,
2021 2022 2023
Harbours
Net sales $ 63,708 $ 79,785 $ 106,110
Operating income $ 1,425 $ 2,361 $ 2,837
Ferries
Net sales $ 35,418 $ 43,983 $ 54,297
Operating income (loss) $ (699) $ (1,283) $ (3,062)
Consolidated
Net sales $ 99,126 $ 123,768 $ 160,407"""


def report(text: str) -> Table:
    lines = text.split("\n")
    passage = Passage(1, 1, "r.pdf", 3, "table", "Report", text, [(0.0, 9.0 * n, 99.0, 9.0) for n in range(len(lines))])
    [(table, chunks)] = report_tables([passage])
    assert chunks == {1}
    return table


def test_the_lines_of_a_report_are_a_table_with_periods_and_headings_over_rows() -> None:
    table = report(SEGMENTS)
    assert table.columns == ["", "", "2021", "2022", "2023"] and table.page == 3 and "in millions" in table.name
    assert table.rows[3] == ["Ferries", "Operating income (loss)", "$ (699)", "$ (1,283)", "$ (3,062)"]
    assert table.boxes[3][1] == 9.0 * 8  # the line that it stands in


def test_two_spans_of_time_under_the_same_years_are_two_columns() -> None:
    table = report(
        "13 Weeks Ended 52 Weeks Ended\n2023 2022 2023 2022\nLipstick 40% 41% 42% 43%\nSoap 20% 20 % 21 % 20%"
    )
    assert table.columns == ["", "3 months 2023", "3 months 2022", "2023", "2022"]


@pytest.mark.parametrize(
    ("question", "operation", "said"),
    [
        ("by how much did harbours net sales grow", "change", "▲ 26,325"),
        ("growth of harbours net sales in 2023", "growth", "▲ 33.0%"),
        ("ferries operating income (loss) change", "change", "▼ 1,779"),
        ("which one added most net sales", "most added", "Harbours"),
        ("which net sales grew fastest", "fastest grown", "Harbours"),
        ("share of ferries net sales", "share", "33.8%"),
    ],
)
def test_what_changed_between_two_periods_is_among_the_programs(question: str, operation: str, said: str) -> None:
    view = view_of(report(SEGMENTS))
    made = [one for one in programs(normalised(question), view) if one.operation == operation]
    assert said in [one.said for one in made]


def test_a_row_that_adds_up_others_is_not_the_largest_of_them() -> None:
    rows = [["Soap", "20", "31"], ["Tea", "55", "40"], ["Rice", "25", "30"], ["All goods", "100", "101"]]
    view = view_of(Table(1, "", ["", "2022", "2023"], rows))
    assert view.totals == {3}
    most = [one for one in programs("which sold most", view) if (one.operation, one.key) == ("argmax", 2)]
    assert [one.given for one in most if one.column == 0] == [("Tea",)]


def test_a_row_that_the_reader_means_is_looked_up_without_sharing_a_word_with_the_question() -> None:
    found = [one for one in programs("earnings of the quays last year", VIEW, likely=[3]) if one.operation == "lookup"]
    assert ("640",) in [one.given for one in found]
    assert "WHERE \"Ferry\" = 'Delphinus'" in sql_of(found[0], VIEW)


@pytest.mark.parametrize(
    ("head", "period"),
    [
        ("2022", ("", 24264)),
        ("December 31, 2022", ("", 24276)),
        ("2018/19", ("", 24216)),
        ("FY24 budget", ("budget", 24288)),
        ("H1 2023", ("", 24282)),
        ("2020–21 vs. 2019–20", None),
        ("Q1 2024", ("", 24291)),
        ("March", ("", 3)),
        ("2022 vs. 2021", None),
        ("Change", None),
    ],
)
def test_a_head_that_names_one_time_is_a_period(head: str, period: tuple[str, int] | None) -> None:
    assert period_of(head) == period


def test_a_table_behind_what_is_shown_is_asked_if_its_document_is_shown(models: Models, tmp_path: Path) -> None:
    with Library(tmp_path / "library") as library:
        for name, goods in (("soap.txt", "Soap"), ("rope.txt", "Rope")):
            prose = f"{goods} was sold in every shop of the coast, and nobody counted it for years.\n\n" * 12
            table = f"2023 2022\n{goods} bars 310 290\n{goods} boxes 120 100\n"
            (tmp_path / name).write_text(prose + table, encoding="utf-8")
            index_file(tmp_path / name, library, models)
        search = Retriever(library, models.embedder).search("how much did soap grow", 40)
        [prose_of_soap] = [one for one in search.found if one.document == "soap.txt" and "310" not in one.text][:1]
        found = list(tables_among(search, Selection(search, [prose_of_soap], []), library))
    assert [(passage.document, table.rows[0][0]) for passage, table in found] == [("soap.txt", "Soap bars")]


def test_a_table_of_the_document_that_is_named_is_asked_alone(models: Models, tmp_path: Path) -> None:
    with Library(tmp_path / "library") as library:
        for name, revenue in (("Lumen Lamps", "3,412 3,127"), ("Orbit Optics", "48.2 44.9")):
            statement = f"{name}: income statement\n\n2025 2024\nRevenue {revenue}\nGross profit {revenue}\n"
            (tmp_path / f"{name}.txt").write_text(statement, encoding="utf-8")
            index_file(tmp_path / f"{name}.txt", library, models)
        for question, count in (("Lumen Lamps revenue 2024", 1), ("revenue 2024", 2)):
            search = Retriever(library, models.embedder).search(question, 40)
            found = list(tables_among(search, Selection(search, search.found, []), library))
            assert len(found) == count, question


@pytest.mark.parametrize(("cell", "is_sure"), [("n/a", False), ("–", False), ("33", True)])
def test_a_cell_that_is_left_open_is_never_told_as_the_answer(cell: str, is_sure: bool) -> None:
    table = Table(1, "Rainfall", ["", "2023", "2024"], [["January", "102", cell], ["June", "33", "40"]])
    program = Program("lookup", (cell,), Rows((), frozenset(), (0,)), (0,), 2)
    made = Passage(1, 1, "rain.csv", 1, "table", "", "", [])
    assert ProgramAnswer(program, 0.99).is_sure is is_sure
    assert CellAnswer(made, table, program, 0.99).is_sure is is_sure

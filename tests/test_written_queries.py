"""What a large model adds where Lamplight is not sure: a query over a table, and whether passages answer at all.

A server that speaks as it is told stands for the model.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from lamplight.ingest.pipeline import index_file
from lamplight.library.records import Table
from lamplight.library.store import Library
from lamplight.models.loading import Models
from lamplight.rag.answerer import Answerer
from lamplight.rag.events import Finished, Token
from lamplight.rag.programs.written_query import written_query
from tests.model_servers import Scripted

LOANS = """\
Tool,Borrower,Lent on,Days out,Deposit
Rotavator,Okafor,2025-03-02,4,£40
Hedge trimmer,Lindqvist,2025-03-05,9,£25
Rotavator,Bielak,2025-04-11,2,£40
Chipper,Okafor,2025-04-20,6,£60
Ladder,Adeyemi,2025-05-01,11,£10
Hedge trimmer,Okafor,2025-05-09,3,£25
Ladder,Calloway,2025-05-30,1,£10
"""
HOW_LONG = "How long were the tools that cost at most £25 out, together?"
CUP = "Who won the football cup in 1966?"


@pytest.fixture
def loans(library: Library, models: Models, tmp_path: Path) -> Library:
    path = tmp_path / "loans.csv"
    path.write_text(LOANS, encoding="utf-8")
    index_file(path, library, models)
    return library


@pytest.fixture
def table(loans: Library) -> Table:
    [table] = loans.tables.of([document.id for document in loans.documents.all()])
    return table


def ask(question: str, library: Library, models: Models) -> Finished:
    *_, last = Answerer(library, models).answer(question)
    assert isinstance(last, Finished)
    return last


def test_a_query_that_a_large_model_writes_is_run_and_shown_with_the_rows_it_rests_on(
    script: Scripted, large: Models, loans: Library
) -> None:
    script.say = ['```sql\nSELECT sum("Days out") ', 'FROM "loans" WHERE Deposit <= 25;\n```']
    told = ask(HOW_LONG, loans, large)
    assert told.short == "24"
    assert told.sql == 'SELECT sum("Days out") FROM "loans" WHERE Deposit <= 25'
    rows = told.passages[0].text.split("\n")[1:]
    assert [row.split(" | ")[0] for row in rows] == ["Hedge trimmer", "Ladder", "Hedge trimmer", "Ladder"]
    assert [message["role"] for message in script.requests[-1]["messages"]] == ["system", "user"]
    assert 'CREATE TABLE "loans"' in script.requests[-1]["messages"][1]["content"]


@pytest.mark.parametrize(
    ("says", "answer", "rows"),
    [
        ('SELECT "Borrower" FROM loans ORDER BY "Days out" DESC LIMIT 1', "Adeyemi", [4]),
        ('SELECT max("Deposit") FROM loans WHERE "Tool" LIKE \'r%\'', "£40", [0, 2]),  # either row alone gives the same
        ("SELECT Deposit, Tool FROM loans WHERE Borrower = 'Lindqvist'", "£25, Hedge trimmer", [1]),
        ("SELECT count(*) FROM loans WHERE Tool = 'Ladder'", "2", [4, 6]),
        ("SELECT julianday('2025-05-30') - julianday(min(\"Lent on\")) FROM loans", "89", [0]),
        (
            'SELECT Borrower FROM (SELECT *, row_number() OVER (ORDER BY "Days out") AS n FROM loans) WHERE n = 1',
            "Calloway",
            [6],
        ),
        ("SELECT avg(Deposit) FROM loans WHERE Borrower = 'Okafor'", "£41.67", [0, 3, 5]),
    ],
)
def test_what_a_query_gives_is_said_in_the_unit_of_its_column(
    says: str, answer: str, rows: list[int], script: Scripted, large: Models, table: Table
) -> None:
    script.say = [says]
    computation = written_query("?", table, large.language_model, lambda: False)
    assert computation is not None
    assert computation.answer == answer
    assert sorted({row for row, _ in computation.cells}) == rows


@pytest.mark.parametrize(
    "says",
    [
        "NONE",
        "The answer is 24.",
        "SELECT 24",
        "SELECT sum(days) FROM loans",
        "SELECT * FROM sqlite_master",
        "SELECT load_extension('x')",
        "SELECT Tool FROM loans; DROP TABLE loans",  # every row, but no more than they are
        "DELETE FROM loans",
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n",
        "SELECT count(*) FROM loans a, loans b, loans c, loans d, loans e, loans f, loans g, loans h, loans i",
        "SELECT Tool FROM loans WHERE Borrower = 'Nobody'",
        "WITH a AS (SELECT Tool || Tool || Tool || Tool || Tool || Tool || Tool || Tool AS t FROM loans LIMIT 1), "
        + ", ".join(
            f"a{n} AS (SELECT t || t || t || t || t || t || t || t AS t FROM a{n - 1 or ''})" for n in range(1, 9)
        )
        + " SELECT t FROM a8",
        "",
    ],
)
def test_what_is_no_query_over_the_table_gives_nothing(
    says: str, script: Scripted, large: Models, table: Table
) -> None:
    script.say = [says]
    computation = written_query("?", table, large.language_model, lambda: False)
    assert computation is None or "DROP" not in computation.sql


@pytest.mark.parametrize(
    ("cut_after", "ending"),
    [pytest.param(2, "stop", id="the connection breaks"), pytest.param(None, "length", id="as long as it may be")],
)
def test_half_a_query_is_not_run(
    cut_after: int | None, ending: str, script: Scripted, large: Models, table: Table
) -> None:
    script.say = ['SELECT sum("Days out") ', 'FROM "loans" ', *(["WHERE Deposit <= 25"] if cut_after else [])]
    script.cut_after, script.ending = cut_after, ending
    assert written_query(HOW_LONG, table, large.language_model, lambda: False) is None


def test_where_the_model_has_no_query_the_question_is_answered_as_ever(
    script: Scripted, large: Models, loans: Library
) -> None:
    script.say = ["NONE"]
    told = ask(HOW_LONG, loans, large)
    assert not told.sql
    assert "NONE" not in told.answer


def test_a_large_model_may_find_what_the_reader_does_not(
    script: Scripted, large: Models, sample_library: Library
) -> None:
    """The reader finds nothing that answers; what the model says is told if a passage states it."""
    script.say = ["Bonfires are allowed on Fridays after 15:00. [1]"]
    asked = "Is there some day of the week on which I could get rid of what I cut, by way of flames?"
    told = ask(asked, sample_library, large)
    assert not told.refused
    assert "Fridays" in told.answer
    assert told.citations


def test_a_model_that_says_that_nothing_answers_says_no_more(
    script: Scripted, large: Models, sample_library: Library
) -> None:
    script.say = ["NO", "NE", "."]
    *events, told = Answerer(sample_library, large).answer(CUP)
    assert isinstance(told, Finished)
    assert (told.refused, told.citations, told.unsupported) == (True, [], [])
    assert [event.text for event in events if isinstance(event, Token)] == []


def test_without_its_server_a_question_that_nothing_answers_is_refused_and_why_it_was_not_asked_is_said(
    script: Scripted, large: Models, sample_library: Library
) -> None:
    script.fails = [500] * 20
    told = ask(CUP, sample_library, large)
    assert told.refused
    assert "can’t be reached (it answered 500)" in told.notice

"""Receipts of the month that is named, and of no other, are listed and added up."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest

from lamplight.library.records import Message
from lamplight.library.store import Library
from lamplight.models.loading import Models
from lamplight.rag.answerer import Answerer
from lamplight.rag.conversation import standalone_query
from lamplight.rag.events import Finished
from lamplight.rag.lexicon.dates import is_month_first
from tests.test_requests import add, asked

PAPERS = {  # the third date says that the day comes first, also in the second
    "receipt Aster.txt": "Aster Tea Room\nDate: 12 March 2023\nTwo teas\nTOTAL: EUR 7.25\n",
    "receipt Birch.txt": "Birch Tools\nDate: 03/02/2023\nA saw\nTOTAL: EUR 40.50\n",
    "receipt Cedar.txt": "Cedar Books\nDate: 28/03/2023\nAn atlas\nTOTAL: EUR 30.00\n",
    "receipt Dogwood.txt": "Dogwood Garage\nDate: 9 May 2022\nA tyre\nTOTAL: EUR 80.00\n",
}


@pytest.fixture
def papers(library: Library, models: Models, tmp_path: Path) -> Library:
    add(library, models, tmp_path, PAPERS)
    return library


def rows(finished: Finished) -> list[str]:
    assert finished.rows is not None, finished.answer
    return [row[0].removeprefix("receipt ").removesuffix(".txt") for row in finished.rows.rows]


@pytest.mark.parametrize(
    ("request_", "named"),
    [
        ("List all receipts from March 2023", ["Aster", "Cedar"]),
        ("show my receipts from february 2023", ["Birch"]),
        ("Zeige alle Quittungen vom März 2023", ["Aster", "Cedar"]),
        ("list all receipts from 2022", ["Dogwood"]),
        ("List all receipts", ["Aster", "Birch", "Cedar", "Dogwood"]),
    ],
)
def test_receipts_of_a_time_are_listed_with_what_they_say_of_themselves(
    papers: Library, models: Models, request_: str, named: list[str]
) -> None:
    finished = asked(papers, models, request_)
    assert rows(finished) == named
    assert finished.rows is not None
    assert len(finished.rows.columns) > 2
    assert all(row[-1].startswith("EUR") or row[-1][0].isdigit() for row in finished.rows.rows)


def test_where_no_receipt_is_of_the_time_none_is_told(papers: Library, models: Models) -> None:
    for request in ("list all receipts from December 2023", "What is the total of all my receipts of December 2023?"):
        finished = asked(papers, models, request)
        assert finished.rows is None
        assert "None of the 4 documents" in finished.answer
        assert "EUR" not in finished.answer


def test_a_receipt_without_a_date_may_be_of_any_time_and_is_said(
    papers: Library, models: Models, tmp_path: Path
) -> None:
    add(papers, models, tmp_path, {"receipt Elder.txt": "Elder Café\nCoffee\nTOTAL: EUR 3.10\n"})
    listed = asked(papers, models, "List all receipts from March 2023")
    assert rows(listed) == ["Aster", "Cedar"]
    assert "The date of 1 document could not be read." in listed.answer
    summed = asked(papers, models, "What is the total of all my receipts of March 2023?")
    assert summed.short != "EUR 37.25"  # as if it were all


def test_what_was_spent_in_a_month_is_the_sum_of_its_receipts_and_another_month_takes_its_place(
    papers: Library, models: Models
) -> None:
    history: list[Message] = []
    for number, (question, short) in enumerate(
        [
            ("how much did i spend in march 2023?", "EUR 37.25"),
            ("and in february?", "EUR 40.50"),
            ("and in march?", "EUR 37.25"),
        ]
    ):
        *_, finished = Answerer(papers, models).answer(question, history)
        assert isinstance(finished, Finished)
        assert finished.short == short, question
        history += [
            Message(2 * number, "user", question),
            Message(2 * number + 1, "assistant", finished.answer, asdict(finished)),
        ]


def test_a_month_takes_the_place_of_the_one_before_and_has_its_year() -> None:
    before = Message(1, "user", "What was paid in February 2023?"), Message(2, "assistant", "EUR 40.50")
    for question, query in (
        ("and in March?", "and in March 2023 (What was paid in March 2023)?"),
        ("and in March 2022?", "and in March 2022 (What was paid in March 2022)?"),
        ("and on 3 March?", "and on 3 March 2023 (What was paid in 3 March 2023)?"),
        ("and for tea?", "and for tea (What was paid in February 2023)?"),
    ):
        assert standalone_query(question, before, lambda _: True) == query


def test_which_part_of_a_date_is_the_month_is_told_by_others() -> None:
    assert is_month_first(["03/02/2023", "28/03/2023"]) is False
    assert is_month_first(["03/02/2023", "03/28/2023"]) is True
    assert is_month_first(["03/02/2023", "9 May 2022"]) is None
    assert is_month_first(["03/28/2023", "28/03/2023"]) is None


@pytest.mark.parametrize(
    ("question", "shop"),
    [
        ("what was my most expensive receipt in 2023?", "Birch"),
        ("which of my receipts of March 2023 was the highest?", "Cedar"),
    ],
)
def test_the_dearest_receipt_of_a_time_is_told_and_not_their_sum(
    papers: Library, models: Models, question: str, shop: str
) -> None:
    assert shop in asked(papers, models, question).short

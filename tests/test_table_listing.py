"""A list asked of a document that is one table has the rows that are asked for, all of them and no others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from lamplight.ingest.pipeline import index_file
from lamplight.library.records import Message
from lamplight.library.store import Library
from lamplight.models.loading import Models
from lamplight.rag.answerer import Answerer
from lamplight.rag.events import Finished

CUSTOMERS = """Name,City,Phone,Orders
Anna Bell,Berlin,0170 1,120
Carl Dorn,Hamburg,0170 2,80
Eva Falk,Berlin,0170 3,300
Gero Hahn,Munich,0170 4,45
Ina Jost,Hamburg,0170 5,60
"""
TASKS = """Task,Owner,Status
Fix the roof,Mara,open
Paint the fence,Lee,done
Order coal,Mara,open
Sweep the chimney,Lee,overdue
Call the notary,Mara,overdue
"""
EXPENSES = """Expense,Who,Amount,Paid back
Train to Basel,Anna,86.40,yes
Hotel Basel,Ben,310.00,no
Dinner,Anna,128.50,no
Licence,Ben,99.00,yes
Client gift,Anna,,
"""


@pytest.fixture
def tables(library: Library, models: Models, tmp_path: Path) -> Library:
    for name, text in {"customers.csv": CUSTOMERS, "tasks 2025.csv": TASKS, "expenses.csv": EXPENSES}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        assert index_file(tmp_path / name, library, models).status == "added"
    return library


def asked(library: Library, models: Models, text: str, history: Sequence[Message] = ()) -> Finished:
    answers = Answerer(library, models).answer(text, history)
    return next(event for event in answers if isinstance(event, Finished))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("List all customers", ["Anna Bell", "Carl Dorn", "Eva Falk", "Gero Hahn", "Ina Jost"]),
        ("List the customers with their cities", ["Anna Bell", "Carl Dorn", "Eva Falk", "Gero Hahn", "Ina Jost"]),
        ("List the customers in Berlin", ["Anna Bell", "Eva Falk"]),
        ("List the customers in Munich", ["Gero Hahn"]),
        ("List the customers in Berlin and Hamburg", ["Anna Bell", "Carl Dorn", "Eva Falk", "Ina Jost"]),
        ("List all tasks of 2025", [
            "Fix the roof", "Paint the fence", "Order coal", "Sweep the chimney", "Call the notary",
        ]),
        ("List Mara's tasks", ["Fix the roof", "Order coal", "Call the notary"]),
        ("List the tasks of Mara that are overdue", ["Call the notary"]),
        ("List the expenses that are paid back", ["Train to Basel", "Licence"]),
        ("List the expenses of Anna that are paid back", ["Train to Basel"]),
        ("List the expenses that are not paid back", ["Hotel Basel", "Dinner"]),
    ],
)  # fmt: skip
def test_the_rows_listed_are_those_whose_cells_are_asked_for(
    tables: Library, models: Models, text: str, names: list[str]
) -> None:
    finished = asked(tables, models, text)
    assert finished.kind == "list" and finished.rows is not None
    assert [row[0] for row in finished.rows.rows] == names
    assert all(all(marks) for marks in finished.rows.sources)


@pytest.mark.parametrize(
    "text",
    [
        "List the customers with more than 100 orders",
        "List all customers not in Berlin",
        "List the customers without a phone",
        "List Anna's expenses that are not paid back",
        "List the tasks about the roof and the fence",
    ],
)
def test_what_a_list_can_not_tell_apart_is_not_listed_whole(tables: Library, models: Models, text: str) -> None:
    finished = asked(tables, models, text)
    assert finished.rows is None or len(finished.rows.rows) < 5


def test_a_follow_up_lists_its_own_rows(tables: Library, models: Models) -> None:
    first = "List the customers in Berlin"
    history = [Message(1, "user", first), Message(2, "assistant", asked(tables, models, first).answer)]
    finished = asked(tables, models, "And those in Hamburg?", history)
    assert finished.rows is not None
    assert [row[0] for row in finished.rows.rows] == ["Carl Dorn", "Ina Jost"]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("List all customers by orders", "Gero Hahn"),
        ("List all customers sorted by orders, highest first", "Eva Falk"),
        ("List the customers by city", "Anna Bell"),
        ("Liste die Kunden in customers.csv nach Orders sortiert auf", "Gero Hahn"),
        ("List the tasks by owner", "Paint the fence"),
    ],
)
def test_rows_are_listed_in_the_order_that_is_asked_for(tables: Library, models: Models, text: str, first: str) -> None:
    finished = asked(tables, models, text)
    assert finished.rows is not None and finished.rows.rows[0][0] == first
    assert len(finished.rows.rows) == 5 and "5 " in finished.answer.split("\n")[0]

"""Which documents a question names: in any spelling people use, by their text, and of the right year."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pytest

from library.records import Document
from rag.names import one_letter_apart
from rag.naming import named_documents

BLANK = Document(0, "", "", "", "pdf", "", 1, 100, 0, 0, 1, 0.0)


def shelf(*names: str, chunks: int = 100) -> list[Document]:
    return [
        replace(BLANK, id=number, name=name, title=name.rsplit(".", 1)[0].replace("_", " "), chunks=chunks)
        for number, name in enumerate(names, start=1)
    ]


def held(**chunks: Mapping[int, int]) -> Callable[[Sequence[str]], Mapping[int, int]]:
    """How many chunks of each document hold a phrase; spaces are written as underlines."""

    def holding(phrases: Sequence[str]) -> Mapping[int, int]:
        return next((chunks[key] for phrase in phrases if (key := phrase.replace(" ", "_")) in chunks), {})

    return holding


REPORTS = shelf(
    "3M_2018_10K.pdf", "BESTBUY_2023_10K.pdf", "JOHNSON_JOHNSON_2022_10K.pdf", "MGMRESORTS_2022Q4.pdf",
    "PEPSICO_2022_10K.pdf", "AMERICANEXPRESS_2022_10K.pdf", "AMERICANWATERWORKS_2020_10K.pdf", "NETFLIX_2017_10K.pdf",
    "lease-oak-street.docx", "BankOfAmerica2021.pdf",
)  # fmt: skip


@pytest.mark.parametrize(
    ("question", "named"),
    [
        pytest.param("What is 3M's revenue?", {1}, id="with a digit"),
        pytest.param("Are Best Buy's margins consistent?", {2}, id="joined in the file's name"),
        pytest.param("Are BestBuy’s margins consistent?", {2}, id="joined by the person too"),
        pytest.param("How often has JnJ sold its inventory?", {3}, id="initials"),
        pytest.param("Which region was worst for MGM?", {4}, id="beginning"),
        pytest.param("in the Pepsi filing, what is the tax rate?", {5}, id="the beginning of a word"),
        pytest.param("what did pepsiko earn", {5}, id="misspelt"),
        pytest.param("Does AMEX have deposits?", {6}, id="blend"),
        pytest.param("Does American Express have deposits?", {6}, id="not another that begins alike"),
        pytest.param("What did American Water Works pump?", {7}, id="the other that begins alike"),
        pytest.param("What does Bank of America lend?", {10}, id="a little word inside"),
        pytest.param("Compare 3M and Pepsico", {1, 5}, id="two"),
        pytest.param("When does the lease end?", {9}, id="what it is"),
        pytest.param("What is the revenue in 2022?", set(), id="none"),
        pytest.param("What is in the 10K?", set(), id="what most of them are"),
        pytest.param("Net income of General Mills?", set(), id="one that is not here"),
    ],
)
def test_a_question_names_its_document(question: str, named: set[int]) -> None:
    holding = held(american_express={6: 60}, american={6: 70, 7: 60, 2: 1}, net={n: 30 for n in range(1, 9)})
    assert named_documents(question, REPORTS, holding).documents == named

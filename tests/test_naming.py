"""Which documents a question names: in any spelling people use, by their text, and of the right year."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pytest

from lamplight.library.records import Document
from lamplight.rag.names import one_letter_apart
from lamplight.rag.naming import named_documents

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


INVOICES = shelf(
    *(f"Invoice INV-{number}.docx" for number in (301, 302, 307)), *(f"{letter}.txt" for letter in "abcdefgh")
)


@pytest.mark.parametrize(
    ("question", "named"),
    [
        pytest.param("What is 3M's revenue?", {1}, id="with a digit"),
        pytest.param("Are Best Buy's margins consistent?", {2}, id="joined in the file's name"),
        pytest.param("Are BestBuy’s margins consistent?", {2}, id="joined by the person too"),
        pytest.param("How often has JnJ sold its inventory?", {3}, id="initials"),
        pytest.param("what was j&j's profit", {3}, id="initials written small"),
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
        pytest.param("What did American Airlines earn?", set(), id="one that begins like two that are"),
        pytest.param("Which Pepsi Max do they sell?", set(), id="a name that goes on otherwise"),
        pytest.param("Net income of General Mills?", set(), id="one that is not here"),
    ],
)
def test_a_question_names_its_document(question: str, named: set[int]) -> None:
    holding = held(american_express={6: 60}, american={6: 70, 7: 60, 2: 1}, net=dict.fromkeys(range(1, 9), 30))
    assert named_documents(question, REPORTS, holding).documents == named


YEARS = shelf(
    "PEPSICO_2021_10K.pdf", "PEPSICO_2022_10K.pdf", "PEPSICO_2023_8K_dated-2023-05-05.pdf", "PEPSICO_2023Q1_CALL.pdf",
    "ULTABEAUTY_2023Q4_EARNINGS.pdf", "ADOBE_2022_10K.pdf", "AES_2022_10K.pdf", "NIKE_2018_10K.pdf",
)  # fmt: skip


@pytest.mark.parametrize(
    ("question", "named"),
    [
        pytest.param("What is PepsiCo's FY2022 revenue?", {2}, id="fiscal year"),
        pytest.param("What is PepsiCo's FY21 revenue?", {1}, id="short year"),
        pytest.param("How did PepsiCo do between FY2021 and FY2022?", {2}, id="the newest of two"),
        pytest.param("What did PepsiCo announce on May 5, 2023?", {3}, id="date"),
        pytest.param("What did PepsiCo earn in Q1 of FY2023?", {4}, id="quarter"),
        pytest.param("What was in PepsiCo's 8-K of 2023?", {3}, id="kind"),
        pytest.param("What are PepsiCo's brands?", {1, 2, 3, 4}, id="all when nothing tells them apart"),
        pytest.param("What did Adobe earn in FY2021?", {6}, id="the only one, whatever the year"),
    ],
)
def test_of_several_the_year_and_kind_decide(question: str, named: set[int]) -> None:
    holding = held(pepsico={1: 100, 2: 100, 3: 100, 4: 100})
    assert named_documents(question, YEARS, holding).documents == named


PHOTOS = shelf(*(f"{number:03}.jpg" for number in range(40)), chunks=1)


@pytest.mark.parametrize(
    ("question", "best"),
    [
        pytest.param("the total at RESTAURANT SIN DU on 09/03/2018?", 2, id="name and date"),
        pytest.param("What did I buy on 9 March 2018?", 2, id="date in other words"),
        pytest.param("What did I pay to Zheng Hui?", 3, id="name"),
    ],
)
def test_names_and_dates_are_found_in_the_text(question: str, best: int) -> None:
    holding = held(sin_du={2: 1}, restaurant={2: 1, 3: 1, 9: 1}, zheng_hui={3: 1}, **{"09_03_2018": {2: 1}})
    strengths = named_documents(question, PHOTOS, holding).strengths
    assert max(strengths, key=lambda number: strengths[number]) == best


def test_initials_may_stand_letter_by_letter() -> None:
    scans = [replace(paper, ocr_pages=1) for paper in shelf("031.jpg", "032.jpg", "033.jpg", chunks=1)]
    question, holding = "What did I pay at Mr DIY?", held(mr_d_i_y={2: 1})
    assert named_documents(question, scans, holding).documents == {2}


def test_what_is_asked_is_told_from_where() -> None:
    named = named_documents("What is Best Buy's gross margin in FY2023?", REPORTS)
    assert named.words == {"best", "buy"}
    assert named.what == "What is gross margin in ?"
    assert named_documents("What is the margin in FY2023?", REPORTS).what == "What is the margin in FY2023?"


@pytest.mark.parametrize("other", ["pepsio", "pepsicoo", "pepsica", "pespico", "epsico"])
def test_one_letter_may_be_wrong(other: str) -> None:
    assert one_letter_apart("pepsico", other)
    assert not one_letter_apart("pepsico", other + "xx")


def test_documents_outside_of_the_scope_are_not_named() -> None:
    holding = held(zheng_hui={3: 1, 900: 4}, **{"09_03_2018": {2: 1, 901: 1}})
    for question in ("What did I pay to Zheng Hui?", "What did I buy on 9 March 2018?", "Zheng Hui in 2018"):
        assert set(named_documents(question, PHOTOS, holding).strengths) <= {document.id for document in PHOTOS}


def test_a_scan_that_says_a_name_once_is_the_one_that_is_meant() -> None:
    papers = shelf("031.jpg", "032.jpg", "033.jpg", chunks=4)
    question, holding = "What is the total of the Brambleby receipt?", held(brambleby={2: 1})
    assert not named_documents(question, papers, holding).documents
    scans = [replace(paper, ocr_pages=1) for paper in papers]
    assert named_documents(question, scans, holding).documents == {2}


def test_a_whole_file_name_names_one_document_with_its_ending() -> None:
    named = named_documents("Summarise Invoice INV-302.docx", INVOICES)
    assert named.documents == {2} and named.asked == "Summarise"


def test_what_several_documents_are_called_alike_is_told_apart() -> None:
    named = named_documents("List the invoices of Orion Ltd", INVOICES)
    assert named.shared == {"invoices"}


def test_a_word_that_every_text_in_its_language_has_names_nothing() -> None:
    papers = shelf("Protokoll der Versammlung.docx", "lease.txt", "letter.txt", "bill.txt")
    assert named_documents("Fass mir die Mails zum Ferienhaus in der Bretagne zusammen", papers).documents == set()
    assert named_documents("Was steht in dem Protokoll der Versammlung?", papers).documents == {1}

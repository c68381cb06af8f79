"""What grounding promises: what a passage states has its place, what none states is marked."""

from __future__ import annotations

import pytest

from bench.claims import claims, measured
from lamplight.library.records import Passage
from lamplight.models.embedder import Embedder
from lamplight.rag.grounding import GroundedAnswer, ground, split_answer

GOAL = 0.9  # precision and recall of "unsupported"
INCOME = (
    "(in millions)\nYear Ended December 31, 2023 2022 2021\nNet sales $ 32,681 $ 34,229 $ 35,355\n"
    "Net income $ 6,995 $ 5,791 $ 5,921"
)
GATES = "Months | Gates open | Gates close\nApril to September | 6:00 | 21:30\nOctober and March | 7:00 | 19:00"


def passage(text: str) -> Passage:
    return Passage(1, 1, "report.pdf", 4, "text", "report > Results", text, [], marker=1, score=1.0)


@pytest.mark.parametrize(
    ("sentence", "supported"),
    [
        pytest.param("Revenue was $60,922 million in fiscal 2024.", True, id="as it stands"),
        pytest.param("Revenue was $60.9 billion in fiscal 2024.", True, id="rounded"),
        pytest.param("Revenue was $61,922 million in fiscal 2024.", False, id="another number"),
        pytest.param("Revenue was $60,922 million in fiscal 2023.", False, id="another year"),
        pytest.param("The company was founded in a diner.", False, id="something else"),
    ],
)
def test_a_sentence_is_supported_when_its_words_and_all_its_numbers_stand_there(sentence: str, supported: bool) -> None:
    answer = ground(sentence, [passage("Revenue for fiscal 2024 was $60,922 million, up 126 percent.")])
    assert [citation.page for citation in answer.citations] == ([4] if supported else [])
    assert answer.unsupported == ([] if supported else [sentence])


def test_a_marker_the_model_made_up_is_not_believed() -> None:
    answer = ground("Revenue was $5 in fiscal 2024 [1].", [passage("Revenue for fiscal 2024 was $60,922 million.")])
    assert "[1]" not in answer.text


def is_supported(sentence: str, text: str) -> bool:
    return not ground(sentence, [passage(text)]).unsupported


@pytest.mark.parametrize(
    ("sentence", "supported"),
    [
        pytest.param("Net income was $6,995 million in 2023.", True, id="as it stands"),
        pytest.param("Net sales were $32.7 billion in 2023.", True, id="rounded, another scale"),
        pytest.param("Net income was $6,995 billion in 2023.", False, id="wrong scale"),
        pytest.param("Net sales were $34,229 million in 2023.", False, id="another year's column"),
        pytest.param("Net sales were $6,995 million in 2023.", False, id="another row"),
    ],
)
def test_a_number_is_true_only_of_its_own_row_and_column(sentence: str, supported: bool) -> None:
    assert is_supported(sentence, INCOME) is supported


@pytest.mark.parametrize(
    ("sentence", "supported"),
    [
        pytest.param("From April to September the gates close at 21:30.", True, id="right cell"),
        pytest.param("From April to September the gates close at 19:00.", False, id="another row"),
        pytest.param("From April to September the gates open at 21:30.", False, id="another column"),
    ],
)
def test_a_cell_is_read_with_its_row_and_its_head(sentence: str, supported: bool) -> None:
    assert is_supported(sentence, GATES) is supported


@pytest.mark.parametrize("date", ["1 November 2024", "Nov 1, 2024", "2024-11-01", "01/11/2024", "1st of November 2024"])
def test_a_date_is_the_same_in_every_format(date: str) -> None:
    assert is_supported(f"The lease was made on {date}.", "This lease was made on 1 November 2024 in Leeds.")
    assert is_supported("The lease was made on 1 November 2024.", f"This lease was made on {date} in Leeds.")
    assert not is_supported("The lease was made on 2 November 2024.", f"This lease was made on {date} in Leeds.")


@pytest.mark.parametrize(
    ("sentence", "text", "supported"),
    [
        pytest.param("The term is 17 months.", "The term is seventeen months.", True, id="a number in words"),
        pytest.param("Sales fell by 4.5%.", "Sales decreased 4.5 percent.", True, id="percent"),
        pytest.param("The tank is 90 metres deep.", "The tank is 90 centimetres deep.", False, id="another unit"),
        pytest.param("The fine is 80 dollars.", "The fine is 80 euros.", False, id="another currency"),
        pytest.param("The rent is £900 per week.", "The rent is £900 per month.", False, id="another period"),
        pytest.param("The plant cost $1.577bn.", "The plant cost $1,577 million.", True, id="another scale"),
    ],
)
def test_quantities_are_compared_by_what_they_mean(sentence: str, text: str, supported: bool) -> None:
    assert is_supported(sentence, text) is supported


@pytest.mark.parametrize(
    ("sentence", "text"),
    [
        pytest.param("Dogs are allowed in the hall.", "Dogs are not allowed in the hall.", id="negation dropped"),
        pytest.param("Subletting is not prohibited.", "Subletting is prohibited.", id="negation added"),
        pytest.param("Net sales increased in May.", "Net sales decreased in May.", id="direction"),
        pytest.param("Oak is harder than beech.", "Beech is harder than oak.", id="comparison"),
        pytest.param("Cover rose from 28% to 41%.", "Cover fell from 41% to 28%.", id="range"),
        pytest.param("Only members may vote.", "Members may vote.", id="narrowed"),
        pytest.param("The key costs £20 and is sent by post.", "The key costs £20.", id="a clause made up"),
        pytest.param(
            "Sales in Europe grew by 3 percent.",
            "Sales in Asia grew by 3 percent while sales in Europe fell by 7 percent.",
            id="two clauses mixed",
        ),
        pytest.param("The hut was built by Ada Lind.", "The hut was built in 1931. Ada Lind is chair.", id="a name"),
        pytest.param("The hut was built by Ada Lind.", "The hut was built in 1931.", id="a name from nowhere"),
    ],
)
def test_half_the_truth_is_unsupported(sentence: str, text: str) -> None:
    assert not is_supported(sentence, text)


def test_a_quotation_is_checked_to_the_letter_but_not_to_the_line_break() -> None:
    text = "The pipes are not deep enough for frost, so the wa-\nter is turned off in November."
    assert is_supported("It says that “the water is turned off in November”.", text)
    assert not is_supported("It says that “the water is turned on in November”.", text)
    assert not is_supported('It says that "the water is always turned off in November".', text)


def test_meaning_decides_where_words_do_not(embedder: Embedder) -> None:
    text = "Motor vehicles must be parked behind the hut overnight."
    said = "Cars have to be parked at the back of the hut at night."
    assert ground(said, [passage(text)], embedder).unsupported == []
    assert ground("Cars have to be washed by their owners.", [passage(text)], embedder).unsupported


def test_numbers_of_other_countries_are_checked_and_end_nothing() -> None:
    assert is_supported("The hall cost ₹12,34,567.50.", "The hall cost ₹12,34,567.50 in 2019.")
    assert is_supported("The hall cost 1,234,567.50 rupees.", "The hall cost ₹12,34,567.50 in 2019.")
    assert not is_supported("The hall cost ₹12,34,667.", "The hall cost ₹12,34,567.50 in 2019.")
    assert is_supported("The rent is 1,234.50 euros.", "The rent is 1.234,50 euros a month.")
    assert not is_supported("The rent is 1,234.60 euros.", "The rent is 1.234,50 euros a month.")


def test_an_answer_is_split_at_sentences_and_not_at_the_numbers_of_a_list() -> None:
    assert split_answer("It costs £36. The rest is free [1].") == ["It costs £36.", "The rest is free."]
    assert split_answer("1. Sheds. 2. Fences.\n3. Hens") == ["1. Sheds.", "2. Fences.", "3. Hens"]


def test_each_sentence_is_cited_from_its_own_passage_with_its_boxes() -> None:
    boxes = [(10.0, 20.0, 90.0, 30.0), (10.0, 32.0, 90.0, 42.0)]
    first = Passage(1, 1, "a.pdf", 2, "table", "a", "Full plot | £62\nHalf plot | £36", boxes, marker=1, score=1.0)
    second = Passage(
        2, 2, "b.pdf", 7, "text", "b", "The society was founded in 1921 by Edda Brandt.", [], marker=2, score=1.0
    )
    answer: GroundedAnswer = ground("A half plot costs £36. The society was founded in 1921.", [first, second])
    assert answer.text == "A half plot costs £36. [1] The society was founded in 1921. [2]"
    assert [(citation.page, citation.boxes) for citation in answer.citations] == [(2, boxes[1:]), (7, [])]


def test_claims_labelled_by_hand_are_told_apart(embedder: Embedder) -> None:
    labelled = claims()
    assert len(labelled) >= 90
    assert {claim.label for claim in labelled} == {"supported", "half", "invented"}
    for measures in (measured(labelled), measured(labelled, embedder)):
        assert float(measures["unsupported_precision"]) >= GOAL
        assert float(measures["unsupported_recall"]) >= GOAL


def test_a_stated_clause_survives_when_its_neighbour_does_not() -> None:
    text = "The deposit is 1,200 euros. Pets need the written consent of the landlord."
    passage = Passage(1, 1, "lease.txt", 1, "text", "Lease", text, [], marker=1)
    grounded = ground("The deposit is 1,200 euros and the kitchen was painted in 2019.", [passage])
    assert grounded.parts == ["The deposit is 1,200 euros. [1]", "The kitchen was painted in 2019."]
    assert grounded.unsupported == ["The kitchen was painted in 2019."]

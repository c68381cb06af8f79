"""Which passages are read, what the reader is asked, and what makes a line surer than the reader alone."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from lamplight.library.records import BlockKind, Passage
from lamplight.models.reader import LineScore
from lamplight.rag.balance import PAID_EXACTLY
from lamplight.rag.extraction import HOPELESS, READ, asking, read_lines, worth_reading


class Scripted:
    """Gives every line the score of its first word, and the whole line as its answer but for that word."""

    def read(self, question: str, passages: Sequence[tuple[str, Sequence[str]]]) -> list[list[LineScore]]:
        return [
            [LineScore(float(line.split()[0]), len(line.split()[0]) + 1, len(line), 0.9) for line in lines]
            for _, lines in passages
        ]


def passage(*lines: str, kind: BlockKind = "table", score: float = 1.0, number: int = 1) -> Passage:
    return Passage(number, 7, "file.pdf", 1, kind, "file", "\n".join(lines), [], score=score)


def scores(question: str, found: Passage) -> list[float]:
    (lines,) = read_lines(Scripted(), question, question, [found])  # type: ignore[arg-type]
    return [line.score for line in lines]


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        pytest.param("What was capex? Answer in USD millions.", "What was capex?", id="an instruction"),
        pytest.param("Assume that you are an analyst. What is the net margin?", "What is the net margin?", id="a role"),
        pytest.param("Which shop is the receipt of D.I.Y. (KL) SDN. BHD from?", "", id="abbreviations"),
        pytest.param("total of the receipt", "total of the receipt?", id="no question mark"),
    ],
)
def test_the_reader_gets_what_is_asked(question: str, asked: str) -> None:
    assert asking(question, question) == (asked or question)


def test_what_stood_before_a_name_goes_with_it() -> None:
    assert asking("How much is the rent in ?", "How much is the rent in Elm Road?") == "How much is the rent?"


def test_what_the_question_says_itself_is_hardly_its_answer() -> None:
    bill = passage("1.0 RM 13.10", "1.0 Sunrise Bakery")
    assert scores("Where did I pay 13.10?", bill) == [-1.0, 1.0]
    assert scores("What did I pay at the Sunrise Bakery?", bill) == [1.0, -1.0]


def test_an_amount_that_a_receipt_says_again_is_surer() -> None:
    receipt = ("2.0 100.62", "1.9 100.60", "0.0 VISA 100.60")
    assert scores("total?", passage(*receipt, kind="image")) == pytest.approx([2.0, 1.9 + PAID_EXACTLY, PAID_EXACTLY])
    assert scores("total?", passage(*receipt)) == [2.0, 1.9, 0.0]  # in a table the same number is often another thing


def test_what_was_paid_is_not_put_before_what_else_is_asked_for() -> None:
    """A receipt's total and its change confirm each other, whatever is asked of it."""
    receipt = ("-2.0 TOTAL 12.00", "-3.0 CASH 50.00", "1.5 CHANGE 38.00")
    total, _, change = scores("how much came back?", passage(*receipt, kind="image"))
    assert -2.0 < total < change


def test_only_what_may_come_to_the_front_in_time_is_read() -> None:
    near = [passage("1.0 a", score=2.0 - 0.01 * rank, number=rank) for rank in range(30)]
    assert worth_reading(near) == near[:READ]
    far = [passage("1.0 a"), passage("1.0 b", score=1.0 - HOPELESS - 0.1)]
    assert worth_reading(far) == far[:1]
    assert worth_reading(far, far[1].score + HOPELESS / 2) == far, "the first turned out to say little"
    long = [passage("1.0 " + "word " * 5_000), passage("1.0 b")]
    assert worth_reading(long) == long[:1]  # one is always read

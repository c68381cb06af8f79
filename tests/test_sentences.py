"""Where a sentence ends: not at a date's point, nor at that of an abbreviation."""

from __future__ import annotations

import pytest

from lamplight.library.records import Passage
from lamplight.rag.sentences import units_of


@pytest.mark.parametrize(
    "sentences",
    [
        ["Dr. Okafor saw the patient on 31 Jan. 2024 because of pain.", "An X-ray showed nothing."],
        ["Sie endet am 31. März.", "Danach gilt nichts mehr."],
        ["The visit was on 9 Sept. 2024 with J. Berg.", "The next one is in May."],
        ["Der Preis steigt z. B. Jahr um Jahr.", "Er fällt nie."],
        ["Come at 5 p.m. on Friday.", "The door is open."],
        ["The fee is due by 28 Feb. 2024.", "It is low."],
    ],
    ids=["title", "ordinal", "month", "German", "hours", "end after a date"],
)
def test_a_sentence_survives_dates_and_abbreviations(sentences: list[str]) -> None:
    passage = Passage(1, 1, "letter.txt", 1, "text", "letter", " ".join(sentences), [])
    assert [unit.text for unit in units_of(passage)] == sentences


def test_a_list_of_people_is_no_sentence() -> None:
    prose = [
        "The following sets forth certain information about our executive officers, their ages and positions as of",
        "16 February 2024, all of whom were appointed by the board of directors and serve until others are so.",
    ]
    people = [
        "Anna Marie Wintergreen 61 President and Chief Executive Officer",
        "Tobias Lund 52 Vice President and Chief Financial Officer",
        "Priya Raghunathan 47 Executive Vice President, Worldwide Sales",
    ]
    after = "Ms. Wintergreen has led the company since it was founded by her and two of her friends in 1993."
    text = "\n".join([*prose, *people, after])
    units = [unit.text for unit in units_of(Passage(1, 1, "report.pdf", 1, "text", "", text, []))]
    assert units[0] == " ".join(prose) and all(person in units for person in people)

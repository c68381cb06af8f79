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

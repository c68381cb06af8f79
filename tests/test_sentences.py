"""Where a sentence ends: not at a date's point, nor at that of an abbreviation."""

from __future__ import annotations

import pytest

from lamplight.library.records import Passage
from lamplight.rag.grounding import split_answer
from lamplight.rag.lexicon.english import without_markers
from lamplight.rag.sentences import is_item, split_sentences, units_of


@pytest.mark.parametrize(
    "sentences",
    [
        ["Dr. Okafor saw the patient on 31 Jan. 2024 because of pain.", "An X-ray showed nothing."],
        ["Sie endet am 31. März.", "Danach gilt nichts mehr."],
        ["The visit was on 9 Sept. 2024 with J. Berg.", "The next one is in May."],
        ["Der Preis steigt z. B. Jahr um Jahr.", "Er fällt nie."],
        ["Come at 5 p.m. on Friday.", "The door is open."],
        ["The fee is due by 28 Feb. 2024.", "It is low."],
        ["The pond has 12.", "It was dug in 1950 by the society and its members."],
        ["The fees are for: 1. Plots 2. Water 3. Sheds!", "The society sends them out."],
        ["Fig. 2 and Vol. 3 show approx. 300 plots vs. Eastfield's.", "The rest is elsewhere."],
        ["They called it “a start.”", "Then they went on with it."],
    ],
    ids=[
        "title",
        "ordinal",
        "month",
        "German",
        "hours",
        "end after a date",
        "number",
        "items",
        "before numbers",
        "quoted",
    ],
)
def test_a_sentence_survives_dates_and_abbreviations(sentences: list[str]) -> None:
    passage = Passage(1, 1, "letter.txt", 1, "text", "letter", " ".join(sentences), [])
    assert [unit.text for unit in units_of(passage)] == sentences


def test_a_day_that_begins_a_line_begins_no_item() -> None:
    lines = [
        "Sie können den Vertrag ohne Einhaltung einer Frist kündigen, also bis zum",
        "31. März 2025. Das geht einfach.",
    ]
    passage = Passage(1, 1, "letter.txt", 1, "text", "letter", "\n".join(lines), [])
    assert [unit.text for unit in units_of(passage)] == [f"{lines[0]} 31. März 2025.", "Das geht einfach."]
    assert is_item("3. Keep the doors closed.")


@pytest.mark.parametrize(
    "sentences",
    [
        ["Dr. Okafor keeps the key.", "The U.S. Senate met on 9 Sept. 2024."],
        ["**It is free.** [1]", "*Dogs* are not allowed. [2, 3]", "Hens are.[1]"],
        ["Sie endet z. B. am 31. März 2024.", "Das kostet 5 Mio. Euro."],
        ["它很好。", "我喜欢。"],
        ["¿Es gratis?", "¡Sí!", "El Sr. Pérez lo dice."],
    ],
    ids=["abbreviations", "marked up", "German", "Chinese", "Spanish"],
)
def test_what_is_written_is_cut_as_passages_are(sentences: list[str]) -> None:
    text = "".join(sentences) if sentences[0].endswith("\u3002") else " ".join(sentences)
    assert split_sentences(text) == sentences
    plain = [without_markers(sentence) for sentence in sentences]
    assert split_answer(text) == plain


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


def test_rows_between_bars_are_no_prose() -> None:
    rows = [
        "For | Who | Telephone",
        "Keys, membership, waiting list | Hannah Whitlock, secretary | 01632 960 114",
        "Burst pipes, taps and the pump | Tomasz Bielak, water | 01632 960 139",
    ]
    units = [unit.text for unit in units_of(Passage(1, 1, "handbook.pdf", 1, "text", "", "\n".join(rows), []))]
    assert units == rows


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(
            [
                "Frau Ebert nimmt die folgenden Mittel:",
                "- Ramipril 5 mg, morgens",
                "- Nitrofurantoin 100 mg, zweimal am Tag bis zum 3. Oktober 2024",
                "Metoprolol wurde wegen des niedrigen Blutdrucks abgesetzt.",
            ],
            id="what follows the last item of a list",
        ),
        pytest.param(
            [
                "Brief an die Mitglieder des Vereins der Gartenfreunde",
                "Anna Berg schreibt im Namen des Vorstands, dass die Anlage im Winter zu bleibt.",
                "Die Tore werden von Herrn Lund am ersten Montag im November abends geschlossen.",
            ],
            id="what follows a line that ends early",
        ),
    ],
)
def test_a_line_without_its_end_does_not_run_into_what_follows(lines: list[str]) -> None:
    passage = Passage(1, 1, "letter.txt", 1, "text", "letter", "\n".join(lines), [])
    assert [unit.text for unit in units_of(passage)] == lines


def test_an_item_goes_on_where_lines_wrap() -> None:
    lines = [
        "- The keys are kept by the secretary of the society and by her deputy",
        "Mr Lund, who lives next to the",
        "gate.",
    ]
    passage = Passage(1, 1, "letter.txt", 1, "text", "letter", "\n".join(lines), [])
    assert units_of(passage)[0].text == " ".join(lines[:2])

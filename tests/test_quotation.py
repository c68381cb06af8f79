"""What a person sees first: the line that answers, whole, and the short answer in it as people write it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from lamplight.library.records import BlockKind, Passage
from lamplight.models.reader import LineScore
from lamplight.rag.extraction import AnswerLine
from lamplight.rag.listed import ITEMS
from lamplight.rag.passages import Selection
from lamplight.rag.query import understand
from lamplight.rag.quotation import CANDIDATES, Quotation, QuotedOpening, quotation, quotation_markdown, quoted
from lamplight.rag.refusal import certainty, is_contradicted, is_rather_said
from lamplight.rag.retriever import Search
from lamplight.rag.sentences import units_of

NOTHING: Mapping[str, str] = {}


def passage(*lines: str, kind: BlockKind = "text", furniture: tuple[int, ...] = ()) -> Passage:
    boxes = [(0.0, float(row), 100.0, row + 1.0) for row in range(len(lines))]
    return Passage(1, 7, "file.pdf", 2, kind, "file", "\n".join(lines), boxes, furniture=furniture, marker=1, score=1.0)


def selection(
    question: str, found: Passage, scores: Mapping[str, float], answers: Mapping[str, str], sure: float = 0.9
) -> Selection:
    """`scores` of the lines that begin so, the others have -5; `answers` are the parts that the reader takes for it."""
    lines = []
    for unit in units_of(replace(found, marker=0)):  # read before it is known which passages are shown
        score = next((score for start, score in scores.items() if unit.text.startswith(start)), -5.0)
        part = next((part for start, part in answers.items() if unit.text.startswith(start)), unit.text)
        begin = unit.text.index(part)
        lines.append(AnswerLine(unit, LineScore(score, begin, begin + len(part), sure), score))
    lines.sort(key=lambda line: -line.score)
    search = Search(understand(question), {}, np.zeros((1, 1), np.float32), [found], frozenset(), question, question)
    return Selection(search, [found], lines)


def short(line: str, part: str) -> str:
    line = line.rstrip(".")  # of a sentence nothing is taken
    made = quotation(selection("How much?", passage(line), {line[:4]: 5.0}, {line[:4]: part}))
    assert made is not None
    assert made.citation.text == line
    return made.short


@pytest.mark.parametrize(
    ("line", "part", "answer"),
    [
        pytest.param("The deposit is £1,200 and is paid at once.", "1,200", "£1,200", id="a sign before it"),
        pytest.param("The deposit is US$ 1,200 and is paid at once.", "1,200", "US$ 1,200", id="a foreign dollar"),
        pytest.param("The deposit is EUR 1,200 and is paid at once.", "1,200", "EUR 1,200", id="a code before it"),
        pytest.param("The deposit is 1,200 EUR and is paid at once.", "1,200", "1,200 EUR", id="a code after it"),
        pytest.param("The deposit is 1,200 euros and is paid at once.", "1,200", "1,200 euros", id="a word after it"),
        pytest.param("The rate is 4.5% for all of the first year.", "4.5", "4.5%", id="per cent"),
        pytest.param("BetMGM (47,660) (56,907) and others", "47,660", "(47,660)", id="a bracket that means less"),
        pytest.param("Fernhill pond (1951) and its carp", "1951", "1951", id="a year in brackets"),
        pytest.param("Revenue was $60.9 billion, up from $27.0 billion.", "60.9", "$60.9 billion", id="a scale"),
        pytest.param("The result was a loss $ (120) in that year.", "120", "$ (120)", id="a bracket before it"),
        pytest.param("Made by friends (of the pond) in that year.", "friends (of the pond", "friends (of the pond)",
                     id="a closing bracket"),
        pytest.param("They call it “the long pond” in those villages.", "“the long pond", "“the long pond”",
                     id="a closing quote"),
        pytest.param("TOTAL AMOUNT TO PAY IN CASH 4.55", "4.55", "4.55", id="a capital word is no currency"),
        pytest.param("INCLUDED: SERVICE TAX 4.55 at 6%", "4.55", "4.55", id="nor is a short one"),
        pytest.param("The gate was painted in 1999 THE YEAR it was made.", "1999", "1999", id="nor one after it"),
        pytest.param("The warden, Tilda Brook, keeps the key.", "Tilda Brook,", "Tilda Brook", id="no comma after it"),
    ],
)  # fmt: skip
def test_a_short_answer_has_what_belongs_to_it(line: str, part: str, answer: str) -> None:
    assert short(line, part) == answer


@pytest.mark.parametrize("cell", ["n/a", "N.A.", "TBD", "nil"])
def test_a_cell_that_is_left_open_is_no_short_answer(cell: str) -> None:
    assert short(f"January | 81 | 102 | {cell} | dry", cell) == ""
    assert short("January | 81 | 102 | snow | dry", "snow") == "snow"


def test_a_line_as_short_as_its_answer_has_none() -> None:
    assert short("Tilda Brook.", "Tilda Brook") == ""
    assert short("The pond is deep (—) in the middle of it.", "(—)") == ""


def test_what_the_reader_is_not_sure_of_is_no_short_answer() -> None:
    found = passage("The gate is locked at dusk by the warden.")
    made = quotation(selection("When is it locked?", found, {"The gate": 5.0}, {"The gate": "at dusk"}, sure=0.4))
    assert made is not None
    assert (made.citation.text, made.short) == (found.text, "")


RULES = ("These are forbidden on all the plots:", "• bonfires in summer", "• geese", "• hoses", "The warden decides.")


def test_a_line_that_announces_is_quoted_with_its_items() -> None:
    found = passage(*RULES)
    made = quotation(selection("What is forbidden?", found, {RULES[0]: 5.0}, NOTHING))
    assert made is not None
    assert made.citation.text == "\n".join(RULES[:4])
    assert made.citation.boxes == found.boxes[:4]
    assert made.short == ""
    assert (
        quotation_markdown(QuotedOpening((made,)), [found])
        == "\n".join(f"> {line}" for line in RULES[:3]) + f"\n> {RULES[3]} [1]"
    )


@pytest.mark.parametrize(("said", "whole"), [("three", True), ("3", True), ("two", False)])
def test_a_sentence_that_counts_is_quoted_with_what_it_counts(said: str, whole: bool) -> None:
    lines = [f"There are {said} kinds of plots.", "• full plots", "• half plots", "• raised beds", "All have water."]
    made = quotation(selection("Which kinds of plots are there?", passage(*lines), {"There": 5.0}, NOTHING))
    assert made is not None
    assert made.citation.text == "\n".join(lines[: 4 if whole else 1])


def test_the_number_of_an_item_is_no_short_answer() -> None:
    assert short("4) Latin America, which includes all of our businesses there", "4") == ""
    assert short("4) Latin America, with profits of 1,369 in the year", "1,369") == "1,369"


def test_a_row_that_names_columns_is_quoted_last() -> None:
    for heads in ("2023 2022 2021", "Quarter ended March 31, Quarter ended June 30, Quarter", "(Millions) 2018 2017"):
        found = passage(heads, "Seed sales 40 38 31", kind="table")
        made = quotation(selection("How much seed was sold?", found, {heads[:5]: 5.0, "Seed": 1.0}, NOTHING))
        assert made is not None
        assert made.citation.text == "Seed sales 40 38 31"


def test_the_header_row_of_a_table_is_never_quoted_without_its_rows() -> None:
    found = passage(
        "Company | Offer | Start", "Reimann | 184 | May", "Saale | 176 | June", "It was late.", kind="table"
    )
    made = quotation(selection("Compare the offers", found, {"Company": 5.0}, NOTHING))
    assert made is not None
    assert made.citation.text == "Company | Offer | Start\nReimann | 184 | May\nSaale | 176 | June"


def test_rows_that_the_question_names_are_quoted_together() -> None:
    found = passage("Roof | Held | Load", "6 cm | 46 | 98", "10 cm | 58 | 144", "15 cm | 63 | 214", kind="table")
    made = quotation(selection("Compare the 10 cm and the 15 cm roofs", found, {"15": 3.0}, NOTHING))
    assert made is not None
    assert made.citation.text == "10 cm | 58 | 144\n15 cm | 63 | 214"
    alone = quotation(selection("What did the 15 cm roof hold?", found, {"15": 3.0}, NOTHING))
    assert alone is not None
    assert alone.citation.text == "15 cm | 63 | 214"


def test_all_rows_of_which_it_is_said_what_the_question_says_are_quoted() -> None:
    staff = ("Name | Department | Salary", "Petra Novotna | Engineering | 49,900", "Hamid Aziz | Support | 41,000",
             "Yuki Tanaka | Engineering | 64,000")  # fmt: skip
    found = passage(*staff, kind="table")
    made = quotation(selection("How many people work in Engineering?", found, {"Petra": 5.0}, {"Petra": "49,900"}))
    assert made is not None
    assert (made.citation.text, made.short) == (f"{staff[1]}\n{staff[3]}", "")
    alone = quotation(selection("What does Petra Novotna of Engineering earn?", found, {"Petra": 5.0}, NOTHING))
    assert alone is not None
    assert alone.citation.text == staff[1]


def test_a_follow_up_means_the_rows_that_it_says_itself() -> None:
    found = passage("Donor | Town", "Cem Aydin | Neu-Ulm", "Dora Kempf | Augsburg", kind="table")
    made = quotation(selection("Und Dora Kempf (Was spendet Cem Aydin)?", found, {"Dora": 5.0}, NOTHING))
    assert made is not None
    assert made.citation.text == "Dora Kempf | Augsburg"


def test_what_stands_in_a_row_with_what_is_asked_is_no_short_answer() -> None:
    found = passage("Languages: English, Urdu, German")
    made = quotation(selection("Who speaks German?", found, {"Lang": 5.0}, {"Lang": "Urdu"}))
    assert made is not None
    assert (made.citation.text, made.short) == ("Languages: English, Urdu, German", "")
    made = quotation(selection("Which languages does Aisha speak?", found, {"Lang": 5.0}, {"Lang": "Urdu"}))
    assert made is not None
    assert made.short == "Urdu"


def test_a_row_told_in_cells_that_its_passage_does_not_set_apart_is_quoted_alone() -> None:
    found = passage("Snacks 410 455", "Beverages 380 402", kind="table")
    told = replace(units_of(found)[0], text="Snacks | 410 | 455")
    line = AnswerLine(told, LineScore(5.0, 9, 12, 0.9), 5.0, " | 2022 | 2021")
    made = quotation(replace(selection("How much was sold of snacks?", found, {}, NOTHING), lines=[line]))
    assert made is not None
    assert made.citation.text == "Snacks | 410 | 455"


def test_of_two_announcements_in_the_same_words_each_has_its_own_items() -> None:
    found = passage("Allowed:", "• hens", "Allowed:", "• bees")
    second = [unit for unit in units_of(found) if unit.text == "Allowed:"][1]
    lines = [AnswerLine(second, LineScore(5.0, 0, 8, 0.9), 5.0)]
    made = quotation(replace(selection("What is allowed?", found, {}, NOTHING), lines=lines))
    assert made is not None
    assert made.citation.text == "Allowed:\n• bees"


def test_a_line_that_announces_nothing_is_never_quoted() -> None:
    found = passage("These are forbidden on all the plots:", "The warden decides what is forbidden.")
    made = quotation(selection("What is forbidden?", found, {"These": 5.0, "The warden": 1.0}, NOTHING))
    assert made is not None
    assert made.citation.text == "The warden decides what is forbidden."
    assert quotation(selection("What is forbidden?", passage(RULES[0]), {RULES[0]: 5.0}, NOTHING)) is None


def test_rows_of_a_table_are_announced_too() -> None:
    found = passage("Fees in pounds:", "Full plot 60", "Half plot 36", "Fines in pounds:", "Late 5", kind="table")
    made = quotation(selection("What are the fees?", found, {"Fees": 5.0}, NOTHING))
    assert made is not None
    assert made.citation.text == "Fees in pounds:\nFull plot 60\nHalf plot 36"


PEOPLE = ("These are our wardens and their ages:", "Name Age Post", "Ada Moss 60 Head",
          "Bela Kun-Levy 41 Deputy of the West",
          "Carla F. Diaz 38 Deputy",
          "Ada Moss joined in 1993 and has led the wardens since.")  # fmt: skip


def test_rows_without_drawn_columns_are_announced_too() -> None:
    made = quotation(selection("wardens + ages", passage(*PEOPLE), {PEOPLE[0]: 5.0}, NOTHING))
    assert made is not None
    assert made.citation.text == "\n".join(PEOPLE[:5])


@pytest.mark.parametrize(
    ("question", "all_of_them"),
    [
        ("Who are the wardens?", True),
        ("How old is the head of the wardens?", False),
        ("Which warden leads the West?", False),
    ],
)
def test_a_question_that_tells_no_item_from_the_others_means_all(question: str, all_of_them: bool) -> None:
    made = quotation(selection(question, passage(*PEOPLE), {PEOPLE[2]: 5.0}, NOTHING))
    assert made is not None
    assert made.citation.text == ("\n".join(PEOPLE[:5]) if all_of_them else PEOPLE[2])


def test_of_a_long_list_only_its_beginning_is_quoted() -> None:
    found = passage("These are forbidden:", *(f"{number}. thing number {number}" for number in range(1, 41)))
    made = quotation(selection("What is forbidden?", found, {"These": 5.0}, NOTHING))
    assert made is not None
    assert made.citation.text.count("\n") == ITEMS


def test_page_furniture_is_never_quoted() -> None:
    found = passage("Total to pay 2024", "Total to pay in cash 412.60", "Total to pay page 3", furniture=(0, 2))
    made = quotation(selection("What is the total to pay?", found, {"Total": 5.0}, NOTHING))
    assert made is not None
    assert made.citation.text == "Total to pay in cash 412.60"
    assert made.citation.boxes == found.boxes[1:2]


def test_a_heading_that_only_repeats_the_question_is_passed_over() -> None:
    found = passage("Opening of the gates", "From April on it is six in the morning.")
    scores = {"Opening": 5.0, "From": 1.0}
    made = quotation(selection("What are the opening hours of the gates?", found, scores, NOTHING))
    assert made is not None
    assert made.citation.text == "From April on it is six in the morning."


def test_it_is_quoted_when_there_is_nothing_else() -> None:
    found = passage("Opening of the gates")
    made = quotation(selection("What are the opening hours of the gates?", found, {"Opening": 5.0}, NOTHING))
    assert made is not None
    assert made.citation.text == "Opening of the gates"


def test_a_line_with_a_number_says_more_than_the_question() -> None:
    found = passage("Total to pay 412.60", "Thank you for the visit.")
    made = quotation(selection("What is the total to pay?", found, {"Total": 5.0, "Thank": 1.0}, NOTHING))
    assert made is not None
    assert made.citation.text == "Total to pay 412.60"


GATES = ("Months | Gates open | Gates close", "April to September | 6:00 | 21:30", "October and March | 7:00 | 19:00")


def test_a_row_carries_its_heads() -> None:
    found = passage(*GATES, kind="table")
    made = quotation(selection("When do the gates close in October?", found, {"October": 5.0}, {"October": "19:00"}))
    assert made is not None
    assert (made.header_row, made.short) == (GATES[0], "19:00")
    assert made.citation.text == GATES[2]
    assert quotation_markdown(QuotedOpening((made,)), [found]) == f"**19:00** [1]\n\n> {GATES[0]}\n> {GATES[2]} [1]"


def test_where_the_reader_is_not_sure_the_head_that_is_named_tells_the_cell() -> None:
    asked, answers = "When do the gates close in October?", {"October": "7:00"}
    made = quotation(selection(asked, passage(*GATES, kind="table"), {"October": 5.0}, answers, sure=0.3))
    assert made is not None
    assert made.short == "19:00"


def test_a_year_tells_the_column_better_than_the_reader() -> None:
    found = passage("Year ended 2023 2022", "Net sales 32,681 34,229", kind="table")
    made = quotation(selection("What were net sales in FY22?", found, {"Net": 5.0}, {"Net": "32,681"}))
    assert made is not None
    assert made.short == "34,229"


@pytest.mark.parametrize(
    ("line", "part", "answer"),
    [
        pytest.param("The lease ends on 14 March 2026 at noon.", "14", "14 March 2026", id="a date"),
        pytest.param("The deposit of the house is 38,900 in all.", "900", "38,900", id="a number"),
        pytest.param("There are 2 218 940 members of it by now.", "218", "2 218 940 members", id="one with spaces"),
        pytest.param("The contract AB-12/7 is the one that is meant.", "12", "AB-12/7", id="a code"),
        pytest.param("The gates are locked at 16:30 in the winter.", "16", "16:30", id="a time"),
        pytest.param("An inlay lasts 10 to 15 years on average.", "10 to 15", "10 to 15 years", id="what is counted"),
        pytest.param("Bake the brownies at 180 °C for 25 minutes.", "180", "180 °C", id="degrees"),
        pytest.param("The firm was founded in 1993 by three friends.", "1993", "1993", id="a year counts nothing"),
        pytest.param("Of the votes 36 of 40 were for it.", "36", "36", id="no word that only joins"),
        pytest.param("It was given to Mrs Featherstonehaugh in May.", "haugh", "Featherstonehaugh", id="a name"),
    ],
)
def test_a_short_answer_is_whole(line: str, part: str, answer: str) -> None:
    assert short(line, part) == answer


def test_an_amount_is_given_with_the_unit_of_its_table() -> None:
    found = passage("(in millions)", "Year ended 2023 2022", "Net sales $ 32,681 $ 34,229", kind="table")
    made = quotation(selection("What were net sales in FY22?", found, {"Net": 5.0}, NOTHING))
    assert made is not None
    note = "(The table is in millions.)"
    assert quotation_markdown(QuotedOpening((made,)), [found]) == (
        f"**$ 34,229** {note} [1]\n\n> Year ended 2023 2022\n> Net sales $ 32,681 $ 34,229 {note} [1]"
    )


UNSURE = "I am not sure."
SHEDS = (
    "The small shed holds two bicycles.",
    "The large shed holds six bicycles.",
    "The large shed",
    "A bicycle needs two metres.",
    "Nobody is there in August.",
)


def test_where_no_line_surely_answers_the_likeliest_are_shown_below_a_sentence_that_says_so() -> None:
    found = passage(*SHEDS)
    scores = {"The small": 1.0, "The large": 0.5, "A bicycle": 0.0}
    made = quoted(selection("How many bicycles fit?", found, scores, {"The small": "two"}), UNSURE)
    assert made is not None
    # The heading says nothing that the line below it doesn't say; the last line is far behind.
    assert [citation.text for citation in made.citations] == [SHEDS[0], SHEDS[1], SHEDS[3]]
    assert made.short == ""
    assert quotation_markdown(made, [found]) == f"{UNSURE}\n\n> {SHEDS[0]} [1]\n\n> {SHEDS[1]} [1]\n\n> {SHEDS[3]} [1]"


def test_a_line_that_nothing_but_its_passage_speaks_for_is_no_candidate() -> None:
    shed = replace(passage("Tool shed"), id=8, marker=1)
    found = passage("One shed of 2.2 metres is allowed.")
    weak = selection("How high may a shed be?", shed, {"Tool": -5.0}, NOTHING)
    both = replace(weak, passages=[shed, replace(found, marker=2)], lines=[*weak.lines, *_lines_of(found, 1.0)])
    made = quoted(both, "Not sure:")
    assert made is not None
    assert [line.citation.text for line in made.lines] == ["One shed of 2.2 metres is allowed."]


def test_each_document_that_a_question_names_has_its_likeliest_line() -> None:
    shops = [
        replace(passage("Exchange within 3 days.", "Total 21.50"), id=8, document_id=4, marker=1),
        replace(passage("Exchange within 7 days.", "Total 34.80"), id=9, document_id=5, marker=2),
    ]
    one = selection("Which shop lets me exchange longer, A or B?", shops[0], {"Exchange": 1.0, "Total": 0.5}, NOTHING)
    lines = [*one.lines, *_lines_of(shops[1], -4.0)]  # far behind, and yet it was asked for
    both = replace(one, passages=shops, lines=lines, search=replace(one.search, named=frozenset({4, 5})))
    made = quoted(both, UNSURE)
    assert made is not None
    assert [line.citation.text for line in made.lines] == ["Exchange within 3 days.", "Exchange within 7 days."]
    alone = quoted(replace(both, search=replace(one.search, named=frozenset({4}))), UNSURE)
    assert alone is not None
    assert "Exchange within 7 days." not in [line.citation.text for line in alone.lines]


def _lines_of(found: Passage, score: float) -> list[AnswerLine]:
    return [AnswerLine(unit, LineScore(score, 0, 3, 0.1), score) for unit in units_of(replace(found, marker=0))]


def test_no_more_candidates_are_shown_than_a_person_reads_at_a_glance() -> None:
    lines = [f"Shed {number} is locked by {name}." for number, name in enumerate(("Ann", "Ben", "Cem", "Dee"), 1)]
    made = quoted(selection("Who locks it?", passage(*lines), {"Shed": 1.0}, NOTHING), UNSURE)
    assert made is not None
    assert len(made.lines) == CANDIDATES


def test_a_line_that_surely_answers_has_the_one_beside_it_that_answers_nearly_as_likely() -> None:
    found = passage("Hold Start for three seconds.", "The same again switches it off.", "The drum holds 7 kg.")
    made = selection("How do I switch the child lock off?", found, {"The same": 3.9, "Hold": 3.1, "The drum": 2.0}, {})
    opening = quoted(replace(made, sure=True), "Unsure:")
    assert opening is not None
    assert opening.citations[0].text == "Hold Start for three seconds.\nThe same again switches it off."
    assert opening.citations[0].boxes == found.boxes[:2]


@pytest.mark.parametrize(
    ("other", "score", "named", "contradicted"),
    [
        ("The rent is 450 euros.", 3.5, False, True),
        ("The rent of 420 euros is paid monthly.", 3.5, False, False),
        ("The rent is 450 euros.", 2.0, False, False),
        ("The rent is 450 euros.", 3.5, True, False),
    ],
    ids=["another rent", "the same rent", "hardly likely", "of what is named"],
)
def test_what_another_document_says_otherwise_is_not_sure(
    other: str, score: float, named: bool, contradicted: bool
) -> None:
    signed = selection("How high is the rent?", passage("The rent is 420 euros."), {"The": 4.0}, {"The": "420 euros"})
    draft = selection("How high is the rent?", replace(passage(other), id=2, document_id=8), {"The": score}, {})
    search = replace(signed.search, named=frozenset({7} if named else ()))
    both = replace(signed, search=search, lines=[*signed.lines, *draft.lines])
    assert is_contradicted(both) is contradicted


@pytest.mark.parametrize(("score", "said"), [(1.6, True), (0.4, False), (-0.9, False)])
def test_whether_it_is_rather_said_tells_the_likeliest_line(score: float, said: bool) -> None:
    assert is_rather_said(selection("How many bicycles fit?", passage(*SHEDS), {"The small": score}, NOTHING)) is said


def test_a_line_that_surely_answers_stands_alone() -> None:
    found = selection("How many bicycles fit?", passage(*SHEDS), {"The small": 5.0, "The large": 3.0}, NOTHING)
    made = quoted(replace(found, sure=True), UNSURE)
    assert made is not None
    assert made.lead == ""
    assert [citation.text for citation in made.citations] == [SHEDS[0]]


@pytest.mark.parametrize(
    ("score", "ahead", "sure"),
    [
        pytest.param(4.5, 0.0, True, id="the reader is sure"),
        pytest.param(1.0, 1.0, True, id="no other passage comes near"),
        pytest.param(1.0, 0.0, False, id="neither"),
        pytest.param(-6.0, 1.0, False, id="the reader is sure that it doesn't"),
    ],
)
def test_certainty_rests_on_the_line_and_on_how_far_its_passage_is_ahead(
    score: float, ahead: float, sure: bool
) -> None:
    found = selection("How many bicycles fit?", passage(*SHEDS), {"The small": score}, NOTHING)
    first = found.passages[0]
    second = replace(first, id=2, marker=2, score=first.score - ahead)
    lines = [line for line in found.lines if line.sentence.text == SHEDS[0]]
    assert (certainty(replace(found, passages=[first, second], lines=lines)) >= 0) is sure


def test_being_named_alone_makes_no_line_sure() -> None:
    question = "How much is the Tinkerman invoice altogether?"
    found, other = passage("Sum without tax 404.05"), replace(passage("CARD PAYMENT 12.00"), id=8, document_id=9)
    weak = selection(question, found, {"Sum": -2.3}, NOTHING)
    both = [replace(found, score=1.7), replace(other, score=0.4)]
    assert certainty(replace(weak, passages=both)) > 0, "far ahead of what is found elsewhere"
    named = replace(weak, passages=both, search=replace(weak.search, named=frozenset({found.document_id})))
    assert certainty(named) < 0


def test_of_several_scans_one_without_a_word_of_the_question_is_not_sure() -> None:
    """Every receipt has a total, so the reader finds one on each."""
    receipt = replace(passage("Petrol 38.61 l", "TOTAL 100.00", kind="image"), picture_kind="scan")
    other = replace(passage("CASH 12.00"), id=8, document_id=9, score=-1.0)
    read = selection("How much was the cheese?", receipt, {"TOTAL": 5.0}, NOTHING)

    def asked(*words: str, beside: list[Passage]) -> bool:
        search = replace(read.search, weights=dict.fromkeys(words, 5.0))
        return certainty(replace(read, search=search, passages=[receipt, *beside])) >= 0

    assert asked("petrol", beside=[other])
    assert not asked("cheese", beside=[other])
    assert asked("cheese", beside=[]), "the one receipt that there is was meant"


def test_where_nothing_was_read_nothing_is_quoted() -> None:
    empty = selection("How much?", passage("—"), {}, NOTHING)
    assert empty.lines == []
    assert quotation(empty) is None


def test_a_citation_has_the_number_under_which_its_passage_is_shown() -> None:
    found = replace(passage("The gate is locked at dusk."), marker=3)
    made = quotation(selection("When is it locked?", found, {"The gate": 5.0}, NOTHING))
    assert isinstance(made, Quotation)
    assert made.citation.marker == 3
    assert quotation_markdown(QuotedOpening((made,)), [found]) == "> The gate is locked at dusk. [3]"


def test_who_asks_for_a_list_gets_all_its_items() -> None:
    found = passage("The risks are:", "• fire", "• flood", "• theft of bicycles", "The premium is 60 EUR.")
    made = quotation(selection("List all risks.", found, {"flood": 4.0}, {"flood": "flood"}))
    assert made is not None
    assert made.citation.text.split("\n") == ["The risks are:", "• fire", "• flood", "• theft of bicycles"]


def test_rows_set_apart_by_spaces_are_not_read_as_prose() -> None:
    found = passage(
        "Minutes of the ordinary meeting of owners, Marktstrasse 14, Heidelberg",
        "Day and place:  Tuesday, 23 April 2024, 18:30, Gasthaus Adler, upper room",
        "Taken by:       Sabine Vogt",
    )
    assert [unit.text for unit in units_of(found)] == found.text.split("\n")


def test_a_sentence_is_an_answer_as_it_is() -> None:
    found = passage("The lease ends on 14 March 2026 at noon.", "Deposit: 1,200 EUR")
    for question, line, part, answer in (
        ("When does it end?", "The lease", "14 March 2026", ""),
        ("How much is the deposit?", "Deposit", "1,200", "1,200 EUR"),
    ):
        made = quotation(selection(question, found, {line: 5.0}, {line: part}))
        assert made is not None
        assert made.short == answer

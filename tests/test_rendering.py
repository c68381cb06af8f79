"""What is shown of an answer: citations one can click, doubts one can see, and nothing a document smuggled in."""

from __future__ import annotations

from dataclasses import replace
from html import escape

import pytest
from markdown_it import MarkdownIt

from lamplight.library.records import Message, Passage
from lamplight.library.store import Library
from lamplight.rag.events import Citation, Evidence, PrefillProgress, Token
from lamplight.ui.answers import UNFINISHED, Answer
from lamplight.ui.export import conversation_html, conversation_markdown
from lamplight.ui.rendering import answer_html, evidence_html, question_html


def answer(text: str, document: str = "gate.pdf", **values: object) -> Answer:
    passage = Passage(1, 7, document, 2, "text", "gate", "The gate is green.", [], marker=1, score=1.0)
    return Answer(text=text, passages=[passage], done=True, **values)  # type: ignore[arg-type]


def test_a_marker_becomes_a_link_to_its_source() -> None:
    shown = answer_html(answer("It is green [1]."), "3-9")
    assert '<a class="citation" href="#source-3-9-1" aria-label="Source 1">1</a>' in shown


def test_a_marker_without_a_passage_stays_text() -> None:
    assert "citation" not in answer_html(answer("It is green [2]."), "3-9")


def test_an_unsupported_sentence_is_marked_and_counted() -> None:
    shown = answer_html(answer("It is green [1]. It is old.", unsupported=["It is old."]), "3-9")
    assert '<span class="unsupported" title="Not found in your documents">It is old.</span>' in shown
    assert "1 sentence not found in your documents" in shown


@pytest.mark.parametrize("row", ["| B \\| C | 5 euros |", "|B \\| C|5 euros|"])
def test_each_cell_of_a_row_that_no_document_states_is_marked_and_the_row_counted(row: str) -> None:
    unsupported = ["| B \\| C | 5 euros |"]
    table = f"| Plot | Costs |\n| --- | --- |\n| A | 4 euros |\n{row}"
    found = answer(table, unsupported=unsupported)
    shown = answer_html(found, "3-9")
    for cell in ("B | C", "5 euros"):
        assert f'<td><span class="unsupported" title="Not found in your documents">{cell}</span></td>' in shown
    assert shown.count('class="unsupported"') == 2
    assert ("1 sentence not found in your documents" in shown) == (row in unsupported)


@pytest.mark.parametrize(
    "text",
    [
        "<img src=https://evil.example/x>",
        "![x](https://evil.example/x)",
        "[x](https://evil.example/x)",
        "<https://evil.example/x>",
        "[x]: https://evil.example/x\n\n[x]",
        "<script>alert(1)</script>",
        '"><svg onload=alert(1)>',
    ],
)
def test_nothing_in_a_text_becomes_markup(text: str) -> None:
    asked = question_html(text, "3-9", [(text, None)])
    for shown in (answer_html(answer(text), "3-9"), asked, evidence_html(answer(text, text), "3-9")):
        for tag in ("<img", "<script", "<svg", 'href="http'):
            assert tag not in shown


def test_markdown_is_shown_on_one_line() -> None:
    """A blank line would end the HTML block that the chat passes through."""
    shown = answer_html(answer("First.\n\n- one\n- two\n\n```\na\n\nb\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |"), "3-9")
    assert "\n" not in shown
    assert "<li>one</li>" in shown
    assert "<td>1</td>" in shown


def test_a_long_wait_says_what_is_read_and_offers_to_read_less() -> None:
    waiting = Answer()
    waiting.absorb(PrefillProgress(100, 400, 3.2, 4))
    shown = answer_html(waiting, "3-9")
    assert "Reading 4 passages, about 3 s… 25 %" in shown
    assert 'href="#fewer-3-9"' in shown


def test_an_answer_is_kept_and_brought_back_whole() -> None:
    citation = Citation(1, 7, "gate.pdf", 2, [(1.0, 2.0, 3.0, 4.0)], "The gate is green.")
    before = answer("It is green [1].", citations=[citation], unsupported=["x"], model="m")
    after = Answer.restored(Message(1, "assistant", before.text, before.details()))
    assert after == before


def test_an_answer_that_was_cut_off_says_so() -> None:
    cut = Answer(text="It is")
    assert Answer.restored(Message(1, "assistant", cut.text, cut.details())).error == UNFINISHED


def test_a_conversation_from_before_passages_were_one_thing_is_shown() -> None:
    """`section` and `chunk_id` were other names, and what a picture is called stood at the end of its section."""
    stored = {"marker": 1, "document_id": 7, "document": "gate.png", "page": 2, "kind": "image", "text": "A gate.",
              "section": "gate > photo, photograph, picture, image", "boxes": [[0, 0, 9, 9]], "score": 1.0}  # fmt: skip
    old = [stored | {"chunk_id": 5}, stored]
    first, second = Answer.restored(Message(1, "assistant", "It is green [1].", {"passages": old})).passages
    assert (first.id, first.header, first.marker, first.score, first.text) == (5, "gate", 1, 1.0, "A gate.")
    assert second.id == 0
    again = Answer(passages=[first], done=True).details()
    assert Answer.restored(Message(1, "assistant", "", again)).passages == [first]


GATE = Citation(1, 7, "gate.pdf", 2, [], "The gate is green, the fence is brown.")
FEE = Citation(1, 7, "fees.csv", 1, [], "Half plot | £34 | £36")
RULES = Citation(1, 7, "gate.pdf", 2, [], "Bring with you:\n• a <key>\n• **two** spades | forks")


def opened(quote: Citation, block: str, short: str = "", prose: str = "", **values: object) -> Answer:
    """An answer as `rag.composition` writes it."""
    parts = [f"**{short}** [1]" if short else "", block, prose]
    text = "\n\n".join(part for part in parts if part)
    return answer(text, quote.document, short=short, quote=quote, citations=[quote], **values)


def test_the_short_answer_comes_first_then_the_line_it_stands_in_then_the_prose() -> None:
    shown = answer_html(opened(GATE, f"> {GATE.text} [1]", "green", "It was **never** red."), "3-9")
    short, line, prose = (shown.index(part) for part in ("<strong>green</strong>", "<blockquote", "own-words"))
    assert short < line < prose
    assert "The gate is <mark>green</mark>, the fence is brown. <a" in shown
    assert "<strong>never</strong>" in shown
    assert shown.count('href="#source-3-9-1"') == 2


def test_without_a_short_answer_the_quotation_is_the_answer() -> None:
    shown = answer_html(opened(GATE, f"> {GATE.text} [1]"), "3-9")
    assert "short-answer" not in shown
    assert f'<blockquote class="quotation alone"><div class="line">{GATE.text} <a class="citation"' in shown


def test_a_row_is_quoted_as_a_table_under_its_heads() -> None:
    shown = answer_html(opened(FEE, f"> Plot | 2025 | 2026\n> {FEE.text} [1]", "£36"), "3-9")
    assert '<th scope="col">Plot</th><th scope="col">2025</th><th scope="col">2026</th>' in shown
    assert "<td>Half plot</td><td>£34</td><td><mark>£36</mark></td>" in shown
    assert " | " not in shown


def test_a_figure_is_marked_without_the_unit_that_its_table_says_elsewhere() -> None:
    shown = answer_html(opened(FEE, f"> Plot | 2025 | 2026\n> {FEE.text} [1]", "£36 thousand"), "3-9")
    assert "<strong>£36 thousand</strong>" in shown and "<td><mark>£36</mark></td>" in shown


def test_heads_that_are_no_cells_stand_above_their_row() -> None:
    quote = Citation(1, 7, "report.pdf", 2, [], "Revenue 394 365")
    note = "(The table is in millions.)"
    shown = answer_html(opened(quote, f"> 2022 2021\n> {quote.text} {note} [1]"), "3-9")
    assert '<div class="heads">2022 2021</div><div class="line">Revenue 394 365 <span class="unit-note">' in shown
    assert shown.count(note) == 1


def test_the_unit_of_a_table_is_said_once_beside_the_short_answer() -> None:
    quote = Citation(1, 7, "report.pdf", 2, [], "Revenue | 394,328")
    text = f"**394,328** (The table is in millions.) [1]\n\n> {quote.text} (The table is in millions.) [1]"
    shown = answer_html(answer(text, short="394,328", quote=quote), "3-9")
    assert shown.count("millions") == 1
    assert shown.index("millions") < shown.index("<blockquote")


def test_each_item_of_a_list_has_a_line_of_its_own_and_no_markup() -> None:
    block = "\n".join(f"> {line}" for line in RULES.text.split("\n")) + " [1]"
    shown = answer_html(opened(RULES, block), "3-9")
    assert '<div class="line">Bring with you:</div><div class="line item">• a &lt;key&gt;</div>' in shown
    assert "<td>• **two** spades</td><td>forks</td>" in shown
    assert "\n" not in shown


@pytest.mark.parametrize(
    "words", ["<b>x</b>", "**x**", "`x`", "# x", "> x", "[x](https://evil.example)", "a|b", "\ue000x"]
)
def test_words_of_a_document_are_shown_letter_for_letter(words: str) -> None:
    quote = Citation(1, 7, "gate.pdf", 2, [], f"{words} is what it says.")
    shown = answer_html(opened(quote, f"> {quote.text} [1]", words), "3-9")
    assert f"<strong>{escape(words)}</strong>" in shown
    assert f"<mark>{escape(words)}</mark> is what it says." in shown


def test_a_short_answer_that_could_be_two_places_is_not_marked() -> None:
    quote = Citation(1, 7, "gate.pdf", 2, [], "Open 9 to 5, on 9 May from 10.")
    assert "<mark>" not in answer_html(opened(quote, f"> {quote.text} [1]", "9"), "3-9")


def test_what_a_model_sets_as_a_quotation_is_not_taken_for_one() -> None:
    shown = answer_html(answer("> The gate is blue."), "3-9")
    assert "quotation" not in shown


def test_evidence_that_comes_again_replaces_what_came_before() -> None:
    """First what was found, then in a better order with the line that answers."""
    first = answer("").passages[0]
    second = replace(first, id=2, text="The gate is green, the fence is brown.")
    growing = Answer()
    growing.absorb(Evidence([first, second]))
    assert (growing.text, growing.quote, growing.passages) == ("", None, [first, second])
    growing.absorb(Evidence([second, first], GATE, "green", f"**green** [1]\n\n> {GATE.text} [1]"))
    assert growing.passages == [second, first]
    assert growing.opening.short == "green"
    growing.absorb(Token("It is."))
    assert growing.opening.prose == "It is."
    assert [block.lines for block in growing.opening.blocks] == [(GATE.text,)]
    assert evidence_html(growing, "3-9").count('class="card cited"') == 2  # both are marked 1


def test_where_none_surely_answers_that_is_said_above_each_line_with_its_page() -> None:
    text = f"I am not sure:\n\n> {GATE.text} [1]\n\n> Plot | 2025 | 2026\n> {FEE.text} [2]\n\nIt is **old**."
    before = answer(text, GATE.document, quote=GATE, candidates=[FEE], citations=[GATE, FEE])
    shown = answer_html(before, "3-9")
    lead, gate, fee, prose = (shown.index(part) for part in ("I am not sure:", GATE.text, "<th", "own-words"))
    assert lead < gate < fee < prose
    assert shown.count('<blockquote class="quotation candidate">') == 2
    assert "short-answer" not in shown
    after = Answer.restored(Message(1, "assistant", before.text, before.details()))
    assert answer_html(after, "3-9") == shown


def test_a_short_answer_is_kept_and_brought_back() -> None:
    before = opened(FEE, f"> Plot | 2025 | 2026\n> {FEE.text} [1]", "£36")
    after = Answer.restored(Message(1, "assistant", before.text, before.details()))
    assert after == before
    assert answer_html(after, "3-9") == answer_html(before, "3-9")


def test_a_quotation_kept_by_an_older_version_is_shown_as_one() -> None:
    before = opened(GATE, f"> {GATE.text} [1]", prose="It is.").details()
    del before["short"], before["quote"]
    after = Answer.restored(Message(1, "assistant", f"> {GATE.text} [1]\n\nIt is.", before))
    assert '<blockquote class="quotation alone">' in answer_html(after, "3-9")


def test_a_saved_conversation_quotes_rows_as_a_table_and_words_as_they_are(library: Library) -> None:
    talk = library.conversations.start("Fees")
    fees = opened(FEE, f"> Plot | 2025 | 2026\n> {FEE.text} [1]", "£36", "It is **more** now.")
    rules = opened(RULES, "\n".join(f"> {line}" for line in RULES.text.split("\n")) + " [1]")
    for kept in (fees, rules):
        library.messages.add(talk, "assistant", kept.text, kept.details())
    conversation = library.conversations.get(talk)
    assert conversation is not None
    markdown = conversation_markdown(library, conversation)
    shown = MarkdownIt("commonmark").enable("table").render(markdown)
    for page in (shown, conversation_html(library, conversation)):
        assert "<strong>£36</strong>" in page
        assert "<th>2026</th>" in page or '<th scope="col">2026</th>' in page
        assert "<strong>more</strong>" in page
        assert "• a &lt;key&gt;" in page
        assert "• **two** spades" in page

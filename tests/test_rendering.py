"""What is shown of an answer: citations one can click, doubts one can see, and nothing a document smuggled in."""

from __future__ import annotations

import pytest

from library.records import Message, Passage
from rag.events import Citation, Reading
from ui.answers import UNFINISHED, Answer
from ui.rendering import answer_html, evidence_html, question_html


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
    waiting.absorb(Reading(100, 400, 3.2, 4))
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

"""What an answer promises: every claim has its page, what has none is marked, silence gives silence."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from lamplight.ingest.pipeline import index_file
from lamplight.library.records import Message, Passage
from lamplight.library.store import Library
from lamplight.models.language_model import LanguageModel, Piece, PrefillStep, Usage
from lamplight.models.loading import Models
from lamplight.rag.answerer import Answerer
from lamplight.rag.composition import compose, without_repeats
from lamplight.rag.events import Citation, Event, Evidence, Finished, Grounded, PrefillProgress, Searching, Token
from lamplight.rag.grounding import GroundedAnswer
from lamplight.rag.messages import say
from lamplight.rag.quotation import Quotation, QuotedOpening
from lamplight.rag.reading import PassagePrefill
from lamplight.samples import FEES, HANDBOOK, PHOTO, QUESTIONS
from lamplight.scheduling import CancelToken

Stopped = Callable[[], bool]
SAID = ("1 November to 28 February", "£36", "KEY AT PLOT 12", "2025 520 kg", "up to 6 square metres")  # to `QUESTIONS`


@pytest.fixture(scope="module")
def answerer(sample_library: Library, models: Models) -> Answerer:
    return Answerer(sample_library, models)


def finished(events: Sequence[Event]) -> Finished:
    last = events[-1]
    assert isinstance(last, Finished)
    return last


def test_the_events_come_in_an_order_that_can_be_shown(answerer: Answerer) -> None:
    events = list(answerer.answer("When are bonfires allowed?"))
    kinds = [type(event) for event in events]
    # What was found is there before the reader has read it, the line before the language model has read anything.
    assert kinds[:4] == [Searching, Evidence, Evidence, PrefillProgress]
    assert kinds[-2:] == [Grounded, Finished]
    assert set(kinds[4:-2]) <= {PrefillProgress, Token}


def test_a_citation_leads_to_the_lines_that_say_it(answerer: Answerer, sample_library: Library) -> None:
    answer = finished(list(answerer.answer("When are bonfires allowed?")))
    citation = answer.citations[0]
    page = sample_library.documents.page(citation.document_id, citation.page)
    assert page is not None
    assert (citation.document, citation.page) == (HANDBOOK.name, 3)
    assert "Bonfires are allowed" in citation.text
    for left, top, right, bottom in citation.boxes:
        assert 0 <= left < right <= page.width
        assert 0 <= top < bottom <= page.height


@pytest.mark.parametrize(
    ("question", "document", "words"),
    [
        ("What happens to the key deposit when the gate key is handed back?", FEES.name, "returned"),
        pytest.param("What does the sign on the tool shed say?", PHOTO.name, "", marks=pytest.mark.long),
    ],
    ids=["a Word document", "a picture"],
)
def test_word_documents_and_pictures_answer_too(answerer: Answerer, question: str, document: str, words: str) -> None:
    answer = finished(list(answerer.answer(question)))
    assert document in {citation.document for citation in answer.citations}
    assert words in answer.answer


@pytest.mark.parametrize(
    ("question", "words"),
    [
        pytest.param(*asked, marks=pytest.mark.long if place else ())
        for place, asked in enumerate(zip(QUESTIONS, SAID, strict=True))
    ],
)
def test_what_the_welcome_offers_is_answered_rightly_and_surely(answerer: Answerer, question: str, words: str) -> None:
    answer = finished(list(answerer.answer(question)))
    assert not answer.refused
    assert not answer.unsure
    assert words in (answer.quote.text if answer.quote else answer.answer)
    assert answer.citations


NOTE = """Greenhouse, notes for whoever waters it
The key hangs behind the blue door. Water the tomatoes every second morning, the cacti once a month.
If the heater fails, call Marit on 0455 and move the orchids into the kitchen.
"""


@pytest.mark.parametrize(
    ("question", "words"),
    [("Who do I call when it gets cold?", "Marit"), ("Which plants need water most?", "tomatoes")],
)
def test_the_one_file_that_somebody_has_answers_surely(
    library: Library, models: Models, tmp_path: Path, question: str, words: str
) -> None:
    (tmp_path / "greenhouse.txt").write_text(NOTE, encoding="utf-8")
    index_file(tmp_path / "greenhouse.txt", library, models)
    answer = finished(list(Answerer(library, models).answer(question)))
    assert not answer.unsure
    assert words in answer.answer


@pytest.mark.parametrize(
    "question",
    [
        "What is the boiling point of gallium?",
        pytest.param("Who won the world cup in 1998?", marks=pytest.mark.long),
        pytest.param("How do I bake sourdough?", marks=pytest.mark.long),
    ],
)
def test_what_the_documents_do_not_hold_is_refused(answerer: Answerer, question: str) -> None:
    answer = finished(list(answerer.answer(question)))
    assert answer.refused
    assert answer.citations == []


def test_what_is_quoted_is_there_before_the_model_has_read_anything(answerer: Answerer) -> None:
    events = list(answerer.answer("When are bonfires allowed?"))
    found, evidence = (event for event in events if isinstance(event, Evidence))
    assert (found.quote, found.short, found.opening) == (None, "", "")
    assert [passage.marker for passage in found.passages] == list(range(1, len(found.passages) + 1))
    assert evidence.quote is not None
    assert evidence.quote.text.startswith("Bonfires are allowed from 1 November")
    assert f"> {evidence.quote.text} [{evidence.quote.marker}]" in evidence.opening
    assert evidence.opening.startswith(f"**{evidence.short}**" if evidence.short else "> ")
    answer = finished(events)
    assert answer.answer.startswith(evidence.opening)
    assert (answer.quote, answer.short) == (evidence.quote, evidence.short)


@pytest.mark.long
def test_from_documents_only_nothing_unsupported_is_said(answerer: Answerer) -> None:
    for question in QUESTIONS:
        answer = finished(list(answerer.answer(question)))
        assert not any(sentence in answer.answer for sentence in answer.unsupported)


def test_a_number_is_computed_with_its_query_and_its_row(answerer: Answerer) -> None:
    answer = finished(list(answerer.answer("How much is a half plot in 2026?")))
    assert "£36" in answer.answer
    assert answer.sql.startswith("SELECT")
    assert answer.citations[0].document == FEES.name
    assert "£36" in answer.citations[0].text


def test_a_refusal_offers_what_comes_nearest(answerer: Answerer) -> None:
    assert finished(list(answerer.answer("What is the boiling point of gallium?"))).passages


def test_an_empty_library_says_so(library: Library, models: Models) -> None:
    answer = finished(list(Answerer(library, models).answer("How much was the revenue?")))
    assert (answer.refused, answer.answer) == (True, say("en", "empty library"))


@pytest.mark.long
def test_an_answer_can_be_stopped(answerer: Answerer) -> None:
    stop = CancelToken()
    events = []
    for event in answerer.answer("Describe the handbook's rules on water, bonfires and animals.", stop=stop):
        events.append(event)
        if isinstance(event, Token):
            stop.cancel()
    assert finished(events).stopped
    assert sum(isinstance(event, Token) for event in events) <= 2


def test_only_sentences_that_are_given_are_cited() -> None:
    """Of two supported sentences from one passage, the one that is not about the question goes with its citation."""
    texts = ("The gate is locked at dusk by Tilda Brook.", "The pond holds seventeen carp.")
    passage = Passage(1, 7, "rules.txt", 1, "text", "rules", "\n".join(texts), [], marker=1, score=1.0)
    gate, pond = (Citation(1, 7, "rules.txt", 1, [], text) for text in texts)
    grounded = GroundedAnswer([f"{texts[0]} [1]", "It is old.", f"{texts[1]} [1]"], [gate, pond], ["It is old."])
    weights = {"gate": 2.0, "locked": 2.0}
    quote = Quotation(Citation(1, 7, "rules.txt", 1, [], "Ask the warden."), short="the warden")
    quoted = QuotedOpening((quote,))
    answer = compose(grounded, quoted, [passage], weights, "documents", is_large=True)
    assert (
        answer.text == "**the warden** [1]\n\n> Ask the warden. [1]\n\nThe gate is locked at dusk by Tilda Brook. [1]"
    )
    assert answer.citations == [quote.citation, gate]
    assert answer.unsupported == ["It is old."]
    assert compose(grounded, quoted, [passage], weights, "documents").citations == [quote.citation]  # a small model's
    assert "It is old." in compose(grounded, quoted, [passage], weights, "documents+knowledge").text


def test_a_question_said_again_is_no_answer() -> None:
    passage = Passage(1, 7, "bill.txt", 1, "text", "bill", "What is the total? 16.71", [], marker=1, score=1.0)
    citation = Citation(1, 7, "bill.txt", 1, [], "What is the total? 16.71")
    grounded = GroundedAnswer(["Question: What is the total? [1]", "The total is 16.71. [1]"], [citation, citation], [])
    assert compose(grounded, None, [passage], {"total": 2.0}, "documents").text == "The total is 16.71. [1]"


def test_an_answer_ends_where_it_begins_to_go_round_in_circles() -> None:
    assert without_repeats("The fee is thirty pounds. The fee is thirty pounds. The fee") == "The fee is thirty pounds."


def test_fewer_passages_are_the_best_one_alone(answerer: Answerer) -> None:
    question = "Compare the fee of a full plot with that of a half plot."
    usual, fewer = (list(answerer.answer(question, breadth=breadth)) for breadth in ("usual", "fewer"))
    assert {event.passages for event in usual if isinstance(event, PrefillProgress)} == {3}
    assert {event.passages for event in fewer if isinstance(event, PrefillProgress)} == {1}
    assert finished(fewer).timings.context_tokens < 0.6 * finished(usual).timings.context_tokens
    assert finished(fewer).citations  # and all that were found are still shown
    assert finished(fewer).passages == finished(usual).passages


class WatchedPrefill(PassagePrefill):
    """Reads as ever; what it was given is kept."""

    def __init__(self) -> None:
        super().__init__()
        self.ahead: queue.Queue[list[str]] = queue.Queue()
        self.asked: list[str] = []

    def prepare(
        self,
        model: LanguageModel,
        system: str,
        question: str,
        passages: Sequence[str],
        stopped: Stopped,
        together: bool = False,
    ) -> None:
        self.ahead.put(list(passages))

    def read(
        self,
        model: LanguageModel,
        system: str,
        question: str,
        passages: Sequence[str],
        max_tokens: int,
        stopped: Stopped,
        together: bool = False,
    ) -> Iterator[PrefillStep | Piece | Usage]:
        self.asked = list(passages)
        return super().read(model, system, question, passages, max_tokens, stopped, together)


@pytest.mark.long
def test_a_half_typed_follow_up_is_prefilled_with_what_the_question_will_read(
    sample_library: Library, models: Models, monkeypatch: pytest.MonkeyPatch
) -> None:
    answerer, reader = Answerer(sample_library, models), WatchedPrefill()
    monkeypatch.setattr(answerer._facts.writer, "prefill", reader)
    monkeypatch.setattr(Models, "ready", True)
    history = [Message(1, "user", "When are bonfires allowed?"), Message(2, "assistant", "From 1 November [1].")]
    answerer.typed("Where are they", history=history)
    ahead = reader.ahead.get(timeout=60)
    answerer.stop_prefill()
    assert finished(list(answerer.answer("Where are they allowed?", history))).passages
    assert reader.asked
    assert set(reader.asked) <= set(ahead)
    assert "Bonfires" in ahead[0]

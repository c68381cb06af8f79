"""What a search promises: what is named, quoted or coded is hit exactly; nothing is shown twice; a scope is kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from lamplight.ingest.pipeline import index_file
from lamplight.library.records import Document, Message, Passage
from lamplight.library.store import Library
from lamplight.models.loading import Models
from lamplight.rag.context import GAP, trimmed, whole
from lamplight.rag.conversation import told_before
from lamplight.rag.finding import TOLD_BEFORE, Finder
from lamplight.rag.naming import named_documents
from lamplight.rag.passages import Selection
from lamplight.rag.query import exact_phrases, understand
from lamplight.rag.retriever import EVERYWHERE, Scope

TEXTS = {
    "lease_oak_street.txt": "The tenant of the house in Oak Street pays 900 euros of rent. Notice is three months.",
    "lease_elm_road.txt": "The tenant of the house in Elm Road pays 700 euros of rent. Notice is six months.",
    "boiler.txt": "The boiler was serviced in May. Its serial number is KX-4471-B and the pressure should be 1.5 bar.",
    "oven.txt": "The oven was serviced in May. Its serial number is KX-4417-B and it heats to 250 degrees.",
    "recipe.txt": "Grandmother's plum cake: a pound of plums, half a pound of flour, four eggs, and patience.",
    "recipe copy.txt": "Grandmother's plum cake: a pound of plums, half a pound of flour, four eggs, and patience!",
    "results.txt": "Capital expenditures were 12 million in fiscal year 2022, for property, plant and equipment.",
    "minutes.txt": "The board met in June and spoke about the plums in the garden of Oak Street at length.",
}


@pytest.fixture(scope="module")
def filled(models: Models, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("retriever")
    with Library(folder / "library") as library:
        for name, text in TEXTS.items():
            (folder / name).write_text(text, encoding="utf-8")
            assert index_file(folder / name, library, models).status == "added"
        yield library


def select(library: Library, models: Models, question: str, scope: Scope = EVERYWHERE) -> Selection:
    return Finder(library, models).select(question, scope=scope)


def first(library: Library, models: Models, question: str, scope: Scope = EVERYWHERE) -> str:
    return select(library, models, question, scope).passages[0].document


@pytest.mark.parametrize(
    ("question", "document"),
    [
        pytest.param("What does KX-4471-B belong to?", "boiler.txt", id="a code"),
        pytest.param("What does KX-4417-B belong to?", "oven.txt", id="a code that differs in two digits"),
        pytest.param('Where does it say "spoke about the plums"?', "minutes.txt", id="a quoted phrase"),
        pytest.param("How much is the rent in the Elm Road lease?", "lease_elm_road.txt", id="a named document"),
        pytest.param("How much is the rent in the Oak Street lease?", "lease_oak_street.txt", id="its neighbour"),
        pytest.param("What was the capex in FY22?", "results.txt", id="an abbreviation"),
        pytest.param("When can someone renting move out of Elm Road?", "lease_elm_road.txt", id="other words"),
    ],
)
def test_the_right_document_is_first(filled: Library, models: Models, question: str, document: str) -> None:
    assert first(filled, models, question) == document


def test_the_document_that_is_named_comes_before_all_others(filled: Library, models: Models) -> None:
    assert first(filled, models, "How many months of notice and how many euros of rent does the oven file say?") == (
        "oven.txt"
    )


def test_what_says_the_same_is_shown_once(filled: Library, models: Models) -> None:
    shown = [passage.document for passage in select(filled, models, "How many eggs are in the plum cake?").passages]
    assert sum(name.startswith("recipe") for name in shown) == 1


def test_a_comparison_shows_each_document(filled: Library, models: Models) -> None:
    shown = select(filled, models, "Compare the rent in Oak Street and Elm Road").passages[:2]
    assert {passage.document for passage in shown} == {"lease_oak_street.txt", "lease_elm_road.txt"}


def test_a_scope_is_kept(filled: Library, models: Models) -> None:
    documents = {document.name: document for document in filled.documents.all()}
    only = Scope(documents=frozenset({documents["oven.txt"].id}))
    found = select(filled, models, "How much is the rent?", only)
    assert {passage.document for passage in found.passages} == {"oven.txt"}
    newest = max(documents.values(), key=lambda document: document.added_at)
    recent = select(filled, models, "How much is the rent?", Scope(added_from=newest.added_at))
    assert {passage.document for passage in recent.passages} == {newest.name}
    assert select(filled, models, "How much is the rent?", Scope(kind="image")).passages == []
    assert select(filled, models, "How much is the rent?", Scope(documents=frozenset())).passages == []


def test_pictures_come_first_when_one_is_asked_for(sample_library: Library, models: Models) -> None:
    passages = select(sample_library, models, "Which words are on the photo of the shed?").passages
    assert passages[0].kind == "image"


def test_silence_is_told_from_knowledge(filled: Library, models: Models) -> None:
    assert select(filled, models, "How much is the rent in Elm Road?").answerable
    for question in ("What is the boiling point of gallium?", "Who won the world cup in 1998?"):
        assert not select(filled, models, question).answerable


def test_nothing_a_person_types_is_query_syntax(filled: Library, models: Models) -> None:
    for question in (
        '"',
        'a" OR "b',
        "NEAR(plums",
        "header:plums",
        "*",
        "^plums",
        "-",
        "?",
        "plums AND",
        "''",
        "{plums}",
    ):
        select(filled, models, question)


def document(number: int, name: str) -> Document:
    return replace(DOCUMENT, id=number, name=name, title=name.rsplit(".", 1)[0].replace("_", " "))


DOCUMENT = Document(0, "", "", "", "pdf", "", 1, 1, 0, 0, 1, 0.0)
SHELF = [
    document(number, name)
    for number, name in enumerate(
        ["3M_2018_10K.pdf", "BESTBUY_2023_10K.pdf", "JOHNSON_JOHNSON_2022_10K.pdf", "MGMRESORTS_2022Q4.pdf",
         "PEPSICO_2022_10K.pdf", "lease-oak-street.docx", "AeonReceipt.jpg"], start=1
    )
]  # fmt: skip


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("What is 3M's revenue?", {1}),
        ("Are Best Buy's margins consistent?", {2}),
        ("How often has JnJ sold its inventory?", {3}),
        ("What did Johnson & Johnson sell?", {3}),
        ("Which region was worst for MGM?", {4}),
        ("in the PepsiCo filing, what is the tax rate?", {5}),
        ("Compare 3M and Pepsico", {1, 5}),
        ("When does the lease end?", {6}),
        ("the receipt from Aeon", {7}),
        ("What is the revenue in 2022?", set()),
        ("What is in the 10K?", set()),
    ],
)
def test_a_question_names_its_document(question: str, named: set[int]) -> None:
    assert named_documents(question, SHELF).documents == named


def test_what_must_stand_letter_for_letter() -> None:
    assert exact_phrases("Where is “force majeure” in contract AB-1234/5 of 2022, FY2023?") == [
        "force majeure",
        "AB-1234/5",
    ]
    assert understand("capex in FY18").expanded == (
        "capex in fiscal year 2018 capital expenditures, purchases of property, plant and equipment"
    )


def test_a_long_passage_is_cut_between_sentences_and_keeps_what_matters() -> None:
    sentences = [f"Sentence {number} speaks of hedges." for number in range(40)]
    sentences[25] = "The heron visits the pond on Sundays."
    passage = Passage(1, 1, "a", 1, "text", "a", "\n".join(sentences), [], marker=1, score=1.0)
    short = trimmed(passage, "When does the heron visit?", 40, lambda text: len(text.split()))
    assert "The heron visits the pond on Sundays." in short
    assert set(short.split("\n")) <= {*sentences, GAP}
    assert len(short.split()) <= 40 + short.count(GAP)


def test_a_sentence_cut_by_a_chunk_is_completed(models: Models, library: Library, tmp_path: Path) -> None:
    from tests.test_readers import write_pdf

    lines = [f"Line {number} of a long sentence about hedges and the paths between them" for number in range(30)]
    lines[12] += "."
    lines[16] += "."
    assert index_file(write_pdf(tmp_path / "hedges.pdf", [lines]), library, models).status == "added"
    passage = next(p for p in select(library, models, "What does line 15 say?").passages if "Line 15 " in p.text)
    full = whole(passage, library)
    assert passage.text in full.text
    assert len(full.boxes) == len(full.text.split("\n"))


def test_a_line_of_a_document_without_the_name_that_is_said_is_not_surely_the_answer(
    filled: Library, models: Models
) -> None:
    assert select(filled, models, "What temperature does the oven heat to?").sure
    named = select(filled, models, "What temperature does the oven in Elm Road heat to?")
    assert named.passages[0].document == "oven.txt"
    assert not named.sure


def test_what_was_just_told_is_less_likely_what_a_follow_up_asks_for(filled: Library, models: Models) -> None:
    question = next(iter(TEXTS.values())).split(".")[0]
    before = select(filled, models, question).lines
    told = before[0].sentence.text
    again = select(filled, models, question, Scope(told=frozenset({told}))).lines
    scores = {line.sentence.text: line.score for line in again}
    assert scores[told] == pytest.approx(before[0].score - TOLD_BEFORE)
    assert {line.sentence.text: line.score for line in before[1:]} == {k: v for k, v in scores.items() if k != told}


def test_the_lines_that_were_told_last_are_known() -> None:
    quote = {"text": "Premium | 412\nExcess | 300"}
    history = [
        Message(1, "user", "how much is the excess?"),
        Message(2, "assistant", "…", {"quote": quote, "candidates": [{"text": "Excess waived"}]}),
        Message(3, "user", "and the premium?"),
    ]
    assert told_before(history) == {"Premium | 412", "Excess | 300", "Excess waived"}
    assert told_before(history[:1]) == frozenset()

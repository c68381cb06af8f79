"""A question's misspelled words are put as the documents spell them; words that exist are left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from lamplight.ingest.pipeline import index_file
from lamplight.library.store import Library
from lamplight.models.embedder import Embedder
from lamplight.models.loading import Models
from lamplight.rag.finding import Finder
from lamplight.rag.spelling import respelled, said_names
from tests.test_requests import add, asked


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("When are bonfiers allowed?", "When are Bonfires allowed?"),
        ("Where is teh water?", "Where is the water?"),
    ],
)
def test_a_word_that_nobody_spells_so_is_put_as_the_documents_do(
    sample_library: Library, embedder: Embedder, typed: str, meant: str
) -> None:
    assert respelled(typed, sample_library, embedder) == meant


@pytest.mark.parametrize(
    "question",
    [
        "When are bonfires allowed?",  # it stands there
        "Which spend is largest?",  # a word, though it isn't there, and "send" may be
        "What is XQ-1200-B?",  # no word
        "Wann ist die Gartenordnung in Kraft getreten?",  # nothing there is spelled nearly so
    ],
)
def test_what_is_spelled_as_meant_is_left_alone(sample_library: Library, embedder: Embedder, question: str) -> None:
    assert respelled(question, sample_library, embedder) == question


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("What did we pay at Morganfield's?", ("Morganfield",)),
        ("What does Morwenna keep at Fernhill?", ("Morwenna",)),
        ("Morganfield sells what?", ()),  # any word may begin a question
        ("and the rent (Determine the deposit)?", ()),  # also the one before, in brackets
        ("May I keep hens in March?", ()),
        ("Was kostet die Parzelle im Schrebergarten?", ()),  # where every noun has a capital
    ],
)
def test_names_that_no_document_says_are_known(sample_library: Library, question: str, names: tuple[str, ...]) -> None:
    assert tuple(sample_library.full_text.unknown(said_names(question, ()))) == names


def test_what_is_asked_of_a_name_that_no_document_says_is_not_sure(sample_library: Library, models: Models) -> None:
    finder = Finder(sample_library, models)
    assert finder.select("When are bonfires allowed?").sure
    assert not finder.select("When does Morwenna say that bonfires are allowed?").sure


@pytest.mark.parametrize("foreign", [False, True])
def test_a_name_is_not_said_to_be_nowhere_where_documents_may_spell_it_otherwise(
    foreign: bool, library: Library, models: Models, tmp_path: Path
) -> None:
    files = {"team.md": "The team has two offices. The office by the harbour is led by Mr Holt since last May."}
    if foreign:
        files["baogao.md"] = "团队在杭州有办公室。杭州办公室由王芳领导。共有十二名员工。成立于二零二一年三月。"
    add(library, models, tmp_path, files)
    answer = asked(library, models, "Who leads the office in Hangzhou?").answer
    assert ("Hangzhou" in answer) is not foreign


def test_a_misspelled_question_finds_what_the_right_one_does(sample_library: Library, models: Models) -> None:
    finder = Finder(sample_library, models)
    right, wrong = finder.select("When are bonfires allowed?"), finder.select("When are bonfiers allowed?")
    assert wrong.answerable
    assert wrong.lines[0].sentence.text == right.lines[0].sentence.text


def test_a_word_is_found_by_its_ending_where_the_index_holds_another_of_its_stem(
    library: Library, embedder: Embedder, models: Models, tmp_path: Path
) -> None:
    for number in range(8):
        (tmp_path / f"{number}.txt").write_text(f"The environment of pond {number} is dear to all of us.")
    (tmp_path / "goals.txt").write_text("Environmental goals: fewer cans. Safety comes first.")
    for path in sorted(tmp_path.glob("*.txt")):
        assert index_file(path, library, models).status == "added"
    assert respelled("our enviromental goals", library, embedder) == "our Environmental goals"
    assert respelled("what about saftey?", library, embedder) == "what about Safety?"


def test_a_word_of_another_language_is_not_put_as_an_english_document_spells_one_like_it(
    library: Library, embedder: Embedder, models: Models, tmp_path: Path
) -> None:
    text = "Lumera sold more in China than in any other country. The number of those who exercise an option is present."
    add(library, models, tmp_path, {"report.txt": text})
    assert models.multilingual is not None
    for question in (
        "Combien de ventes en Chine pour cet exercice ?",
        "Welche Nummer hat der Vertrag?",
        "¿Qué empresa presentó el informe?",
    ):
        assert respelled(question, library, embedder, models.multilingual) == question
    meant = respelled("Wieviel hat Lumerra verkauft?", library, embedder, models.multilingual)
    assert meant == "Wieviel hat Lumera verkauft?"

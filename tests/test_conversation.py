"""What a conversation promises: a follow-up finds what it means, and a new subject is left alone."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from lamplight.library.records import Message
from lamplight.library.store import Library
from lamplight.models.loading import Models
from lamplight.rag.answerer import Answerer
from lamplight.rag.conversation import MARKS, accept_rewrite, depends, rewrite_prompt, standalone_query
from lamplight.rag.events import Searching
from tests.model_servers import Scripted

DIALOGUES: list[dict[str, Any]] = json.loads(Path(__file__).with_name("dialogues.json").read_text(encoding="utf-8"))
LEAST_SHARE = 0.95
ASIA = [Message(1, "user", "How were sales in Asia in 2023?"), Message(2, "assistant", "They were 4.3 million [1].")]


def always(_: str) -> bool:
    return True


def history_of(dialogue: dict[str, Any]) -> list[Message]:
    messages: list[Message] = []
    for turn in dialogue["history"]:
        messages.append(Message(len(messages) + 1, "user", turn["question"]))
        messages.append(Message(len(messages) + 1, "assistant", turn["answer"]))
    return messages


def test_follow_ups_of_every_kind_take_the_question_before_with_them(models: Models) -> None:
    wrong = []
    for dialogue in DIALOGUES:
        query = standalone_query(dialogue["question"], history_of(dialogue), partial(depends, models=models))
        if (query == dialogue["question"]) != (dialogue["kind"] == "new subject"):
            wrong.append(f"{dialogue['kind']}: {dialogue['question']} -> {query}")
    assert 1 - len(wrong) / len(DIALOGUES) >= LEAST_SHARE, "\n".join(wrong)


BEFORE = {
    "de": "Wie hoch ist die Kaution?",
    "fr": "Quand se termine le bail ?",
    "es": "¿Cuánto cuesta la póliza?",
    "zh": "押金是多少",
    "en": "Who got the order for the roof?",
}


@pytest.mark.parametrize(
    ("language", "question", "needs"),
    [
        ("de", "Und bis wann muss ich die überweisen?", True),
        ("de", "Wie lange ist die Kündigungsfrist?", False),
        ("fr", "et qui l'a signé ?", True),
        ("fr", "Quel est le montant du loyer ?", False),
        ("es", "¿y desde cuándo?", True),
        ("es", "¿Quién es el asegurado?", False),
        ("zh", "那什么时候退", True),
        ("zh", "房租是多少", False),
        ("en", "and in what form?", True),
        ("en", "What is the premium of the policy?", False),
    ],
)
def test_a_follow_up_in_any_language_takes_the_question_before_with_it(
    models: Models, language: str, question: str, needs: bool
) -> None:
    history = [Message(1, "user", BEFORE[language]), Message(2, "assistant", "Ja [1].")]
    query = standalone_query(question, history, partial(depends, models=models))
    assert (query != question) is needs
    assert not needs or BEFORE[language].strip(MARKS) in query


@pytest.mark.parametrize(
    ("question", "query"),
    [
        pytest.param("what about Europe?", "what about Europe (How were sales in Asia in 2023)?", id="place"),
        pytest.param("and in 2021?", "and in 2021 (How were sales in Asia in 2021)?", id="year for year"),
        pytest.param("and the year before?", "and 2022 (How were sales in Asia in 2022)?", id="counted back"),
        pytest.param("und im Folgejahr?", "und 2024 (How were sales in Asia in 2024)?", id="counted on, in German"),
        pytest.param("et l'année précédente ?", "et 2022 (How were sales in Asia in 2022)?", id="in French"),
        pytest.param("¿y el año siguiente?", "y 2024 (How were sales in Asia in 2024)?", id="in Spanish"),
        pytest.param("那前一年呢", "那2022呢 (How were sales in Asia in 2022)?", id="in Chinese"),
        pytest.param("and before 2020?", "and before 2020 (How were sales in Asia in 2020)?", id="its own"),
        pytest.param(
            "und der Vorjahresgewinn?", "und der Vorjahresgewinn (How were sales in Asia in 2023)?", id="a longer word"
        ),
        pytest.param("那目前年收入呢", "那目前年收入呢 (How were sales in Asia in 2023)?", id="part of a word"),
        pytest.param("2021 or 2022?", "2021 or 2022 (How were sales in Asia in 2023)?", id="two years"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_a_year_takes_the_place_of_the_one_before(question: str, query: str) -> None:
    assert standalone_query(question, ASIA, always) == query


@pytest.mark.parametrize(
    "question",
    [
        "What can you do?",
        "Does anything leave my computer?",
        "Summarise everything",
        "Combien de documents ai-je ?",
        "was kannst du?",
        "which files failed?",
        "¿qué documentos tengo?",
        "thanks!",
    ],
)
def test_what_is_asked_of_the_app_and_the_library_needs_nothing_that_was_said(models: Models, question: str) -> None:
    assert standalone_query(question, ASIA, partial(depends, models=models)) == question


def test_a_year_is_counted_from_the_answer_where_the_question_named_none() -> None:
    history = [Message(1, "user", "Who won the prize first?"), Message(2, "assistant", "Marie Curie in 1903 [1].")]
    assert standalone_query("and the year after?", history, always) == "and 1904 (Who won the prize first)?"


def test_a_chain_builds_on_what_was_meant_and_thanks_do_not_break_it(models: Models) -> None:
    history = [
        *ASIA,
        Message(3, "user", "and Europe?"),
        Message(4, "assistant", "2.0 million [1]."),
        Message(5, "user", "Thanks!"),
        Message(6, "assistant", "You are welcome.", {"kind": "talk"}),
    ]
    query = standalone_query("and a year later, in 2024?", history, partial(depends, models=models))
    assert query == "and a year later, in 2024 (and Europe (How were sales in Asia in 2024))?"


def test_a_question_that_was_never_answered_is_still_remembered() -> None:
    query = standalone_query("And in 2022?", ASIA[:1], always)
    assert query == "And in 2022 (How were sales in Asia in 2022)?"


def test_the_prompt_for_a_larger_model_holds_the_conversation_and_its_documents() -> None:
    answered = Message(2, "assistant", "They were 4.3 million [1].", {"citations": [{"document": "sales.pdf"}]})
    text = "\n".join(message.content for message in rewrite_prompt("what about Europe?", [ASIA[0], answered]))
    for part in ("How were sales in Asia in 2023?", "4.3 million", "sales.pdf", "what about Europe?"):
        assert part in text
    assert "[1]" not in text


OTHERWISE = standalone_query("what about Europe?", ASIA, always)


@pytest.mark.parametrize(
    ("rewritten", "query"),
    [
        pytest.param("How did sales in Europe develop in 2023?", "How did sales in Europe develop in 2023?", id="good"),
        pytest.param(
            ' Rewritten question: "What were the sales in Europe in 2023?"\n',
            "What were the sales in Europe in 2023?",
            id="with a label",
        ),
        pytest.param("", OTHERWISE, id="empty"),
        pytest.param("Sales in Europe were 2.0 million in 2023.", OTHERWISE, id="an answer"),
        pytest.param("How were sales in Asia in 2023?", OTHERWISE, id="lost the name"),
        pytest.param("How were sales in Europe in 2019?", OTHERWISE, id="a year from nowhere"),
        pytest.param("How were the sales of Samsung in Europe in 2023?", OTHERWISE, id="a name from nowhere"),
        pytest.param("How were sales in Europe?\nAnd how were they in Asia?", OTHERWISE, id="two lines"),
        pytest.param("How were sales in Europe " + "and also so very much more " * 12 + "?", OTHERWISE, id="endless"),
    ],
)
def test_a_models_rewriting_is_believed_only_if_it_adds_and_loses_nothing(rewritten: str, query: str) -> None:
    assert accept_rewrite("what about Europe?", ASIA, rewritten, OTHERWISE) == query


@pytest.mark.parametrize(("ending", "taken"), [("stop", True), ("length", False)])
def test_half_a_rewriting_is_not_believed(
    ending: str, taken: bool, script: Scripted, large: Models, loaded: Models, sample_library: Library
) -> None:
    """Its end may be what the question asks of all."""
    script.say, script.ending = ["How were sales", " in Europe"], ending
    events = Answerer(sample_library, large).answer("what about Europe?", ASIA)
    searching = next(event for event in events if isinstance(event, Searching))
    assert searching.query == ("How were sales in Europe" if taken else OTHERWISE)

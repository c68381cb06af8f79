"""What a conversation promises: a follow-up finds what it means, and a new subject is left alone."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from lamplight.library.records import Message
from lamplight.models.loading import Models
from lamplight.rag.conversation import accept_rewrite, rewrite_prompt, standalone_query
from lamplight.rag.conversation.standalone import MARKS

DIALOGUES: list[dict[str, Any]] = json.loads(Path(__file__).with_name("dialogues.json").read_text(encoding="utf-8"))
LEAST_SHARE = 0.95
ASIA = [Message(1, "user", "How were sales in Asia in 2023?"), Message(2, "assistant", "They were 4.3 million [1].")]


def history_of(dialogue: dict[str, Any]) -> list[Message]:
    messages: list[Message] = []
    for turn in dialogue["history"]:
        citations = [{"document": name} for name in turn["cited"]]
        messages.append(Message(len(messages) + 1, "user", turn["question"]))
        messages.append(Message(len(messages) + 1, "assistant", turn["answer"], {"citations": citations}))
    return messages


def holds(words: str, query: str) -> bool:
    plain_words, plain_query = (text.replace("_", " ").replace("’", "'").lower() for text in (words, query))
    return re.search(rf"(?<!\w){re.escape(plain_words)}(?!\w)", plain_query) is not None


def is_right(dialogue: dict[str, Any], query: str) -> bool:
    if dialogue["kind"] == "new subject":
        return bool(query == dialogue["question"])
    return all(holds(words, query) for words in dialogue["must_have"]) and not any(
        holds(words, query) for words in dialogue["must_not_have"]
    )


def test_follow_ups_of_every_kind_stand_alone() -> None:
    wrong = []
    for dialogue in DIALOGUES:
        query = standalone_query(dialogue["question"], history_of(dialogue))
        if not is_right(dialogue, query):
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
    query = standalone_query(question, history, models.depends)
    assert (query != question) is needs
    assert not needs or language == "en" or BEFORE[language].strip(MARKS) in query


def test_no_new_subject_is_mixed_with_the_old_one() -> None:
    for dialogue in DIALOGUES:
        if dialogue["kind"] == "new subject":
            assert standalone_query(dialogue["question"], history_of(dialogue)) == dialogue["question"]


@pytest.mark.parametrize(
    ("question", "query"),
    [
        pytest.param("what about Europe?", "How were sales in Europe in 2023?", id="place for place"),
        pytest.param("and the year before?", "How were sales in Asia in 2022?", id="computed year"),
        pytest.param("And profits in 2021?", "How were profits in Asia in 2021?", id="two at once"),
        pytest.param("how were they in 2024", "How were sales in Asia in 2024", id="pronoun"),
        pytest.param("tell me more", "Tell me more: How were sales in Asia in 2023?", id="more"),
        pytest.param("Which page is that on?", "Which page is that on: How were sales in Asia in 2023?", id="page"),
        pytest.param("When does the lease end?", "When does the lease end?", id="new"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_a_follow_up_reads_like_a_question(question: str, query: str) -> None:
    assert standalone_query(question, ASIA) == query


def test_a_chain_builds_on_what_was_meant_and_thanks_do_not_break_it() -> None:
    history = [
        *ASIA,
        Message(3, "user", "and Europe?"),
        Message(4, "assistant", "2.0 million [1]."),
        Message(5, "user", "Thanks!"),
        Message(6, "assistant", "You are welcome."),
    ]
    assert standalone_query("and a year later?", history) == "How were sales in Europe in 2024?"


def test_a_question_that_was_never_answered_is_still_remembered() -> None:
    assert standalone_query("And in 2022?", ASIA[:1]) == "How were sales in Asia in 2022?"


def test_the_prompt_for_a_larger_model_holds_the_conversation_and_its_documents() -> None:
    answered = Message(2, "assistant", "They were 4.3 million [1].", {"citations": [{"document": "sales.pdf"}]})
    text = "\n".join(message.content for message in rewrite_prompt("what about Europe?", [ASIA[0], answered]))
    for part in ("How were sales in Asia in 2023?", "4.3 million", "sales.pdf", "what about Europe?"):
        assert part in text
    assert "[1]" not in text


RULES = "How were sales in Europe in 2023?"


@pytest.mark.parametrize(
    ("rewritten", "query"),
    [
        pytest.param("How did sales in Europe develop in 2023?", "How did sales in Europe develop in 2023?", id="good"),
        pytest.param(
            ' Rewritten question: "What were the sales in Europe in 2023?"\n',
            "What were the sales in Europe in 2023?",
            id="with a label",
        ),
        pytest.param("", RULES, id="empty"),
        pytest.param("Sales in Europe were 2.0 million in 2023.", RULES, id="an answer"),
        pytest.param("How were sales in Asia in 2023?", RULES, id="lost the name"),
        pytest.param("How were sales in Europe in 2019?", RULES, id="a year from nowhere"),
        pytest.param("How were the sales of Samsung in Europe in 2023?", RULES, id="a name from nowhere"),
        pytest.param("How were sales in Europe?\nAnd how were they in Asia?", RULES, id="two lines"),
        pytest.param("How were sales in Europe " + "and also so very much more " * 12 + "?", RULES, id="endless"),
    ],
)
def test_a_models_rewriting_is_believed_only_if_it_adds_and_loses_nothing(rewritten: str, query: str) -> None:
    by_rules = standalone_query("what about Europe?", ASIA)
    assert accept_rewrite("what about Europe?", ASIA, rewritten, by_rules) == query

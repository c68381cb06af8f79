"""What is asked for is understood before anything is searched, and when unsure it is a fact."""

from __future__ import annotations

import pytest

from lamplight.models.intent import IntentClassifier, ngrams_of
from lamplight.models.loading import Models
from lamplight.rag.intent import asked_as, subject, understand


@pytest.mark.parametrize(
    ("text", "kind", "detail"),
    [
        ("Summarise the contract in four points", "summary", ""),
        ("could you sum up the report for me", "summary", ""),
        ("Summarize pages 12 to 15", "summary", "part"),
        ("summarise all documents", "summary", "all"),
        ("Fasse den Bericht zusammen", "summary", ""),
        ("list all invoices with their amounts", "list", ""),
        ("compare the two contracts", "comparison", ""),
        ("what changed between the draft and the final version?", "change", ""),
        ("how many documents do I have", "library", "count"),
        ("which documents mention Marie Curie", "library", "mentions"),
        ("which files could not be read?", "library", "failed"),
        ("are there any documents in Hungarian?", "library", "languages"),
        ("sum up what the policy says about burst pipes", "summary", "part"),
        ("do Acme or Globex have more employees?", "fact", ""),
        ("what can you do", "lamplight", "abilities"),
        ("are my files uploaded to a server?", "lamplight", "privacy"),
        ("hello", "talk", "greeting"),
        ("Danke", "talk", "thanks"),
        ("write a letter to the bank about the fees", "writing", ""),
    ],
)
def test_each_kind_of_request_is_understood(models: Models, text: str, kind: str, detail: str) -> None:
    for second in (None, models.multilingual):
        intent = understand(text, models.intents, models.embedder, second)
        assert (intent.kind, intent.detail) == (kind, detail)


@pytest.mark.parametrize(
    ("text", "kind", "detail"),
    [
        ("总结一下这份合同", "summary", ""),
        ("我有多少份文件", "library", "count"),
        ("比较两份合同", "comparison", ""),
        ("riassumi il contratto in cinque punti", "summary", ""),
        ("quali documenti ho?", "library", "documents"),
        ("Hoeveel documenten heb ik?", "library", "count"),
        ("podsumuj umowę", "summary", ""),
        ("谢谢", "talk", "thanks"),
        ("thx thats really helpfull 👍", "talk", "thanks"),
        ("Vilka dokument är på engelska?", "library", "languages"),
        ("物业费现在是多少钱一平米", "fact", ""),
        ("Quanto costa l'affitto al mese?", "fact", ""),
        ("Hoe lang is de opzegtermijn?", "fact", ""),
    ],
)
def test_requests_are_understood_in_languages_without_an_example(
    models: Models, text: str, kind: str, detail: str
) -> None:
    intent = understand(text, models.intents, models.embedder, models.multilingual)
    assert (intent.kind, intent.detail) == (kind, detail)


@pytest.mark.parametrize(
    "text",
    [
        "How much is the rent?",
        "who signed the contract",
        "What does the handbook say about dogs?",
        "When was the bridge built?",
        "Wie hoch ist die Miete?",
        "notice period",
        "How many employees does the company have?",
        "total of the receipt of 9 March",
    ],
)
def test_questions_of_fact_stay_what_they_are(models: Models, text: str) -> None:
    for second in (None, models.multilingual):
        assert understand(text, models.intents, models.embedder, second).kind == "fact"


def test_the_weights_belong_to_the_embedder(models: Models) -> None:
    assert models.intents.embedder == models.embedder.name
    assert models.multilingual is not None
    assert models.intents.multilingual_embedder == models.multilingual.name


def test_with_another_embedder_everything_is_a_fact(models: Models) -> None:
    other = IntentClassifier()
    other.embedder = "another"
    assert understand("hello", other, models.embedder).kind == "fact"


def test_a_kind_that_was_chosen_is_taken(models: Models) -> None:
    assert asked_as("library", "how many documents are there", models.intents, models.embedder).detail == "count"


def test_what_a_request_is_about_are_the_words_that_its_kind_does_not_share(models: Models) -> None:
    assert subject("which documents mention Marie Curie?", "library", models.intents) == "Marie Curie"


def test_words_that_begin_alike_are_one() -> None:
    assert set(ngrams_of("Summarise it")) & set(ngrams_of("summarised it")) >= {"^ summa", "summa", "it"}


def test_what_surely_is_no_question_of_fact_is_taken_for_the_likeliest_other_kind(models: Models) -> None:
    """A greeting and a question about Lamplight share this one, so that neither is sure by itself."""
    intent = understand("hi, what can you do?", models.intents, models.embedder, models.multilingual)
    assert intent.kind in ("lamplight", "talk")

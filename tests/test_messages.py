"""Lamplight's own sentences are in the language of the request, and every language has all of them."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from lamplight.library.store import Library
from lamplight.models.loading import Models
from lamplight.rag.answerer import Answerer
from lamplight.rag.events import Finished
from lamplight.rag.messages import MESSAGES, Language, language_of, say


def places(message: str | tuple[str, str]) -> list[set[str]]:
    return [
        {name for _, name, _, _ in Formatter().parse(one) if name}
        for one in ([message] if isinstance(message, str) else message)
    ]


@pytest.mark.parametrize("language", ["de", "fr", "es"])
def test_every_language_says_the_same(language: Language) -> None:
    english, other = MESSAGES["en"], MESSAGES[language]
    assert english.keys() == other.keys()
    assert {key: places(message) for key, message in english.items()} == {
        key: places(message) for key, message in other.items()
    }


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hello!", "en"),
        ("List all receipts with their totals", "en"),
        ("Adobe revenue 2022", "en"),
        ("Hallo", "de"),
        ("alle Quittungen mit Datum und Betrag", "de"),
        ("Schreib eine E-Mail an den Vermieter", "de"),
        ("Bonjour", "fr"),
        ("Liste des reçus avec le total", "fr"),
        ("Écris une lettre à la banque", "fr"),
        ("Hola", "es"),
        ("¿Cuántos documentos tengo?", "es"),
        ("dame una lista de todas las facturas", "es"),
    ],
)
def test_the_language_of_a_request_is_known(text: str, language: Language) -> None:
    assert language_of(text) == language


def test_counts_are_written_as_the_language_does() -> None:
    assert say("en", "page", 2000) == "2,000 pages" and say("de", "page", 2000) == "2.000 Seiten"
    assert say("fr", "page", 1) == "1 page"


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("Hallo", "Hallo!"),
        ("Bonjour", "Bonjour"),
        ("Hola", "¡Hola!"),
        ("Wie viele Dokumente habe ich?", "Es sind"),
        ("Combien de documents y a-t-il ?", "Il y a"),
        ("Schreib einen Brief an die Bank über die Gebühren", "Schreiben, Erklären"),
    ],
)
def test_an_answer_speaks_as_it_was_asked(sample_library: Library, models: Models, text: str, begins: str) -> None:
    answers = Answerer(sample_library, models).answer(text)
    finished = next(event for event in answers if isinstance(event, Finished))
    assert re.match(re.escape(begins), finished.answer)

"""Lamplight's own sentences are in the language of the request."""

from __future__ import annotations

import re

import pytest

from lamplight.library.store import Library
from lamplight.models.loading import Models
from lamplight.rag.answerer import Answerer
from lamplight.rag.events import Finished
from lamplight.rag.messages import say
from lamplight.rag.request_language import language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hello!", "en"),
        ("List all receipts with their totals", "en"),
        ("Adobe revenue 2022", "en"),
        ("Adobe's revenue", "en"),
        ("Hallo", "de"),
        ("alle Quittungen mit Datum und Betrag", "de"),
        ("Schreib eine E-Mail an den Vermieter", "de"),
        ("Bonjour", "fr"),
        ("Liste des reçus avec le total", "fr"),
        ("Écris une lettre à la banque", "fr"),
        ("Hola", "es"),
        ("¿Cuántos documentos tengo?", "es"),
        ("dame una lista de todas las facturas", "es"),
        ("总结一下这份合同", "zh"),
        ("¿Cuándo se pagó a Cubiertas Guadaíra?", "es"),
        ("Quel poste a dépassé son budget en 2022 ?", "fr"),
        ("Durchschnitt Betrag", "de"),
        ("Darf ich in der Wohnung in Lyon rauchen?", "de"),
        ("Hat er in 2022 Miete in bar bezahlt?", "de"),
        # English with names from elsewhere.
        ("does La Maison du Café open on Sunday", "en"),
        ("who signed the Mietvertrag?", "en"),
        ("When was El Niño?", "en"),
        # What Lamplight doesn't speak is no other language.
        ("Riassumi il verbale della riunione.", "en"),
        ("È disponibile il menù?", "en"),
        ("Chi tiene il corso di pittura?", "en"),
        ("Wanneer begint de huur?", "en"),
        ("Posso fumar no apartamento?", "en"),
        ("Czy mogę mieć psa?", "en"),
        ("この契約を要約して", "en"),  # Chinese would be worse
    ],
)
def test_the_language_of_a_request_is_known(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    ("question", "query", "language"),
    [
        ("wann sollen wir da sein?", "wann sollen wir da sein (Wo ist der Elternabend der Schule)?", "de"),
        ("und in 2022?", "und in 2022 (Wie hoch war der Umsatz für 2021)?", "de"),
        ("Wo ist die dritte?", "Wo ist die The summer party takes place with a band in the yard?", "de"),
        ("and its total?", "and its total (Rechnung für die Miete der Wohnung)?", "en"),
    ],
)
def test_a_question_that_tells_its_language_is_answered_in_that_whatever_it_goes_on_from(
    question: str, query: str, language: str
) -> None:
    assert language_of(question, query) == language


def test_counts_are_written_as_the_language_does() -> None:
    assert say("en", "page", 2000) == "2,000 pages" and say("de", "page", 2000) == "2.000 Seiten"
    assert say("fr", "page", 1) == "1 page" and say("zh", "page", 2000).startswith("2,000")


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

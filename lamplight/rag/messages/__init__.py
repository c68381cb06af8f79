"""The sentences that Lamplight itself says in an answer, in the language in which it was asked.

One module for each language, all with the same keys. A pair is one and many; `count` decides, and is written as {n}.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, TypeAlias

from lamplight.rag.messages import english, french, german, spanish

Language = Literal["en", "de", "fr", "es"]
Sayings: TypeAlias = "Mapping[str, str | tuple[str, str]]"
MESSAGES: dict[Language, Sayings] = {
    "en": english.MESSAGES,
    "de": german.MESSAGES,
    "fr": french.MESSAGES,
    "es": spanish.MESSAGES,
}
SIGNS: dict[Language, frozenset[str]] = {
    "en": frozenset(english.WORDS.split()),
    "de": frozenset(german.WORDS.split()),
    "fr": frozenset(french.WORDS.split()),
    "es": frozenset(spanish.WORDS.split()),
}
LETTERS: dict[Language, str] = {"de": "ßäöü", "fr": "çœèêàù", "es": "ñ¿¡"}
WORD = re.compile(r"[^\W\d_]+")
POINTS: dict[Language, str] = {"en": ",", "de": ".", "fr": "\u202f", "es": "."}  # between thousands


def language_of(text: str) -> Language:
    """By the words that every request has, and letters of one language alone; English where nothing decides."""
    words = WORD.findall(text.lower())
    held = {language: sum(word in signs for word in words) for language, signs in SIGNS.items()}
    for language, letters in LETTERS.items():
        held[language] += any(letter in text.lower() for letter in letters)
    best = max(held, key=lambda language: held[language])
    return best if held[best] > held["en"] else "en"


def say(language: Language, key: str, count: int = 1, **values: object) -> str:
    """A sentence with its values put in, and `count` as {n}."""
    message = MESSAGES[language][key]
    chosen = message if isinstance(message, str) else message[count != 1]
    return chosen.format(n=f"{count:,}".replace(",", POINTS[language]), **values)

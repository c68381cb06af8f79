"""Names of languages in a text: "the Dutch lease", "den niederländischen Mietvertrag", "le contrat espagnol"."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from lamplight.languages import ENGLISH, FOLDER

LANGUAGE_NAMES = FOLDER / "language_names.json"
"""What each language is called in each, by the Unicode consortium; made by `python -m localisation`."""
WORD = re.compile(r"[^\W\d_]+")
SHORTEST_STEM = 4  # letters
LONGEST_ENDING = 3  # letters: "niederländisch" and "niederländischen"
UNSPACED = re.compile(r"[\u3040-\uffdc]")  # writing without blanks: a name may stand anywhere
# In front of a name: it says in which language to answer, and not which documents are meant.
INTO = frozenset({"in", "into", "to", "auf", "ins", "en", "em", "på", "po", "na", "i", "w", "用", "成", "以"})


@dataclass(frozen=True, slots=True)
class LanguageName:
    """The language's code, and where its name stands."""

    code: str
    start: int
    end: int


def language_names_in(text: str, language: str) -> list[LanguageName]:
    """The languages that a text in `language` calls by name, but for that in which it wants an answer."""
    found: list[LanguageName] = []
    for name in _all_in(text, language):
        before = WORD.findall(text[: name.start])
        if not before or (before[-1].lower() not in INTO and before[-1][-1] not in INTO):
            found.append(name)
    return found


def without(names: Sequence[LanguageName], text: str) -> str:
    """A text without some of the names in it."""
    kept = list(text)
    for name in names:
        kept[name.start : name.end] = " " * (name.end - name.start)
    return " ".join("".join(kept).split())


def _all_in(text: str, language: str) -> Iterator[LanguageName]:
    names = _names().get(language, {})
    for code, name in names.items():
        if UNSPACED.search(name) and (start := text.find(name)) >= 0:
            yield LanguageName(code, start, start + len(name))
    for match in WORD.finditer(text):
        for code, name in names.items():
            if _is_called(match[0], name, language):
                yield LanguageName(code, match.start(), match.end())
                break


def _is_called(word: str, name: str, language: str) -> bool:
    """Whether a word is a language's name, or it with another ending; one with a capital is a name of its own.

    English has no endings of that kind: Germany is no German.
    """
    plain, whole = _plain(word), _plain(name)
    if plain == whole:
        return True
    stem = whole.rstrip("aeiouy")
    ends = len(stem) >= SHORTEST_STEM and plain.startswith(stem) and len(plain) - len(stem) <= LONGEST_ENDING
    return ends and word[0].islower() and language != ENGLISH


def _plain(word: str) -> str:
    """In small letters without marks."""
    parts = unicodedata.normalize("NFKD", word.lower())
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


@lru_cache(maxsize=1)
def _names() -> dict[str, dict[str, str]]:
    loaded: dict[str, dict[str, str]] = json.loads(LANGUAGE_NAMES.read_text(encoding="utf-8"))
    return loaded

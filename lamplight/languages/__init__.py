"""What Lamplight says, in the language of the person it is said to.

All of it is written in English in the code and looked up in gettext catalogues: `de.po` and its like, each compiled
beside itself by `python -m localisation`. A language is there once its catalogue is. Whoever writes for somebody who
reads at once calls `gettext` and `ngettext`. What is raised, kept in the database or said by another process stays
English until it is shown: `translated` finds the message that such a sentence was made from.
"""

from __future__ import annotations

import locale
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from string import Formatter

FOLDER = Path(__file__).parent
ENGLISH = "en"
FROM_RIGHT = frozenset({"ar", "fa", "he", "ur", "yi"})  # written from right to left
VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")  # in the order in which gettext reads them
DEEPEST = 3  # sentences within sentences
SENTENCE_WORDS = 3  # a value of fewer is a name or a number, which stays as it is
LETTERS = 4  # a message with fewer besides its values could be any text,
OWN_SHARE = 0.2  # and so could one that is less of a sentence than this
SENTENCE_END = re.compile(r"(?<=[.!?:…]) (?=[^\W\d_a-z])")
UNSPACED = frozenset({"ja", "th", "zh"})  # written without blanks between sentences
GROUPED = re.compile(r"\d{1,3}(,\d{3})+")
# Entries that are no messages but say how the language is written; their context keeps them apart from these.
CONTEXT_SEPARATOR = "\x04"  # as gettext joins a context and a message
ABOUT_LANGUAGE = "about the language"
OWN_NAME = "English"
THOUSANDS = ","

_spoken: ContextVar[str | None] = ContextVar("language", default=None)


def languages() -> dict[str, str]:
    """The codes of all languages there are, each with the name it has for itself; English first."""
    found = sorted(path.stem for path in FOLDER.glob("*.mo"))
    return {code: about(code, OWN_NAME) for code in (ENGLISH, *found)}


def chosen(wanted: str) -> str | None:
    """The language there is for a code like `de`, `pt_BR` or `zh-Hant-TW`."""
    code = wanted.replace("_", "-").partition("-")[0].lower()
    return code if code == ENGLISH or _is_there(code) else None


def accepted(header: str) -> str:
    """The first of the languages that a browser accepts, as its `Accept-Language` says, that there is; else English."""
    weighed: list[tuple[float, str]] = []
    for part in header.split(","):
        code, _, weight = part.partition(";")
        value = weight.strip().removeprefix("q=")
        weighed.append((float(value) if re.fullmatch(r"\d(\.\d+)?", value) else 1.0, code.strip()))
    wanted = sorted(weighed, key=lambda pair: -pair[0])
    return next(filter(None, (chosen(code) for weight, code in wanted if code and weight)), ENGLISH)


def of_system() -> str:
    """That of the terminal or the desktop, by the variables that gettext reads, else by the system's settings."""
    for name in VARIABLES:
        if value := os.environ.get(name):
            return next(filter(None, map(chosen, re.split("[:.@]", value))), ENGLISH)
    return chosen(locale.getlocale()[0] or "") or ENGLISH


def language() -> str:
    """In which language is spoken here: that of the request, else the system's."""
    return _spoken.get() or _of_system_once()


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Within it is spoken in that language, also in the threads that Starlette starts for the same request."""
    token = _spoken.set(code)
    try:
        yield
    finally:
        _spoken.reset(token)


def direction(code: str) -> str:
    """`rtl` or `ltr`, as HTML has it."""
    return "rtl" if code in FROM_RIGHT else "ltr"


def gettext(message: str) -> str:
    """`message` in the language that is spoken here."""
    return catalogue(language()).gettext(message) if message else ""


def ngettext(one: str, many: str, count: float) -> str:
    """The form that `count` takes; write the count as `{n}`."""
    return catalogue(language()).ngettext(one, many, int(count) if count == int(count) else 2)


def sentence(text: str) -> str:
    """`text` as it is. Marks a sentence that stays English here and is shown by `translated`."""
    return text


def about(code: str, entry: str) -> str:
    """What a language's catalogue says of the language itself; for English `entry`."""
    found = catalogue(code).pgettext(ABOUT_LANGUAGE, entry)
    return found if isinstance(found, str) else entry


def number(value: int) -> str:
    """With the thousands apart, as the language that is spoken here writes it."""
    return f"{value:,}".replace(",", about(language(), THOUSANDS))


def translated(text: str) -> str:
    """A sentence that was made in English from a message and its values; as it is where none is known.

    The message is the one with the most of its own letters that fits; of several sentences each may have one. Values
    stay, but those that are sentences.
    """
    code = language()
    return text if code == ENGLISH else _translated(code, text, 0)


@lru_cache(maxsize=2_000)
def _translated(code: str, text: str, depth: int) -> str:
    known = catalogue(code)
    plain = known.gettext(text) if text else ""
    if plain != text:
        return plain
    parts = SENTENCE_END.split(text)
    said = [_translated(code, part, depth + 1) for part in parts] if len(parts) > 1 and depth < DEEPEST else parts
    if all(one != part for one, part in zip(said, parts, strict=True)):  # sentences of several messages
        return ("" if code in UNSPACED else " ").join(said)
    letters = _letters(text)
    for own, pattern, message in _patterns(code):
        found = pattern.fullmatch(text) if own >= OWN_SHARE * letters else None
        if found is not None:
            values = {name: _value(code, value, depth) for name, value in found.groupdict().items()}
            return known.gettext(message).format(**values)
    name, colon, told = text.partition(": ")  # of a file inside another: "letter.pdf: reading page 2 of 3"
    return f"{name}{colon}{_translated(code, told, depth + 1)}" if colon and depth < DEEPEST else text


def _value(code: str, value: str, depth: int) -> str:
    if GROUPED.fullmatch(value):
        return value.replace(",", about(code, THOUSANDS))
    is_sentence = len(value.split()) >= SENTENCE_WORDS and depth < DEEPEST
    return _translated(code, value, depth + 1) if is_sentence else value


@lru_cache(maxsize=8)
def _patterns(code: str) -> list[tuple[int, re.Pattern[str], str]]:
    """What sentences made from the messages with values look like, those with the most letters of their own first."""
    ranked: list[tuple[int, str, str]] = []
    for message in messages(code):
        if "{" not in message or CONTEXT_SEPARATOR in message:
            continue
        pattern, own, seen = "", "", set()
        for literal, name, _, _ in Formatter().parse(message):
            own += literal
            pattern += re.escape(literal)
            if name:
                pattern += f"(?P={name})" if name in seen else f"(?P<{name}>.+?)"
                seen.add(name)
        if _letters(own) >= LETTERS:
            ranked.append((_letters(own), pattern, message))
    ranked.sort(reverse=True)
    return [(letters, re.compile(pattern, re.DOTALL), message) for letters, pattern, message in ranked]


def _letters(text: str) -> int:
    return sum(map(str.isalpha, text))


def messages(code: str) -> dict[str, list[str]]:
    """All messages of a language's catalogue, each with its forms: one, or one for each kind of count."""
    forms: dict[str, list[str]] = {}
    entries: dict[str | tuple[str, int], str] = getattr(catalogue(code), "_catalog", {})
    for key, text in entries.items():
        message = key if isinstance(key, str) else key[0]
        if message:
            forms.setdefault(message, []).append(text)
    return forms


def plural_rule(code: str) -> str:
    """Which of its forms a count `n` takes, as an expression of C and JavaScript; gettext's own for English."""
    header = catalogue(code).info().get("plural-forms", "")
    found = re.fullmatch(r"nplurals=\d+;\s*plural=([n\d\s%=!<>&|?:()]+);?\s*", header)
    return found[1].strip() if found else "n != 1"


@lru_cache(maxsize=32)
def catalogue(code: str) -> NullTranslations:
    """That of a language; for English, or one that isn't there, every message is what it says."""
    path = FOLDER / f"{code}.mo"
    if not _is_there(code):
        return NullTranslations()
    with path.open("rb") as file:
        return GNUTranslations(file)


def _is_there(code: str) -> bool:
    return code.isalpha() and (FOLDER / f"{code}.mo").exists()


@lru_cache(maxsize=1)
def _of_system_once() -> str:
    return of_system()

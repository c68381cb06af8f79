"""Which documents a question names: "in the PepsiCo filing", "Best Buy's margins", "JnJ", "my lease"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from library.records import Document
from rag.query import STOP_WORDS

WORD = re.compile(r"[A-Za-z0-9]+(?:&[A-Za-z0-9]+)*")
POSSESSIVE = re.compile(r"['’]s?\b")
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
INITIALS = re.compile(r"[A-Z]{2,5}|[A-Z](?:n|&)[A-Z]")  # IBM, JnJ, J&J
LONGEST_RUN = 3  # words that a file's name may join: AMERICANEXPRESS
SHORTEST_NAME = 3  # letters; with a digit in it, as in 3M, two
COMMON = 0.3  # of the documents: what stands in more of their names names none of them


@dataclass(frozen=True, slots=True)
class _Names:
    """What a document may be called: words of its file's name and title, alone and joined, and their initials."""

    whole: frozenset[str]
    initials: frozenset[str]


@dataclass(frozen=True, slots=True)
class Named:
    """Ids of the documents that a question names, and the words, in lower case, that name them."""

    documents: frozenset[int]
    words: frozenset[str]


NOTHING = Named(frozenset(), frozenset())


def named_documents(question: str, documents: Sequence[Document]) -> Named:
    """By a word of their name, its beginning, or their initials.

    Nothing when it names none, or half of them and more, which tells nothing.
    """
    names = {document.id: _names_of(document) for document in documents}
    frequency = Counter(name for own in names.values() for name in own.whole | own.initials)
    telling = {name for name, count in frequency.items() if count <= max(1, COMMON * len(documents))}
    words = WORD.findall(POSSESSIVE.sub("", question))
    said = _joined([word for word in words if word.lower() not in STOP_WORDS])
    initials = {re.sub("[n&]", "", word).lower() for word in words if INITIALS.fullmatch(word)}
    capitals = tuple(word.lower() for word in words if word[0].isupper() and len(word) >= SHORTEST_NAME)
    found = {
        number
        for number, own in names.items()
        if telling & own.whole & said
        or telling & own.initials & initials
        or any(name.startswith(capitals) for name in telling & own.whole)
    }
    if not found or (2 * len(found) >= len(documents) > 1):
        return NOTHING
    naming = {word.lower() for word in words if all(word.lower() in names[number].whole for number in found)}
    return Named(frozenset(found), frozenset(naming))


def _names_of(document: Document) -> _Names:
    whole: set[str] = set()
    initials: set[str] = set()
    for source in (document.name.rsplit(".", 1)[0], document.title):
        parts: list[str] = WORD.findall(CAMEL.sub(" ", source).replace("_", " "))
        words = [word for word in parts if not word.isdigit() and word.lower() not in STOP_WORDS]
        whole |= _joined(words)
        firsts = "".join(word[0].lower() for word in words if word.isalpha())
        initials |= {firsts[:count] for count in range(2, len(firsts) + 1)}
    return _Names(frozenset(whole), frozenset(initials))


def _joined(words: Sequence[str]) -> set[str]:
    """Every run of neighbouring words written as one, in lower case, if it is long enough to be a name."""
    runs = {
        "".join(words[start : start + count]).lower()
        for count in range(1, LONGEST_RUN + 1)
        for start in range(len(words) - count + 1)
    }
    return {run for run in runs if len(run) >= SHORTEST_NAME or (len(run) == 2 and not run.isalpha())}

"""Words of a question that stand in no document, put as the documents spell them: "mashine", "Brandaur"."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import pairwise

from rapidfuzz import process
from rapidfuzz.distance import OSA

from lamplight.library.store import Library
from lamplight.models.embedder import Embedder
from lamplight.rag.lexicon.dates import MONTHS
from lamplight.rag.names import INITIALS, words_of
from lamplight.rag.query import STOP_WORDS, WORD, stop_words_of
from lamplight.rag.request_language import any_language_of

SHORTEST = 5  # letters: shorter words are each other's misspellings
SHORTEST_WORD = 3  # letters: of those below SHORTEST two beside each other may have changed places: "teh", "mcuh"
LONG = 10  # letters, of which two may be wrong
LONG_QUESTION = 25  # words
CUT = 2  # letters that the index may have taken from the end of a word to get its stem
SENTENCE_END = re.compile(r"[.?!:]\s|\(")  # a follow-up has the question before it in brackets
SEEN = 6  # chunks that hold a stem: one alone may have "environment" only
Y_IN_A_STEM = "i"  # as Porter's stemmer writes it: "safeti"
LIKE = 8  # stems whose words are looked at


def respelled(text: str, library: Library, *embedders: Embedder) -> str:
    """`text` with each word that nobody spells so put as the library's word that is nearest, if one is near.

    A word that stands in a document, or is a whole one to one of the embedders that know the question's language, is
    what it is. Only a name is put as a document in another language spells it.
    """
    words = [match[0] for match in WORD.finditer(text) if len(match[0]) >= SHORTEST_WORD and match[0].isalpha()]
    stop_words = stop_words_of(text)
    words = [word for word in words if word.lower() not in stop_words]
    unknown = library.full_text.unknown(dict.fromkeys(words))
    for embedder in embedders:
        unknown = [word for word, pieces in zip(unknown, embedder.count_tokens(unknown), strict=True) if pieces > 1]
    language = any_language_of(text) if unknown else ""
    meant = {word: min(_near(word, library, language), default=(0, 0, word))[2] for word in unknown}
    return WORD.sub(lambda match: meant.get(match[0], match[0]), text) if meant else text


def said_names(text: str, known: Collection[str]) -> list[str]:
    """The names in a question, as they are written there, without the `known` ones.

    A name has a capital and doesn't begin a sentence; initials may stand in a document written out. None of a long
    question, which also tells what it isn't about, nor of other languages, where other words have capitals.
    """
    words = words_of(text)
    if len(words) > LONG_QUESTION or any_language_of(text) != "en":
        return []
    names = {
        word.text: None
        for before, word in pairwise(words)
        if word.is_capital
        and word.text.isalpha()
        and len(word.text) >= SHORTEST_WORD
        and word.lower not in STOP_WORDS
        and not INITIALS.fullmatch(word.text)
        and not SENTENCE_END.search(text[before.start : word.start])
        and not any(word.lower in name.split() for name in known)
        and word.lower not in MONTHS
    }
    return list(names)


def _near(word: str, library: Library, language: str) -> Iterator[tuple[int, int, str]]:
    """Words of the library with how many letters are wrong, and less how often they stand there: the best is least.

    They are names, or stand in a text of the question's `language`.
    """
    plain, wrong = word.lower(), 2 if len(word) >= LONG else 1
    swapped = len(word) < SHORTEST
    stems = library.full_text.beginning(plain[0])
    written = {stem: stem for stem in stems} | {f"{stem[:-1]}y": stem for stem in stems if stem.endswith(Y_IN_A_STEM)}
    likely: dict[str, tuple[float, int]] = {}  # words that may be meant: letters that are wrong, how rare the stem is
    for cut in range(CUT + 1):  # a stem is compared with as much of the word
        beginning, ending = plain[: len(plain) - cut], plain[len(plain) - cut :]
        for spelt, distance, _ in process.extract(
            beginning, written.keys(), processor=None, scorer=OSA.distance, score_cutoff=wrong, limit=LIKE
        ):
            found = distance, -stems[written[spelt]]
            likely[spelt + ending] = min(found, likely.get(spelt + ending, found))
    for candidate in sorted(likely, key=lambda one: likely[one])[:LIKE]:
        for number, _ in library.full_text.search([candidate], SEEN):
            passage = library.passages.by_id([number])[number]
            is_foreign = any_language_of(passage.text) != language
            for match in WORD.finditer(passage.searchable):
                if is_foreign and match[0].islower():
                    continue
                distance = OSA.distance(plain, match[0].lower())
                same = sorted(plain) == sorted(match[0].lower())
                if distance <= wrong and match[0].isalpha() and (same or not swapped):
                    meant = match[0].lower() if match[0].lower() in STOP_WORDS else match[0]
                    yield distance, likely[candidate][1], meant

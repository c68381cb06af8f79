"""In which language a request or a text is written, also where it has only a few words.

Each word is as likely in each language as its letters make it (`models.language_identification`). The words that every
request has, and letters of one language alone, both from the catalogues of `lamplight.languages`, count besides.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache

from lamplight.languages import ENGLISH, about, languages
from lamplight.models.language_identification import likelihoods

WORD = re.compile(r"(?!(?<=['’])[st]\b)[^\W\d_]+")  # not what ends "Nvidia's" and "don't": it begins "s'il"
LETTERS = "letters that tell this language from the others, as in a regular expression’s brackets"
"""An entry about a language, of which English has none."""
WORDS = (  # of a request in English, and the entry about those of the other languages
    "the a an of in my all is are what which who how many list show give me do does have with and for about to "
    "please hello hi thanks thank you write summarise compare can"
)
# Logarithms, chosen with half of 184 short questions in nine languages: 88 of 92 are told, and 89 of the other half.
SIGN = 10.0  # of a word that requests have, and of a letter of one language alone
USUAL = 6.0  # more for English: a short request in it is often half made of names from elsewhere
CAPITAL = 0.15  # weight of a word with a capital within a sentence, which may be a name from anywhere
CLEAR = 8.0  # by so much one language is likelier than any other
MANY = 40  # words: so many are weighed as one text, which takes less time
# Of so many words: if these are the usual ones of English, and half as many or fewer those of another language, nothing
# needs to be weighed, which takes ten times as long. So are 83 % of 1,418 English sections of `training/papers`, and
# none of 613 others.
SURELY_ENGLISH = 0.15


def language_of(*texts: str) -> str:
    """That of the first of some texts that clearly tells one, else of the last; English for one that isn't spoken."""
    found = ENGLISH
    for text in texts:
        found, is_clear = _told(text)
        if is_clear:
            break
    return found if found in languages() else ENGLISH


def request_words(language: str) -> frozenset[str]:
    """The words that requests in a language have, whatever they ask for."""
    return _words().get(language, frozenset())


def any_language_of(text: str) -> str:
    """The likeliest language, also one in which Lamplight says nothing; English where nothing is told."""
    return _told(text)[0]


def is_english(text: str) -> bool:
    """Whether it is for models that know English alone.

    Their vocabulary doesn't tell: a fifth of XQuAD's German and Spanish questions has enough words in it, often names.
    """
    return any_language_of(text) == ENGLISH


@lru_cache(maxsize=200)
def _told(text: str) -> tuple[str, bool]:
    """The likeliest language, and whether it clearly is."""
    likely = defaultdict[str, float](float, {ENGLISH: USUAL})
    matches, held = list(WORD.finditer(text)), _signs_in(text.lower())
    if len(matches) > MANY:
        others = max(count for code, count in held.items() if code != ENGLISH)
        if held[ENGLISH] >= max(SURELY_ENGLISH * len(matches), 2 * others):
            return ENGLISH, True
        weighed = [(likelihoods(text), 1.0)]
    else:
        weighed = [(_of_word(match[0].lower()), CAPITAL if _may_be_name(match) else 1.0) for match in matches]
    for values, weight in weighed:
        for code, value in values.items():
            likely[code] += weight * value
    for code, signs in held.items():
        likely[code] += SIGN * signs
    first, second = sorted(likely, key=lambda code: -likely[code])[:2]
    return first, likely[first] - likely[second] >= CLEAR


def _may_be_name(match: re.Match[str]) -> bool:
    """Whether a word has a capital that doesn't come from beginning the text, or from its being all in capitals."""
    begins = not any(map(str.isalnum, match.string[: match.start()]))
    return match[0][0].isupper() and not begins and not match.string.isupper()


@lru_cache(maxsize=2_000)
def _of_word(word: str) -> dict[str, float]:
    """With the blanks around it, as words begin and end otherwise in each language."""
    return likelihoods(f" {word} ")


def _signs_in(text: str) -> dict[str, int]:
    """How many words and letters of each language."""
    words = WORD.findall(text)
    held = {code: sum(word in signs for word in words) for code, signs in _words().items()}
    for code, letters in _letters().items():
        held[code] += letters.search(text) is not None
    return held


@lru_cache(maxsize=1)
def _words() -> dict[str, frozenset[str]]:
    return {code: frozenset(about(code, WORDS).split()) for code in languages()}


@lru_cache(maxsize=1)
def _letters() -> dict[str, re.Pattern[str]]:
    given = {code: about(code, LETTERS) for code in languages() if code != ENGLISH}
    return {code: re.compile(f"[{letters}]") for code, letters in given.items() if letters != LETTERS}

"""What documents are called: the words of their file's name and title, joined, shortened or misspelt."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from lamplight.rag.periods import Periods, periods_of
from lamplight.rag.query import STOP_WORDS

WORD = re.compile(r"[^\W_]+(?:&[^\W_]+)*")
POSSESSIVE = re.compile(r"['’]s?\b")
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
INITIALS = re.compile(r"[A-Z]{2,5}|[A-Z]n[A-Z]|[A-Za-z]&[A-Za-z]")  # IBM, JnJ, J&J, j&j
JOINED_INITIALS = re.compile(r"[A-Z][nN][A-Z]|[A-Za-z]&[A-Za-z]")
LONGEST_RUN = 4  # words that are written as one: AMERICANEXPRESS, BankOfAmerica
SHORTEST_NAME = 3  # letters; with a digit in it, as in 3M, two
SHORTEST_BEGINNING = 4  # letters of a name's beginning: Pepsi; three in capitals: MGM
SHORTEST_TYPO = 6  # letters: in shorter words one more or less makes another word
LAST = chr(0x10FFFF)  # behind every letter
INTACT = 2  # letters at one end: a wrong letter, or two that changed places, can't touch both ends of six
BLEND = range(4, 8)  # letters of AmEx, FedEx


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a question: as written, in lower case, its place there, and whether it goes on without a stop."""

    text: str
    lower: str
    start: int
    end: int

    @property
    def is_capital(self) -> bool:
        """Whether it begins with no small letter: a digit, or a letter without case, is as good as a capital."""
        return not self.text[0].islower()


@dataclass(frozen=True, slots=True)
class Names:
    """`whole` in lower case: words alone and joined; `initials` of neighbouring words; `periods` in the name."""

    whole: frozenset[str]
    initials: frozenset[str]
    periods: Periods


@dataclass(frozen=True, slots=True)
class Shelf:
    """The names of all documents: which of them each form belongs to. `files` are whole ones with their endings."""

    names: Mapping[int, Names]
    files: Mapping[str, frozenset[int]]
    whole: Mapping[str, frozenset[int]]
    initials: Mapping[str, frozenset[int]]
    ordered: Sequence[str]
    endings: Mapping[str, Sequence[str]]

    def beginning(self, word: Word) -> frozenset[int]:
        """Documents of which a name begins with a word: Pepsi for PepsiCo, MGM for MGMRESORTS."""
        shortest = SHORTEST_NAME if word.text.isupper() else SHORTEST_BEGINNING
        if len(word.text) < shortest + word.text.islower() or word.text.isdigit():
            return frozenset()
        return self._where(self._beginning(word.lower))

    def files_in(self, question: str) -> Iterator[tuple[int, int, frozenset[int]]]:
        """Where whole names of files stand in a question, with the documents that are called so; longest first."""
        text = question.lower()
        for name in sorted((name for name in self.files if name in text), key=len, reverse=True):
            for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text):
                yield *match.span(), self.files[name]

    def _beginning(self, start: str) -> Sequence[str]:
        first = bisect_left(self.ordered, start)
        return self.ordered[first : bisect_left(self.ordered, start + LAST, first)]

    def short_for(self, word: Word) -> frozenset[int]:
        """Documents of whose names a word has the initials: IBM, JnJ."""
        if not INITIALS.fullmatch(word.text):
            return frozenset()
        bare = (word.lower, *([word.lower[0] + word.lower[2]] if JOINED_INITIALS.fullmatch(word.text) else []))
        return frozenset().union(*(self.initials.get(initials, frozenset()) for initials in bare))

    def misspelt(self, word: Word) -> frozenset[int]:
        """Documents with a name that is one letter away, so that its first letters or its last are as they should."""
        if len(word.text) < SHORTEST_TYPO or not word.text.isalpha():
            return frozenset()
        near = [*self._beginning(word.lower[:INTACT]), *self.endings.get(word.lower[-INTACT:], ())]
        return self._where(name for name in near if len(name) >= SHORTEST_TYPO and one_letter_apart(name, word.lower))

    def blended(self, word: Word) -> Iterator[tuple[str, frozenset[int]]]:
        """Names in two words of which a word may be the beginnings, with their documents: "american express", AmEx."""
        if len(word.text) not in BLEND or not word.is_capital or not word.text.isalpha():
            return
        for cut in range(2, len(word.lower) - 1):
            first, second = word.lower[:cut], word.lower[cut:]
            for name in self._beginning(first):
                if (middle := name.find(second, cut + 1)) > 0:
                    yield f"{name[:middle]} {name[middle:]}", self.whole[name]

    def _where(self, names: Iterable[str]) -> frozenset[int]:
        return frozenset().union(*(self.whole[name] for name in names))


def words_of(question: str) -> list[Word]:
    """Without the s of possessives, which is inside their span."""
    bare = POSSESSIVE.sub(lambda match: " " * len(match[0]), question)
    words = []
    for match in WORD.finditer(bare):
        ending = POSSESSIVE.match(question, match.end())
        words.append(Word(match[0], match[0].lower(), match.start(), ending.end() if ending else match.end()))
    return words


@lru_cache(4)
def shelf_of(titles: tuple[tuple[int, str, str], ...]) -> Shelf:
    """From the number, name and title of each document."""
    names = {number: _names_of(name, title) for number, name, title in titles}
    files: defaultdict[str, set[int]] = defaultdict(set)
    whole: defaultdict[str, set[int]] = defaultdict(set)
    initials: defaultdict[str, set[int]] = defaultdict(set)
    for number, name, _ in titles:
        if "." in name.strip("."):
            files[name.lower()].add(number)
    for number, own in names.items():
        for form in own.whole:
            whole[form].add(number)
        for form in own.initials:
            initials[form].add(number)
    endings: defaultdict[str, list[str]] = defaultdict(list)
    for form in whole:
        endings[form[-INTACT:]].append(form)
    return Shelf(names, _frozen(files), _frozen(whole), _frozen(initials), sorted(whole), endings)


def _frozen(forms: Mapping[str, set[int]]) -> dict[str, frozenset[int]]:
    return {form: frozenset(documents) for form, documents in forms.items()}


@lru_cache(10_000)
def _names_of(name: str, title: str) -> Names:
    whole: set[str] = set()
    initials: set[str] = set()
    stem = name.rsplit(".", 1)[0]
    for source in dict.fromkeys((stem, title)):
        words = WORD.findall(CAMEL.sub(" ", source).replace("_", " "))
        whole |= joined(words)
        firsts = "".join(word[0].lower() for word in words if word.isalpha() and word.lower() not in STOP_WORDS)
        initials |= {firsts[:count] for count in range(2, len(firsts) + 1)}
    return Names(frozenset(whole), frozenset(initials), periods_of(stem.replace("_", " ")))


def joined(words: Sequence[str]) -> set[str]:
    """Every run of neighbouring words written as one, in lower case, if it can be a name."""
    return {
        name
        for count in range(1, LONGEST_RUN + 1)
        for start in range(len(words) - count + 1)
        if (name := as_name(words[start : start + count]))
    }


def as_name(words: Sequence[str], stop_words: frozenset[str] = STOP_WORDS) -> str:
    """The words as one, in lower case; empty when that is too short, or begins or ends in what is no name."""
    if any(word.isdigit() or word.lower() in stop_words for word in (words[0], words[-1])):
        return ""
    name = "".join(words).lower()
    return name if len(name) >= SHORTEST_NAME or (len(name) == 2 and not name.isalpha()) else ""


def one_letter_apart(one: str, other: str) -> bool:
    """Whether a letter more, less, different or two changed about make one of the other."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    start = next((index for index, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), -1)
    if start < 0:
        return True
    rests = (one[start:], other[start:])
    if len(one) == len(other):
        swapped = rests[0][1::-1] + rests[0][2:] == rests[1]
        return rests[0][1:] == rests[1][1:] or swapped
    longer, shorter = sorted(rests, key=len, reverse=True)
    return longer[1:] == shorter


def shortens(word: str, name: str) -> bool:
    """Whether a name begins with its first letter and has the others in that order, or has it whole: AMEX, JNJ."""
    letters = iter(name)
    return word in name or (word[:1] == name[:1] and all(letter in letters for letter in word))

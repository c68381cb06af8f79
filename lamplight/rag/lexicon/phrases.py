"""The names, years and noun phrases of a question, by their shape: what a follow-up can point back to.

English only, and no language model: questions are short and their grammar is small.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from lamplight.rag.lexicon.dates import ENGLISH_MONTHS

MONTH = rf"(?:{'|'.join(name.title() for name in sorted(ENGLISH_MONTHS, key=len, reverse=True))})"
YEAR = re.compile(r"\b(?:FY ?)?(?:1[5-9]|20)\d\d\b|\bFY ?\d\d\b")
WEEKDAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?"
DATE = re.compile(rf"\b{WEEKDAY}\b|\b(?:\d{{1,2}} )?{MONTH}\b(?: \d{{1,2}}\b,?)?(?: (?:1[5-9]|20)\d\d\b)?")
QUARTER = re.compile(r"\bQ[1-4]\b|\b(?:first|second|third|fourth) quarter\b", re.I)
FILE = re.compile(
    r"\b[\w-]+(?: [\w-]+)?\.(?:pdf|docx?|xlsx?|pptx?|csv|txt|md|html?|eml|epub|odt|rtf|png|jpe?g)\b", re.I
)
NAME_WORD = r"(?:[A-Z][\w’'-]*[\w]|[A-Z]\.?|[A-Z]{2,}\.?|\d+(?:\.\d+)*)"
NAME = re.compile(rf"\b[A-Z][\w.’'-]*(?:(?: (?:of|de|da|van|von|del|la|&|v\.?))? {NAME_WORD})*")
WORD = re.compile(r"[^\W_]+(?:[.,'’_-][^\W_]+)*|&")
OWN = re.compile(r"['’]s?$")
MARKER = re.compile(r"\s*[\[【](\d{1,3}(?:\s*[,;]\s*\d{1,3})*)(?:†[^】\n]*)?[\]】](?!\()")  # no link; also 【1†page 3】
SENTENCE_START = re.compile(r"(?:^|[.!?:]\s+|\n\s*(?:\d+[.)]|[-•*])?\s*)$")
PLACES = frozenset(
    {
        "africa",
        "america",
        "asia",
        "australia",
        "europe",
        "antarctica",
        "oceania",
        "emea",
        "apac",
        "argentina",
        "austria",
        "belgium",
        "brazil",
        "britain",
        "canada",
        "chile",
        "china",
        "denmark",
        "egypt",
        "england",
        "finland",
        "france",
        "germany",
        "greece",
        "hungary",
        "india",
        "indonesia",
        "ireland",
        "israel",
        "italy",
        "japan",
        "korea",
        "malaysia",
        "mexico",
        "netherlands",
        "norway",
        "poland",
        "portugal",
        "russia",
        "scotland",
        "singapore",
        "spain",
        "sweden",
        "switzerland",
        "taiwan",
        "thailand",
        "turkey",
        "uk",
        "ukraine",
        "us",
        "usa",
        "vietnam",
        "wales",
        "berlin",
        "london",
        "paris",
        "rome",
        "madrid",
        "vienna",
        "tokyo",
        "beijing",
        "moscow",
        "california",
        "texas",
    }
)  # fmt: skip; places that people type in lower case; others are known by their capital
QUESTION_WORDS = frozenset({"who", "whom", "whose", "what", "which", "when", "where", "why", "how"})
AUXILIARIES = frozenset({
    "is", "are", "was", "were", "am", "be", "been", "being", "do", "does", "did", "has", "have", "had", "can", "could",
    "may", "might", "must", "shall", "should", "will", "would",
})  # fmt: skip
DO = frozenset({"do", "does", "did", "can", "could", "may", "might", "must", "shall", "should", "will", "would"})
PREPOSITIONS = frozenset({
    "of", "in", "on", "at", "for", "from", "with", "without", "by", "to", "about", "between", "under", "over", "during",
    "against", "into", "per", "within", "since", "until", "before", "after", "behind", "near", "through", "regarding",
})  # fmt: skip
DETERMINERS = frozenset({
    "the", "a", "an", "my", "our", "your", "their", "his", "her", "its", "this", "that", "these", "those", "any",
    "each", "every", "some", "all", "no",
})  # fmt: skip
LIGHT = frozenset({
    "i", "we", "you", "he", "she", "it", "they", "me", "us", "him", "them", "and", "or", "but", "so", "not", "there",
    "here", "then", "than", "as", "if", "much", "many", "long", "often", "high", "tall", "big", "large", "old", "far",
    "also", "still", "exactly", "please", "tell", "show", "give", "list", "explain", "describe", "summarise",
    "summarize", "according", "up", "out", "go", "ago", "same", "too", "ever", "just", "only", "very", "now",
})  # fmt: skip
VERBS = frozenset({
    "say", "says", "said", "mean", "means", "meant", "cover", "covers", "mention", "mentions", "hold", "holds", "held",
    "apply", "applies", "expire", "expires", "happen", "happens", "cost", "costs", "contain", "contains", "stand",
    "stands", "pay", "pays", "paid", "spend", "spends", "spent", "sell", "sold", "buy", "bought", "born", "written",
    "wrote", "made", "make", "makes", "built", "given", "gave", "found", "taken", "took", "grown", "grew", "rise",
    "rose", "fell", "fall", "began", "begin", "end", "ends", "need", "needs", "work", "works", "worked", "live",
    "lives", "signs", "state", "states", "deal", "deals", "show", "shows", "known", "set", "chosen", "choose", "look",
    "looks", "get", "gets", "got", "hosted", "led", "kept", "keep", "put", "sent", "won", "lost", "met",
    "came", "come", "comes", "went", "goes",
})  # fmt: skip
NOT_PARTICIPLES = frozenset({"need", "seed", "bed", "shed", "feed", "speed", "deed", "breed", "red", "weed", "limited"})

NameKind = Literal["place", "organisation", "person", "name"]
ORGANISATION = re.compile(
    r"\b(?:Ltd|Inc|LLC|LLP|PLC|plc|GmbH|AG|Corp|Corporation|Company|Co|Bank|Group|Society|University|Holdings|Foundation|Partners)\b"
)
TITLE = re.compile(r"^(?:Mr|Mrs|Ms|Dr|Prof|Professor|Judge|Justice|Sir|Lady|Uncle|Aunt|Grandma|Grandpa|Captain)\b")
THING = re.compile(r"\d|^(?:Treaty|Act|Chapter|Clause|Section|Park|Lake|Mount|Street|Exhibit|Article|Table|Figure)\b")


@dataclass(frozen=True, slots=True)
class Name:
    """A proper name where it stands in its text, without a possessive ending."""

    text: str
    start: int
    end: int

    @property
    def kind(self) -> NameKind:
        """By its shape; "name" when that tells nothing."""
        bare = self.text.lower().removeprefix("the ")
        if bare in PLACES:
            return "place"
        if ORGANISATION.search(self.text):
            return "organisation"
        two_words = len(self.text.split()) in (2, 3) and not THING.search(self.text)
        return "person" if TITLE.match(self.text) or (two_words and " of " not in self.text) else "name"


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun phrase ("the lease for Mill Lane"). `head` decides number; `preposition` is the one before, or empty."""

    text: str
    start: int
    end: int
    head: str
    preposition: str

    @property
    def plural(self) -> bool:
        """Whether `head` ends in one s, not in "us", or is people, children, men or women."""
        head = self.head.lower()
        return head in {"people", "children", "men", "women"} or (
            head.endswith("s") and not head.endswith(("ss", "us"))
        )


def without_markers(answer: str) -> str:
    """Without "[1]", "[1, 2]" and "【1†page 3】" and the white space before them; links stay."""
    return MARKER.sub("", answer)


def names_of(text: str) -> list[Name]:
    """Capitalised words in a row, dates and the words that open a sentence aside; well-known places in any case."""
    dates = [match.span() for pattern in (DATE, YEAR) for match in pattern.finditer(text)]
    found = []
    for match in NAME.finditer(text):
        start, end = match.span()
        first = WORD.match(text, start)
        opens = bool(SENTENCE_START.search(text[:start]))
        if opens and first is not None and (_is_light(first[0]) or is_verb(first[0])):
            start = first.end() + 1
        bare = OWN.sub("", text[start:end].rstrip(".,"))
        if len(bare) < 2 or not bare[0].isupper() or any(a <= start < b for a, b in dates) or _is_light(bare):
            continue
        if (
            opens
            and start == match.start()
            and " " not in bare
            and bare.lower() not in PLACES
            and not _sure(match[0], bare)
        ):
            continue  # a capital there says nothing
        if text[max(0, start - 4) : start].lower() == "the " and bare.lower() in PLACES:
            start -= 4
            bare = text[start : start + 4] + bare
        found.append(Name(bare, start, start + len(bare)))
    taken = [(name.start, name.end) for name in found]
    for match in WORD.finditer(text):
        bare = OWN.sub("", match[0])
        small_place = bare.islower() and bare in PLACES and len(bare) > 2
        if small_place and not any(start <= match.start() < end for start, end in taken):
            found.append(Name(bare, match.start(), match.start() + len(bare)))
    return sorted(found, key=lambda name: name.start)


def _sure(written: str, bare: str) -> bool:
    """A capital that opens a sentence is a name's when it has a possessive, or more capitals."""
    return (written != bare and OWN.search(written) is not None) or (bare.isupper() and len(bare) > 2)


def opening_name(answer: str) -> str:
    """The single capitalised word an answer begins with ("Nordea holds …"), or empty."""
    match = re.match(r"([A-Z][\w’-]{2,})(?= [a-z])", answer)
    return match[1] if match and not _is_light(match[1]) else ""


def phrases_of(question: str) -> list[Phrase]:
    """The noun phrases of a question, in order; years and dates are not part of them."""
    return list(_chains(question))


def _chains(question: str) -> Iterator[Phrase]:
    words = _classified(question)
    position = 0
    while position < len(words):
        if words[position][1] not in "DN":
            position += 1
            continue
        start, head = position, ""
        while position < len(words):
            end = position
            while end < len(words) and words[end][1] == "D" and end == position:
                end += 1
            nouns = end
            while end < len(words) and words[end][1] == "N":
                end += 1
            if end == nouns:
                position = max(position, nouns if not head else position)
                break
            head = head or OWN.sub("", words[end - 1][0][0])
            position = last = end
            goes_on = position + 1 < len(words) and words[position][1] == "P" and words[position + 1][1] in "DN"
            if not goes_on or _gap(question, words[position - 1][0], words[position][0]):
                break
            position += 1
        if not head:
            position = max(position, start + 1)
            continue
        before = words[start - 1][0][0].lower() if start and words[start - 1][1] == "P" else ""
        first, final = words[start][0], words[last - 1][0]
        yield Phrase(question[first.start() : final.end()], first.start(), final.end(), head, before)
        position = last


def _gap(text: str, one: re.Match[str], other: re.Match[str]) -> bool:
    return bool(re.search(r"[,;:?!.]", text[one.end() : other.start()]))


def _classified(question: str) -> list[tuple[re.Match[str], str]]:
    """Words with a letter: W for grammar, V verb, P preposition, D determiner, Y year or date, N the rest."""
    dates = [match.span() for pattern in (DATE, YEAR) for match in pattern.finditer(question)]
    words: list[tuple[re.Match[str], str]] = []
    helped = asks_who = named = False  # after do/can…: the subject's phrase ends with a bare verb
    for match in WORD.finditer(question):
        word = match[0].lower()
        before = words[-1][1] if words else ""
        following = question[match.end() :].lstrip()
        fiscal = word == "fiscal" and re.match(r"(?:year )?(?:19|20)", following)
        if fiscal or any(start <= match.start() < end for start, end in dates):
            kind = "Y"
        elif word in QUESTION_WORDS or word in AUXILIARIES or word == "i" or (word in LIGHT and not match[0].isupper()):
            kind, asks_who = "W", word == "who" or (asks_who and word not in AUXILIARIES)
            helped, named = word in DO or (helped and word not in AUXILIARIES), False
        elif word in PREPOSITIONS:
            kind = "P"
        elif word in DETERMINERS:
            kind = "D"
        elif match[0][0].isupper() and words:
            kind = "N"
        elif asks_who or (before not in ("D", "P") and is_verb(word)):
            kind, asks_who, helped = "V", False, False
        elif helped and named and before == "N" and _ends_phrase(following):
            kind, helped = "V", False
        else:
            kind = "N"
        named = named or kind == "N"
        words.append((match, kind))
    return words


def _ends_phrase(following: str) -> bool:
    word = WORD.match(following)
    return word is None or word[0].lower() in DETERMINERS | PREPOSITIONS | LIGHT or following[0] in "?.,"


def is_verb(word: str) -> bool:
    """Whether it is one of `VERBS`, of which auxiliaries are none, or ends like "signed"; in any case."""
    word = word.lower()
    return word in VERBS or (word.endswith("ed") and len(word) > 4 and word not in NOT_PARTICIPLES)


def _is_light(word: str) -> bool:
    return word.lower() in QUESTION_WORDS | AUXILIARIES | PREPOSITIONS | DETERMINERS | LIGHT | {"yes", "either"}

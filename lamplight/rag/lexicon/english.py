"""English, by the shape of its words: which are names, which verbs, which only grammar."""

from __future__ import annotations

import re

from lamplight.rag.lexicon.dates import ENGLISH_MONTHS

MONTH = rf"(?:{'|'.join(name.title() for name in sorted(ENGLISH_MONTHS, key=len, reverse=True))})"
YEAR = re.compile(r"\b(?:FY ?)?(?:1[5-9]|20)\d\d\b|\bFY ?\d\d\b")
WEEKDAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?"
DATE = re.compile(rf"\b{WEEKDAY}\b|\b(?:\d{{1,2}} )?{MONTH}\b(?: \d{{1,2}}\b,?)?(?: (?:1[5-9]|20)\d\d\b)?")
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


def without_markers(answer: str) -> str:
    """Without "[1]", "[1, 2]" and "【1†page 3】" and the white space before them; links stay."""
    return MARKER.sub("", answer)


def names_of(text: str) -> list[str]:
    """Capitalised words in a row, dates and the words that open a sentence aside; well-known places in any case.

    In the order in which they stand, without a possessive ending.
    """
    dates = [match.span() for pattern in (DATE, YEAR) for match in pattern.finditer(text)]
    found: list[tuple[int, str]] = []
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
        found.append((start, bare))
    taken = [(start, start + len(bare)) for start, bare in found]
    for match in WORD.finditer(text):
        bare = OWN.sub("", match[0])
        small_place = bare.islower() and bare in PLACES and len(bare) > 2
        if small_place and not any(start <= match.start() < end for start, end in taken):
            found.append((match.start(), bare))
    return [bare for _, bare in sorted(found)]


def _sure(written: str, bare: str) -> bool:
    """A capital that opens a sentence is a name's when it has a possessive, or more capitals."""
    return (written != bare and OWN.search(written) is not None) or (bare.isupper() and len(bare) > 2)


def is_verb(word: str) -> bool:
    """Whether it is one of `VERBS`, of which auxiliaries are none, or ends like "signed"; in any case."""
    word = word.lower()
    return word in VERBS or (word.endswith("ed") and len(word) > 4 and word not in NOT_PARTICIPLES)


def _is_light(word: str) -> bool:
    return word.lower() in QUESTION_WORDS | AUXILIARIES | PREPOSITIONS | DETERMINERS | LIGHT | {"yes", "either"}

"""What a text consists of, however it is written: words, numbers, dates and times.

For `bench.judging`, and kept apart from `rag.lexicon` for the same reason as the judge itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from bench.languages import ENGLISH_MONTHS, MONTHS, NUMBER_WORDS, PLURALS, SIGN, plainly, spaced

MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
SCALES = {
    "thousand": 1e3,
    "k": 1e3,
    "million": 1e6,
    "mn": 1e6,
    "mio": 1e6,
    "m": 1e6,
    "billion": 1e9,
    "bn": 1e9,
    "b": 1e9,
    "万": 1e4,
    "亿": 1e8,
}
CURRENCIES = {
    "$": "$", "us$": "$", "usd": "$", "dollar": "$", "dollars": "$", "€": "€", "eur": "€", "euro": "€", "euros": "€",
    "£": "£", "gbp": "£", "¥": "¥", "rm": "rm", "myr": "rm",
    "元": "¥", "rmb": "¥", "cny": "¥",
}  # fmt: skip
ORDINALS = {
    "first": "1st", "second": "2nd", "third": "3rd", "fourth": "4th", "fifth": "5th", "sixth": "6th", "seventh": "7th",
    "eighth": "8th", "ninth": "9th", "tenth": "10th", "eleventh": "11th", "twelfth": "12th",
}  # fmt: skip
ARTICLES = frozenset(("a", "an", "the"))
CURRENCY = r"us\$|usd|eur(?:os?)?|gbp|rmb?|myr|cny|dollars?|[$€£¥元]"
DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:\.\d{3}){2,}|\d+[.,]\d+|\d+|\.\d+"
PATTERNS = {
    "iso": r"(?<![\w.-])(?P<y1>\d{4})(?P<s1>[-/.])(?P<m1>\d{1,2})(?P=s1)(?P<d1>\d{1,2})(?![\w-])",
    # Recognition loses the spaces around it: "DATE11/03/201812:30".
    "cut": r"(?<![\d./-])(?P<n1>\d{1,2})(?P<s2>[-/.])(?P<n2>\d{1,2})(?P=s2)"
    r"(?P<y2>\d{4}(?=\d\d:\d\d)|\d\d(?=\d\d:\d\d)|(?:\d{4}|\d\d)(?![\w/-]|\.\d))",
    "daymonth": r"(?<![\w.,])(?P<d3>\d{1,2})(?:st|nd|rd|th|er|\.?o)?\.?[ -]?(?:of |de )?"
    rf"(?P<mon3>{MONTH})\b\.?" + r"(?:(?: del? |[ ,-]{1,2})(?P<y3>\d{4})\b|(?:-|[ ]['’])(?P<short>\d\d)\b)?(?!\w)",
    "monthday": rf"\b(?P<mon4>{'|'.join(sorted(ENGLISH_MONTHS, key=len, reverse=True))})\b\.?[ -]?"
    + r"(?P<d4>\d{1,2})(?:st|nd|rd|th)?\b(?![:.,]\d)(?:,?[ -](?P<y4>\d{4})\b)?",
    "monthyear": rf"\b(?P<mon5>{MONTH})\b\.?,?[ ](?:del? )?" + r"(?P<y5>\d{4})\b",
    "time": r"(?<![\w.,:])(?:(?P<h1>\d{1,2}):(?P<min>\d\d)(?::\d\d)?|(?P<h2>\d{1,2})(?=[ ]?[ap]\.?m\b))"
    r"(?:[ ]?(?P<half>[ap])\.?m\b\.?)?(?!\d)",
    "ordinal": r"(?<![\w.,])\d+(?:st|nd|rd|th)\b",
    "code": r"(?<![\w.,])(?=[\w-]*\d)(?![\w-]*[a-z]{3})\w+(?:-\w+){2,}(?!\w)",  # not 13-year-old
    "number": rf"(?<![a-z0-9_])(?<!\d[.,])(?P<before>(?:{CURRENCY})[ ]?)?(?P<minus>[-\u2212–]|\([ ]?)?"
    rf"(?P<between>(?:{CURRENCY})[ ]?\(?)?(?P<digits>{DIGITS})(?![.,]?\d)(?![a-z]+\d)(?:[ ]?\))?"
    r"(?:[ ]?(?P<scale>(?:thousand|million|billion)s?|mn|mio|bn|[万亿]|(?(before)[kmb]|(?!)))(?!\w))?"
    r"(?P<percent>[ ]?(?:%|per[ ]?cent(?:age)?(?:[ ]points?)?\b|prozent\b|pour cent\b|por ciento\b))?"
    + rf"(?:[ ]?(?P<after>{CURRENCY})(?!\w))?",
    "word": r"[^\W\d_]+(?=\d{1,2}[-/.]\d{1,2}[-/.]\d\d)|[^\W_]+(?:['’][^\W_]+)?",
}
ATOM = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in PATTERNS.items()))


Value = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Atom:
    """A word, number, time or date.

    `values` are the readings of a number: times its unit (a million, or 1), what its last digit is worth, the unit;
    `scaled` says whether one was stated. `days` are the readings of a date as (year, month, day), 0 where not said.
    """

    text: str
    values: tuple[Value, ...] = ()
    scaled: bool = False
    percent: bool = False
    currency: str = ""
    sign: str = ""
    days: frozenset[tuple[int, int, int]] = frozenset()


def atoms(text: str) -> Iterator[Atom]:
    """The atoms of a text in order, without articles and punctuation."""
    for match in ATOM.finditer(plain(text)):
        kind = next(name for name in PATTERNS if match[name] is not None)
        if kind == "word":
            yield from _word(match["word"])
        elif kind == "number":
            yield _number(match)
        elif kind == "time":
            yield Atom(_clock(match))
        elif kind in ("ordinal", "code"):
            yield Atom(match[kind])
        else:
            yield Atom(match[kind], days=_days(match, kind))


def length(text: str) -> int:
    """How many words, numbers and dates; two Chinese signs are about a word."""
    signs = len(SIGN.findall(text))
    return len(list(atoms(text))) - signs // 2 if signs else len(list(atoms(text)))


def plain(text: str) -> str:
    """Lower case without accents; compound number words are figures ("thirty-six" becomes 36)."""
    text = re.sub(r"\bmay\b(?! \d{4})", "might", text)  # the verb; the month is May
    text = re.sub(r"(?<=\d)['’\u00a0\u202f](?=\d{3}(?!\d))", "", text)  # thousands
    text = re.sub(r"(?<=\d)\s?[–—]\s?(?=\d)", " to ", text)
    letters = unicodedata.normalize("NFKD", spaced(text).replace("&", " and "))
    folded = "".join(letter for letter in letters if not unicodedata.combining(letter)).casefold().replace("œ", "oe")
    return plainly(re.sub(r"\s+", " ", folded))


def _word(word: str) -> Iterator[Atom]:
    word = re.sub(r"['’]s$", "", word).replace("'", "").replace("’", "")
    word = ORDINALS.get(word, PLURALS.get(word, word))
    if word in NUMBER_WORDS:
        yield Atom(word, values=tuple((float(number), 1.0, 1.0) for number in NUMBER_WORDS[word]))
    elif word not in ARTICLES:
        yield Atom(word)


def _number(match: re.Match[str]) -> Atom:
    scale = SCALES.get((match["scale"] or "").rstrip("s"), 1.0)
    currency = next((match[name].strip(" (") for name in ("before", "between", "after") if match[name]), "")
    sign = (match["minus"] or "").strip()
    if match["between"] and "(" in match["between"]:
        sign = "("
    return Atom(
        match[0],
        values=_values(match["digits"], scale),
        scaled=match["scale"] is not None,
        percent=match["percent"] is not None,
        currency=CURRENCIES.get(currency, currency),
        sign="(" if sign == "(" else "-" if sign else "",
    )


def _values(digits: str, unit: float) -> tuple[Value, ...]:
    """1,234.5 and 1.234,5 alike; a comma that doesn't cut off thousands is a decimal comma. 1.234 has two readings."""
    if re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", digits):
        return _value(digits, unit), _value(digits.replace(".", ""), unit)
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:\.\d{3}){2,}", digits):
        digits = digits.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", digits):
        digits = digits.replace(",", "")
    return (_value(digits.replace(",", "."), unit),)


def _value(digits: str, unit: float) -> Value:
    whole, _, decimals = digits.partition(".")
    return float(f"{whole or 0}.{decimals or 0}") * unit, 10.0 ** -len(decimals.rstrip("0")) * unit, unit


def _clock(match: re.Match[str]) -> str:
    hour = int(match["h1"] or match["h2"])
    if match["half"]:
        hour = hour % 12 + 12 * (match["half"] == "p")
    return f"{hour}:{match['min'] or '00'}"


def _days(match: re.Match[str], kind: str) -> frozenset[tuple[int, int, int]]:
    if kind == "iso":
        return frozenset({(int(match["y1"]), int(match["m1"]), int(match["d1"]))})
    if kind == "cut":
        first, second, year = int(match["n1"]), int(match["n2"]), _year(match["y2"])
        readings = ((first, second), (second, first))
        return frozenset((year, month, day) for day, month in readings if 0 < month <= 12 and 0 < day <= 31)
    number = {"daymonth": "3", "monthday": "4", "monthyear": "5"}[kind]
    month = MONTHS[match[f"mon{number}"]]
    day = 0 if kind == "monthyear" else int(match[f"d{number}"])
    digits = match[f"y{number}"] or (match["short"] if kind == "daymonth" else None) or "0"
    return frozenset({(_year(digits), month, day)})


def _year(digits: str) -> int:
    """A year of two digits is one of ours; "0" is none."""
    return int(digits) + (2000 if len(digits) == 2 else 0)

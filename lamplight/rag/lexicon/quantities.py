"""Numbers, dates and units as they are written, and whether one text states what another says.

60.9 billion is 60,922 in a table in millions, 1 November 2024 is 2024-11-01, seventeen is 17.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

SCALES = {
    "hundred": 1e2, "thousand": 1e3, "thousands": 1e3, "k": 1e3, "million": 1e6, "millions": 1e6, "mn": 1e6, "m": 1e6,
    "mio": 1e6, "billion": 1e9, "billions": 1e9, "bn": 1e9, "b": 1e9, "trillion": 1e12, "trillions": 1e12,
}  # fmt: skip
NUMBER_WORDS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
    "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "dozen": 12,
}  # fmt: skip
TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
MONTHS = {
    "jan": 1, "january": 1, "feb": 2, "february": 2, "mar": 3, "march": 3, "apr": 4, "april": 4, "may": 5, "jun": 6,
    "june": 6, "jul": 7, "july": 7, "aug": 8, "august": 8, "sep": 9, "sept": 9, "september": 9, "oct": 10,
    "october": 10, "nov": 11, "november": 11, "dec": 12, "december": 12,
}  # fmt: skip
MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
DATES = (
    re.compile(r"\b(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})\b"),
    re.compile(r"\b(?P<n1>\d{1,2})(?P<sep>[/.-])(?P<n2>\d{1,2})(?P=sep)(?P<y>\d{4}|\d\d)\b"),
    re.compile(rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<mon>{MONTH})\b\.?(?:,? (?P<y>\d{{4}}))?", re.I),
    re.compile(rf"\b(?P<mon>{MONTH})\b\.? (?P<d>\d{{1,2}})(?:st|nd|rd|th)?\b(?!:)(?:,? (?P<y>\d{{4}}))?", re.I),
    re.compile(rf"\b(?P<mon>{MONTH})\b\.?,? (?P<y>\d{{4}})\b", re.I),
    re.compile(rf"\b(?P<mon>{'|'.join(name for name in MONTHS if len(name) > 3)})\b", re.I),
)
MAY = re.compile(r"\bmay\b(?! \d{4}\b)")  # the verb
TIME = re.compile(r"\b(\d{1,2}):(\d\d)(?::\d\d)?\b")
NUMBER = re.compile(
    r"(?P<currency>[$€£¥]|\b(?:US\$|USD|EUR|GBP|RM|CHF)\s?)?\s?(?<![\w.,])[-–(]?"
    r"(?P<digits>\d(?:[\d,]*\d)?(?:\.\d+)?|\.\d+)\)?"
    r"(?:\s?(?P<scale>hundred|thousand|million|billion|trillion|bn|mn|mio|k|m|b)\b(?!\w))?",
    re.I,
)
WORDED = re.compile(
    rf"\b(?:(?P<tens>{TENS})-(?P<ones>\w+)|(?P<word>{'|'.join(NUMBER_WORDS)}))"
    r"(?:\s(?P<scale>hundred|thousand|million|billion))?\b",
    re.I,
)
PERCENT = re.compile(r"^\s?(?:%|per ?cent\b|percentage)", re.I)
IN_UNITS = re.compile(r"(?:\bin |\$ ?|\()(?:US ?)?\$? ?(thousands|millions|billions)\b", re.I)
UNITS = {
    unit: (dimension, name)
    for dimension, names in {
        "length": "mm millimetre|cm centimetre|m metre meter|km kilometre kilometer|inch inches|ft foot feet|mile",
        "mass": "mg milligram|g gram|kg kilogram kilo|tonne ton|lb pound-weight",
        "time": "second|minute|hour|day|week|month|quarter|year|decade",
        "area": "square-metre sqm m²|hectare|acre",
        "volume": "ml millilitre|l litre liter|gallon",
        "power": "kwh|mwh|kw|mw|watt",
        "per": "per-second|per-minute|per-hour|per-day|per-week|per-month|per-quarter|per-year",
    }.items()
    for name in names.split("|")
    for unit in name.split()
}
CURRENCIES = {
    "$": "usd", "us$": "usd", "usd": "usd", "dollar": "usd", "€": "eur", "eur": "eur", "euro": "eur", "£": "gbp",
    "gbp": "gbp", "pound": "gbp", "¥": "jpy", "yen": "jpy", "rm": "myr", "myr": "myr", "ringgit": "myr", "chf": "chf",
}  # fmt: skip
UNIT_WORD = re.compile(r"^[\s-]?(?P<per>per |a |each )?(?P<word>[A-Za-z²]+)")
HEDGE = re.compile(
    r"\b(?:about|around|approximately|approx|roughly|nearly|almost|some|over|more than|just under|circa|close to)\b",
    re.I,
)
REMEMBERED = 1024  # texts: each is compared with every sentence of an answer
YEARS = range(1500, 2100)
NEAR = 0.0006  # relative: what is lost when a figure is written with four digits instead of all


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in a text. `value` is scaled by the word after it ("million"), `digits` is as written.

    `decimals` are the places after the point, counted in the unit of `scale`; `unit` is a word of measure or empty.
    """

    value: float
    scale: float
    digits: str
    decimals: int
    percent: bool
    unit: str
    noun: str
    currency: str
    start: int
    end: int

    @property
    def is_year(self) -> bool:
        return self.digits.isdigit() and len(self.digits) == 4 and int(self.digits) in YEARS and not self.currency


@dataclass(frozen=True, slots=True)
class Date:
    """Day, month and year, 0 where not said. `swapped` is the other reading of 01/11/2024."""

    day: int
    month: int
    year: int
    start: int
    end: int
    swapped: tuple[int, int] | None = None

    def states(self, other: Date) -> bool:
        """Whether this date says all that `other` says."""
        readings = [(self.day, self.month)] + ([self.swapped] if self.swapped else [])
        return other.year in (0, self.year) and any(
            other.month in (0, month) and other.day in (0, day) for day, month in readings
        )


@lru_cache(REMEMBERED)
def dates_of(text: str) -> tuple[Date, ...]:
    """Dates and month names, in any of the usual spellings."""
    found: list[Date] = []
    verbs = [match.start() for match in MAY.finditer(text)]
    for pattern in DATES:
        for match in pattern.finditer(text):
            if any(date.start < match.end() and match.start() < date.end for date in found) or match.start() in verbs:
                continue
            date = _date(match)
            if date is not None:
                found.append(date)
    return tuple(sorted(found, key=lambda date: date.start))


def _date(match: re.Match[str]) -> Date | None:
    groups = match.groupdict()
    year = int(groups.get("y") or 0)
    year += 2000 if 0 < year < 70 else 1900 if 70 <= year < 100 else 0
    swapped = None
    if groups.get("n1"):
        day, month = int(groups["n1"]), int(groups["n2"])
        if month > 12:
            day, month = month, day
        elif day <= 12 and day != month:
            swapped = (month, day)
    else:
        month = MONTHS[groups["mon"].lower()] if groups.get("mon") else int(groups["m"])
        day = int(groups.get("d") or 0)
    return Date(day, month, year, *match.span(), swapped) if 0 <= month <= 12 and 0 <= day <= 31 else None


def times_of(text: str) -> list[tuple[int, int]]:
    """Hours and minutes written 16:30."""
    return [(int(match[1]), int(match[2])) for match in TIME.finditer(text)]


@lru_cache(REMEMBERED)
def quantities_of(text: str) -> tuple[Quantity, ...]:
    """Numbers in figures and words; those inside dates and times are not among them, "one" is not."""
    taken = [(date.start, date.end) for date in dates_of(text)]
    taken += [match.span() for match in TIME.finditer(text)]
    found = [item for item in (*_figures(text), *_worded(text)) if not any(a <= item.start < b for a, b in taken)]
    return tuple(sorted(found, key=lambda item: item.start))


def _figures(text: str) -> Iterator[Quantity]:
    for match in NUMBER.finditer(text):
        digits = match["digits"]
        bare = re.sub(r",(?=\d{3}(?:\D|$))", "", digits)
        if "," in bare:
            bare = bare.replace(",", ".", 1) if bare.count(",") == 1 else bare.replace(",", "")
        scale = SCALES[match["scale"].lower()] if match["scale"] else 1.0
        if match["scale"] and len(match["scale"]) == 1 and match["scale"].islower() and match["scale"] != "k":
            scale = 1.0 if not match["currency"] else scale  # "5 m" is metres, "$5m" millions
        decimals = len(bare.split(".")[1]) if "." in bare else 0
        tail = text[match.end("digits") :] if scale == 1.0 else text[match.end() :]
        yield _quantity(
            float(bare) * scale,
            scale,
            bare,
            decimals,
            tail,
            CURRENCIES.get((match["currency"] or "").strip().lower(), ""),
            match,
        )


def _worded(text: str) -> Iterator[Quantity]:
    for match in WORDED.finditer(text):
        if match["tens"]:
            if match["ones"].lower() not in NUMBER_WORDS:
                continue
            value = NUMBER_WORDS[match["tens"].lower()] + NUMBER_WORDS[match["ones"].lower()]
        else:
            value = NUMBER_WORDS[match["word"].lower()]
        scale = SCALES[match["scale"].lower()] if match["scale"] else 1.0
        yield _quantity(value * scale, scale, str(value), 0, text[match.end() :], "", match)


def _quantity(
    value: float, scale: float, digits: str, decimals: int, tail: str, currency: str, match: re.Match[str]
) -> Quantity:
    word = UNIT_WORD.match(tail)
    noun = word["word"].lower() if word and not word["per"] else ""
    unit = _singular(noun)
    if word and word["per"]:
        unit = f"per-{_singular(word['word'].lower())}"
    currency = currency or CURRENCIES.get(_singular(noun), "")
    start = match.start("digits") if "digits" in match.re.groupindex else match.start()
    known = unit if unit in UNITS else ""
    return Quantity(
        value, scale, digits, decimals, bool(PERCENT.match(tail)), known, noun, currency, start, match.end()
    )


def _singular(word: str) -> str:
    return word if word in UNITS else word.removesuffix("s")


def table_scale(text: str) -> float:
    """What the numbers of a table are in: 1e6 under "(in millions)"; 1 when it doesn't say."""
    match = IN_UNITS.search(text)
    return SCALES[match[1].lower()] if match else 1.0


def states_quantity(said: Quantity, source: Quantity, scale: float, hedged: bool) -> bool:
    """Whether `source`, standing where numbers are in `scale`, states what is `said`, rounded as it is said."""
    if said.unit and source.unit and said.unit != source.unit:
        return UNITS[said.unit][1] == UNITS[source.unit][1]  # another name of the unit
    if source.unit in {"kg", "g", "cm", "mm", "m", "km", "ml", "l"} and said.noun and not said.unit:
        return False
    if said.currency and source.currency and said.currency != source.currency:
        return False
    if said.percent != source.percent and (source.currency or said.currency):
        return False
    if said.scale == 1.0:
        return _near(said.value, source.value, said, hedged)
    known = source.scale if source.scale != 1.0 else scale
    if known == 1.0:  # the table's head, which may say "in millions", is on another page
        full = _near(said.value, source.value, said, hedged)
        same_digits = any(_near(said.value, source.value * factor, said, hedged) for factor in (1e3, 1e6))
        return full or (same_digits and source.value >= 100 and not source.is_year)
    return _near(said.value, source.value / source.scale * known, said, hedged)


def _near(said: float, source: float, quantity: Quantity, hedged: bool) -> bool:
    if said == source:
        return True
    if quantity.is_year or not source:
        return False
    figures = len(quantity.digits.replace(".", "").strip("0"))
    step = quantity.scale * 10.0**-quantity.decimals
    rounded = abs(said - source) <= 0.5001 * step and (figures >= 2 or quantity.decimals > 0 or hedged)
    return rounded or abs(said - source) <= NEAR * abs(source) * (quantity.scale > 1)


def per_unit(text: str, quantity: Quantity) -> str:
    """What a number is counted per ("per-month"), named anywhere in the few words after it, or empty."""
    match = re.match(
        r"[^,.;]{0,25}?\b(?:per|a|each|every) (second|minute|hour|day|week|month|quarter|year)\b", text[quantity.end :]
    )
    return f"per-{match[1]}" if match else ""


def years_in_order(text: str) -> list[int]:
    return [int(match) for match in re.findall(r"\b(?:1[5-9]|20)\d\d\b", text)]


def column_numbers(row: str) -> list[Quantity]:
    """The numbers of a table's row, from left to right."""
    return [quantity for quantity in _figures(row) if quantity.digits]


def any_states(said: Quantity, sources: Sequence[Quantity], scale: float, hedged: bool) -> list[Quantity]:
    """The ones of `sources` that state what is `said`."""
    return [source for source in sources if states_quantity(said, source, scale, hedged)]

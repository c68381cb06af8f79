"""Numbers in running text, in figures and words, and whether one states what another says.

60.9 billion is 60,922 in a table in millions, seventeen is 17.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from lamplight.rag.lexicon.dates import REMEMBERED, TIME, dates_of
from lamplight.rag.lexicon.numbers import (
    CODES,
    CURRENCIES,
    DIGITS,
    MINUS,
    MONEY_ONLY,
    NUMBER_WORDS,
    SCALES,
    SIGNS,
    UNITS,
    UNSPACED,
    currency_of,
    read_digits,
    singular,
)

TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
SCALE_WORDS = "hundred|thousand|lakh|million|crore|billion|trillion|mio|mrd|bn|mn|k|m|b"
NUMBER = re.compile(
    rf"(?P<currency>[{SIGNS}]|\b(?:US\$|USD|EUR|GBP|RM|CHF|Rs\.?|(?-i:{CODES}))\s?)?\s?(?<![^\W{UNSPACED}])(?<![.,])[-–{MINUS}(]?"
    rf"(?P<digits>{DIGITS})\)?(?:\s?(?P<scale>(?:{SCALE_WORDS})\b(?!\w)|[万萬亿億]))?",
    re.I,
)
WORDED = re.compile(
    rf"\b(?:(?P<tens>{TENS})-(?P<ones>\w+)|(?P<word>{'|'.join(NUMBER_WORDS)}))"
    r"(?:\s(?P<scale>hundred|thousand|million|billion))?\b",
    re.I,
)
PERCENT = re.compile(r"^\s?(?:%|per ?cent\b|percentage)", re.I)
IN_UNITS = re.compile(r"(?:\bin |\$ ?|\()(?:US ?)?\$? ?(thousands|millions|billions)\b", re.I)
# The same in any wording: "(Dollars in millions, except per share data)", "($ in thousands)", "(Billions)".
COUNTED_IN = re.compile(r"(?:\bin|\()\s*(?:[^\s()]+\s){0,3}?(thousand|million|billion)s?\b", re.I)
UNIT_WORD = re.compile(r"^[\s-]?(?P<per>per |a |each )?(?P<word>[A-Za-z²]+)")
HEDGE = re.compile(
    r"\b(?:about|around|approximately|approx|roughly|nearly|almost|some|over|more than|just under|circa|close to)\b",
    re.I,
)
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
        """Whether it is a whole number from 1500 to 2099 without a currency: also "2,019", and with a unit."""
        return self.digits.isdigit() and len(self.digits) == 4 and int(self.digits) in YEARS and not self.currency


@lru_cache(REMEMBERED)
def quantities_of(text: str) -> tuple[Quantity, ...]:
    """Numbers in figures and words; those inside dates and times are not among them, "one" is not."""
    taken = [(date.start, date.end) for date in dates_of(text)]
    taken += [match.span() for match in TIME.finditer(text)]
    found = [item for item in (*_figures(text), *_worded(text)) if not any(a <= item.start < b for a, b in taken)]
    return tuple(sorted(found, key=lambda item: item.start))


def _figures(text: str) -> Iterator[Quantity]:
    for match in NUMBER.finditer(text):
        bare = read_digits(match["digits"])
        if bare is None:  # 192.168.1.1, or a list without blanks
            for part in re.finditer(r"\d+", match["digits"]):
                start = match.start("digits") + part.start()
                yield _quantity(part[0], 1.0, "", "", start, start + len(part[0]))
            continue
        scale = SCALES[match["scale"].lower()] if match["scale"] else 1.0
        if match["scale"] in MONEY_ONLY and not match["currency"]:  # in small letters
            scale = 1.0
        tail = text[match.end("digits") :] if scale == 1.0 else text[match.end() :]
        yield _quantity(bare, scale, tail, currency_of(match["currency"] or ""), match.start("digits"), match.end())


def _worded(text: str) -> Iterator[Quantity]:
    for match in WORDED.finditer(text):
        if match["tens"]:
            if match["ones"].lower() not in NUMBER_WORDS:
                continue
            value = NUMBER_WORDS[match["tens"].lower()] + NUMBER_WORDS[match["ones"].lower()]
        else:
            value = NUMBER_WORDS[match["word"].lower()]
        scale = SCALES[match["scale"].lower()] if match["scale"] else 1.0
        yield _quantity(str(value), scale, text[match.end() :], "", *match.span())


def _quantity(digits: str, scale: float, tail: str, currency: str, start: int, end: int) -> Quantity:
    word = UNIT_WORD.match(tail)
    noun = word["word"].lower() if word and not word["per"] else ""
    unit = f"per-{singular(word['word'].lower())}" if word and word["per"] else singular(noun)
    currency = currency or CURRENCIES.get(singular(noun), "")
    decimals = len(digits.partition(".")[2])
    known, percent = unit if unit in UNITS else "", bool(PERCENT.match(tail))
    return Quantity(float(digits) * scale, scale, digits, decimals, percent, known, noun, currency, start, end)


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


def column_numbers(row: str) -> list[Quantity]:
    """The numbers of a table's row, from left to right."""
    return list(_figures(row))


def all_numbers(text: str) -> list[Quantity]:
    """Figures, also those of dates, and then words from "two" on."""
    return [*_figures(text), *(quantity for quantity in _worded(text) if quantity.value > 1)]


def any_states(said: Quantity, sources: Sequence[Quantity], scale: float, hedged: bool) -> list[Quantity]:
    """The ones of `sources` that state what is `said`."""
    return [source for source in sources if states_quantity(said, source, scale, hedged)]

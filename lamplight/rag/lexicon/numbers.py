"""How numbers, their multiples, currencies and units are written; the one place that says so.

`read_digits` says what a run of digits and separators is worth. Amounts of cells (`amounts`) and quantities of running
text (`quantities`) are read by it.
"""

from __future__ import annotations

import re

MINUS = "\u2212"  # the sign that is as wide as a plus
SIGNS = "$€£¥￥₹"
RISEN, FALLEN = "▲", "▼"  # before the amount by which something changed
# A run of digits with what may stand between them. A blank only joins where the whole text is one number.
DIGITS = r"\d{1,3}(?:['’\u00a0\u202f]\d{3})+(?:[.,]\d+)?(?!\d)|\d(?:[\d.,]*\d)?|(?<![\w.])\.\d+"
# Scripts that set no blanks between words: Thai to Khmer, Japanese kana, Chinese characters.
UNSPACED = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
APART = re.compile(r"(?<=\d)['’\u00a0\u202f ](?=\d{3}(?!\d))")
WITH_POINT = re.compile(r"(?:[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d?(?:,\d\d)+,\d{3}|\d*)(?:\.\d+)?")  # 1,234.5 and 12,34,567
WITH_COMMA = re.compile(r"(?:[1-9]\d{0,2}(?:\.\d{3})+|\d*)(?:,\d+)?")  # 1.234,5
SCALES = {
    "hundred": 1e2, "thousand": 1e3, "thousands": 1e3, "k": 1e3, "lakh": 1e5, "lakhs": 1e5, "million": 1e6,
    "millions": 1e6, "mn": 1e6, "m": 1e6, "mio": 1e6, "crore": 1e7, "crores": 1e7, "billion": 1e9, "billions": 1e9,
    "bn": 1e9, "b": 1e9, "mrd": 1e9, "trillion": 1e12, "trillions": 1e12, "万": 1e4, "萬": 1e4, "亿": 1e8, "億": 1e8,
}  # fmt: skip
MONEY_ONLY = frozenset({"m", "b"})  # without a currency these are metres, minutes, bytes
NUMBER_WORDS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
    "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "dozen": 12,
}  # fmt: skip
CURRENCIES = {
    "$": "usd", "us$": "usd", "usd": "usd", "dollar": "usd", "€": "eur", "eur": "eur", "euro": "eur", "£": "gbp",
    "gbp": "gbp", "pound": "gbp", "¥": "jpy", "￥": "jpy", "jpy": "jpy", "yen": "jpy", "₹": "inr", "inr": "inr",
    "rs": "inr", "rupee": "inr", "rm": "myr", "myr": "myr", "ringgit": "myr", "chf": "chf", "fr": "chf",
}  # fmt: skip
SIGN_OF = {"usd": "$", "eur": "€", "gbp": "£", "jpy": "¥", "inr": "₹"}
CODES = (
    "USD|EUR|GBP|CHF|JPY|CNY|HKD|TWD|KRW|INR|SGD|MYR|RM|THB|IDR|PHP|VND|AUD|NZD|CAD|SEK|NOK|DKK|ISK|PLN|CZK|HUF|RON|TRY|"
    "ILS|AED|SAR|ZAR|BRL|MXN"
)
UNITS = {
    unit: (dimension, name)
    for dimension, names in {
        "length": "mm millimetre|cm centimetre|m metre meter|km kilometre kilometer|inch inches|ft foot feet|mile mi",
        "mass": "mg milligram|g gram|kg kilogram kilo|tonne ton|lb pound-weight|oz ounce",
        "time": "second sec|minute min|hour hr|day|week|month|quarter|year|decade",
        "area": "square-metre sqm m²|km²|hectare ha|acre",
        "volume": "ml millilitre|l litre liter|gallon",
        "power": "kwh|mwh|kw|mw|watt",
        "per": "per-second|per-minute|per-hour|per-day|per-week|per-month|per-quarter|per-year",
    }.items()
    for name in names.split("|")
    for unit in name.split()
}
CELL_UNITS = frozenset(  # too short or too common to be looked for in prose
    {"%", "°c", "°f", "h", "s", "w", "t", "mb", "gb", "tb", "pcs", "unit", "point", "people"}
)


def read_digits(text: str, comma_decimal: bool | None = None) -> str | None:
    """Digits with a point, as Python reads them; None if the separators make no number.

    Where `comma_decimal` is not known, what can be read in one way only is read so: 1.234,5 and 0,75, but 1,234 and
    1.234 are read as in English.
    """
    bare = APART.sub("", text).strip()
    if comma_decimal is not True and bare and WITH_POINT.fullmatch(bare):
        return bare.replace(",", "")
    if comma_decimal is not False and bare and WITH_COMMA.fullmatch(bare):
        return bare.replace(".", "").replace(",", ".")
    return None


def singular(word: str) -> str:
    """A unit or a currency without its plural; both in lower case."""
    return word if word in UNITS or word in CURRENCIES else word.removesuffix("s")


def is_unit(word: str) -> bool:
    """Of what a cell counts or measures; in lower case."""
    return not {word, singular(word)}.isdisjoint(UNITS.keys() | CELL_UNITS)


def currency_of(written: str) -> str:
    """The code, in lower case, of a currency as it is written: a sign, a code or a name; empty for anything else."""
    lower = written.strip(" .").lower()
    known = CURRENCIES.get(lower) or CURRENCIES.get(singular(lower))
    return known or (lower if re.fullmatch(CODES, written.strip()) else "")  # "try" is a word

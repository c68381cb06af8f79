"""Numbers and dates as people write them.

Where a text can be read in two ways, it is not read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache

CURRENCIES = {"usd": "$", "eur": "€", "gbp": "£", "jpy": "¥", "inr": "₹", "dollars": "$", "euros": "€", "pounds": "£"}
SIGNS = "$€£¥₹"
MINUS = "\u2212"  # the sign that is as wide as a plus
MULTIPLES = {"k": 1e3, "m": 1e6, "mn": 1e6, "bn": 1e9, "b": 1e9}
MULTIPLES |= {"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
MONEY_ONLY = frozenset({"m", "b"})  # without a currency these are metres, minutes, bytes
UNITS = frozenset(
    unit
    for line in (
        "% kg g mg t lb oz km m cm mm mi ft l ml h hr hrs hour hours min mins minutes s sec seconds day days week ",
        "weeks month months year years °c °f kwh mwh kw w mb gb tb m² km² ha pcs units points people",
    )
    for unit in line.split()
)
NUMBER = re.compile(
    rf"(?P<open>\()?\s*(?P<minus>[-\u2212+])?\s*(?P<sign>[{SIGNS}]|(?:US|CA|AU)\$|USD|EUR|GBP)?\s*(?P<minus2>[-\u2212])?\s*"
    rf"(?P<digits>\d[\d.,'’\u00a0\u202f ]*|\.\d+)\s*"
    rf"(?P<tail>[{SIGNS}]|%|[^\W\d_]{{1,8}}[²°]?|°[CF])?\s*(?P<close>\))?\s*"
    rf"(?P<percent>%)?"
)
COMMA_DECIMAL = re.compile(r"(?:\d{1,3}(?:\.\d{3})+|\d+),\d+")
POINT_DECIMAL = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d*)\.\d+")
THOUSANDS_COMMA = re.compile(r"\d{1,3}(?:,\d{3})+")
THOUSANDS_POINT = re.compile(r"\d{1,3}(?:\.\d{3})+")
FOOTNOTE = re.compile(r"\s*(?:\(\d{1,2}\)|\[\d{1,2}\]|[*†‡])+\s*$")
DATE_FORMATS = (
    "%Y-%m-%d", "%Y/%m/%d", "%d %B %Y", "%d %b %Y", "%B %d, %Y", "%b %d, %Y", "%d-%b-%Y", "%d/%m/%Y", "%m/%d/%Y",
    "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%d/%m/%y", "%m/%d/%y", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
)  # fmt: skip
DATE_LIKE = re.compile(r"\d{1,4}[-/. ]\w{1,9}[-/. ]+\d{1,4}\b.*|[A-Za-z]{3,9} \d{1,2}, \d{4}")
MOST_DIGITS = 15  # a longer run of digits is a code, and a float would not hold it
MOST_DECIMALS = 100  # digits while rounding; far more than any sum here has


@dataclass(frozen=True, slots=True)
class Amount:
    """A number as written: `prefix` is a currency, `suffix` another unit, `decimals` the digits after the point."""

    value: float
    prefix: str = ""
    suffix: str = ""
    decimals: int = 0


@lru_cache(maxsize=100_000)
def parse_amount(text: str, comma_decimal: bool = False) -> Amount | None:
    """A number as people write it: separators, (negative), currency, %, "k" and "bn"; None for anything else."""
    text = re.sub(rf"^([{SIGNS}])\s*\(", r"(\1", text.strip())
    text = text if text.startswith("(") else FOOTNOTE.sub("", text)
    match = NUMBER.fullmatch(text)
    if match is None or bool(match["open"]) != bool(match["close"]):
        return None
    digits = plain_digits(match["digits"], comma_decimal)
    if digits is None or len(digits.replace(".", "")) > MOST_DIGITS:
        return None
    sign, tail = match["sign"] or "", match["tail"] or match["percent"] or ""
    prefix = CURRENCIES.get(sign.lower(), sign)
    value, suffix = float(digits), ""
    if tail in SIGNS or tail.lower() in CURRENCIES:
        prefix = prefix or CURRENCIES.get(tail.lower(), tail)
    elif tail.lower() in MULTIPLES and (prefix or tail.lower() not in MONEY_ONLY):
        value *= MULTIPLES[tail.lower()]
        digits = f"{value:.0f}" if value == int(value) else digits
    elif tail.lower() in UNITS:
        suffix = "%" if tail == "%" else f" {tail}"
    elif tail:
        return None
    negative = bool(match["open"] or match["minus"] in ("-", MINUS) or match["minus2"])
    return Amount(-value if negative else value, prefix, suffix, len(digits.partition(".")[2]))


def plain_digits(text: str, comma_decimal: bool) -> str | None:
    """Digits with a point, as Python reads them; None if the separators make no number."""
    bare = re.sub(r"(?<=\d)['’\u00a0\u202f ](?=\d{3}(?!\d))", "", text).strip()
    point, comma = (",", ".") if comma_decimal else (".", ",")
    if not re.fullmatch(rf"(\d+|\d{{1,3}}(\{comma}\d{{3}})+)?(\{point}\d+)?", bare) or not bare:
        return None
    return bare.replace(comma, "").replace(point, ".")


def parse_dates(texts: Sequence[str], filled: Sequence[str]) -> list[str | None] | None:
    """ISO dates if exactly one way of writing dates reads every filled cell (3/4 alone could be either)."""
    if not filled or not DATE_LIKE.fullmatch(filled[0]):
        return None
    different = list(dict.fromkeys(filled))
    readings: list[dict[str, str]] = []
    for form in DATE_FORMATS:
        read: dict[str, str] = {}
        for text in different:
            day = _date(text, form)
            if day is None:
                break
            read[text] = day
        if len(read) == len(different) and read not in readings:
            readings.append(read)
    return [readings[0].get(text) for text in texts] if len(readings) == 1 else None


def _date(text: str, form: str) -> str | None:
    try:
        return datetime.strptime(text, form).date().isoformat()
    except ValueError:
        return None


def comma_decimal_in(cells: Sequence[str]) -> bool:
    """Whether a column writes 1.234,5: some cell can be read in no other way, and none says the opposite."""
    found = [match["digits"].strip() for cell in cells if (match := NUMBER.fullmatch(cell.strip()))]
    says = any(COMMA_DECIMAL.fullmatch(text) and not THOUSANDS_COMMA.fullmatch(text) for text in found)
    return says and not any(POINT_DECIMAL.fullmatch(text) and not THOUSANDS_POINT.fullmatch(text) for text in found)


def two_styles(cells: Sequence[str]) -> bool:
    found = [match["digits"].strip() for cell in cells if (match := NUMBER.fullmatch(cell.strip()))]
    comma = any(COMMA_DECIMAL.fullmatch(text) and not THOUSANDS_COMMA.fullmatch(text) for text in found)
    return comma and any(POINT_DECIMAL.fullmatch(text) and not THOUSANDS_POINT.fullmatch(text) for text in found)


def rounded(value: float, decimals: int) -> Decimal:
    """As people round: a half goes up, in the decimals that are seen and not in binary."""
    return Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP, Context(MOST_DECIMALS))

"""A cell that is a number, and columns of them.

Where a text can be read in two ways, the column decides; where that can't, it is not read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache

from lamplight.rag.lexicon.numbers import (
    CODES,
    DIGITS,
    MINUS,
    MONEY_ONLY,
    SCALES,
    SIGN_OF,
    SIGNS,
    currency_of,
    is_unit,
    read_digits,
)

NUMBER = re.compile(
    rf"(?P<open>\()?\s*(?P<minus>[-\u2013{MINUS}+])?\s*(?P<sign>[{SIGNS}]|(?:US|CA|AU)\$|(?:{CODES})|(?:Rs|Fr)\.?)?\s*"
    rf"(?P<minus2>[-\u2013{MINUS}])?\s*(?P<digits>\d[\d.,'’\u00a0\u202f ]*|\.\d+)\s*"
    rf"(?P<tail>[{SIGNS}]|%|[^\W\d_]{{1,8}}[²°]?|°[CF])?\.?\s*(?P<close>\))?\s*"
    rf"(?P<last>[%{SIGNS}])?"
)
NUMBERS = re.compile(rf"(?P<minus>(?<![\w.,])[-–{MINUS}])?(?P<digits>{DIGITS})")
LABEL = re.compile(
    rf"(?<![^\W\d_])(?!(?:(?<=\d)|(?<=\d ))(?:{'|'.join(SCALES)})\b)[^\W\d_]+[.:-]?", re.IGNORECASE
)  # and what is counted, but no "million" behind a number
NO_CENTS = re.compile(r"(?<=\d)([.,])[-–—]+")
FOOTNOTE = re.compile(  # a raised one stands behind the number, and 10⁶ is a power
    r"\s*(?:\(\d{1,2}\)|\[\d{1,2}\]|[*†‡]|(?<=[\d)%])(?<!\b10)[⁰¹²³⁴-⁹]+)+\s*$"
)
PARTED_BY_POINTS = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+")
OF_A_THOUSAND = 3  # digits
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
def parse_amount(text: str, comma_decimal: bool | None = False) -> Amount | None:
    """A number as people write it: separators, (negative), currency, %, "k" and "bn"; None for anything else.

    `comma_decimal` says how the column writes; None where there is none, as in `read_digits`.
    """
    text = re.sub(rf"^([{SIGNS}])\s*\(", r"(\1", NO_CENTS.sub(r"\g<1>00", text.strip()))
    text = text if text.startswith("(") else FOOTNOTE.sub("", text)
    match = NUMBER.fullmatch(text)
    if match is None or bool(match["open"]) != bool(match["close"]):
        return None
    digits = read_digits(match["digits"], comma_decimal)
    if digits is None or len(digits.replace(".", "")) > MOST_DIGITS:
        return None
    last = match["last"] or ""
    tail = match["tail"] or last
    prefix, lower = _shown(match["sign"] or (last if last in SIGNS else "")), tail.lower()
    value, suffix = float(digits), ""
    if currency_of(tail):
        prefix = prefix or _shown(tail)
    elif lower in SCALES and (prefix or lower not in MONEY_ONLY):
        value *= SCALES[lower]
        digits = f"{value:.0f}" if value == int(value) else digits
    elif is_unit(lower):
        suffix = "%" if tail == "%" else f" {tail}"
    elif tail:
        return None
    negative = bool(match["open"] or match["minus"] not in (None, "+") or match["minus2"])
    return Amount(-value if negative else value, prefix, suffix, len(digits.partition(".")[2]))


def _shown(currency: str) -> str:
    """Its sign, or its code and a blank."""
    sign = SIGN_OF.get(currency_of(currency), currency.strip())
    return f"{sign} " if sign.isalpha() else sign


def first_number(text: str, comma_decimal: bool | None = None) -> float | None:
    """The number that a text is, or else the first in it: 24 of "W 24-17"."""
    amount = parse_amount(text, comma_decimal)
    if amount is not None:
        return amount.value
    return next(map(float, _numbers(text, comma_decimal)), None)


def only_number(text: str) -> Decimal | None:
    """The number in a cell, with a currency or a label or not; None if there is none, or several."""
    amount = parse_amount(text, None) or parse_amount(LABEL.sub(" ", text), None)
    if amount is not None:
        return rounded(amount.value, amount.decimals)
    found = _numbers(text, None)
    return found[0] if len(found) == 1 else None


def _numbers(text: str, comma_decimal: bool | None) -> list[Decimal]:
    """Where the separators make no number, as in 1.2.3, each part is one."""
    found = []
    for match in NUMBERS.finditer(text):
        digits = read_digits(match["digits"], comma_decimal)
        parts = [digits] if digits else re.findall(r"\d+", match["digits"])
        found += [Decimal(f"{'-' if match['minus'] else ''}{part}") for part in parts]
    return found


def comma_decimal_in(cells: Sequence[str]) -> bool:
    """Whether a column writes 1.234,5: some cell can be read in no other way, and none says the opposite."""
    return decimal_comma([cells]) is True


def decimal_comma(columns: Sequence[Sequence[str]]) -> bool | None:
    """Whether a table writes 1.234,5; None where nothing tells what 1.234 is in those columns that `are_unclear`."""
    styles = [_styles(cells) for cells in columns]
    unclear = [cells for cells in columns if are_unclear(cells)]
    if {True} in styles:
        return True
    if not unclear or any(False in style for style in styles):
        return False
    return any(map(_are_thousands, unclear)) or None


def are_unclear(cells: Sequence[str]) -> bool:
    """Whether each number of a column that has a separator at all is written 1.234."""
    parted = [match["digits"].strip() for match in _numbers_of(cells) if not match["digits"].strip().isdigit()]
    return bool(parted) and all(map(PARTED_BY_POINTS.fullmatch, parted))


def _are_thousands(cells: Sequence[str]) -> bool:
    """Whether what is written 1.234 stands beside hundreds, or is money that would have three decimals: 12.500 €."""
    for match in _numbers_of(cells):
        digits, behind = match["digits"].strip(), match["tail"] or match["last"] or ""
        hundreds = digits.isdigit() and len(digits) == OF_A_THOUSAND
        money = currency_of(behind) or currency_of(match["sign"] or "") == "eur"
        if hundreds or (money and "." in digits and len(digits.partition(".")[0]) > 1):
            return True
    return False


def two_styles(cells: Sequence[str]) -> bool:
    """Whether one cell can only be read with a decimal comma (1.234,5) and another only with a point (1,234.5)."""
    return len(_styles(cells)) > 1


def _styles(cells: Sequence[str]) -> set[bool]:
    """Whether the decimals of those cells that can be read in one way only stand behind a comma."""
    found = [match["digits"] for match in _numbers_of(cells)]
    ways = [(read_digits(text, False), read_digits(text, True)) for text in found]
    return {comma is not None for point, comma in ways if (point is None) != (comma is None)}


def _numbers_of(cells: Sequence[str]) -> list[re.Match[str]]:
    return [match for cell in cells if (match := NUMBER.fullmatch(cell.strip()))]


def rounded(value: float, decimals: int) -> Decimal:
    """As people round: a half goes up, in the decimals that are seen and not in binary."""
    return Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP, Context(MOST_DECIMALS))

"""Values as Office shows them by their number format (ECMA-376, part 1, 18.8.31): `00000`, `0.0" kg"`, `[h]:mm`."""

from __future__ import annotations

import datetime
import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

GENERAL_DIGITS = 10  # significant ones, as Excel shows in a column of usual width
LONGEST_INTEGER = 10**15  # that is written out
MOST_PLACES = 15
TOKEN = re.compile(
    r'"([^"]*)"?|\\(.)|_.|\*.|(\[(?:h+|m+|s+)\])|(\[[^\]]*\])|(general)|(am/pm|a/p)|(e[+-])|'
    r"(y+|m+|d+|h+|s+)|([0#?])|(@)|(.)",
    re.IGNORECASE | re.DOTALL,
)
KINDS = ("literal", "literal", "elapsed", "bracket", "general", "half", "exponent", "date", "digit", "text", "other")
CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)(-?[\d.]+)\]")
CURRENCY = re.compile(r"\[\$([^\-\]]*)[^\]]*\]")
LOCAL_DATES = {"mm-dd-yy", "m/d/yyyy", "m/d/yy h:mm"}  # built-in formats 14 and 22, shown in the reader's own order
DATES = {
    "yyyy": "%Y", "yyy": "%Y", "yy": "%y", "y": "%y", "mmmm": "%B", "mmm": "%b", "mm": "%m", "m": "%m", "dddd": "%A",
    "ddd": "%a", "dd": "%d", "d": "%d", "hh": "%H", "h": "%H", "minute": "%M", "ss": "%S", "s": "%S",
}  # fmt: skip
EPOCH = datetime.datetime(1899, 12, 30)  # day 0, as days are counted from March 1900 on
DAYS_TO_1904 = 1462  # what workbooks of old Macs count from
LATEST_DAY = 2_958_465  # the last of the year 9999


@dataclass(frozen=True, slots=True)
class _Section:
    """One of a format's parts: its tokens (`KINDS`), and when it holds, if it says so."""

    tokens: tuple[tuple[str, str], ...]
    condition: tuple[str, float] | None
    is_date: bool
    source: str
    colour: str = ""

    def has(self, *kinds: str) -> bool:
        return any(kind in kinds for kind, _ in self.tokens)

    def words(self) -> set[str]:
        """What is written in it besides the number."""
        kinds = ("literal", "other")
        return set("".join(text for kind, text in self.tokens if kind in kinds)) - set(" \xa0.,")


def shown(value: Any, number_format: str) -> str:
    """A value as a person sees it; dates whose order the format leaves to the computer's language as ISO 8601."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime.timedelta):
        value = value / datetime.timedelta(days=1)
    sections = _sections(number_format or "General")
    if isinstance(value, str):
        texts = [section for section in sections if section.has("text")]
        return _with_text(texts[-1], value) if texts else value
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return _moment(value, sections[0])
    try:
        return _number(float(value) if not isinstance(value, int) else value, sections)
    except (InvalidOperation, OverflowError, ValueError):
        return str(value)


def is_date(number_format: str) -> bool:
    """Whether it shows numbers as days, times or durations; its first section decides, and empty is `General`."""
    return _sections(number_format or "General")[0].is_date


@functools.lru_cache(maxsize=1000)
def _sections(number_format: str) -> tuple[_Section, ...]:
    """Those of a format, at most four; without any what is general."""
    parts: list[list[tuple[str, str]]] = [[]]
    sources = [""]
    for match in TOKEN.finditer(number_format):
        if match[0] == ";":
            parts.append([])
            sources.append("")
            continue
        sources[-1] += match[0]
        index = match.lastindex
        if index is not None:
            parts[-1].append((KINDS[index - 1], match[index]))
    return tuple(_section(tokens, source) for tokens, source in zip(parts[:4], sources[:4], strict=True))


def _section(tokens: Sequence[tuple[str, str]], source: str) -> _Section:
    condition, colour = None, ""
    kept: list[tuple[str, str]] = []
    for kind, text in tokens:
        if kind != "bracket":
            kept.append((kind, text))
        elif match := CONDITION.fullmatch(text):
            condition = (match[1], float(match[2]))
        elif match := CURRENCY.fullmatch(text):
            kept.append(("literal", match[1]))
        else:
            colour = text.lower()
    letters = [text for kind, text in kept if kind in ("date", "elapsed")]
    is_date = bool(letters) and not any(kind == "general" for kind, _ in kept)
    return _Section(tuple(kept), condition, is_date, source, colour)


def _number(value: float, sections: tuple[_Section, ...]) -> str:
    section, signed = _chosen(value, sections)
    if section.is_date:
        if section.has("elapsed"):
            return _elapsed(value, section)
        if 0 <= value <= LATEST_DAY:
            seconds = round(value % 1 * 86_400)
            moment = EPOCH + datetime.timedelta(days=int(value), seconds=seconds)
            return _moment(moment.time() if value < 1 else moment, section)
        return _general(value)
    if not section.tokens:
        return ""
    sign = "-" if signed and value < 0 else ""
    if not section.has("digit"):
        written = "".join(_general(abs(value)) if kind == "general" else text for kind, text in section.tokens)
        return (sign if section.has("general", "text") else "") + written.replace("@", _general(abs(value))).strip()
    text = _digits(abs(value), section).strip()
    zero = not any("1" <= letter <= "9" for letter in text)
    return text if zero or not sign else f"-{text}"


def _chosen(value: float, sections: tuple[_Section, ...]) -> tuple[_Section, bool]:
    """The section that holds for a number, and whether its sign is written besides."""
    numbers = [section for section in sections if not section.has("text") or len(sections) == 1] or list(sections)
    if any(section.condition for section in numbers):
        for section in numbers:
            if section.condition is None or _holds(value, *section.condition):
                return section, True
        return numbers[-1], True
    if value < 0 and len(numbers) > 1:
        first, below = numbers[:2]
        # Where the colour alone tells what is below zero, text would lose it.
        return below, below.colour != first.colour and below.words() <= first.words()
    return numbers[2 if value == 0 and len(numbers) > 2 else 0], True


def _holds(value: float, sign: str, limit: float) -> bool:
    order = (value > limit) - (value < limit)
    return {"<": order < 0, ">": order > 0, "=": order == 0, "<=": order <= 0, ">=": order >= 0, "<>": order != 0}[sign]


def _digits(value: float, section: _Section) -> str:
    """A number that is not negative in the places of a section."""
    tokens = [("other", text) if kind == "date" else (kind, text) for kind, text in section.tokens]
    places = [index for index, (kind, _) in enumerate(tokens) if kind == "digit"]
    if ("other", "/") in tokens[places[0] :]:
        return _fraction(value, tokens, places[0])
    point = next((index for index, token in enumerate(tokens) if token == ("other", ".")), len(tokens))
    before = [index for index in places if index < point]
    after = [index for index in places if index > point and not any(kind == "exponent" for kind, _ in tokens[:index])]
    commas = [index for index, token in enumerate(tokens) if token == ("other", ",")]
    last = (before or after)[-1]
    scale = sum(index > last for index in commas)
    grouped = any(before and before[0] < index < before[-1] for index in commas)
    percents = sum(token == ("other", "%") for token in tokens)
    if section.has("exponent"):
        return _with_exponent(value, len(after), tokens)
    amount = Decimal(repr(value)).scaleb(2 * percents - 3 * scale)
    whole, _, decimals = f"{amount.quantize(Decimal(1).scaleb(-len(after)), ROUND_HALF_UP):f}".partition(".")
    filled = _whole(whole, [tokens[index][1] for index in before], grouped)
    kept = len(decimals)
    while kept and decimals[kept - 1] == "0" and tokens[after[kept - 1]][1] != "0":
        kept -= 1
    written = dict(zip(before, filled, strict=True)) | dict(zip(after, decimals[:kept], strict=False))
    parts = []
    for index, (kind, text) in enumerate(tokens):
        if kind == "digit":
            parts.append(written.get(index, ""))
        elif index == point:
            parts.append("." if kept else "")
        elif index not in commas:
            parts.append(text)
    return "".join(parts)


def _whole(number: str, places: Sequence[str], grouped: bool) -> list[str]:
    """What stands in each place before the point; the first has all digits that don't fit in the others."""
    least = len(places) - places.index("0") if "0" in places else 0
    number = "" if number == "0" and not least else number.zfill(least)
    if not places:
        return []
    written = list(number.rjust(len(places))[-len(places) :].replace(" ", "\0"))
    written = ["" if letter == "\0" else letter for letter in written]
    written[0] = number[: max(len(number) - len(places) + 1, 0)]
    if grouped:
        behind = 0
        for index in range(len(written) - 1, -1, -1):
            letters = ""
            for digit in reversed(written[index]):
                letters = digit + ("," if behind and behind % 3 == 0 else "") + letters
                behind += 1
            written[index] = letters
    return written


def _fraction(value: float, tokens: Sequence[tuple[str, str]], first: int) -> str:
    slash = tokens.index(("other", "/"))
    mixed = any(kind != "digit" for kind, _ in tokens[first:slash])  # a whole number, a blank, the numerator
    below = "".join(text for _, text in tokens[slash + 1 :]).strip()
    if below.isdecimal() and int(below):
        parts = Fraction(round(value * int(below)), 1)
        top, bottom = int(parts), int(below)
    else:
        closest = Fraction(value).limit_denominator(10 ** max(below.count("?") + below.count("#"), 1) - 1)
        top, bottom = closest.numerator, closest.denominator
    whole, top = divmod(top, bottom) if mixed else (0, top)
    written = f"{top}/{bottom}" if top or not mixed else ""
    return f"{whole} {written}".strip() if whole or not written else written


def _with_exponent(value: float, places: int, tokens: Sequence[tuple[str, str]]) -> str:
    at = next(index for index, (kind, _) in enumerate(tokens) if kind == "exponent")
    least = sum(kind == "digit" for kind, _ in tokens[at:])
    base, _, exponent = f"{value:.{min(places, MOST_PLACES)}E}".partition("E")
    sign = "-" if exponent[0] == "-" else "+" if tokens[at][1].endswith("+") else ""
    return f"{base}E{sign}{exponent[1:].lstrip('0').zfill(least)}"


def _elapsed(value: float, section: _Section) -> str:
    """Hours that go on after 24, minutes and seconds after 60."""
    codes = [text.strip("[]").lower()[0] for kind, text in section.tokens if kind in ("elapsed", "date")]
    seconds = round(abs(value) * 86_400 / (1 if "s" in codes else 60)) * (1 if "s" in codes else 60)
    left = seconds
    parts = []
    for kind, text in section.tokens:
        size = {"h": 3600, "m": 60, "s": 1}.get(text.strip("[]").lower()[:1], 0)
        if kind not in ("elapsed", "date") or not size:
            parts.append(text)
            continue
        count, left = divmod(left, size)
        parts.append(f"{count:0{len(text.strip('[]'))}}")
    return ("-" if value < 0 else "") + "".join(parts)


def _moment(value: datetime.datetime | datetime.date | datetime.time, section: _Section) -> str:
    codes = [text.lower() for kind, text in section.tokens if kind == "date"]
    timed = any(code[0] in "hs" for code in codes)
    if isinstance(value, datetime.datetime) and not timed:
        value = value.date()
    if section.source.lower() in LOCAL_DATES or not codes:
        return value.isoformat(sep=" ", timespec="minutes") if isinstance(value, datetime.datetime) else str(value)
    dated = any(code[0] in "yd" for code in codes)
    if isinstance(value, datetime.time) and dated:  # day 0, which Excel shows as 0 January 1900
        return value.isoformat("minutes")
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        value = datetime.datetime.combine(value, datetime.time())
    parts: list[str] = []
    before = ""
    for index, (kind, text) in enumerate(section.tokens):
        if kind == "half":
            parts.append(value.strftime("%p"))
        elif kind == "digit" or section.tokens[index + 1 : index + 2] == (("digit", "0"),):
            continue  # parts of a second
        elif kind != "date":
            parts.append(text)
        else:
            code = _date_code(text.lower(), before, section.tokens[index + 1 :])
            before = code
            twelve = section.has("half") and code in ("h", "hh")
            written = value.strftime("%I" if twelve else DATES.get(code, "%B"))
            parts.append(written.lstrip("0") or "0" if len(text) == 1 else written)
    return "".join(parts).strip()


def _date_code(code: str, before: str, after: Sequence[tuple[str, str]]) -> str:
    """`m` is a month, unless it stands behind hours or before seconds."""
    following = next((text.lower() for kind, text in after if kind == "date"), "")
    if code in ("m", "mm") and (before[:1] == "h" or following[:1] == "s"):
        return "minute"
    return code


def _with_text(section: _Section, value: str) -> str:
    return "".join(value if kind == "text" else text for kind, text in section.tokens)


def _general(value: float) -> str:
    if isinstance(value, int) or value.is_integer():
        return str(int(value)) if abs(value) < LONGEST_INTEGER else f"{value:.6g}"
    return f"{value:.{GENERAL_DIGITS}g}"

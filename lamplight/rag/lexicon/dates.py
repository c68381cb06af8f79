"""Dates, months and times of day as they are written, in the languages that Lamplight speaks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

REMEMBERED = 1024  # texts: each is compared with every sentence of an answer
MONTH_NAMES = (  # English | German, French and Spanish, without "ago", which is a word
    "jan january|januar jänner janv janvier ene enero",
    "feb february|februar févr février febr febrero",
    "mar march|märz mär mrz maerz mars marzo",
    "apr april|avr avril abr abril",
    "may|mai mayo",
    "jun june|juni juin junio",
    "jul july|juli juil juillet julio",
    "aug august|août agosto",
    "sep sept september|septembre septiembre setiembre",
    "oct october|okt oktober octobre octubre",
    "nov november|novembre noviembre",
    "dec december|dez dezember déc décembre dic diciembre",
)
ENGLISH_MONTHS = {
    name: number for number, names in enumerate(MONTH_NAMES, start=1) for name in names.partition("|")[0].split()
}
MONTHS = ENGLISH_MONTHS | {
    name: number for number, names in enumerate(MONTH_NAMES, start=1) for name in names.partition("|")[2].split()
}
FULL_NAMES = tuple(names.partition("|")[0].split()[-1] for names in MONTH_NAMES)
MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_ORDINAL = r"(?:st|nd|rd|th|er|\.)?"
_DAY = rf"(?P<d>\d{{1,2}}){_ORDINAL}"
_YEAR = r"(?P<y>\d{4})"
DATES = (
    re.compile(r"(?<!\d)(?P<y>\d{4})(?P<sep>[-/])(?P<m>\d{1,2})(?P=sep)(?P<d>\d{1,2})(?!\d)"),
    re.compile(r"\b(?P<n1>\d{1,2})(?P<sep>[/.-])(?P<n2>\d{1,2})(?P=sep)(?P<y>\d{4}|\d\d)\b"),
    re.compile(r"(?<!\d)(?:(?P<y>\d{4})年)?(?P<m>\d{1,2})月(?:(?P<d>\d{1,2})[日号])?"),
    re.compile(rf"\b(?P<d>\d{{1,2}})-(?P<mon>{MONTH})-(?P<y>\d{{4}}|\d\d)\b", re.I),
    re.compile(rf"\b{_DAY}(?: of| de)? ?(?P<mon>{MONTH})\b\.?(?:,?(?: del?)? {_YEAR})?", re.I),
    re.compile(rf"\b(?P<mon>{MONTH})\b\.? (?P<d>\d{{1,2}})(?:st|nd|rd|th)?\b(?!:)(?:,? {_YEAR})?", re.I),
    re.compile(rf"\b(?P<mon>{MONTH})\b\.?,?(?: de)? {_YEAR}\b", re.I),
    re.compile(rf"\b(?P<mon>{'|'.join(name for name in FULL_NAMES if name != 'may')})\b", re.I),
    re.compile(rf"\A(?P<mon>{MONTH})\.?\Z", re.I),  # nothing else
)
MAY = re.compile(r"\bmay\b(?! \d{4}\b)")  # the verb
TIME = re.compile(r"(?<![\d:])(\d{1,2}):(\d\d)(?::\d\d)?\b")
AFTER_DAY = re.compile(r"(?:[T ]\d{1,2}:\d\d(?::\d\d)?)?")  # in a cell that is a date
LIKE_A_VERSION = re.compile(r"\d{1,2}([.-])\d{1,2}\1\d\d")  # 1.2.10
SLASHED = re.compile(r"(\d{1,2})[/-]\d{1,2}[/-]")
HISTORIC_YEAR = re.compile(r"(?<!\d)(?:1[5-9]|20)\d\d(?!\d)")  # FY2024 and 2024年 too


@dataclass(frozen=True, slots=True)
class Date:
    """Day, month and year, 0 where not said. `swapped` is the other reading, (day, month), of 01/11/2024."""

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
    text = text.replace("\u00a0", " ").replace("\u202f", " ")
    verbs = [match.start() for match in MAY.finditer(text)]
    for pattern in DATES:
        for match in pattern.finditer(text):
            if any(date.start < match.end() and match.start() < date.end for date in found) or match.start() in verbs:
                continue
            read = _date(match)
            if read is not None:
                found.append(read)
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
        elif day <= 12 and day != month and groups["sep"] != ".":  # with points the day comes first
            swapped = (month, day)
    else:
        month = MONTHS[groups["mon"].lower()] if groups.get("mon") else int(groups["m"])
        day = int(groups.get("d") or 0)
    return Date(day, month, year, *match.span(), swapped) if 0 <= month <= 12 and 0 <= day <= 31 else None


def clock_times_of(text: str) -> list[tuple[int, int]]:
    """Hours and minutes written 16:30."""
    return [(int(match[1]), int(match[2])) for match in TIME.finditer(text)]


def years_in_order(text: str) -> list[int]:
    """From 1500 on, as they stand in a text."""
    return [int(match) for match in HISTORIC_YEAR.findall(text)]


def parse_dates(texts: Sequence[str], filled: Sequence[str]) -> list[str | None] | None:
    """ISO dates if each of the `filled` texts is a whole day; which of 3/4/25 is the month, another one must say."""
    days: dict[str, Date] = {}
    for text in dict.fromkeys(filled):
        day = _whole_day(text)
        if day is None:
            return None
        days[text] = day
    month_first = is_month_first(list(days))
    if not days or (month_first is None and any(day.swapped for day in days.values())):
        return None
    try:
        iso = {text: _iso(day, bool(month_first)) for text, day in days.items()}
    except ValueError:  # the 31st of February
        return None
    return [iso.get(text) for text in texts]


def is_month_first(texts: Sequence[str]) -> bool | None:
    """Which of 3/4/25 is the month, as the dates among `texts` say that can be read in one way; None if they don't."""
    found = {
        int(match[1]) == date.month
        for text in texts
        for date in dates_of(text)
        if date.day > 12 and (match := SLASHED.match(text[date.start :]))
    }
    return found.pop() if len(found) == 1 else None


def _whole_day(text: str) -> Date | None:
    found = dates_of(text)
    if len(found) != 1 or LIKE_A_VERSION.fullmatch(text) or not AFTER_DAY.fullmatch(text[found[0].end :]):
        return None
    day = found[0]
    return day if day.start == 0 and day.day and day.month and day.year else None


def _iso(read: Date, month_first: bool) -> str:
    day, month = read.swapped if read.swapped and month_first else (read.day, read.month)
    return date(read.year, month, day).isoformat()

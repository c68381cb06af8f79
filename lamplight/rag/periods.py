"""The times a question speaks of, and how documents and their names may write them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lamplight.rag.lexicon.dates import MONTHS, Date, dates_of
from lamplight.rag.lexicon.numbers import NUMBER_WORDS

YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
SHORT_YEAR = re.compile(r"\b(?:FY|CY)\s?['’]?(\d\d)\b", re.IGNORECASE)
QUARTER = re.compile(r"(?<![A-Za-z])Q([1-4])(?!\d)|(?<!\d)([1-4])Q(?![A-Za-z])", re.IGNORECASE)
SPAN = re.compile(r"\b(\d+|three|six|nine|twelve)[\s-](months?|weeks?)\b|\b(quarter|year)s?\sended\b", re.IGNORECASE)
WEEKS = 13 / 3  # in a month
IN_QUARTER, IN_YEAR = 3, 12  # months
EARLY = 2  # the month: a fiscal year that ends by then is mostly named by the year before
PERIOD = re.compile(rf"\b(?:(?:FY|CY)\s?['’]?\d\d(?:\d\d)?|{YEAR.pattern}|Q[1-4]|[1-4]Q)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Periods:
    """`years` and `quarters` as numbers, whole `dates`, and the spans of the text where any of them stands."""

    years: frozenset[int]
    quarters: frozenset[int]
    dates: tuple[Date, ...]
    spans: tuple[tuple[int, int], ...]


def periods_of(text: str) -> Periods:
    """Years ("FY22" too), quarters, and dates that have a day, a month and a year."""
    dates = tuple(date for date in dates_of(text) if date.day and date.month and date.year)
    years = {int(match[0]) for match in YEAR.finditer(text)} | {date.year for date in dates}
    years |= {2000 + int(match[1]) for match in SHORT_YEAR.finditer(text)}
    quarters = {int(match[1] or match[2]) for match in QUARTER.finditer(text)}
    spans = [match.span() for match in PERIOD.finditer(text)] + [(date.start, date.end) for date in dates]
    return Periods(frozenset(years), frozenset(quarters), dates, tuple(spans))


def months_of(span: re.Match[str]) -> int:
    """How many months a match of `SPAN` means."""
    if span[3]:
        return IN_QUARTER if span[3].lower() == "quarter" else IN_YEAR
    count = NUMBER_WORDS.get(span[1].lower()) or int(span[1])
    return round(count / WEEKS) if span[2].lower().startswith("week") else count


def spellings(date: Date) -> list[str]:
    """How a text may write a date, as the words a full-text index makes of it: separators don't matter."""
    readings = [(date.day, date.month), *([date.swapped] if date.swapped else [])]
    return list(dict.fromkeys(text for day, month in readings for text in _written(day, month, date.year)))


def _written(day: int, month: int, year: int) -> Iterator[str]:
    names = [name for name, number in MONTHS.items() if number == month]
    for written in (f"{year}", f"{year % 100:02d}"):
        for days, months in ((f"{day:02d}", f"{month:02d}"), (f"{day}", f"{month}")):
            yield f"{days} {months} {written}"
            yield f"{months} {days} {written}"
            yield f"{written} {months} {days}"
            for name in names:
                yield f"{days} {name} {written}"
                yield f"{name} {days} {written}"

"""The times that a question speaks of and those of a table's rows and columns, and whether they agree."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lamplight.rag.lexicon.dates import dates_of
from lamplight.rag.periods import EARLY, IN_QUARTER, IN_YEAR, QUARTER, SHORT_YEAR, SPAN, YEAR, months_of

ORDINALS = {
    word: number
    for number, words in enumerate(
        ("first erste premier primer 1st", "second zweite deuxième segundo 2nd", "third dritte troisième tercer 3rd",
         "fourth last vierte quatrième cuarto 4th"), 1,
    )
    for word in words.split()
}  # fmt: skip
NAMED_QUARTER = re.compile(
    rf"\b({'|'.join(ORDINALS)})[rsn]?\s(?:fiscal\s)?(?:quarter|quartal|trimestre)\b|\b([1-4])\.\s?quartal\b",
    re.IGNORECASE,
)
WHOLE_YEAR = re.compile(r"\b(?:full|whole|entire)[\s-](?:fiscal\s)?year\b", re.IGNORECASE)
UNKNOWN, AGREES, DIFFERS = 0.0, 1.0, -1.0


@dataclass(frozen=True, slots=True)
class NamedTimes:
    """Years, quarters and calendar months as numbers; `span` is how many months are meant, 0 where that isn't said.

    `business` are the years by which businesses call them whose year ends early in the next one.
    """

    years: frozenset[int] = frozenset()
    business: frozenset[int] = frozenset()
    quarters: frozenset[int] = frozenset()
    months: frozenset[int] = frozenset()
    span: int = 0
    is_dated: bool = False


def named_times_of(text: str) -> NamedTimes:
    """All that a text says of times."""
    dates = dates_of(text)
    years = {int(match[0]) for match in YEAR.finditer(text)} | {
        2000 + int(match[1]) for match in SHORT_YEAR.finditer(text)
    }
    early = {date.year for date in dates if date.year and date.day and date.month <= EARLY}
    business = {year - (year in early) for year in years}
    quarters = {int(match[1] or match[2]) for match in QUARTER.finditer(text)}
    quarters |= {int(match[2] or ORDINALS[match[1].lower()]) for match in NAMED_QUARTER.finditer(text)}
    spans = [months_of(match) for match in SPAN.finditer(text)]
    span = spans[0] if spans else IN_QUARTER if quarters else IN_YEAR if WHOLE_YEAR.search(text) else 0
    months = {date.month for date in dates if date.month}
    is_dated = any(date.day and date.month for date in dates)
    return NamedTimes(frozenset(years), frozenset(business), frozenset(quarters), frozenset(months), span, is_dated)


def year_fit(asked: NamedTimes, told: NamedTimes) -> float:
    """Whether one of the years is that of the other, 0 where one of them names none."""
    own = told.years if asked.is_dated else told.business
    return _fit(asked.years, own)


def span_fit(asked: NamedTimes, told: NamedTimes) -> float:
    """Whether as many months are meant; a question that only names a year means all of it."""
    wanted = asked.span or (IN_YEAR if asked.years and not asked.months else 0)
    if not wanted or not told.span:
        return UNKNOWN
    return AGREES if wanted == told.span else DIFFERS


def part_fit(asked: NamedTimes, told: NamedTimes) -> float:
    """Whether the quarter or month of a year is the same, 0 where one of them names none."""
    if asked.quarters and told.quarters:
        return _fit(asked.quarters, told.quarters)
    return _fit(asked.months, told.months)


def _fit(asked: frozenset[int], told: frozenset[int]) -> float:
    if not asked or not told:
        return UNKNOWN
    return AGREES if asked & told else DIFFERS

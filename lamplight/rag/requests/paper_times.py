"""Papers of a day, a month or a year that a request names: "all receipts from March 2018"."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace

from lamplight.library.records import Document
from lamplight.models.intent import WORD
from lamplight.rag.events import Event, ScanProgress
from lamplight.rag.lexicon.dates import Date, dates_of, is_month_first
from lamplight.rag.paper_fields import paper_date
from lamplight.rag.periods import periods_of
from lamplight.rag.requests.request import Materials, Request

LONGEST_PREPOSITION = 4  # letters


def times_of(query: str) -> tuple[list[Date], frozenset[int]]:
    """The days and months that a request names, else its years; a year that is said once is that of each month."""
    years = periods_of(query).years
    asked = [date for date in dates_of(query) if date.month or date.year]
    if len(years) == 1:
        asked = [date if date.year else replace(date, year=next(iter(years))) for date in asked]
    return asked, frozenset() if asked else years


def time_words(query: str) -> frozenset[str]:
    """The words that only say a time, in small letters."""
    spans = [*periods_of(query).spans, *((date.start, date.end) for date in dates_of(query))]
    return frozenset(word.lower() for start, end in spans for word in WORD.findall(query[start:end]))


def prepositions_of_time(query: str) -> frozenset[str]:
    """Short words right before a time, in small letters: "vom März", which says no more than the time does."""
    spans = [*periods_of(query).spans, *((date.start, date.end) for date in dates_of(query))]
    before = [WORD.findall(query[:start])[-1:] for start, _ in spans]
    return frozenset(word.lower() for words in before for word in words if len(word) <= LONGEST_PREPOSITION)


def without_times(query: str) -> str:
    """The query without the times it names and the short words right before them."""
    silent = time_words(query) | prepositions_of_time(query)
    return " ".join(word for word in query.split() if word.strip("?.,!").lower() not in silent)


def of_the_time(
    papers: Sequence[Document], request: Request, materials: Materials
) -> Generator[Event, None, tuple[list[Document], list[Document]]]:
    """Those of the time that the request names, all where it names none, and those whose date can't be read.

    Of 03/02/2018 the month is what the other papers' dates have in that place. All can't be read where it is stopped.
    """
    asked, years = times_of(request.query)
    if not asked and not years:
        return list(papers), []
    written: dict[int, str] = {}
    for number, paper in enumerate(papers):
        yield ScanProgress(number, len(papers))
        if request.lease.cancelled():
            return [], list(papers)
        written[paper.id] = paper_date(paper, materials, request.lookup).text
    month_first = is_month_first(list(written.values()))
    said = {number: _read_as(dates[0], month_first) for number, text in written.items() if (dates := dates_of(text))}
    kept = [
        paper
        for paper in papers
        if (date := said.get(paper.id)) and (any(map(date.states, asked)) if asked else date.year in years)
    ]
    return kept, [paper for paper in papers if paper.id not in said]


def none_of_the_time(count: int, undated: Sequence[Document], request: Request) -> str:
    """What to say where none of `count` papers is of the time that a request names."""
    return request.say("none of the time", count - len(undated)) + without_date(undated, request)


def without_date(undated: Sequence[Document], request: Request) -> str:
    """A paragraph that says how many papers may be of that time, too; empty where all have a date."""
    return "\n\n" + request.say("undated", len(undated)) if undated else ""


def _read_as(date: Date, month_first: bool | None) -> Date:
    if date.swapped is None or month_first is None:
        return date
    day, month = date.swapped if month_first else (date.day, date.month)
    return replace(date, day=day, month=month, swapped=None)

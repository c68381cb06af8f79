"""The documents of the library as a list: of the time and in the order that are asked for, newest first otherwise."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import date

from lamplight.library.records import Document
from lamplight.rag.composition import escape_markdown
from lamplight.rag.events import Rows
from lamplight.rag.lexicon.dates import Date, dates_of
from lamplight.rag.lexicon.pointing import FIRST_ADDED, LONGEST, SHORTEST
from lamplight.rag.periods import periods_of
from lamplight.rag.query import WORD
from lamplight.rag.requests.meant import named
from lamplight.rag.requests.request import CitationList, DirectAnswer, Materials, Request

MOST = 30  # documents that are listed
BEGINNING = 1  # passages of a document in which its first date is looked for


def documents_listed(request: Request, materials: Materials) -> DirectAnswer:
    """Those that are named, or all of those that are asked for, with when they came in."""
    inside, which = request.documents, named(request)
    if which and len(which) < len(inside):
        return as_list(_ordered(which, request)[0], request, materials, dated=True)
    documents, heading = inside, ""
    if _asks_for_time(request.query):
        documents = _of_the_time(inside, request.query, materials)
        if not documents:
            said = request.say("none of time", documents=request.say("document", len(inside)))
            return DirectAnswer(said, refused=True)
        heading = request.say("of time", len(documents), all=f"{len(inside):,}")
    documents, order = _ordered(documents, request)
    heading = heading or request.say(order, documents=request.say("document", len(inside)))
    return as_list(documents, request, materials, heading, dated=True)


def as_list(
    documents: Sequence[Document], request: Request, materials: Materials, heading: str = "", *, dated: bool = False
) -> DirectAnswer:
    """A line for each with its pages and, if `dated`, when it came in; what is asked next may be about one of them."""
    citations = CitationList()
    lines, rows, marks = [], [], []
    for document in documents[:MOST]:
        mark = citations.number(materials.first_line(document))
        added = time.strftime("%Y-%m-%d, %H:%M", time.localtime(document.added_at))  # as it is written everywhere
        said = [request.say("page", document.pages), *([request.say("added", when=added)] if dated else [])]
        marked = f" [{mark}]" if mark else ""
        lines.append(f"- **{escape_markdown(document.name)}**, {', '.join(said)}{marked}")
        rows.append([document.name, f"{document.pages}", added])
        marks.append([mark] * len(rows[-1]))
    more = request.say("more documents", len(documents) - MOST) if len(documents) > MOST else ""
    columns = [request.say(f"column {name}") for name in ("document", "pages", "added")]
    told = "\n\n".join(part for part in (heading, "\n".join(lines), more) if part)
    return citations.told(told, Rows(columns, rows, sources=marks))


def _ordered(documents: Sequence[Document], request: Request) -> tuple[list[Document], str]:
    """In the order that is asked for, and what that is called; as they are, the newest first, where none is."""
    orders: tuple[tuple[frozenset[str], str, Callable[[Document], tuple[float, ...]]], ...] = (
        (LONGEST, "longest first", lambda one: (-one.pages, -one.chunks)),
        (SHORTEST, "shortest first", lambda one: (one.pages, one.chunks)),
        (FIRST_ADDED, "oldest first", lambda one: (one.added_at,)),
    )
    query = request.query.lower()
    said = set(WORD.findall(query))
    for words, called, key in orders:
        # Chinese has no blanks between words.
        if words & said or any(not word.isascii() and word in query for word in words):
            return sorted(documents, key=key), called
    return list(documents), "newest first"


def _asks_for_time(query: str) -> bool:
    return bool(periods_of(query).years) or any(one.month for one in dates_of(query))


def _of_the_time(documents: Sequence[Document], query: str, materials: Materials) -> list[Document]:
    """By the times in their names or else the first date in each; by when they came in if none is of that time."""
    asked = [one for one in dates_of(query) if one.month]
    years = periods_of(query).years

    def fits(times: Sequence[Date], named_years: frozenset[int] = frozenset()) -> bool:
        if asked:
            return any(one.states(wanted) for one in times for wanted in asked)
        return not years.isdisjoint(named_years | {one.year for one in times})

    kept = []
    for document in documents:
        name = document.name.replace("_", " ")
        times, named_years = list(dates_of(name)), periods_of(name).years
        if not times and not named_years:
            chunks = materials.library.passages.of(document.id, BEGINNING)
            times = [one for chunk in chunks for one in dates_of(chunk.text) if one.year][:1]
        if fits(times, named_years):
            kept.append(document)
    return kept or [document for document in documents if fits([_came_in(document)])]


def _came_in(document: Document) -> Date:
    day = date.fromtimestamp(document.added_at)
    return Date(day.day, day.month, day.year, 0, 0)

"""Complete lists: a table of one row for each document, or every line that qualifies, grouped by document."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from lamplight.library.records import Document
from lamplight.models.intent import WORD
from lamplight.rag.composition import escape_markdown
from lamplight.rag.events import Rows, ScanProgress
from lamplight.rag.intent import subject
from lamplight.rag.lexicon.dates import dates_of
from lamplight.rag.lexicon.papers import in_english
from lamplight.rag.lists.answer import CandidateLists, RankedList, is_asked
from lamplight.rag.lists.parts import TitledItems, apart, asked_words, held_in
from lamplight.rag.naming import named_documents
from lamplight.rag.paper_fields import FIELDS, may_be_paper, read_paper
from lamplight.rag.request_language import request_words
from lamplight.rag.requests.counts import stated_count
from lamplight.rag.requests.fields import SEVERAL, TOTAL, FieldValue, read_field, summed
from lamplight.rag.requests.follow_up import orders
from lamplight.rag.requests.items import labelled_items, named_items
from lamplight.rag.requests.meant import by_words, named, of_kind
from lamplight.rag.requests.paper_extremes import with_extreme
from lamplight.rag.requests.paper_times import (
    none_of_the_time,
    of_the_time,
    prepositions_of_time,
    time_words,
    without_date,
)
from lamplight.rag.requests.paper_totals import with_totals
from lamplight.rag.requests.request import AnswerSteps, CitationList, DirectAnswer, Materials, Request
from lamplight.rag.requests.shops import is_said, of_shop
from lamplight.rag.requests.shown import in_order
from lamplight.rag.requests.table_listing import only_table, told_table
from lamplight.rag.requests.told_lists import as_markdown, is_list, told_candidates, told_items, told_list
from lamplight.rag.requests.values import value_named
from lamplight.rag.sentences import item_mark

MOST_DOCUMENTS = 200  # in a table: each takes about 50 ms
CLEARLY = 0.1  # cosine that one of two lists is nearer to what is asked for
MEANT = 0.5  # the probability of a list, from which on it is told
ASIDE = re.compile(r"[,;]|\s(?:and|und|et|y|e|with|mit|avec|con)\s", re.IGNORECASE)


def listing(request: Request, materials: Materials) -> AnswerSteps:
    """A table when documents of a kind are listed with something of each, else the items themselves."""
    if request.intent.detail == "sum":
        return (yield from papers_total(request, materials))
    inside = request.documents
    query = in_english(request.query)
    words = subject(query, "list", materials.models.intents)
    naming = named_documents(query, inside, request.lookup.holding)
    # A name is no kind, unless several documents have it: "Invoice 301", "Invoice 302".
    called = [word for word in words.split() if word.lower() not in naming.words - naming.shared]
    kind, left = of_kind(" ".join(called), inside, materials, papers=True)
    by_kind = len(left) < len(called)
    of_one, shop = of_shop(query, kind, materials, request.lookup) if by_kind else ([], frozenset())
    of_time = time_words(query)  # every document that says March 2023 somewhere would be named by it
    some = [one for one in kind if one.id in naming.documents] if naming.words - of_time else []
    if by_kind and 0 < len(some) < len(kind):
        kind = some  # the receipts of one shop
    kind = [one for one in kind if one in of_one] or kind
    silent = naming.words | orders(query) | request_words(request.language) | of_time | prepositions_of_time(query)
    left = [word for word in left if word.lower() not in silent and not is_said(word, shop)]
    fields = _fields(query, left)
    if by_kind and (fields or len(kind) < len(inside) or not left):
        told = yield from told_kind(kind, fields, request, materials)
    else:
        told = _items(words, request, materials) if words else None
    return (yield from in_order(told, words.split(), request, materials)) if told is not None else None


def told_kind(kind: Sequence[Document], fields: Sequence[str], request: Request, materials: Materials) -> AnswerSteps:
    """Those of the time that is named; of receipts, where nothing else is asked, what each says of itself."""
    papers, undated = yield from of_the_time(kind, request, materials)
    if len(undated) == len(kind):
        papers, undated = list(kind), []
    if not papers:
        return DirectAnswer(none_of_the_time(len(kind), undated, request))
    if not fields and all(may_be_paper(one, materials) for one in papers):
        fields = FIELDS
    told = yield from told_papers(papers, fields, request, materials)
    return replace(told, text=f"{told.text}{without_date(undated, request)}") if told is not None else None


def _fields(query: str, left: Sequence[str]) -> list[str]:
    """What is wanted of each document: the words that are left, apart where a comma or "and" stands between them."""
    wanted = {word.lower() for word in left}
    parts = [[word for word in WORD.findall(part) if word.lower() in wanted] for part in ASIDE.split(query)]
    return [" ".join(part) for part in parts if part]


def papers_total(request: Request, materials: Materials) -> AnswerSteps:
    """What the receipts and invoices that are meant come to together, above the total of each."""
    which = named(request)
    of_one: list[Document] = []
    if not which:
        words = in_english(request.query)
        which, left = of_kind(words, request.documents, materials, papers=True)
        of_one, _ = of_shop(request.query, which, materials, request.lookup)
        which = of_one or (which if len(left) < len(WORD.findall(words)) else [])
    papers = [one for one in which if may_be_paper(one, materials)]
    every = len(papers)
    papers, undated = yield from of_the_time(papers, request, materials)
    if every >= SEVERAL and not papers and len(undated) < every:
        return DirectAnswer(none_of_the_time(every, undated, request))
    if undated:  # they may be of that time, too
        papers = []
    is_timed = len(papers) < every
    if len(papers) < (1 if is_timed else SEVERAL) or (
        not of_one and stated_count(request.query) not in (0, len(papers))
    ):
        request.adds_up = not papers
        return None  # "the two petrol receipts" are not all twenty
    told = yield from told_papers(papers, [TOTAL], request, materials)
    if told is not None and (extreme := with_extreme(told, request, materials)) is not None:
        return extreme
    added = with_sum(told, len(papers))
    all_read = told is not None and told.rows is not None and len(told.rows.rows) == len(papers)
    return None if all_read and added is told else added  # amounts that can't be added up


def with_sum(told: DirectAnswer | None, count: int) -> DirectAnswer | None:
    """With the sum of the totals above them, where all of `count` papers were read: that of some isn't the answer."""
    if told is None or told.rows is None or len(told.rows.rows) < count:
        return told
    together = told.rows.sums[1] if told.rows.sums else told.rows.rows[0][1] if count == 1 else ""
    if not together:
        return told
    return replace(told, text=f"**{escape_markdown(together)}**\n\n{told.text}", short=together)


def told_papers(
    documents: Sequence[Document], fields: Sequence[str], request: Request, materials: Materials
) -> AnswerSteps:
    """A row for each with these fields; None if it was stopped before its first row."""
    read: list[tuple[Document, list[FieldValue]]] = []
    ordered = sorted(documents, key=lambda document: document.name)[:MOST_DOCUMENTS]
    for number, document in enumerate(ordered):
        if request.lease.cancelled():
            break
        yield ScanProgress(number, len(ordered))
        read.append((document, _read(document, fields, request, materials)))
    read = with_totals(fields, read, request, materials)
    if _is_mostly_silent(read):  # "those that I paid by card": what says it comes first
        read.sort(key=lambda row: sum(not cell.text for cell in row[1]))
    return told_fields(read, fields, len(documents), request, materials) if read else None


def _read(document: Document, fields: Sequence[str], request: Request, materials: Materials) -> list[FieldValue]:
    if fields is FIELDS and (known := read_paper(document, materials, request.lookup)):
        return [known[field] for field in fields]
    return [read_field(field, document, materials, request.lookup) for field in fields]


def _is_mostly_silent(read: Sequence[tuple[Document, Sequence[FieldValue]]]) -> bool:
    """Whether most documents don't say something that is asked of them: then it may ask for those that do."""
    columns = zip(*(cells for _, cells in read), strict=True)
    return any(sum(not cell.text for cell in column) * 2 > len(read) for column in columns)


def told_fields(
    read: Sequence[tuple[Document, Sequence[FieldValue]]],
    fields: Sequence[str],
    count: int,
    request: Request,
    materials: Materials,
) -> DirectAnswer:
    """A row for each document that was read, of `count`."""
    citations = CitationList()
    rows: list[list[str]] = []
    marks: list[list[int]] = []
    for document, cells in read:
        own = [citations.number(cell.sentence) for cell in cells]
        rows.append([document.name, *(cell.text for cell in cells)])
        marks.append([next(filter(None, own), 0) or citations.number(materials.first_line(document)), *own])
    columns = [[row[column] for row in rows] for column in range(1, len(fields) + 1)]
    sums = ["", *("" if any(map(dates_of, column)) else summed(column) for column in columns)]
    is_added_up = any(sums) and not _is_mostly_silent(read)  # the sum of all may not be that of those that are meant
    table = Rows([request.say("column document"), *fields], rows, sums if is_added_up else [], marks)
    silent = sum(not all(row) for row in rows)
    told = request.say("document", len(rows)) + (request.say("silent", silent) if silent else "") + ":"
    left = count - len(rows)
    unseen = "\n\n" + request.say("documents unseen", left) if left else ""
    return citations.told(f"{told}\n\n{as_markdown(table, request)}{unseen}", table)


def _items(words: str, request: Request, materials: Materials) -> DirectAnswer | None:
    """The rows of a document that is one table, else the list that is surely meant, else what is called so.

    Where nothing is, the lists that may be meant.
    """
    inside, embedder = request.documents, materials.models.embedder
    value = value_named(words, embedder)
    where = request
    if value is not None:  # a mail about deadlines is not all that has some
        place = " ".join(
            word for word in WORD.findall(request.query) if value_named(in_english(word), embedder) is None
        )
        where = replace(request, query=place)
    which = named(where) or by_words(where, inside) or inside
    wanted = " ".join(word for word in words.split() if not _names(word, which, inside)) or words
    if len(which) == 1 and (table := only_table(which[0], materials)) is not None:
        return told_table(which[0], table, wanted, request, materials)
    value = value_named(wanted, embedder)
    if value is None and (items := labelled_items(wanted, which, materials)):
        return told_items(items, len(which), request)
    ranked: list[RankedList] = []
    if value is None:
        search = materials.finder.search(request.query, scope=request.scope, lookup=request.lookup)
        ranked = CandidateLists(search, wanted, materials.library, materials.models).ranked()
    if ranked and is_meant(ranked[0], request.query) and is_list(ranked[0].found):
        return told_list(part_asked(ranked[0].found, wanted, materials), request)
    if items := named_items(wanted, which, value, materials):
        return told_items(items, len(which), request)
    return told_candidates(ranked, request) if ranked else None


def part_asked(found: TitledItems, wanted: str, materials: Materials) -> TitledItems:
    """Of lists that follow each other under one heading, ingredients and steps, what clearly is asked for; else all.

    By the words that the heading doesn't say.
    """
    parts = apart(found.items)
    words = asked_words(wanted)
    rest = " ".join(word for word, held in zip(words, held_in(words, found.title), strict=True) if not held)
    if len(parts) == 1 or not rest:
        return found
    bare = ["; ".join(item.text[item_mark(item.text) :].strip() for item in part) for part in parts]
    vectors = materials.models.embedder.encode([rest, *bare])
    *_, second, best = sorted((float(likeness), place) for place, likeness in enumerate(vectors[1:] @ vectors[0]))
    return replace(found, items=parts[best[1]]) if best[0] - second[0] >= CLEARLY else found


def is_meant(best: RankedList, query: str) -> bool:
    """Surely; some rows of a table only if the request has a word of what sets them apart, else all may be meant."""
    return best.probability >= MEANT and is_asked(best.found, query)


def _names(word: str, which: Sequence[Document], inside: Sequence[Document]) -> bool:
    """Whether a word only says which documents are meant."""
    return len(which) < len(inside) and any(word.lower() in document.name.lower() for document in which)

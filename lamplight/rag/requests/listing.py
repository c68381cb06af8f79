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
from lamplight.rag.lexicon.papers import in_english
from lamplight.rag.naming import named_documents
from lamplight.rag.paper_fields import may_be_paper
from lamplight.rag.requests.fields import SEVERAL, read_field, summed
from lamplight.rag.requests.items import MOST_ITEMS, ListItems, items_of
from lamplight.rag.requests.meant import by_words, named, of_kind
from lamplight.rag.requests.request import AnswerSteps, CitationList, DirectAnswer, Materials, Request
from lamplight.rag.sentences import units_of

MOST_DOCUMENTS = 200  # in a table: each takes about 50 ms
MOST_ROWS = 200
TOTAL = "total"  # the field of a receipt
ASIDE = re.compile(r"[,;]|\s(?:and|und|et|y|e|with|mit|avec|con)\s", re.IGNORECASE)


def listing(request: Request, materials: Materials) -> AnswerSteps:
    """A table when documents of a kind are listed with something of each, else the items themselves."""
    if request.intent.detail == "sum":
        return (yield from _total(request, materials))
    inside = request.documents
    query = in_english(request.query)
    words = subject(query, "list", materials.models.intents)
    naming = named_documents(query, inside, request.lookup.holding)
    called = [word for word in words.split() if word.lower() not in naming.words]  # a name is no kind
    kind, left = of_kind(" ".join(called), inside, materials, papers=True)
    by_kind = len(left) < len(called)
    if by_kind and 0 < len(some := [one for one in kind if one.id in naming.documents]) < len(kind):
        kind = some  # the receipts of one shop
    fields = _fields(query, left)
    if by_kind and (fields or len(kind) < len(inside) or not left):
        return (yield from _table(kind, fields, request, materials))
    if words:
        return (yield from _items(words, request, materials))
    return None


def _fields(query: str, left: Sequence[str]) -> list[str]:
    """What is wanted of each document: the words that are left, apart where a comma or "and" stands between them."""
    wanted = {word.lower() for word in left}
    parts = [[word for word in WORD.findall(part) if word.lower() in wanted] for part in ASIDE.split(query)]
    return [" ".join(part) for part in parts if part]


def _total(request: Request, materials: Materials) -> AnswerSteps:
    """What the receipts and invoices that are meant come to together, above the total of each."""
    which = named(request)
    if not which:
        words = in_english(request.query)
        which, left = of_kind(words, request.documents, materials, papers=True)
        which = which if len(left) < len(WORD.findall(words)) else []
    papers = [one for one in which if may_be_paper(one, materials)]
    if len(papers) < SEVERAL:
        return None
    told = yield from _table(papers, [TOTAL], request, materials)
    together = told.rows.sums[1] if told is not None and told.rows is not None and told.rows.sums else ""
    if told is None or not together:
        return None
    return replace(told, text=f"**{escape_markdown(together)}**\n\n{told.text}", short=together)


def _table(documents: Sequence[Document], fields: Sequence[str], request: Request, materials: Materials) -> AnswerSteps:
    citations = CitationList()
    rows: list[list[str]] = []
    marks: list[list[int]] = []
    ordered = sorted(documents, key=lambda document: document.name)[:MOST_DOCUMENTS]
    for number, document in enumerate(ordered):
        if request.lease.cancelled():
            break
        yield ScanProgress(number, len(ordered))
        cells = [read_field(field, document, materials, request.lookup) for field in fields]
        own = [citations.number(cell.sentence) for cell in cells]
        rows.append([document.name, *(cell.text for cell in cells)])
        marks.append([next(filter(None, own), 0) or citations.number(materials.first_line(document)), *own])
    sums = ["", *(summed([row[column] for row in rows]) for column in range(1, len(fields) + 1))]
    table = Rows([request.say("column document"), *fields], rows, sums if any(sums) else [], marks)
    silent = sum(not all(row) for row in rows)
    told = request.say("document", len(rows)) + (request.say("silent", silent) if silent else "") + ":"
    left = len(documents) - len(rows)
    unseen = "\n\n" + request.say("documents unseen", left) if left else ""
    return citations.told(f"{told}\n\n{as_markdown(table, request)}{unseen}", table)


def as_markdown(table: Rows, request: Request) -> str:
    """A table whose first column names what each row is about and has the markers of the row; with its sums."""
    lines = [f"| {' | '.join(map(escape_markdown, table.columns))} |", f"|{'---|' * len(table.columns)}"]
    for row, own in zip(table.rows, table.sources, strict=True):
        marked = "".join(f" [{mark}]" for mark in sorted(set(own) - {0}))
        lines.append(
            f"| {' | '.join([escape_markdown(row[0]) + marked, *(escape_markdown(cell) or '–' for cell in row[1:])])} |"
        )
    if table.sums:
        summed_up = " | ".join(f"**{escape_markdown(one)}**" if one else "" for one in table.sums[1:])
        lines.append(f"| **{request.say('sum')}** | {summed_up} |")
    return "\n".join(lines)


def _items(words: str, request: Request, materials: Materials) -> AnswerSteps:
    """All rows of a document that is one table, else what is called so."""
    inside = request.documents
    which = named(request) or by_words(request, inside) or inside
    wanted = " ".join(word for word in words.split() if not _names(word, which, inside)) or words
    if len(which) == 1 and (table := _whole_table(which[0], request, materials)) is not None:
        return table
    found = yield from items_of(wanted, which, request, materials)
    return told_items(found, len(which), request) if found.items else None


def _whole_table(document: Document, request: Request, materials: Materials) -> DirectAnswer | None:
    """All rows of a document that is one table; None for any other."""
    chunks = materials.library.passages.of(document.id)
    tables = materials.library.tables.of([document.id])
    if len(tables) != 1 or any(chunk.kind != "table" for chunk in chunks):
        return None
    table, sources = tables[0], CitationList()
    units = {" ".join(unit.text.split()): unit for chunk in chunks for unit in units_of(chunk)}
    lines = [f"| {' | '.join(map(escape_markdown, table.columns))} |", f"|{'---|' * len(table.columns)}"]
    marks = []
    for row in table.rows[:MOST_ROWS]:
        mark = sources.number(units.get(" ".join(" | ".join(row).split())))
        marks.append([mark] * len(row))
        lines.append(f"| {' | '.join(map(escape_markdown, row))}{f' [{mark}]' if mark else ''} |")
    more = "\n\n" + request.say("only first", MOST_ROWS) if len(table.rows) > MOST_ROWS else ""
    told = request.say("in", what=request.say("row", len(table.rows)), where=escape_markdown(document.name))
    kept = Rows(table.columns, table.rows[:MOST_ROWS], sources=marks)
    return sources.told(f"{told}\n\n" + "\n".join(lines) + more, kept)


def _names(word: str, which: Sequence[Document], inside: Sequence[Document]) -> bool:
    """Whether a word only says which documents are meant."""
    return len(which) < len(inside) and any(word.lower() in document.name.lower() for document in which)


def told_items(found: ListItems, documents: int, request: Request) -> DirectAnswer:
    """A list, grouped by document if it is of several, and counted."""
    citations = CitationList()
    rows, marks = [], []
    groups: dict[str, list[str]] = {}
    for unit in found.items[:MOST_ITEMS]:
        mark = citations.number(unit)
        name, text = unit.passage.document, " ".join(unit.text.split())
        groups.setdefault(name, []).append(f"- {escape_markdown(text)} [{mark}]")
        rows.append([name, text])
        marks.append([mark, mark])
    parts = [
        f"**{escape_markdown(name)}** ({len(points)})\n\n" + "\n".join(points) if documents > 1 else "\n".join(points)
        for name, points in groups.items()
    ]
    where = request.say("document", len(groups)) if documents > 1 else escape_markdown(next(iter(groups)))
    told = request.say("in", what=request.say("place", len(rows)), where=where)
    notes = [request.say("only first", MOST_ITEMS)] if len(found.items) > MOST_ITEMS else []
    notes += [request.say("passages unseen", found.unscored)] if found.unscored else []
    table = Rows([request.say("column document"), request.say("column item")], rows, sources=marks)
    return citations.told("\n\n".join([told, *parts, *notes]), table)

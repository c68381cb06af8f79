"""How a list is told: its items with their markers, as a table where they are rows of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lamplight.rag.composition import escape_markdown
from lamplight.rag.events import Rows
from lamplight.rag.lists.answer import RankedList
from lamplight.rag.lists.features import SEPARATORS
from lamplight.rag.lists.parts import TitledItems, enumerated
from lamplight.rag.lists.rows import cells, is_table_row
from lamplight.rag.outline import headings_of
from lamplight.rag.requests.items import MOST_ITEMS
from lamplight.rag.requests.request import CitationList, DirectAnswer, Request
from lamplight.rag.sentences import Sentence, item_mark

MOST_ROWS = 200
MOST_OF_CANDIDATE = 15  # items of a list that only may be meant
LONGEST_TITLE = 100


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


def told_list(found: TitledItems, request: Request) -> DirectAnswer:
    """One list of one document; a sentence that is one is told in its parts."""
    items = found.items if len(found.items) > 1 else enumerated(found.items[0]) or found.items
    heads = _heads_of(items)
    if not heads:
        return told_items(items, 1, request)
    return _told_rows(heads, items[:MOST_ROWS], items[0].passage.document, request)


def is_list(found: TitledItems) -> bool:
    """Whether it has several items, or is a sentence in parts, which may enumerate some."""
    return len(found.items) > 1 or len(SEPARATORS.findall(found.items[0].text)) > 0


def told_candidates(ranked: Sequence[RankedList], request: Request) -> DirectAnswer:
    """The lists that may be meant, likeliest first, each under what it is called, where none surely is."""
    citations, parts, before = CitationList(), [request.say("unsure")], ""
    for one in ranked:
        title, items = one.found.title.strip(" :"), one.found.items[:MOST_OF_CANDIDATE]
        named = [f"**{escape_markdown(title[:LONGEST_TITLE])}**"] if title else []
        heading = " – ".join([*named, escape_markdown(items[0].passage.document)])
        heads = _heads_of(items)
        lines = (
            as_markdown(_rows(heads, items, citations), request)
            if heads
            else "\n".join(f"- {_shown(item)}{citations.mark(item)}" for item in items)
        )
        if heading == before:
            parts[-1] += f"\n\n{lines}" if heads else f"\n{lines}"
        else:
            parts.append(f"{heading}\n\n{lines}")
        before = heading
    return replace(citations.told("\n\n".join(parts)), unsure=True)


def _shown(item: Sentence) -> str:
    """Without the bullet that it has in its document; a number or a letter stays."""
    mark = item_mark(item.text)
    is_bullet = mark and not any(map(str.isalnum, item.text[:mark]))
    return escape_markdown(item.text[mark:] if is_bullet else item.text)


def _heads_of(items: Sequence[Sentence]) -> list[str]:
    """Of the table whose rows these are; nothing if they are no rows of one."""
    rows = [cells(item.text) for item in items]
    if not all(is_table_row(item.text) and len(row) == len(rows[0]) for item, row in zip(items, rows, strict=True)):
        return []
    texts = {item.text for item in items}
    for line in items[0].passage.text.split("\n"):
        if is_table_row(line) and len(cells(line)) == len(rows[0]):
            return cells(line) if line not in texts else []
    return []


def _rows(heads: Sequence[str], items: Sequence[Sentence], citations: CitationList) -> Rows:
    marks = [[citations.number(item)] * len(heads) for item in items]
    return Rows(list(heads), [cells(item.text) for item in items], sources=marks)


def _told_rows(heads: Sequence[str], items: Sequence[Sentence], document: str, request: Request) -> DirectAnswer:
    citations = CitationList()
    table = _rows(heads, items, citations)
    told = request.say("in", what=request.say("row", len(items)), where=escape_markdown(document))
    return citations.told(f"{told}\n\n{as_markdown(table, request)}", table)


def _headings(items: Sequence[Sentence]) -> dict[int, str]:
    """By its passage the heading of each item where each has one of its own, and says little without: "Accepted." """
    above = {item.passage.id: (headings_of(item.passage) or [""])[-1] for item in items}
    own = [heading for heading in above.values() if heading]
    return above if len(above) == len(items) and len(set(own)) == len(own) > 1 else {}


def told_items(found: Sequence[Sentence], documents: int, request: Request) -> DirectAnswer:
    """A list, grouped by document if it is of several, and counted."""
    citations = CitationList()
    rows, marks = [], []
    groups: dict[str, list[str]] = {}
    above = _headings(found)
    for unit in found[:MOST_ITEMS]:
        mark = citations.number(unit)
        name, text = unit.passage.document, " ".join(unit.text.split())
        heading = f"**{escape_markdown(above[unit.passage.id])}:** " if above.get(unit.passage.id) else ""
        groups.setdefault(name, []).append(f"- {heading}{_shown(unit)} [{mark}]")
        rows.append([name, text])
        marks.append([mark, mark])
    parts = [
        f"**{escape_markdown(name)}** ({len(points)})\n\n" + "\n".join(points) if documents > 1 else "\n".join(points)
        for name, points in groups.items()
    ]
    where = request.say("document", len(groups)) if documents > 1 else escape_markdown(next(iter(groups)))
    told = request.say("in", what=request.say("place", len(rows)), where=where)
    notes = [request.say("only first", MOST_ITEMS)] if len(found) > MOST_ITEMS else []
    table = Rows([request.say("column document"), request.say("column item")], rows, sources=marks)
    return citations.told("\n\n".join([told, *parts, *notes]), table)

"""What the rows of a table come to together, with each of them: the operands stand above their sum."""

from __future__ import annotations

from dataclasses import replace

from lamplight.library.records import Table
from lamplight.models.embedder import Embedder
from lamplight.rag.composition import escape_markdown
from lamplight.rag.events import Rows
from lamplight.rag.finding import Finding
from lamplight.rag.paper_fields import may_be_paper
from lamplight.rag.programs.column_sums import OF_FIRST, OF_MULTILINGUAL, Closeness, ColumnSums, column_sums
from lamplight.rag.requests.request import CitationList, DirectAnswer, Materials, Request
from lamplight.rag.requests.told_lists import MOST_ROWS, as_markdown

MOST_TABLES = 40


def added_up(finding: Finding, request: Request, materials: Materials) -> DirectAnswer | None:
    """None unless the request asks for everything of something, and a table of what was found has that."""
    if not (request.adds_up or request.intent.detail == "sum"):
        return None
    search = finding.selection.search
    shown = {passage.document_id for passage in finding.selection.passages}
    inside = [one for one in request.documents if one.id in (search.named or shown)]
    tables = materials.library.tables.of([one.id for one in inside if not may_be_paper(one, materials)])
    if not 0 < len(tables) <= MOST_TABLES:
        return None
    beside = [passage.text for passage in finding.selection.passages]
    embedder, closeness = _embedder(tables, search.unread, materials)
    sums = column_sums(search.timed, tables, embedder, closeness, beside)
    if sums is None or (finding.selection.sure and not sums.clear):
        return None
    return _told(sums, request, materials)


def _embedder(tables: list[Table], unread: frozenset[int], materials: Materials) -> tuple[Embedder, Closeness]:
    """The multilingual one where the first doesn't know the language of the question or of a table."""
    multilingual = materials.models.prepared_multilingual
    if multilingual is not None and any(table.document_id in unread for table in tables):
        return multilingual, OF_MULTILINGUAL
    return materials.models.embedder, OF_FIRST


def _told(sums: ColumnSums, request: Request, materials: Materials) -> DirectAnswer | None:
    document = next((one for one in request.documents if one.id == sums.table.document_id), None)
    if document is None or len(sums.rows) > MOST_ROWS:
        return None
    sources, units = CitationList(), {" ".join(one.text.split()): one for one in materials.lines(document)}
    label = next((place for place in range(len(sums.table.columns)) if place not in sums.columns), 0)
    places = [label, *sums.columns]
    rows, marks = [], []
    for row in (sums.table.rows[number] for number in sums.rows):
        mark = sources.number(units.get(" ".join(" | ".join(row).split())))
        rows.append([row[place] for place in places])
        marks.append([mark] * len(places))
    table = Rows([sums.table.columns[place] for place in places], rows, ["", *sums.sums], marks)
    what = request.say("in", what=request.say("row", len(rows)), where=escape_markdown(document.name))
    parts = [*_head(sums, request), what, as_markdown(table, request)]
    told = replace(sources.told("\n\n".join(parts), table), unsure=not sums.clear)
    return replace(told, short=sums.sums[sums.asked[0]]) if sums.clear and len(sums.asked) == 1 else told


def _head(sums: ColumnSums, request: Request) -> list[str]:
    """The sums that are asked for, each with the head of its column; or that another table may be meant."""
    heads = [sums.table.columns[column] for column in sums.columns]
    if not sums.clear:
        return [request.say("unsure")]
    if len(sums.asked) == 1:
        return [f"**{escape_markdown(sums.sums[sums.asked[0]])}**"]
    told = [f"- {escape_markdown(heads[place])}: **{escape_markdown(sums.sums[place])}**" for place in sums.asked]
    return ["\n".join(told)]

"""A list asked of a document that is one table: all its rows, or those whose cells the request says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain

from lamplight.library.records import Document, Table
from lamplight.rag.composition import escape_markdown
from lamplight.rag.events import Rows
from lamplight.rag.lexicon.dates import dates_of
from lamplight.rag.lexicon.pointing import ALL_BUT
from lamplight.rag.lexicon.quantities import quantities_of
from lamplight.rag.query import WORD
from lamplight.rag.requests.request import CitationList, DirectAnswer, Materials, Request
from lamplight.rag.requests.told_lists import MOST_ROWS
from lamplight.rag.sentences import stems
from lamplight.rag.tables.cells import NO, YES

POSSESSIVE = re.compile(r"['’]s\b")


def only_table(document: Document, materials: Materials) -> Table | None:
    """The table that a document is; None for one that has anything else."""
    tables = materials.library.tables.of([document.id])
    chunks = materials.library.passages.of(document.id)
    return tables[0] if len(tables) == 1 and all(chunk.kind == "table" for chunk in chunks) else None


def told_table(
    document: Document, table: Table, wanted: str, request: Request, materials: Materials
) -> DirectAnswer | None:
    """The rows that are asked for. `wanted` is what the request calls them.

    None where it isn't sure which of them, as with a limit, which is to be computed, or with "not".
    """
    query, wanted = POSSESSIVE.sub("", request.query), POSSESSIVE.sub("", wanted)
    titles = stems(" ".join([document.name.replace("_", " "), document.title, table.name, *table.columns]))
    rest = " ".join(word for word in query.split() if not stems(word) or not stems(word) <= titles)
    if quantities_of(rest) or dates_of(rest):
        return None
    of_cells = (stems(wanted) - titles) & stems(" ".join(chain.from_iterable(table.rows)))
    rows = _saying(table, stems(wanted), of_cells, stems(request.question)) if of_cells else table.rows
    is_negated = bool(ALL_BUT.intersection(map(str.lower, WORD.findall(query))))
    marked = _marked(table, stems(wanted))
    if is_negated and (of_cells or len(marked) != 1):
        return None
    if marked:
        held = NO if is_negated else YES
        rows = [row for row in rows if all(row[place].strip().lower() in held for place in marked)]
        return _told(document, table, rows, request, materials) if rows else None
    if not rows and len(stems(wanted)) == 1:  # it says what each row is, not which
        rows = table.rows
    return _told(document, table, rows, request, materials) if rows else None


def _marked(table: Table, words: frozenset[str]) -> list[int]:
    """The columns of yes and no whose head the `words` say whole: the rows are asked for of which it is true."""
    return [
        place
        for place, head in enumerate(table.columns)
        if stems(head)
        and stems(head) <= words
        and (held := {row[place].strip().lower() for row in table.rows} - {""})
        and held <= YES | NO
        and held & YES
    ]


def _saying(table: Table, words: frozenset[str], of_cells: frozenset[str], question: frozenset[str]) -> list[list[str]]:
    """The rows with cells that `words` say whole; none unless these have all of `of_cells`, each in one column.

    Where the `question` says a cell of a column, those of the one that it goes on from no longer count.
    """
    told: dict[int, frozenset[str]] = {}
    explained: frozenset[str] = frozenset()
    for place in range(len(table.columns)):
        known = {cell: stems(cell) for cell in {row[place] for row in table.rows}}
        said = {cell: own for cell, own in known.items() if own and own <= words}
        longest = frozenset(cell for cell, own in said.items() if not any(own < other for other in said.values()))
        own = stems(" ".join(longest))
        if own & explained:
            return []
        if longest:
            now = frozenset(cell for cell in longest if said[cell] <= question)
            told[place], explained = now or longest, explained | own
    if not of_cells <= explained:
        return []
    return [row for row in table.rows if all(row[place] in said for place, said in told.items())]


def _told(
    document: Document, table: Table, rows: Sequence[list[str]], request: Request, materials: Materials
) -> DirectAnswer:
    sources = CitationList()
    units = {" ".join(unit.text.split()): unit for unit in materials.lines(document)}
    lines = [f"| {' | '.join(map(escape_markdown, table.columns))} |", f"|{'---|' * len(table.columns)}"]
    marks = []
    for row in rows[:MOST_ROWS]:
        mark = sources.number(units.get(" ".join(" | ".join(row).split())))
        marks.append([mark] * len(row))
        lines.append(f"| {' | '.join(map(escape_markdown, row))}{f' [{mark}]' if mark else ''} |")
    more = "\n\n" + request.say("only first", MOST_ROWS) if len(rows) > MOST_ROWS else ""
    told = request.say("in", what=request.say("row", len(rows)), where=escape_markdown(document.name))
    kept = Rows(table.columns, list(rows[:MOST_ROWS]), sources=marks)
    return sources.told(f"{told}\n\n" + "\n".join(lines) + more, kept)

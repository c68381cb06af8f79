"""Complete lists: a table of one row for each document, or every line that qualifies, grouped by document."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from library.records import Document, Passage
from models.intent import WORD
from rag.context import whole
from rag.events import Looking, Rows
from rag.extraction import AnswerLine, read_lines
from rag.intent import subject
from rag.lexicon.papers import in_english
from rag.outline import Headings, headings_of
from rag.passages import spread
from rag.requests.fields import read_field, summed
from rag.requests.meant import by_words, named, of_kind
from rag.requests.request import Materials, Request, Sources, Telling, Told, counted, plain
from rag.requests.values import meaning_so, value_named
from rag.retriever import Scope
from rag.sentences import ANNOUNCES, Sentence, is_item, stems, units_of

MOST_DOCUMENTS = 200  # in a table: each takes about 50 ms
MOST_PASSAGES = 40  # that are read for items
RETRIEVED = 60
FARTHEST = 0.4  # below the best passage's score
ENOUGH = 0.5  # log-odds of a line to be listed
BESIDE = 5.0  # log-odds below the best
MOST_ITEMS = 60
MOST_ROWS = 200
SAME_HEADING = 0.5  # cosine of what is listed to a heading
LEAST_WORDS = 4  # of a heading that says something by itself
ASIDE = re.compile(r"[,;]|\s(?:and|und|et|y|e|with|mit|avec|con)\s", re.IGNORECASE)
ITEMS = "what are the {}?"


def listing(request: Request, materials: Materials) -> Telling:
    """A table when documents of a kind are listed with something of each, else the items themselves."""
    inside = materials.documents(request.scope)
    query = in_english(request.query)
    words = subject(query, "list", materials.models.intents)
    kind, left = of_kind(words, inside, materials, papers=True)
    fields = _fields(query, left)
    by_kind = len(left) < len(words.split())
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


def _table(documents: Sequence[Document], fields: Sequence[str], request: Request, materials: Materials) -> Telling:
    sources = Sources()
    rows: list[list[str]] = []
    lines = [f"| Document | {' | '.join(plain(field) for field in fields)} |", f"|---{'|---' * len(fields)}|"]
    ordered = sorted(documents, key=lambda document: document.name)[:MOST_DOCUMENTS]
    for number, document in enumerate(ordered):
        if request.stop.is_set():
            break
        yield Looking(number, len(ordered))
        cells = [read_field(field, document, materials) for field in fields]
        marks = dict.fromkeys(sources.mark(cell.sentence) for cell in cells if cell.sentence is not None)
        rows.append([document.name, *(cell.text for cell in cells)])
        shown = " | ".join(plain(cell.text) or "–" for cell in cells)
        marked = "".join(marks) or sources.mark(materials.first_line(document))
        lines.append(f"| {plain(document.name)}{marked} | {shown} |")
    sums = ["", *(summed([row[column] for row in rows]) for column in range(1, len(fields) + 1))]
    if any(sums):
        lines.append(f"| **Sum** | {' | '.join(f'**{plain(one)}**' if one else '' for one in sums[1:])} |")
    told = f"{counted(len(rows), 'document')}{_silent(rows)}:\n\n" + "\n".join(lines) + _left_out(documents, rows)
    return sources.told(told, Rows(["Document", *fields], rows, sums if any(sums) else []))


def _silent(rows: Sequence[Sequence[str]]) -> str:
    silent = sum(not all(row) for row in rows)
    return f", {silent:,} of which {'does' if silent == 1 else 'do'} not say everything" if silent else ""


def _left_out(documents: Sequence[Document], rows: Sequence[object]) -> str:
    left = len(documents) - len(rows)
    return f"\n\n{counted(left, 'document')} could not be looked at." if left else ""


def _items(words: str, request: Request, materials: Materials) -> Telling:
    """Under a heading that is called so, or wherever the reader finds one."""
    inside = materials.documents(request.scope)
    which = named(request, materials) or by_words(request, inside) or inside
    wanted = " ".join(word for word in words.split() if not _names(word, which, inside)) or words
    if len(which) == 1 and (table := _whole_table(which[0], materials)) is not None:
        return table
    found = [unit for document in which for unit in _under_heading(document, wanted, materials)]
    value = value_named(wanted, materials.models.embedder)
    if value is not None and not found:
        units = [unit for document in which for unit in materials.lines(document) if value.holds(unit.text)]
        found = meaning_so(value, units, MOST_ITEMS, materials.models.embedder)
    if not found:
        scope = request.scope if len(which) == len(inside) else _only(request, which)
        passages = _likely(materials.finder.search(wanted, RETRIEVED, scope).found, materials)
        lines: list[AnswerLine] = []
        for number, passage in enumerate(passages[:MOST_PASSAGES]):
            if request.stop.is_set():
                break
            yield Looking(number, min(len(passages), MOST_PASSAGES))
            question = ITEMS.format(wanted)
            lines += [
                line for own in read_lines(materials.models.reader, question, question, [passage]) for line in own
            ]
        found = list(_qualifying(lines))
    return _told(found, which) if found else None


def _whole_table(document: Document, materials: Materials) -> Told | None:
    """All rows of a document that is one table; None for any other."""
    chunks = materials.library.chunks_of(document.id)
    tables = materials.library.tables([document.id])
    if len(tables) != 1 or any(chunk.kind != "table" for chunk in chunks):
        return None
    table, sources = tables[0], Sources()
    units = {" ".join(unit.text.split()): unit for chunk in chunks for unit in units_of(chunk)}
    lines = [f"| {' | '.join(map(plain, table.columns))} |", f"|{'---|' * len(table.columns)}"]
    for row in table.rows[:MOST_ROWS]:
        unit = units.get(" ".join(" | ".join(row).split()))
        lines.append(f"| {' | '.join(map(plain, row))}{sources.mark(unit)} |")
    more = f"\n\nOnly the first {MOST_ROWS} are shown." if len(table.rows) > MOST_ROWS else ""
    told = f"{counted(len(table.rows), 'row')} in {plain(document.name)}:\n\n" + "\n".join(lines) + more
    return sources.told(told, Rows(table.columns, table.rows))


def _likely(found: Sequence[Passage], materials: Materials) -> list[Passage]:
    """Those near the best, the best of each document first."""
    near = [passage for passage in found if passage.score >= found[0].score - FARTHEST]
    return [whole(passage, materials.library) for passage in spread(near)]


def _only(request: Request, which: Sequence[Document]) -> Scope:
    return replace(request.scope, documents=frozenset(document.id for document in which))


def _names(word: str, which: Sequence[Document], inside: Sequence[Document]) -> bool:
    """Whether a word only says which documents are meant."""
    return len(which) < len(inside) and any(word.lower() in document.name.lower() for document in which)


def _under_heading(document: Document, words: str, materials: Materials) -> list[Sentence]:
    """The items under a heading that holds the words: smaller headings in a long section, else its list."""
    wanted = stems(words)
    chunks = materials.library.chunks_of(document.id)
    section = [chunk for chunk in chunks if any(wanted <= stems(heading) for heading in headings_of(chunk))]
    section = section or _nearest_section(chunks, words, materials)
    if not wanted or not section:
        return []
    headings = [one for one in Headings(section).sentences() if len(one.text.split()) >= LEAST_WORDS]
    if len(headings) > 1:
        return headings[:MOST_ITEMS]
    units = [unit for chunk in section for unit in units_of(chunk)]
    items = [unit for unit in units if is_item(unit.text)]
    return (items or units)[:MOST_ITEMS]


def _nearest_section(chunks: Sequence[Passage], words: str, materials: Materials) -> list[Passage]:
    """What stands under the heading that means nearly the same."""
    headings = list(dict.fromkeys(heading for chunk in chunks for heading in headings_of(chunk)))
    if not headings:
        return []
    vectors = materials.models.embedder.encode([words, *headings])
    likeness = vectors[1:] @ vectors[0]
    if likeness.max() < SAME_HEADING:
        return []
    return [chunk for chunk in chunks if headings[int(likeness.argmax())] in headings_of(chunk)]


def _qualifying(lines: Sequence[AnswerLine]) -> Iterator[Sentence]:
    """The lines that answer, with the other items of the list that one of them belongs to."""
    best = max((line.score for line in lines), default=0.0)
    seen: set[tuple[int, str]] = set()
    for line in lines:
        if line.score < max(ENOUGH, best - BESIDE):
            continue
        for unit in _with_items(line.sentence):
            key = (unit.passage.document_id, " ".join(unit.text.lower().split()))
            if key not in seen:
                seen.add(key)
                yield unit


def _with_items(sentence: Sentence) -> list[Sentence]:
    units = units_of(sentence.passage)
    announces = sentence.text.rstrip().endswith(ANNOUNCES)
    if not announces and not is_item(sentence.text):
        return [sentence]
    place = units.index(sentence)
    first = place + 1 if announces else place
    while not announces and first > 0 and is_item(units[first - 1].text):
        first -= 1
    last = first
    while last < len(units) and is_item(units[last].text):
        last += 1
    return units[first:last] or [sentence]


def _told(found: Sequence[Sentence], which: Sequence[Document]) -> Told:
    sources = Sources()
    groups: dict[str, list[Sentence]] = {}
    for unit in found[:MOST_ITEMS]:
        groups.setdefault(unit.passage.document, []).append(unit)
    parts = []
    for name, units in groups.items():
        points = "\n".join(f"- {plain(unit.text)}{sources.mark(unit)}" for unit in units)
        parts.append(f"**{plain(name)}** ({len(units)})\n\n{points}" if len(which) > 1 else points)
    documents = f" in {counted(len(groups), 'document')}" if len(which) > 1 else f" in {plain(which[0].name)}"
    more = f"\n\nOnly the first {MOST_ITEMS} are shown." if len(found) > MOST_ITEMS else ""
    return sources.told(f"{counted(min(len(found), MOST_ITEMS), 'place')}{documents}:\n\n" + "\n\n".join(parts) + more)

"""The same asked of two or more documents or years, side by side; and what changed between two versions of a text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher

from rapidfuzz import fuzz, process

from lamplight.library.records import Document
from lamplight.rag.composition import escape_markdown
from lamplight.rag.events import Rows, ScanProgress
from lamplight.rag.intent import subject
from lamplight.rag.lexicon.dates import dates_of, years_in_order
from lamplight.rag.lexicon.papers import PAPERS, in_english
from lamplight.rag.naming import named_documents
from lamplight.rag.outline import headings_of
from lamplight.rag.paper_fields import may_be_paper, read_paper
from lamplight.rag.request_language import request_words
from lamplight.rag.requests.compared_values import compared_values
from lamplight.rag.requests.counts import stated_count
from lamplight.rag.requests.fields import FieldValue, read_field
from lamplight.rag.requests.meant import by_words, of_kind
from lamplight.rag.requests.paper_items import bought
from lamplight.rag.requests.request import AnswerSteps, CitationList, DirectAnswer, Materials, Request
from lamplight.rag.requests.summary import in_their_own_words
from lamplight.rag.sentences import Sentence, item_mark, stems

MOST = 12  # documents side by side
VERSIONS = 2
ALIKE = 0.35  # of the lines of two documents that are the same, for one to be a version of the other
ALIKE_WORDS = 0.5  # of the words of two lines are in both, for one to be the other, changed
CHANGED = 50.0  # likeness of their letters in percent
SAMPLED = 100  # lines that tell whether two long documents are versions of each other
EMPTY = "–"
ITEMS = "items"
SAID_TWICE = 2  # documents that say something under a heading, for it to be compared


def comparison(request: Request, materials: Materials) -> AnswerSteps:
    """A row for each document, with what it says about what is asked; all they both speak of, if nothing is."""
    which, words = _compared(request, materials)
    if len(which) < VERSIONS:
        request.compares_rows = True
        return None
    if (told := (yield from _papers(which, words, request, materials))) is not None:
        return told
    are_papers = any(may_be_paper(document, materials) for document in which)  # whose totals are known
    if words and not are_papers:
        compared = yield from compared_values(which[:MOST], words, request, materials)
        if compared is not None:
            return compared
    if len(which) == VERSIONS and not words:
        lines = [materials.lines(document) for document in which]
        if _likeness(*lines) >= ALIKE:
            return _changes(which, lines, request)
    topics = [words] if words else _common_headings(which, materials)
    if not topics:
        return (yield from in_their_own_words(which, request, materials))
    return (yield from _side_by_side(which, topics, request, materials))


def change(request: Request, materials: Materials) -> AnswerSteps:
    """What is asked about from document to document; between two versions, line by line."""
    which, words = _compared(request, materials)
    if len(which) < VERSIONS:
        return None
    lines = [materials.lines(document) for document in which[:VERSIONS]]
    if len(which) == VERSIONS and not words and _likeness(*lines) >= ALIKE:
        return _changes(which, lines, request)
    return (yield from _side_by_side(which, [words], request, materials)) if words else None


def _compared(request: Request, materials: Materials) -> tuple[list[Document], str]:
    """The documents, oldest name first, and what is asked about them."""
    inside = request.documents
    query = in_english(request.query)
    naming = named_documents(query, inside, request.lookup.holding)
    which = [document for document in inside if document.id in naming.documents]
    words = subject(naming.asked, request.intent.kind, materials.models.intents)
    if len(which) < VERSIONS <= len(inside) and request.scope.chosen:
        which = inside
    if len(which) < VERSIONS:
        about = subject(query, request.intent.kind, materials.models.intents)
        called = " ".join(word for word in about.split() if not word.isdigit())  # how many there are names none
        stated = _as_many_as_stated(*of_kind(called, inside, materials, papers=True), request)
        kind, left = stated or of_kind(called, inside, materials)
        if stated is None and which and (len(kind) == len(inside) or which[0] not in kind):
            return which, words  # one alone is named, and nothing to compare it with
        which, words = kind, " ".join(left)
        if len(which) in (0, 1, len(inside)) and len(inside) > VERSIONS:
            fitting = by_words(request, inside)
            shown = [document for document in inside if document.id in request.scope.recent]
            which = fitting if VERSIONS <= len(fitting) < len(inside) else shown
    titles = " ".join(f"{document.name} {document.title}" for document in which)
    named = stems(titles.replace("_", " ")) | stems(" ".join(naming.words))
    telling = [word for word in words.split() if word.lower() not in PAPERS and not word.isdigit()]
    silent = request_words(request.language)
    kept = [word for word in telling if not stems(word) <= named and word.lower() not in silent]
    return sorted(which, key=lambda document: document.name), " ".join(kept)


def _as_many_as_stated(
    kind: Sequence[Document], words: Sequence[str], request: Request
) -> tuple[list[Document], list[str]] | None:
    """Of "two Tonymoly receipts" the two that say the name, and the words without it; None where it's no such name."""
    count = stated_count(request.query)
    for word in words if VERSIONS <= count < len(kind) else ():
        held = request.lookup.holding([word])
        saying = [document for document in kind if document.id in held]
        if len(saying) == count:
            return saying, [other for other in words if other != word]
    return None


def _papers(which: Sequence[Document], words: str, request: Request, materials: Materials) -> AnswerSteps:
    """Shop, date, total and items of receipts and invoices, unless one surely says what is asked of them.

    None for other documents, and where these are the same in all.
    """
    compared = which[:MOST]
    if not all(may_be_paper(document, materials) for document in compared):
        return None
    if words and any(read_field(words, document, materials, request.lookup).sure for document in compared):
        return None
    read = []
    for number, document in enumerate(compared):
        if request.lease.cancelled():
            break
        yield ScanProgress(number, len(compared))
        fields = read_paper(document, materials, request.lookup)
        read.append({**fields, ITEMS: bought(document, materials)} if fields else {})
    if not read or not all(read):
        return None
    names = [name for name in read[0] if any(fields[name].text for fields in read)]
    if len(read) > 1 and all(len({fields[name].text for fields in read}) == 1 for name in names):
        return None
    cells = [[fields[name] for name in names] for fields in read]
    return _told_side_by_side(which, [request.say(f"field {name}") for name in names], cells, request)


def _side_by_side(
    which: Sequence[Document], topics: Sequence[str], request: Request, materials: Materials
) -> AnswerSteps:
    cells: list[list[FieldValue]] = []
    compared = which[:MOST]
    for number, document in enumerate(compared):
        if request.lease.cancelled():
            break
        yield ScanProgress(number, len(compared))
        cells.append([read_field(topic, document, materials, request.lookup) for topic in topics])
    if sum(any(cell.text for cell in own) for own in cells) < 1:
        return None
    return _told_side_by_side(which, topics, cells, request)


def _told_side_by_side(
    which: Sequence[Document], topics: Sequence[str], cells: Sequence[Sequence[FieldValue]], request: Request
) -> DirectAnswer:
    citations = CitationList()
    names = [document.name for document in which[: len(cells)]]
    lines = [f"| | {' | '.join(escape_markdown(name) for name in names)} |", f"|---{'|---' * len(names)}|"]
    rows: list[list[str]] = []
    marks: list[list[int]] = []
    for place, topic in enumerate(topics):
        row = [own[place] for own in cells]
        own_marks = [citations.number(cell.sentence) for cell in row]
        shown = [
            f"{escape_markdown(cell.text)} [{mark}]" if mark else EMPTY
            for cell, mark in zip(row, own_marks, strict=True)
        ]
        lines.append(f"| {escape_markdown(topic)} | {' | '.join(shown)} |")
        rows.append([topic, *(cell.text for cell in row)])
        marks.append([0, *own_marks])
    left = len(which) - len(cells)
    unseen = "\n\n" + request.say("documents unseen", left) if left else ""
    return citations.told("\n".join(lines) + unseen, Rows(["", *names], rows, sources=marks))


def _common_headings(which: Sequence[Document], materials: Materials) -> list[str]:
    """What several of the documents have a heading for, in the order of the first."""
    headings: dict[str, set[int]] = {}
    for document in which:
        for chunk in materials.library.passages.of(document.id):
            for heading in headings_of(chunk):
                headings.setdefault(heading, set()).add(document.id)
    shared = [heading for heading, having in headings.items() if len(having) >= SAID_TWICE]
    return shared[:MOST] or _common_labels(which, materials)


def _common_labels(which: Sequence[Document], materials: Materials) -> list[str]:
    """What begins a line in several of the documents: "Consumption", "Meter number"."""
    labels: dict[str, set[int]] = {}
    for document in which:
        for line in materials.lines(document):
            label = _label(line.text)
            if label:
                labels.setdefault(label, set()).add(document.id)
    return [label for label, having in labels.items() if len(having) == len(which)][:MOST]


def _label(line: str) -> str:
    """The words before the first figure or gap of a line that has a figure."""
    words: list[str] = []
    for word in line.split():
        if any(map(str.isdigit, word)) or word == "|":
            break
        words.append(word)
    short = " ".join(words).strip(" :.-")
    return short if len(words) < len(line.split()) and 1 <= len(words) <= 4 and len(short) > 3 else ""


def _likeness(one: Sequence[Sentence], other: Sequence[Sentence]) -> float:
    """The share of the lines of the shorter one that are in the other, letter for letter or nearly."""
    shorter, longer = sorted(([_word_set(unit) for unit in lines] for lines in (one, other)), key=len)
    sample = shorter[:: max(1, len(shorter) // SAMPLED)]
    return sum(any(_overlap(own, words) >= ALIKE_WORDS for words in longer) for own in sample) / max(1, len(sample))


def _word_set(unit: Sentence) -> frozenset[str]:
    return frozenset(unit.text.lower().split())


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(1, len(one | other))


def _changes(which: Sequence[Document], lines: Sequence[Sequence[Sentence]], request: Request) -> DirectAnswer:
    """What one version says otherwise, or only one of them says, in the order of the text."""
    citations = CitationList()
    which, lines = _in_time(which, lines)
    old, new = lines
    rows: list[list[str]] = []
    marks: list[list[int]] = []
    table = [f"| {' | '.join(escape_markdown(document.name) for document in which)} |", "|---|---|"]
    for before, after in _pairs(old, new):
        own = [citations.number(unit) for unit in (before, after)]
        shown = [
            f"{escape_markdown(unit.text)} [{mark}]" if unit else EMPTY
            for unit, mark in zip((before, after), own, strict=True)
        ]
        marks.append(own)
        table.append(f"| {' | '.join(shown)} |")
        rows.append([unit.text if unit else "" for unit in (before, after)])
    if not rows:
        return citations.told(
            request.say("same", one=escape_markdown(which[0].name), other=escape_markdown(which[1].name))
        )
    told = request.say("difference", len(rows)) + "\n\n" + "\n".join(table)
    return citations.told(told, Rows([document.name for document in which], rows, sources=marks))


def _in_time(
    which: Sequence[Document], lines: Sequence[Sequence[Sentence]]
) -> tuple[Sequence[Document], Sequence[Sequence[Sentence]]]:
    """The older version first: by the years in their names, else by the latest day that only one of them says."""
    years = [years_in_order(document.name) for document in which]
    days = [{(one.year, one.month, one.day) for unit in own for one in dates_of(unit.text)} for own in lines]
    latest = [max((day for day in own - other if day[0]), default=()) for own, other in (days, reversed(days))]
    is_turned = years[0] == years[1] and all(latest) and latest[0] > latest[1]
    return (which[::-1], lines[::-1]) if is_turned else (which, lines)


def _pairs(old: Sequence[Sentence], new: Sequence[Sentence]) -> list[tuple[Sentence | None, Sentence | None]]:
    """What is not the same; the number of a clause and where it stands are no difference."""
    matcher = SequenceMatcher(None, [_unnumbered(unit) for unit in old], [_unnumbered(unit) for unit in new], False)
    blocks = [
        (list(old[start:end]), list(new[first:last]))
        for kind, start, end, first, last in matcher.get_opcodes()
        if kind != "equal"
    ]
    moved = Counter(_unnumbered(unit) for gone, _ in blocks for unit in gone)
    moved &= Counter(_unnumbered(unit) for _, come in blocks for unit in come)
    left_over = [moved.copy(), moved.copy()]
    pairs: list[tuple[Sentence | None, Sentence | None]] = []
    for block in blocks:
        gone, come = (
            [unit for unit in units if not _taken(unit, left)] for units, left in zip(block, left_over, strict=True)
        )
        for unit in gone:
            texts = [_unnumbered(other) for other in come]
            like = process.extractOne(_unnumbered(unit), texts, scorer=fuzz.ratio, score_cutoff=CHANGED)
            pairs.append((unit, come.pop(like[2]) if like else None))
        pairs += [(None, unit) for unit in come]
    return pairs


def _taken(unit: Sentence, left: Counter[str]) -> bool:
    """Whether it is one of those `left`, and no longer."""
    text = _unnumbered(unit)
    left[text] -= 1
    return left[text] >= 0


def _unnumbered(unit: Sentence) -> str:
    return unit.text[item_mark(unit.text) :].strip()

"""One figure of each of several named documents side by side: which is larger, and by how much.

Each document alone is asked what the request asks. It is so put that the reader gives a figure or none: what a figure
is of tells nothing, so that "staff" may be "employees" in one document and "people" in the other.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace

from lamplight.library.records import Document
from lamplight.rag.columns import SEPARATOR
from lamplight.rag.composition import escape_markdown
from lamplight.rag.events import Event, Rows, ScanProgress
from lamplight.rag.extraction import AnswerLine
from lamplight.rag.lexicon.numbers import DIGITS, MINUS
from lamplight.rag.lexicon.quantities import Quantity, quantities_of, table_scale
from lamplight.rag.naming import named_documents
from lamplight.rag.query import WORD
from lamplight.rag.quotation import CURRENCY_BEFORE
from lamplight.rag.requests.request import CitationList, DirectAnswer, Materials, Request
from lamplight.rag.retriever import Scope
from lamplight.rag.sentences import Sentence

LIKELY = 0.0  # log-odds of a line from which on its figure counts where the whole request finds the same
HARDLY = -2.5  # below them a document has no figure
TWO = 2
MOST_DECIMALS = 2
WRITTEN = re.compile(DIGITS)
REPEATED = re.compile(r"\s*([,;:])(?:\s*[,;:])+")


@dataclass(frozen=True, slots=True)
class Figure:
    """What a line of a document says; `amount` has the scale of its table, `sure` whether that is what is asked."""

    document: Document
    sentence: Sentence
    quantity: Quantity
    amount: float
    sure: bool

    @property
    def kind(self) -> tuple[str, str, bool]:
        """What it has in common with others that it can be compared with."""
        return self.quantity.currency, self.quantity.unit, self.quantity.percent

    @property
    def written(self) -> str:
        """As the document has it, with currency and unit."""
        start, end = self.quantity.start, self.quantity.end
        return self._with_unit(self.sentence.text[start:end])

    def like(self, amount: float, decimals: int) -> str:
        """Another amount, written as this one is."""
        said = f"{amount / (self.amount / self.quantity.value * self.quantity.scale):,.{decimals}f}"
        own = self.sentence.text[self.quantity.start : self.quantity.end]
        digits = WRITTEN.match(own)
        return self._with_unit(said + own[digits.end() :] if digits else said)

    def _with_unit(self, number: str) -> str:
        text, quantity = self.sentence.text, self.quantity
        currency = CURRENCY_BEFORE.search(text[: quantity.start])
        unit = "%" if quantity.percent else f" {quantity.noun}" if quantity.unit or quantity.currency else ""
        return f"{currency[0].strip()}{number}" if currency else f"{number}{unit}".strip()


def compared_values(
    which: Sequence[Document], words: str, request: Request, materials: Materials
) -> Generator[Event, None, DirectAnswer | None]:
    """None unless each document has a figure, all of one unit. `words` are what the request asks about."""
    naming = named_documents(request.query, request.documents, request.lookup.holding)
    bare = _without(naming.words, request.query)
    if bare == request.query:
        return None
    figures: list[Figure] = []
    for number, document in enumerate(which):
        if request.lease.cancelled():
            return None
        yield ScanProgress(number, len(which))
        found = _figure(document, bare, request, materials)
        if found is None or (figures and found.kind != figures[0].kind):
            return None
        figures.append(found)
    return _told(figures, words, request)


def _without(names: frozenset[str], query: str) -> str:
    """The request without the names, and without the word between two of them: "who has more staff, A or B?"."""
    words = list(WORD.finditer(query))
    are_names = [re.split("['’]", match[0].lower())[0] in names for match in words]
    joins = [place for place in range(1, len(words) - 1) if are_names[place - 1] and are_names[place + 1]]
    kept, end = "", 0
    for place, match in enumerate(words):
        if are_names[place] or place in joins:
            between = query[end : match.start()]
            kept += between if kept.strip()[-1:].isalnum() else ""
            end = match.end()
        else:
            kept += query[end : match.end()]
            end = match.end()
    return " ".join(REPEATED.sub(r"\1", kept + query[end:]).split())


def _figure(document: Document, bare: str, request: Request, materials: Materials) -> Figure | None:
    """The figure of the likeliest line; sure where the request with and without names finds the same."""
    first, again = (_likeliest(query, document, request, materials) for query in (bare, request.query))
    if first is None or first[0].score < HARDLY:
        return None
    line, quantity = first
    sure = line.score >= LIKELY and again is not None and again[1].value == quantity.value
    scale = table_scale(line.sentence.passage.text) if SEPARATOR in line.sentence.text else 1.0
    return Figure(document, line.sentence, quantity, quantity.value * scale, sure)


def _likeliest(
    query: str, document: Document, request: Request, materials: Materials
) -> tuple[AnswerLine, Quantity] | None:
    """None where what the reader takes for the answer is not one figure."""
    scope = Scope(documents=frozenset({document.id}))
    lines = materials.finder.select(query, scope=scope, lookup=request.lookup).lines
    if not lines:
        return None
    line = lines[0]
    inside = [
        one
        for one in quantities_of(line.sentence.text)
        if one.start < line.reading.end and line.reading.start < one.end and not one.is_year
    ]
    return (line, inside[0]) if len(inside) == 1 else None


def _told(figures: Sequence[Figure], words: str, request: Request) -> DirectAnswer:
    citations = CitationList()
    marks = [citations.number(one.sentence) for one in figures]
    names = [escape_markdown(one.document.name) for one in figures]
    values = [f"{escape_markdown(one.written)} [{mark}]" for one, mark in zip(figures, marks, strict=True)]
    lines = [" ".join(one.sentence.text.split()) for one in figures]
    table = [
        f"| | {' | '.join(names)} |",
        f"|---{'|---' * len(names)}|",
        f"| {escape_markdown(words)} | {' | '.join(values)} |",
        f"| | {' | '.join(map(escape_markdown, lines))} |",
    ]
    rows = [[words, *(one.written for one in figures)], ["", *lines]]
    kept = Rows(["", *(one.document.name for one in figures)], rows, sources=[[0, *marks]] * TWO)
    is_sure = all(one.sure for one in figures)
    head = _larger(figures, request) if is_sure else request.say("unsure")
    return replace(citations.told("\n\n".join([head, "\n".join(table)]), kept), unsure=not is_sure)


def _larger(figures: Sequence[Figure], request: Request) -> str:
    """Which is the largest; of two with the difference and what it is of."""
    first, second, *others = sorted(figures, key=lambda one: -one.amount)
    if first.amount == second.amount:
        return request.say("same value", value=escape_markdown(first.written))
    name = escape_markdown(first.document.name)
    if others:
        return request.say("largest value", name=name, value=escape_markdown(first.written))
    decimals = max(first.quantity.decimals, second.quantity.decimals) if _are_alike(first, second) else MOST_DECIMALS
    working = f"{escape_markdown(first.written)} {MINUS} {escape_markdown(second.written)}"
    difference = escape_markdown(first.like(first.amount - second.amount, decimals))
    return request.say("larger value", name=name, working=working, difference=difference)


def _are_alike(first: Figure, second: Figure) -> bool:
    """Whether both are written in the same scale."""
    return first.quantity.scale == second.quantity.scale

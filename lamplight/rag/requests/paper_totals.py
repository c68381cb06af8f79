"""The total of a receipt or an invoice, where a column or a question asks for it in other words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lamplight.library.records import Document
from lamplight.rag.balance import AMOUNT
from lamplight.rag.extraction import AnswerLine, best_score
from lamplight.rag.lexicon.papers import PAPERS
from lamplight.rag.lookup import Lookup
from lamplight.rag.paper_fields import may_be_paper
from lamplight.rag.passages import Selection
from lamplight.rag.query import WORD, stop_words_of
from lamplight.rag.requests.fields import QUESTION, TOTAL, FieldValue, read_field
from lamplight.rag.requests.paper_times import time_words, times_of
from lamplight.rag.requests.request import Materials, Request
from lamplight.rag.requests.shops import is_said, of_shop
from lamplight.rag.requests.values import value_named
from lamplight.rag.retriever import Scope
from lamplight.rag.sentences import stems

BEHIND = 2.0  # log-odds: so near the likeliest total a line is a total too, as one without tax
MOST, FEW = 0.5, 0.25  # of the papers whose total was read for what a column asks for
PRICE = "EUR 7.25"
AS_LIKELY = 0.5  # log-odds between two lines that answer a question equally well
Read = list[tuple[Document, list[FieldValue]]]


def with_totals(fields: Sequence[str], read: Read, request: Request, materials: Materials) -> Read:
    """What was `read` of papers, with their totals in each column that asks for them, by whatever name.

    It does if what was read is the total of half of the papers, however the column is called: "prix" and "paid" are
    answered with it wherever they are answered well. Of a column that is called as amounts are, a quarter will do.
    """
    papers = [document for document, _ in read if may_be_paper(document, materials)]
    totals: dict[int, FieldValue] = {}
    for column, field in enumerate(fields):
        filled = sum(AMOUNT.search(cells[column].text) is not None for _, cells in read)
        value = value_named(field, materials.models.embedder)
        least = len(read) * (FEW if value is not None and value.holds(PRICE) else MOST)
        if field == TOTAL or not papers or filled < least:
            continue
        for document in papers:
            if request.lease.cancelled():
                return read
            if document.id not in totals:
                totals[document.id] = read_field(TOTAL, document, materials, request.lookup)
        same = sum(_amount(cells[column]) == _amount(totals.get(one.id)) != "" for one, cells in read)
        if same < least:
            continue
        for document, cells in read:
            if _amount(total := totals.get(document.id)) and total and not _is_said(field, cells[column]):
                cells[column] = total
    return read


def _amount(cell: FieldValue | None) -> str:
    """The amount that a cell is; "" if it holds none or several."""
    amounts: list[str] = AMOUNT.findall(cell.text) if cell else []
    return amounts[0] if len(amounts) == 1 else ""


def _is_said(field: str, cell: FieldValue) -> bool:
    """Whether the line that was read is called as the column is: "CASH 50.00" is what was given, whatever the total."""
    return cell.sentence is not None and bool(_amount(cell)) and stems(field) <= stems(cell.sentence.text)


def with_known_total(selection: Selection, lookup: Lookup, materials: Materials) -> Selection:
    """With the known total of a paper first, where another of its totals was only as likely: "6.00 excluding GST".

    Unless the question says what sets that other one apart.
    """
    if not selection.sure or (paper := _paper_of(selection, lookup, materials)) is None:
        return selection
    first = selection.lines[0]
    total = read_field(TOTAL, paper, materials, lookup)
    amount, told = _amount(total), AMOUNT.findall(first.sentence.text)
    if not (total.sure and amount and told) or amount in told or not _is_total(first, paper, materials, lookup):
        return selection
    holding = [line for line in selection.lines if _holds(line, amount, paper)]
    known = max(holding, key=lambda line: line.score, default=None)
    if known is None or known.score < first.score - AS_LIKELY:
        return selection
    apart = stems(first.sentence.text) - stems(known.sentence.text)
    if stems(selection.search.query.text) & apart:
        return selection
    return replace(selection, lines=[known, *(line for line in selection.lines if line is not known)])


def fitting_papers(selection: Selection, request: Request, materials: Materials) -> list[Document]:
    """The papers that have all words of the question that the one has whose total answers: the receipts of one shop.

    Empty where something else than a total answers, or where the question has no such word.
    """
    lookup = request.lookup
    paper = _paper_of(selection, lookup, materials) if selection.sure else None
    if paper is None:
        return []
    line = selection.lines[0].sentence.text
    words = {word.lower() for word in WORD.findall(request.query)} - stop_words_of(request.query)
    held = [frozenset(lookup.holding([word])) for word in words if not stems(word) <= stems(line)]
    telling = [documents for documents in held if paper.id in documents]
    amount = _amount(read_field(TOTAL, paper, materials, lookup)) if telling else ""
    if not amount or amount not in AMOUNT.findall(line):
        return []
    fitting = frozenset.intersection(*telling) & (selection.search.named or telling[0])
    return [one for one in request.documents if one.id in fitting and may_be_paper(one, materials)]


def totalled_papers(selection: Selection, request: Request, materials: Materials) -> list[Document]:
    """The papers of the shop that a question names, or all of a time, if what answers on one of them is its total.

    Empty where they say something else of what it asks: "how much was the tissue box at Mr DIY?", and where it has a
    name that none says: the restaurant that is meant is another one.
    """
    if selection.search.unheard:
        return []
    found, shop = of_shop(request.query, request.documents, materials, request.lookup)
    if not found and any(times_of(request.query)):
        found = [one for one in request.documents if may_be_paper(one, materials)]
    papers = {one.id: one for one in found}
    first = next((line.sentence for line in selection.lines if line.sentence.passage.document_id in papers), None)
    if first is None or not AMOUNT.search(first.text):
        return []
    words = [word for word in WORD.findall(request.query) if not is_said(word, shop) and word.lower() not in PAPERS]
    silent = stop_words_of(request.query) | time_words(request.query)
    others = [word for word in words if word.lower() not in silent and not stems(word) <= stems(first.text)]
    if not papers.keys().isdisjoint(request.lookup.holding(others)):
        return []
    total = _amount(read_field(TOTAL, papers[first.passage.document_id], materials, request.lookup))
    return list(papers.values()) if total in AMOUNT.findall(first.text) else []


def _paper_of(selection: Selection, lookup: Lookup, materials: Materials) -> Document | None:
    """The receipt or invoice that the likeliest line stands on, if it has an amount."""
    if not selection.lines or not AMOUNT.search(selection.lines[0].sentence.text):
        return None
    number = selection.lines[0].sentence.passage.document_id
    return next((one for one in lookup.documents if one.id == number and may_be_paper(one, materials)), None)


def _is_total(line: AnswerLine, paper: Document, materials: Materials, lookup: Lookup) -> bool:
    scope = Scope(documents=frozenset({paper.id}))
    lines = materials.finder.select(QUESTION.format(TOTAL), scope=scope, lookup=lookup).lines
    least = best_score(lines) - BEHIND
    return any(other.sentence.text == line.sentence.text and other.score >= least for other in lines)


def _holds(line: AnswerLine, amount: str, paper: Document) -> bool:
    return line.sentence.passage.document_id == paper.id and amount in AMOUNT.findall(line.sentence.text)

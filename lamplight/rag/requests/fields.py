"""One thing read from each of many documents: the total of every receipt, the date of every letter."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from lamplight.library.records import Document, Passage
from lamplight.rag.balance import AMOUNT, balance, corrected
from lamplight.rag.extraction import best_score
from lamplight.rag.lexicon.amounts import only_number
from lamplight.rag.lexicon.numbers import CODES, SIGNS, currency_of
from lamplight.rag.lookup import Lookup
from lamplight.rag.quotation import quotation
from lamplight.rag.requests.request import Materials
from lamplight.rag.retriever import Scope
from lamplight.rag.sentences import Sentence, stems, units_of

QUESTION = "what is the {}?"
SILENT = -2.5  # log-odds of the line that answers likeliest: below them the cell stays empty
CURRENCY = re.compile(rf"[{SIGNS}]|\b(?:{CODES})(?![A-Za-z])")
SEVERAL = 2
TOTAL = "total"  # the field of a receipt


@dataclass(frozen=True, slots=True)
class FieldValue:
    """What a document says of a field, where, and whether that is surely it; all empty where it is silent."""

    text: str = ""
    sentence: Sentence | None = None
    sure: bool = False


def read_field(name: str, document: Document, materials: Materials, lookup: Lookup) -> FieldValue:
    """The short answer of one document alone to what its total, date or the like is; or the line that answers.

    Raises `LamplightError` when a model or the library fails.
    """
    return answer_of(QUESTION.format(name), name, document, materials, lookup)


def answer_of(question: str, name: str, document: Document, materials: Materials, lookup: Lookup) -> FieldValue:
    """What one document alone answers to a question, without the `name` before it of what is asked for."""
    scope = Scope(documents=frozenset({document.id}))
    selection = materials.finder.select(question, scope=scope, lookup=lookup)
    if best_score(selection.lines) < SILENT:
        return FieldValue()
    quote = quotation(selection)
    if quote is None:
        return FieldValue()
    passage = next(passage for passage in selection.passages if passage.marker == quote.citation.marker)
    sentence = Sentence(passage, quote.citation.text, quote.citation.boxes)
    text = quote.short or quote.citation.text.split("\n")[0]
    told = _one_amount(text, passage) if passage.kind == "image" else _unlabelled(text, name)
    return FieldValue(told, sentence, selection.sure)


def _unlabelled(text: str, name: str) -> str:
    """Without the field's own name before it: "TOTAL: EUR 7.25"."""
    label, colon, rest = text.partition(":")
    return rest.strip() if colon and rest.strip() and stems(label) and stems(label) <= stems(name) else text


def _one_amount(text: str, passage: Passage) -> str:
    """Of a line that holds several amounts the one that balances, or else the last: "0.00 TOTAL 12.00"."""
    amounts: list[str] = AMOUNT.findall(text)
    lines = [unit.text for unit in units_of(passage)]
    if len(amounts) == 1 and (only_number(text) is None or corrected(amounts[0], lines) != amounts[0]):
        return corrected(amounts[0], lines)  # "TOTAL INCL.GST06% RM21.50"
    if len(amounts) < SEVERAL:
        return text
    weights = balance(lines)
    return max(reversed(amounts), key=lambda amount: weights.get(amount, 0.0))


def summed(cells: Sequence[str]) -> str:
    """The sum of a column of amounts, one for each currency as most write it; "" if they can't be added.

    Those without a currency are taken to be in the one that most have.
    """
    filled = [cell for cell in cells if cell]
    amounts = [only_number(cell) for cell in filled]
    if len(filled) < SEVERAL or None in amounts or not all(map(AMOUNT.search, filled)):
        return ""
    written = [match[0] if (match := CURRENCY.search(cell)) else "" for cell in filled]
    forms: dict[str, Counter[str]] = {}  # of each currency: "€" and "EUR" are one
    for form in filter(None, written):
        forms.setdefault(currency_of(form), Counter())[form] += 1
    usual = max(forms, key=lambda currency: forms[currency].total(), default="")
    totals: dict[str, Decimal] = {}
    for form, amount in zip(written, amounts, strict=True):
        currency = currency_of(form) or usual
        totals[currency] = totals.get(currency, Decimal(0)) + (amount or Decimal(0))
    names = {currency: counts.most_common(1)[0][0] for currency, counts in forms.items()}
    return " + ".join(f"{names.get(currency, '')} {total:,}".strip() for currency, total in totals.items())

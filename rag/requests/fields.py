"""One thing read from each of many documents: the total of every receipt, the date of every letter."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise

from library.records import Document
from rag.extraction import AMOUNT, AnswerLine
from rag.quotation import CODES, quotation
from rag.requests.request import Materials
from rag.retriever import Scope
from rag.sentences import Sentence, units_of
from rag.tables.amounts import comma_decimal_in, plain_digits

QUESTION = "what is the {}?"
SILENT = -2.5  # log-odds of the line that answers likeliest: below them the cell stays empty
BALANCED = 6.0  # log-odds more for the amount that was paid, less the change
PAID_EXACTLY = 4.0  # for one that is said again on a later line, where it is paid
ADDED_UP = 5.5  # for one that is the sum of two before it, as net and tax are
BEFORE_PAID = 3  # amounts: between what is to be paid and what was given stand a rounding and a tax at most
NEAR_LINES = 6  # between the parts of a sum
CURRENCY = re.compile(rf"[€£¥$]|\b(?:{CODES})(?![A-Za-z])")
NUMBER = re.compile(r"-?\d[\d.,]*(?: \d{3}[\d.,]*)*")
SEVERAL = 2


@dataclass(frozen=True, slots=True)
class Cell:
    """What a document says of a field, and where; both empty where it is silent."""

    text: str = ""
    sentence: Sentence | None = None


def read_field(name: str, document: Document, materials: Materials) -> Cell:
    """The short answer of one document alone to what its total, date or the like is; or the line that answers.

    Raises `LamplightError` when a model or the library fails.
    """
    selection = materials.finder.select(QUESTION.format(name), scope=Scope(documents=frozenset({document.id})))
    weights = _weights(selection.lines)
    lines = sorted((_weighed(line, weights) for line in selection.lines), key=lambda line: -line.score)
    if not lines or lines[0].score < SILENT:
        return Cell()
    quote = quotation(replace(selection, lines=lines))
    if quote is None:
        return Cell()
    passage = next(passage for passage in selection.passages if passage.marker == quote.citation.marker)
    sentence = Sentence(passage, quote.citation.text, quote.citation.boxes)
    text = quote.short or quote.citation.text.split("\n")[0]
    return Cell(_one_amount(text, weights) if passage.kind == "image" else text, sentence)


def _weights(lines: Sequence[AnswerLine]) -> dict[str, float]:
    """Of a picture's amounts."""
    if not lines or lines[0].sentence.passage.kind != "image":
        return {}
    return balance([unit.text for unit in units_of(lines[0].sentence.passage)])


def _weighed(line: AnswerLine, weights: dict[str, float]) -> AnswerLine:
    amounts = AMOUNT.findall(line.sentence.text[line.reading.start : line.reading.end])
    weight = weights.get(amounts[-1], 0.0) if len(amounts) == 1 else 0.0
    return replace(line, score=line.score + weight)


def _one_amount(text: str, weights: dict[str, float]) -> str:
    """Of a line that holds several amounts the one that balances, or else the last: "0.00 TOTAL 12.00"."""
    amounts = AMOUNT.findall(text)
    return max(reversed(amounts), key=lambda amount: weights.get(amount, 0.0)) if len(amounts) > 1 else text


def balance(lines: Sequence[str]) -> dict[str, float]:
    """Amounts that others confirm, by what they add up to: cash less change is what was paid, net and tax are gross."""
    found = [(place, amount, value) for place, line in enumerate(lines) for amount, value in _amounts(line)]
    weights: dict[str, float] = {}
    for place, ((line, amount, paid), (_, _, change)) in enumerate(pairwise([*found, (0, "", Decimal(0))])):
        before = found[max(0, place - BEFORE_PAID) : place]
        if any(value == paid > 0 and other < line for other, _, value in before):
            weights.setdefault(amount, PAID_EXACTLY)
            continue
        weights |= {text: BALANCED for _, text, value in before if change > 0 and 0 < value == paid - change}
    for place, amount, value in found if BALANCED not in weights.values() else ():
        parts = [one for where, _, one in found if place - NEAR_LINES <= where < place and 0 < one < value]
        if any(one + other == value for index, one in enumerate(parts) for other in parts[index + 1 :]):
            weights[amount] = max(ADDED_UP, weights.get(amount, 0.0))
    return weights


def _amounts(line: str) -> list[tuple[str, Decimal]]:
    return [(text, value) for text in AMOUNT.findall(line) if (value := amount_of(text)) is not None]


def amount_of(text: str) -> Decimal | None:
    """The number in a cell, with a currency or a label or not, in either notation; None if there is none, or two."""
    found = NUMBER.findall(text)
    if len(found) != 1:
        return None
    minus, bare = found[0].startswith("-"), found[0].lstrip("-")
    digits = plain_digits(bare, comma_decimal_in([bare]))
    return None if digits is None else Decimal(f"-{digits}" if minus else digits)


def summed(cells: Sequence[str]) -> str:
    """The sum of a column of amounts, one for each currency; "" if they can't be added.

    Those without a currency are taken to be in the one that most have.
    """
    filled = [cell for cell in cells if cell]
    amounts = [amount_of(cell) for cell in filled]
    if len(filled) < SEVERAL or None in amounts or not all(map(AMOUNT.search, filled)):
        return ""
    known = [match[0] if (match := CURRENCY.search(cell)) else "" for cell in filled]
    usual = Counter(filter(None, known)).most_common(1)
    totals: dict[str, Decimal] = {}
    for currency, amount in zip(known, amounts, strict=True):
        name = currency or (usual[0][0] if usual else "")
        totals[name] = totals.get(name, Decimal(0)) + (amount or Decimal(0))
    return " + ".join(f"{name} {total:,}".strip() for name, total in totals.items())

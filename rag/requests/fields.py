"""One thing read from each of many documents: the total of every receipt, the date of every letter."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from itertools import pairwise

from library.records import Document
from rag.extraction import AMOUNT, AnswerLine
from rag.quotation import quotation
from rag.requests.request import Materials
from rag.retriever import Scope
from rag.sentences import Sentence, units_of

SILENT = -2.5  # log-odds of the line that answers likeliest: below them the cell stays empty
BALANCED = 6.0  # log-odds more for the amount that was paid, less the change
ADDED_UP = 5.5  # for one that is the sum of two before it, as net and tax are
BEFORE_PAID = 3  # amounts: between what is to be paid and what was given stand a rounding and a tax at most
NEAR_LINES = 6  # between the parts of a sum
CURRENCY = re.compile(r"[^\d\s.,()+-]+")
THOUSANDS = re.compile(r"[.,\s](?=\d{3}(?:\D|$))")


@dataclass(frozen=True, slots=True)
class Cell:
    """What a document says of a field, and where; both empty where it is silent."""

    text: str = ""
    sentence: Sentence | None = None


def read_field(question: str, document: Document, materials: Materials) -> Cell:
    """The short answer of one document alone, or its line.

    Raises `LamplightError` when a model or the library fails.
    """
    selection = materials.finder.select(question, scope=Scope(documents=frozenset({document.id})))
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
    added: dict[str, float] = {}
    for place, ((_, _, paid), (_, _, change)) in enumerate(pairwise(found)):
        for _, amount, value in found[max(0, place - BEFORE_PAID) : place]:
            if change > 0 and 0 < value == paid - change:
                weights[amount] = BALANCED
    for place, amount, value in found if not weights else ():
        before = [one for where, _, one in found if place - NEAR_LINES <= where < place and 0 < one < value]
        if any(one + other == value for index, one in enumerate(before) for other in before[index + 1 :]):
            added[amount] = ADDED_UP
    return weights or added


def _amounts(line: str) -> list[tuple[str, Decimal]]:
    return [(text, value) for text in AMOUNT.findall(line) if (value := amount_of(text)) is not None]


def amount_of(text: str) -> Decimal | None:
    """The number that a cell is, with a currency or not, in either notation; None if it is no number."""
    bare = CURRENCY.sub("", text).strip(" ()")
    whole, point, cents = bare.rpartition("." if bare.rfind(".") > bare.rfind(",") else ",")
    number = f"{whole}.{cents}" if point and len(cents) != 3 else f"{whole}{point}{cents}"
    try:
        return Decimal(THOUSANDS.sub("", number.replace(" ", "")))
    except InvalidOperation:
        return None


def summed(cells: Sequence[str]) -> str:
    """The sum of a column of amounts, with their currency if it is always the same; "" if they can't be added."""
    amounts = [(amount_of(cell), cell) for cell in cells if cell]
    currencies = {" ".join(CURRENCY.findall(cell)).upper() for _, cell in amounts} - {""}
    whole = len(amounts) > 1 and all(value is not None and AMOUNT.search(cell) for value, cell in amounts)
    if not whole or len(currencies) > 1:
        return ""
    total = sum((value for value, _ in amounts if value is not None), Decimal(0))
    return f"{' '.join(currencies)} {total:,}".strip()

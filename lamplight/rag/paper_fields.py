"""What a receipt or an invoice says in every library: who wrote it, when, and how much."""

from __future__ import annotations

import re

from lamplight.library.records import Document, PaperField
from lamplight.rag.balance import AMOUNT
from lamplight.rag.lexicon.amounts import only_number
from lamplight.rag.lexicon.dates import dates_of
from lamplight.rag.lexicon.numbers import currency_of
from lamplight.rag.lookup import Lookup
from lamplight.rag.requests.fields import CURRENCY, TOTAL, FieldValue, read_field
from lamplight.rag.requests.meant import called
from lamplight.rag.requests.request import Materials
from lamplight.rag.sentences import Sentence

DATE = "date"
FIELDS = ("shop", DATE, TOTAL)
KINDS = ("receipts", "invoices")


def paper_fields(document: Document, materials: Materials) -> list[PaperField]:
    """Those of a document that is called a receipt or an invoice and reads like one; empty for any other.

    Raises `LamplightError` when a model or the library fails.
    """
    cells = read_paper(document, materials, materials.finder.lookup())
    return [
        PaperField(name, cell.text, cell.sentence.passage.page if cell.sentence else 1) for name, cell in cells.items()
    ]


def read_paper(document: Document, materials: Materials, lookup: Lookup) -> dict[str, FieldValue]:
    """Shop, date, total and currency, each with the line that says it; empty for what is no receipt or invoice.

    A scan that says a date and an amount as its total counts as one too. Raises `LamplightError` when a model or the
    library fails.
    """
    known = _is_called_one(document, materials)
    if not known and not _is_scan(document, materials):
        return {}
    cells = {
        name: paper_date(document, materials, lookup) if name == DATE else read_field(name, document, materials, lookup)
        for name in FIELDS
    }
    amount = AMOUNT.search(cells[TOTAL].text)
    if not known and not (cells[DATE].text and amount):
        return {}
    if not cells["shop"].text or AMOUNT.search(cells["shop"].text):  # most begin with it, and none has an amount
        first = materials.first_line(document)
        cells["shop"] = FieldValue(first.text if first else "", first)
    total = cells[TOTAL]
    currency = (
        CURRENCY.search(total.text)
        or (CURRENCY.search(total.sentence.text) if total.sentence else None)
        or _currency(document, materials)
    )
    # Its currency is a field of its own.
    cells[TOTAL] = FieldValue(amount[0] if amount else total.text, total.sentence, total.sure)
    return {**cells, "currency": FieldValue(currency[0] if currency else "", total.sentence)}


def may_be_paper(document: Document, materials: Materials) -> bool:
    """Whether a document is called a receipt or an invoice, or is a scan, which may be one."""
    return _is_called_one(document, materials) or _is_scan(document, materials)


def _is_called_one(document: Document, materials: Materials) -> bool:
    return any(called(kind, [document], materials) for kind in KINDS)


def _is_scan(document: Document, materials: Materials) -> bool:
    begins = materials.library.passages.of(document.id, 1)
    return bool(begins) and begins[0].picture_kind == "scan"


def paper_date(document: Document, materials: Materials, lookup: Lookup) -> FieldValue:
    """The date alone; where what is read holds none, the first whole one on the paper."""
    read = read_field(DATE, document, materials, lookup)
    lines = [Sentence(read.sentence.passage, read.text, read.sentence.boxes)] if read.sentence else []
    for line in [*lines, *materials.lines(document)]:
        for date in dates_of(line.text):
            if date.day and date.year:
                return FieldValue(line.text[date.start : date.end], line)
    return FieldValue()


def _currency(document: Document, materials: Materials) -> re.Match[str] | None:
    """The first one that is written anywhere on it."""
    return next(
        (found for unit in materials.lines(document) if (found := CURRENCY.search(unit.text)) is not None), None
    )


def sorting(name: str, text: str) -> str | float | None:
    """What a field is sorted by: a date as "2024-03-31", an amount as a number, words without capitals.

    A currency by its code, however it is written.
    """
    if name == "date":
        dates = [date for date in dates_of(text) if date.day and date.year]
        return f"{dates[0].year:04}-{dates[0].month:02}-{dates[0].day:02}" if dates else None
    if name == TOTAL:
        amount = only_number(text)
        return None if amount is None else float(amount)
    return (currency_of(text) if name == "currency" else "") or text.casefold() or None

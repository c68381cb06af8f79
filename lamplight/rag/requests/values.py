"""Lines that hold a value of the kind that is listed: telephone numbers, addresses of e-mail, dates, amounts."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from lamplight.models.embedder import Embedder
from lamplight.rag.lexicon.dates import dates_of
from lamplight.rag.lexicon.quantities import quantities_of
from lamplight.rag.sentences import Sentence

LIKE = 0.55  # cosine of what is listed to the name of a kind of value
FEWEST = 5  # lines of a document
MEANT = 0.25  # cosine of a line to what it is listed for
EMBEDDED = 600  # lines: each takes about 3 ms
LEAST_SAID = 12  # letters beside a date
TELEPHONE = re.compile(r"(?<![\w.,/-])(?:\+|\(?0)\d(?:[\s()/.-]{0,2}\d){5,13}(?![\w,-])")
EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")


def _has_telephone(text: str) -> bool:
    dates = dates_of(text)
    numbers = [match.span() for match in TELEPHONE.finditer(text)]
    return any(not any(date.start < end and start < date.end for date in dates) for start, end in numbers)


def _has_date(text: str) -> bool:
    """A day or a month of a year, and something that is said of it."""
    dates = [date for date in dates_of(text) if date.month and (date.day or date.year)]
    rest = len(text) - sum(date.end - date.start for date in dates)
    return bool(dates) and rest >= LEAST_SAID and sum(map(str.isalpha, text)) > len(text) / 2


def _has_amount(text: str) -> bool:
    return any(quantity.currency for quantity in quantities_of(text))


def _day(text: str) -> tuple[int, ...] | None:
    return next(((date.year, date.month, date.day) for date in dates_of(text) if date.month), None)


def _amount(text: str) -> tuple[float, ...] | None:
    return next(((quantity.value,) for quantity in quantities_of(text) if quantity.currency), None)


@dataclass(frozen=True, slots=True)
class Value:
    """`holds` tells the lines that have one; of those that have, the ones that mean something like `meanings` count.

    `key` sorts lines by the first that they have; None where there is no order.
    """

    holds: Callable[[str], object]
    meanings: tuple[str, ...] = ()
    key: Callable[[str], tuple[Any, ...] | None] | None = None


VALUES: dict[str, Value] = {
    "telephone numbers": Value(_has_telephone),
    "e-mail addresses": Value(EMAIL.search),
    "deadlines": Value(
        _has_date,
        (
            "This must be paid, done or sent by 31 January at the latest; the contract ends then.",
            "The form is due on 12 May and has to be handed in before.",
        ),
        _day,
    ),
    "dates": Value(_has_date, key=_day),
    "appointments": Value(_has_date, ("The appointment or meeting is on Tuesday, 28 January 2025 at 19:30.",), _day),
    "fees, prices": Value(_has_amount, key=_amount),
    "amounts of money": Value(_has_amount, key=_amount),
}


def value_named(words: str, embedder: Embedder) -> Value | None:
    """The kind of value that is listed; None if it is none of these."""
    named = embedder.encode([words, *VALUES])
    likeness = named[1:] @ named[0]
    return list(VALUES.values())[int(likeness.argmax())] if likeness.max() >= LIKE else None


def meaning_so(value: Value, units: Sequence[Sentence], most: int, embedder: Embedder) -> list[Sentence]:
    """Those of the lines that mean what the value is listed for, in their order; of each document alike many."""
    if not value.meanings or not units:
        return list(units)
    count = len(value.meanings)
    vectors = embedder.encode([*value.meanings, *(unit.text for unit in units[:EMBEDDED])])
    likeness = (vectors[count:] @ vectors[:count].T).max(axis=1)
    order = [int(place) for place in likeness.argsort()[::-1] if likeness[place] >= MEANT]
    documents = {units[place].passage.document_id for place in order}
    room = dict.fromkeys(documents, max(FEWEST, most // max(1, len(documents))))
    kept = []
    for place in order:
        document = units[place].passage.document_id
        if room[document]:
            room[document] -= 1
            kept.append(place)
    return [units[place] for place in sorted(kept)]

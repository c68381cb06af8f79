"""Which amounts of a receipt others confirm, by what they add up to: the total is said again where it is paid."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from lamplight.rag.lexicon.amounts import only_number

# Log-odds more, set on 66 questions about company, date and total of the 40 receipts of `bench.answers` and on 80 about
# other lines of 20 of them: two and a half times as much finds as many totals, and 13 fewer of the other lines.
BALANCED = 2.4  # for the amount that was paid, less the change
PAID_EXACTLY = 1.6  # for one that is said again on a later line, where it is paid
ADDED_UP = 2.2  # for one that is the sum of two before it, as net and tax are
BEFORE_PAID = 3  # amounts: between what is to be paid and what was given stand a rounding and a tax at most
NEAR_LINES = 6  # between the parts of a sum
AMOUNT = re.compile(r"(?<![\d.,])\d[\d.,]*[.,]\d\d(?![\d.,])")


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


def corrected(amount: str, lines: Sequence[str]) -> str:
    """Without a first digit that was a mark beside it, where only so it is the sum of two amounts above.

    ": 94.19" may be read as 194.19; that the sum fits to the cent is no chance.
    """
    found = [(place, text, value) for place, line in enumerate(lines) for text, value in _amounts(line)]
    less = only_number(amount[1:]) if amount not in balance(lines) and AMOUNT.fullmatch(amount[1:]) else None
    for place in [place for place, text, _ in found if text == amount] if less else ():
        parts = [value for where, _, value in found if place - NEAR_LINES <= where < place and value > 0]
        if any(one + other == less for index, one in enumerate(parts) for other in parts[index + 1 :]):
            return amount[1:]
    return amount


def _amounts(line: str) -> list[tuple[str, Decimal]]:
    return [(text, value) for text in AMOUNT.findall(line) if (value := only_number(text)) is not None]

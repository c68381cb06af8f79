"""Costs and debts below zero, which are spoken of as if they stood above it."""

from __future__ import annotations

import re
from collections.abc import Sequence

IN_BRACKETS = re.compile(r"[^\w(]*\(\s*[^\w\s()]*\s*\d[\d.,'’\s]*\)[^\w)]*")  # as accounts set them
# Below zero it is a loss, and less of it is worse.
RESULT = re.compile(
    r"\b(?:profits?|income(?!\s+tax)|earnings|surplus|results?|margin|ebit|ebitda)\b|\bcash (?:flow|from)\b",
    re.IGNORECASE,
)


def is_result(label: str) -> bool:
    """Whether a row is by its label what is left over of income and costs."""
    return RESULT.search(label) is not None


def as_spoken_of(before: float, after: float, label: str, written: Sequence[str] = ()) -> tuple[float, float]:
    """Two figures of a row without their minus, where both have it and are expenses.

    Such are all but results by their `label`. Where these were `written` otherwise than in brackets they may be
    temperatures or balances, and keep it.
    """
    spent = before < 0 and after < 0 and not is_result(label) and all(map(IN_BRACKETS.fullmatch, written))
    return (abs(before), abs(after)) if spent else (before, after)

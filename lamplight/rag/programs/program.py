"""A program over a table: an operation on some of its rows and columns, and what it gives."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from lamplight.rag.lexicon.numbers import FALLEN, RISEN
from lamplight.rag.programs.selections import Rows
from lamplight.rag.tables.cells import BLANKS

Operation = Literal[
    "count", "lookup", "first", "last", "distinct", "sum", "average", "max", "min", "range", "argmax", "argmin",
    "commonest", "rarest", "next", "previous", "same", "above", "below", "difference of counts", "more rows",
    "difference", "larger", "smaller", "earlier", "later", "share", "change", "growth", "most added", "most lost",
    "fastest grown", "fastest fallen", "rising", "falling", "peak", "trough", "rest",
]  # fmt: skip
COUNTS = frozenset({"count", "distinct", "above", "below", "difference of counts"})
AMOUNT = re.compile(r"[-($€£\s]*(?:\d{1,3}(?:,\d{3})+|\d{1,3}|\d{5,})(?:\.\d+)?[)\s]*")
OPERATIONS: tuple[Operation, ...] = Operation.__args__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Program:
    """`given` are the words or numbers it gives, from `rows`.

    `column` is the one that answers, `key` the one that orders, -1 where none does. `rises` says which way a value
    changed by what is given, None where it is no change.
    """

    operation: Operation
    given: tuple[str, ...]
    selection: Rows
    rows: tuple[int, ...]
    column: int = -1
    key: int = -1
    rises: bool | None = None

    @property
    def gives_amount(self) -> bool:
        """Whether it gives one figure in the unit of the table: no count, share, year or name."""
        return self.operation not in COUNTS and len(self.given) == 1 and AMOUNT.fullmatch(self.given[0]) is not None

    @property
    def is_blank(self) -> bool:
        """Whether it gives nothing but what stands in a cell that is left open: "n/a"."""
        return all(one.strip().lower() in BLANKS for one in self.given)

    @property
    def said(self) -> str:
        """What it gives, as a person reads it in any language."""
        said = ", ".join(self.given)
        return said if self.rises is None else f"{RISEN if self.rises else FALLEN} {said}"

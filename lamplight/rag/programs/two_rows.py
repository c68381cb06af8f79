"""What is worked out from two rows of a column: a share, the rest of the whole, both together, one less the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from lamplight.rag.programs.cells import Names
from lamplight.rag.programs.changes import in_per_cent
from lamplight.rag.programs.program import Program
from lamplight.rag.programs.selections import Condition, Rows
from lamplight.rag.programs.view import number_text

OfTwoRows = Literal["share", "rest", "sum", "difference"]
OF_A_WHOLE: frozenset[OfTwoRows] = frozenset({"share", "rest"})
OF_BOTH: frozenset[OfTwoRows] = frozenset({"sum", "difference"})
MOSTLY_NAMED = 0.6  # of the words of a row's label stand in the question: then it is the whole that is meant


def of_two_rows(
    operation: OfTwoRows, asked: frozenset[str], names: Names, rows: Sequence[int], column: int
) -> Program | None:
    """None where a cell is empty, or the row is itself the whole.

    `asked` are the stems of the question, `rows` those of the table, the ones that are likeliest asked for first.
    """
    numbers, first = names.view.columns[column].numbers, rows[0]
    if operation in OF_A_WHOLE:
        second = whole_of(first, asked, names, column)
    else:
        second = next((row for row in rows[1:] if numbers[row] is not None), None)
    if second is None or (one := numbers[first]) is None or (other := numbers[second]) is None:
        return None
    if operation == "share":
        given = in_per_cent(abs(one / other))
    elif operation == "rest":
        given = in_per_cent(1 - abs(one / other))
    else:
        # What is paid out stands below zero, and is spoken of as if it didn't.
        both = abs(one + other) if one < 0 and other < 0 else one + other
        given = number_text(round(both if operation == "sum" else abs(one - other), 4), 0)
    pair = (first, second)
    label = names.labels[-1]
    conditions = tuple(Condition(label, "=", names.view.columns[label].cells[row]) for row in pair)
    return Program(operation, (given,), Rows(conditions, frozenset(), pair), pair, column)


def whole_of(part: int, asked: frozenset[str], names: Names, column: int) -> int | None:
    """The row that a part is a share of: one that the question names, else the largest, which the others add up to."""
    numbers = names.view.columns[column].numbers
    least = abs(numbers[part] or 0.0)
    larger = {row: abs(number) for row, number in enumerate(numbers) if number is not None and abs(number) > least}
    if not least or not larger:
        return None
    own = names.label_stems[part]
    named = {row: _named(names.label_stems[row], own, asked) for row in larger}
    best = max(named.values())
    if best < MOSTLY_NAMED:
        return max(larger, key=lambda row: larger[row])
    return max((row for row in larger if named[row] == best), key=lambda row: larger[row])


def _named(label: frozenset[str], part: frozenset[str], asked: frozenset[str]) -> float:
    """The share of a label's words that the question has, where it says another than the part's."""
    return len(label & asked) / len(label) if label and (label - part) & asked else 0.0

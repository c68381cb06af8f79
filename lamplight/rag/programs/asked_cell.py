"""The cell of a report's tables that a question asks for, or what is worked out from it and one beside it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lamplight.library.records import Passage, Table
from lamplight.models.cell_ranker import CellOperation, CellRanker
from lamplight.models.embedder import Embedder
from lamplight.rag.lexicon.dates import MONTHS
from lamplight.rag.programs.cells import Cell, Seen, cells_seen, names_of
from lamplight.rag.programs.changes import in_per_cent, in_time
from lamplight.rag.programs.program import Operation, Program
from lamplight.rag.programs.selections import Rows, spelt_out
from lamplight.rag.programs.timing import Times, times_of
from lamplight.rag.programs.view import Column, View, plain, shown, view_of
from lamplight.rag.sentences import stems

Found = tuple[Passage, Table]
# Of the 55 questions about cells of real reports that this was chosen on, 28 are told from here on and one of them
# wrongly, and one of 26 near misses. What is worked out from two cells is wrong more often.
FIRST = re.compile(r"[^\W\d_a-z][\w&.'-]*")
SURE, SURE_WORKED_OUT = 0.4, 0.6
NAME = re.compile(r"(?<=[\w,;:)] )[^\W\d_a-z][\w&.'-]*")  # a capital that begins no sentence


@dataclass(frozen=True, slots=True)
class AskedCell:
    """What `program` gives of a passage's table, and the probability that it is what is asked for."""

    passage: Passage
    table: Table
    program: Program
    probability: float

    @property
    def is_sure(self) -> bool:
        """Whether it may be told as the answer."""
        return self.probability >= (SURE if self.program.operation == "lookup" else SURE_WORKED_OUT)


def asked_cell(
    question: str,
    found: Sequence[Found],
    embedder: Embedder,
    ranker: CellRanker,
    named_late: frozenset[int] = frozenset(),
    beside: Sequence[str] = (),
) -> AskedCell | None:
    """None where the tables have no cells. For the ranker's embedder alone.

    Of the documents `named_late` a year that ends early is called by the year it ends in. `beside` are the passages
    that were found.
    """
    vector = embedder.encode([question])[0]
    names = [names_of(table, embedder, table.document_id not in named_late) for _, table in found]
    seen = cells_seen(question, vector, names)
    if not seen.cells:
        return None
    chances = ranker.probabilities(vector, seen.measures, seen.none)
    operations = ranker.operations(question, vector)
    operation = max(operations, key=lambda one: operations[one])
    best = int(chances[:-1].argmax())
    if operation == "share":  # of the whole, which it isn't itself
        parts = [index for index, cell in enumerate(seen.cells) if not _is_whole(names[cell.table].view, cell)]
        best = max(parts, key=lambda index: float(chances[index]), default=best)
    cell = seen.cells[best]
    passage, table = found[cell.table]
    if names_another(question, table, [cell.row], beside):
        return None
    if operation != "lookup":
        worked = _worked_out(operation, question, names[cell.table].view, cell.row, cell.column)
        if worked is not None:
            row = _of_row(seen, chances, best)
            return AskedCell(passage, table, worked, row * operations[operation])
    rows = (cell.row,)
    program = Program("lookup", (table.rows[cell.row][cell.column],), Rows((), frozenset(), rows), rows, cell.column)
    return AskedCell(passage, table, program, float(chances[best]) * operations["lookup"])


def names_another(question: str, table: Table, rows: Sequence[int], beside: Sequence[str]) -> bool:
    """Whether the question has a name that neither rows, heads nor title have: then a part may be meant, or another.

    A word that begins it is a name if one of the passages `beside` has it.
    """
    held = stems(" ".join([table.name, *table.columns, *(cell for row in rows for cell in table.rows[row])]))
    asked = plain(question)
    for match in (one for column in view_of(table).columns for one in spelt_out(asked, column)):
        held |= stems(asked[slice(*match.span)]) if set(rows) & set(match.rows) else frozenset()
    names = [match[0] for match in NAME.finditer(question) if match[0].lower() not in MONTHS]
    if any(not stems(name) <= held for name in names if not any(map(str.isdigit, name))):
        return True
    first = FIRST.match(question)
    left = stems(first[0]) - held if first else frozenset()
    return bool(left) and any(left & stems(text) for text in beside)


def _is_whole(view: View, cell: Cell) -> bool:
    """Whether it is the largest of its column."""
    numbers = view.columns[cell.column].numbers
    return numbers[cell.row] == max((number for number in numbers if number is not None), default=None)


def _of_row(seen: Seen, chances: npt.NDArray[np.float32], best: int) -> float:
    """That the row of a cell is asked for, in whichever column."""
    row = (seen.cells[best].table, seen.cells[best].row)
    return float(sum(chances[index] for index, cell in enumerate(seen.cells) if (cell.table, cell.row) == row))


def _worked_out(operation: CellOperation, question: str, view: View, row: int, column: int) -> Program | None:
    if operation == "share":
        return _share(view, row, column)
    if operation not in ("change", "growth"):
        return None
    periods = next((group for group in in_time(view) if any(one.index == column for _, one in group)), [])
    pair = _two_of([one for _, one in periods], times_of(question), column)
    if pair is None or (before := pair[0].numbers[row]) is None or (after := pair[1].numbers[row]) is None:
        return None
    base: Operation = "change" if operation == "change" else "growth"
    if base == "growth" and before == 0:
        return None
    given = shown(round(abs(after - before), 4), 0) if base == "change" else in_per_cent(abs(after / before - 1))
    rows = (row,)
    # What is paid out stands below zero: there is more of it where the figure is less.
    rises = abs(after) >= abs(before) if before < 0 and after < 0 else after >= before
    return Program(base, (given,), Rows((), frozenset(), rows), rows, pair[1].index, pair[0].index, rises)


def _two_of(periods: Sequence[Column], asked: Times, column: int) -> tuple[Column, Column] | None:
    """The older and the newer of two periods: those that are asked for, else one and the one before it."""
    named = [one for one in periods if _years(one, asked) & asked.years]
    if len(named) > 1:
        return named[0], named[-1]
    wanted = named[0].index if named else column
    place = next((place for place, one in enumerate(periods) if one.index == wanted), 0)
    return (periods[place - 1], periods[place]) if place else None


def _years(column: Column, asked: Times) -> frozenset[int]:
    told = times_of(column.head)
    return told.years if asked.is_dated else told.business


def _share(view: View, row: int, column: int) -> Program | None:
    """Of the largest of a column, which the others add up to."""
    own = view.columns[column]
    part = own.numbers[row]
    whole = max((number for number in own.numbers if number is not None), default=0.0)
    if part is None or whole <= 0 or part == whole:
        return None
    rows = (row,)
    return Program("share", (in_per_cent(abs(part) / whole),), Rows((), frozenset(), rows), rows, column)

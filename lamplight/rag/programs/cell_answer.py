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
from lamplight.rag.lexicon.expenses import as_spoken_of
from lamplight.rag.programs.cells import MEASURES, Cell, CellFeatures, Names, cells_seen, names_of
from lamplight.rag.programs.changes import in_per_cent, in_time
from lamplight.rag.programs.program import Operation, Program
from lamplight.rag.programs.selections import Rows, spelt_out
from lamplight.rag.programs.timing import AGREES, DIFFERS, NamedTimes, named_times_of, part_fit, year_fit
from lamplight.rag.programs.two_rows import OF_A_WHOLE, OF_BOTH, of_two_rows
from lamplight.rag.programs.view import Column, View, normalised, number_text, view_of
from lamplight.rag.sentences import stems

PassageTable = tuple[Passage, Table]
FIRST = re.compile(r"[^\W\d_a-z][\w&.'-]*")
NAME = re.compile(r"(?<=[\w,;:)] )[^\W\d_a-z][\w&.'-]*")  # a capital that begins no sentence
# From here on an answer is told. Of documents that were not learnt from seven in eight are right then where a cell is
# asked for, nearly three in four where something is to be worked out (`python -m training.cells --check`).
SURE, SURE_WORKED_OUT = 0.4, 0.5
HARDLY = 0.35  # likely that a question asks for what stands somewhere: then no row is told as if it were sure


@dataclass(frozen=True, slots=True)
class CellAnswer:
    """What `program` gives of a passage's table, and the probability that it is what is asked for."""

    passage: Passage
    table: Table
    program: Program
    probability: float

    @property
    def is_sure(self) -> bool:
        """Whether it may be told as the answer."""
        least = SURE if self.program.operation == "lookup" else SURE_WORKED_OUT
        return self.probability >= least and not self.program.is_blank


def asked_cell(
    question: str,
    found: Sequence[PassageTable],
    embedder: Embedder,
    ranker: CellRanker,
    named_late: frozenset[int] = frozenset(),
    beside: Sequence[str] = (),
) -> CellAnswer | None:
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
    best = int(chances[:-1].argmax())
    operations = ranker.operations(question, vector, seen.measures[best])
    operation = max(operations, key=lambda one: operations[one])
    if operation in OF_A_WHOLE:  # of which it isn't the whole itself
        parts = [index for index, cell in enumerate(seen.cells) if not _is_whole(names[cell.table].view, cell)]
        best = max(parts, key=lambda index: float(chances[index]), default=best)
    cell = seen.cells[best]
    passage, table = found[cell.table]
    rows = (cell.row,)
    program = Program("lookup", (table.rows[cell.row][cell.column],), Rows((), frozenset(), rows), rows, cell.column)
    made = [CellAnswer(passage, table, program, float(chances[best]) * operations["lookup"])]
    worked = _worked_out(operation, question, names[cell.table], _rows_beside(seen, chances, best), cell.column)
    if worked is not None:
        row = _of_rows(seen, chances, cell.table, worked.rows if operation in OF_BOTH else rows)
        made.append(CellAnswer(passage, table, worked, row * operations[operation]))
    fitting = [one for one in made if not names_another(question, table, one.program.rows, beside)]
    return max(fitting, key=lambda one: one.probability, default=None)


def is_worked_out(question: str, embedder: Embedder, ranker: CellRanker) -> bool:
    """Whether a question surely asks for what two cells give, and not for what stands anywhere."""
    operations = _operations(question, embedder, ranker)
    return operations["lookup"] + operations["other"] < HARDLY


def asks_for_words(question: str, embedder: Embedder, ranker: CellRanker) -> float:
    """The probability that a question asks for something else than figures: a name, a reason, a rule."""
    return _operations(question, embedder, ranker)["other"]


def _operations(question: str, embedder: Embedder, ranker: CellRanker) -> dict[CellOperation, float]:
    """What may be asked for, by the question alone."""
    return ranker.operations(question, embedder.encode([question])[0], np.zeros(MEASURES, np.float32))


def names_another(question: str, table: Table, rows: Sequence[int], beside: Sequence[str]) -> bool:
    """Whether the question has a name that neither rows, heads nor title have: then a part may be meant, or another.

    A word that begins it is a name if one of the passages `beside` has it.
    """
    held = stems(" ".join([table.name, *table.columns, *(cell for row in rows for cell in table.rows[row])]))
    asked = normalised(question)
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


def _rows_beside(seen: CellFeatures, chances: npt.NDArray[np.float32], best: int) -> list[int]:
    """The rows of a cell's column, its own first, then as they are likeliest asked for."""
    cell = seen.cells[best]
    beside = [index for index, one in enumerate(seen.cells) if (one.table, one.column) == (cell.table, cell.column)]
    return [seen.cells[index].row for index in sorted(beside, key=lambda index: (index != best, -chances[index]))]


def _of_rows(seen: CellFeatures, chances: npt.NDArray[np.float32], table: int, rows: Sequence[int]) -> float:
    """That some rows of a table are asked for, all of them, in whichever column."""
    each = [
        sum(float(chances[index]) for index, cell in enumerate(seen.cells) if (cell.table, cell.row) == (table, row))
        for row in rows
    ]
    return min(1.0, len(rows) * min(each))


def _worked_out(
    operation: CellOperation, question: str, names: Names, rows: Sequence[int], column: int
) -> Program | None:
    """From the first of the `rows`, which are in the order in which they are likeliest asked for."""
    view, row = names.view, rows[0]
    if operation in OF_A_WHOLE or operation in OF_BOTH:
        return of_two_rows(operation, stems(question), names, rows, column)
    if operation not in ("change", "growth"):
        return None
    periods = next((group for group in in_time(view) if any(one.index == column for _, one in group)), [])
    pair = _two_of([one for _, one in periods], named_times_of(question), column)
    if pair is None or (before := pair[0].numbers[row]) is None or (after := pair[1].numbers[row]) is None:
        return None
    base: Operation = "change" if operation == "change" else "growth"
    if base == "growth" and before == 0:
        return None
    given = number_text(round(abs(after - before), 4), 0) if base == "change" else in_per_cent(abs(after / before - 1))
    rows = (row,)
    before, after = as_spoken_of(before, after, view.label(row))
    return Program(base, (given,), Rows((), frozenset(), rows), rows, pair[1].index, pair[0].index, after >= before)


def _two_of(periods: Sequence[Column], asked: NamedTimes, column: int) -> tuple[Column, Column] | None:
    """The older and the newer of two periods: those that are asked for, else one and the one before it."""
    named = [one for one in periods if _is_named(one, asked)]
    if len(named) > 1:
        return named[0], named[-1]
    wanted = named[0].index if named else column
    place = next((place for place, one in enumerate(periods) if one.index == wanted), 0)
    return (periods[place - 1], periods[place]) if place else None


def _is_named(column: Column, asked: NamedTimes) -> bool:
    told = named_times_of(column.head)
    return year_fit(asked, told) == AGREES and part_fit(asked, told) != DIFFERS

"""The answer that a table gives to a question, if the ranker is sure which program over it is meant."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from lamplight.library.records import Passage, Table
from lamplight.models.embedder import Embedder, Vectors
from lamplight.models.program_ranker import Described, ProgramRanker
from lamplight.models.reader import Reader
from lamplight.rag.columns import SEPARATOR
from lamplight.rag.computation import Computation
from lamplight.rag.programs.enumeration import programs
from lamplight.rag.programs.features import FeatureExtractor, Likeness, RowScore, name_of_row
from lamplight.rag.programs.program import Program
from lamplight.rag.programs.sql import sql_of
from lamplight.rag.programs.units import with_unit
from lamplight.rag.programs.view import View, canonical, normalised, view_of

FEWEST_ROWS = 2
MOST_ROWS = 120  # that the reader reads in the time there is
MOST_COLUMNS = 16
LIKELY = 3  # rows that the reader takes for the one that answers, and as many that are called so
MOST_SHOWN = 12  # rows that an answer rests on are quoted
# Of what is meant: of tables of reports that it has not learnt from seven in eight are right then, of Wikipedia's three
# in four; asked of a table without the row that is meant it still says something in one of eight.
SURE = 0.8


@dataclass(frozen=True, slots=True)
class ProgramAnswer:
    """`program` is the likeliest of those that give the same, `probability` that of all of them."""

    program: Program
    probability: float

    @property
    def is_sure(self) -> bool:
        """Whether it is likely enough to be told as the answer."""
        return self.probability >= SURE and not self.program.is_blank

    @property
    def log_odds(self) -> float:
        """To be compared with those that the reader gives a line."""
        return math.log(self.probability / max(1e-9, 1 - self.probability))

    def gives(self, text: str) -> bool:
        """Whether it gives just this, however it is spelt."""
        return given(self.program) == (canonical(text),)


def can_be_asked(table: Table) -> bool:
    """Whether a table is of a size for this."""
    whole = all(len(row) == len(table.columns) for row in table.rows)
    return whole and FEWEST_ROWS <= len(table.rows) <= MOST_ROWS and 1 < len(table.columns) <= MOST_COLUMNS


def table_of(passage: Passage, tables: Sequence[Table]) -> Table | None:
    """The one of `tables` that has most of the passage's lines as rows; None if none of a fit size has any."""
    lines = {_close(line) for line in passage.text.split("\n")}
    shares = [
        (sum(_close(" ".join(row)) in lines for row in table.rows), table) for table in tables if can_be_asked(table)
    ]
    most, table = max(shares, key=lambda pair: pair[0], default=(0, None))
    return table if most else None


def _close(line: str) -> str:
    """Without what parts its cells."""
    return normalised(line.replace("|", " ")).replace(" ", "")


def described(
    question: str, vector: Vectors, view: View, name: str, reader: Reader, embedder: Embedder
) -> tuple[list[Program], list[Described]]:
    """All programs for a question with what the ranker sees of them; the last description is that of none.

    `vector` is the embedding of the question, `name` what the table is called.
    """
    readings = _readings(question, view, reader)
    texts = [column.head or "column" for column in view.columns]
    texts += [name_of_row(view, row) or "row" for row in range(view.height)]
    *alike, title = (float(value) for value in embedder.encode([*texts, name or "table"]) @ vector)
    likeness = Likeness(alike[: len(view.columns)], alike[len(view.columns) :], title)
    made = programs(normalised(question), view, _likely(readings, likeness.rows))
    featuring = FeatureExtractor(question, name, view, likeness, readings)
    return made, [*map(featuring.describe, made), featuring.nothing()]


def _likely(readings: Sequence[RowScore], likeness: Sequence[float]) -> list[int]:
    """The rows that the reader takes for the answer, and those that are called most like the question."""
    read = sorted(range(len(readings)), key=lambda row: -readings[row].score)[:LIKELY]
    called = sorted(range(len(readings)), key=lambda row: -likeness[row])[:LIKELY]
    return list(dict.fromkeys([*read, *called]))


def computation_of(program: Program, table: Table) -> Computation:
    """What is shown of a program's answer: what it gives, and the rows that this rests on."""
    rows = program.rows[:MOST_SHOWN]
    columns = [program.column, program.key, *(one.column for one in program.selection.conditions)]
    shown = sorted({column for column in columns if column >= 0} or {0})
    said = with_unit(program, table)
    boxes = [table.boxes[row] for row in rows] if table.boxes else []
    cells = [(row, column) for row in rows for column in shown]
    return Computation(said, program.said, sql_of(program, view_of(table)), table, cells, boxes, short=said)


def likeliest(
    question: str, table: Table, reader: Reader, embedder: Embedder, ranker: ProgramRanker
) -> ProgramAnswer | None:
    """What is likeliest meant; None where that the table doesn't say is likelier. For the ranker's embedder alone."""
    vector = embedder.encode([question])[0]
    made, seen = described(question, vector, view_of(table), table.name, reader, embedder)
    chances = ranker.probabilities(vector, seen)
    together: dict[tuple[str, ...], float] = {}
    for program, chance in zip(made, chances, strict=False):
        together[given(program)] = together.get(given(program), 0.0) + float(chance)
    if not together:
        return None
    best = max(together, key=lambda key: together[key])
    if together[best] <= float(chances[-1]):
        return None
    first = max(
        (place for place, program in enumerate(made) if given(program) == best), key=lambda place: float(chances[place])
    )
    return ProgramAnswer(made[first], together[best])


def given(program: Program) -> tuple[str, ...]:
    """What a program gives, however it is spelt and in which order."""
    return tuple(sorted({canonical(one) for one in program.given}))


def _readings(question: str, view: View, reader: Reader) -> list[RowScore]:
    rows = [SEPARATOR.join(column.cells[row] for column in view.columns) for row in range(view.height)]
    lines = [SEPARATOR.join(column.head for column in view.columns), *rows]
    [read] = reader.read(question, [("", lines)])
    return [
        RowScore(one.score, row[one.start : one.end], one.probability) for one, row in zip(read[1:], rows, strict=True)
    ]

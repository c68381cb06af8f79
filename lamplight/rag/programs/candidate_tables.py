"""What the tables among the passages found say to a question."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from lamplight.library.records import Passage, Table
from lamplight.library.store import Library
from lamplight.models.embedder import Embedder
from lamplight.models.loading import Models
from lamplight.models.reader import LineScore
from lamplight.rag.extraction import AnswerLine
from lamplight.rag.lexicon.numbers import SIGNS
from lamplight.rag.measures.fiscal_years import is_called_by_year_before
from lamplight.rag.names import shortens
from lamplight.rag.passages import Selection
from lamplight.rag.programs.answer import ProgramAnswer, given, likeliest
from lamplight.rag.programs.cell_answer import (
    CellAnswer,
    PassageTable,
    asked_cell,
    asks_for_words,
    is_worked_out,
    names_another,
)
from lamplight.rag.programs.features import COUNTING
from lamplight.rag.programs.program import Program
from lamplight.rag.programs.report_tables import tables_of
from lamplight.rag.programs.selections import ORDINARY
from lamplight.rag.programs.siblings import are_siblings, is_called
from lamplight.rag.programs.timing import named_times_of
from lamplight.rag.query import WORD
from lamplight.rag.retriever import Search
from lamplight.rag.sentences import stems, units_of
from lamplight.rag.table_rows import row_in_cells

TABLES = 5  # over which programs are run
CANDIDATES = 14  # tables, of which they are chosen
LIKELY, LIKELY_CELL = 0.3, 0.12  # of a row that is shown among others where nothing is sure
ODDS = 8.0  # log-odds of what can't be otherwise
READ_OTHERWISE = 3.0  # log-odds by which the reader takes another line for the answer
HOW_MANY = COUNTING[0]
PRICED = re.compile(rf"[{SIGNS}%]")
LOOKED_AT = 20  # passages, for their tables


@dataclass(frozen=True, slots=True)
class TableAnswer:
    """What the table of a passage says likeliest, None where it likelier says nothing."""

    passage: Passage
    table: Table
    answered: ProgramAnswer | None


class CandidateTables:
    """The tables of the best passages, where the embedder knows both languages; none without the rankers' own.

    They are `asked` the question without the names of documents.
    """

    def __init__(self, search: Search, selection: Selection, library: Library, models: Models) -> None:
        self._models, self._library = models, library
        self._beside = [passage.text for passage in search.found[:LOOKED_AT]]
        fits = {models.program_ranker.embedder, models.cell_ranker.embedder} == {models.embedder.name}
        self._among = list(islice(tables_among(search, selection, library), CANDIDATES)) if fits else []
        self.asked = _asked(search, [passage for passage, _ in self._among])

    def cell(self) -> CellAnswer | None:
        """The cell that is asked for, of tables whose rows are called by a column without a head, as in reports."""
        among = [one for one in self._among if not one[1].columns[0]]
        if not among:
            return None
        models, late = self._models, self._named_late(among)
        return asked_cell(self.asked, among, models.embedder, models.cell_ranker, late, self._beside)

    def are_to_be_computed_with(self) -> bool:
        """Whether none of their cells is the answer as it stands."""
        return bool(self._among) and is_worked_out(self.asked, self._models.embedder, self._models.cell_ranker)

    def to_query(self, selection: Selection) -> Table | None:
        """The one over which a query may give what no program surely did; None where prose likelier says it."""
        passages = selection.passages
        if not self._among or not passages:
            return None
        passage, table = self._among[0]
        is_likely = not selection.sure and passage.id == passages[0].id and passage.kind == "table"
        return table if is_likely or self.are_to_be_computed_with() else None

    def are_asked_for_words(self) -> float:
        """The probability that the question asks for something else than what stands in cells or comes of them."""
        return asks_for_words(self.asked, self._models.embedder, self._models.cell_ranker)

    def _named_late(self, among: Sequence[PassageTable]) -> frozenset[int]:
        """The documents that call a year, which ends early in it, by that year."""
        newest: dict[int, int] = {}
        for _, table in among:
            early = [
                year for head in table.columns for year in named_times_of(head).years - named_times_of(head).business
            ]
            newest[table.document_id] = max([newest.get(table.document_id, 0), *early])
        return frozenset(
            document
            for document, year in newest.items()
            if year and not is_called_by_year_before(self._library.passages.of(document), year)
        )

    def answers(self) -> list[TableAnswer]:
        """What each of the promising ones says."""
        models = self._models
        return [
            TableAnswer(
                passage, table, likeliest(self.asked, table, models.reader, models.embedder, models.program_ranker)
            )
            for passage, table in _promising(self.asked, self._among, models.embedder)
        ]


def _promising(asked: str, among: Sequence[PassageTable], embedder: Embedder) -> list[PassageTable]:
    """Those tables that have most words of the question and are called most like it, the best passages' first."""
    if len(among) <= TABLES:
        return list(among)
    words = stems(asked)
    called = [f"{table.name} {' '.join(table.columns)}" for _, table in among]
    likeness = embedder.encode(called) @ embedder.encode([asked])[0]
    held = [stems(f"{name} {_labels(table)}") for name, (_, table) in zip(called, among, strict=True)]
    usual = [sum(word in own for own in held) for word in words]
    rare = {word: 1 / count for word, count in zip(words, usual, strict=True) if count}
    fits = [
        sum(rare.get(word, 0.0) for word in words & own) + float(like) - place / len(among)
        for place, (own, like) in enumerate(zip(held, likeness, strict=True))
    ]
    best = sorted(range(len(among)), key=lambda place: -fits[place])[:TABLES]
    return [among[place] for place in sorted(best)]


def _labels(table: Table) -> str:
    return " ".join(cell for row in table.rows for cell in row if any(map(str.isalpha, cell)))


def tables_among(search: Search, selection: Selection, library: Library) -> Iterator[tuple[Passage, Table]]:
    """Each table of the documents that are shown once, those of the best passages first; of one that is named alone.

    Others of theirs too, as prose often tells more of what is asked than the table that answers.
    """
    seen: set[tuple[int, int, str]] = set()
    shown = {one.id for one in selection.passages}
    documents = {one.document_id for one in selection.passages} - search.unread
    documents = documents & search.named or documents  # its name was taken out of what is asked of tables
    for passage in (*selection.passages, *(one for one in search.found[:LOOKED_AT] if one.id not in shown)):
        if passage.kind == "image" or passage.document_id not in documents:
            continue
        for table in tables_of(passage, library):
            key = table.document_id, table.page, f"{table.columns}{table.rows[0]}"
            if key not in seen:
                seen.add(key)
                yield passage, table


def surest(asked: str, answers: Sequence[TableAnswer], search: Search, selection: Selection) -> TableAnswer | None:
    """The one that surely says it, if any does: none that may speak of the whole where a part is asked for.

    One that isn't of the best passage has to be likelier than what the reader takes for the answer.
    """
    passages = selection.passages
    best = passages[0].id if passages else None
    beside = [passage.text for passage in search.found[:LOOKED_AT]]
    read = max((line.reading.score for line in selection.lines), default=-math.inf)
    sure = [
        (one.answered.probability, place)
        for place, one in enumerate(answers)
        if one.answered is not None
        and one.answered.is_sure
        and (one.passage.id == best or one.answered.log_odds > read)
        and not _may_speak_of_the_whole(one, search, passages)
        and not names_another(asked, one.table, one.answered.program.rows, beside)
        and not _is_read_otherwise(one, selection.lines)
        and not _prices_what_is_counted(asked, one.answered.program)
    ]
    surely = answers[max(sure)[1]] if sure else None
    return None if surely is None or _is_told_otherwise(surely, answers, asked) else surely


def _is_told_otherwise(best: TableAnswer, answers: Sequence[TableAnswer], asked: str) -> bool:
    """Whether a table of the same heads gives something else, and the question doesn't say which one it is about."""
    return best.answered is not None and any(
        one.answered is not None
        and one.answered.probability >= LIKELY
        and given(one.answered.program) != given(best.answered.program)
        and are_siblings(best.table, best.answered.program.rows, one.table, one.answered.program.rows)
        and not is_called(asked, best.table, one.table)
        for one in answers
    )


def _is_read_otherwise(one: TableAnswer, lines: Sequence[AnswerLine]) -> bool:
    """Whether what is looked up stands in a line that the reader doesn't take for the answer, but another one.

    "Stores in all: 160" in the table of one country, beside a sentence that counts those of all.
    """
    if one.answered is None or one.answered.program.operation != "lookup":
        return False
    looked_up = one.answered.program.given[0]
    in_passage = [line for line in lines if line.sentence.passage.id == one.passage.id]
    own = [line.reading.score for line in in_passage if looked_up in line.sentence.text]
    best = max((line.reading.score for line in lines), default=-math.inf)
    return bool(own) and best > 0 and best - max(own) > READ_OTHERWISE


def _prices_what_is_counted(asked: str, program: Program) -> bool:
    """Whether a question "how many" would be answered by an amount of money or a share."""
    return HOW_MANY in asked.lower() and any(PRICED.search(value) for value in program.given)


def likeliest_row(
    cell: CellAnswer | None, answers: Sequence[TableAnswer], in_words: float, marker: int
) -> AnswerLine | None:
    """The row that an answer likeliest rests on, of which none is sure, in a passage of its own with this marker.

    `in_words` is the probability that the question asks for something else than figures: programs were learnt from
    questions that their table answers, and find something in any. A cell's probability has it already.
    """
    likely = [
        (probability, answer.passage, answer.table, one.program)
        for answer in answers
        if (one := answer.answered) is not None
        and (probability := one.probability * (1 - in_words)) >= LIKELY
        and one.program.rows
    ]
    if cell is not None and cell.probability >= LIKELY_CELL:
        likely.insert(0, (cell.probability, cell.passage, cell.table, cell.program))
    if not likely:
        return None
    probability, passage, table, program = max(likely, key=lambda one: one[0])
    return _row(passage, table, program, probability, marker)


def _row(passage: Passage, table: Table, program: Program, probability: float, marker: int) -> AnswerLine:
    row = program.rows[0]
    heads, text = row_in_cells(table, row)
    left, top, right, _ = place = table.boxes[row] if table.boxes else (0.0, 0.0, 0.0, 0.0)
    boxes = [(left, top, right, top), place] if table.boxes else []
    made = replace(passage, id=0, marker=marker, page=table.page, kind="table", header=table.name)
    made = replace(made, text=f"{heads}\n{text}", boxes=boxes)
    start = text.find(program.given[0])
    span = (start, start + len(program.given[0])) if start >= 0 else (0, 0)
    odds = math.log(probability / (1 - probability)) if probability < 1 else ODDS
    line = next(unit for unit in reversed(units_of(made)))
    return AnswerLine(line, LineScore(odds, *span, probability), odds, heads)


def _may_speak_of_the_whole(one: TableAnswer, search: Search, passages: Sequence[Passage]) -> bool:
    """Whether a word of the question stands in another table of the document, but not in the rows that answer."""
    if one.answered is None:
        return False
    program = one.answered.program
    rows = sorted({*program.rows, *program.selection.rows})
    held = [one.table.name, *one.table.columns, *(cell for row in rows for cell in one.table.rows[row])]
    asked = [word for word in WORD.findall(search.asked.lower()) if word not in ORDINARY]
    others = [
        passage.text
        for passage in passages
        if passage.kind == "table" and passage.document_id == one.passage.document_id and passage.id != one.passage.id
    ]
    return bool((stems(" ".join(asked)) - stems(" ".join(held))) & stems("\n".join(others)))


def _asked(search: Search, passages: Sequence[Passage]) -> str:
    """The question without the names of documents, unless one of them may be that of a part: AWS is not Amazon."""
    kept = stems(search.timed)
    for passage in passages:
        name = "".join(filter(str.isalnum, f"{passage.document} {passage.header}".lower()))
        told = stems(passage.text) - kept
        for word in WORD.findall(search.query.text.lower()):
            if not stems(word).isdisjoint(told) and not shortens(word, name):
                return search.query.text
    return search.timed

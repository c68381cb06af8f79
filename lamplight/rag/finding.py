"""What a question finds, whether that answers it, and what the model reads of it: half typed or asked, the same way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lamplight.library.records import Passage, Table
from lamplight.library.store import Library
from lamplight.models.answer_model import AnswerModel
from lamplight.models.loading import Models
from lamplight.models.reader import Reader
from lamplight.rag.answer_plan import AnswerPlan, plan_of
from lamplight.rag.computation import Computation, compute
from lamplight.rag.context import trimmed, whole
from lamplight.rag.events import Breadth
from lamplight.rag.extraction import AnswerLine, read_lines, worth_reading
from lamplight.rag.lookup import Lookup
from lamplight.rag.passages import SHOWN, Selection, read_scores, select, without_repetition
from lamplight.rag.pinning import pinned_passages, with_pinned, without_pinned
from lamplight.rag.programs.answer import ProgramAnswer, computation_of
from lamplight.rag.programs.candidate_tables import CandidateTables, likeliest_row, surest
from lamplight.rag.reading import most_to_read, near_best, reads_apart
from lamplight.rag.refusal import answerability, certainty, is_contradicted, likelihood
from lamplight.rag.retriever import EVERYWHERE, Retriever, Scope, Search
from lamplight.rag.sections import sections_around
from lamplight.rag.table_rows import in_cells

RETRIEVED = 40  # passages that are ranked; the page is mostly among the first of them
# Log-odds less of a line that was the answer before: where another thing was asked for ("and the premium?") it was
# ahead of the right one by .4 and .8. What one line answers twice has seldom another one so near.
TOLD_BEFORE = 1.0
MORE = 2  # times as many passages as are read otherwise, for whoever wants more
PASSAGE_TOKENS = 260  # of each passage when several are read together and nothing is known of this machine yet


@dataclass(frozen=True, slots=True)
class Finding:
    """`computation` is the answer if a table gives it, `pinned` what stands in the prompt whatever is found.

    `table` may give it to who reads it better: a large model.
    """

    selection: Selection
    computation: Computation | None
    pinned: list[Passage]
    table: Table | None = None

    @property
    def query(self) -> str:
        """The question as it stands alone."""
        return self.selection.search.query.text

    @property
    def passages(self) -> list[Passage]:
        """What an answer may rest on, as it is shown: what was found if it answers the question, and what is pinned."""
        return with_pinned(self.selection.passages if self.selection.answerable else [], self.pinned)

    @property
    def further(self) -> list[Passage]:
        """What else was found, best first, with the next markers: read by a model that reads whole sections."""
        others = without_pinned(self.selection.further if self.selection.answerable else [], self.pinned)
        return [replace(one, marker=marker) for marker, one in enumerate(others, start=len(self.passages) + 1)]


class Finder:
    """Finds in one library, with the models that are loaded."""

    def __init__(self, library: Library, models: Models) -> None:
        self._library = library
        self._models = models

    def lookup(self) -> Lookup:
        """For one question."""
        return Lookup(self._library, lambda: self._models.embedder)

    def search(self, query: str, count: int = SHOWN, scope: Scope = EVERYWHERE, lookup: Lookup | None = None) -> Search:
        """What the retriever finds, at least `count` passages of it. Raises `LamplightError` when something fails.

        `lookup` has what was looked up for the question before.
        """
        places, embedders = self._library.vector_places, self._models.embedders
        retriever = Retriever(self._library, self._models.embedder, lambda: embedders.serving(places.second))
        return retriever.search(query, max(RETRIEVED, count), scope, lookup)

    def first(self, search: Search) -> list[Passage]:
        """What can be shown before anything has been read."""
        return [replace(one, marker=marker) for marker, one in enumerate(without_repetition(search.found)[:SHOWN], 1)]

    def select(
        self, query: str, count: int = SHOWN, scope: Scope = EVERYWHERE, lookup: Lookup | None = None
    ) -> Selection:
        """The `count` best passages, read. Raises `LamplightError` when a model or the library fails."""
        return self._read(self.search(query, count, scope, lookup), count, scope.told)

    def find(self, query: str, scope: Scope) -> Finding:
        """`query` stands alone (`rag.conversation`). Raises `LamplightError` when a model or the library fails."""
        return self.read(self.search(query, scope=scope), scope)

    def read(self, search: Search, scope: Scope) -> Finding:
        """What was found in `scope`, read and computed with."""
        selection = self._read(search, SHOWN, scope.told)
        if scope.attached and selection.passages:  # what is shown is meant
            selection = replace(selection, answerable=True)
        shown, found = (
            {passage.document_id: passage.document for passage in passages}
            for passages in (selection.passages, search.found)
        )
        # Few chunks of a sheet are like "total per department": others may come before them.
        for names in (shown, found) if found.keys() - shown.keys() else (shown,):
            known = [table for table in self._library.tables.of(list(names)) if table.columns[0]]
            computation = compute(search.query.text, known, names)
            if computation is not None:
                return Finding(selection, computation, self.pinned(scope))
        tables = CandidateTables(search, selection, self._library, self._models)
        computation, selection = _computed(tables, search, selection)
        table = tables.to_query(selection) if computation is None else None
        return Finding(selection, computation, self.pinned(scope), table)

    def _read(self, search: Search, count: int, told: frozenset[str]) -> Selection:
        first = [whole(passage, self._library) for passage in worth_reading(search.found)]
        lines = self._lines(search, first, told)
        if first:  # where the nearest passages say little, those behind them are worth reading, too
            worth = worth_reading(search.found, max(read_scores(search, first, lines)))
            more = [whole(passage, self._library) for passage in worth[len(first) :]]
            first, lines = [*first, *more], [*lines, *self._lines(search, more, told)]
        rest = [whole(passage, self._library) for passage in search.found[len(first) : count]]
        candidates = [*first, *rest, *search.found[max(len(first), count) :]]
        selection = select(search, candidates, lines, count, self._models.reranker)
        return replace(
            selection,
            lines=in_cells(selection.lines, self._library),
            answerable=answerability(selection) >= 0,
            sure=certainty(selection) >= 0
            and not search.unheard
            and _has_what_is_named(selection)
            and not is_contradicted(selection),
        )

    def _lines(self, search: Search, passages: Sequence[Passage], told: frozenset[str]) -> list[list[AnswerLine]]:
        """Each read by the reader of its kind."""
        by_reader: dict[Reader, list[Passage]] = {}
        for passage in passages:
            by_reader.setdefault(self._reader(search, passage), []).append(passage)
        lines: dict[int, list[AnswerLine]] = {}
        for reader, own in by_reader.items():
            read = read_lines(reader, search.query.text, search.asked, own)
            lines |= zip((passage.id for passage in own), read, strict=True)
        return [[_asked_anew(line, told) for line in lines[passage.id]] for passage in passages]

    def _reader(self, search: Search, passage: Passage) -> Reader:
        """The one for English where the first embedder knows both languages, of scans theirs; else the multilingual."""
        if passage.document_id in search.unread:
            return self._models.multilingual_reader
        return self._models.scan_reader if passage.picture_kind == "scan" else self._models.reader

    def pinned(self, scope: Scope) -> list[Passage]:
        """What is pinned in `scope`."""
        return pinned_passages(self._library, scope, self.count_tokens)

    def count_tokens(self, text: str) -> int:
        """In tokens of the language model."""
        return self._models.language_model.count_tokens(text)

    def texts(
        self, finding: Finding, model: AnswerModel, *, breadth: Breadth = "usual", ahead: bool = False
    ) -> list[str]:
        """What `model` reads of what was found, best first: nothing where that doesn't answer, or a table does.

        With "fewer" the best passage alone; `ahead` of the question all that may come near the best in the end.
        """
        if finding.computation is not None or not finding.selection.answerable:
            return []
        separable = model.separable
        passages = without_pinned(finding.passages, finding.pinned)
        if breadth == "fewer":
            count = 1
        elif breadth == "more":
            count = MORE * most_to_read(separable, finding.query, plan_of(model).passages)
        elif reads_apart(separable, finding.query) and not ahead:
            count = near_best([passage.score for passage in passages])
        else:
            count = most_to_read(separable, finding.query, plan_of(model).passages)
        return self._trimmed(finding.query, passages[:count], model)

    def sections(self, finding: Finding, plan: AnswerPlan, *, breadth: Breadth = "usual") -> list[list[Passage]]:
        """The sections that a large model reads, best first; like `texts` nothing where there is nothing to read."""
        if finding.computation is not None or not finding.selection.answerable:
            return []
        count = {"fewer": 1, "usual": plan.passages, "more": MORE * plan.passages}[breadth]
        passages = [*without_pinned(finding.passages, finding.pinned), *finding.further][:count]
        return sections_around(passages, self._library, plan.passage_tokens, self.count_tokens)

    def _trimmed(self, query: str, passages: list[Passage], model: AnswerModel) -> list[str]:
        """Together no more than this machine reads before a person loses patience.

        Passages that are read apart stay whole: they are remembered, and reading them again costs nothing.
        """
        if passages and not reads_apart(model.separable, query):
            budget = model.calibration.passage_tokens // len(passages) if model.calibration else PASSAGE_TOKENS
            passages = [replace(part, text=trimmed(part, query, budget, model.count_tokens)) for part in passages]
        return [reading_text(passage) for passage in passages]


def _has_what_is_named(selection: Selection) -> bool:
    """Whether the best passage is of a document that is named, and each other name that is said stands in it.

    "May I keep a dog in the Lyon apartment?" is not surely answered by the lease of another place.
    """
    search = selection.search
    best = next((passage.document_id for passage in selection.passages), None)
    return all(best in documents for documents in (search.named, *search.holding) if documents)


def _asked_anew(line: AnswerLine, told: frozenset[str]) -> AnswerLine:
    """Less likely the answer to a follow-up if it was `told` as that to the question before, which stands behind it."""
    return replace(line, score=line.score - TOLD_BEFORE) if line.sentence.text in told else line


def _computed(tables: CandidateTables, search: Search, selection: Selection) -> tuple[Computation | None, Selection]:
    """A number that stands in no single passage: over the tables that the best passages are of, where the first
    embedder knows both languages.

    Unless one of them surely says it, the cells of the best passage are less sure to be the answer.
    """
    cell = tables.cell()
    if cell is not None and cell.is_sure:
        return computation_of(cell.program, cell.table), selection
    answers = tables.answers()
    sure = surest(tables.asked, answers, search, selection)
    if sure is not None and sure.answered is not None:
        return computation_of(sure.answered.program, sure.table), selection
    if selection.lines and selection.lines[0].header_row and tables.are_to_be_computed_with():
        selection = replace(selection, sure=False)
    if not selection.sure:
        row = likeliest_row(cell, answers, tables.are_asked_for_words(), len(selection.passages) + 1)
        if row is not None:
            return None, _with_row(selection, row)
    first = selection.passages[0].id if selection.passages else None
    beside = [one.answered for one in answers if one.passage.id == first]
    if not beside:
        return None, selection
    lines = [_doubted(line, beside) if line.sentence.passage.id == first else line for line in selection.lines]
    return None, replace(selection, lines=lines)


def _with_row(selection: Selection, row: AnswerLine) -> Selection:
    """A row of a table among the lines that may answer: behind the likeliest of them if that is likelier.

    How likely a row is was not learnt in the measure of the reader's scores: it is shown whatever they are.
    """
    lines = [row, *selection.lines]
    if selection.answerable and likelihood(selection) > row.reading.probability:
        first, *others = selection.lines
        lines = [first, replace(row, score=first.score), *others]
    passages = [*selection.passages, row.sentence.passage]
    return replace(selection, passages=passages, lines=lines, answerable=True)


def _doubted(line: AnswerLine, beside: Sequence[ProgramAnswer | None]) -> AnswerLine:
    """A reader is sure too easily of a cell: it counts as the answer only if a program over the table gives it too."""
    reading = line.reading
    words = line.sentence.text[reading.start : reading.end]
    if any(answered is not None and answered.gives(words) for answered in beside):
        return line
    return replace(line, reading=replace(reading, probability=0.0))


def reading_text(passage: Passage) -> str:
    """A passage as the model reads it; the same for every question, so that it can be remembered."""
    return f"{passage.about}, page {passage.page}:\n{passage.text}"

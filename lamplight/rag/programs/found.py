"""What the tables among the passages found say to a question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lamplight.library.records import Passage, Table
from lamplight.library.store import Library
from lamplight.models.loading import Models
from lamplight.rag.naming import shortens
from lamplight.rag.passages import Selection
from lamplight.rag.programs.answer import Answered, likeliest
from lamplight.rag.programs.report_tables import tables_of
from lamplight.rag.programs.selections import ORDINARY
from lamplight.rag.programs.view import view_of
from lamplight.rag.query import WORD
from lamplight.rag.retriever import Search
from lamplight.rag.sentences import stems

TABLES = 3  # of the best passages, over which programs are run


@dataclass(frozen=True, slots=True)
class TableAnswer:
    """What the table of a passage says likeliest, None where it likelier says nothing."""

    passage: Passage
    table: Table
    answered: Answered | None


def answers_of_tables(search: Search, selection: Selection, library: Library, models: Models) -> list[TableAnswer]:
    """Of the tables of the best passages, where the embedder knows both languages; none without the ranker's own."""
    if models.program_ranker.embedder != models.embedder.name:
        return []
    best = [one for one in selection.passages[:TABLES] if one.kind == "table" and one.document_id not in search.unread]
    asked = _asked(search, best)
    found = [(passage, table) for passage in best for table in tables_of(passage, library)][:TABLES]
    return [
        TableAnswer(
            passage, table, likeliest(asked, view_of(table), models.reader, models.embedder, models.program_ranker)
        )
        for passage, table in found
    ]


def surest(answers: Sequence[TableAnswer], search: Search, passages: Sequence[Passage]) -> TableAnswer | None:
    """The one that surely says it, if any does: none that may speak of the whole where a part is asked for."""
    sure = [
        (one.answered.probability, place)
        for place, one in enumerate(answers)
        if one.answered is not None and one.answered.is_sure and not _may_speak_of_the_whole(one, search, passages)
    ]
    return answers[max(sure)[1]] if sure else None


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
        if passage.kind == "table" and passage.document_id == one.passage.document_id and passage != one.passage
    ]
    return bool((stems(" ".join(asked)) - stems(" ".join(held))) & stems("\n".join(others)))


def _asked(search: Search, passages: Sequence[Passage]) -> str:
    """The question without the names of documents, unless one of them may be that of a part: AWS is not Amazon."""
    kept = stems(search.asked)
    for passage in passages:
        name = "".join(filter(str.isalnum, f"{passage.document} {passage.header}".lower()))
        told = stems(passage.text) - kept
        for word in WORD.findall(search.query.text.lower()):
            if not stems(word).isdisjoint(told) and not shortens(word, name):
                return search.query.text
    return search.asked

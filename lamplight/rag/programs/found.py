"""What the tables among the passages found say to a question."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

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

TABLES = 4  # over which programs are run
LOOKED_AT = 20  # passages, for their tables


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
    found = list(islice(tables_among(search, selection, library), TABLES))
    asked = _asked(search, [passage for passage, _ in found])
    return [
        TableAnswer(
            passage, table, likeliest(asked, view_of(table), models.reader, models.embedder, models.program_ranker)
        )
        for passage, table in found
    ]


def tables_among(search: Search, selection: Selection, library: Library) -> Iterator[tuple[Passage, Table]]:
    """Each table of the documents that are shown once, those of the best passages first.

    Others too, as prose often tells more of what is asked than the table that answers.
    """
    seen: set[tuple[int, int, str]] = set()
    shown = {one.id for one in selection.passages}
    documents = {one.document_id for one in selection.passages} - search.unread
    for passage in (*selection.passages, *(one for one in search.found[:LOOKED_AT] if one.id not in shown)):
        if passage.kind == "image" or passage.document_id not in documents:
            continue
        for table in tables_of(passage, library):
            key = table.document_id, table.page, f"{table.columns}{table.rows[0]}"
            if key not in seen:
                seen.add(key)
                yield passage, table


def surest(answers: Sequence[TableAnswer], search: Search, selection: Selection) -> TableAnswer | None:
    """The one that surely says it, if any does: none that may speak of the whole where a part is asked for.

    One that isn't of the best passage has to be likelier than what the reader takes for the answer.
    """
    passages = selection.passages
    best = passages[0].id if passages else None
    read = max((line.reading.score for line in selection.lines), default=-math.inf)
    sure = [
        (one.answered.probability, place)
        for place, one in enumerate(answers)
        if one.answered is not None
        and one.answered.is_sure
        and (one.passage.id == best or one.answered.log_odds > read)
        and not _may_speak_of_the_whole(one, search, passages)
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
        if passage.kind == "table" and passage.document_id == one.passage.document_id and passage.id != one.passage.id
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

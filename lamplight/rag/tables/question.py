"""Reading a question as a computation over one table: which operation, over which column, of which rows.

A question is read when every one of its words has a job: it names a column, a cell, a year, a limit, an operation
or the table itself. A word left over means that the question asks for something else, and then there is no reading.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from lamplight.library.records import Table
from lamplight.rag.tables.cells import Grid, grids
from lamplight.rag.tables.mentions import find_mentions
from lamplight.rag.tables.parsed_question import ParsedQuestion
from lamplight.rag.tables.plan import Plan, plans
from lamplight.rag.tables.selections import Filter, Mention
from lamplight.rag.tables.trust import can_be_trusted
from lamplight.rag.tables.units import apart_by_unit
from lamplight.rag.tables.vocabulary import KNOWN, NEVER_TITLES, OPENINGS, OPERATIONS, Word, meaning, words_of

LONGEST_QUESTION = 32  # words; more is prose with a question in it
MOST_READINGS = 3_000  # ways to give each word a job; a question with more is too vague to trust
LONGEST_TITLE = 12  # words; a longer one is a paragraph and explains too much


def parse_table_question(question: str, table: Table, document: str = "") -> list[Plan]:
    """Every way to read the question as a computation over this table, best first; usually none."""
    words = words_of(question)
    if not 1 < len(words) <= LONGEST_QUESTION or words[0].lower not in OPENINGS:
        return []
    if not _may_be_about(words, table, document):
        return []
    views = grids(table)
    names = _names(table.name) | _names(document)
    found = []
    for grid in views:
        crosstab = len(views) > 1 and not grid.transposed
        for cover, score in _covers(words, find_mentions(words, grid, names)):
            asked = _take_apart(words, cover, grid)
            for plan in map(apart_by_unit, plans(asked, grid) if asked is not None else ()):
                if plan is not None and can_be_trusted(plan, crosstab):
                    found.append(replace(plan, score=score))
    return sorted(found, key=lambda plan: plan.score, reverse=True)


def _may_be_about(words: Sequence[Word], table: Table, document: str) -> bool:
    """Whether no word is certain to be left over; it keeps hundreds of tables from being typed for every question."""
    held = "\n".join([document, table.name, *table.columns, *map(" ".join, table.rows)]).lower()
    return all(
        word.lower in KNOWN or word.normal in KNOWN or word.lower[:-2] in held or word.normal[:4] in held
        for word in words
        if word.lower.isalpha()
    )


def _names(title: str) -> frozenset[str]:
    stems = meaning(title)
    operations = {phrase[0] for phrase in OPERATIONS}
    return frozenset(stems) - NEVER_TITLES - operations if len(stems) <= LONGEST_TITLE else frozenset()


def _covers(words: Sequence[Word], mentions: Sequence[Mention]) -> list[tuple[list[Mention], float]]:
    """Every way to give each word exactly one job; none when there are too many to look at."""
    starting: dict[int, list[Mention]] = {}
    for mention in dict.fromkeys(mentions):
        starting.setdefault(mention.start, []).append(mention)
    reachable = {len(words)}
    for place in range(len(words) - 1, -1, -1):
        if any(mention.end in reachable for mention in starting.get(place, ())):
            reachable.add(place)
    if 0 not in reachable:
        return []
    found: list[tuple[list[Mention], float]] = []
    waiting: list[tuple[int, list[Mention]]] = [(0, [])]
    while waiting:
        place, chosen = waiting.pop()
        if place == len(words):
            found.append((chosen, sum(mention.weight for mention in chosen)))
            if len(found) > MOST_READINGS:
                return []
            continue
        for mention in starting.get(place, ()):
            if mention.end in reachable:
                waiting.append((mention.end, [*chosen, mention]))
    return found


def _take_apart(words: Sequence[Word], cover: Sequence[Mention], grid: Grid) -> ParsedQuestion | None:
    """None where the parts contradict each other."""
    columns = list(dict.fromkeys(mention.column for mention in cover if mention.role == "column"))
    selecting = [mention for mention in cover if mention.filter is not None]
    operations = frozenset(mention.operation for mention in cover if mention.operation is not None)
    merged = _merge(words, selecting, bool(operations & {"more", "change"}))
    if merged is None:
        return None
    filters, pair = merged
    if any(part.column in columns for part in filters):
        return None
    return ParsedQuestion(
        [word.lower for word in words],
        operations,
        columns,
        [index for index in columns if grid.columns[index].is_number],
        [index for index in columns if not grid.columns[index].is_number],
        filters,
        pair,
        frozenset(mention.role for mention in cover),
        max((mention.limit for mention in cover), default=0),
    )


def _merge(
    words: Sequence[Word], selecting: Sequence[Mention], comparing: bool
) -> tuple[tuple[Filter, ...], tuple[Filter, ...]] | None:
    """Selections column by column: "A and B" of one column are both, or a pair when they are compared."""
    filters: list[Filter] = []
    pair: tuple[Filter, ...] = ()
    by_column: dict[int, list[Mention]] = {}
    for mention in selecting:
        assert mention.filter is not None
        by_column.setdefault(mention.filter.column, []).append(mention)
    for column, mentions in by_column.items():
        parts = [mention.filter for mention in mentions if mention.filter is not None]
        if len(parts) == 1:
            ends = parts[0].values
            if comparing and parts[0].operator == "between" and isinstance(ends[0], float):
                pair = tuple(Filter(column, "in", (end,)) for end in ends)
            else:
                filters += parts
        elif comparing and len(parts) == 2 and not pair and all(part.operator == "in" for part in parts):
            pair = tuple(parts)
        elif all(part.operator == "in" for part in parts) and _listed(words, mentions):
            filters.append(Filter(column, "in", tuple(value for part in parts for value in part.values)))
        else:
            return None
    return tuple(filters), pair


def _listed(words: Sequence[Word], mentions: Sequence[Mention]) -> bool:
    between = [[word.lower for word in words[first.end : second.start]] for first, second in pairwise(mentions)]
    return all(
        set(gap) <= {"and", "or", "in", "on", "for", "the"} and (not gap or {"and", "or"} & set(gap)) for gap in between
    )

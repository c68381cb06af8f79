"""What the words of a question can mean for a table: a column, the value of a cell, a year, a limit, an operation.

A word may mean several things; `rag.tables.question` decides. What has no entry here and stands in no head and no
cell means nothing to the table, and then the question is not about the table alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lamplight.rag.lexicon.numbers import NUMBER_WORDS
from lamplight.rag.tables.cells import BLANKS, Column, Grid
from lamplight.rag.tables.selections import (
    CELL,
    COLUMN,
    GENERIC,
    LITTLE,
    OPERATION,
    TITLE,
    Filter,
    Mention,
    Role,
    find_selections,
    spans,
)
from lamplight.rag.tables.vocabulary import (
    LITTLE_WORDS,
    MONEY_WORDS,
    NEUTRAL_WORDS,
    OPERATIONS,
    PERSON_HEADS,
    PRICE_WORDS,
    PRICED,
    ROW_WORDS,
    SPEND_WORDS,
    YEAR_TOKEN,
    Operation,
    Word,
    meaning,
)

JOINING = frozenset({"is", "of", "was", "a", "an", "the", "are", "in", "on", "at"})  # between a head and its value


def find_mentions(words: Sequence[Word], grid: Grid, names: frozenset[str]) -> list[Mention]:
    """Everything that each stretch of the question can mean in this grid; `names` are the stems of its titles."""
    found = [
        *_little_words(words, grid, names),
        *_operations(words),
        *_columns(words, grid),
        *find_selections(words, grid),
    ]
    joined = list(_joined(found, words, grid))
    return [mention for mention in found if mention.role != "named only"] + joined


def _little_words(words: Sequence[Word], grid: Grid, names: frozenset[str]) -> Iterator[Mention]:
    for index, word in enumerate(words):
        end = index + 1
        if word.lower in LITTLE_WORDS:
            yield Mention(index, end, "neutral", LITTLE)
        if word.lower == "between" and any(other.normal == "difference" for other in words[:index]):
            yield Mention(index, end, "neutral", LITTLE)
        if word.normal in NEUTRAL_WORDS or word.lower in NEUTRAL_WORDS:
            yield Mention(index, end, "neutral", GENERIC)
        if word.normal in ROW_WORDS:
            yield Mention(index, end, "rows", GENERIC)
        if word.normal in MONEY_WORDS:
            yield Mention(index, end, "money", GENERIC)
        if word.normal in PRICE_WORDS or word.lower in PRICE_WORDS:
            yield Mention(index, end, "price", GENERIC)
        if word.lower in SPEND_WORDS:
            yield Mention(index, end, "spend", GENERIC)
        titled = YEAR_TOKEN.fullmatch(word.lower) and not any(
            column.kind in ("year", "date") for column in grid.columns
        )
        if word.normal in names and (titled or not word.normal[:1].isdigit()):
            plural: Role = "rows" if word.normal in PERSON_HEADS else "title"
            yield Mention(index, end, plural if word.lower.endswith("s") else "neutral", TITLE)
        if end < len(words) and f"{word.lower}{words[end].lower}" in names:
            yield Mention(index, end + 1, "neutral", TITLE)
        if word.normal == "number" and [other.lower for other in words[end : end + 1]] == ["of"]:
            yield Mention(index, end + 1, "operation", OPERATION, operation="count")


def _operations(words: Sequence[Word]) -> Iterator[Mention]:
    for index in range(len(words)):
        for length in (3, 2, 1):
            phrase = tuple(word.lower for word in words[index : index + length])
            operation = OPERATIONS.get(phrase) if len(phrase) == length else None
            if operation is not None:
                role: Role = "price" if PRICED.intersection(phrase) else "operation"
                yield Mention(index, index + length, role, OPERATION * length, operation=operation)
                if operation in ("max", "min"):
                    yield from _top(words, index, index + length, operation)


def _top(words: Sequence[Word], start: int, end: int, operation: Operation) -> Iterator[Mention]:
    """ "top 3", "three largest"."""
    for place, span in ((end, (start, end + 1)), (start - 1, (start - 1, end))):
        if 0 <= place < len(words):
            lower = words[place].lower
            count = NUMBER_WORDS.get(lower, int(lower) if re.fullmatch(r"\d{1,2}", lower) else 0)
            if count > 1:
                yield Mention(*span, "operation", OPERATION * 2, operation=operation, limit=count)


def _columns(words: Sequence[Word], grid: Grid) -> Iterator[Mention]:
    for index, column in enumerate(grid.columns):
        for stems in head_stems(column):
            for start, end in spans(words, stems, any_order=True):
                yield Mention(start, end, "column", COLUMN * len(stems), index)


def head_stems(column: Column) -> list[tuple[str, ...]]:
    """The ways to name a column: its whole head, and the head without what stands in brackets."""
    whole = meaning(column.head)
    short = meaning(re.sub(r"[(\[][^()\[\]]*[)\]]", " ", column.head))
    return list(dict.fromkeys(stems for stems in (whole, short) if stems))


def _joined(found: Sequence[Mention], words: Sequence[Word], grid: Grid) -> Iterator[Mention]:
    """A head next to its own value: "category Travel", "the Travel category", "a price above 5", "plot 12"."""
    heads = [mention for mention in found if mention.role == "column"]
    for value in found:
        if value.filter is None:
            continue
        for head in heads:
            if head.column != value.filter.column:
                continue
            first, second = (head, value) if head.end <= value.start else (value, head)
            between = words[first.end : second.start] if first.end <= second.start else None
            if between is not None and all(word.lower in JOINING for word in between):
                weight = head.weight + value.weight
                yield Mention(first.start, second.end, "filter", weight, filter=value.filter)
    for head in heads:
        yield from _numbered(words, head, grid.columns[head.column])


def _numbered(words: Sequence[Word], head: Mention, column: Column) -> Iterator[Mention]:
    """ "plot 12" where the column Plot holds 12."""
    if column.kind not in ("number", "text") or head.end >= len(words):
        return
    token = words[head.end]
    if not any(character.isdigit() for character in token.text):
        return
    held = [value for value, text in zip(column.values, column.texts, strict=True) if text.lower() == token.lower]
    if held and held[0] is not None and token.lower not in BLANKS:
        same = Filter(head.column, "in", (held[0],))
        yield Mention(head.start, head.end + 1, "filter", head.weight + CELL, filter=same)

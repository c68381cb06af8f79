"""What a document may tell to a request for several things: each of its lists, and its likeliest sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from lamplight.rag.extraction import AnswerLine
from lamplight.rag.lists.parts import (
    PARTLY,
    SEVERAL,
    LaidOutSentence,
    TitledItems,
    asked_words,
    held_in,
    labelled,
    parts_of,
    title_coverage,
)
from lamplight.rag.lists.rows import columns_of, filtered_of, rows_with, runs_of
from lamplight.rag.sentences import Sentence

SENTENCES = 8  # of a document, the likeliest by the reader
MORE_WORDS = 2  # of a heading than the shortest that is called so

SentenceKey = tuple[int, str]


def key_of(sentence: Sentence) -> SentenceKey:
    """What tells a sentence from others: its passage and its words."""
    return sentence.passage.id, sentence.text


def candidates_of(
    lines: Sequence[LaidOutSentence], wanted: str, read: Mapping[SentenceKey, AnswerLine]
) -> list[TitledItems]:
    """Of one document, each once. `wanted` is what the request calls them, `read` what the reader says of lines."""
    parts = [part for part in parts_of(lines) if len(part.items) >= SEVERAL]
    tables = [*columns_of(lines), *filtered_of(lines), *runs_of(lines)]
    found: dict[tuple[str, tuple[SentenceKey, ...]], TitledItems] = {}
    for part in chain(_called(wanted, lines, [*parts, *tables]), parts, tables, _sentences(lines, read)):
        found.setdefault((part.title, tuple(map(key_of, part.items))), part)
    return [part for part in found.values() if part.items]


def called(wanted: str, lines: Sequence[LaidOutSentence], parts: Sequence[TitledItems]) -> list[Sentence]:
    """The items under the headings, labels and heads that hold what is asked for, or most of it."""
    words = asked_words(wanted)
    scores = [title_coverage(words, part.title) for part in parts]
    best = max(scores, default=0.0)
    if best < PARTLY:
        return rows_with(words, lines)
    fitting = [part for part, score in zip(parts, scores, strict=True) if score == best]
    shortest = min(len(asked_words(part.title)) for part in fitting)
    return [unit for part in fitting if len(asked_words(part.title)) <= shortest + MORE_WORDS for unit in part.items]


def behind_label(wanted: str, lines: Sequence[LaidOutSentence]) -> list[Sentence]:
    """What stands several times behind the label that is asked for first: "Decision: …".

    "The decisions of the meeting with votes": of what, and with what, says no label.
    """
    words = asked_words(wanted)
    for part in labelled(lines):
        own = asked_words(part.title)
        is_repeated = len({(key_of(item), *item.boxes) for item in part.items}) >= SEVERAL
        if is_repeated and own and all(held_in(own, " ".join(words))) and held_in(words[:1], part.title)[0]:
            return part.items
    return []


def _called(wanted: str, lines: Sequence[LaidOutSentence], parts: Sequence[TitledItems]) -> Iterator[TitledItems]:
    items = list({key_of(unit): unit for unit in called(wanted, lines, parts)}.values())
    if len(items) >= SEVERAL:
        yield TitledItems(wanted, items, "called")


def _sentences(lines: Sequence[LaidOutSentence], read: Mapping[SentenceKey, AnswerLine]) -> Iterator[TitledItems]:
    scored = [line for line in lines if key_of(line.sentence) in read]
    scored.sort(key=lambda line: -read[key_of(line.sentence)].score)
    for line in scored[:SENTENCES]:
        yield TitledItems(line.path[-1] if line.path else "", [line.sentence], "sentence")

"""The items of a list and the rows of a table that belong to a line: what it announces, or is one of."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, takewhile

from lamplight.rag.columns import SEPARATOR
from lamplight.rag.lexicon.quantities import quantities_of
from lamplight.rag.query import STOP_WORDS, TOKEN, without_former
from lamplight.rag.reading import needs_several
from lamplight.rag.sentences import ANNOUNCES, ENDED, LETTERS, Sentence, is_item, is_row, stems, units_of

ITEMS = 12  # of a list that are quoted with its announcement


def with_items(question: str, sentence: Sentence) -> list[Sentence] | None:
    """A line of or above a list or table with what belongs to it, empty where it only announces; else None."""
    if "\n" in sentence.text:  # an item of a receipt with its amounts: whole already
        return None
    if sentence.text.rstrip().endswith(ANNOUNCES):
        items = _announced(sentence)
        return [sentence, *items] if items else []
    if items := _counted(sentence) or _rows_below(sentence):
        return [sentence, *items]
    if is_item(sentence.text) and needs_several(question):
        return _list_around(sentence)
    return _all_announced(question, sentence)


def _announced(sentence: Sentence) -> list[Sentence]:
    """The items under a line that ends with a colon: all that begin like items, or the rows of its table."""
    units = units_of(sentence.passage)
    after = units[units.index(sentence) + 1 :]
    items = list(takewhile(lambda unit: is_item(unit.text), after))
    items = items or list(takewhile(lambda unit: is_row(unit.text), after))
    if not items and sentence.passage.kind != "text":
        items = list(takewhile(lambda unit: not unit.text.rstrip().endswith(ANNOUNCES), after))
    return (items or _rows_alike(after))[:ITEMS]


def _rows_alike(lines: Sequence[Sentence]) -> list[Sentence]:
    """The rows that lines begin with, of a table whose cells nothing sets apart, with the line of their heads.

    Words and numbers come in the same order in all of them: "Ada Moss 60 Head", "Bela Kun 41 Deputy of the West".
    """
    for heads in (0, 1):
        order, group = next(groupby(lines[heads:], key=lambda unit: _order(unit.text)), ((), ()))
        if len(order) > 1 and len(rows := list(group)) > 1:
            return [*lines[:heads], *rows]
    return []


def _order(line: str) -> tuple[bool, ...]:
    """How numbers (True) and words follow each other in a line; nothing for a sentence."""
    if ENDED.search(line):
        return ()
    return tuple(is_number for is_number, _ in groupby(any(map(str.isdigit, word)) for word in TOKEN.findall(line)))


def _all_announced(question: str, sentence: Sentence) -> list[Sentence] | None:
    """All that a line announces, for one of its items, where what is asked is what it announces and tells none apart.

    "Who are the officers?" under "Our officers and their ages:" means all, "who is their head?" one.
    """
    units = units_of(sentence.passage)
    above = [unit for unit in units[: units.index(sentence)] if unit.text.rstrip().endswith(ANNOUNCES)]
    items = _announced(above[-1]) if above else []
    if sentence not in items or len(items) == 1:
        return None
    asked = stems(question)
    is_headed = not any(map(str.isdigit, items[0].text)) and any(map(str.isdigit, items[1].text))
    said = {asked & stems(item.text) for item in items[is_headed:]}
    is_announced = asked <= stems(f"{sentence.passage.about} {above[-1].text}")
    return [above[-1], *items] if asked and is_announced and len(said) == 1 else None


def _counted(sentence: Sentence) -> list[Sentence]:
    """The items below a sentence that says how many they are: "We have three kinds of plots." """
    units = units_of(sentence.passage)
    items = list(takewhile(lambda unit: is_item(unit.text), units[units.index(sentence) + 1 :]))
    said = {quantity.value for quantity in quantities_of(sentence.text)}
    return items if 1 < len(items) <= ITEMS and len(items) in said else []


def rows_named(question: str, sentence: Sentence) -> list[Sentence]:
    """The rows that the question means as much as this one, itself with them; none where it is no row that is named.

    Of "the 10 cm and the 15 cm roofs" both, as it names both rows; of "who works in Engineering?" all whose cell says
    so: of them one would be told as if there were no others.
    """
    cells = sentence.text.count(SEPARATOR)
    # A follow-up means the rows that it says itself, if it says one: "And Ulm?" not those of the question before.
    whole, new = (frozenset(TOKEN.findall(text.lower())) for text in (question, without_former(question)))
    asked = new if _cells_said(sentence, new) else whole
    said = _cells_said(sentence, asked)
    if not cells or not said:
        return []
    rows = [unit for unit in units_of(sentence.passage) if unit.text.count(SEPARATOR) == cells][1:]  # heads come first
    if 0 in said:
        return [row for row in rows if 0 in _cells_said(row, asked)][:ITEMS]
    return [row for row in rows if _cells_said(row, asked) == said][:ITEMS]


def _cells_said(row: Sentence, asked: frozenset[str]) -> dict[int, str]:
    """By their place the cells, the first of which is a row's name, that the question says whole: of others words."""
    said = {}
    for place, cell in enumerate(row.text.split(SEPARATOR)):
        words = frozenset(TOKEN.findall(cell.lower()))
        if words and words <= asked and (place == 0 or (not words <= STOP_WORDS and LETTERS.search(cell))):
            said[place] = cell.strip().lower()
    return said


def _rows_below(sentence: Sentence) -> list[Sentence]:
    """The rows of the table whose header row this is: the first of several lines with as many cells."""
    cells = sentence.text.count(SEPARATOR)
    if not cells:
        return []
    units = units_of(sentence.passage)
    place = units.index(sentence)
    if place and units[place - 1].text.count(SEPARATOR) == cells:
        return []
    return list(takewhile(lambda unit: unit.text.count(SEPARATOR) == cells, units[place + 1 :]))[:ITEMS]


def _list_around(sentence: Sentence) -> list[Sentence]:
    """The items beside one, with the line that announces them."""
    units = units_of(sentence.passage)
    place = units.index(sentence)
    before = list(takewhile(lambda unit: is_item(unit.text), reversed(units[:place])))[::-1]
    after = list(takewhile(lambda unit: is_item(unit.text), units[place:]))
    first = place - len(before)
    head = [unit for unit in units[max(0, first - 1) : first] if unit.text.rstrip().endswith(ANNOUNCES)]
    return [*head, *(before + after)[:ITEMS]]


def joined(sentences: Sequence[Sentence]) -> Sentence:
    """Several as one, a line each."""
    text = "\n".join(sentence.text for sentence in sentences)
    return Sentence(sentences[0].passage, text, [box for sentence in sentences for box in sentence.boxes])

"""Tables with a rule drawn around every cell: what stands in a cell belongs together, be it of several lines.

Nothing is guessed: the rules close every cell, and each letter inside is in one of them. What isn't so stays lines.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from lamplight.ingest.boxes import is_inside, joined
from lamplight.ingest.tables import is_amount
from lamplight.library.records import Box

Lines = Sequence[tuple[str, Box | None]]
Words = Sequence[tuple[str, Box]]

NEAR = 2.0  # points by which the ends of rules miss each other
FEWEST_RULES = 3  # each way: two rows and two columns
MOST_RULES = 400  # each way
MOST_LINES = 12  # of a cell; the boxes of a form or of a page's columns have more
AS_MANY = 3  # lines in every cell of a row; two may be chance
LONGEST_ROW = 1200  # characters
FEWEST_FILLED = 0.5  # of the cells; a calendar or an empty form has fewer


@dataclass(frozen=True, slots=True)
class Rule:
    """A level or an upright line `at` a height or a place across, from `start` to `end`; in points."""

    level: bool
    at: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class RuledTable:
    """`rows` of cells with the box of what stands in each row; `edges` are the places of the upright rules.

    A cell of several rows stands in each of them, in `words` once.
    """

    place: Box
    edges: tuple[float, ...]
    rows: list[list[str]]
    boxes: list[Box]
    words: str


def ruled_tables(rules: Iterable[Rule], words: Callable[[], Words], lines: Lines) -> list[RuledTable]:
    """The tables of a page, from top to bottom, whose words are just those of the lines inside them.

    `words` are only asked for where rules make a table.
    """
    found = []
    for group in _touching(_merged(rules)):
        levels, uprights = [[rule for rule in group if rule.level is level] for level in (True, False)]
        if min(len(levels), len(uprights)) >= FEWEST_RULES:
            table = _table(levels, uprights, words)
            if table is not None and _is_whole(table, lines):
                found.append(table)
    return sorted(found, key=lambda table: table.place[1])


def _merged(rules: Iterable[Rule]) -> list[Rule]:
    """Pieces of one line, as programs draw them cell by cell, put together."""
    merged: list[Rule] = []
    for rule in sorted(rules, key=lambda rule: (rule.level, rule.at, rule.start)):
        for index in range(len(merged) - 1, -1, -1):
            other = merged[index]
            if other.level is not rule.level or rule.at - other.at > NEAR:
                merged.append(rule)
                break
            if rule.start <= other.end + NEAR and other.start <= rule.end + NEAR:
                merged[index] = replace(other, start=min(other.start, rule.start), end=max(other.end, rule.end))
                break
        else:
            merged.append(rule)
    return merged


def _touching(rules: Sequence[Rule]) -> list[list[Rule]]:
    """Rules in groups that hang together."""
    levels = [rule for rule in rules if rule.level]
    uprights = [rule for rule in rules if not rule.level]
    if max(len(levels), len(uprights)) > MOST_RULES:
        return []
    groups: list[list[Rule]] = []
    left = set(range(len(levels)))
    free = set(range(len(uprights)))
    while left:
        group, open_levels = [], [left.pop()]
        while open_levels:
            level = levels[open_levels.pop()]
            group.append(level)
            for index in [index for index in free if _meet(level, uprights[index])]:
                free.discard(index)
                group.append(uprights[index])
                more = [other for other in left if _meet(levels[other], uprights[index])]
                left.difference_update(more)
                open_levels += more
        groups.append(group)
    return groups


def _meet(level: Rule, upright: Rule) -> bool:
    return (
        level.start - NEAR <= upright.at <= level.end + NEAR and upright.start - NEAR <= level.at <= upright.end + NEAR
    )


def _table(levels: Sequence[Rule], uprights: Sequence[Rule], words: Callable[[], Words]) -> RuledTable | None:
    downs, acrosses = _places(levels), _places(uprights)
    place = (acrosses[0], downs[0], acrosses[-1], downs[-1])
    if min(len(downs), len(acrosses)) < FEWEST_RULES or not _is_framed(levels, uprights, place):
        return None
    cells: dict[tuple[int, int], list[tuple[str, Box]]] = {}
    owners = _owners(downs, acrosses, levels, uprights)
    for text, box in words():
        if is_inside(box, place):
            row = sum(edge < (box[1] + box[3]) / 2 for edge in downs) - 1
            column = sum(edge < (box[0] + box[2]) / 2 for edge in acrosses) - 1
            owner = owners[max(row, 0), max(column, 0)]
            cells.setdefault(owner, []).append((text, box))
    texts = {owner: _lines_of(found) for owner, found in cells.items()}
    if len(texts) < FEWEST_FILLED * len(set(owners.values())) or not all(map(_is_cell, texts.values())):
        return None
    rows: list[list[str]] = []
    boxes: list[Box] = []
    for row in range(len(downs) - 1):
        own = [box for column in range(len(acrosses) - 1) for _, box in cells.get((row, column), [])]
        heights = [len(texts.get((row, column), ())) for column in range(len(acrosses) - 1)]
        if _is_many_rows([height for height in heights if height]):
            return None
        if own:
            shown = [_shown(owners, row, column, texts) for column in range(len(acrosses) - 1)]
            rows.append(shown)
            boxes.append(joined(own))
    if len(rows) < FEWEST_RULES - 1 or any(sum(map(len, row)) > LONGEST_ROW for row in rows):
        return None
    return RuledTable(place, tuple(acrosses), rows, boxes, "".join(itertools.chain(*texts.values())))


def _places(rules: Sequence[Rule]) -> list[float]:
    """Where rules lie, those at one place once."""
    places: list[float] = []
    for at in sorted(rule.at for rule in rules):
        if not places or at - places[-1] > NEAR:
            places.append(at)
    return places


def _is_framed(levels: Sequence[Rule], uprights: Sequence[Rule], place: Box) -> bool:
    """Whether there is a rule along each of the four edges."""
    left, top, right, bottom = place
    sides = ((levels, top, left, right), (levels, bottom, left, right),
             (uprights, left, top, bottom), (uprights, right, top, bottom))  # fmt: skip
    return all(
        any(abs(rule.at - at) <= NEAR and rule.start <= start + NEAR and rule.end >= end - NEAR for rule in rules)
        for rules, at, start, end in sides
    )


def _owners(
    downs: Sequence[float], acrosses: Sequence[float], levels: Sequence[Rule], uprights: Sequence[Rule]
) -> dict[tuple[int, int], tuple[int, int]]:
    """The first place of the cell that each place belongs to: no rule parts the places of one cell."""
    owners: dict[tuple[int, int], tuple[int, int]] = {}
    for row in range(len(downs) - 1):
        for column in range(len(acrosses) - 1):
            owner = row, column
            middle = (downs[row] + downs[row + 1]) / 2, (acrosses[column] + acrosses[column + 1]) / 2
            if column and not _has_rule(uprights, acrosses[column], middle[0]):
                owner = owners[row, column - 1]
            elif row and not _has_rule(levels, downs[row], middle[1]):
                owner = owners[row - 1, column]
            owners[row, column] = owner
    return owners


def _has_rule(rules: Sequence[Rule], at: float, along: float) -> bool:
    return any(abs(rule.at - at) <= NEAR and rule.start <= along <= rule.end for rule in rules)


def _is_cell(lines: Sequence[str]) -> bool:
    """Whether lines may be one cell: two amounts one below the other are of two rows, between which no rule is."""
    return len(lines) <= MOST_LINES and sum(map(is_amount, lines)) < 2


def _is_many_rows(heights: Sequence[int]) -> bool:
    """Whether the cells of a row have all as many lines: then these may be its rows."""
    return len(heights) > 1 and min(heights) == max(heights) >= AS_MANY


def _shown(
    owners: dict[tuple[int, int], tuple[int, int]], row: int, column: int, texts: dict[tuple[int, int], list[str]]
) -> str:
    """A cell's words: in each of its rows, and in the first of its columns."""
    owner = owners[row, column]
    return " ".join(texts.get(owner, [])) if owner[1] == column else ""


def _lines_of(words: list[tuple[str, Box]]) -> list[str]:
    """The words of a cell line by line, each in the order in which they were written."""
    lines: list[tuple[float, list[str]]] = []
    for text, box in words:
        middle = (box[1] + box[3]) / 2
        line = next((line for at, line in lines if box[1] <= at <= box[3]), None)
        if line is None:
            lines.append((middle, [text]))
        else:
            line.append(text)
    return [" ".join(line) for _, line in sorted(lines, key=lambda line: line[0])]


def _is_whole(table: RuledTable, lines: Lines) -> bool:
    """Whether the letters of the lines inside are just those of its cells, so that none is lost or there twice."""
    inside = "".join(text for text, box in lines if is_inside(box, table.place))
    return sorted("".join(inside.split())) == sorted("".join(table.words.split()))

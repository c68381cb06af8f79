"""From how a line looks to how it is read: the Unicode bidirectional algorithm (UAX 9), turned round.

A PDF says where each letter stands and not in which order they were typed. What can look the same way for two texts,
as a number beside a Latin word, is taken for what people write more often. Libraries for this, such as python-bidi, go
the other way only, from text to looks, and lose which letter came from where.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from unicodedata import bidirectional, normalize

RIGHT_TO_LEFT = re.compile("[\u0590-\u065f\u066d-\u06ef\u06fa-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
PRESENTED = re.compile("[\ufb1d-\ufb4f\ufb50-\ufdff\ufe70-\ufefc]+")  # letters in the shape they have within a word
STRONG = frozenset(("L", "R", "AL"))
NUMBERS = frozenset(("EN", "AN"))
OPPOSITE = dict(zip("()[]{}«»\u2039\u203a", ")(][}{»«\u203a\u2039", strict=True))
OPENING = frozenset("([{«\u2039")
ENDS = frozenset(".,:;!?،؛؟\u06d4")  # of sentences and their parts, which stand behind a word


def as_letters(text: str) -> str:
    """Letters instead of the shapes that they have within a word, and of ligatures: what people type and search for."""
    return PRESENTED.sub(lambda found: normalize("NFKC", found[0]), text)


def is_right_to_left(text: str, otherwise: bool) -> bool:
    """Whether a line that looks like `text` from the left is one that begins at the right; `otherwise` if unsure.

    It is sure for a line of one direction, and where most letters and those at both of its ends are of one.
    """
    letters = [kind != "L" for kind in map(bidirectional, text) if kind in STRONG]
    if not letters:
        return otherwise
    rightwards, leftwards = letters.count(False), letters.count(True)
    if not leftwards and otherwise:
        stripped = text.strip()
        return stripped[0] in ENDS and stripped[-1] not in ENDS
    if letters[0] == letters[-1] == (leftwards > rightwards):
        return letters[0]
    return otherwise


def reading_order(units: Sequence[str], right_to_left: bool) -> list[tuple[int, str]]:
    """The index of each unit and its text, as they are read.

    `units` stand from left to right: a letter with its marks, a ligature, a space. Brackets come out as they were
    typed, whichever of both their file named.
    """
    kinds = [_kind(unit) for unit in units]
    order: list[int] = []
    for start, end, is_turned in [(0, len(units), True)] if right_to_left else _spans(kinds):
        order += _from_the_right(units, kinds, start, end) if is_turned else range(start, end)
    return _facing([(index, units[index]) for index in order])


def _kind(unit: str) -> str:
    for letter in unit:
        if (kind := bidirectional(letter)) in STRONG or kind in NUMBERS:
            return kind
    return bidirectional(unit[:1])


def _spans(kinds: Sequence[str]) -> list[tuple[int, int, bool]]:
    """Start and end of the parts of a line from left to right, and whether it is one from right to left."""
    spans: list[tuple[int, int, bool]] = []
    done, index = 0, 0
    while index < len(kinds):
        if kinds[index] not in ("R", "AL"):
            index += 1
            continue
        end = index + 1
        for further in range(index + 1, len(kinds)):
            if kinds[further] == "L":
                break
            if kinds[further] in ("R", "AL"):
                end = further + 1
        spans += [(done, index, False), (index, end, True)]
        done = index = end
    return [*spans, (done, len(kinds), False)]


def _from_the_right(units: Sequence[str], kinds: Sequence[str], start: int, end: int) -> list[int]:
    """The units in reading order."""
    within = _numbers(kinds, start, end)
    within |= _latin(units, kinds, start, end, within)
    order: list[int] = []
    for is_within, group in groupby(range(end - 1, start - 1, -1), within.__contains__):
        indices = list(group)
        order += reversed(indices) if is_within else indices
    return order


def _numbers(kinds: Sequence[str], start: int, end: int) -> set[int]:
    """Digits, and what is one number with them: W2, W4 and W5 of the algorithm. After Arabic letters, little is."""
    found: set[int] = set()
    strong = "R"
    for index in range(end - 1, start - 1, -1):
        kind = kinds[index]
        strong = kind if kind in STRONG else strong
        if kind in NUMBERS:
            found.add(index)
            is_arabic = kind == "AN" or strong == "AL"
            between = ("CS",) if is_arabic else ("CS", "ES")
            if index - 2 >= start and kinds[index - 1] in between and kinds[index - 2] == kind:
                found.add(index - 1)
            if not is_arabic:
                found |= _beside(kinds, index, start, end)
    return found


def _beside(kinds: Sequence[str], index: int, start: int, end: int) -> set[int]:
    """Signs of percent and currency right beside a digit."""
    found = set()
    for step in (-1, 1):
        at = index + step
        while start <= at < end and kinds[at] == "ET":
            found.add(at)
            at += step
    return found


def _latin(units: Sequence[str], kinds: Sequence[str], start: int, end: int, numbers: set[int]) -> set[int]:
    """What is read from the left: from one letter to the last letter or number before one from the right."""
    found: set[int] = set()
    index = start
    while index < end:
        if kinds[index] != "L":
            index += 1
            continue
        last = index
        for further in range(index + 1, end):
            if kinds[further] in ("R", "AL", "AN"):
                break
            if kinds[further] == "L" or further in numbers:
                last = further
        while last + 1 < end and _closes(units[index : last + 1], units[last + 1]):
            last += 1
        found.update(range(index, last + 1))
        index = last + 1
    return found


def _closes(before: Sequence[str], unit: str) -> bool:
    """Whether a bracket ends what was opened within the words before it (N0)."""
    opposite = OPPOSITE.get(unit)
    return opposite is not None and unit not in OPENING and before.count(opposite) > before.count(unit)


def _facing(line: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Brackets that open before a word and close behind one: some programs name what was typed, others what is seen."""
    opened: list[str] = []
    texts = ["", *(text for _, text in line), ""]
    for place, (index, text) in enumerate(line):
        if text not in OPPOSITE:
            continue
        opening = text if text in OPENING else OPPOSITE[text]
        before, behind = texts[place], texts[place + 2]
        starts, stops = _is_edge(before, "behind"), _is_edge(behind, "before")
        opens = starts if starts != stops else opening not in opened
        if opens:
            opened.append(opening)
        elif opening in opened:
            opened.remove(opening)
        line[place] = index, opening if opens else OPPOSITE[opening]
    return line


def _is_edge(beside: str, side: str) -> bool:
    """Whether no word goes on there: a blank, and behind a bracket also the end of a sentence or its part."""
    return not beside.strip() or (side == "before" and beside in ENDS)

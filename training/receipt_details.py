"""What else stands on the receipts of the reading groups than company, date and total, asked by hand.

`training/receipt_details.txt` has no line of a receipt, only where in the groups the answers stand:

    @ 1312                                   the number of the group in `reading/groups.jsonl.gz`, from 0
    ? how much change did I get => 12:11-15  line and characters of the answer, from 0; several are parted by blanks
    ? which card did I pay with => nothing

A network that learnt receipts from company, date and total alone takes every question for one of these.
"""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from training.examples import Example
from training.papers import are_told_apart, without_answers

FILE = Path(__file__).with_name("receipt_details.txt")
NOTHING = "nothing"
PLACE = re.compile(r"(\d+):(\d+)-(\d+)")
WITHOUT = 0.1  # of the questions: the line that answers is taken out
OF_ANOTHER = 0.5  # of the questions are asked of another receipt, too, which they can't mean


def receipt_details(data: Path) -> list[Example]:
    """All of them. Raises `ValueError` where a place is none."""
    with gzip.open(data / "reading" / "groups.jsonl.gz", "rt", encoding="utf-8") as file:
        lines = [tuple(json.loads(group)["lines"]) for group in file]
    made = []
    group: tuple[str, ...] = ()
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("@ "):
            group = lines[int(line[2:])]
        elif line:
            question, _, places = line.removeprefix("? ").rpartition(" => ")
            made.append(_example(question, group, places))
    return made


def _example(question: str, lines: tuple[str, ...], places: str) -> Example:
    found = [] if places == NOTHING else [tuple(map(int, match.groups())) for match in PLACE.finditer(places)]
    if (not found and places != NOTHING) or any(line >= len(lines) or end > len(lines[line]) for line, _, end in found):
        raise ValueError(f"{question!r}: {places!r} is no place")
    spans = tuple((start, end) for _, start, end in found)
    return Example("receipt detail", question, "", lines, tuple(line for line, _, _ in found), spans)


def drawn_details(details: Sequence[Example], chance: random.Random) -> Iterator[Example]:
    """Of one epoch: each question of its own receipt, its lines in any order, and of another one."""
    for example in details:
        header = f"{chance.choice(('IMG_', '', 'scan', 'receipt '))}{chance.randint(1, 4000):03}.jpg"
        others = []
        if chance.random() < OF_ANOTHER and are_told_apart(example, other := chance.choice(details)):
            others = [replace(example, lines=other.lines, answers=(), spans=())]
        for one in (without_answers(example) if chance.random() < WITHOUT else example, *others):
            yield _shuffled(replace(one, header=header), chance)


def _shuffled(example: Example, chance: random.Random) -> Example:
    order = list(range(len(example.lines)))
    chance.shuffle(order)
    answers = tuple(map(order.index, example.answers))
    return replace(example, lines=tuple(example.lines[row] for row in order), answers=answers)

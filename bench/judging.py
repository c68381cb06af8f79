"""Whether a gold answer stands in what is shown: as a value, a date or words, however they are written.

Kept apart from `rag.lexicon` on purpose: a judge that reads numbers as the defendant does forgives the same mistakes.
Both texts become atoms (words, numbers, dates, times) and the gold's must follow one another in the other, each whole:
36 is not in 1936, 36.5 or 36-14-22, and 13.10 not in 113.10.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bench.atoms import SCALES, Atom, Value, atoms, plain
from bench.languages import MONTHS, ONES, OPENERS

IN_UNITS = re.compile(r"(?:\bin |\(|\$ ?)(?:us ?)?(?:\$ ?|usd |dollars? )?(?:in )?(thousand|million|billion)s\b")
ASKS_SHARE = re.compile(r"%|\bper ?cent|\bpercentage|\bshare\b|\bmargin\b|\brate\b|\bratio\b")
SPACED_THOUSANDS = re.compile(r"(?<!\d )(?<![\w.,-])\d{1,3}(?: \d{3})+(?![\w-]| \d)")
TIMES = re.compile(r"^([\d.,]+) ?(?:x|times)$", re.IGNORECASE)  # a ratio is the same number without


def states(text: str, accepted: Sequence[str | Sequence[str]], question: str = "") -> bool:
    """Whether any of the accepted answers stands in `text`; of one that is itself a list, every part.

    The question says what a bare gold number is counted in ("Answer in USD billions", "what percentage").
    """
    return any(
        _stands(text, answer, question)
        if isinstance(answer, str)
        else all(_stands(text, one, question) for one in answer)
        for answer in accepted
    )


def _stands(text: str, gold: str, question: str) -> bool:
    """A space may cut off thousands (1 234,56) or stand between two columns: read both ways."""
    gold = TIMES.sub(r"\1", gold.strip())
    return any(_holds(one, other, question) for one in _readings(text) for other in _readings(gold))


def _readings(text: str) -> tuple[str, ...]:
    whole = re.sub(r"\s+", " ", text)
    joined = SPACED_THOUSANDS.sub(lambda match: match[0].replace(" ", ""), whole)
    return (text,) if joined == whole else (text, joined)


def _holds(text: str, gold: str, question: str) -> bool:
    wanted, offered = list(atoms(gold)), list(atoms(text))
    if not wanted:
        return False
    if "".join(atom.text for atom in wanted) in OPENERS:  # "no" stands in many sentences; the answer opens with it
        return [atom.text for atom in offered[: len(wanted)]] == [atom.text for atom in wanted]
    asked, shown = _scale_of(question), _scale_of(text)
    shares = bool(ASKS_SHARE.search(plain(question)))
    wanted = [_with_scale(atom, asked) for atom in wanted]
    offered = [_with_scale(atom, shown) for atom in offered]
    alone = len(wanted) == 1
    for start in range(len(offered) - len(wanted) + 1):
        pairs = zip(wanted, offered[start : start + len(wanted)], strict=True)
        if all(_same(one, other, shares, alone) for one, other in pairs):
            return True
    return _joined(wanted, offered)


def _scale_of(text: str) -> float:
    found = IN_UNITS.search(plain(text))
    return SCALES[found[1]] if found else 1.0


def _with_scale(atom: Atom, scale: float) -> Atom:
    """A number that may be counted in the unit its text is in: as it stands, or times that unit."""
    if not atom.values or atom.scaled or atom.percent or scale == 1.0:
        return atom
    return replace(
        atom, values=(*atom.values, *((value * scale, step * scale, scale) for value, step, _ in atom.values))
    )


def _same(gold: Atom, other: Atom, shares: bool, alone: bool) -> bool:
    if gold.days:
        return any(_says(day, wanted) for day in other.days for wanted in gold.days)
    if gold.values and other.values:
        return _same_number(gold, other, shares, alone)
    if gold.values and other.days and alone:  # a year is part of a date
        return not gold.percent and any(gold.values[0][0] == day[0] for day in other.days)
    if gold.text in MONTHS and other.days and alone:
        return any(day[1] == MONTHS[gold.text] for day in other.days)
    return not other.days and bool(gold.text) and gold.text == other.text and bool(gold.values) == bool(other.values)


def _same_number(gold: Atom, other: Atom, shares: bool, alone: bool) -> bool:
    if other.text in ONES and gold.text not in ONES and alone:  # "one of the best" is no 1
        return False
    if gold.percent != other.percent and not shares:
        return False
    if gold.currency and other.currency and gold.currency != other.currency:
        return False
    if (gold.sign != "") != (other.sign != "") and "-" in (
        gold.sign,
        other.sign,
    ):  # brackets are how outflows are shown
        return False
    if gold.sign == "(" and not other.sign:
        return False
    return any(_equal(one, two) for one in gold.values for two in other.values)


def _equal(one: Value, two: Value) -> bool:
    """Exactly; where the two are counted in different units, up to the last digit of the coarser one."""
    (value, step, unit), (other, other_step, other_unit) = one, two
    if abs(value - other) <= 1e-9 * max(abs(value), abs(other)):
        return True
    return unit != other_unit and abs(value - other) <= max(step, other_step) / 2


def _says(day: tuple[int, int, int], wanted: tuple[int, int, int]) -> bool:
    return all(part in (0, other) for part, other in zip(wanted, day, strict=True))


def _joined(wanted: Sequence[Atom], offered: Sequence[Atom]) -> bool:
    """Names whose spaces were lost or added ("VIVA CITY", "VIVACITY"), from the start of a word to the end of one."""
    name = "".join(atom.text for atom in wanted)
    if len(name) < 8 or any(atom.values or atom.days for atom in wanted):  # short ones meet by chance
        return False
    for start in range(len(offered)):
        held = ""
        for atom in offered[start:]:
            held += atom.text
            if held == name:
                return True
            if not name.startswith(held):
                break
    return False

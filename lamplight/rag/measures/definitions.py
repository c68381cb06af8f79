"""What the lines of a statement are called, and what is worked out from them (`definitions.txt`, which says how)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from lamplight.rag.sentences import stem

ENTRY = re.compile(r"(?P<own>!\s)?(?P<names>.+?)\s*(?P<kind>:|<?>|%=|=)\s*(?P<rest>.+)")
SECTION = re.compile(r"\[(.+)\]")
MEASURES = "measures"
IN_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
SHORT = re.compile(r"(?<=\w)&(?=\w)")  # PP&E, R&D
WORD = re.compile(r"[^\W_]+")
# Words that labels put in or leave out.
LINKS = frozenset({"and", "of", "the", "for", "in", "to", "by", "a", "an", "on", "s"})
Name = frozenset[str]


@dataclass(frozen=True, slots=True)
class LineItem:
    """A line of a statement. `labels` are word stems, the better ones first.

    `is_paid`: asked for without its minus; `is_own`: no other statement has it; `is_tax`: with a minus where it is a
    gain, however the statement writes it.
    """

    name: str
    statement: str
    labels: tuple[Name, ...]
    is_paid: bool
    is_own: bool
    is_tax: bool = False

    @property
    def is_per_share(self) -> bool:
        """By its name: such an amount has no scale, whatever its statement is in."""
        return "shar" in name_of(self.name) and "per" in name_of(self.name)


@dataclass(frozen=True, slots=True)
class Measure:
    """`expression` is text in the terms of other names (`rag.measures.expression`)."""

    name: str
    expression: str
    is_share: bool


@dataclass(frozen=True, slots=True)
class Definitions:
    """`names` leads from word stems to the name that lines and measures are kept by, `labels` to that of a line."""

    lines: Mapping[str, LineItem]
    measures: Mapping[str, Measure]
    names: Mapping[Name, str]
    labels: Mapping[Name, tuple[str, ...]]

    def with_lines(self, lines: Mapping[Name, LineItem]) -> Definitions:
        """With lines that a document has beside these, by what they are called there."""
        new = {name: line for name, line in lines.items() if name not in self.names}
        named = {name: line.name for name, line in new.items()}
        return replace(
            self, lines={line.name: line for line in new.values()} | {**self.lines}, names=named | {**self.names}
        )


def name_of(text: str) -> Name:
    """Word stems without what stands in brackets, which are notes, codes and other cases."""
    words = WORD.findall(SHORT.sub("", IN_BRACKETS.sub(" ", text.lower())))
    return frozenset(stem(word) for word in words if word not in LINKS and not word.isdigit())


@cache
def definitions() -> Definitions:
    """Read once."""
    lines: dict[str, LineItem] = {}
    measures: dict[str, Measure] = {}
    names: dict[Name, str] = {}
    labels: dict[Name, list[str]] = {}
    section = ""
    for entry in (files("lamplight.rag.measures") / "definitions.txt").read_text("utf-8").splitlines():
        if (head := SECTION.fullmatch(entry)) is not None:
            section = head[1]
        elif not entry.startswith("#") and (match := ENTRY.fullmatch(entry)) is not None:
            called = [part.strip() for part in re.split(r",(?! plant| general)", match["names"])]
            for one in called:
                names.setdefault(name_of(one), called[0])
            if section == MEASURES:
                measures[called[0]] = Measure(called[0], match["rest"], match["kind"] == "%=")
                continue
            stated = dict.fromkeys(name_of(part) for part in [*match["rest"].split(","), *called])
            paid, tax = match["kind"] == ">", match["kind"] == "<>"
            lines[called[0]] = LineItem(called[0], section, tuple(stated), paid, match["own"] is not None, tax)
            for label in stated:
                labels.setdefault(label, []).append(called[0])
    return Definitions(lines, measures, names, {label: tuple(found) for label, found in labels.items()})

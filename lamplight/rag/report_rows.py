"""The rows of a report's tables, which reach us as lines: what each is called, and its cell for each period.

A PDF has no cells. But the line over a report's figures names a year for each column, and so a line with as many
numbers behind its label is a row of theirs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lamplight.library.records import Passage
from lamplight.rag.columns import SEPARATOR
from lamplight.rag.lexicon.dates import years_in_order
from lamplight.rag.lexicon.numbers import MINUS, SIGNS
from lamplight.rag.periods import SPAN, months_of

CELL = re.compile(
    rf"(?P<cell>(?:[{SIGNS}]\s*)?\(?\s*[-{MINUS}]?(?:[{SIGNS}]\s*)?\d+(?:[.,]\d+)*\s*%?\s*\)?\s*%?|(?<=\s)[—–-]+)\s*$"
)
DAY = 31  # a smaller number in a line that names years belongs to a date
ALL = 99
LONGEST = 8  # words of a heading over some rows

Period = tuple[int, int]
"""A year and how many months of it, 0 where nothing is said of them."""


@dataclass(frozen=True, slots=True)
class Row:
    """Line `index` of `passage`, from 0: what it is called, and the cell of each period as it is written.

    `group` is the heading over it and its neighbours, or empty.
    """

    passage: Passage
    index: int
    label: str
    cells: Mapping[Period, str]
    group: str = ""

    @property
    def text(self) -> str:
        """The line as the passage has it: label and all figures, separators too."""
        return self.passage.text.split("\n")[self.index]


def rows_of(passages: Sequence[Passage]) -> Iterator[tuple[str, Row]]:
    """Each line with a number for every year that the line above names, with that line; a label may begin before."""
    page, heads, spans, begun, group = 0, "", "", "", ""
    periods: list[Period] = []
    for passage in passages:
        if passage.page != page:
            page, heads, spans, begun, group, periods = passage.page, "", "", "", "", []
        lines = passage.text.replace(SEPARATOR, "  ").split("\n") if passage.kind != "image" else []
        for index, line in enumerate(lines):
            label, cells = _cut(line)
            if _names_years(line):
                before, heads = heads, f"{spans} {line}".strip()
                group = group if heads == before else ""  # the heads come again where a table was cut
                periods, begun = _periods(years_in_order(line), heads), ""
            elif not cells:
                spans = line if SPAN.search(line) else spans
                begun = f"{begun} {label}" if label[:1].islower() else label
            else:
                label, cells = _fitted(line, cells, len(periods), heads)
                goes_on = not label or label[:1].islower()
                group = _heading(begun) if begun and not goes_on else group
                if periods and len(cells) == len(periods):
                    whole = f"{begun} {label}" if goes_on else label
                    yield heads, Row(passage, index, whole.strip(), dict(zip(periods, cells, strict=True)), group)
                begun = ""


def _heading(line: str) -> str:
    """What a line is called that stands over rows; empty for a sentence."""
    return "" if len(line.split()) > LONGEST or SPAN.search(line) else line.rstrip(" :")


def _names_years(line: str) -> bool:
    """Whether a line is full of years: at least two, and no number that is neither year nor day."""
    numbers = re.findall(r"\d[\d,.]*", line)
    others = [number for number in numbers if not years_in_order(number)]
    days = all(int(bare) <= DAY for number in others if (bare := number.rstrip(",.")).isdigit())
    whole = all(number.rstrip(",.").isdigit() for number in others)
    return len(numbers) - len(others) >= 2 and days and whole and not any(sign in line for sign in f"{SIGNS}%")


def _cut(line: str, most: int = ALL) -> tuple[str, list[str]]:
    """A line's label and the cells behind it, the last ones if there are more than `most`."""
    cells: list[str] = []
    while len(cells) < most and (match := CELL.search(line)) is not None:
        cells.insert(0, match["cell"].strip())
        line = line[: match.start("cell")].rstrip()
    return line.strip(f" .…{SIGNS}"), cells


def _fitted(line: str, cells: list[str], count: int, heads: str) -> tuple[str, list[str]]:
    """Label and cells of `count` columns: without shares between them, changes behind or numbers in the label."""
    label = _cut(line)[0]
    amounts = [cell for cell in cells if "%" not in cell]
    if len(cells) > count == len(amounts):
        return label, amounts
    if len(cells) <= count:
        return label, cells
    if heads and heads[-1].isdigit():
        return _cut(line, count)
    return label, cells[:count]


def _periods(years: Sequence[int], heads: str) -> list[Period]:
    """A period for each column; years that come twice stand under two spans of time, named before them."""
    spans = [months_of(match) for match in SPAN.finditer(heads)]
    groups = len(years) // len(set(years))
    if groups == 1:
        return [(year, spans[0] if len(spans) == 1 else 0) for year in years]
    if len(spans) != groups or len(years) % groups:
        return []
    return [(year, spans[place * groups // len(years)]) for place, year in enumerate(years)]

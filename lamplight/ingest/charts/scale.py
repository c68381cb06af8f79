"""The value axis of a chart: numbers in a column whose places on the picture and values agree in a straight line.

Everything here is in the upright view, in which values grow towards the top of the picture.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from lamplight.library.records import Box

FEWEST_TICKS = 3  # two numbers are always in line
LARGEST_MISS = 0.25  # of a label's height between where a tick is and where the line has it
LARGEST_SPREAD = 0.012  # of the axis: the root mean square of the misses that still counts as straight
MULTIPLES = {"k": 1e3, "K": 1e3, "M": 1e6, "bn": 1e9, "B": 1e9}
MINUS = "-\N{MINUS SIGN}\N{EN DASH}"
NUMBER = re.compile(
    rf"(?P<open>\()?(?P<sign>[{MINUS}+])?\s?(?P<before>[$€£¥])?\s?(?P<later>[{MINUS}])?"
    r"(?P<digits>\d{1,3}(?:[,' ]\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?)\s?(?P<after>[A-Za-z%°€£]{1,4})?\)?"
)
AMBIGUOUS = re.compile(r"0\d|[1-9]\d{0,2}\.\d{3}$")  # a lost point, or thousands as some countries write them


@dataclass(frozen=True, slots=True)
class Number:
    """A number written on the picture, with what stands before and after it (`$`, `%`, `kg`)."""

    value: float
    box: Box
    before: str = ""
    after: str = ""

    @property
    def middle(self) -> float:
        """Pixels from the top of the upright view to the label's middle, where its tick is taken to be."""
        return (self.box[1] + self.box[3]) / 2


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight value axis: the value at height `y` is `(zero - y) * per_pixel`."""

    zero: float
    per_pixel: float
    ticks: tuple[Number, ...]

    @property
    def left(self) -> float:
        """Pixels from the left of the upright view to where the leftmost of its labels begins."""
        return min(tick.box[0] for tick in self.ticks)

    @property
    def right(self) -> float:
        """Pixels from the left of the upright view to where the rightmost of its labels ends."""
        return max(tick.box[2] for tick in self.ticks)

    @property
    def length(self) -> float:
        """Pixels between the outermost ticks that were read."""
        places = [tick.middle for tick in self.ticks]
        return max(places) - min(places)

    def standing_at(self, zero: float) -> Scale:
        """The same axis through a known zero, its slope fitted to the ticks again."""
        rises = np.array([zero - tick.middle for tick in self.ticks])
        values = np.array([tick.value for tick in self.ticks])
        return Scale(zero, float(rises @ values / (rises @ rises)), self.ticks)


def number_in(text: str, box: Box) -> Number | None:
    """The number a label consists of; None for other words and for digits that could mean two values."""
    match = NUMBER.fullmatch(text.strip())
    if match is None or AMBIGUOUS.match(match["digits"]):
        return None
    digits = re.sub(r"[,' ](?=\d{3}(?!\d))", "", match["digits"]).replace(",", ".")
    value = float(digits)
    if match["open"] or (match["sign"] or "+") != "+" or match["later"]:
        value = -value
    after = match["after"] or ""
    if after in MULTIPLES:
        return Number(value * MULTIPLES[after], box, match["before"] or "")
    return Number(value, box, match["before"] or "", after)


def find_scales(numbers: Sequence[Number]) -> list[Scale]:
    """Every column of numbers that is a straight axis, the one with the most ticks first."""
    scales: list[Scale] = []
    left = list(numbers)
    while len(left) >= FEWEST_TICKS:
        columns = [[other for other in left if _share_a_column(seed, other)] for seed in left]
        fits = [fit for column in columns if (fit := _fit(column)) is not None]
        if not fits:
            break
        best = max(fits, key=lambda scale: (len(scale.ticks), scale.length))
        scales.append(best)
        left = [number for number in left if number not in best.ticks]
    return scales


def _share_a_column(one: Number, other: Number) -> bool:
    return min(one.box[2], other.box[2]) > max(one.box[0], other.box[0])


def _fit(column: Sequence[Number]) -> Scale | None:
    """The straight line that most numbers of a column lie on. A garbled one lies off it and is left out."""
    if len(column) < FEWEST_TICKS:
        return None
    places = np.array([number.middle for number in column])
    values = np.array([number.value for number in column])
    allowed = LARGEST_MISS * float(np.median([number.box[3] - number.box[1] for number in column]))
    best = np.zeros(len(column), bool)
    for one, other in combinations(range(len(column)), 2):
        # Larger values stand higher, that is at a smaller y.
        if (values[one] - values[other]) * (places[other] - places[one]) <= 0:
            continue
        slope = (places[other] - places[one]) / (values[other] - values[one])
        on_line = np.abs(places[one] + slope * (values - values[one]) - places) <= allowed
        if on_line.sum() > best.sum():
            best = on_line
    if best.sum() < FEWEST_TICKS or len(set(values[best])) < FEWEST_TICKS:
        return None
    slope, zero = np.polyfit(values[best], places[best], 1)
    spread = float(np.sqrt(np.mean((zero + slope * values[best] - places[best]) ** 2)))
    if spread > LARGEST_SPREAD * float(np.ptp(places[best])):
        return None
    ticks = tuple(number for number, kept in zip(column, best, strict=True) if kept)
    return Scale(float(zero), float(-1 / slope), ticks)

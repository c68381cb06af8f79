"""A bar chart's values from its picture: axis by OCR and a straight-line fit, bars by colour, names by place.

Nothing is returned unless axis, bars, series and categories all fit together: at least three ticks on a
straight line, bars of one width on its zero, a label for each group and a name for each colour. What is
printed on the bars has to agree with their lengths.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from lamplight.ingest.charts.bars import Bar, Bars, find_bars, printed_values
from lamplight.ingest.charts.categories import category_labels, groups_of
from lamplight.ingest.charts.legend import find_legend
from lamplight.ingest.charts.lines import find_line
from lamplight.ingest.charts.regions import LARGEST_SIDE, Labels, around, colours_of
from lamplight.ingest.charts.scale import Number, Scale, find_scales, number_in
from lamplight.ingest.charts.stacked import find_stacks, stacks_of
from lamplight.library.records import Box
from lamplight.models.text_rows import OcrLine

MOST_SERIES = 8
PRINTED_MISS = 0.03  # of the axis between a bar's end and the number written on it
ROUND_MISS = 0.005  # of the axis by which rounded values may lie beside the bars' ends
CHANCE = 0.005  # that unrounded values would all be that near to round ones
MULTIPLIER = re.compile(r"(?:[x×]\s?10|\d?e[+-]?\d|in (?:thousands|millions|billions))", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Chart:
    """`name` is its kind ("Bar chart"). `values[category][series]`; what isn't there is absent.

    A single series without a name has the empty name. `places` has the box of each category's bars in pixels,
    `numbers` the words that stand along the axis and on the bars. `before` and `after` are what the axis writes
    around its numbers, such as `$` and `kg`.
    """

    values: dict[str, dict[str, float]]
    places: dict[str, Box]
    numbers: frozenset[OcrLine]
    before: str = ""
    after: str = ""
    name: str = "Bar chart"

    def rows(self) -> list[tuple[str, Box]]:
        """`Product 1: Asia 4.3, USA 2.4` and its place, for each category."""
        return [
            (f"{category}: {self._series(values)}", self.places[category]) for category, values in self.values.items()
        ]

    def _series(self, values: dict[str, float]) -> str:
        return ", ".join(f"{name} {self._written(value)}".strip() for name, value in values.items())

    def _written(self, value: float) -> str:
        """All values with as many decimals: `2.0` beside `4.3`."""
        decimals = max(len(f"{other:.10g}".partition(".")[2]) for row in self.values.values() for other in row.values())
        sign = "-" if value < 0 else ""
        gap = " " if self.after[:1].isalpha() else ""
        return f"{sign}{self.before}{abs(value):.{decimals}f}{gap}{self.after}"


@dataclass(frozen=True, slots=True)
class _View:
    """The picture upright, or after a quarter turn to the left, which makes horizontal bars vertical ones.

    `size` is the picture's width and height before the turn, `shrink` what its boxes were multiplied by.
    """

    words: list[OcrLine]
    originals: Sequence[OcrLine]
    rotated: bool
    size: tuple[int, int]
    shrink: float

    @classmethod
    def of(cls, words: Sequence[OcrLine], rotated: bool, size: tuple[int, int]) -> _View:
        shrink = min(1.0, LARGEST_SIDE / max(size))
        width, height = round(size[0] * shrink), round(size[1] * shrink)
        seen = []
        for word in words:
            left, top, right, bottom = (edge * shrink for edge in word.box)
            box = (top, width - right, bottom, width - left) if rotated else (left, top, right, bottom)
            seen.append(replace(word, box=box))
        return cls(seen, words, rotated, (width, height), shrink)

    def labels(self, colours: Labels) -> Labels:
        return np.ascontiguousarray(np.rot90(colours)) if self.rotated else colours

    def before_turn(self, box: Box) -> Box:
        left, top, right, bottom = box
        return (self.size[0] - bottom, left, self.size[0] - top, right) if self.rotated else box

    def given(self, boxes: Collection[Box]) -> frozenset[OcrLine]:
        """The words of the picture that have one of these boxes in the view."""
        return frozenset(
            original for word, original in zip(self.words, self.originals, strict=True) if word.box in boxes
        )

    def in_picture(self, box: Box) -> Box:
        left, top, right, bottom = (edge / self.shrink for edge in self.before_turn(box))
        return left, top, right, bottom


def read_chart(picture: Image.Image, words: Sequence[OcrLine]) -> Chart | None:
    """The values of a bar chart, vertical or horizontal, or of one line; None wherever it isn't sure.

    `picture` is RGB, `words` are the pieces of text in it (`TextRecogniser.words`), boxes in its pixels.
    """
    if any(MULTIPLIER.fullmatch(word.text.strip()) for word in words):
        return None
    colours: Labels | None = None
    charts: list[Chart] = []
    for turned in (False, True):
        view = _View.of(words, turned, picture.size)
        numbers = [number for word in view.words if (number := number_in(word.text, word.box)) is not None]
        for scale in find_scales(numbers):
            if colours is None:
                smaller = picture.resize(view.size, Image.Resampling.NEAREST) if view.shrink < 1 else picture
                colours = colours_of(smaller)
            seen = view.labels(colours)
            bars = find_bars(seen, scale)
            stacks = find_stacks(seen, scale) if bars is None else None
            if bars is not None:
                charts += _named(bars, view, numbers)
            elif stacks is not None:
                charts += _named(stacks, view, numbers, stacked=True)
            elif not turned:
                charts += _line_chart(seen, scale, view)
    return charts[0] if len(charts) == 1 else None


def _named(bars: Bars, view: _View, numbers: Sequence[Number], stacked: bool = False) -> list[Chart]:
    """The chart with what its bars stand for; none when a name is missing or there twice."""
    names = _series_names(bars, view)
    if names is None:
        return []
    groups = stacks_of(bars) if stacked else groups_of(bars.bars, len(set(names.values())) == 1)
    if groups is None:
        return []
    printed = {} if stacked else printed_values(bars, numbers)
    used = {tick.box for tick in bars.scale.ticks} | {number.box for number in printed.values()}
    others = [word for word in view.words if word.box not in used]
    categories = category_labels([middle for middle, _ in groups], bars, others, view.rotated)
    values = _values(bars, printed)
    if categories is None or values is None or len(set(categories)) < len(categories):
        return []
    table: dict[str, dict[str, float]] = {}
    places: dict[str, Box] = {}
    for category, (_, group) in zip(categories, groups, strict=True):
        table[category] = {names[bar.colour]: values[bar] for bar in group}
        places[category] = view.in_picture(around([bar.box for bar in group]))
    name = "Stacked bar chart" if stacked else "Bar chart"
    return [Chart(table, places, view.given(used), *_units(bars.scale), name)]


def _line_chart(colours: Labels, scale: Scale, view: _View) -> list[Chart]:
    """The values of a single line over the labels under it."""
    ticks = {tick.box for tick in scale.ticks}
    line = find_line(colours, scale, [word for word in view.words if word.box not in ticks])
    if line is None:
        return []
    step = _round_step([value for _, value, _ in line], scale)
    table = {label: {"": round(round(value / step) * step, 10)} for label, value, _ in line}
    places = {label: view.in_picture(box) for label, _, box in line}
    return [Chart(table, places, view.given(ticks), *_units(scale), "Line chart")]


def _units(scale: Scale) -> tuple[str, str]:
    """What the axis writes before and after its numbers."""
    return _common([tick.before for tick in scale.ticks]), _common([tick.after for tick in scale.ticks])


def _series_names(bars: Bars, view: _View) -> dict[int, str] | None:
    """A name for each colour; the same for all when the colours only tell the categories apart."""
    colours = {bar.colour for bar in bars.bars}
    regions = [replace(region, box=view.before_turn(region.box)) for region in bars.regions]
    words = [replace(word, box=view.before_turn(word.box)) for word in view.words]
    legend = find_legend(colours, regions, words, view.size)
    if any(legend.covers(view.before_turn(bar.box)) for bar in bars.bars):
        return None  # a bar may go on behind it
    names = legend.names
    if len(colours) == 1 or (len(colours) == len(bars.bars) and not names):
        return {colour: names.get(colour, "") for colour in colours}
    if len(colours) > MOST_SERIES or len(names) < len(colours) or len(set(names.values())) < len(names):
        return None
    return names


def _values(bars: Bars, printed: dict[Bar, Number]) -> dict[Bar, float] | None:
    """Printed where that agrees with the bar's length, else measured; None when most printed ones disagree."""
    measured = {bar: bars.value_of(bar) for bar in bars.bars}
    allowed = PRINTED_MISS * bars.scale.length * bars.scale.per_pixel
    agreeing = {bar: number.value for bar, number in printed.items() if abs(number.value - measured[bar]) <= allowed}
    if len(printed) > 2 * len(agreeing):
        return None
    step = _round_step(list(measured.values()), bars.scale)
    return {bar: agreeing.get(bar, round(round(value / step) * step, 10)) for bar, value in measured.items()}


def _round_step(values: Sequence[float], scale: Scale) -> float:
    """The coarsest power of ten to which all values round within the precision of the picture.

    Bars drawn from one-decimal numbers all end at one-decimal heights, which others hardly do by chance.
    """
    finest = 10.0 ** math.floor(math.log10(2 * scale.per_pixel))
    miss = ROUND_MISS * scale.length * scale.per_pixel
    step = 10.0 ** math.ceil(math.log10(max(abs(value) for value in values)))
    while step > finest:
        worst = max(abs(round(value / step) * step - value) for value in values)
        if worst <= miss and (2 * max(worst, scale.per_pixel / 2) / step) ** len(values) <= CHANCE:
            break
        step /= 10
    return step


def _common(texts: Sequence[str]) -> str:
    """What stands around the axis' numbers, often only at one of them; nothing when they differ."""
    found = {text for text in texts if text}
    return found.pop() if len(found) == 1 else ""

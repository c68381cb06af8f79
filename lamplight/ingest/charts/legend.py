"""Names of the bars: series from the legend, categories from the labels along the axis."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from lamplight.ingest.charts.regions import Region, around
from lamplight.library.records import Box
from lamplight.models.text_rows import OcrLine

LARGEST_SWATCH = 0.08  # of the picture's sides
SMALLEST_SWATCH = 0.25  # of the words' height; a letter's stem is thinner
SAME_SIZE = 0.25  # of a square's sides by which another may differ
MARGIN = 0.6  # of a label's height around a legend that belongs to it
LABEL_GAP = 2.0  # of a label's height between a square and its label, and between two words of a label


@dataclass(frozen=True, slots=True)
class Word:
    """One word with about its place: a recognised line's box is divided by characters."""

    text: str
    box: Box

    @property
    def height(self) -> float:
        """Pixels, those of the line it was recognised in."""
        return self.box[3] - self.box[1]

    @property
    def centre(self) -> tuple[float, float]:
        """Across and down from the top left corner, in pixels; across only as exact as its box."""
        return (self.box[0] + self.box[2]) / 2, (self.box[1] + self.box[3]) / 2


def split_words(line: OcrLine) -> list[Word]:
    """OCR joins neighbouring labels into one line; taken apart they can be given to their owners."""
    left, top, right, bottom = line.box
    words, place = [], 0
    per_character = (right - left) / max(1, len(line.text))
    for text in line.text.split():
        place = line.text.index(text, place)
        start = left + place * per_character
        words.append(Word(text, (start, top, start + len(text) * per_character, bottom)))
        place += len(text)
    return words


@dataclass(frozen=True, slots=True)
class Legend:
    """Names by colour, and the boxes of squares and labels."""

    names: dict[int, str]
    boxes: tuple[Box, ...]

    def covers(self, box: Box) -> bool:
        """Whether the legend, with its margin, may hide a part of `box`."""
        if not self.boxes:
            return False
        left, top, right, bottom = around(self.boxes)
        margin = MARGIN * max(lower - upper for _, upper, _, lower in self.boxes)
        return (
            left - margin < box[2] and box[0] < right + margin and top - margin < box[3] and box[1] < bottom + margin
        )  # fmt: skip


def find_legend(
    colours: Collection[int], regions: Sequence[Region], lines: Sequence[OcrLine], size: tuple[int, int]
) -> Legend:
    """The label right of a small square of each colour. `size` is the picture's width and height."""
    words = [word for line in lines for word in split_words(line)]
    if not words:
        return Legend({}, ())
    largest, smallest = LARGEST_SWATCH * max(size), SMALLEST_SWATCH * float(np.median([word.height for word in words]))
    squares = _of_one_size([
        region for region in regions
        if region.colour in colours
        and max(region.width, region.height) < largest and min(region.width, region.height) >= smallest
    ])  # fmt: skip
    names: dict[int, str] = {}
    boxes: list[Box] = []
    for square in squares:
        label = label_of(square, squares, words)
        text = tidy(" ".join(word.text for word in label))
        if len(text) > len(names.get(square.colour, "")):
            names[square.colour] = text
            boxes += [square.box, *(word.box for word in label)]
    return Legend(names, tuple(boxes))


def _of_one_size(squares: Sequence[Region]) -> list[Region]:
    """Those that are alike in most colours; the others are parts of letters and bars."""
    best: list[Region] = []
    for square in squares:
        alike = [
            other for other in squares
            if abs(other.width - square.width) <= max(2.0, SAME_SIZE * square.width)
            and abs(other.height - square.height) <= max(2.0, SAME_SIZE * square.height)
        ]  # fmt: skip
        best = max(best, alike, key=lambda regions: (len({region.colour for region in regions}), _area(regions)))
    return best


def _area(regions: Sequence[Region]) -> float:
    return sum(region.width * region.height for region in regions)


def tidy(label: str) -> str:
    """Without the tick marks and lines beside a label that OCR takes for signs."""
    return label.strip(" -–—_|'’.·~")


def label_of(square: Region, squares: Sequence[Region], words: Sequence[Word]) -> list[Word]:
    """The words right of a square of a legend, up to the next of its `squares`."""
    middle = (square.box[1] + square.box[3]) / 2
    next_squares = [
        other.box[0] for other in squares
        if other.box[0] > square.box[2] and other.box[1] < middle < other.box[3]
    ]  # fmt: skip
    end = min(next_squares, default=float("inf"))
    label: list[Word] = []
    edge = square.box[2]
    beside = [word for word in words if word.box[1] < middle < word.box[3] and square.box[2] <= word.centre[0] < end]
    for word in sorted(beside, key=lambda word: word.box[0]):
        if word.box[0] - edge > LABEL_GAP * word.height:
            break
        label.append(word)
        edge = word.box[2]
    return label

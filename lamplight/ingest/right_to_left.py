"""Lines of Arabic, Hebrew and other scripts from right to left, in the order in which they are read.

They are rebuilt from where each letter stands: what is near each other on one height is a piece of a line, pieces that
the file has one after the other are a line, and what looks how is read how says `ingest.bidirectional`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from statistics import median
from unicodedata import bidirectional

from pypdfium2 import raw

from lamplight.ingest.bidirectional import RIGHT_TO_LEFT, is_right_to_left, reading_order
from lamplight.ingest.boxes import both, joined, share_row
from lamplight.ingest.page_characters import ToPage, Unit, character_at, units_of
from lamplight.library.records import Box

# All in sizes of the type.
SPACE = 0.17  # between two words; a font's own space is about a quarter
TYPED_SPACE = 0.05  # where the file or PDFium has a space there too: words of some types stand closer
EDGE_SPACE = 0.12  # where both are beside a space of theirs, if of different ones
UNTYPED_SPACE = 0.22  # where it has none
VAGUE_SPACE = 0.4  # beside a letter of which only the marks have a box
TANWIN = re.compile("[\u064b-\u064d]")  # ends a word, but that an alef may follow
CELL = 1.2  # between two cells of a table or two columns
WORDS_APART = 0.6  # between two Latin words, that are two cells of a narrow table
SAME_LINE = 0.35  # between the baselines of neighbours; a line of Nastaliq climbs by that with each letter
LEVEL = 0.5  # that all of a line's baselines are within, but for Nastaliq's
UPRIGHT = 2.0  # times its width, that a line is high which runs upwards
FEWEST_UPRIGHT = 3  # characters

Line = tuple[int, str, Box | None]


@dataclass(frozen=True, slots=True)
class TurnedLine:
    """A line as it is read, with the indices of the characters that it begins and ends with."""

    start: int
    text: str
    box: Box
    first: int
    last: int


class RightToLeft:
    """The part of a page that isn't read from the left. Use within `ingest.pdfium.PDFIUM_LOCK`."""

    def __init__(self, page: raw.FPDF_TEXTPAGE, lines: Sequence[Line], to_page: ToPage) -> None:
        """`lines` are PDFium's: where each begins, its characters and its box."""
        directions = [bidirectional(letter) != "L" for _, words, _ in lines for letter in words if letter.isalpha()]
        self.is_mostly = sum(directions) * 2 > len(directions)
        turned = [line for line in lines if _has_to_be_turned(line, lines, self.is_mostly)]
        self.indices = frozenset(index for start, words, _ in turned for index in range(start, start + len(words)))
        blanks = frozenset(
            index
            for start, words, _ in turned
            for index, letter in enumerate(f" {words} ", start - 1)
            if letter.isspace()
        )
        self.characters = frozenset(character_at(page, index) for index in self.indices)
        pieces = sorted(_pieces(units_of(page, sorted(self.indices), to_page)), key=_start)
        self.lines: list[TurnedLine] = []
        self.pieces: list[tuple[str, Box]] = []
        self.words: list[tuple[str, Box]] = []
        for line in _lines(pieces):
            ordered = [_ordered(piece, self.is_mostly, blanks) for piece in line]
            if self.is_mostly:
                ordered.reverse()
            pieces_read = [_read(piece) for piece in ordered]
            text, box = " ".join(text for text, _ in pieces_read), joined([box for _, box in pieces_read])
            start = min(map(_start, line))
            self.lines.append(TurnedLine(start, text, box, ordered[0][0][0].index, ordered[-1][-1][0].index))
            self.pieces += pieces_read
            self.words += [word for piece in ordered for word in _words(piece)]


def _has_to_be_turned(line: Line, lines: Sequence[Line], mostly: bool) -> bool:
    """Whether PDFium's order isn't that of reading: its lines end at digits, so that the rest of a line is another.

    On a page from right to left that is any but one that runs upwards, as at the side of a drawing.
    """
    _, words, box = line
    if RIGHT_TO_LEFT.search(words):
        return True
    if box is None or mostly:
        return box is None or len(words) < FEWEST_UPRIGHT or box[3] - box[1] <= UPRIGHT * (box[2] - box[0])
    return any(
        other is not None and share_row(box, other) and RIGHT_TO_LEFT.search(others) for _, others, other in lines
    )


def _pieces(units: Iterable[Unit]) -> Iterator[list[Unit]]:
    """Units that stand near each other on one height, from left to right, and the spaces among them."""
    for band in _bands(units):
        band.sort(key=lambda unit: (unit.x, -unit.index))
        low, high = min(unit.base for unit in band), max(unit.base for unit in band)
        if high - low <= LEVEL * max(unit.size for unit in band):
            yield from _cut(band)
        else:
            yield from _chained(band)


def _bands(units: Iterable[Unit]) -> Iterator[list[Unit]]:
    """Units between whose baselines there is no gap."""
    band: list[Unit] = []
    for unit in sorted(units, key=lambda unit: unit.base):
        if band and unit.base - band[-1].base > SAME_LINE * min(unit.size, band[-1].size):
            yield band
            band = []
        band.append(unit)
    if band:
        yield band


def _cut(band: Sequence[Unit]) -> Iterator[list[Unit]]:
    piece: list[Unit] = []
    right = 0.0
    for unit in band:
        if unit.is_blank:
            if piece:
                piece.append(unit)
            continue
        if piece and unit.box[0] - right > CELL * unit.size:
            yield _stripped(piece)
            piece = []
        right = max(right, unit.box[2]) if piece else unit.box[2]
        piece.append(unit)
    if piece:
        yield _stripped(piece)


def _stripped(piece: list[Unit]) -> list[Unit]:
    while piece[-1].is_blank:
        piece.pop()
    return piece


def _chained(band: Sequence[Unit]) -> Iterator[list[Unit]]:
    """The lines of a band in which several overlap: each unit goes to the nearest that it continues."""
    chains: list[list[Unit]] = []
    for unit in band:
        near = [
            chain
            for chain in chains
            if unit.box[0] - max(one.box[2] for one in chain[-3:]) <= CELL * unit.size
            and min(abs(unit.base - one.base) for one in chain[-4:]) <= 2 * SAME_LINE * unit.size
        ]
        if near:
            min(near, key=lambda chain: min(abs(unit.base - one.base) for one in chain[-4:])).append(unit)
        else:
            chains.append([unit])
    for chain in chains:
        yield from _cut(chain)


def _start(piece: Sequence[Unit]) -> int:
    return min(unit.index for unit in piece)


def _lines(pieces: Sequence[list[Unit]]) -> list[list[list[Unit]]]:
    """Pieces on one height that follow each other in the file, from left to right."""
    lines: list[list[list[Unit]]] = []
    for piece in pieces:
        if lines and _is_level(lines[-1][-1], piece):
            lines[-1].append(piece)
        else:
            lines.append([piece])
    return [sorted(line, key=lambda piece: piece[0].x) for line in lines]


def _is_level(one: Sequence[Unit], other: Sequence[Unit]) -> bool:
    between = abs(median(unit.base for unit in one) - median(unit.base for unit in other))
    return between <= SAME_LINE * min(one[0].size, other[0].size)


def _ordered(piece: Sequence[Unit], mostly: bool, blanks: frozenset[int]) -> list[tuple[Unit, str]]:
    """The units of a piece as they are read, with a space in each gap."""
    spaced: list[Unit] = []
    is_typed, right = False, 0.0
    for unit in piece:
        if unit.is_blank:
            is_typed = True
            continue
        if spaced and unit.box[0] - right > _space(spaced[-1], unit, is_typed, blanks) * unit.size:
            spaced.append(replace(unit, text=" ", box=(right, unit.box[1], unit.box[0], unit.box[3])))
        right = max(right, unit.box[2]) if spaced else unit.box[2]
        spaced.append(unit)
        is_typed = False
    texts = [unit.text for unit in spaced]
    turned = is_right_to_left("".join(texts), mostly)
    return [(spaced[index], text) for index, text in reading_order(texts, turned)]


def _read(piece: Sequence[tuple[Unit, str]]) -> tuple[str, Box]:
    return "".join(text for _, text in piece).strip(), joined([unit.box for unit, _ in piece])


def _space(before: Unit, unit: Unit, is_typed: bool, blanks: frozenset[int]) -> float:
    """How far apart two units are, at least, if they are of two words."""
    low, high = sorted((before, unit), key=lambda one: one.index)
    if before.is_vague and TANWIN.search(before.text) and unit.text[0].isalpha():
        return CELL
    if unit.is_vague and TANWIN.search(unit.text) and before.text[0].isalpha():
        return TYPED_SPACE
    if is_typed or (high.index - low.last == 2 and low.last + 1 in blanks):
        return TYPED_SPACE
    if high.index - low.last == 1:
        return UNTYPED_SPACE
    if all(one.index - 1 in blanks or one.last + 1 in blanks for one in (low, high)):
        return EDGE_SPACE
    return VAGUE_SPACE if before.is_vague or unit.is_vague else SPACE


def _words(piece: Sequence[tuple[Unit, str]]) -> Iterator[tuple[str, Box]]:
    """The words of a piece; Latin ones beside each other as one, since they stand the other way round."""
    word, box, right = "", (0.0, 0.0, 0.0, 0.0), False
    for is_blank, group in groupby(piece, lambda entry: entry[0].is_blank):
        units = list(group)
        if is_blank:
            continue
        text, place = _read(units)
        latin = not RIGHT_TO_LEFT.search(text)
        if word and latin and right and 0 <= place[0] - box[2] <= WORDS_APART * units[0][0].size:
            word, box = f"{word} {text}", both(box, place)
            continue
        if word:
            yield word, box
        word, box, right = text, place, latin
    if word:
        yield word, box

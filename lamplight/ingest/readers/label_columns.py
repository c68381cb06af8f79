"""Forms drawn column by column: all labels first, then all values. A value belongs beside its label."""

from __future__ import annotations

from collections.abc import Sequence

from lamplight.ingest.boxes import both, share_row
from lamplight.library.records import Box

PageLines = list[tuple[str, Box | None]]
LONGEST_LABEL = 40  # characters; lines of prose in columns are longer
FEWEST_ROWS = 3
ENDS_OF_PROSE = (".", ",", ";", "-", "!", "?")


def rows_of_labels(lines: PageLines) -> PageLines:
    """The lines with each value behind its label, where a column of labels is followed by that of their values."""
    result: PageLines = []
    index = 0
    while index < len(lines):
        count = _labels_at(lines, index)
        if count:
            for label, value in zip(lines[index : index + count], lines[index + count :], strict=False):
                result.append((f"{label[0]} {value[0]}", _both(label[1], value[1])))
            index += 2 * count
        else:
            result.append(lines[index])
            index += 1
    return result


def _labels_at(lines: Sequence[tuple[str, Box | None]], start: int) -> int:
    """How many labels begin at a line that are followed by as many values in the same rows."""
    count = 1
    while start + 2 * count <= len(lines) and _is_label(lines[start + count - 1][0]):
        values = start + count
        if count >= FEWEST_ROWS and all(_beside(lines[start + row], lines[values + row]) for row in range(count)):
            return count
        if not _below(lines[start + count - 1], lines[values]):
            return 0
        count += 1
    return 0


def _is_label(text: str) -> bool:
    return len(text) <= LONGEST_LABEL and not text.endswith(ENDS_OF_PROSE)


def _below(above: tuple[str, Box | None], line: tuple[str, Box | None]) -> bool:
    return above[1] is not None and line[1] is not None and line[1][1] > above[1][1]


def _beside(label: tuple[str, Box | None], value: tuple[str, Box | None]) -> bool:
    one, other = label[1], value[1]
    return one is not None and other is not None and other[0] >= one[2] and share_row(one, other)


def _both(one: Box | None, other: Box | None) -> Box | None:
    if one is None or other is None:
        return one or other
    return both(one, other)

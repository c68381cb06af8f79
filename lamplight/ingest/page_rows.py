"""Visual rows of a PDF page out of its words, so that a row of a table stays one line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from statistics import median

from lamplight.ingest.boxes import both, joined
from lamplight.library.records import Box

MIDDLE = 0.35, 0.65  # of the page's width, between which a second column begins
EDGE = 4.0  # points, to which lines of a column begin at one edge
ACROSS = 0.1  # of what is on a page may reach over both columns
FULL = 0.7  # of a column's width, that most of its lines fill
FEWEST_FULL = 8  # lines of a column


def rows_of(words: Iterable[tuple[str, Box]], width: float) -> list[tuple[str, Box | None]]:
    """The rows of a page that is `width` wide; of one with two columns of prose those of one after the other."""
    lines: list[tuple[str, Box | None]] = []
    for column in _columns(_runs(words), width):
        for row in _rows(column):
            row.sort(key=lambda run: run[1][0])
            lines.append((" ".join(text for text, _ in row), joined([box for _, box in row])))
    return lines


def _rows(runs: list[tuple[str, Box]]) -> list[list[tuple[str, Box]]]:
    rows: list[list[tuple[str, Box]]] = []
    for run in sorted(runs, key=lambda run: _centre(run[1])):
        for row in rows[-3:]:
            height = min(_height(run[1]), _height(row[-1][1]))
            if abs(_centre(run[1]) - _centre(row[-1][1])) <= 0.45 * max(5.0, height):
                row.append(run)
                break
        else:
            rows.append([run])
    return rows


def _columns(runs: list[tuple[str, Box]], width: float) -> list[list[tuple[str, Box]]]:
    """The parts of a page that is set in two columns of prose: what is above them, left, right, what is below.

    Both begin at one edge and are mostly full, as the columns of a table are not.
    """
    edges = Counter(round(box[0] / EDGE) for _, box in runs if MIDDLE[0] * width < box[0] < MIDDLE[1] * width)
    if not edges:
        return [runs]
    edge = (edges.most_common(1)[0][0] - 1) * EDGE
    left = [run for run in runs if run[1][2] <= edge]
    right = [run for run in runs if run[1][0] >= edge]
    across = [run for run in runs if run[1][0] < edge < run[1][2]]
    if len(across) > ACROSS * len(runs) or not (_is_full(left) and _is_full(right)):
        return [runs]
    top = min(box[1] for _, box in left + right)
    above = [run for run in across if run[1][1] < top]
    below = [run for run in across if run[1][1] >= top]
    return [part for part in (above, left, right, below) if part]


def _is_full(runs: list[tuple[str, Box]]) -> bool:
    if len(runs) < FEWEST_FULL:
        return False
    whole = max(box[2] for _, box in runs) - min(box[0] for _, box in runs)
    return median(box[2] - box[0] for _, box in runs) >= FULL * whole


def _runs(words: Iterable[tuple[str, Box]]) -> list[tuple[str, Box]]:
    """Words that follow each other on one baseline, joined."""
    runs: list[tuple[str, Box]] = []
    for text, box in words:
        if runs:
            last_text, last = runs[-1]
            height = max(4.0, _height(last))
            overlap = min(box[3], last[3]) - max(box[1], last[1])
            near = -1 <= box[0] - last[2] < 1.5 * height
            if near and overlap > 0.3 * min(height, max(2.0, _height(box))):
                runs[-1] = (f"{last_text} {text}", both(last, box))
                continue
        runs.append((text, box))
    return runs


def _centre(box: Box) -> float:
    return (box[1] + box[3]) / 2


def _height(box: Box) -> float:
    return box[3] - box[1]

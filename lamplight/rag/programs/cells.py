"""Which cell of some tables a question asks for, as the ranker of cells sees it: by what row, head and title are called
and by the times they speak of.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from lamplight.library.records import Table
from lamplight.models.embedder import Embedder, Vectors
from lamplight.rag.programs.changes import in_time
from lamplight.rag.programs.selections import spelt_out
from lamplight.rag.programs.timing import NamedTimes, named_times_of, part_fit, span_fit, year_fit
from lamplight.rag.programs.view import View, normalised, view_of
from lamplight.rag.sentences import stems

MEASURES = 31  # of each cell
NONE_MEASURES = 6
SHARE = re.compile("%")


@dataclass(frozen=True, slots=True)
class Cell:
    """A filled cell: the number of its table, its row and its column, from 0."""

    table: int
    row: int
    column: int


@dataclass(frozen=True, slots=True)
class Names:
    """What a table, its rows and its heads are called, with their times, stems and embeddings."""

    view: View
    labels: tuple[int, ...]  # columns that name rows
    rows: tuple[str, ...]
    row_times: tuple[NamedTimes, ...]
    head_times: tuple[NamedTimes, ...]
    title_times: NamedTimes
    row_stems: tuple[frozenset[str], ...]
    label_stems: tuple[frozenset[str], ...]
    head_stems: tuple[frozenset[str], ...]
    title_stems: frozenset[str]
    row_vectors: Vectors
    label_vectors: Vectors
    head_vectors: Vectors
    title_vector: Vectors
    newest: Mapping[int, float]


def names_of(table: Table, embedder: Embedder, by_year_before: bool = True) -> Names:
    """Looked at once for each table, as they are asked again and again.

    `by_year_before` where a year that ends early is called by the one before it.
    """
    rows = tuple(tuple(row) for row in table.rows)
    return _names_of(table.name, tuple(table.columns), rows, embedder, by_year_before)


@lru_cache(maxsize=256)
def _names_of(
    title: str, heads: tuple[str, ...], rows: tuple[tuple[str, ...], ...], embedder: Embedder, by_year_before: bool
) -> Names:
    def timed(text: str) -> NamedTimes:
        told = named_times_of(text)
        return told if by_year_before else replace(told, business=told.years)

    view = view_of(Table(1, title, list(heads), [list(row) for row in rows]))
    labels = tuple(column.index for column in view.columns if column.kind in ("text", "date") and column.index < 2)
    labels = labels or (0,)
    called = tuple(" ".join(row[index] for index in labels).strip() for row in rows)
    own = tuple(row[labels[-1]] for row in rows)
    count = len(rows)
    texts = [*(name or "row" for name in (*called, *own)), *(head or "column" for head in heads), title or "table"]
    encoded = embedder.encode(texts)
    newest = {
        column.index: 1.0 if place == len(periods) - 1 else -1.0
        for periods in in_time(view)
        for place, (_, column) in enumerate(periods)
    }
    return Names(
        view,
        labels,
        called,
        tuple(timed(name) for name in called),
        tuple(timed(head) for head in heads),
        timed(title),
        tuple(map(stems, called)),
        tuple(map(stems, own)),
        tuple(map(stems, heads)),
        stems(title),
        encoded[:count],
        encoded[count : 2 * count],
        encoded[2 * count : -1],
        encoded[-1],
        newest,
    )


@dataclass(frozen=True, slots=True)
class CellFeatures:
    """Cells with their measures, (cells, `MEASURES`), and those of there being none, (`NONE_MEASURES`,)."""

    cells: list[Cell]
    measures: npt.NDArray[np.float32]
    none: npt.NDArray[np.float32]


def cells_seen(question: str, vector: Vectors, tables: Sequence[Names]) -> CellFeatures:
    """`vector` is the embedding of the question."""
    asked, times, words = normalised(question), named_times_of(question), stems(question)
    rarity = _rarity(tables)
    weights = {word: rarity.get(word, 1.0) for word in words}
    cells: list[Cell] = []
    measures: list[list[float]] = []
    best_row = max((float(value) for one in tables for value in one.row_vectors @ vector), default=0.0)
    for number, names in enumerate(tables):
        of_heads = [_of_head(times, weights, rarity, vector, names, index) for index in range(len(names.view.columns))]
        of_title = _of_title(times, weights, vector, names)
        short = {
            row
            for column in names.labels
            for match in spelt_out(asked, names.view.columns[column])
            for row in match.rows
        }
        for row in range(names.view.height):
            of_row = _of_row(times, weights, rarity, vector, names, row, best_row)
            for column in names.view.columns:
                text = column.cells[row].strip()
                if column.index in names.labels or not text:
                    continue
                held = names.row_stems[row] | names.head_stems[column.index] | names.title_stems
                cells.append(Cell(number, row, column.index))
                measures.append(
                    [
                        *of_row, *of_heads[column.index], *of_title, _covered(weights, held), float(row in short),
                        float("%" in text or "%" in column.head), float(row in names.view.totals),
                        float(text[:1] in "—–-" and len(text) < 3), 1.0,
                        float(names.label_vectors[row] @ vector), _covered(weights, names.label_stems[row]),
                    ]
                )  # fmt: skip
    seen = np.array(measures, np.float32).reshape(len(cells), MEASURES - 2)
    best = seen[:, [21, 27]] - (seen[:, [21, 27]].max(axis=0) if len(cells) else 0.0)  # beside the best of all
    seen = np.concatenate([seen, best], axis=1).astype(np.float32)
    top = seen.max(axis=0) if len(cells) else np.zeros(MEASURES, np.float32)
    none = np.array([1.0, top[0], top[2], top[8], top[17], top[21]], np.float32)
    return CellFeatures(cells, seen, none)


def _of_row(
    times: NamedTimes,
    weights: Mapping[str, float],
    rarity: Mapping[str, float],
    vector: Vectors,
    names: Names,
    row: int,
    best: float,
) -> list[float]:
    likeness, told = float(names.row_vectors[row] @ vector), names.row_times[row]
    return [
        likeness,
        likeness - best,
        _covered(weights, names.row_stems[row]),
        _precise(weights, rarity, names.label_stems[row]),
        _precise(weights, rarity, names.row_stems[row] - names.label_stems[row]),
        year_fit(times, told),
        span_fit(times, told),
        part_fit(times, told),
    ]  # fmt: skip


def _of_head(
    times: NamedTimes,
    weights: Mapping[str, float],
    rarity: Mapping[str, float],
    vector: Vectors,
    names: Names,
    column: int,
) -> list[float]:
    told = names.head_times[column]
    newest = names.newest.get(column, 0.0)
    return [
        float(names.head_vectors[column] @ vector),
        _covered(weights, names.head_stems[column]),
        _precise(weights, rarity, names.head_stems[column]),
        year_fit(times, told),
        span_fit(times, told),
        part_fit(times, told),
        newest if not times.years else 0.0,
        float(len(told.years) > 1),
    ]


def _of_title(times: NamedTimes, weights: Mapping[str, float], vector: Vectors, names: Names) -> list[float]:
    return [
        float(names.title_vector @ vector),
        _covered(weights, names.title_stems),
        year_fit(times, names.title_times),
        span_fit(times, names.title_times),
        part_fit(times, names.title_times),
    ]


def _rarity(tables: Sequence[Names]) -> dict[str, float]:
    """Inverse document frequency of each stem among rows, heads and titles."""
    every = [held for one in tables for held in (*one.row_stems, *one.head_stems, one.title_stems)]
    counts = Counter(word for held in every for word in held)
    return {word: math.log(1 + len(every) / count) / 3 for word, count in counts.items()}


def _covered(weights: Mapping[str, float], held: frozenset[str]) -> float:
    """The share of the question's words that are held."""
    whole = sum(weights.values())
    return sum(weight for word, weight in weights.items() if word in held) / whole if whole else 0.0


def _precise(weights: Mapping[str, float], rarity: Mapping[str, float], held: frozenset[str]) -> float:
    """The share of what is held that the question has."""
    whole = sum(rarity.get(word, 1.0) for word in held)
    return sum(rarity.get(word, 1.0) for word in held if word in weights) / whole if whole else 0.0

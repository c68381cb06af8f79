"""What a column of a table comes to: "what did we spend on petrol in 2024 altogether?"

Which table is meant is told by what it is called, in any language that the embedder knows; which rows, by their days
and by the cells that the question says. All its columns that can be added up are: spent money and tanked litres.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from statistics import fmean, pstdev

from lamplight.library.records import Table
from lamplight.models.embedder import Embedder
from lamplight.rag.lexicon.dates import Date, dates_of
from lamplight.rag.lexicon.quantities import quantities_of
from lamplight.rag.periods import periods_of
from lamplight.rag.programs.cell_answer import names_another
from lamplight.rag.programs.selections import Match, matches
from lamplight.rag.programs.view import normalised, view_of
from lamplight.rag.request_language import is_english
from lamplight.rag.sentences import stems
from lamplight.rag.tables.cells import Column, Grid, Value, grids, is_total
from lamplight.rag.tables.totals import added_rows

FEWEST_ROWS = 3
MOST_COLUMNS = 6
TWO = 2
RISING = 4  # rows, from which on a column that only rises is a counter: it is read, and not added up
PRODUCT = 0.02  # of a price: what is lost where it is rounded


@dataclass(frozen=True, slots=True)
class Closeness:
    """In the measure of one embedder: the least cosine of a table that may be meant and of one that surely is, by how
    much that is ahead of others, and what a word of the question counts that no other table has.
    """

    possible: float
    least: float
    clearly: float
    rare: float


OF_FIRST, OF_MULTILINGUAL = Closeness(0.2, 0.4, 0.1, 0.1), Closeness(0.76, 0.8, 0.03, 0.0)


@dataclass(frozen=True, slots=True)
class ColumnSums:
    """Sums of `columns` over `rows`, both from 0; `asked` are the places among them of those that are meant, `clear`
    says that no other table may be.
    """

    table: Table
    grid: Grid
    rows: list[int]
    columns: list[int]
    sums: list[str]
    asked: list[int]
    clear: bool


@dataclass(frozen=True, slots=True)
class _Selected:
    """Rows, and whether surely these are meant."""

    rows: list[int]
    clear: bool


def column_sums(
    question: str,
    tables: Sequence[Table],
    embedder: Embedder,
    closeness: Closeness = OF_FIRST,
    beside: Sequence[str] = (),
) -> ColumnSums | None:
    """None where no table has anything to add up of what the question speaks of. `beside` are the passages found."""
    summable = [
        (table, grid, columns)
        for table in tables
        for grid in grids(table)[:1]
        if 0 < len(columns := _columns(grid)) <= MOST_COLUMNS
    ]
    if not summable:
        return None
    fits = _fits(question, [table for table, _, _ in summable], embedder, closeness.rare)
    order = sorted(range(len(summable)), key=lambda place: -fits[place])
    if fits[order[0]] < closeness.possible:
        return None
    table, grid, columns = summable[order[0]]
    selected = _rows(question, table, grid)
    if selected is None or len(selected.rows) < TWO:
        return None
    is_of_another = names_another(question, table, selected.rows, beside)
    if is_of_another and is_english(question):
        return None  # in other languages every noun may begin with a capital
    said = [column for column in columns if stems(grid.columns[column].head) & stems(question)]
    parts = {part for whole in columns for part in _parts(grid, columns, whole)}
    asked = [place for place, column in enumerate(columns) if (column in said if said else column not in parts)]
    apart = len(order) == 1 or fits[order[0]] - fits[order[1]] >= closeness.clearly
    apart = apart and fits[order[0]] >= closeness.least
    sums = [_sum(grid.columns[column], selected.rows) for column in columns]
    return ColumnSums(table, grid, selected.rows, columns, sums, asked, apart and selected.clear and not is_of_another)


def _fits(question: str, tables: Sequence[Table], embedder: Embedder, rarely: float) -> list[float]:
    """How much each is called like the question, and has words of it in its rows that few others have."""
    called = [f"{_title(table)}: {', '.join(table.columns)}" for table in tables]
    likeness = embedder.encode(called) @ embedder.encode_queries([question])[0]
    words = stems(question)
    held = [words & stems(" ".join(map(" ".join, table.rows))) for table in tables]
    usual = Counter(word for own in held for word in own)
    rare = [sum(1 / usual[word] for word in own if usual[word] < len(tables)) for own in held]
    return [float(like) + rarely * telling for like, telling in zip(likeness, rare, strict=True)]


def _title(table: Table) -> str:
    return table.name.partition("!")[0]


def _columns(grid: Grid) -> list[int]:
    """The columns that can be added up: amounts, but no shares, no counters and no prices of one piece."""
    if not grid.table.columns[0]:  # of a report's statement, whose rows are different things
        return []
    amounts = [
        index
        for index, column in enumerate(grid.columns)
        if column.is_number and column.suffix != "%" and not grid.numbers_rows(index) and not _only_rises(column)
    ]
    prices = {price for whole in amounts for price in _prices(grid, amounts, whole)}
    return [index for index in amounts if index not in prices]


def _only_rises(column: Column) -> bool:
    """Whether no value is below the one before, and the last not twice the first: what a meter shows."""
    values = [value for value in column.values if isinstance(value, float)]
    rises = len(values) >= RISING and all(one <= other for one, other in pairwise(values))
    return rises and values[-1] < TWO * values[0]


def _prices(grid: Grid, amounts: Sequence[int], whole: int) -> list[int]:
    """Of two columns that multiplied give a `whole` one, in any unit, the one that is a price: it varies less."""
    found = []
    for pair in combinations([index for index in amounts if index != whole], 2):
        triples = [
            [value for index in (*pair, whole) if isinstance(value := grid.columns[index].values[row], float) and value]
            for row in range(grid.height)
        ]
        full = [triple for triple in triples if len(triple) == len(pair) + 1]
        if len(full) < FEWEST_ROWS:
            continue
        ratios = [one * other / product for one, other, product in full]
        if _spread(ratios) <= PRODUCT:
            found.append(min(pair, key=lambda index: _spread([triple[pair.index(index)] for triple in full])))
    return found


def _parts(grid: Grid, columns: Sequence[int], whole: int) -> tuple[int, ...]:
    """The columns that a `whole` one is the sum of in each row: parts and labour of a total."""
    others = [index for index in columns if index != whole]
    for count in range(len(others), 1, -1):
        for parts in combinations(others, count):
            rows = [[grid.columns[index].values[row] for index in (whole, *parts)] for row in range(grid.height)]
            full = [[value for value in row if isinstance(value, float)] for row in rows if None not in row]
            least = 0.5 * 10 ** -max(grid.columns[index].decimals for index in (whole, *parts))
            if len(full) >= FEWEST_ROWS and all(abs(row[0] - sum(row[1:])) <= least for row in full):
                return parts
    return ()


def _spread(values: Sequence[float]) -> float:
    """The standard deviation as a share of the mean."""
    return pstdev(values) / abs(fmean(values)) if fmean(values) else float("inf")


def _rows(question: str, table: Table, grid: Grid) -> _Selected | None:
    """Those of the time and with the cells that the question says; None where it sets a limit of another kind."""
    if any(not one.is_year for one in quantities_of(question)):
        return None
    added = added_rows(grid)
    rows = [row for row in range(grid.height) if row not in added and not is_total(_label(grid, row))]
    dated = next((column for column in grid.columns if column.kind == "date"), None)
    times, years = [date for date in dates_of(question) if date.month or date.year], periods_of(question).years
    if dated is not None and (times or years):
        rows = [row for row in rows if _is_of(dated.values[row], times, years)]
    called, is_clear = stems(f"{_title(table)} {' '.join(table.columns)}"), True
    by_column: dict[int, list[Match]] = {}
    for match in matches(normalised(question), view_of(table)):
        if grid.columns[match.column].kind == "text" and not stems(match.words) <= called:
            by_column.setdefault(match.column, []).append(match)
    for said in by_column.values():
        kept = {row for match in said for row in match.rows}
        rows = [row for row in rows if row in kept]
        is_clear = is_clear and any(match.is_whole for match in said)  # a word of a cell may be said by chance
    return _Selected(rows, is_clear)


def _is_of(day: Value, times: Sequence[Date], years: frozenset[int]) -> bool:
    """Whether a day, YYYY-MM-DD, is of one of the times, or of the years where there is none."""
    if not isinstance(day, str):
        return False
    year, month, of_month = map(int, day.split("-"))
    return any(one.year in (0, year) and one.month in (0, month) and one.day in (0, of_month) for one in times) or (
        not times and year in years
    )


def _label(grid: Grid, row: int) -> str:
    return next((column.texts[row] for column in grid.columns if column.texts[row]), "")


def _sum(column: Column, rows: Sequence[int]) -> str:
    return column.show(sum(value for row in rows if isinstance(value := column.values[row], float)))

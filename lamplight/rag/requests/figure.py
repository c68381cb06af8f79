"""A figure of a report: a line of its statements, or what is worked out from several (`rag.measures`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from lamplight.library.records import Document
from lamplight.rag.composition import escape_markdown
from lamplight.rag.events import Rows
from lamplight.rag.lexicon.numbers import FALLEN, MINUS, RISEN
from lamplight.rag.measures.definitions import definitions
from lamplight.rag.measures.evaluation import UNITS, Evaluation, Value, falls_or_rises, growth, scale_of
from lamplight.rag.measures.expression import Named, divides, has_name
from lamplight.rag.measures.question import FigureQuestion, asks_for_change, parse_comparison, parse_figure_question
from lamplight.rag.measures.statements import FinancialStatements, LineItemValue
from lamplight.rag.names import shortens
from lamplight.rag.naming import named_documents
from lamplight.rag.periods import EARLY, periods_of
from lamplight.rag.requests.meant import meant
from lamplight.rag.requests.request import CitationList, DirectAnswer, Materials, Request
from lamplight.rag.sentences import Sentence, stems

MOST_REPORTS = 4  # side by side
MOST_YEARS = 3  # side by side, where no year is named
Figures = list[tuple[int, Value]]


def figure(request: Request, materials: Materials) -> DirectAnswer | None:
    """None unless what is asked for is clear and every part of the figure was found in one document.

    A refusal where its statements have the figure, but for no year that is asked for.
    """
    known, query = definitions(), request.query
    changes = asks_for_change(query) or divides(query)
    if not changes and not has_name(query, known.names):
        return None
    inside = request.documents
    naming = named_documents(query, inside, request.lookup.holding)
    several = [one for one in inside if one.id in naming.documents]
    if 1 < len(several) <= MOST_REPORTS:
        compared = parse_comparison(query, known, naming.words)
        said = _said_of_each(query, naming.starts)
        return _side_by_side(compared, several, said, request, materials) if compared is not None else None
    asked = parse_figure_question(query, known, naming.words)
    if asked is None and not changes:
        return None
    which = several or meant(request)
    if len(which) != 1:
        return None
    statements = FinancialStatements(materials.library.passages.of(which[0].id), known)
    if _name_a_part(naming.words, which[0], statements):
        return None
    if asked is not None and (told := _told(asked, query, statements, request)) is not None:
        return told
    if changes:  # of lines that only this document has
        further = parse_figure_question(query, known.with_lines(statements.lines), naming.words)
        if further is not None and (told := _told(further, query, statements, request)) is not None:
            return told
    if asked is None or not _is_of_another_time(_in_its_years(asked, query, statements), statements):
        return None
    nearest = materials.finder.first(materials.finder.search(query, scope=request.scope, lookup=request.lookup))
    return DirectAnswer(request.say("not said"), nearest, refused=True)


def _said_of_each(query: str, starts: Mapping[int, int]) -> dict[int, str]:
    """The part of a question that tells the year of each document that it names: "A in 2024 or B in 2022".

    What follows its name, up to the next; where a year comes before the first name, what leads to it.
    """
    numbers = sorted(starts, key=lambda number: starts[number])
    places = [starts[number] for number in numbers]
    leads = min((start for start, _ in periods_of(query).spans), default=len(query)) < min(places, default=0)
    cuts = [0, *places] if leads else [*places, len(query)]
    return {number: query[start:end] for number, (start, end) in zip(numbers, pairwise(cuts), strict=True)}


def _side_by_side(
    asked: FigureQuestion,
    which: Sequence[Document],
    said_of_each: Mapping[int, str],
    request: Request,
    materials: Materials,
) -> DirectAnswer | None:
    """The same figure of several reports, the largest first; None unless each of them has it."""
    found: list[tuple[Document, int, Value]] = []
    for document in which:
        statements = FinancialStatements(materials.library.passages.of(document.id), asked.definitions)
        part = said_of_each.get(document.id, "")
        years = periods_of(part).years
        timed = replace(asked, years=(max(years),)) if years else asked
        figures = _figures(_in_its_years(timed, part if years else request.query, statements), statements)
        if len(figures) != 1:
            return None
        found.append((document, *figures[0]))
    if len({value.is_money for _, _, value in found}) > 1:
        return None
    found.sort(key=lambda one: -one[2].amount)
    said = [f"{document.name}: {_number(value, asked)} ({year})" for document, year, value in found]
    sources, parts, rows, marks = CitationList(), [], [], []
    for document, _, value in found:
        table, own = _table(list(value.cells), sources)
        working = [] if value.is_bare else [_working(value, request)]
        parts += [f"**{escape_markdown(document.name)}**", *working, table]
        for row, mark in zip(own.rows, own.sources, strict=True):
            rows += [[document.name, row[0], year, cell] for year, cell in zip(own.columns[1:], row[1:], strict=True)]
            marks += [[0, 0, 0, one] for one in mark[1:]]
    head = "\n".join(f"- {escape_markdown(one)}" for one in said)
    kept = Rows([request.say("column document"), "", "", ""], rows, sources=marks)
    return sources.told("\n\n".join([head, *parts]), kept)


def _name_a_part(words: Iterable[str], document: Document, statements: FinancialStatements) -> bool:
    """Whether a word that tells which document is meant, but isn't its name, is that of a line: AWS is not Amazon."""
    name = "".join(filter(str.isalnum, f"{document.name} {document.title}".lower()))
    return not stems(" ".join(word for word in words if not shortens(word, name))).isdisjoint(statements.words)


def _in_its_years(asked: FigureQuestion, query: str, statements: FinancialStatements) -> FigureQuestion:
    """A day early in a year mostly ends the fiscal year before, which statements are named by; where they are named
    by the day, it is the other way round.
    """
    early = {date.year for date in periods_of(query).dates if date.month and date.month <= EARLY}
    years = {year - (year in early and year not in statements.years) for year in asked.years}
    if statements.ends_early and not early:
        years = {year + 1 for year in years}
    return replace(asked, years=tuple(sorted(years)))


def _is_of_another_time(asked: FigureQuestion, statements: FinancialStatements) -> bool:
    """Whether nothing but the time that is asked for keeps a figure from being told."""
    if asked.unexplained or not asked.years or not statements.years or set(asked.years) & set(statements.years):
        return False
    return Evaluation(statements, asked.definitions).value(asked.expression, statements.years[0]) is not None


def _told(asked: FigureQuestion, query: str, statements: FinancialStatements, request: Request) -> DirectAnswer | None:
    asked = _in_its_years(asked, query, statements)
    figures = _figures(asked, statements) if asked.unexplained.isdisjoint(statements.words) else []
    if not figures:
        return None
    citations = CitationList()
    said = [_number(value, asked) for _, value in figures]
    short = ", ".join(f"{one} ({year})" for one, (year, _) in zip(said, figures, strict=True)) if said[1:] else said[0]
    if asked.form == "trend" and len(figures) == 2:
        short += f": {_moved(figures[0][1], figures[1][1], asked, request)}"
    if (is_so := _is_so(asked, [value for _, value in figures])) is not None:
        short = f"{request.say('yes' if is_so else 'no')}: {short}"
    table, rows = _table([cell for _, value in figures for cell in value.cells], citations)
    working = [_working(value, request) for _, value in figures if not value.is_bare]
    marks = " ".join(f"[{passage.marker}]" for passage in citations.passages)
    text = "\n\n".join([f"**{escape_markdown(short)}** {marks}", *working, table])
    told = citations.told(text, rows)
    return DirectAnswer(told.text, told.passages, told.citations, told.rows, short=short)


def _is_so(asked: FigureQuestion, values: Sequence[Value]) -> bool | None:
    """Whether it moves, or is above or below 0, as the question supposes; None where it supposes nothing."""
    if asked.sign:
        return values[0].amount * asked.sign > 0
    if asked.direction and asked.form == "growth":
        return values[0].amount * asked.direction > 0
    if asked.direction and len(values) > 1:
        return falls_or_rises(list(reversed(values))) == asked.direction
    return None


def _figures(asked: FigureQuestion, statements: FinancialStatements) -> Figures:
    """A value for each year that is asked for, the newest first; none if one of them is unknown."""
    evaluation = Evaluation(statements, asked.definitions)
    years = [year for year in statements.years if not asked.years or year <= asked.years[-1]]
    newest = asked.years[-1] if asked.years else next(iter(years), 0)
    if not newest or newest not in statements.years:
        return []
    if asked.count > 1:
        mean = evaluation.mean(asked.expression, list(range(newest, newest - asked.count, -1)))
        return [(newest, mean)] if mean else []
    if asked.form == "growth":
        oldest = asked.years[0] if len(asked.years) > 1 else newest - 1
        before, after = evaluation.value(asked.expression, oldest), evaluation.value(asked.expression, newest)
        span = newest - oldest if asked.is_compound else 1
        grown = growth(before, after, span) if before and after else None
        return [(newest, grown)] if grown else []
    if asked.form == "value":
        several = isinstance(asked.expression, Named) and asked.expression.kind == "plain" and len(asked.years) > 1
        wanted = list(reversed(asked.years)) if several else [newest]
    else:
        wanted = list(reversed(asked.years)) if len(asked.years) > 1 else years[: MOST_YEARS if not asked.years else 2]
    made = [(year, evaluation.value(asked.expression, year)) for year in wanted]
    known = [(year, value) for year, value in made if value is not None]
    return known if len(known) == len(made) or (asked.form == "trend" and known) else []


def _number(value: Value, asked: FigureQuestion) -> str:
    """With its unit, in the scale and with the decimals that are asked for."""
    if asked.is_share and not value.is_money:
        return f"{_grouped(100 * value.amount, 1 if asked.decimals is None else asked.decimals)}%"
    if not value.is_money:
        return _grouped(value.amount, 2 if asked.decimals is None else asked.decimals)
    own = scale_of(value.cells)
    scale = asked.scale or own
    amount = value.amount / UNITS[scale]
    decimals = asked.decimals
    if decimals is None:
        decimals = 2 if UNITS[scale] > UNITS[own] or (abs(amount) < 100 and amount % 1) else 0
    return f"{MINUS if amount < 0 else ''}{value.sign}{_grouped(abs(amount), decimals)}{f' {scale}' if scale else ''}"


def _moved(newer: Value, older: Value, asked: FigureQuestion, request: Request) -> str:
    """By how much a value is more or less than an older one; of shares in percentage points."""
    difference = newer.amount - older.amount
    mark = RISEN if difference >= 0 else FALLEN
    if asked.is_share and not newer.is_money:
        return f"{mark} {_number(replace(newer, amount=abs(difference)), asked).rstrip('%')} {request.say('points')}"
    return f"{mark} {_number(replace(newer, amount=abs(difference)), asked)}"


def _grouped(amount: float, decimals: int) -> str:
    return f"{amount:,.{decimals}f}".replace("-", MINUS)


def _working(value: Value, request: Request) -> str:
    scale = scale_of(value.cells)
    return f"= {value.working}" + (f" ({request.say(f'in {scale}')})" if scale else "")


def _table(cells: Sequence[LineItemValue], citations: CitationList) -> tuple[str, Rows]:
    """A row for each line of a statement with what it says for the years that were used, as it is written there."""
    years = sorted({cell.year for cell in cells}, reverse=True)
    lines: dict[tuple[int, int], dict[int, LineItemValue]] = {}
    for cell in cells:
        lines.setdefault((cell.row.passage.id, cell.row.index), {})[cell.year] = cell
    table = [f"| | {' | '.join(map(str, years))} |", f"|---{'|---' * len(years)}|"]
    rows: list[list[str]] = []
    marks: list[list[int]] = []
    for own in lines.values():
        row = next(iter(own.values())).row
        boxes = [row.passage.boxes[row.index]] if row.index < len(row.passage.boxes) else []
        mark = citations.number(Sentence(row.passage, row.text, boxes))
        shown = [f"{escape_markdown(own[year].written)} [{mark}]" if year in own else "–" for year in years]
        table.append(f"| {escape_markdown(row.label)} | {' | '.join(shown)} |")
        rows.append([row.label, *(own[year].written if year in own else "" for year in years)])
        marks.append([0, *(mark if year in own else 0 for year in years)])
    return "\n".join(table), Rows(["", *map(str, years)], rows, sources=marks)

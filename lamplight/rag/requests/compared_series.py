"""Two series of a chart set against each other, or the bars of one of its groups: "where does Europe beat the USA?"

Which way round is asked isn't looked at, and so in any language: it is said where either is the larger.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from lamplight.library.records import Passage
from lamplight.rag.composition import escape_markdown
from lamplight.rag.events import Rows
from lamplight.rag.finding import Finding
from lamplight.rag.lexicon.numbers import MINUS
from lamplight.rag.lexicon.quantities import all_numbers
from lamplight.rag.requests.request import CitationList, DirectAnswer, Request
from lamplight.rag.requests.told_lists import as_markdown
from lamplight.rag.sentences import Sentence, units_of

VALUE = re.compile(r"(?P<series>[^,]*\S) (?P<value>\S*\d[^\s,]*(?: [^\W\d]+)?)(?:, |$)")  # "Asia 4.3, USA 2.4 kg"
TWO = 2


@dataclass(frozen=True, slots=True)
class Group:
    """What stands over one label of the axis, as the chart's reader wrote it (`ingest.charts`)."""

    name: str
    line: Sentence
    written: dict[str, str]

    def amount(self, series: str) -> float:
        """The value of one of its bars."""
        return float(all_numbers(self.written[series])[0].value)


def compared_series(finding: Finding, request: Request) -> DirectAnswer | None:
    """None unless the best passage is of a chart, and the request names two of its series, or one group of bars."""
    passages = finding.selection.passages
    place = {(one.document_id, one.page) for one in passages[:1]}
    charts = [one for one in passages if (one.document_id, one.page) in place and one.picture is not None]
    groups = next(filter(None, map(_groups, charts)), [])
    series = list(groups[0].written) if groups else []
    if len(series) < TWO or any(list(one.written) != series for one in groups):
        return None
    named = [name for name in series if _says(request.query, name)]
    which = [one for one in groups if _says(request.query, one.name)]
    if len(named) == TWO:
        return _told(which or groups, named, request)
    return _told(which, series, request) if len(which) == 1 and not named else None


def _says(query: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", query, re.IGNORECASE) is not None


def _groups(passage: Passage) -> list[Group]:
    """Each line of values, "Product 1: Asia 4.3, USA 2.4"."""
    found = []
    for line in units_of(passage):
        name, colon, values = line.text.partition(": ")
        written = {match["series"]: match["value"] for match in VALUE.finditer(values)}
        if colon and written and ", ".join(f"{one} {value}" for one, value in written.items()) == values:
            found.append(Group(name, line, written))
    return found if all(len(all_numbers(value)) == 1 for one in found for value in one.written.values()) else []


def _told(groups: Sequence[Group], named: Sequence[str], request: Request) -> DirectAnswer:
    """A row for each group; above them which of two series is larger where, or the order of the bars of one group."""
    sources = CitationList()
    marks = [sources.number(one.line) for one in groups]
    rows = [[one.name, *(one.written[series] for series in named)] for one in groups]
    table = Rows(["", *named], rows, sources=[[mark] * (len(named) + 1) for mark in marks])
    head = _of_two(groups, named) if len(named) == TWO else [_in_order(groups[0], named)]
    told = sources.told("\n\n".join(["\n".join(head), as_markdown(table, request)]), table)
    return replace(told, short="")


def _of_two(groups: Sequence[Group], named: Sequence[str]) -> list[str]:
    """ "Europe > USA: Product 3 (3.0 - 1.8 = 1.2)", for each way round that there is."""
    lines = []
    for one, other in (named, named[::-1]):
        larger = [
            f"{escape_markdown(group.name)} ({_working(group, one, other)})"
            for group in groups
            if group.amount(one) > group.amount(other)
        ]
        if larger:
            lines.append(f"- **{escape_markdown(one)} \\> {escape_markdown(other)}:** {', '.join(larger)}")
    return lines


def _working(group: Group, one: str, other: str) -> str:
    difference = group.amount(one) - group.amount(other)
    decimals = max(len(group.written[series].partition(".")[2].rstrip("0") or "0") for series in (one, other))
    return f"{group.written[one]} {MINUS} {group.written[other]} = {difference:.{decimals}f}"


def _in_order(group: Group, named: Sequence[str]) -> str:
    """The bars of a group, the highest first, and by how much the others are lower."""
    first, *others = sorted(named, key=lambda series: -group.amount(series))
    lower = [f"{escape_markdown(one)} {group.written[one]} ({_working(group, first, one)})" for one in others]
    return f"**{escape_markdown(first)} {group.written[first]}** \\> {', '.join(lower)}"

"""A table that was answered with as a file: CSV as spreadsheets open it, each cell with where it stands."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from lamplight.languages import gettext, sentence

BYTE_ORDER_MARK = "\ufeff"  # by it Excel knows UTF-8
FORMULA = ("=", "@", "\t", "\r")  # a spreadsheet would compute what begins so
SIGNS = ("+", "-")  # the same, but for a number
SEPARATORS = (",", ";", "\t")
SOURCE = sentence("Source")


def csv_text(rows: Mapping[str, Any], places: Mapping[int, str], separator: str = ",", sources: bool = True) -> str:
    """`rows` is a `rag.events.Rows` as plain values, `places` say of each marker where it stands.

    Where all cells of each row stand in one place it is the last column, else each column is followed by its places.
    Without `sources` there are no places. In countries with a decimal comma Excel wants a semicolon between cells.
    """
    columns, table = rows["columns"], rows["rows"]
    marks = rows.get("sources") or [[0] * len(row) for row in table]
    cited = [place for place in range(len(columns)) if any(own[place] for own in marks)]
    together = all(len({mark for mark in own if mark}) <= 1 for own in marks)
    lines: list[list[str]] = []
    for row, own in zip(table, marks, strict=True):
        named = [places.get(mark, "") for mark in own]
        lines.append([*row, max(named, default="")] if together else _beside(row, named, cited))
    source = gettext(SOURCE)
    heads = [f"{column}: {source}".lstrip(": ") for column in columns]
    if not sources:
        lines, together, cited = [list(row) for row in table], True, []
    first = list(columns) if not sources else [*columns, source] if together else _beside(columns, heads, cited)
    if rows.get("sums"):
        lines.append(_beside(rows["sums"], [""] * len(columns), [] if together else cited))
    written = io.StringIO()
    writer = csv.writer(written, delimiter=separator, lineterminator="\r\n")
    writer.writerows([_harmless(cell) for cell in line] for line in [first, *lines])
    return BYTE_ORDER_MARK + written.getvalue()


def saving(records: Iterable[dict[str, Any]], path: Path) -> Iterator[dict[str, Any]]:
    """The records of `ask`; the answer's table is written to `path`, or it is said why not."""
    for record in records:
        yield record
        answer = record.get("answer")
        if answer is None:
            continue
        if not answer["rows"]:
            yield {"problem": sentence(f"The answer is neither a table nor a list, so {path} was not written.")}
            continue
        place = gettext("{document}, page {page}")
        places = {
            one["marker"]: place.format(document=one["document"], page=one["page"]) for one in answer["citations"]
        }
        try:
            path.write_text(csv_text(answer["rows"], places), encoding="utf-8", newline="")
        except OSError as error:
            yield {"problem": sentence(f"{path} could not be written ({error.strerror}).")}


def _beside(cells: Sequence[str], places: Sequence[str], cited: Sequence[int]) -> list[str]:
    """Each cell of a cited column followed by where it stands."""
    return [
        part
        for number, (cell, place) in enumerate(zip(cells, places, strict=True))
        for part in ([cell, place] if number in cited else [cell])
    ]


def _harmless(cell: str) -> str:
    """A document's words, never a formula."""
    is_number = any(map(str.isdigit, cell)) and not any(map(str.isalpha, cell))
    return f"'{cell}" if cell.startswith(FORMULA) or (cell.startswith(SIGNS) and not is_number) else cell

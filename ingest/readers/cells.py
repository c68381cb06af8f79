"""Cells of a sheet: where the tables stand, what their range is called, how a value is shown."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Sequence
from typing import Any

from ingest.document import DocumentPage
from ingest.tables import add_table, head_count, table_block

GENERAL_DIGITS = 10  # significant ones, as Excel shows in a column of usual width
PLAIN = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')  # parts of a number format that are not digits
LOCAL_DATES = {"mm-dd-yy", "m/d/yyyy", "m/d/yy h:mm"}  # built-in formats 14 and 22, shown in the reader's own order
DATE_PART = re.compile(r"(?i)yyyy|yy|mmmm|mmm|mm|m|dddd|ddd|dd|d|hh|h|ss|s|am/pm|.")
DATE_CODES = {
    "yyyy": "%Y", "yy": "%y", "mmmm": "%B", "mmm": "%b", "mm": "%m", "m": "%m", "dddd": "%A", "ddd": "%a",
    "dd": "%d", "d": "%d", "hh": "%H", "h": "%H", "minute": "%M", "ss": "%S", "s": "%S", "am/pm": "%p",
}  # fmt: skip
CURRENCY = re.compile(r"[$€£¥₹]")
NAMED_CURRENCY = re.compile(r"\[\$([^\-\]]+)[^\]]*\]")


def sheet_page(number: int, name: str, rows: Sequence[Sequence[str]]) -> DocumentPage:
    """A sheet as page `number`: each table on it is a block under its cell range, such as `Sheet1!A1:F40`.

    Behind a blank row a table may go on: without heads of its own it has those of the one above.
    """
    page = DocumentPage(number)
    above: tuple[int, int] | None = None
    heads: list[list[str]] = []
    for first, last, left, right in _regions(rows):
        place = f"{name}!{_column(left)}{first + 1}:{_column(right)}{last + 1}"
        if above is None or not (above[0] <= left and right <= above[1]):
            above, heads = (left, right), []
        left, right = above
        cells = [[*row[left : right + 1], *[""] * (right + 1 - len(row))] for row in rows[first : last + 1]]
        cells = [row for row in cells if any(row)]
        count = head_count(cells)
        heads = cells[:count] or heads
        part = cells if count else heads + cells
        add_table(page, table_block(part, (place,), number, place, len(heads)))
    return page


def _regions(rows: Sequence[Sequence[str]]) -> Iterator[tuple[int, int, int, int]]:
    """Tables are parted by blank rows: first and last row, left and right column of each, from 0.

    A short title above belongs to the table below it although a blank row parts them.
    """
    begin: int | None = None
    for index in range(len(rows) + 1):
        filled = index < len(rows) and any(rows[index])
        if filled and begin is None:
            begin = index
        if not filled and begin is not None:
            alone = all(sum(map(bool, row)) == 1 for row in rows[begin:index] if any(row))
            if alone and index + 1 < len(rows) and any(rows[index + 1]):
                continue
            part = [row for row in rows[begin:index] if any(row)]
            left = min(next(place for place, cell in enumerate(row) if cell) for row in part)
            right = max(place for row in part for place, cell in enumerate(row) if cell)
            yield begin, index - 1, left, right
            begin = None


def shown(value: Any, number_format: str) -> str:
    """A cell's value as Excel would show it, near enough: places, thousands, percent, currency, dates."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return _moment(value, number_format)
    if isinstance(value, int | float):
        return _number(value, number_format)
    return str(value)


def _moment(value: datetime.datetime | datetime.date | datetime.time, number_format: str) -> str:
    """A date or time by its format; ISO 8601 where the format leaves the order to the computer's language."""
    bare = PLAIN.sub("", number_format.split(";")[0]).lower()
    if isinstance(value, datetime.datetime) and not any(letter in bare for letter in "hs"):
        value = value.date()
    if bare in LOCAL_DATES or not any(letter in bare for letter in "ymdhs"):
        return value.isoformat(sep=" ", timespec="minutes") if isinstance(value, datetime.datetime) else str(value)
    half_day = "am/pm" in bare
    parts = []
    previous = ""
    for token in DATE_PART.findall(_without_marks(number_format.split(";")[0])):
        code = token.lower()
        if code in ("m", "mm") and previous in ("h", "hh"):
            code = "minute"  # m is a month unless it follows an hour
        if code not in DATE_CODES:
            parts.append(token)
            continue
        text = value.strftime("%I" if half_day and code in ("h", "hh") else DATE_CODES[code])
        parts.append(text.lstrip("0") or "0" if len(code) == 1 else text)
        previous = code
    return "".join(parts)


def _without_marks(section: str) -> str:
    """A number format with its quoted words bare, and without paddings, fillings, colours and languages."""
    return PLAIN.sub(lambda mark: mark[0].strip('"').lstrip("\\") if mark[0][0] in '"\\' else "", section)


def _number(value: float, number_format: str) -> str:
    positive, *others = number_format.split(";")
    section = others[0] if value < 0 and others else positive
    bare = PLAIN.sub("", section)
    if not re.search(r"[0#]", bare) or "E+" in bare.upper() or "?/" in bare:
        return _general(value)
    if "%" in bare:
        return f"{value * 100:.{_places(bare)}f}%"
    grouped = "," if "," in bare.rstrip(", ") else ""
    text = f"{abs(value):{grouped}.{_places(bare)}f}"
    named = NAMED_CURRENCY.search(section)
    sign = CURRENCY.search(section)
    if named:
        text = f"{named[1]}{text}" if section.index("[$") < len(section) / 2 else f"{text} {named[1]}"
    elif sign:
        text = f"{sign[0]}{text}" if section.index(sign[0]) < len(section) / 2 else f"{text} {sign[0]}"
    if value < 0:
        return f"({text})" if "(" in section else f"-{text}"
    return text


def _places(bare: str) -> int:
    decimals = re.search(r"\.([0#?]+)", bare)
    return len(decimals[1]) if decimals else 0


def _general(value: float) -> str:
    if isinstance(value, int) or value.is_integer():
        return str(int(value)) if abs(value) < 10**15 else f"{value:.6g}"
    return f"{value:.{GENERAL_DIGITS}g}"


def _column(index: int) -> str:
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(ord("A") + rest) + name
    return name

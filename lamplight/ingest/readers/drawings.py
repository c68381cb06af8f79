"""Charts and diagrams of Office files, by the values and words that they are drawn from (ECMA-376, part 1, 21)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lamplight.ingest.readers.number_formats import shown

C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
D = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
X = "{http://schemas.microsoft.com/office/drawing/2014/chartex}"
MOST_POINTS = 10_000  # of a series
NO_WORDS = {"pres", "parTrans", "sibTrans"}  # points of a diagram that only say how it looks
SHARES = "%"  # heads the column of the shares that a pie shows
SHARE_FORMAT = "0.0%"


def chart_table(root: Any) -> tuple[str, list[list[str]], int]:
    """A chart's title, its rows and how many of them are heads: a row for each category, a column for each series."""
    chart = root.find(f"{C}chart")
    title, rows = (_words(root.find(f".//{X}title")), _extended(root)) if chart is None else _usual(chart)
    return title, [[title], *rows] if title else rows, 1 + bool(title)


def _usual(chart: Any) -> tuple[str, list[list[str]]]:
    axes = [_words(axis.find(f"{C}title")) for axis in chart.iter(f"{C}catAx", f"{C}dateAx", f"{C}valAx")]
    series = list(chart.iter(f"{C}ser"))
    labels: dict[int, str] = {}
    columns: list[tuple[str, dict[int, str]]] = []
    for one in series:
        labels = {**_points(one.find(f"{C}cat")), **labels}
        name = " ".join(_points(one.find(f"{C}tx")).values()) or _words(one.find(f"{C}tx"))
        across = _points(one.find(f"{C}xVal"), "")
        if across:
            columns.append((axes[0] if axes and len(series) == 1 else f"{name} x".strip(), across))
        columns.append((name, _points(one.find(f"{C}val") if not across else one.find(f"{C}yVal"), _label_format(one))))
        if _is_pie(one):
            columns.append((SHARES, _shares(one)))
    title = _words(chart.find(f"{C}title"))
    places = sorted({place for _, values in columns for place in values} | set(labels))
    heads = [axes[0] if axes else "", *(name for name, _ in columns)]
    rows = [[labels.get(place, ""), *(values.get(place, "") for _, values in columns)] for place in places]
    unit = " ".join(axis for axis in axes[1:] if axis)
    return " ".join(filter(None, [title, f"({unit})" if unit else ""])), [heads, *rows]


def _points(source: Any, label_format: str = "") -> dict[int, str]:
    """The values of a series, by their places, as its labels show them; several levels of names side by side."""
    found: dict[int, str] = {}
    if source is None:
        return found
    levels = list(source.iter(f"{C}lvl"))[::-1] or [source]
    for level in levels:
        usual = level.findtext(f".//{C}formatCode", "")
        outer = ""
        points = {int(point.get("idx", "0")): point for point in level.iter(f"{C}pt")}
        for place in range(min(max(points, default=-1) + 1, MOST_POINTS)):
            point = points.get(place)
            if point is not None:
                text = point.findtext(f"{C}v", "")
                code = label_format or point.get("formatCode") or usual
                outer = shown(float(text), code) if code and _is_number(text) else text
            if point is not None or len(levels) > 1:
                found[place] = " ".join(filter(None, [found.get(place), outer]))
    return {place: " ".join(text.split()) for place, text in found.items() if text}


def _label_format(series: Any) -> str:
    found = series.find(f"{C}dLbls/{C}numFmt")
    linked = found is None or found.get("sourceLinked") in ("1", "true")
    return "" if linked or _is_pie(series) else str(found.get("formatCode", ""))


def _is_pie(series: Any) -> bool:
    return str(series.getparent().tag).lower().endswith(("piechart", "pie3dchart", "doughnutchart"))


def _shares(series: Any) -> dict[int, str]:
    """What a pie shows, and stands nowhere in the file."""
    formats = [found.get("formatCode", "") for found in series.getparent().iter(f"{C}numFmt")]
    code = next((one for one in formats if "%" in one), SHARE_FORMAT)
    points = [(int(point.get("idx", "0")), point.findtext(f"{C}v", "")) for point in series.iterfind(f"{C}val//{C}pt")]
    values = {place: float(text) for place, text in points if _is_number(text)}
    whole = sum(values.values())
    return {place: shown(value / whole, code) for place, value in values.items()} if whole else {}


def _extended(root: Any) -> list[list[str]]:
    """Charts of Office 2016: waterfalls, treemaps, funnels."""
    columns: list[list[str]] = []
    for data in root.iter(f"{X}data"):
        for level in data.iter(f"{X}lvl"):
            code = level.get("formatCode", "")
            texts = [point.text or "" for point in level.iter(f"{X}pt")][:MOST_POINTS]
            columns.append([shown(float(text), code) if code and _is_number(text) else text for text in texts])
    names = [_words(text) or text.findtext(f".//{X}v", "") for text in root.iter(f"{X}tx")]
    length = max(map(len, columns), default=0)
    rows = [[column[place] if place < len(column) else "" for column in columns] for place in range(length)]
    heads = [*[""] * max(len(columns) - len(names), 0), *names][: len(columns)]
    return [heads, *rows]


def diagram_lines(root: Any) -> list[str]:
    """The words of SmartArt, what belongs to another word set in under it."""
    points = {point.get("modelId"): _words(point) for point in root.iter(f"{D}pt") if point.get("type") not in NO_WORDS}
    below: dict[str | None, list[tuple[int, str]]] = {}
    for link in root.iter(f"{D}cxn"):
        if link.get("type", "parOf") == "parOf" and link.get("destId") in points:
            below.setdefault(link.get("srcId"), []).append((int(link.get("srcOrd", "0")), link.get("destId", "")))
    seen: set[str | None] = set()

    def lines(place: str | None, depth: int) -> Iterator[str]:
        if place in seen:
            return
        seen.add(place)
        words = points.get(place, "")
        if words:
            yield f"{'  ' * depth}{words}"
        for _, child in sorted(below.get(place, ())):
            yield from lines(child, depth + bool(words))

    under = {child for children in below.values() for _, child in children}
    tops = [place for place in points if place not in under]
    return [line for place in [*tops, *points] for line in lines(place, 0)]


def _words(element: Any) -> str:
    if element is None:
        return ""
    return " ".join("".join(text.text or "" for text in part.iter(f"{A}t")) for part in element.iter(f"{A}p")).strip()


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?([eE][-+]?\d+)?", text) is not None

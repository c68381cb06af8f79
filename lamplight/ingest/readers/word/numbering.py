"""The numbers that Word puts before headings and list items, counted as Word counts them (ECMA-376, part 1, 17.9)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from lamplight.ingest.readers.numerals import numeral
from lamplight.ingest.readers.word.names import W, is_on, value, whole
from lamplight.ingest.readers.word.styles import Styles

LEVELS = 9
PLACE = re.compile(r"%([1-9])")  # in a level's text: the number of that level
FORMS = {
    "upperRoman": "Roman", "lowerRoman": "roman", "upperLetter": "Letter", "lowerLetter": "letter",
    "decimalZero": "padded", "decimalEnclosedCircle": "circled", "decimalEnclosedCircleChinese": "circled",
}  # fmt: skip
BULLET = "-"


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a list. `restart` is the level, from 0, under which it counts on."""

    start: int
    format: str
    text: str
    all_decimal: bool
    restart: int
    style: str


class Numbering:
    """Counts through a document: `number` is asked for each paragraph in order."""

    def __init__(self, root: Any | None, styles: Styles) -> None:
        self._styles = styles
        self._lists: dict[str, dict[int, Level]] = {}  # by abstract list
        self._uses: dict[str, str] = {}  # the abstract list of a list
        self._own: dict[str, dict[int, Level]] = {}  # levels that a list has for itself
        self._starts: dict[tuple[str, int], int] = {}  # where a list counts anew
        self._counters: dict[str, list[int | None]] = {}
        if root is not None:
            self._take(root)

    def _take(self, root: Any) -> None:
        linked = {}
        for one in root.iterchildren(f"{W}abstractNum"):
            name = one.get(f"{W}abstractNumId", "")
            self._lists[name] = _levels(one)
            if style := value(one, "styleLink"):
                linked[style] = name
        for one in root.iterchildren(f"{W}abstractNum"):
            if (style := value(one, "numStyleLink")) in linked:
                self._lists[one.get(f"{W}abstractNumId", "")] = self._lists[linked[style or ""]]
        for one in root.iterchildren(f"{W}num"):
            name = one.get(f"{W}numId", "")
            self._uses[name] = value(one, "abstractNumId") or ""
            for change in one.iterchildren(f"{W}lvlOverride"):
                depth = whole(change.get(f"{W}ilvl"))
                start = whole(value(change, "startOverride"))
                if depth is not None and start is not None:
                    self._starts[name, depth] = start
                self._own.setdefault(name, {}).update(_levels(change))

    def number(self, paragraph: Any) -> str:
        """What stands before it, such as `3.2`, `(a)`, or `-` for any bullet; empty for a paragraph in no list."""
        name, depth = self._place(paragraph)
        abstract = self._uses.get(name)
        if abstract is None:
            return ""
        levels = {**self._lists.get(abstract, {}), **self._own.get(name, {})}
        if depth not in levels:
            return ""
        counters = self._counters.setdefault(abstract, [None] * LEVELS)
        before = counters[depth]
        fresh = self._starts.pop((name, depth), None)
        counters[depth] = fresh if fresh is not None else levels[depth].start if before is None else before + 1
        for deeper in range(depth + 1, LEVELS):
            if deeper in levels and depth < levels[deeper].restart:
                counters[deeper] = None
        level = levels[depth]
        if level.format == "bullet":
            return BULLET

        def written(match: re.Match[str]) -> str:
            place = int(match[1]) - 1
            shown = levels.get(place)
            count = counters[place]
            if shown is None or shown.format == "none":
                return ""
            form = "" if level.all_decimal else FORMS.get(shown.format, "")
            return numeral(shown.start if count is None else count, form)

        return PLACE.sub(written, level.text).strip()

    def _place(self, paragraph: Any) -> tuple[str, int]:
        """List and depth of a paragraph: its own, or that of the style which first names one."""
        name: str | None = None
        depth: int | None = None
        for properties in self._styles.properties(paragraph):
            name = name if name is not None else value(properties, "numPr/numId")
            depth = depth if depth is not None else whole(value(properties, "numPr/ilvl"))
            if name is not None:
                break
        if depth is None and name is not None:
            levels = self._lists.get(self._uses.get(name, ""), {})
            styles = self._styles.of(paragraph)
            depth = next((number for style in styles for number, level in levels.items() if level.style == style), 0)
        return name or "", min(depth or 0, LEVELS - 1)


def _levels(parent: Any) -> dict[int, Level]:
    found = {}
    for one in parent.iterchildren(f"{W}lvl"):
        depth = whole(one.get(f"{W}ilvl"))
        if depth is None or not 0 <= depth < LEVELS:
            continue
        start, restart = whole(value(one, "start")), whole(value(one, "lvlRestart"))
        found[depth] = Level(
            1 if start is None else start,
            value(one, "numFmt") or "decimal",
            value(one, "lvlText") or "",
            is_on(one, "isLgl") or False,
            depth if restart is None else restart,
            value(one, "pStyle") or "",
        )
    return found

"""What an OpenDocument's styles say: what is hidden, where pages begin, how lists count."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lamplight.ingest.readers.numerals import numeral
from lamplight.ingest.readers.opendocument.names import FO, NUMBER, PRESENTATION, STYLE, TABLE, TEXT, whole

FORMS = {"i": "roman", "I": "Roman", "a": "letter", "A": "Letter"}
BULLET = "-"
LEVELS = 10


class Styles:
    """Those of `roots`: of `content.xml` and `styles.xml`, or of the one root of a flat file."""

    def __init__(self, roots: list[Any]) -> None:
        self._styles = {
            (one.get(f"{STYLE}family", ""), one.get(f"{STYLE}name", "")): one
            for root in roots
            for one in root.iter(f"{STYLE}style")
        }
        self._numbers = {
            one.get(f"{STYLE}name", ""): one
            for root in roots
            for one in root.iter(f"{NUMBER}number-style", f"{NUMBER}currency-style", f"{NUMBER}percentage-style")
        }
        self.lists = {
            one.get(f"{STYLE}name", ""): {
                whole(level, f"{TEXT}level"): level for level in one if level.get(f"{TEXT}level")
            }
            for root in roots
            for one in root.iter(f"{TEXT}list-style")
        }
        self.outline = {
            whole(level, f"{TEXT}level"): level
            for root in roots
            for level in root.iter(f"{TEXT}outline-level-style")
            if level.get(f"{STYLE}num-format")
        }

    def is_hidden(self, family: str, name: str) -> bool:
        """Whether text, a table or a slide of this style is not shown."""
        states = (f"{TEXT}display", f"{TABLE}display", f"{PRESENTATION}visibility")
        return self._nearest(family, name, *states) in ("none", "false", "hidden")

    def is_raised(self, name: str) -> bool:
        """Whether text of this style stands above the line."""
        position = self._nearest("text", name, f"{STYLE}text-position")
        return position.startswith("super") or position[:1] in set("123456789")

    def breaks_before(self, name: str) -> bool:
        """Whether a paragraph or table of this style begins a page."""
        for family in ("paragraph", "table"):
            own = self._styles.get((family, name))
            if own is not None and own.get(f"{STYLE}master-page-name"):
                return True
            if self._nearest(family, name, f"{FO}break-before") == "page":
                return True
        return False

    def breaks_after(self, name: str) -> bool:
        """Whether a paragraph of this style, or of one that it is based on, ends a page."""
        return self._nearest("paragraph", name, f"{FO}break-after") == "page"

    def list_of(self, paragraph: str) -> str:
        """The list that a paragraph's style belongs to."""
        return next(
            (name for one in self._chain("paragraph", paragraph) if (name := one.get(f"{STYLE}list-style-name"))), ""
        )

    def hides_sign(self, cell: str) -> bool:
        """Whether in a cell of this style what is below zero is told from the rest by its colour alone."""
        names = (one.get(f"{STYLE}data-style-name") for one in self._chain("table-cell", cell))
        below = self._numbers.get(next(filter(None, names), ""))
        other = below.find(f"{STYLE}map") if below is not None else None
        rest = self._numbers.get(other.get(f"{STYLE}apply-style-name", "")) if other is not None else None
        if below is None or rest is None:
            return False
        colours = [[one.get(f"{FO}color") for one in style.iter(f"{STYLE}text-properties")] for style in (below, rest)]
        words = [{one.text for one in style.iter(f"{NUMBER}text")} - {None, " "} for style in (below, rest)]
        return colours[0] != colours[1] and words[0] <= words[1]

    def _chain(self, family: str, name: str) -> Iterator[Any]:
        seen: set[str] = set()
        while name and name not in seen and (family, name) in self._styles:
            seen.add(name)
            yield self._styles[family, name]
            name = self._styles[family, name].get(f"{STYLE}parent-style-name", "")

    def _nearest(self, family: str, name: str, *attributes: str) -> str:
        """What a style says of itself, or else what the nearest of those says that it is based on."""
        told = (
            properties.get(attribute)
            for style in self._chain(family, name)
            for properties in style
            if str(properties.tag).endswith("-properties")
            for attribute in attributes
        )
        return next((value for value in told if value is not None), "")


class Counting:
    """Counts the items of lists and the headings, in order."""

    def __init__(self, styles: Styles) -> None:
        self._styles = styles
        self._counts: dict[str, list[int]] = {}  # by list style; headings under none

    def begin(self, style: str) -> None:
        """A list begins that doesn't go on with one before."""
        self._counts[style] = [0] * (LEVELS + 1)

    def item(self, style: str, level: int, start: int | None) -> str:
        """What stands before the next item of a list, `-` for any bullet."""
        levels = self._styles.lists.get(style, {})
        return (
            BULLET
            if level not in levels or not levels[level].get(f"{STYLE}num-format")
            else self._next(style, levels, level, start)
        )

    def heading(self, level: int) -> str:
        """What stands before the next heading of this level, such as `2.1`; empty if they have no numbers."""
        levels = self._styles.outline
        return self._next("", levels, level, None) if level in levels else ""

    def _next(self, style: str, levels: dict[int, Any], level: int, start: int | None) -> str:
        counts = self._counts.setdefault(style, [0] * (LEVELS + 1))
        level = min(level, LEVELS)
        first = whole(levels[level], f"{TEXT}start-value")
        counts[level] = start if start is not None else counts[level] + 1 if counts[level] else first
        counts[level + 1 :] = [0] * (LEVELS - level)
        own = levels[level]
        shown = range(max(level - whole(own, f"{TEXT}display-levels") + 1, 1), level + 1)
        numbers = [
            numeral(counts[one] or 1, FORMS.get(levels[one].get(f"{STYLE}num-format", ""), ""))
            for one in shown
            if one in levels and levels[one].get(f"{STYLE}num-format")
        ]
        return f"{own.get(f'{STYLE}num-prefix', '')}{'.'.join(numbers)}{own.get(f'{STYLE}num-suffix', '')}".strip()

"""What a paragraph has from its style and the styles that one rests on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lamplight.ingest.readers.word.names import W, is_on, value, whole

HEADING = re.compile(r"heading\s?([1-9])")  # Word writes it so in every language, and shows it translated
BODY_LEVEL = 9  # of an outline: no heading
TITLE_LEVEL = 0
WHITE = "FFFFFF"
TINY = 2  # half points


class Styles:
    """`root` is that of `styles.xml`, None if the file has none."""

    def __init__(self, root: Any | None) -> None:
        found = root.iterchildren(f"{W}style") if root is not None else ()
        self._styles = {style.get(f"{W}styleId", ""): style for style in found}
        self._default = next(
            (name for name, style in self._styles.items()
             if style.get(f"{W}type") == "paragraph" and style.get(f"{W}default") in ("1", "true")),
            "",
        )  # fmt: skip

    def of(self, paragraph: Any) -> list[str]:
        """The ids of a paragraph's style and those under it, nearest first."""
        return list(self._chain(value(paragraph, "pPr/pStyle") or self._default))

    def properties(self, paragraph: Any) -> Iterator[Any]:
        """A paragraph's `pPr`, then those of its styles."""
        yield from (found for found in [paragraph.find(f"{W}pPr")] if found is not None)
        for style in self.of(paragraph):
            found = self._styles[style].find(f"{W}pPr") if style in self._styles else None
            if found is not None:
                yield found

    def heading_level(self, paragraph: Any) -> int | None:
        """1 to 9, 0 for the document's title, None for text."""
        outline = whole(value(paragraph, "pPr/outlineLvl"))
        if outline is not None:
            return outline + 1 if outline < BODY_LEVEL else None
        for name in self.of(paragraph):
            if (called := self._name(name)) == "title":
                return TITLE_LEVEL
            if match := HEADING.fullmatch(called):
                return int(match[1])
            outline = whole(value(self._styles.get(name), "pPr/outlineLvl"))
            if outline is not None:
                return outline + 1 if outline < BODY_LEVEL else None
        return None

    def is_contents(self, paragraph: Any) -> bool:
        """Whether it is a line of a table of contents."""
        return any(self._name(name).startswith("toc ") for name in self.of(paragraph)[:1])

    def is_hidden(self, run: Any, paragraph: Any) -> bool:
        """Whether nobody sees a run in print: marked as hidden, a point high, or white on nothing."""
        own = run.find(f"{W}rPr")
        beside = [*self._chain(value(own, "rStyle") or ""), *self.of(paragraph)]
        sources = [own, *(self._styles[name].find(f"{W}rPr") for name in beside if name in self._styles)]
        if next((state for source in sources if (state := is_on(source, "vanish")) is not None), False):
            return True
        if own is None:
            return False
        size = whole(value(own, "sz"))
        return (size is not None and size <= TINY) or (value(own, "color") == WHITE and _on_paper(run, own))

    def _name(self, style: str) -> str:
        return (value(self._styles.get(style), "name") or style).lower()

    def _chain(self, style: str) -> Iterator[str]:
        seen: set[str] = set()
        while style and style not in seen:
            seen.add(style)
            yield style
            style = value(self._styles.get(style), "basedOn") or ""


def _on_paper(run: Any, properties: Any) -> bool:
    """Whether nothing is seen to lie behind a run; tables and boxes have grounds from elsewhere."""
    if properties.find(f"{W}shd") is not None or properties.find(f"{W}highlight") is not None:
        return False
    for outer in run.iterancestors():
        if outer.tag in (f"{W}tbl", f"{W}txbxContent") or outer.find(f"{W}background") is not None:
            return False
        if outer.tag == f"{W}p" and outer.find(f"{W}pPr/{W}shd") is not None:
            return False
    return True

"""Under which headings the lines of a PDF page stand, from the type its headings are set in.

Most PDF files have no outline. What a passage is about is then said by the heading above it, often a page earlier.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lamplight.ingest.document import Block, DocumentPage, Line
from lamplight.ingest.page_headings import PageHeadings
from lamplight.ingest.page_text import PageText
from lamplight.ingest.typefaces import LONGEST, PageType, TypedLine
from lamplight.library.records import Box

LEVELS = 2  # of headings, the innermost


def type_of(text: PageText) -> PageType:
    """What stands out on a page; nothing does on a slide, where all may be large."""
    return PageType() if text.width > text.height else PageType(text.typed_lines())


@dataclass(frozen=True, slots=True)
class _Entry:
    text: str
    style: tuple[str, float, bool]  # face, size, whether in capitals


class SectionHeadings:
    """Goes from page to page: a section that began on one goes on over the next ones."""

    def __init__(self) -> None:
        self._page_headings = PageHeadings()
        self._open: list[_Entry] = []
        self._outer: set[tuple[tuple[str, float, bool], tuple[str, float, bool]]] = set()

    @property
    def path(self) -> tuple[str, ...]:
        """The headings that hold now, outermost first."""
        return tuple(entry.text for entry in self._open[-LEVELS:])

    def enter(self, lines: Sequence[TypedLine]) -> None:
        """Headings right below each other, at the beginning of a section. Those of one style are one heading."""
        found: list[_Entry] = []
        for line in lines:
            entry = _Entry(" ".join(line.text.split()), (line.face, line.size, line.text.isupper()))
            if found and found[-1].style == entry.style and len(found[-1].text) + len(entry.text) < LONGEST:
                found[-1] = _Entry(f"{found[-1].text} {entry.text}", entry.style)
            else:
                found.append(entry)
        for entry in found:
            self._enter(entry)

    def _enter(self, entry: _Entry) -> None:
        """A style that is open is on its level; another one is below what isn't smaller and was never below it."""
        styles = [one.style for one in self._open]
        if entry.style in styles:
            del self._open[styles.index(entry.style) :]
        while self._open and (
            self._open[-1].style[1] < entry.style[1] or (entry.style, self._open[-1].style) in self._outer
        ):
            self._open.pop()
        if self._open:
            self._outer.add((self._open[-1].style, entry.style))
        self._open.append(entry)

    def divide(self, page: DocumentPage, of_page: PageType) -> None:
        """Let each block of the page stand under its headings; a block with a heading inside becomes two.

        Innermost is what the page begins with, above the first of its headings or paragraphs.
        """
        lines = [(line.text, line.box) for block in page.blocks for line in block.lines]
        heading = self._begin(page.text, lines, of_page)
        blocks: list[Block] = []
        for block in page.blocks:
            if block.kind == "text":
                blocks += self._parts(block, of_page)
            else:
                blocks.append(block if block.kind == "image" or block.picture_kind else self._under_path(block))
        page.blocks = blocks
        for block in page.blocks if heading else []:
            block.headings = (*block.headings, heading)

    def pass_by(self, text: str, lines: Sequence[tuple[str, Box | None]], of_page: PageType) -> None:
        """Take note of the headings of a page that isn't read again."""
        self._begin(text, lines, of_page)
        for headings in of_page.sections:
            self.enter(headings)

    def _begin(self, text: str, lines: Sequence[tuple[str, Box | None]], of_page: PageType) -> str:
        """The heading of a page. One whose first line is a new title is under nothing that began before."""
        known = {
            line for line, box in lines if of_page.is_paragraph(line, box) or of_page.heading(line, box) is not None
        }
        heading, first = self._page_headings.of(text.split("\n"), known)
        if any(line == first and of_page.stands_out(line, box) for line, box in lines):
            self._open.clear()
        return heading

    def _parts(self, block: Block, of_page: PageType) -> list[Block]:
        parts: list[Block] = []
        lines: list[Line] = []
        above: list[TypedLine] = []
        for line in block.lines:
            heading = of_page.heading(line.text, line.box)
            if heading is not None:
                if lines and not above:
                    parts.append(self._under_path(Block("text", lines, block.headings)))
                    lines = []
                above.append(heading)
            elif above:
                self.enter(above)
                above = []
            lines.append(line)
        self.enter(above)
        return [*parts, self._under_path(Block("text", lines, block.headings))]

    def _under_path(self, block: Block) -> Block:
        block.headings = (*block.headings, *(part for part in self.path if part not in block.headings))
        return block

"""A PDF page that is read from the right is laid out as in a mirror, where it is read from the left as any other.

So a row's label is before its numbers, a table's first column is its first, and a field behind its label.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from lamplight.ingest.boxes import mirrored
from lamplight.ingest.document import Block, DocumentPage
from lamplight.ingest.page_text import PageText
from lamplight.ingest.readers.pdf_annotations import Annotations
from lamplight.ingest.ruled_tables import Rule
from lamplight.library.records import Box

PageLines = list[tuple[str, Box | None]]


@dataclass(frozen=True, slots=True)
class Mirror:
    """Of a page that is `width` wide; it changes nothing unless the page is read `from_the_right`."""

    width: float
    from_the_right: bool

    def box(self, box: Box) -> Box:
        """Where a box is in the mirror, or one from there is on the page."""
        return mirrored(box, self.width) if self.from_the_right else box

    def lines(self, lines: PageLines) -> PageLines:
        """The same for lines, in their order."""
        return [(text, self.box(box) if box else None) for text, box in lines] if self.from_the_right else lines

    def words(self, words: list[tuple[str, Box]]) -> list[tuple[str, Box]]:
        """The same for words."""
        return [(text, self.box(box)) for text, box in words] if self.from_the_right else words

    def rules(self, rules: Sequence[Rule]) -> Sequence[Rule]:
        """The same for drawn lines."""
        return [self._rule(rule) for rule in rules] if self.from_the_right else rules

    def _rule(self, rule: Rule) -> Rule:
        if rule.level:
            return replace(rule, start=self.width - rule.end, end=self.width - rule.start)
        return replace(rule, at=self.width - rule.at)

    def filled_in(self, annotations: Annotations, lines: PageLines, within: Callable[[Box], str]) -> PageLines:
        """The lines in the mirror, with the values of fields; `lines` and the words `within` a box are the page's."""
        fields = [replace(one, box=self.box(one.box)) for one in annotations.fields]
        return replace(annotations, fields=fields).filled_in(self.lines(lines), lambda box: within(self.box(box)))

    def turn_back(self, page: DocumentPage) -> None:
        """From the mirror to the page: blocks and tables."""
        if not self.from_the_right:
            return
        for block in page.blocks:
            self.turned(block)
        page.tables = [replace(table, boxes=[self.box(box) for box in table.boxes]) for table in page.tables]

    def turned(self, block: Block) -> Block:
        """The block itself, from the page to the mirror or back."""
        for line in block.lines:
            line.box = self.box(line.box) if line.box else None
        return block


def mirror_of(text: PageText) -> Mirror:
    """For a page by what most of its letters are."""
    return Mirror(text.width, text.is_right_to_left)

"""What hangs on a Word document's paragraphs and sections: notes, comments, pictures, charts, diagrams, headers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from lamplight.ingest.document import Block, DocumentPage, Line
from lamplight.ingest.pictures import Pictures
from lamplight.ingest.readers.drawings import chart_table, diagram_lines
from lamplight.ingest.readers.packages import Package, Relation
from lamplight.ingest.readers.tally import said_in_comment
from lamplight.ingest.readers.word.names import R, W, is_on
from lamplight.ingest.readers.word.paragraphs import Anchor, ParagraphReader
from lamplight.ingest.readers.word.tables import children, grid_of
from lamplight.ingest.tables import SEPARATOR, add_table, table_block

NOTES = {"footnotes": "footnote", "endnotes": "endnote"}
HEADERS = {"header": "Header", "footer": "Footer"}


class Attached:
    """Looks up what paragraphs refer to. `read` counts what was found besides the text."""

    def __init__(
        self, package: Package, main: str, kinds: dict[str, str], words: ParagraphReader, pictures: Pictures
    ) -> None:
        self._package, self._main, self._words = package, main, words
        self.pictures = pictures
        self.read: Counter[tuple[str, str]] = Counter()
        self._notes = {
            f"{name} {note.get(f'{W}id', '')}": note
            for kind, name in NOTES.items()
            if kind in kinds
            for note in package.xml(kinds[kind]).iterchildren(f"{W}{name}")
        }
        comments = package.xml(kinds["comments"]) if "comments" in kinds else ()
        self._comments = {comment.get(f"{W}id", ""): comment for comment in comments}
        self._relations: dict[str, dict[str, Relation]] = {}
        self._headers: set[str] = set()

    def lines(self, anchor: Anchor) -> list[Line]:
        """A note's or comment's words, said to be that; none for other anchors."""
        if anchor.kind == "note" and anchor.key in self._notes:
            self.read["note", "notes"] += 1
            words = self._said(self._notes.pop(anchor.key))
            return [Line(f"Note {self.read['note', 'notes']}: {words}")] if words else []
        if anchor.kind == "comment" and anchor.key in self._comments:
            self.read["comment", "comments"] += 1
            comment = self._comments.pop(anchor.key)
            words = self._said(comment)
            return [Line(said_in_comment(words, comment.get(f"{W}author", "")))] if words else []
        return [Line(f"Picture: {anchor.words}")] if anchor.kind == "words" and anchor.words else []

    def unanchored(self) -> list[Line]:
        """Comments that no paragraph refers to."""
        return [line for key in list(self._comments) for line in self.lines(Anchor("comment", key))]

    def add(self, anchor: Anchor, page: DocumentPage, headings: tuple[str, ...], part: str = "") -> None:
        """Put a picture, chart or diagram that `part` (the body if empty) refers to on a page."""
        relation = self._related(part or self._main).get(anchor.key)
        if relation is None or relation.target not in self._package.names:
            self._words.seen["linked"] += anchor.kind == "picture" and anchor.key != ""
            page.blocks += self._described(anchor, headings)
        elif anchor.kind == "picture":
            content = self._package.part(relation.target)
            found = self.pictures.blocks_of_file(content, anchor.words, headings)
            page.blocks += found or self._described(anchor, headings)
        elif anchor.kind == "chart":
            title, rows, heads = chart_table(self._package.xml(relation.target))
            self.read["chart", "charts"] += 1
            add_table(page, table_block(rows, headings, page.number, title, heads))
        elif anchor.kind == "diagram":
            self.read["diagram", "diagrams"] += 1
            lines = [Line(line) for line in diagram_lines(self._package.xml(relation.target))]
            page.blocks += [Block("text", lines, headings)] if lines else []

    def _described(self, anchor: Anchor, headings: tuple[str, ...]) -> list[Block]:
        """The alternative text of a picture that can't be read itself."""
        return [Block("text", [Line(f"Picture: {anchor.words}")], headings)] if anchor.words else []

    def header(self, section: Any) -> Iterator[tuple[str, list[Line], list[tuple[Anchor, str]]]]:
        """`Header` or `Footer`, lines, and pictures with their part, of each that a section has and none before had."""
        for kind, name in HEADERS.items():
            lines: list[Line] = []
            anchors: list[tuple[Anchor, str]] = []
            for reference in section.iterchildren(f"{W}{kind}Reference"):
                relation = self._related(self._main).get(reference.get(f"{R}id", ""))
                if reference.get(f"{W}type") == "first" and not is_on(section, "titlePg"):
                    continue  # kept from earlier, and not shown
                if relation is None or relation.target in self._headers or relation.target not in self._package.names:
                    continue
                self._headers.add(relation.target)
                for line in self._lines_of(self._package.xml(relation.target), relation.target, anchors):
                    if line.text not in self._headers:
                        self._headers.add(line.text)
                        lines.append(line)
            if lines or anchors:
                yield name, lines, anchors

    def _lines_of(self, container: Any, part: str, anchors: list[tuple[Anchor, str]]) -> Iterator[Line]:
        """The lines of a header; a row of a table is one line."""
        for child in children(container, f"{W}p", f"{W}tbl"):
            if child.tag == f"{W}tbl":
                for row in grid_of(child, self._said)[0]:
                    yield Line(SEPARATOR.join(filter(None, row)))
                continue
            paragraph = self._words.read(child)
            words = " ".join(paragraph.text.split())
            if any(map(str.isalnum, words)):
                yield Line(words, furniture=paragraph.counts_pages)
            for anchor in paragraph.anchors:
                if anchor.kind == "box":
                    yield from self._lines_of(anchor.element, part, anchors)
                elif anchor.kind == "picture":
                    anchors.append((anchor, part))
                else:
                    yield from self.lines(anchor)

    def _said(self, container: Any) -> str:
        """All paragraphs of a note, a comment or a cell in one line."""
        return " ".join(" ".join(self._words.read(one).text.split()) for one in container.iter(f"{W}p")).strip()

    def _related(self, part: str) -> dict[str, Relation]:
        if part not in self._relations:
            self._relations[part] = self._package.relations(part)
        return self._relations[part]

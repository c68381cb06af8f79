"""The body of a Word document in order, on the pages that Word last showed it on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lamplight.ingest.document import Block, DocumentPage, Line, ReadDocument
from lamplight.ingest.errors import NothingToRead
from lamplight.ingest.pictures import Pictures, add_printed_captions
from lamplight.ingest.readers.packages import Package, open_package
from lamplight.ingest.readers.paging import BREAKS, NOTED_BREAK, SET_BREAK, Outline, Pages, parts
from lamplight.ingest.readers.reading import READING, Reading
from lamplight.ingest.readers.tally import BESIDES_TEXT, NOT_READ, counted, said_of_text, unread_parts
from lamplight.ingest.readers.word.attached import Attached
from lamplight.ingest.readers.word.names import MC, W, is_on, value
from lamplight.ingest.readers.word.numbering import BULLET, Numbering
from lamplight.ingest.readers.word.paragraphs import Anchor, Paragraph, ParagraphReader
from lamplight.ingest.readers.word.styles import TITLE_LEVEL, Styles
from lamplight.ingest.readers.word.tables import WRAPPERS, children, grid_of, is_layout
from lamplight.ingest.tables import add_table, table_block

LONGEST_HEADING = 120  # characters; contracts have whole clauses in the style of a heading
ON_THE_SAME_PAGE = ("continuous", "nextColumn")  # how a section may begin


def read_docx(path: Path, reading: Reading) -> ReadDocument:
    """Numbered headings and lists, tables, notes, comments, boxes, charts, headers; tracked changes as accepted."""
    reading.step(READING, 0.0)
    with open_package(path) as package:
        main = next((one.target for one in package.relations().values() if one.kind == "officeDocument"), "")
        body = _Body(package, main, path, Pictures(reading.recogniser))
        body.read()
        body.tell(package)
    if not any(page.blocks for page in body.document.pages):
        raise NothingToRead(f"{path.name} holds no text; there is nothing to read in it.")
    return body.document


class _Body:
    """Walks through the body and collects blocks on the last page of `document`."""

    def __init__(self, package: Package, main: str, path: Path, pictures: Pictures) -> None:
        self.document = ReadDocument("", "docx", [])
        self._fallback_title = path.stem
        root = package.xml(main)
        self._content = root.find(f"{W}body")
        kinds = {one.kind: one.target for one in package.relations(main).values() if one.target in package.names}
        self._styles = Styles(package.xml(kinds["styles"]) if "styles" in kinds else None)
        self._numbering = Numbering(package.xml(kinds["numbering"]) if "numbering" in kinds else None, self._styles)
        self._words = ParagraphReader(self._styles)
        self._attached = Attached(package, main, kinds, self._words, pictures)
        self._sections = [one for one in root.iter(f"{W}sectPr") if not str(one.getparent().tag).endswith("Change")]
        self._outline = Outline()
        self._pages = Pages()
        self._footers: list[tuple[DocumentPage, Block]] = []

    def read(self) -> None:
        self._begin_section()
        self._walk(self._content if self._content is not None else ())
        self._outline.end()
        self._add(Block("text", self._attached.unanchored(), ()))
        for page, block in self._footers:
            page.blocks.append(block)
        self.document.pages = self._pages.finish()
        for page in self.document.pages:
            add_printed_captions(page.blocks)
        self.document.title = self.document.title or self._fallback_title

    def tell(self, package: Package) -> None:
        """Say what was read besides the text, and what was left out."""
        seen, said = self._words.seen, self.document.skipped
        said += counted(BESIDES_TEXT, self._attached.read)
        said += said_of_text(seen["hidden"], seen["changes"] > 0)
        unread = unread_parts(package.names - package.targets_of("/charts/"))
        unread["online video", "online videos"] = seen["videos"]
        unread["inserted file", "inserted files"] = seen["chunks"]
        unread["linked picture", "linked pictures"] = seen["linked"]
        said += counted(NOT_READ, unread)
        said += self._attached.pictures.skipped

    def _walk(self, elements: Any) -> None:
        for element in elements:
            if element.tag == f"{W}p":
                self._paragraph(element)
            elif element.tag == f"{W}tbl":
                self._table(element)
            elif element.tag == f"{MC}AlternateContent":
                self._walk(next(element.iterchildren(f"{MC}Choice", f"{MC}Fallback"), ()))
            elif element.tag in WRAPPERS:
                self._walk(element)
            self._words.seen["chunks"] += element.tag == f"{W}altChunk"

    def _paragraph(self, element: Any) -> None:
        before = (is_on(properties, "pageBreakBefore") for properties in self._styles.properties(element))
        if next((state for state in before if state is not None), False) and self._pages.last.blocks:
            self._pages.break_page(SET_BREAK)
        paragraph = self._words.read(element)
        text = " ".join(paragraph.text.split())
        number = self._number(element, text)
        level = self._styles.heading_level(element)
        if level is not None and 0 < len(text) <= LONGEST_HEADING:
            for mark in BREAKS.findall(paragraph.text):
                self._pages.break_page(mark)
            self._heading(level, text, "" if number == BULLET else number)
        else:
            self._text(paragraph, number, self._styles.is_contents(element))
        self._add_anchored(paragraph.anchors)
        if element.find(f"{W}pPr/{W}sectPr") is not None:
            self._end_section()

    def _number(self, element: Any, text: str) -> str:
        """What stands before a paragraph with these words, none if it was deleted with its end."""
        removed = element.find(f"{W}pPr/{W}rPr/{W}del") is not None and not text
        return "" if removed else self._numbering.number(element)

    def _text(self, paragraph: Paragraph, number: str, contents: bool) -> None:
        for mark, words in parts(paragraph.text):
            if mark:
                self._pages.break_page(mark)
            if words:
                self._add(Block("text", [Line(f"{number} {words}".strip(), furniture=contents)], self._outline.path))
                number = ""

    def _heading(self, level: int, text: str, number: str) -> None:
        is_title = level == TITLE_LEVEL and TITLE_LEVEL not in self._outline.levels
        if not number and (is_title or not self.document.title):
            self.document.title = text
        self._outline.begin(level, f"{number} {text}".strip(), self._pages.last)
        self._pages.add()

    def _table(self, table: Any) -> None:
        if is_layout(table, lambda paragraph: self._styles.heading_level(paragraph) is not None):
            for row in children(table, f"{W}tr"):
                for cell in children(row, f"{W}tc"):
                    self._walk(cell)
            return
        anchors: list[Anchor] = []
        inner: list[tuple[str, Any]] = []  # the words before a table in a cell, and the table

        def words(cell: Any) -> str:
            said: list[str] = []
            for child in children(cell, f"{W}p", f"{W}tbl"):
                if child.tag == f"{W}tbl":
                    inner.append((" ".join(filter(None, said)), child))
                    continue
                paragraph = self._words.read(child)
                anchors.extend(paragraph.anchors)
                text = " ".join(paragraph.text.split())
                number = self._number(child, text)  # an empty cell may be nothing but its number
                said.append(f"{number} {text}".strip() if text or number != BULLET else "")
            return " ".join(filter(None, said))

        rows, heads = grid_of(table, words)
        made = table_block(rows, self._outline.path, self._pages.last.number, "", heads or None)
        if made is not None:
            self._outline.fill()
        add_table(self._pages.last, made)
        self._pages.add()
        self._add_anchored(anchors)
        for label, one in inner:
            self._inner_table(label, one)
        for _ in table.iter(f"{W}lastRenderedPageBreak"):
            self._pages.break_page(NOTED_BREAK)

    def _inner_table(self, label: str, table: Any) -> None:
        levels = self._outline.levels
        deepest = max(levels, default=TITLE_LEVEL) + 1
        self._outline.levels = levels | ({deepest: label} if label else {})
        self._table(table)
        self._outline.levels = levels

    def _add(self, block: Block) -> None:
        if block.lines:
            self._pages.add(block)
            self._outline.fill()

    def _add_anchored(self, anchors: list[Anchor]) -> None:
        for anchor in anchors:
            if anchor.kind == "box":
                self._walk(anchor.element)
            elif anchor.kind in ("picture", "chart", "diagram"):
                self._attached.add(anchor, self._pages.last, self._outline.path)
                self._pages.add()
                self._outline.fill()
            else:
                self._add(Block("text", self._attached.lines(anchor), self._outline.path))

    def _begin_section(self) -> None:
        if not self._sections:
            return
        for name, lines, pictures in self._attached.header(self._sections.pop(0)):
            block = Block("text", lines, (name,))
            if lines and name == "Footer":
                self._footers.append((self._pages.last, block))
            elif lines:
                self._pages.last.blocks.append(block)
            for anchor, part in pictures:
                self._attached.add(anchor, self._pages.last, (name,), part)

    def _end_section(self) -> None:
        if self._sections and (value(self._sections[0], "type") or "nextPage") not in ON_THE_SAME_PAGE:
            self._pages.break_page(SET_BREAK)
        self._begin_section()

"""HTML, and Markdown, which markdown-it turns into HTML (`notes`)."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from lxml import etree, html

from lamplight.ingest.document import Block, DocumentPage, Line, ReadDocument
from lamplight.ingest.errors import NothingToRead
from lamplight.ingest.pictures import add_printed_captions
from lamplight.ingest.readers.visible import MARKER, leave_what_is_seen
from lamplight.ingest.tables import add_table, table_block
from lamplight.languages import sentence

HEADINGS = {f"h{level}": level for level in range(1, 7)}
UNSEEN = {"script", "style", "noscript", "template", "head", "nav", "iframe", "button"}
LEAVES = {"p", "li", "pre", "blockquote", "dt", "dd", "figcaption", "caption", "address", "summary", "td", "legend"}
CONTAINERS = {
    "div", "section", "article", "main", "body", "header", "footer", "ul", "ol", "dl", "aside", "figure",
    "details", "html", "center", "form", "fieldset",
}  # fmt: skip
LONG_ALT = 10  # characters of a picture's alternative text that make it more than the name of an icon
FEWEST_LABELS = 2  # on a drawing that is more than an icon
WIDEST_SPAN = 100  # columns; HTML allows 1,000, and no reader needs them

# Blocks for an <img> under some headings; a document's pictures come with it, a web page's are not fetched.
ReadPicture = Callable[[html.HtmlElement, tuple[str, ...]], list[Block]]


def from_html(source: str | bytes, path: Path, format_name: str, picture: ReadPicture | None = None) -> ReadDocument:
    """A document of one page. Raises `NothingToRead` when there is nothing on it."""
    markup = read_markup(source, picture=picture)
    add_printed_captions(markup.page.blocks)
    if not markup.page.blocks:
        raise NothingToRead(f"{path.name} holds no text; there is nothing to read in it.")
    title = markup.title or markup.first_heading or path.stem
    return ReadDocument(title, format_name, [markup.page], markup.skipped)


def read_markup(source: str | bytes, page: int = 1, picture: ReadPicture | None = None) -> Markup:
    """An HTML page as page `page` of its document; without blocks when it is no HTML."""
    # lxml refuses text with an encoding declaration; bytes with the encoding given it does not.
    given = source.encode("utf-8", "replace") if isinstance(source, str) else source
    encoding = "utf-8" if isinstance(source, str) else None
    parser = html.HTMLParser(encoding=encoding, no_network=True, remove_comments=True, remove_pis=True)
    markup = Markup(page, picture)
    try:
        root = html.document_fromstring(given, parser=parser)
    except (etree.ParserError, ValueError):
        return markup
    markup.title = _squeeze(root.findtext(".//title") or "")
    if hidden := leave_what_is_seen(root):
        markup.skipped.append(sentence(f"Parts of it that can't be seen are left out ({hidden} of them)."))
    markup.walk(root)
    markup.finish()
    return markup


class Markup:
    """Collects the blocks of `page` in reading order, with the headings they stand under, and the tables' cells."""

    def __init__(self, number: int, picture: ReadPicture | None = None) -> None:
        self._picture = picture
        self.page = DocumentPage(number)
        self.title = ""
        self.first_heading = ""
        self._headings: dict[int, str] = {}
        self._loose: list[str] = []
        self._marker = ""  # of the list item whose first words are yet to come
        self.skipped: list[str] = []

    def walk(self, element: html.HtmlElement) -> None:
        """Take up the element and all in it. What is unseen is passed over."""
        name = element.tag if isinstance(element.tag, str) else ""
        if name == "li":
            self.finish()
            self._marker = element.get(MARKER, "-")
        if name not in UNSEEN:
            self._take(element, name)
        if name == "li":
            self._marker = ""

    def _take(self, element: html.HtmlElement, name: str) -> None:
        if name == "svg":
            self._drawing(element)
        elif name in HEADINGS:
            self._heading(HEADINGS[name], _words(element))
        elif name == "table" and not _is_layout(element):
            self._table(element)
        elif name in LEAVES and not any(child.tag in CONTAINERS | {"table", "p"} for child in element):
            self.finish()
            self._add(_leaf_lines(element, name))
            for mark in element.iter("img"):
                self._add_picture(mark)
        elif name == "br":
            self.finish()
        elif name == "img":
            self._add_picture(element)
        else:
            self._enter(element, name in CONTAINERS | LEAVES)

    def _enter(self, element: html.HtmlElement, is_block: bool) -> None:
        """Text between the elements inside belongs to the paragraph around it, unless this is a block of its own."""
        if is_block:
            self.finish()
        self._loose.append(element.text or "")
        for child in element:
            self.walk(child)
            self._loose.append(child.tail or "")
        if is_block:
            self.finish()

    def finish(self) -> None:
        """Text that stands in no paragraph becomes one."""
        text, self._loose = _squeeze("".join(self._loose)), []
        if text:
            self._add([text])

    def _heading(self, level: int, text: str) -> None:
        self.finish()
        if not text:
            return
        self.first_heading = self.first_heading or text
        self._headings = {depth: words for depth, words in self._headings.items() if depth < level}
        self._headings[level] = text

    def _add_picture(self, mark: html.HtmlElement) -> None:
        """The picture, or where there is none to be read its alternative text."""
        found = self._picture(mark, self._path()) if self._picture is not None else []
        words = _squeeze(mark.get("alt") or "")
        if not found and (" " in words or len(words) >= LONG_ALT):
            found = [Block("text", [Line(f"Picture: {words}")], self._path())]
        if found:
            self.finish()
            self.page.blocks += found

    def _drawing(self, element: html.HtmlElement) -> None:
        """The words on a drawing, such as a chart's labels."""
        words = [_squeeze(label.text_content()) for label in element.iter("text")]
        if len(list(filter(None, words))) >= FEWEST_LABELS:
            self.finish()
            self._add([f"Drawing: {', '.join(filter(None, words))}"])

    def _add(self, lines: list[str]) -> None:
        kept = [Line(line) for line in lines if line.strip()]
        if kept and self._marker:
            kept[0].text = f"{self._marker} {kept[0].text}"
            self._marker = ""
        if kept:
            self.page.blocks.append(Block("text", kept, self._path()))

    def _table(self, table: html.HtmlElement) -> None:
        self.finish()
        elements = list(table.iter("tr"))
        rows = [_cells(row) for row in elements]
        heads = 0
        while heads < len(elements) and _is_head(elements[heads]):
            heads += 1
        caption = _squeeze("".join(table.xpath("./caption//text()")))
        made = table_block(_spread(rows), self._path(), self.page.number, caption, heads or None)
        if made is not None and caption:
            made[0].lines.insert(0, Line(caption))
            made[0].header_rows += 1
        add_table(self.page, made)

    def _path(self) -> tuple[str, ...]:
        return tuple(self._headings[level] for level in sorted(self._headings))


def _leaf_lines(element: html.HtmlElement, name: str) -> list[str]:
    if name == "pre":
        return [line.rstrip() for line in element.text_content().splitlines()]
    return [_words(element)]


def _words(element: html.HtmlElement) -> str:
    for part in element.iter("br", *LEAVES, *CONTAINERS, *HEADINGS):
        if part is not element:
            part.tail = f" {part.tail or ''}"
            if part.tag != "br":
                part.text = f" {part.get(MARKER, '')} {part.text or ''}"
    return _squeeze(element.text_content())


def _cells(row: html.HtmlElement) -> list[tuple[str, int, int]]:
    """Words, columns and rows of each cell."""
    return [(_words(cell), _span(cell, "colspan"), _span(cell, "rowspan")) for cell in row.xpath("./td|./th")]


def _span(cell: html.HtmlElement, name: str) -> int:
    value = cell.get(name, "1").strip()
    return min(int(value), WIDEST_SPAN) if value.isdecimal() and int(value) > 0 else 1


def _spread(rows: list[list[tuple[str, int, int]]]) -> list[list[str]]:
    """A grid: a cell that spans several stands in the first, and a row's label in each row it is for."""
    grid: list[list[str]] = []
    below: dict[int, tuple[str, int]] = {}  # by column: the words and for how many more rows they hold
    for row in rows:
        cells: list[str] = []
        waiting = list(row)
        while waiting or any(column >= len(cells) for column in below):
            column = len(cells)
            if column in below:
                words, more = below.pop(column)
                cells.append(words)
                if more > 1:
                    below[column] = (words, more - 1)
            elif waiting:
                words, across, down = waiting.pop(0)
                for offset in range(across):
                    if down > 1:
                        below[column + offset] = (words if offset == 0 else "", down - 1)
                    cells.append(words if offset == 0 else "")
            else:
                cells.append("")
        grid.append(cells)
    return grid


def _is_head(row: html.HtmlElement) -> bool:
    parent, cells = row.getparent(), row.xpath("./td|./th")
    return (parent is not None and parent.tag == "thead") or (bool(cells) and all(cell.tag == "th" for cell in cells))


def _is_layout(table: html.HtmlElement) -> bool:
    """Old pages lay out whole articles in tables: one with another inside, or with headings, is no data."""
    return any(element is not table and element.tag in ("table", *HEADINGS) for element in table.iter())


def _squeeze(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()

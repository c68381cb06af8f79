"""HTML, and what is turned into HTML by kept libraries: DOCX by mammoth, Markdown by markdown-it."""

from __future__ import annotations

import re
from pathlib import Path

from lxml import etree, html

from ingest.document import Block, DocumentPage, Line, ReadDocument
from ingest.errors import NothingToRead, ReadError
from ingest.readers.reading import Reading
from ingest.readers.text import decode

HEADINGS = {f"h{level}": level for level in range(1, 7)}
UNSEEN = {"script", "style", "noscript", "template", "head", "nav", "svg", "iframe", "form", "button"}
LEAVES = {"p", "li", "pre", "blockquote", "dt", "dd", "figcaption", "caption", "address", "summary", "td"}
CONTAINERS = {
    "div", "section", "article", "main", "body", "header", "footer", "ul", "ol", "dl", "aside", "figure",
    "details", "html", "center",
}  # fmt: skip


def read_html(path: Path, reading: Reading) -> ReadDocument:
    """A saved web page; scripts, styles and navigation are left out. Nothing is fetched."""
    reading.step("reading", 0.0)
    return _from_html(decode(path), path, "html")


def read_markdown(path: Path, reading: Reading) -> ReadDocument:
    """Markdown with tables; front matter is read as text."""
    from markdown_it import MarkdownIt

    reading.step("reading", 0.0)
    rendered = MarkdownIt("commonmark", {"html": False}).enable("table").render(decode(path))
    return _from_html(rendered, path, "markdown")


def read_docx(path: Path, reading: Reading) -> ReadDocument:
    """A Word document's headings, paragraphs, lists, tables and notes, in order."""
    import mammoth

    reading.step("reading", 0.0)
    try:
        with path.open("rb") as file:
            # Pictures become empty marks: inlined as base64 they would be read as text.
            result = mammoth.convert_to_html(file, convert_image=mammoth.images.img_element(lambda image: {}))
    except PermissionError:
        raise
    except Exception as error:  # mammoth has no error type of its own; anything here means a broken file
        raise ReadError(f"{path.name} is damaged; open it in Word or LibreOffice and save it again.") from error
    return _from_html(result.value, path, "docx")


def _from_html(source: str, path: Path, format_name: str) -> ReadDocument:
    # lxml refuses text with an encoding declaration; bytes with the encoding given it does not.
    parser = html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = html.document_fromstring(source.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, ValueError):
        raise NothingToRead(f"{path.name} holds no text; there is nothing to read in it.") from None
    walker = _Walker()
    walker.walk(root)
    walker.finish()
    if not walker.blocks:
        raise NothingToRead(f"{path.name} holds no text; there is nothing to read in it.")
    title = _squeeze(root.findtext(".//title") or "") or walker.first_heading or path.stem
    return ReadDocument(title, format_name, [DocumentPage(1, blocks=walker.blocks)])


class _Walker:
    """Collects blocks in reading order, with the headings they stand under."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.first_heading = ""
        self._headings: dict[int, str] = {}
        self._loose: list[str] = []

    def walk(self, element: html.HtmlElement) -> None:
        name = element.tag if isinstance(element.tag, str) else ""
        if name in UNSEEN:
            pass
        elif name in HEADINGS:
            self._heading(HEADINGS[name], _words(element))
        elif name == "table" and not _is_layout(element):
            self._table(element)
        elif name in LEAVES and not any(child.tag in CONTAINERS | {"table", "p"} for child in element):
            self._add(_leaf_lines(element, name))
        elif name == "br":
            self.finish()
        else:
            self._loose.append(element.text or "")
            if name in CONTAINERS | LEAVES:
                self.finish()
            for child in element:
                self.walk(child)
                self._loose.append(child.tail or "")
            if name in CONTAINERS | LEAVES:
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

    def _add(self, lines: list[str]) -> None:
        self._block("text", lines)

    def _table(self, table: html.HtmlElement) -> None:
        self.finish()
        rows = [[_words(cell) for cell in row.xpath("./td|./th")] for row in table.iter("tr")]
        self._block("table", [" | ".join(row) for row in rows if any(row)])

    def _block(self, kind: str, lines: list[str]) -> None:
        kept = [Line(line) for line in lines if line.strip()]
        if kept:
            headings = tuple(self._headings[level] for level in sorted(self._headings))
            self.blocks.append(Block("table" if kind == "table" else "text", kept, headings))


def _leaf_lines(element: html.HtmlElement, name: str) -> list[str]:
    if name == "pre":
        return [line.rstrip() for line in element.text_content().splitlines()]
    text = _words(element)
    return [f"- {text}" if name == "li" and text else text]


def _words(element: html.HtmlElement) -> str:
    for line_break in element.iter("br"):
        line_break.tail = " " + (line_break.tail or "")
    return _squeeze(element.text_content())


def _is_layout(table: html.HtmlElement) -> bool:
    """Old pages lay out whole articles in tables: one with another inside, or with headings, is no data."""
    return any(element is not table and element.tag in ("table", *HEADINGS) for element in table.iter())


def _squeeze(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()

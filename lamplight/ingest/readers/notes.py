"""Notes: Markdown as note-taking programs write it (properties, links, footnotes, tasks), and Org."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from lamplight.ingest.document import Block, DocumentPage, Line, ReadDocument
from lamplight.ingest.errors import NothingToRead
from lamplight.ingest.pictures import Pictures, add_printed_captions
from lamplight.ingest.readers.markup import read_markup
from lamplight.ingest.readers.reading import READING, Reading
from lamplight.ingest.readers.text import decode
from lamplight.ingest.readers.web import PagePictures
from lamplight.ingest.tables import add_table, table_block

FRONT_MATTER = re.compile(r"\A(---|\+\+\+)[ \t]*\n(.*?)\n(?:\1|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
PROPERTY = re.compile(r"(?m)^[\w\"'][^:=\n]{0,60}[:=](?:\s|$)")
TITLE = re.compile(r"(?mi)^title\s*[:=]\s*[\"']?(.+?)[\"']?\s*$")
FOOTNOTE = re.compile(r"(?m)^\[\^([^\]\n]+)\]:")
"""What begins a note: it stays a paragraph where it stands, also when no text refers to it."""
WIKI_LINK = re.compile(r"!?\[\[([^\[\]|\n]+)(?:\|([^\[\]\n]+))?\]\]")

ORG_HEADING = re.compile(r"(\*+)\s+(.+)")
ORG_TITLE = re.compile(r"(?mi)^#\+title:\s*(.+?)\s*$")
ORG_RULE = re.compile(r"\|[-+]+\|?$")
ORG_MARK = re.compile(r"(?i):(?:properties|end|logbook):|#\+(?:begin|end)_\w+.*")


def read_markdown(path: Path, reading: Reading) -> ReadDocument:
    """All on page 1; the properties come first."""
    reading.step(READING, 0.0)
    source = decode(path)
    properties = ""
    if (found := FRONT_MATTER.match(source)) and PROPERTY.search(found[2]):
        properties, source = found[2], source[found.end() :]
    pictures = PagePictures(Pictures(reading.recogniser), lambda address: None)
    markup = read_markup(rendered(source), picture=pictures)
    add_printed_captions(markup.page.blocks)
    lines = [Line(line.rstrip()) for line in properties.split("\n") if line.strip()]
    if lines:
        markup.page.blocks.insert(0, Block("text", lines))
    if not markup.page.blocks:
        raise NothingToRead(f"{path.name} holds no text; there is nothing to read in it.")
    named = TITLE.search(properties)
    title = named[1] if named else markup.first_heading or path.stem
    return ReadDocument(title, "markdown", [markup.page], markup.skipped + pictures.skipped)


def rendered(source: str) -> str:
    """Markdown as HTML."""
    from markdown_it import MarkdownIt

    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse(FOOTNOTE.sub(r"\n\[^\1]:", source))
    for token in tokens:
        for child in token.children or ():
            if child.type == "text":
                child.content = WIKI_LINK.sub(_shown_link, child.content)
    return str(markdown.renderer.render(tokens, markdown.options, {}))


def _shown_link(found: re.Match[str]) -> str:
    """What the link says, and the note it leads to where that is called otherwise."""
    note, alias = found[1].strip(), (found[2] or "").strip()
    return f"{alias} ({note})" if alias and note not in alias else alias or note


def read_org(path: Path, reading: Reading) -> ReadDocument:
    """Org: what stands under a heading, with its properties; tables as tables."""
    reading.step(READING, 0.0)
    source = decode(path)
    named = ORG_TITLE.search(source)
    document = ReadDocument(named[1] if named else path.stem, "org", [DocumentPage(1)])
    page = document.pages[0]
    headings: dict[int, str] = {}
    for paragraph in _org_paragraphs(source):
        place = tuple(headings[level] for level in sorted(headings))
        if (heading := ORG_HEADING.fullmatch(paragraph[0])) is not None:
            headings = {level: words for level, words in headings.items() if level < len(heading[1])}
            headings[len(heading[1])] = heading[2]
        elif paragraph[0].startswith("|"):
            rows = [line.strip("| \t").split("|") for line in paragraph if not ORG_RULE.match(line)]
            add_table(page, table_block(rows, place, 1, heads=1 if any(map(ORG_RULE.match, paragraph)) else None))
        else:
            page.blocks.append(Block("text", [Line(line) for line in paragraph], place))
    if not page.blocks:
        raise NothingToRead(f"{path.name} holds no text; there is nothing to read in it.")
    return document


def _org_paragraphs(source: str) -> Iterator[list[str]]:
    """Lines that belong together: a heading, the rows of a table, or a paragraph."""
    paragraph: list[str] = []
    for line in [*map(str.rstrip, source.split("\n")), ""]:
        alone = ORG_HEADING.fullmatch(line) is not None
        other = bool(paragraph) and paragraph[-1].startswith("|") != line.lstrip().startswith("|")
        if paragraph and (not line or alone or other):
            yield paragraph
            paragraph = []
        if alone:
            yield [line]
        elif line and not ORG_MARK.fullmatch(line.strip()):
            paragraph.append(line.lstrip() if line.lstrip().startswith("|") else line)

"""RTF, by striprtf: paragraphs and table rows without their formatting."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from ingest.document import Block, DocumentPage, Line, ReadDocument
from ingest.errors import NothingToRead, ReadError
from ingest.pictures import Pictures
from ingest.readers.reading import Reading
from ingest.tables import add_table, table_block

CELL_END = re.compile(r"\n+\|")  # behind a paragraph inside a cell
ASIDE = re.compile(r"\{(?:\\\*)?\\(?:footnote|annotation|header[lrf]?|footer[lrf]?)(?![a-z])(?:\\ftnalt)?\s?")
PICTURE = re.compile(
    r"\{(?:\\\*\\shppict\s*\{)?\\pict\b[^{}]*?\\(?:png|jpeg)blip\b[^{}]*?\s((?:[0-9a-fA-F]{2}|\s){80,})\}"
)
BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
ROW = re.compile(r".*\|\s*$")  # how striprtf ends a table row


def read_rtf(path: Path, reading: Reading) -> ReadDocument:
    """All on page 1: RTF has no pages until it is printed."""
    from striprtf import striprtf

    rtf_to_text: Callable[..., str] = striprtf.rtf_to_text
    reading.step("reading", 0.0)
    source = path.read_bytes().decode("latin-1")  # RTF is ASCII; what is not stands in its own code page
    if source.rstrip("\0 \r\n\t")[-1:] != "}":
        raise ReadError(f"{path.name} is cut short: its end is missing; fetch or copy it again.")
    try:
        text = rtf_to_text(_with_notes_behind(source), encoding="cp1252", errors="replace")
    except (ValueError, LookupError, IndexError, KeyError) as error:  # what striprtf raises on broken files
        raise ReadError(f"{path.name} is damaged; open it in Word or LibreOffice and save it again.") from error
    document = ReadDocument(path.stem, "rtf", [DocumentPage(1)])
    blocks = document.pages[0].blocks
    rows: list[list[str]] = []
    for line in [*CELL_END.sub("|", text).splitlines(), ""]:
        if ROW.match(line):
            rows.append(line.rstrip().rstrip("|").split("|"))
            continue
        if rows:
            add_table(document.pages[0], table_block(rows, (), 1))
            rows = []
        if line.strip():
            blocks.append(Block("text", [Line(line.strip())]))
    found = Pictures(reading.recogniser)
    for content in _pictures(source):
        blocks += found.blocks_of_file(content, "", ())
    document.skipped += found.skipped
    if not blocks:
        raise NothingToRead(f"{path.name} holds no text; there is nothing to read in it.")
    return document


def _with_notes_behind(source: str) -> str:
    """Footnotes, comments, headers and footers, which striprtf leaves out, as paragraphs at the end."""
    asides: list[str] = []
    kept: list[str] = []
    place = 0
    while (found := ASIDE.search(source, place)) is not None:
        end = _end_of_group(source, found.start())
        kept.append(source[place : found.start()])
        asides.append("{" + source[found.end() : end])
        place = end
    rest = source[place:].rstrip()
    return "".join([*kept, rest[:-1], *(rf"\par {aside}" for aside in dict.fromkeys(asides)), "}"])


def _end_of_group(source: str, start: int) -> int:
    """Where the group that begins at `start` is closed."""
    depth = 0
    for mark in BRACE.finditer(source, start):
        depth += {"{": 1, "}": -1}.get(mark[0], 0)
        if not depth:
            return mark.end()
    return len(source)


def _pictures(source: str) -> list[bytes]:
    """The pictures in it, as files."""
    return [bytes.fromhex("".join(found.split())) for found in PICTURE.findall(source)]

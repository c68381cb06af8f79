"""RTF, by striprtf: paragraphs and table rows without their formatting."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from lamplight.ingest.document import Block, DocumentPage, Line, ReadDocument
from lamplight.ingest.errors import NothingToRead, ReadError
from lamplight.ingest.pictures import Pictures
from lamplight.ingest.readers.reading import READING, Reading
from lamplight.ingest.readers.rtf_letters import LETTER, TOKEN, end_of_group, with_seen_letters
from lamplight.ingest.readers.tally import said_of_text
from lamplight.ingest.tables import add_table, table_block

CELL_END = re.compile(r"\n+\|")  # behind a paragraph inside a cell
ASIDE = re.compile(r"\{(?:\\\*)?\\(?:footnote|annotation|header[lrf]?|footer[lrf]?)(?![a-z])(?:\\ftnalt)?\s?")
PICTURE = re.compile(
    r"\{(?:\\\*\\shppict\s*\{)?\\pict\b[^{}]*?\\(?:png|jpeg)blip\b[^{}]*?\s((?:[0-9a-fA-F]{2}|\s){80,})\}"
)
ROW = re.compile(r".*\|\s*$")  # how striprtf ends a table row


def read_rtf(path: Path, reading: Reading) -> ReadDocument:
    """All on page 1: RTF has no pages until it is printed."""
    reading.step(READING, 0.0)
    source = path.read_bytes().decode("latin-1")  # RTF is ASCII; what is not stands in its own code page
    if source.rstrip("\0 \r\n\t")[-1:] != "}":
        raise ReadError(f"{path.name} is cut short: its end is missing; fetch or copy it again.")
    source, hidden = _without_hidden(source)
    text = text_of_rtf(source)
    document = ReadDocument(path.stem, "rtf", [DocumentPage(1)])
    document.skipped += said_of_text(hidden, changed=False)
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


def text_of_rtf(source: str) -> str:
    """Its words, with `|` behind each cell of a table; notes and headers stand at the end."""
    from striprtf import striprtf

    rtf_to_text: Callable[..., str] = striprtf.rtf_to_text
    return rtf_to_text(_with_notes_behind(with_seen_letters(source)), encoding="cp1252", errors="replace")


def _with_notes_behind(source: str) -> str:
    """Footnotes, comments, headers and footers, which striprtf leaves out, as paragraphs at the end."""
    asides: list[str] = []
    kept: list[str] = []
    place = 0
    while (found := ASIDE.search(source, place)) is not None:
        end = end_of_group(source, found.start())
        kept.append(source[place : found.start()])
        asides.append("{" + source[found.end() : end])
        place = end
    rest = source[place:].rstrip()
    return "".join([*kept, rest[:-1], *(rf"\par {aside}" for aside in dict.fromkeys(asides)), "}"])


def _pictures(source: str) -> list[bytes]:
    """The pictures in it, as files."""
    return [bytes.fromhex("".join(found.split())) for found in PICTURE.findall(source)]


def _without_hidden(source: str) -> tuple[str, int]:
    """The source without the letters that are marked as hidden, and how many passages those were."""
    kept: list[str] = []
    states = [False]  # of the groups around, innermost last
    passages, was_hidden = 0, False
    for token in TOKEN.finditer(source):
        if token[0] == "{":
            states.append(states[-1])
        elif token[0] == "}":
            states = states[:-1] if len(states) > 1 else states
        elif token[1] in ("v", "plain"):
            states[-1] = token[1] == "v" and token[2] != "0"
        elif token[1] in (None, LETTER):
            if states[-1]:
                passages += not was_hidden and token[0].strip() != ""
                was_hidden |= token[0].strip() != ""
                continue
            was_hidden &= token[0].strip() == ""
        kept.append(token[0])
    return "".join(kept), passages

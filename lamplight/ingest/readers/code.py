"""Source code and configuration: top-level pieces, under the name of what each defines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from lamplight.ingest.document import Block, DocumentPage, Line, ReadDocument
from lamplight.ingest.errors import NothingToRead
from lamplight.ingest.readers.reading import READING, Reading
from lamplight.ingest.readers.text import decode

TAB = 4  # columns
SHORTEST_PIECE = 4  # lines; shorter neighbours go together
DEFINITION = re.compile(
    r"^\s*(?:(?:export|default|public|private|protected|static|final|abstract|async|pub(?:\([^)]*\))?|unsafe|open)\s+)*"
    r"(?:class|def|func|function|fn|fun|interface|struct|enum|trait|impl|module|namespace|type|record|sub|"
    r"CREATE\s+(?:OR\s+REPLACE\s+)?(?:TABLE|VIEW|FUNCTION|PROCEDURE))\s+(?:\([^)]*\)\s*)?([\w.$]+(?:::[\w$]+)*)",
    re.IGNORECASE,
)


def read_code(path: Path, reading: Reading) -> ReadDocument:
    """All on page 1, indentation kept; a piece begins at an unindented line after a blank one."""
    reading.step(READING, 0.0)
    blocks = []
    for start, lines in _pieces(decode(path).expandtabs(TAB).split("\n")):
        name = next((match[1] for line in lines if (match := DEFINITION.match(line))), "")
        heading = f"{name}, line {start}" if name else f"line {start}"
        blocks.append(Block("text", [Line(line) for line in lines], (heading,)))
    if not blocks:
        raise NothingToRead(f"{path.name} holds only blank lines; there is nothing to read in it.")
    return ReadDocument(path.name, "code", [DocumentPage(1, blocks=blocks)])


def _pieces(lines: list[str]) -> Iterator[tuple[int, list[str]]]:
    """The number (from 1) of a piece's first line, and its lines without the blank ones."""
    piece: list[str] = []
    start, blank = 1, False
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            blank = True
            continue
        if blank and not line[0].isspace() and len(piece) >= SHORTEST_PIECE:
            yield start, piece
            piece = []
        if not piece:
            start = number
        piece.append(line.rstrip())
        blank = False
    if piece:
        yield start, piece

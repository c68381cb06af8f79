"""RTF, by striprtf: paragraphs and table rows without their formatting."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from ingest.document import Block, DocumentPage, Line, ReadDocument
from ingest.errors import NothingToRead, ReadError
from ingest.readers.reading import Reading
from ingest.tables import add_table, table_block

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
        text = rtf_to_text(source, encoding="cp1252", errors="replace")
    except (ValueError, LookupError, IndexError, KeyError) as error:  # what striprtf raises on broken files
        raise ReadError(f"{path.name} is damaged; open it in Word or LibreOffice and save it again.") from error
    document = ReadDocument(path.stem, "rtf", [DocumentPage(1)])
    blocks = document.pages[0].blocks
    rows: list[list[str]] = []
    for line in [*text.splitlines(), ""]:
        if ROW.match(line):
            rows.append(line.rstrip().rstrip("|").split("|"))
            continue
        if rows:
            add_table(document.pages[0], table_block(rows, (), 1))
            rows = []
        if line.strip():
            blocks.append(Block("text", [Line(line.strip())]))
    if not blocks:
        raise NothingToRead(f"{path.name} holds no text; there is nothing to read in it.")
    return document

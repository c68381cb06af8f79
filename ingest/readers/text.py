"""Plain text in whatever encoding it was saved."""

from __future__ import annotations

import codecs
from pathlib import Path

from charset_normalizer import from_bytes

from ingest.document import Block, DocumentPage, Line, ReadDocument
from ingest.errors import NothingToRead
from ingest.readers.reading import Reading

ODD_SHARE = 0.02  # of control characters: more of them is no text
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
SAMPLE = 4096  # bytes, an even number
MOSTLY = 0.5  # of the characters in Latin letters: enough zeros to know UTF-16 by
TEXT_CONTROLS = frozenset(b"\t\n\r\f\x1b")


def read_text(path: Path, reading: Reading) -> ReadDocument:
    """Paragraphs of a text file, all on page 1."""
    reading.step("reading", 0.0)
    blocks = [
        Block("text", [Line(line.rstrip()) for line in paragraph.splitlines() if line.strip()])
        for paragraph in decode(path).split("\n\n")
        if paragraph.strip()
    ]
    if not blocks:
        raise NothingToRead(f"{path.name} holds only blank lines; there is nothing to read in it.")
    return ReadDocument(path.stem, "text", [DocumentPage(1, blocks=blocks)])


def decode(path: Path) -> str:
    """A file's text with Unix line ends. Raises `NothingToRead` when no encoding makes it text."""
    content = path.read_bytes()
    encoding = _wide_encoding(content)
    try:
        text = content.decode(encoding or "utf-8-sig")
    except UnicodeDecodeError:
        match = from_bytes(content).best()
        if match is None:
            raise NothingToRead(f"{path.name} holds no text although its name says so; check the file.") from None
        text = str(match)
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def looks_binary(head: bytes) -> bool:
    """Whether a file's first bytes can't be text: zeros belong to UTF-16 and UTF-32 only."""
    if _wide_encoding(head):
        return False
    odd = sum(byte < 32 and byte not in TEXT_CONTROLS for byte in head)
    return b"\0" in head or odd > ODD_SHARE * len(head)


def _wide_encoding(content: bytes) -> str:
    """UTF-32 and UTF-16 by their mark, or UTF-16 by the zeros in every other byte; empty for anything else."""
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return encoding
    even, odd = content[:SAMPLE:2].count(0), content[1:SAMPLE:2].count(0)
    half = min(len(content), SAMPLE) / 2
    if half >= 2 and max(even, odd) > MOSTLY * half and min(even, odd) == 0:
        return "utf-16-be" if even > odd else "utf-16-le"
    return ""

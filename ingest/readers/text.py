"""Plain text in whatever encoding it was saved."""

from __future__ import annotations

from pathlib import Path

from charset_normalizer import from_bytes

from ingest.document import Block, DocumentPage, Line, ReadDocument
from ingest.errors import NothingToRead
from ingest.readers.reading import Reading

ODD_SHARE = 0.02  # of control characters: more of them is no text
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
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        match = from_bytes(content).best()
        if match is None:
            raise NothingToRead(f"{path.name} holds no text although its name says so; check the file.") from None
        text = str(match)
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def looks_binary(head: bytes) -> bool:
    """Whether a file's first bytes can't be text: UTF-16 and UTF-32 with a mark can, other zeros can't."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    odd = sum(byte < 32 and byte not in TEXT_CONTROLS for byte in head)
    return b"\0" in head or odd > ODD_SHARE * len(head)

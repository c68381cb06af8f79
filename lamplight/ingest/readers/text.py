"""Plain text in whatever encoding it was saved."""

from __future__ import annotations

import codecs
from pathlib import Path

from lamplight.ingest.document import Block, DocumentPage, Line, ReadDocument
from lamplight.ingest.errors import NothingToRead
from lamplight.ingest.readers.encodings import decoded
from lamplight.ingest.readers.reading import READING, Reading

ODD_SHARE = 0.02  # of control characters: more of them is no text
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
SAMPLE = 4096  # bytes, an even number
MOSTLY = 0.5  # of the characters in Latin letters: enough zeros to know UTF-16 by
WIDE_SHARE = 0.95
WIDE_RANGES = (
    (0x00A0, 0x024F), (0x0370, 0x06FF), (0x0900, 0x0E7F), (0x2010, 0x203F), (0x20A0, 0x20BF), (0x3000, 0x30FF),
    (0x4E00, 0x9FA5), (0xAC00, 0xD7A3), (0xFF00, 0xFF5F),
)  # fmt: skip
"""Letters of Latin, Greek, Cyrillic, Hebrew, Arabic, Indian and Thai, East Asian signs, and punctuation."""
TEXT_CONTROLS = frozenset(b"\t\n\r\f\x1b")


def read_text(path: Path, reading: Reading) -> ReadDocument:
    """Paragraphs of a text file, all on page 1."""
    reading.step(READING, 0.0)
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
    text = text_of(path.read_bytes())
    if text is None:
        raise NothingToRead(f"{path.name} holds no text although its name says so; check the file.")
    return text


def text_of(content: bytes) -> str | None:
    """The same for what is no file of its own; None when no encoding makes it text."""
    encoding = _wide_encoding(content)
    text = content.decode(encoding, "replace") if encoding else decoded(content)
    return None if text is None else text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


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
    if any(byte < 32 and byte not in TEXT_CONTROLS for byte in content[:SAMPLE]):
        return next((encoding for encoding in ("utf-16-le", "utf-16-be") if _is_wide(content[:SAMPLE], encoding)), "")
    return ""


def _is_wide(sample: bytes, encoding: str) -> bool:
    """Whether nearly all pairs of bytes are characters that texts have: other bytes make such only now and then."""
    text = sample[: len(sample) // 2 * 2].decode(encoding, "replace")
    usual = sum(" " <= letter <= "~" or letter in "\r\n\t" or _is_usual(ord(letter)) for letter in text)
    return len(text) > 1 and usual > WIDE_SHARE * len(text)


def _is_usual(code: int) -> bool:
    return any(first <= code <= last for first, last in WIDE_RANGES)

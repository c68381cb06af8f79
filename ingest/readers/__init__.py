"""One reader per kind of file, chosen by what the file holds, not by what it is called.

A reader is a function `(path, reading) -> ReadDocument`. To add a kind, write the function in a module of
its own and name it in `READERS`.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

from ingest.document import ReadDocument
from ingest.errors import NothingToRead, ReadError
from ingest.readers.image import read_image
from ingest.readers.markup import read_docx, read_html, read_markdown
from ingest.readers.pdf import read_pdf
from ingest.readers.reading import Reading
from ingest.readers.text import looks_binary, read_text

Reader = Callable[[Path, Reading], ReadDocument]

READERS: dict[str, Reader] = {
    "pdf": read_pdf,
    "docx": read_docx,
    "html": read_html,
    "markdown": read_markdown,
    "text": read_text,
    "image": read_image,
}
SUFFIXES = {
    ".pdf": "pdf", ".docx": "docx", ".html": "html", ".htm": "html", ".md": "markdown",
    ".markdown": "markdown", ".txt": "text", ".text": "text", ".log": "text", ".png": "image",
    ".jpg": "image", ".jpeg": "image", ".webp": "image",
}  # fmt: skip
SIGNATURES = ((b"%PDF-", "pdf"), (b"\x89PNG\r\n\x1a\n", "image"), (b"\xff\xd8\xff", "image"))
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
HEAD = 4096
KNOWN = "PDF, DOCX, HTML, Markdown, plain text, PNG, JPEG and WebP"


def read(path: Path, reading: Reading) -> ReadDocument:
    """Read a file with the reader its content asks for.

    Raises `NothingToRead` for a kind that is not read or an empty file, `ReadError` for a damaged or
    locked one, `Cancelled` when `reading` was cancelled.
    """
    kind = kind_of(path)
    try:
        return READERS[kind](path, reading)
    except PermissionError:
        raise ReadError(f"{path.name} may not be read by you; change its permissions and add it again.") from None
    except MemoryError:
        raise ReadError(f"{path.name} needs more memory than is free; close something or split it.") from None


def kind_of(path: Path) -> str:
    """A key of `READERS`. Raises like `read`."""
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except PermissionError:
        raise ReadError(f"{path.name} may not be read by you; change its permissions and add it again.") from None
    except OSError as error:
        raise ReadError(f"{path.name} can't be opened ({error.strerror}); check the disk it is on.") from None
    if not head:
        raise NothingToRead(f"{path.name} is empty; there is nothing to read in it.")
    for signature, kind in SIGNATURES:
        if head.startswith(signature):
            return kind
    if b"%PDF-" in head[:1024]:  # some writers put a header before it, and every viewer accepts that
        return "pdf"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image"
    if head.startswith(OLD_OFFICE):
        raise NothingToRead(f"{path.name} is an old Office file; save it as .docx (or PDF) and add that.")
    if head.startswith(b"PK\x03\x04"):
        return _kind_of_archive(path)
    return _kind_of_text(path, head)


def _kind_of_archive(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            if "word/document.xml" in archive.namelist():
                return "docx"
    except zipfile.BadZipFile:
        raise ReadError(f"{path.name} is damaged; open it in its own program and save it again.") from None
    raise NothingToRead(f"{path.name} is not a kind that is read: {KNOWN} are.")


def _kind_of_text(path: Path, head: bytes) -> str:
    named = SUFFIXES.get(path.suffix.lower())
    if looks_binary(head):
        if named in ("pdf", "docx", "image"):
            raise ReadError(f"{path.name} is not what its name says, or it is damaged; check the file.")
        if named:
            raise NothingToRead(f"{path.name} holds no text although its name says so; check the file.")
        raise NothingToRead(f"{path.name} is not a kind that is read: {KNOWN} are.")
    if head.lstrip()[:15].lower().startswith((b"<!doctype html", b"<html")):
        return "html"
    if named in ("html", "markdown"):
        return named
    if named in ("pdf", "docx", "image"):
        raise ReadError(f"{path.name} holds plain text, not what its name says; rename it to .txt and add it.")
    if named is None:
        raise NothingToRead(f"{path.name} is not a kind that is read: {KNOWN} are.")
    return "text"

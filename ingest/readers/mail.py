"""E-mail as saved by mail programs (RFC 5322): who, when, about what, the words, and what was attached."""

from __future__ import annotations

import email.policy
from email.message import EmailMessage, MIMEPart
from email.parser import BytesParser
from pathlib import Path

from ingest.document import Block, DocumentPage, Line, ReadDocument
from ingest.errors import NothingToRead, ReadError
from ingest.readers.markup import read_markup
from ingest.readers.reading import Reading

HEADERS = ("From", "To", "Cc", "Date", "Subject")
KILOBYTE = 1024


def read_email(path: Path, reading: Reading) -> ReadDocument:
    """One page. Of a text and an HTML body the text is read; attachments are listed, not opened."""
    reading.step("reading", 0.0)
    with path.open("rb") as file:
        message = BytesParser(_class=EmailMessage, policy=email.policy.default).parse(file)
    headers = [Line(f"{name}: {value}") for name in HEADERS if (value := _header(message, name))]
    if not headers:
        raise ReadError(f"{path.name} is not an e-mail: it has no sender, date or subject; check the file.")
    title = _header(message, "Subject") or path.stem
    document = ReadDocument(title, "email", [DocumentPage(1, blocks=[Block("text", headers)])])
    blocks = document.pages[0].blocks
    _add_body(message, document)
    attached = [_described(part) for part in message.iter_attachments()] if message.is_multipart() else []
    if attached:
        blocks.append(Block("text", [Line(f"Attached: {words}") for words in attached]))
        document.skipped.append(
            f"Attachments are listed but not read ({', '.join(attached)}); save them and add those."
        )
    if len(blocks) == 1 and not _header(message, "Subject"):
        raise NothingToRead(f"{path.name} is a message without words; there is nothing to read in it.")
    return document


def _header(message: EmailMessage, name: str) -> str:
    try:
        return " ".join(str(message.get(name, "")).split())
    except (ValueError, IndexError, AttributeError):  # what email's parsers raise on some broken headers
        return ""


def _add_body(message: EmailMessage, document: ReadDocument) -> None:
    blocks = document.pages[0].blocks
    plain = message.get_body(("plain",))
    text = _words(plain) if plain is not None else ""
    if text.strip():
        for paragraph in text.replace("\r\n", "\n").split("\n\n"):
            lines = [Line(line.rstrip()) for line in paragraph.split("\n") if line.strip()]
            if lines:
                blocks.append(Block("text", lines))
        return
    web = message.get_body(("html",))
    if web is not None:
        page = read_markup(_words(web)).page
        blocks += page.blocks
        document.pages[0].tables += page.tables


def _words(part: MIMEPart) -> str:
    """A body's text; an unknown or false character set is replaced by Latin-1."""
    try:
        return str(part.get_content())
    except (LookupError, UnicodeError, ValueError):
        payload = part.get_payload(decode=True)
        return payload.decode("latin-1") if isinstance(payload, bytes) else ""


def _described(part: MIMEPart) -> str:
    payload = part.get_payload(decode=True)
    size = f", {max(1, round(len(payload) / KILOBYTE)):,} KB" if isinstance(payload, bytes) else ""
    return f"{part.get_filename() or 'a part without a name'} ({part.get_content_type()}{size})"

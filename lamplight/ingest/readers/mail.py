"""Mail as it is kept: a message (.eml, Apple's .emlx, Outlook's .msg), or a mailbox of many (mbox, RFC 4155)."""

from __future__ import annotations

import email.policy
import re
from collections.abc import Iterator
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import IO

from lamplight.ingest.document import ReadDocument
from lamplight.ingest.errors import NothingToRead, ReadError
from lamplight.ingest.pictures import Pictures
from lamplight.ingest.readers.container import Container
from lamplight.ingest.readers.message import HEADERS, SeenText, add_message, header_of
from lamplight.ingest.readers.outlook import message_of
from lamplight.ingest.readers.reading import READING, Reading
from lamplight.languages import sentence

SEPARATOR = re.compile(rb"From \S+.*\d\d:\d\d.*\d{4}|From - |From \r?\n|From \?\?\?@\?\?\? ")
DELETED = re.compile(rb"(?im)^x-mozilla-status:\s*[0-9a-f]{3}[89a-f]")  # Thunderbird leaves it in until it tidies up
ESCAPED = re.compile(rb"(?m)^>(>*From )")
LARGEST_MESSAGE = 100_000_000  # bytes of one message in a mailbox; mail servers refuse a quarter of it
HEAD = 4096  # bytes
LENGTH_LINE = re.compile(rb"\s*(\d+)\s*\r?\n")


def read_email(path: Path, reading: Reading) -> ReadDocument:
    """A page with the message, and the pages of what is attached to it."""
    reading.step(READING, 0.0)
    return _of_message(_parsed(path.read_bytes()), path, reading)


def read_emlx(path: Path, reading: Reading) -> ReadDocument:
    """A message of Apple Mail: its length in a line before it, and a list of properties behind it."""
    reading.step(READING, 0.0)
    content = path.read_bytes()
    length = LENGTH_LINE.match(content)
    if length is not None:
        content = content[length.end() : length.end() + int(length[1])]
    document = _of_message(_parsed(content), path, reading)
    if path.name.endswith(".partial.emlx"):
        document.skipped.append(
            sentence(f"Apple Mail keeps what {path.name} has attached elsewhere; save it and add that.")
        )
    return document


def read_msg(path: Path, reading: Reading) -> ReadDocument:
    """A message that Outlook saved."""
    reading.step(READING, 0.0)
    message, left_out = message_of(path)
    document = _of_message(message, path, reading)
    document.skipped += left_out
    return document


def read_mbox(path: Path, reading: Reading) -> ReadDocument:
    """A page for each message of a mailbox, and behind it the pages of what is attached to it."""
    container = Container.begin(path.stem, "mbox", reading)
    pictures, said = Pictures(reading.recogniser), SeenText()
    size = path.stat().st_size or 1
    number = 0
    with path.open("rb") as file:
        for number, source in enumerate(_messages(file), start=1):
            container.fraction = file.tell() / size
            reading.step(sentence(f"reading message {number}"), container.fraction)
            if source is None:
                container.say(sentence(f"Message {number} of {path.name} is too large to be read."))
            elif DELETED.search(source[:HEAD]) is None:
                add_message(_parsed(source), container, pictures, said, alone=False)
    if not container.pages:
        raise NothingToRead(f"{path.name} has {number} messages without words; there is nothing to read in it.")
    return _finished(container, pictures)


def _of_message(message: EmailMessage, path: Path, reading: Reading) -> ReadDocument:
    if not any(header_of(message, name) for name in HEADERS):
        raise ReadError(f"{path.name} is not an e-mail: it has no sender, date or subject; check the file.")
    container = Container.begin(header_of(message, "Subject") or path.stem, "email", reading)
    pictures = Pictures(reading.recogniser)
    if not add_message(message, container, pictures, SeenText(), alone=True):
        raise NothingToRead(f"{path.name} is a message without words; there is nothing to read in it.")
    return _finished(container, pictures)


def _finished(container: Container, pictures: Pictures) -> ReadDocument:
    for told in pictures.skipped:
        container.say(told)
    return container.finish()


def _parsed(source: bytes) -> EmailMessage:
    return BytesParser(_class=EmailMessage, policy=email.policy.default).parsebytes(source)


def _messages(file: IO[bytes]) -> Iterator[bytes | None]:
    """Each message of a mailbox without the line that begins it; None for one that is too large."""
    lines: list[bytes] = []
    size, blank, begun = 0, True, False
    for line in file:
        if blank and SEPARATOR.match(line):
            if begun:
                yield ESCAPED.sub(rb"\1", b"".join(lines)) if size <= LARGEST_MESSAGE else None
            lines, size, begun = [], 0, True
        elif begun:
            size += len(line)
            if size <= LARGEST_MESSAGE:
                lines.append(line)
            else:
                lines = []
        blank = not line.strip()
    if begun:
        yield ESCAPED.sub(rb"\1", b"".join(lines)) if size <= LARGEST_MESSAGE else None

"""Saved web pages: HTML, MHTML (RFC 2557) and Safari's web archives. Nothing is fetched."""

from __future__ import annotations

import base64
import binascii
import email.policy
import plistlib
from collections.abc import Callable
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, unquote_to_bytes, urljoin

from lxml import html

from lamplight.ingest.document import Block, ReadDocument
from lamplight.ingest.errors import ReadError
from lamplight.ingest.pictures import Pictures
from lamplight.ingest.readers.markup import from_html
from lamplight.ingest.readers.reading import READING, Reading
from lamplight.ingest.readers.text import decode, text_of
from lamplight.languages import sentence

Find = Callable[[str], bytes | None]
"""What a page's picture is, by the address it is shown from; None for what did not come with the page."""


def read_html(path: Path, reading: Reading) -> ReadDocument:
    """Scripts, styles, navigation and what is hidden are left out; pictures that stand in the page itself are read."""
    reading.step(READING, 0.0)
    return _from_page(decode(path), path, "html", reading, lambda address: None)


def read_mhtml(path: Path, reading: Reading) -> ReadDocument:
    """A page that a browser saved with its pictures as one file of MIME parts."""
    reading.step(READING, 0.0)
    message = BytesParser(_class=EmailMessage, policy=email.policy.default).parsebytes(path.read_bytes())
    page, address = None, ""
    parts: dict[str, bytes] = {}
    for part in message.walk():
        payload = part.get_payload(decode=True)
        if not isinstance(payload, bytes):
            continue
        location = str(part.get("Content-Location", ""))
        if page is None and part.get_content_type() in ("text/html", "application/xhtml+xml"):
            page, address = _source(payload, str(part.get_content_charset() or "")), location
            continue
        parts[location] = payload
        parts[f"cid:{str(part.get('Content-ID', '')).strip('<>')}"] = payload
    if page is None:
        raise ReadError(f"{path.name} holds no web page; save the page again.")
    return _from_page(
        page, path, "html", reading, lambda source: parts.get(source, parts.get(urljoin(address, source)))
    )


def read_webarchive(path: Path, reading: Reading) -> ReadDocument:
    """A page that Safari saved with its pictures as a property list."""
    reading.step(READING, 0.0)
    archive: Any = plistlib.loads(path.read_bytes())
    main = archive["WebMainResource"]
    source = _source(main["WebResourceData"], str(main.get("WebResourceTextEncodingName", "")))
    address = str(main.get("WebResourceURL", ""))
    parts = {one["WebResourceURL"]: one["WebResourceData"] for one in archive.get("WebSubresources", ())}
    return _from_page(source, path, "html", reading, lambda name: parts.get(urljoin(address, name)))


class PagePictures:
    """Reads the pictures of a page: those written into it, and those that `find` knows."""

    def __init__(self, pictures: Pictures, find: Find) -> None:
        self._pictures, self._find = pictures, find
        self._missing = 0

    def __call__(self, mark: html.HtmlElement, headings: tuple[str, ...]) -> list[Block]:
        source = (mark.get("src") or "").strip()
        inline = source.startswith("data:")
        content = _inline(source) if inline else self._find(unquote(source)) or self._find(source)
        self._missing += content is None
        return self._pictures.blocks_of_file(content, mark.get("alt") or "", headings) if content else []

    @property
    def skipped(self) -> list[str]:
        """In sentences, which pictures were not read."""
        if not self._missing:
            return self._pictures.skipped
        missing = sentence(
            f"Pictures that are not in the file itself are not read ({self._missing} of them); save the page as a web "
            "archive (MHTML) or as PDF, or add them by themselves."
        )
        return [*self._pictures.skipped, missing]


def _from_page(source: str, path: Path, format_name: str, reading: Reading, find: Find) -> ReadDocument:
    pictures = PagePictures(Pictures(reading.recogniser), find)
    document = from_html(source, path, format_name, pictures)
    document.skipped += pictures.skipped
    return document


def _source(content: bytes, charset: str) -> str:
    try:
        return content.decode(charset or "utf-8")
    except (UnicodeDecodeError, LookupError):
        return text_of(content) or content.decode("latin-1")


def _inline(source: str) -> bytes | None:
    """The content of a `data:` address (RFC 2397)."""
    head, _, data = source.partition(",")
    try:
        return base64.b64decode(unquote(data)) if head.endswith(";base64") else unquote_to_bytes(data)
    except (binascii.Error, ValueError):
        return None

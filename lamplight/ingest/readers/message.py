"""One e-mail message (RFC 5322, MIME): who, when, about what, the words of all its bodies, pictures and attachments."""

from __future__ import annotations

import email.utils
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage, MIMEPart
from typing import Any

from lxml import html

from lamplight.ingest.document import Block, DocumentPage, Line
from lamplight.ingest.pictures import Pictures
from lamplight.ingest.readers.container import Container
from lamplight.ingest.readers.content_lines import blocks_of_components
from lamplight.ingest.readers.markup import read_markup
from lamplight.ingest.readers.text import text_of
from lamplight.languages import sentence
from lamplight.library.records import Table

HEADERS = ("From", "To", "Cc", "Date", "Subject")
KILOBYTE = 1024
SIGNATURES = {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"}
LOCKED = {"application/pgp-encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"}
OUTLOOK_WRAPPER = "application/ms-tnef"
QUOTED = re.compile(r"^\s*>")
SHINGLE = 5  # words in a row that tell whether something was said before
MOST_SHINGLES = 1_000_000  # 60 MB; in a mailbox of more, later replies repeat what they quote
WORD = re.compile(r"\w+")
ADDRESS = re.compile(r"https?://\S+|www\.\S+|<mailto:[^>]*>")
NEW_SHARE = 0.2  # of a paragraph's words that another body has not: then it says something else
QUOTE_MARKS = "//blockquote | //*[contains(concat(' ', @class, ' '), ' gmail_quote ')]"


@dataclass(slots=True)
class SeenText:
    """What the messages of a mailbox have said so far, so that a reply need not repeat what it quotes."""

    shingles: set[int] = field(default_factory=set)

    def take(self, text: str) -> None:
        """Remember each run of `SHINGLE` words (w-shingling, Broder 1997); nothing more from `MOST_SHINGLES` on."""
        if len(self.shingles) < MOST_SHINGLES:
            self.shingles.update(_shingles(text))

    def has(self, text: str) -> bool:
        """Whether each run of `SHINGLE` words was said before, in any case and punctuation; False without words."""
        found = list(_shingles(text))
        return bool(found) and all(shingle in self.shingles for shingle in found)


@dataclass(slots=True)
class _Parts:
    plain: list[str] = field(default_factory=list)
    web: list[str] = field(default_factory=list)
    calendars: list[str] = field(default_factory=list)
    pictures: list[MIMEPart] = field(default_factory=list)
    attached: list[MIMEPart] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)


def header_of(message: MIMEPart, name: str) -> str:
    """A header's text; letters that were not encoded as they should be are guessed."""
    raw = next((str(value) for key, value in message.raw_items() if key.lower() == name.lower()), "")
    if any("\udc80" <= letter <= "\udcff" for letter in raw):  # how the parser keeps bytes beyond ASCII
        return " ".join((text_of(raw.encode("utf-8", "surrogateescape")) or "").split())
    try:
        return " ".join((str(message.get(name, "")) or raw).split())
    except Exception:  # email's parsers raise errors of any type on broken headers: for a date it is `OverflowError`
        return raw


def add_message(message: EmailMessage, container: Container, pictures: Pictures, said: SeenText, alone: bool) -> bool:
    """Add a page with the message, then the pages of what it has attached. False if there are no words in it.

    `alone` in its file its subject is the document's title already.
    """
    parts = _Parts()
    _collect(message, parts)
    subject = header_of(message, "Subject")
    about = [] if alone or not subject else [subject]
    place = tuple(about + [words for words in [_sent(message)] if words])
    heads = [Line(f"{name}: {value}") for name in HEADERS if (value := header_of(message, name))]
    page = DocumentPage(1, blocks=[Block("text", heads, place)] if heads else [])
    blocks, tables = _body(parts, said)
    for block in blocks:
        block.headings = (*place, *block.headings)
    page.blocks += blocks
    page.tables += tables
    for part in parts.pictures:
        page.blocks += pictures.blocks_of_file(_bytes(part), "", place)
    names = [_described(part) for part in parts.attached]
    if names:
        page.blocks.append(Block("text", [Line(f"Attached: {name}") for name in names], place))
    if len(page.blocks) <= bool(heads) and not subject:
        return False
    container.add_page(page)
    for told in parts.unread:
        container.say(told)
    for part in parts.attached:
        container.add_file(_name(part), _bytes(part), place)
    return True


def _sent(message: EmailMessage) -> str:
    """`from Ann Müller, 3 Jan 2023`, as far as it is known."""
    name, address = email.utils.parseaddr(header_of(message, "From"))
    day = re.search(r"\d{1,2} \w{3,} \d{4}", header_of(message, "Date"))
    return ", ".join(
        part for part in (f"from {name or address}" if name or address else "", day[0] if day else "") if part
    )


def _collect(part: MIMEPart, parts: _Parts) -> None:
    kind = part.get_content_type()
    if kind in LOCKED or kind == "multipart/encrypted":
        parts.unread.append(
            sentence("A message is encrypted; open it in your mail program, save it unencrypted and add that.")
        )
    elif kind == "message/rfc822":
        parts.attached.append(part)
    elif part.is_multipart():
        for inner in part.iter_parts():
            _collect(inner, parts)
    elif kind == OUTLOOK_WRAPPER:
        parts.unread.append(
            sentence("winmail.dat, in which Outlook packed the attachments, is not read; save them and add those.")
        )
    elif kind in SIGNATURES:
        pass
    elif kind == "text/calendar" and not part.get_filename():
        parts.calendars.append(_words(part))
    elif part.get_content_disposition() == "attachment" or (
        part.get_filename() and part.get_content_maintype() != "image"
    ):
        parts.attached.append(part)
    elif kind == "text/html":
        parts.web.append(_words(part))
    elif part.get_content_maintype() == "text":
        parts.plain.append(_words(part))
    elif part.get_content_maintype() == "image":
        parts.pictures.append(part)
    else:
        parts.attached.append(part)


def _body(parts: _Parts, said: SeenText) -> tuple[list[Block], list[Table]]:
    """The bodies, and of those that say the same the one that says it best: HTML where it has tables."""
    plain = _paragraphs(_without_quotes("\n".join(parts.plain), said))
    web: list[Block] = []
    tables: list[Table] = []
    for source in parts.web:
        page = read_markup(_without_quoted_elements(source, said)).page
        web += page.blocks
        tables += page.tables
    plain_words, web_words = _vocabulary(plain), _vocabulary(web)
    if not tables and not any(_is_new(block, plain_words) for block in web):
        web = []
    elif plain and web:
        plain = [block for block in plain if _is_new(block, web_words)]
    calendars = [block for source in parts.calendars for block in blocks_of_components(source)]
    for block in web + plain:
        said.take(" ".join(line.text for line in block.lines))
    return web + plain + calendars, tables


def _paragraphs(text: str) -> list[Block]:
    blocks = []
    for paragraph in text.replace("\r\n", "\n").split("\n\n"):
        lines = [Line(line.rstrip()) for line in paragraph.split("\n") if line.strip()]
        if lines:
            blocks.append(Block("text", lines))
    return blocks


def _vocabulary(blocks: Sequence[Block]) -> set[str]:
    return {word for block in blocks for word in _plain_words(block)}


def _plain_words(block: Block) -> list[str]:
    return WORD.findall(ADDRESS.sub("", " ".join(line.text for line in block.lines)).casefold())


def _is_new(block: Block, known: set[str]) -> bool:
    words = _plain_words(block)
    new = [word for word in words if word not in known]
    return block.kind == "image" or any(map(str.isdigit, "".join(new))) or len(new) > NEW_SHARE * len(words)


def _without_quotes(text: str, said: SeenText) -> str:
    """Without the quoted paragraphs that were read in an earlier message."""
    kept: list[str] = []
    quoted: list[str] = []
    for line in [*text.replace("\r\n", "\n").split("\n"), ""]:
        if QUOTED.match(line):
            quoted.append(line)
            continue
        kept += _news(quoted, said)
        quoted = []
        kept.append(line)
    return "\n".join(kept)


def _news(quoted: list[str], said: SeenText) -> Iterator[str]:
    paragraph: list[str] = []
    for line in [*quoted, ">"]:
        if line.strip("> \t"):
            paragraph.append(line)
        elif paragraph:
            if not said.has(" ".join(line.lstrip("> \t") for line in paragraph)):
                yield from paragraph
            paragraph = []


def _without_quoted_elements(source: str, said: SeenText) -> str:
    if not said.shingles or not source.strip():
        return source
    try:
        root = html.document_fromstring(source)
    except (ValueError, html.etree.ParserError):
        return source
    quotes: Any = root.xpath(QUOTE_MARKS)
    for element in quotes:
        if element.getparent() is not None and said.has(element.text_content()):
            element.drop_tree()
    return str(html.tostring(root, encoding="unicode"))


def _shingles(text: str) -> Iterator[int]:
    words = WORD.findall(text.casefold())
    for start in range(max(1, len(words) - SHINGLE + 1) if words else 0):
        yield hash(tuple(words[start : start + SHINGLE]))


def _words(part: MIMEPart) -> str:
    """A body's text; where its character set is unknown or wrong, the encoding is guessed."""
    try:
        return str(part.get_content(errors="strict"))
    except (LookupError, UnicodeError, ValueError, KeyError):
        return text_of(_bytes(part)) or ""


def _bytes(part: MIMEPart) -> bytes:
    if part.get_content_type() == "message/rfc822":
        return bytes(next(part.iter_parts(), EmailMessage()))
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _name(part: MIMEPart) -> str:
    """An attachment's name, or what a message attached is about."""
    try:
        name = part.get_filename()
    except Exception:  # as above
        name = None
    if name:
        return str(name)
    if part.get_content_type() == "message/rfc822":
        inner = next(part.iter_parts(), EmailMessage())
        return f"{header_of(inner, 'Subject') or 'message'}.eml".replace("/", " ")
    return f"{part.get_content_maintype()}.{part.get_content_subtype()}"


def _described(part: MIMEPart) -> str:
    size = len(_bytes(part))
    return f"{_name(part)} ({part.get_content_type()}, {max(1, round(size / KILOBYTE)):,} KB)"

"""A conversation as a file to keep or to send: each answer with its sources, and nothing that needs Lamplight."""

from __future__ import annotations

import re
import time
from base64 import b64encode
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from lamplight.errors import LamplightError
from lamplight.languages import direction, gettext, language
from lamplight.ui.answers import Answer
from lamplight.ui.chat_markdown import NOT_FOUND, chat_text
from lamplight.ui.household.visitor import shown
from lamplight.ui.opening import Block, Opening, cells_of, is_row
from lamplight.ui.quotation_view import opening_html

if TYPE_CHECKING:
    from lamplight.library.records import Conversation, Message, Passage
    from lamplight.library.store import Library

NAME_LENGTH = 60
PICTURE_PIXELS = 640
PICTURES = 24  # pages shown in an HTML file, which keeps it below some megabytes
STYLE = (Path(__file__).parent / "assets" / "export.css").read_text(encoding="utf-8")


def file_name(title: str) -> str:
    """A name for a file that every system takes."""
    plain = re.sub(r"[^\w\s-]", "", title).strip()
    return re.sub(r"\s+", " ", plain)[:NAME_LENGTH].strip() or gettext("Conversation")


def conversation_markdown(library: Library, conversation: Conversation) -> str:
    """Questions as headings; each answer with a list of its sources, document, page and words."""
    parts = [f"# {_plain(conversation.title)}", _made(conversation)]
    for message in library.messages.of(conversation.id):
        if message.role == "user":
            parts.append(f"## {_plain(message.content)}")
            continue
        answer = Answer.restored(message)
        parts.append(_answer(answer.opening) or shown(answer.error))
        parts += [f"> {gettext(NOT_FOUND)}: {_plain(stated)}" for stated in answer.unsupported if stated in answer.text]
        told = gettext("{document}, page {page}: “{quote}”")
        sources = [
            f"- [{one.marker}] {told.format(document=_plain(one.document), page=one.page, quote=_plain(quote))}"
            for one, quote in _cited(answer)
        ]
        parts += [f"**{gettext('Sources')}**\n\n" + "\n".join(sources)] if sources else []
    return "\n\n".join(parts) + "\n"


def conversation_html(library: Library, conversation: Conversation) -> str:
    """One page with everything in it, also pictures of the pages that are cited."""
    pictures = _Pictures(library)
    body = "".join(_message_html(message, pictures) for message in library.messages.of(conversation.id))
    title, code = escape(conversation.title), language()
    return (
        f'<!doctype html><html lang="{code}" dir="{direction(code)}"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head>'
        f"<body><h1>{title}</h1><p class='made'>{escape(_made(conversation))}</p>{body}</body></html>"
    )


def _plain(text: str) -> str:
    """On one line, and without a meaning in Markdown: names and words of documents are nobody's markup."""
    return re.sub(r"([\\`*_\[\]<>#!|~])", r"\\\1", " ".join(text.split()))


def _inert(text: str) -> str:
    """An answer keeps its Markdown, but nothing in it loads or leads anywhere."""
    return re.sub(r"!\[|\]\(|\]:", lambda found: "\\".join(found[0]), text.replace("<", "&lt;"))


def _answer(opening: Opening) -> str:
    parts = [opening.lead] if opening.lead else []
    for block in opening.blocks:
        note = f" {block.note}" if block.note else ""
        if opening.short:
            parts.append(f"**{_plain(opening.short)}**{note} {block.marker}")
        parts.append(_block(block, f"{'' if opening.short else note} {block.marker}"))
    return "\n\n".join([*parts, *([_inert(opening.prose)] if opening.prose else [])])


def _block(block: Block, tail: str) -> str:
    lines = [block.header_row, *block.lines] if block.header_row else list(block.lines)
    if block.header_row and all(map(is_row, lines)):
        rows = ["| " + " | ".join(map(_plain, cells_of(line))) + " |" for line in lines]
        rows.insert(1, "|" + " --- |" * len(cells_of(lines[0])))
        lines = [*rows, "", tail.strip()]
    else:
        # Numbers and bullets of the document's own stay as they are; a backslash breaks the line.
        lines = [*(f"{_literal(line)}\\" for line in lines[:-1]), f"{_literal(lines[-1])}{tail}"]
    return "\n".join(f"> {line}".rstrip() for line in lines)


def _literal(line: str) -> str:
    """As `_plain`, also where the line would begin a list."""
    return re.sub(r"^(\d{1,9})([.)])|^([-+=])", r"\1\\\2\3", _plain(line))


def _made(conversation: Conversation) -> str:
    day = time.strftime("%Y-%m-%d", time.localtime(conversation.updated_at))
    return gettext(
        "A conversation with Lamplight, {day}. Answers were written by a language model; check them at their sources."
    ).format(day=day)


def _cited(answer: Answer) -> Iterator[tuple[Passage, str]]:
    """Each passage that a sentence rests on, with the words it rests on."""
    passages = {passage.marker: passage for passage in answer.passages}
    told = set()
    for citation in sorted(answer.citations, key=lambda citation: citation.marker):
        if citation.marker in passages and (citation.marker, citation.text) not in told:
            told.add((citation.marker, citation.text))
            yield passages[citation.marker], citation.text


def _message_html(message: Message, pictures: _Pictures) -> str:
    if message.role == "user":
        return f"<h2>{escape(message.content)}</h2>"
    answer = Answer.restored(message)
    opening = answer.opening
    text = opening_html(opening, escape) + chat_text(opening.prose)
    text = text or f"<p>{escape(shown(answer.error))}</p>"
    unsupported = "".join(
        f"<p class='unsupported'>{gettext(NOT_FOUND)}: {escape(stated)}</p>"
        for stated in answer.unsupported
        if stated in answer.text
    )
    sources = "".join(
        f"<li value='{passage.marker}'>{_place(f'<b>{escape(passage.document)}</b>', passage.page)}"
        f"<blockquote>{escape(quote)}</blockquote>{pictures.of(passage)}</li>"
        for passage, quote in _cited(answer)
    )
    return text + unsupported + (f"<h3>{gettext('Sources')}</h3><ol>{sources}</ol>" if sources else "")


def _place(document: str, page: int) -> str:
    return gettext("{document}, page {page}").format(document=document, page=page)


class _Pictures:
    """Pictures of cited pages, each once, and not too many."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._shown: set[tuple[int, int]] = set()

    def of(self, passage: Passage) -> str:
        from lamplight.ingest.page_images import page_image  # heavy; with the first export, not with the first page

        document = self._library.documents.get(self._library.documents.successor(passage.document_id))
        place = (passage.document_id, passage.page)
        if document is None or place in self._shown or len(self._shown) >= PICTURES:
            return ""
        try:
            picture = page_image(Path(document.path), passage.page, PICTURE_PIXELS)
        except LamplightError:
            return ""  # a kind without pages to draw, or gone
        self._shown.add(place)
        alternative = escape(_place(passage.document, passage.page))
        return f"<img alt='{alternative}' src='data:image/png;base64,{b64encode(picture).decode()}'>"

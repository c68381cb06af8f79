"""Messages as HTML for the chat. All text is from documents, people or models, so all of it is escaped.

What is made here has no line breaks (see `ui.chat_markdown`).
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from lamplight.languages import gettext, ngettext, number
from lamplight.library.records import Passage
from lamplight.ui.answer_notes import FEWER, draft_html, foot_html, unread_html
from lamplight.ui.answers import Answer
from lamplight.ui.chat_markdown import chat_text, flag, one_line, with_links
from lamplight.ui.household.visitor import shown
from lamplight.ui.quotation_view import opening_html

SNIPPET_CHARACTERS = 150
THUMBNAIL_PIXELS = 240
FIGURE_PIXELS = 720


def question_html(
    text: str, reference: str, attached: Sequence[tuple[str, int | None]] = (), about: Sequence[str] = ()
) -> str:
    """What the person asked, with the files that came with it: their names and the documents they have become.

    `about` are the names of documents that alone were asked.
    """
    files = "".join(_attached(name, document_id) for name, document_id in attached)
    files += "".join(f'<span class="asked-about">{escape(name)}</span>' for name in about)
    words = one_line(escape(text.strip()), "<br>")
    edit = f'<a class="edit" href="#edit-{reference}">{gettext("Edit")}</a>'
    return f'<div class="question">{files}<span class="asked">{words}</span></div><p class="asked-foot">{edit}</p>'


def evidence_html(answer: Answer, reference: str) -> str:
    """A strip of cards, one to a passage. `reference` is `<conversation>-<message>`; links carry it."""
    quoted = answer.quoted  # cited before the model has said anything
    cited = {citation.marker: citation.text for citation in reversed([*quoted, *answer.citations])}
    cards = "".join(_card(passage, reference, cited.get(passage.marker)) for passage in answer.passages)
    if answer.refused:
        heading = gettext("What comes nearest")
    else:
        count = len(answer.passages)
        heading = ngettext("Passage found", "{n} passages found", count).format(n=number(count))
    heading = f'<p class="evidence-heading">{heading}</p>'
    return f'<div class="evidence">{heading}<div class="cards">{cards}</div></div>'


def answer_html(answer: Answer, reference: str, waiting: str = "", last: bool = True, larger: bool = False) -> str:
    """The answer's text, status, notes and timings. `waiting` is shown until there is a status.

    Only the `last` answer of a conversation can be had again. `larger`: a large model answers already.
    """
    parts = []
    if answer.respelled:
        told = gettext("Searched for “{words}”").format(words=escape(answer.respelled))
        parts.append(f'<p class="respelled">{told}</p>')
    if answer.text:
        classes = "answer refusal" if answer.refused else "answer computed" if answer.sql else "answer"
        caret = "" if answer.done else " streaming"
        parts.append(f'<div class="{classes}{caret}">{_body(answer, reference)}</div>')
    parts.append(draft_html(answer))
    if not answer.done and (answer.status or not answer.text):
        parts.append(_status_html(answer, reference, waiting))
    if answer.notice:
        parts.append(f'<p class="notice">{one_line(escape(shown(answer.notice)))}</p>')
    if answer.error:
        parts.append(f'<p class="failure">{one_line(escape(shown(answer.error)))}</p>')
    if answer.done:
        # A table names its pictures, row by row.
        parts.append(_table_actions(reference) if answer.rows else _figures(answer, reference))
        parts += [unread_html(answer), foot_html(answer, reference, last, larger)]
    return f'<div class="turn">{"".join(parts)}</div>'


def _attached(name: str, document_id: int | None) -> str:
    picture = ""
    if document_id is not None:
        address = f"/pages/{document_id}/1.png?width={THUMBNAIL_PIXELS}"
        picture = f'<img class="attached-picture" src="{address}" alt="" loading="lazy">'
    return f'<span class="attached">{picture}{escape(name)}</span>'


def _table_actions(reference: str) -> str:
    links = "".join(
        f'<a class="{name}" href="#{name}-{reference}">{label}</a>'
        for name, label in (("table", gettext("Copy table")), ("csv", gettext("Save as CSV")))
    )
    return f'<p class="table-actions">{links}</p>'


def _figures(answer: Answer, reference: str) -> str:
    """The pictures that the answer rests on."""
    cited = {citation.marker for citation in answer.citations}
    told = gettext("Picture from {document}, page {page}")
    figures = "".join(
        f'<a class="figure" href="#source-{reference}-{passage.marker}">'
        f'<img src="{picture_address(passage, FIGURE_PIXELS)}" loading="lazy" '
        f'alt="{escape(told.format(document=passage.document, page=passage.page))}"></a>'
        for passage in answer.passages
        if passage.kind == "image" and passage.marker in cited
    )
    return f'<div class="figures">{figures}</div>' if figures else ""


def picture_address(passage: Passage, width: int) -> str:
    """Where to get the part of the page that a passage covers, `width` pixels wide at most."""
    address = f"/pages/{passage.document_id}/{passage.page}.png?width={width}"
    if not passage.boxes:
        return address
    left, top, right, bottom = zip(*passage.boxes, strict=True)
    edges = (min(left), min(top), max(right), max(bottom))
    return f"{address}&crop={','.join(f'{edge:.0f}' for edge in edges)}"


def _card(passage: Passage, reference: str, cited: str | None) -> str:
    """`cited` is what the answer rests on in the passage; without it the card shows how the passage begins."""
    name = f'<span class="card-name">{escape(passage.document)}</span>'
    snippet = " ".join((cited or passage.text).split())
    if len(snippet) > SNIPPET_CHARACTERS:
        snippet = snippet[:SNIPPET_CHARACTERS].rsplit(" ", 1)[0] + "…"
    picture = ""
    if passage.kind == "image":
        address = picture_address(passage, THUMBNAIL_PIXELS)
        picture = f'<img class="card-picture" src="{address}" alt="" loading="lazy">'
    page = gettext("p. {page}").format(page=passage.page)
    return (
        f'<a class="card{" cited" if cited is not None else ""}" href="#source-{reference}-{passage.marker}">'
        f'<span class="card-heading"><span class="card-marker">{passage.marker}</span>'
        f'{name}<span class="card-page">{page}</span></span>'
        f'{picture}<span class="card-snippet">{escape(snippet)}</span></a>'
    )


def _status_html(answer: Answer, reference: str, waiting: str) -> str:
    percent = "" if answer.progress is None else f" {round(answer.progress * 100)} %"
    status = (shown(answer.status) or waiting or gettext("Thinking…")) + percent
    bar = ""
    if answer.progress is not None:
        width = round(min(1.0, answer.progress) * 100)
        bar = f'<span class="bar"><span class="bar-done" style="width:{width}%"></span></span>'
    fewer = f'<a class="fewer" href="#fewer-{reference}">{gettext(FEWER)}</a>' if answer.reading > 1 else ""
    return f'<p class="status"><span class="glow"></span>{escape(status)}{bar}{fewer}</p>'


def _body(answer: Answer, reference: str) -> str:
    """The short answer and what is quoted, letter for letter, then the model's prose as Markdown."""
    markers = frozenset(passage.marker for passage in answer.passages)
    opening = answer.opening
    begins = one_line(opening_html(opening, lambda marker: with_links(marker, reference, markers)))
    said = chat_text(flag(opening.prose, answer.unsupported), reference, markers)
    return f'{begins}<div class="own-words">{said}</div>' if begins and said else begins + said

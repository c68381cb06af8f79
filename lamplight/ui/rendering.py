"""Messages as HTML for the chat. All text is from documents, people or models, so all of it is escaped.

The chat reads its messages as Markdown, in which an HTML block goes on until the next blank line. What is made
here has no line breaks, so that the chat passes it through as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.token import Token as MarkdownToken

from lamplight.library.records import Passage
from lamplight.rag.events import Timings
from lamplight.ui.answers import Answer
from lamplight.ui.quotation_view import opening_html

SNIPPET_CHARACTERS = 150
THUMBNAIL_PIXELS = 240
FIGURE_PIXELS = 720
# Private-use characters mark where an unsupported sentence begins and ends on its way through Markdown.
BEGIN, END = "\ue000", "\ue001"
MARKER = re.compile(r"\[(\d{1,3})\]")
FEWER = "Answer from fewer passages"
OTHERWISE = {
    "fact": "Answer it as a question",
    "summary": "Summarise instead",
    "list": "List them all instead",
    "comparison": "Compare instead",
    "change": "Show what changed instead",
    "library": "Ask about the library instead",
    "writing": "Write it instead",
}
"""What offers the other reading of a request, by `rag.intent.Kind`."""
NOT_FOUND = "Not found in your documents"


def question_html(text: str, reference: str, attached: Sequence[tuple[str, int | None]] = ()) -> str:
    """What the person asked, with the files that came with it: their names and the documents they have become."""
    files = "".join(_attached(name, document_id) for name, document_id in attached)
    words = _one_line(escape(text.strip()), "<br>")
    edit = f'<a class="edit" href="#edit-{reference}">Edit</a>'
    return f'<div class="question">{files}<span class="asked">{words}</span></div><p class="asked-foot">{edit}</p>'


def evidence_html(answer: Answer, reference: str) -> str:
    """A strip of cards, one to a passage. `reference` is `<conversation>-<message>`; links carry it."""
    quoted = [answer.quote] if answer.quote else []  # cited before the model has said anything
    cited = {citation.marker: citation.text for citation in reversed([*quoted, *answer.citations])}
    cards = "".join(_card(passage, reference, cited.get(passage.marker)) for passage in answer.passages)
    if answer.refused:
        heading = "What comes nearest"
    else:
        heading = "Passage found" if len(answer.passages) == 1 else f"{len(answer.passages)} passages found"
    heading = f'<p class="evidence-heading">{heading}</p>'
    return f'<div class="evidence">{heading}<div class="cards">{cards}</div></div>'


def answer_html(answer: Answer, reference: str, waiting: str = "", last: bool = True) -> str:
    """The answer's text, status, notes and timings. `waiting` is shown until there is a status.

    Only the `last` answer of a conversation can be had again.
    """
    parts = []
    if answer.respelled:
        parts.append(f'<p class="respelled">Searched for “{escape(answer.respelled)}”</p>')
    if answer.text:
        classes = "answer refusal" if answer.refused else "answer computed" if answer.sql else "answer"
        caret = "" if answer.done else " streaming"
        parts.append(f'<div class="{classes}{caret}">{_body(answer, reference)}</div>')
    if not answer.done and (answer.status or not answer.text):
        parts.append(_status_html(answer, reference, waiting))
    if answer.error:
        parts.append(f'<p class="failure">{_one_line(escape(answer.error))}</p>')
    if answer.sql:
        parts.append(f'<p class="query">Computed over the table: <code>{_one_line(escape(answer.sql))}</code></p>')
    if answer.done:
        # A table names its pictures, row by row.
        parts.append(_table_actions(reference) if answer.rows else _figures(answer, reference))
        parts.append(_foot(answer, reference, last))
    return f'<div class="turn">{"".join(parts)}</div>'


def chat_text(text: str, reference: str = "", markers: frozenset[int] = frozenset()) -> str:
    """Markdown as safe HTML: no raw HTML, no images, no links but the citations in `markers`."""
    rendered = _MARKDOWN.render(text, {"reference": reference, "markers": markers})
    # A line break inside a code block has to survive; between tags it means nothing.
    return _one_line(rendered.strip(), "&#10;")


def _attached(name: str, document_id: int | None) -> str:
    picture = ""
    if document_id is not None:
        address = f"/pages/{document_id}/1.png?width={THUMBNAIL_PIXELS}"
        picture = f'<img class="attached-picture" src="{address}" alt="" loading="lazy">'
    return f'<span class="attached">{picture}{escape(name)}</span>'


def _table_actions(reference: str) -> str:
    links = "".join(
        f'<a class="{name}" href="#{name}-{reference}">{label}</a>'
        for name, label in (("table", "Copy table"), ("csv", "Save as CSV"))
    )
    return f'<p class="table-actions">{links}</p>'


def _figures(answer: Answer, reference: str) -> str:
    """The pictures that the answer rests on."""
    cited = {citation.marker for citation in answer.citations}
    figures = "".join(
        f'<a class="figure" href="#source-{reference}-{passage.marker}">'
        f'<img src="{picture_address(passage, FIGURE_PIXELS)}" loading="lazy" '
        f'alt="{escape(f"Picture from {passage.document}, page {passage.page}")}"></a>'
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
    return (
        f'<a class="card{" cited" if cited is not None else ""}" href="#source-{reference}-{passage.marker}">'
        f'<span class="card-heading"><span class="card-marker">{passage.marker}</span>'
        f'{name}<span class="card-page">p. {passage.page}</span></span>'
        f'{picture}<span class="card-snippet">{escape(snippet)}</span></a>'
    )


def _status_html(answer: Answer, reference: str, waiting: str) -> str:
    percent = "" if answer.progress is None else f" {round(answer.progress * 100)} %"
    status = (answer.status or waiting or "Thinking…") + percent
    bar = ""
    if answer.progress is not None:
        width = round(min(1.0, answer.progress) * 100)
        bar = f'<span class="bar"><span class="bar-done" style="width:{width}%"></span></span>'
    fewer = f'<a class="fewer" href="#fewer-{reference}">{FEWER}</a>' if answer.reading > 1 else ""
    return f'<p class="status"><span class="glow"></span>{escape(status)}{bar}{fewer}</p>'


def _body(answer: Answer, reference: str) -> str:
    """The short answer and what is quoted, letter for letter, then the model's prose as Markdown."""
    markers = frozenset(passage.marker for passage in answer.passages)
    opening = answer.opening
    begins = _one_line(opening_html(opening, _with_links(opening.marker, reference, markers)))
    prose = opening.prose.replace(BEGIN, "").replace(END, "")
    said = chat_text(_flag(prose, answer.unsupported), reference, markers)
    return f'{begins}<div class="own-words">{said}</div>' if begins and said else begins + said


def _flag(text: str, sentences: Sequence[str]) -> str:
    """Mark each sentence where it stands, whatever the white space in it."""
    for sentence in sentences:
        words = [re.escape(word) for word in sentence.split()]
        if words:
            text = re.sub(r"\s+".join(words), lambda found: f"{BEGIN}{found[0]}{END}", text, count=1)
    return text


def _foot(answer: Answer, reference: str, last: bool) -> str:
    notes = []
    shown = [sentence for sentence in answer.unsupported if sentence in answer.text]
    if shown:
        noun = "sentence" if len(shown) == 1 else "sentences"
        notes.append(f'<span class="unsupported-note">{len(shown)} {noun} not found in your documents</span>')
    if left_out := len(answer.unsupported) - len(shown):
        noun = "sentence" if left_out == 1 else "sentences"
        notes.append(f"{left_out} {noun} of the model left out: no passage says so")
    notes += [escape(note) for note in _timing_notes(answer.timings, answer.model, answer.stopped)]
    actions = [("copy", "Copy")] if answer.text else []
    actions += [("again", "Answer again")] if last else []
    if last and len(answer.passages) > 1 and answer.timings.context_tokens:
        actions += [("fewer", FEWER)]
    if last and answer.other in OTHERWISE:
        actions += [(f"as-{answer.other}", OTHERWISE[answer.other])]
    links = "".join(f'<a class="{name}" href="#{name}-{reference}">{label}</a>' for name, label in actions)
    told = f'<span class="notes">{" · ".join(notes)}</span>' if notes else ""
    return f'<p class="foot"><span class="actions">{links}</span>{told}</p>'


def _timing_notes(timings: Timings, model: str, stopped: bool) -> list[str]:
    notes = ["stopped"] if stopped else []
    if timings.first_token_ms:
        notes.append(f"first word after {_seconds(timings.first_token_ms)}")
    if timings.total_ms:
        notes.append(f"{_seconds(timings.total_ms)} in all")
    if model:
        notes.append(model.split(" (")[0])  # how its weights are stored is for `doctor`
    return notes


def _seconds(milliseconds: float) -> str:
    seconds = milliseconds / 1000
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"


def _one_line(text: str, line_break: str = " ") -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", line_break)


def _render_text(
    renderer: RendererProtocol, tokens: Sequence[MarkdownToken], index: int, options: Any, env: Any
) -> str:
    """Escaped text in which citations have become links and unsupported sentences are marked."""

    text = _with_links(escape(tokens[index].content), env["reference"], env["markers"])
    return text.replace(BEGIN, f'<span class="unsupported" title="{NOT_FOUND}">').replace(END, "</span>")


def _with_links(text: str, reference: str, markers: frozenset[int]) -> str:
    """Each `[n]` of a passage that is there as a link to it; `text` is escaped already."""

    def link(found: re.Match[str]) -> str:
        marker = int(found[1])
        if marker not in markers:
            return found[0]
        return f'<a class="citation" href="#source-{reference}-{marker}" aria-label="Source {marker}">{marker}</a>'

    return MARKER.sub(link, text)


def _markdown() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("table")
    parser.disable(["image", "link", "autolink", "reference", "html_inline", "html_block"])
    parser.add_render_rule("text", _render_text)
    return parser


_MARKDOWN = _markdown()

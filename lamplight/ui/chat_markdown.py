"""An answer's Markdown as safe HTML for the chat: no raw HTML, no pictures, no links but those to its sources.

The chat reads its messages as Markdown, in which an HTML block goes on until the next blank line. What is made here
has no line breaks, so that the chat passes it through as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.token import Token as MarkdownToken

from lamplight.languages import gettext, sentence

# Private-use characters mark where an unsupported sentence begins and ends on its way through Markdown.
BEGIN, END = "\ue000", "\ue001"
CELL = re.compile(r"(?:\\\||[^|])+")  # of a row; of a sentence, all of it
MARKER = re.compile(r"\[(\d{1,3})\]")
NOT_FOUND = sentence("Not found in your documents")


def chat_text(text: str, reference: str = "", markers: frozenset[int] = frozenset()) -> str:
    """Markdown as safe HTML: no raw HTML, no images, no links but the citations in `markers`."""
    rendered = _MARKDOWN.render(text, {"reference": reference, "markers": markers})
    # A line break inside a code block has to survive; between tags it means nothing.
    return one_line(rendered.strip(), "&#10;")


def flag(text: str, sentences: Sequence[str]) -> str:
    """Mark each sentence where it stands, whatever the white space in it, and of a row of a table each of its cells;
    marks that `text` brings are taken out.
    """
    text = text.replace(BEGIN, "").replace(END, "")
    for flagged in filter(str.strip, sentences):
        cells = [r"\s+".join(map(re.escape, cell.split())) for cell in flagged.split("|")]
        text = re.sub(r"\s*\|\s*".join(cells), lambda found: CELL.sub(_flagged, found[0]), text, count=1)
    return text


def _flagged(cell: re.Match[str]) -> str:
    words = cell[0].strip()
    return cell[0].replace(words, f"{BEGIN}{words}{END}") if words else cell[0]


def one_line(text: str, line_break: str = " ") -> str:
    """`line_break` for each line break, however a system writes it; nothing is escaped."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", line_break)


def _render_text(
    renderer: RendererProtocol, tokens: Sequence[MarkdownToken], index: int, options: Any, env: Any
) -> str:
    """Escaped text in which citations have become links and unsupported sentences are marked."""

    text = with_links(escape(tokens[index].content), env["reference"], env["markers"])
    return text.replace(BEGIN, f'<span class="unsupported" title="{escape(gettext(NOT_FOUND))}">').replace(
        END, "</span>"
    )


def with_links(text: str, reference: str, markers: frozenset[int]) -> str:
    """Each `[n]` of a passage that is there as a link to it; `text` is escaped already."""

    def link(found: re.Match[str]) -> str:
        marker = int(found[1])
        if marker not in markers:
            return found[0]
        label = escape(gettext("Source {marker}").format(marker=marker))
        return f'<a class="citation" href="#source-{reference}-{marker}" aria-label="{label}">{marker}</a>'

    return MARKER.sub(link, text)


def _markdown() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("table")
    parser.disable(["image", "link", "autolink", "reference", "html_inline", "html_block"])
    parser.add_render_rule("text", _render_text)
    return parser


_MARKDOWN = _markdown()

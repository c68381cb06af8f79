"""How an answer begins, as HTML on one line: the short answer, then the lines or rows it stands in.

All of it is a document's text, so all of it is escaped and none of it is read as Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from html import escape
from itertools import groupby

from lamplight.languages import gettext
from lamplight.rag.sentences import is_item
from lamplight.ui.opening import Block, Opening, cells_of, is_row

LONG = 48  # letters: a longer short answer is set a little smaller
WIDE = 28  # letters: a longer cell has several lines, a shorter one (a number with its unit) is never broken


def opening_html(opening: Opening, link: Callable[[str], str]) -> str:
    """`link` makes HTML of a marker. Empty for an answer that is only prose."""
    if not opening.blocks:
        return ""
    first = opening.blocks[0]
    if not opening.short:
        lead = f'<p class="unsure">{escape(opening.lead)}</p>' if opening.lead else ""
        classes = "quotation candidate" if opening.lead else "quotation alone"
        return lead + "".join(
            _quotation(block, f"{_note(block)} {link(block.marker)}", classes) for block in opening.blocks
        )
    size = "short-answer long" if len(opening.short) > LONG else "short-answer"
    tail = link(first.marker)
    short = f'<p class="{size}"><strong>{escape(opening.short)}</strong>{_note(first)} {tail}</p>'
    return short + _quotation(first, f" {tail}", "quotation", opening.short)


def _quotation(block: Block, tail: str, classes: str, short: str = "") -> str:
    """`tail` stands behind the last line, `short` is marked."""
    said = _only_place(short, block)
    heads = block.header_row
    parts = [f'<div class="heads">{escape(heads)}</div>'] if heads and not is_row(heads) else []
    for rows, lines in groupby(block.lines, is_row):
        if rows:
            parts.append(_table(cells_of(heads) if is_row(heads) else [], lines, said))
            heads = ""
        else:
            parts += [_line(line, said) for line in lines]
    if not is_row(block.lines[-1]):
        parts[-1] = _line(block.lines[-1], said, tail)
    elif not short:  # beside a table that is wider than the screen the link would be out of sight
        parts.append(f'<div class="quoted-foot">{tail.strip()}</div>')
    return f'<blockquote class="{classes}">{"".join(parts)}</blockquote>'


def _line(line: str, said: re.Pattern[str] | None, tail: str = "") -> str:
    return f'<div class="{"line item" if is_item(line) else "line"}">{_marked(line, said)}{tail}</div>'


def _table(heads: list[str], rows: Iterable[str], said: re.Pattern[str] | None) -> str:
    head = "".join(f'<th scope="col"{_width(cell)}>{escape(cell)}</th>' for cell in heads)
    head = f"<thead><tr>{head}</tr></thead>" if heads else ""
    body = "".join(
        f"<tr>{''.join(f'<td{_width(cell)}>{_marked(cell, said)}</td>' for cell in cells_of(row))}</tr>" for row in rows
    )
    table = f"<table>{head}<tbody>{body}</tbody></table>"
    label = escape(gettext("Quoted from a table"))
    return f'<div class="quoted-table" tabindex="0" role="group" aria-label="{label}">{table}</div>'


def _width(cell: str) -> str:
    return ' class="wide"' if len(cell) > WIDE else ""


def _note(block: Block) -> str:
    """The unit of the table that a number is from."""
    return f' <span class="unit-note">{escape(block.note)}</span>' if block.note else ""


def _only_place(short: str, block: Block) -> re.Pattern[str] | None:
    """Finds the short answer, or its figure without the unit, in what is quoted.

    None where it comes twice, as the wrong one could be marked.
    """
    figure = short.rpartition(" ")[0]
    for words in (short, figure if any(map(str.isdigit, figure)) else ""):
        pattern = re.compile(rf"(?<!\w){re.escape(words)}(?!\w)")
        if words and len(pattern.findall("\n".join(block.lines))) == 1:
            return pattern
    return None


def _marked(text: str, said: re.Pattern[str] | None) -> str:
    found = said.search(text) if said else None
    if found is None:
        return escape(text)
    before, after = text[: found.start()], text[found.end() :]
    return f"{escape(before)}<mark>{escape(found[0])}</mark>{escape(after)}"

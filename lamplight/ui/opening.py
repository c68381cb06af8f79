"""How an answer begins, taken apart: the short answer, what is quoted word for word, the model's prose.

The text of an answer is Markdown made by `rag.composition`. The words quoted in it are a document's and may look
like any markup, so they are found by what they are, `Answer.short` and `Answer.quote`, and never parsed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lamplight.rag.columns import SEPARATOR

QUOTE = "> "
BLOCK = re.compile(r"(?:> .*(?:\n|$))+")
MARKER = re.compile(r"\s*\[(\d{1,3})\]$")


@dataclass(frozen=True, slots=True)
class Opening:
    """The parts of an answer's text, without markup; each is empty where there is none.

    `heads` are those of the table that the quoted `lines` are rows of, `note` is its unit, `marker` is "[1]".
    """

    prose: str
    short: str = ""
    heads: str = ""
    lines: tuple[str, ...] = ()
    note: str = ""
    marker: str = ""


def taken_apart(text: str, short: str, quoted: str) -> Opening:
    """What `text` begins with; all of it is prose unless it begins with the words that are `quoted`."""
    rest, bold = text, f"**{short}**"
    if short and text.startswith(bold):
        rest = text.partition("\n")[2].lstrip("\n")
    block = BLOCK.match(rest) if quoted else None
    lines = [line.removeprefix(QUOTE) for line in block[0].rstrip("\n").split("\n")] if block else []
    before, found, tail = "\n".join(lines).rpartition(quoted) if block else ("", "", "")
    if block is None or not found:
        return Opening(text.strip())
    marker = MARKER.search(tail)
    return Opening(
        prose=rest[block.end() :].strip(),
        short=short if rest is not text else "",
        heads=before.strip("\n"),
        lines=tuple(quoted.split("\n")),
        note=MARKER.sub("", tail).strip(),
        marker=marker[0].strip() if marker else "",
    )


def is_row(line: str) -> bool:
    """Whether a quoted line has the cells of a table."""
    return SEPARATOR in line


def cells_of(line: str) -> list[str]:
    return [cell.strip() for cell in line.split(SEPARATOR)]

"""How an answer begins, taken apart: the short answer, what is quoted word for word, the model's prose.

The text of an answer is Markdown made by `rag.composition`. The words quoted in it are a document's and may look
like any markup, so they are found by what they are, `Answer.short` and `Answer.quoted`, and never parsed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lamplight.rag.columns import SEPARATOR

QUOTE = "> "
BLOCK = re.compile(r"(?:> .*(?:\n|$))+")
MARKER = re.compile(r"\s*\[(\d{1,3})\]$")


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that are quoted together, without markup.

    `header_row` is that of the table that they are rows of, `note` its unit, both empty where there is none;
    `marker` is "[1]".
    """

    lines: tuple[str, ...]
    header_row: str = ""
    note: str = ""
    marker: str = ""


@dataclass(frozen=True, slots=True)
class Opening:
    """The parts of an answer's text, without markup; each is empty where there is none.

    `lead` stands above what is quoted, where that isn't surely the answer.
    """

    prose: str
    short: str = ""
    lead: str = ""
    blocks: tuple[Block, ...] = ()


def taken_apart(text: str, short: str, quoted: Sequence[str]) -> Opening:
    """What `text` begins with; all of it is prose unless it begins with the words that are `quoted`, in their order."""
    rest, bold, lead = text, f"**{short}**", ""
    if short and text.startswith(bold):
        rest = text.partition("\n")[2].lstrip("\n")
    elif len(quoted) > 1 or (quoted and not text.startswith(QUOTE)):
        lead, _, rest = text.partition("\n\n")
    begins = len(text) - len(rest)
    blocks = []
    for words in quoted:
        block = BLOCK.match(rest)
        made = _block(block[0], words) if block else None
        if block is None or made is None:
            break
        blocks.append(made)
        rest = rest[block.end() :].lstrip("\n")
    if not blocks:
        return Opening(text.strip())
    return Opening(rest.strip(), short if begins and not lead else "", lead, tuple(blocks))


def _block(markdown: str, words: str) -> Block | None:
    lines = [line.removeprefix(QUOTE) for line in markdown.rstrip("\n").split("\n")]
    before, found, tail = "\n".join(lines).rpartition(words)
    if not found:
        return None
    marker = MARKER.search(tail)
    return Block(
        tuple(words.split("\n")), before.strip("\n"), MARKER.sub("", tail).strip(), marker[0].strip() if marker else ""
    )


def is_row(line: str) -> bool:
    """Whether a quoted line has the cells of a table."""
    return SEPARATOR in line


def cells_of(line: str) -> list[str]:
    """The cells of a quoted line, without the blanks around them; one where it is no row."""
    return [cell.strip() for cell in line.split(SEPARATOR)]

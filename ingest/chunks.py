"""Retrieval units: lines packed into what the embedder can read, never cut inside a line, never across a page.

A table that is cut has its heads in each part.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise

from ingest.document import Block, Line, ReadDocument
from library.records import BlockKind, Chunk
from models.embedder import Embedder

CHUNK_TOKENS = 200  # of the embedder's 256: the rest is for the header
HEADS_SHARE = 0.5  # of CHUNK_TOKENS; longer heads would leave too little room for rows and are not repeated
COMPANY_SHARE = 0.25  # of CHUNK_TOKENS that are moved to the next chunk for the sake of a label
FULL_ENOUGH = 0.6  # of CHUNK_TOKENS: from here on a chunk ends where a block ends
SENTENCE_END = re.compile(r"(?<=[.!?…])\s+")


@dataclass(slots=True, eq=False)
class _Counted:
    line: Line
    kind: BlockKind
    tokens: int
    ends_block: bool
    heads: list[_Counted] = field(default_factory=list)  # to be repeated when a chunk begins here
    company: int = 0  # tokens of the lines that must follow in the same chunk


def chunks_of(document: ReadDocument, embedder: Embedder, pictures: int = 0) -> list[Chunk]:
    """The document's chunks in reading order; `boxes[i]` belongs to line `i` of `text`, if there are any.

    `pictures` is how many there were on earlier pages.
    """
    chunks = []
    for page in document.pages:
        for blocks in _by_section(page.blocks):
            first = blocks[0]
            header = " > ".join([document.title, *(part for part in first.headings if part != document.title)])
            pictures += first.kind == "image"
            picture = pictures if first.picture_kind else None
            for members in _pack(_counted(blocks, embedder)):
                chunk = _chunk(page.number, header, members)
                chunks.append(replace(chunk, picture=picture, picture_kind=first.picture_kind))
    return chunks


def _by_section(blocks: list[Block]) -> Iterator[list[Block]]:
    """Neighbouring blocks under one heading; an image stays by itself, and so does what was read from it."""
    group: list[Block] = []
    for block in blocks:
        if group and (
            group[-1].headings != block.headings
            or group[-1].picture_kind != block.picture_kind
            or "image" in (group[-1].kind, block.kind)
        ):
            yield group
            group = []
        group.append(block)
    if group:
        yield group


def _counted(blocks: list[Block], embedder: Embedder) -> list[_Counted]:
    counted = []
    for block in blocks:
        heads = _measured(block.lines[: block.heads], block.kind, embedder, CHUNK_TOKENS)
        size = sum(head.tokens for head in heads)
        repeated = size <= HEADS_SHARE * CHUNK_TOKENS
        most = CHUNK_TOKENS - size if repeated else CHUNK_TOKENS
        rows = _measured(block.lines[block.heads :], block.kind, embedder, most)
        if heads and repeated:
            heads[0].company = size - heads[0].tokens + (rows[0].tokens if rows else 0)
            for row in rows:
                row.heads = heads
        if block.kind == "table":
            _keep_labels(rows)
        members = heads + rows
        members[-1].ends_block = True
        counted += members
    return counted


def _keep_labels(rows: list[_Counted]) -> None:
    """A line without numbers, such as "Current assets:", goes with the row under it."""
    for row, below in reversed(list(pairwise(rows))):
        company = below.tokens + below.company
        if company <= COMPANY_SHARE * CHUNK_TOKENS and not any(map(str.isdigit, row.line.text)):
            row.company = company


def _measured(lines: list[Line], kind: BlockKind, embedder: Embedder, most: int) -> list[_Counted]:
    parts = [part for line in lines for part in _short_lines(line, embedder, most)]
    counts = embedder.count_tokens([part.text for part in parts]) if parts else []
    return [_Counted(part, kind, count, False) for part, count in zip(parts, counts, strict=True)]


def _short_lines(line: Line, embedder: Embedder, most: int) -> list[Line]:
    """A line longer than `most` tokens is cut between sentences, and a longer sentence between words."""
    if len(line.text) <= most or embedder.count_tokens([line.text])[0] <= most:
        return [line]
    parts: list[str] = []
    for sentence in SENTENCE_END.split(line.text):
        offsets = embedder.token_offsets(sentence)
        starts = [offsets[index][0] for index in range(0, len(offsets), most)] + [len(sentence)]
        pieces = [sentence[start:end] for start, end in pairwise(starts)] or [sentence]
        parts += pieces
    return [Line(part.strip(), line.box) for part in parts if part.strip()]


def _pack(lines: list[_Counted]) -> Iterator[list[_Counted]]:
    members: list[_Counted] = []
    tokens = 0
    for line in lines:
        full = tokens + line.tokens + line.company > CHUNK_TOKENS
        well_cut = bool(members) and members[-1].ends_block and tokens >= FULL_ENOUGH * CHUNK_TOKENS
        if members and members[-1] not in line.heads and (full or well_cut):
            yield members
            members = list(line.heads)
            tokens = sum(head.tokens for head in members)
        members.append(line)
        tokens += line.tokens
    if members:
        yield members


def _chunk(page: int, header: str, members: list[_Counted]) -> Chunk:
    kinds = [member.kind for member in members]
    kind: BlockKind = "text"
    if "image" in kinds:
        kind = "image"
    elif kinds.count("table") * 2 > len(kinds):
        kind = "table"
    text = "\n".join(" ".join(member.line.text.split("\n")) for member in members)
    boxes = [member.line.box for member in members if member.line.box is not None]
    return Chunk(page, kind, header, text, boxes if len(boxes) == len(members) else [])

"""Retrieval units: lines packed into what the embedder can read, never cut inside a line, never across a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from ingest.document import Block, Line, ReadDocument
from library.records import BlockKind, Chunk
from models.embedder import Embedder

CHUNK_TOKENS = 200  # of the embedder's 256: the rest is for the header
FULL_ENOUGH = 0.6  # of CHUNK_TOKENS: from here on a chunk ends where a block ends
SENTENCE_END = re.compile(r"(?<=[.!?…])\s+")


@dataclass(slots=True)
class _Counted:
    line: Line
    kind: BlockKind
    tokens: int
    ends_block: bool


def chunks_of(document: ReadDocument, embedder: Embedder) -> list[Chunk]:
    """The document's chunks in reading order; `boxes[i]` belongs to line `i` of `text`, if there are any."""
    chunks = []
    for page in document.pages:
        for section, blocks in _by_section(page.blocks):
            header = " > ".join([document.title, *(part for part in section if part != document.title)])
            for members in _pack(_counted(blocks, embedder)):
                chunks.append(_chunk(page.number, header, members))
    return chunks


def _by_section(blocks: list[Block]) -> Iterator[tuple[tuple[str, ...], list[Block]]]:
    """Neighbouring blocks under one heading; an image stays by itself."""
    group: list[Block] = []
    for block in blocks:
        if group and (group[-1].headings != block.headings or "image" in (group[-1].kind, block.kind)):
            yield group[0].headings, group
            group = []
        group.append(block)
    if group:
        yield group[0].headings, group


def _counted(blocks: list[Block], embedder: Embedder) -> list[_Counted]:
    counted = []
    for block in blocks:
        lines = [part for line in block.lines for part in _short_lines(line, embedder)]
        counts = embedder.count_tokens([line.text for line in lines])
        counted += [
            _Counted(line, block.kind, count, index == len(lines) - 1)
            for index, (line, count) in enumerate(zip(lines, counts, strict=True))
        ]
    return counted


def _short_lines(line: Line, embedder: Embedder) -> list[Line]:
    """A line longer than a chunk is cut between sentences, and a longer sentence between words."""
    if len(line.text) <= CHUNK_TOKENS or embedder.count_tokens([line.text])[0] <= CHUNK_TOKENS:
        return [line]
    parts: list[str] = []
    for sentence in SENTENCE_END.split(line.text):
        offsets = embedder.token_offsets(sentence)
        starts = [offsets[index][0] for index in range(0, len(offsets), CHUNK_TOKENS)] + [len(sentence)]
        pieces = [sentence[start:end] for start, end in pairwise(starts)] or [sentence]
        parts += pieces
    return [Line(part.strip(), line.box) for part in parts if part.strip()]


def _pack(lines: list[_Counted]) -> Iterator[list[_Counted]]:
    members: list[_Counted] = []
    tokens = 0
    for line in lines:
        full = tokens + line.tokens > CHUNK_TOKENS
        well_cut = bool(members) and members[-1].ends_block and tokens >= FULL_ENOUGH * CHUNK_TOKENS
        if members and (full or well_cut):
            yield members
            members, tokens = [], 0
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

"""Retrieval units: lines packed into what the embedder can read, never cut inside a line, never across a page.

A table that is cut has its heads in each part. Furniture (`ingest.furniture`) makes no chunk of its own where there
is anything else on the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from lamplight.ingest.document import Block, Line, ReadDocument
from lamplight.library.records import BlockKind, Chunk, PictureKind
from lamplight.models.embedder import Embedder

CHUNK_TOKENS = 200  # of the embedder's 256: the rest is for the header
HEADS_SHARE = 0.5  # of CHUNK_TOKENS; longer heads would leave too little room for rows and are not repeated
COMPANY_SHARE = 0.25  # of CHUNK_TOKENS that are moved to the next chunk for the sake of a label
FURNITURE_TOKENS = 24  # that a chunk may be longer for a footer under it, which the embedder may miss
FULL_ENOUGH = 0.6  # of CHUNK_TOKENS: from here on a chunk ends where a block ends
SENTENCE_END = re.compile(r"(?<=[.!?…])\s+")


@dataclass(slots=True, eq=False)
class _Counted:
    line: Line
    kind: BlockKind
    tokens: int
    ends_block: bool
    header_rows: list[_Counted] = field(default_factory=list)  # to be repeated when a chunk begins here
    company: int = 0  # tokens of the lines that must follow in the same chunk


@dataclass(slots=True)
class _ChunkDraft:
    """The lines of a chunk."""

    header: str
    members: list[_Counted]
    picture: int | None = None
    picture_kind: PictureKind | None = None

    @property
    def is_furniture(self) -> bool:
        return all(member.line.furniture for member in self.members)

    @property
    def is_image(self) -> bool:
        return self.picture_kind is not None or any(member.kind == "image" for member in self.members)


def chunks_of(document: ReadDocument, embedder: Embedder, pictures: int = 0) -> list[Chunk]:
    """The document's chunks in reading order; `boxes[i]` belongs to line `i` of `text`, if there are any.

    `pictures` is how many there were on earlier pages.
    """
    chunks = []
    for page in document.pages:
        parts: list[_ChunkDraft] = []
        for blocks in _by_section(page.blocks):
            first = blocks[0]
            header = " > ".join([document.title, *(part for part in first.headings if part != document.title)])
            pictures += first.kind == "image"
            picture = pictures if first.picture_kind else None
            packed = _pack(_counted(blocks, embedder))
            parts += [_ChunkDraft(header, members, picture, first.picture_kind) for members in packed]
        chunks += [_chunk(page.number, part) for part in _without_bare_furniture(parts)]
    return chunks


def _without_bare_furniture(parts: list[_ChunkDraft]) -> list[_ChunkDraft]:
    """Furniture goes to what follows or stands before; what fits nowhere, as a long table of contents, is left out.

    On a page that has nothing else it stays, to be found.
    """
    if all(part.is_furniture for part in parts):
        return parts
    kept: list[_ChunkDraft] = []
    furniture: list[_Counted] = []  # that is still to be put somewhere
    for part in parts:
        if part.is_furniture:
            furniture += part.members
            continue
        if not part.is_image and _tokens(furniture + part.members) <= CHUNK_TOKENS:
            part.members[:0] = furniture
        else:
            _put_under(kept, furniture)
        kept.append(part)
        furniture = []
    _put_under(kept, furniture)
    return kept


def _put_under(kept: list[_ChunkDraft], furniture: list[_Counted]) -> None:
    if kept and not kept[-1].is_image and _tokens(kept[-1].members + furniture) <= CHUNK_TOKENS + FURNITURE_TOKENS:
        kept[-1].members += furniture


def _tokens(members: list[_Counted]) -> int:
    return sum(member.tokens for member in members)


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
        heads = _measured(block.lines[: block.header_rows], block.kind, embedder, CHUNK_TOKENS)
        size = sum(head.tokens for head in heads)
        repeated = size <= HEADS_SHARE * CHUNK_TOKENS
        most = CHUNK_TOKENS - size if repeated else CHUNK_TOKENS
        rows = _measured(block.lines[block.header_rows :], block.kind, embedder, most)
        if heads and repeated:
            heads[0].company = size - heads[0].tokens + (rows[0].tokens if rows else 0)
            for row in rows[: _without_furniture_below(rows)]:
                row.header_rows = heads
        if block.kind == "table":
            _keep_labels(rows)
        members = heads + rows
        members[-1].ends_block = True
        counted += members
    for line, below in reversed(list(pairwise(counted))):
        company = below.tokens + below.company
        if line.line.furniture and company <= COMPANY_SHARE * CHUNK_TOKENS:
            line.company = company  # a heading stays with what it is over
    return counted


def _without_furniture_below(rows: list[_Counted]) -> int:
    """How many rows there are down to the last that is no furniture: under a footer no heads are repeated."""
    return max((index for index, row in enumerate(rows, start=1) if not row.line.furniture), default=0)


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
    return [Line(part.strip(), line.box, line.furniture) for part in parts if part.strip()]


def _pack(lines: list[_Counted]) -> Iterator[list[_Counted]]:
    members: list[_Counted] = []
    tokens = 0
    for line in lines:
        full = tokens + line.tokens + line.company > CHUNK_TOKENS
        well_cut = bool(members) and _ends_well(members[-1]) and tokens >= FULL_ENOUGH * CHUNK_TOKENS
        if members and members[-1] not in line.header_rows and (full or well_cut):
            yield members
            members = list(line.header_rows)
            tokens = sum(head.tokens for head in members)
        members.append(line)
        tokens += line.tokens
    if members:
        yield members


def _ends_well(line: _Counted) -> bool:
    return line.ends_block and not line.line.furniture


def _chunk(page: int, part: _ChunkDraft) -> Chunk:
    members = part.members
    kinds = [member.kind for member in members]
    kind: BlockKind = "text"
    if "image" in kinds:
        kind = "image"
    elif kinds.count("table") * 2 > len(kinds):
        kind = "table"
    text = "\n".join(" ".join(member.line.text.split("\n")) for member in members)
    boxes = [member.line.box for member in members if member.line.box is not None]
    furniture = tuple(index for index, member in enumerate(members) if member.line.furniture)
    places = boxes if len(boxes) == len(members) else []
    return Chunk(page, kind, part.header, text, places, furniture, part.picture, part.picture_kind)

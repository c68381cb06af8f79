"""The section that a found passage stands in: small chunks are found more precisely, larger ones are understood."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from lamplight.library.records import Passage
from lamplight.library.store import Library


def sections_around(
    passages: Sequence[Passage], library: Library, tokens: int, count: Callable[[str], int]
) -> list[list[Passage]]:
    """For each passage, best first, the chunks around it under the same headings, in reading order.

    All together have about `tokens`, shared evenly. What stands in the section of a better one is not read twice.
    """
    share, taken, sections = tokens // max(1, len(passages)), set[int](), list[list[Passage]]()
    for passage in passages:
        if passage.id not in taken:
            section = _around(passage, library, share, count, taken)
            taken |= {chunk.id for chunk in section}
            sections.append(section)
    return sections


def numbered(section: Sequence[Passage], number: int) -> str:
    """As the model reads it; page breaks are told, so that it can tell where something stands."""
    first, *rest = section
    text = f"[{number}] {first.about}, page {first.page}:\n{first.text}"
    for before, chunk in zip(section, rest, strict=False):
        text += f"\n(page {chunk.page})\n{chunk.text}" if chunk.page != before.page else f"\n{chunk.text}"
    return text


def numbered_texts(sections: Sequence[Sequence[Passage]], found: Sequence[Passage]) -> dict[int, str]:
    """What the model reads of each section, by the marker of the first of the passages `found` in it."""
    markers = {passage.id: passage.marker for passage in found}
    numbers = [min(markers[chunk.id] for chunk in section if chunk.id in markers) for section in sections]
    return {number: numbered(section, number) for number, section in zip(numbers, sections, strict=True)}


def read_besides(
    sections: Sequence[Sequence[Passage]], shown: Sequence[Passage], further: Sequence[Passage]
) -> list[Passage]:
    """What the sections hold besides the passages `shown`: some `further` ones, then chunks with new markers."""
    read = {chunk.id: chunk for section in sections for chunk in section}
    known = {passage.id for passage in (*shown, *further)}
    others = [chunk for number, chunk in read.items() if number not in known]
    numbered_on = [replace(chunk, marker=marker) for marker, chunk in enumerate(others, start=len(known) + 1)]
    return [*(passage for passage in further if passage.id in read), *numbered_on]


def _around(
    passage: Passage, library: Library, most: int, count: Callable[[str], int], taken: set[int]
) -> list[Passage]:
    chunks = [chunk for chunk in library.passages.of(passage.document_id) if chunk.header == passage.header]
    place = next((index for index, chunk in enumerate(chunks) if chunk.id == passage.id), None)
    if place is None or passage.kind == "image":
        return [passage]
    room = most - count(passage.text)
    first = last = place
    while True:  # the chunk behind is as likely to go on with it as the one before to begin it
        near = [index for index in (last + 1, first - 1) if 0 <= index < len(chunks)]
        fitting = [one for one in near if chunks[one].id not in taken and count(chunks[one].text) <= room]
        if not fitting:
            break
        for index in fitting:
            if count(chunks[index].text) <= room:
                room -= count(chunks[index].text)
                first, last = min(first, index), max(last, index)
    return [passage if index == place else chunks[index] for index in range(first, last + 1)]

"""A picture is one passage, however many chunks the words on it fill: the total of a receipt stands in its last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from lamplight.library.records import Passage
from lamplight.library.store import Library


def whole_picture(passage: Passage, library: Library) -> Passage:
    """With all lines and boxes of the picture it is of, under the number of its first chunk; others as they are."""
    if passage.kind != "image" or passage.picture is None:
        return passage
    parts = library.passages.of_picture(passage)
    if len(parts) < 2:
        return passage
    furniture: list[int] = []
    lines = 0
    for part in parts:
        furniture += [lines + index for index in part.furniture]
        lines += part.text.count("\n") + 1
    return replace(
        passage,
        id=parts[0].id,
        text="\n".join(part.text for part in parts),
        boxes=[box for part in parts for box in part.boxes],
        furniture=tuple(furniture),
    )


def whole_pictures(passages: Iterable[Passage], library: Library) -> Iterator[Passage]:
    """The passages in their order, each picture whole and once, where the first of its parts comes."""
    given: set[int] = set()
    for passage in passages:
        whole = whole_picture(passage, library)
        if whole.id not in given:
            given.add(whole.id)
            yield whole

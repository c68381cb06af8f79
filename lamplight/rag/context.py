"""What the model reads of a passage: whole sentences, and of a long one the sentences that matter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from lamplight.library.records import Box, Passage
from lamplight.library.store import Library
from lamplight.rag.pictures import whole_picture
from lamplight.rag.sentences import ANNOUNCES, is_item, overlap, sentences_of, stems

MOST_LINES = 4  # taken from a neighbouring chunk to complete a sentence
ENDS = (".", "!", "?", ":", "…", ".”", '."')
MOST_ITEMS = 12  # of a list that goes on in the next chunk
GAP = "…"


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    box: Box | None
    furniture: bool


def whole(passage: Passage, library: Library) -> Passage:
    """The passage with the sentences completed that begin before it or end after it; of a picture all its words.

    Small chunks are found more precisely; half a sentence is misread by people and models alike, and so is half a
    receipt, or the announcement of a list whose items come after it.
    """
    if passage.kind == "image":
        return whole_picture(passage, library)
    chunk = library.passages.by_id([passage.id]).get(passage.id)
    if chunk is None or chunk.kind != "text":
        return passage
    lines = _lines(chunk)
    content = [index for index, line in enumerate(lines) if not line.furniture]
    if not content:
        return passage
    around = library.passages.neighbours(chunk)
    before = [other for other in around if other.id < chunk.id and other.kind == "text"]
    after = [other for other in around if other.id > chunk.id and other.kind == "text"]
    first, last = content[0], content[-1]
    end = lines[last].text.rstrip()
    if after and not end.endswith(ENDS):
        lines[last + 1 : last + 1] = _head(after[0])
    elif after and end.endswith(ANNOUNCES):
        lines[last + 1 : last + 1] = _items(after[0])
    if before and not _starts(lines[first].text):
        lines[first:first] = _tail(before[-1])
    return _with_lines(passage, lines)


def _with_lines(passage: Passage, lines: Sequence[_Line]) -> Passage:
    boxes = [line.box for line in lines if line.box is not None]
    return replace(
        passage,
        text="\n".join(line.text for line in lines),
        boxes=boxes if len(boxes) == len(lines) else passage.boxes,
        furniture=tuple(index for index, line in enumerate(lines) if line.furniture),
    )


def _starts(line: str) -> bool:
    return not line[:1].islower()


def _tail(chunk: Passage) -> list[_Line]:
    """The last lines of a chunk, after the last that ends a sentence; none if the sentence is too long."""
    lines = _content(chunk)
    for count in range(1, MOST_LINES + 1):
        if len(lines) <= count or lines[-count - 1].text.rstrip().endswith(ENDS):
            return lines[-count:]
    return []


def _head(chunk: Passage) -> list[_Line]:
    """The first lines of a chunk, up to the first that ends a sentence; none if the sentence is too long."""
    lines = _content(chunk)[:MOST_LINES]
    for count, line in enumerate(lines, start=1):
        if line.text.rstrip().endswith(ENDS):
            return lines[:count]
    return []


def _items(chunk: Passage) -> list[_Line]:
    """The first lines of a chunk as far as they are items of a list."""
    return list(takewhile(lambda line: is_item(line.text), _content(chunk)))[:MOST_ITEMS]


def _content(chunk: Passage) -> list[_Line]:
    return [line for line in _lines(chunk) if not line.furniture]


def _lines(chunk: Passage) -> list[_Line]:
    texts = chunk.text.split("\n")
    boxes: Sequence[Box | None] = chunk.boxes if len(chunk.boxes) == len(texts) else [None] * len(texts)
    return [
        _Line(text, box, index in chunk.furniture) for index, (text, box) in enumerate(zip(texts, boxes, strict=True))
    ]


def trimmed(passage: Passage, question: str, budget: int, count_tokens: Callable[[str], int]) -> str:
    """The passage's text in at most `budget` tokens: the sentences nearest to the question, in their order.

    A sentence is kept or left out as a whole, and so is a row; what is left out shows as an ellipsis.
    """
    if count_tokens(passage.text) <= budget:
        return passage.text
    sentences = sentences_of(passage)
    wanted = dict.fromkeys(stems(question), 1.0)
    costs = [count_tokens(sentence.text) + 1 for sentence in sentences]
    # The sentence after a good one often completes it, hence the share of its neighbour's score.
    scores = [overlap(wanted, stems(sentence.text)) for sentence in sentences]
    scores = [score + 0.3 * (scores[index - 1] if index else 0.0) for index, score in enumerate(scores)]
    kept: set[int] = set()
    for index in sorted(range(len(sentences)), key=lambda index: (-scores[index], index)):
        if sum(costs[other] for other in kept) + costs[index] <= budget:
            kept.add(index)
    parts: list[str] = []
    for index, sentence in enumerate(sentences):
        if index in kept:
            parts.append(sentence.text)
        elif not parts or parts[-1] != GAP:
            parts.append(GAP)
    return "\n".join(parts)

"""What the model reads of a passage: whole sentences, and of a long one the sentences that matter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from library.records import Box, Passage
from library.store import Library
from rag.pictures import whole_picture
from rag.sentences import overlap, sentences_of, stems

MOST_LINES = 4  # taken from a neighbouring chunk to complete a sentence
ENDS = (".", "!", "?", ":", "…", ".”", '."')
GAP = "…"


def whole(passage: Passage, library: Library) -> Passage:
    """The passage with the sentences completed that begin before it or end after it; of a picture all its words.

    Small chunks are found more precisely; half a sentence is misread by people and models alike, and so is half a
    receipt.
    """
    if passage.kind == "image":
        return whole_picture(passage, library)
    chunk = library.chunks([passage.id]).get(passage.id)
    if chunk is None or chunk.kind != "text":
        return passage
    around = library.neighbours(chunk)
    before = [other for other in around if other.id < chunk.id and other.kind == "text"]
    after = [other for other in around if other.id > chunk.id and other.kind == "text"]
    lines, boxes = chunk.text.split("\n"), list(chunk.boxes)
    if before and not _starts(lines[0]):
        taken = _tail(before[-1])
        lines, boxes = [line for line, _ in taken] + lines, [box for _, box in taken if box] + boxes
    if after and not lines[-1].rstrip().endswith(ENDS):
        taken = _head(after[0])
        lines, boxes = lines + [line for line, _ in taken], boxes + [box for _, box in taken if box]
    return replace(passage, text="\n".join(lines), boxes=boxes if len(boxes) == len(lines) else chunk.boxes)


def _starts(line: str) -> bool:
    return not line[:1].islower()


def _tail(chunk: Passage) -> list[tuple[str, Box | None]]:
    """The last lines of a chunk, after the last that ends a sentence; none if the sentence is too long."""
    lines = _lines(chunk)
    for count in range(1, MOST_LINES + 1):
        if len(lines) <= count or lines[-count - 1][0].rstrip().endswith(ENDS):
            return lines[-count:]
    return []


def _head(chunk: Passage) -> list[tuple[str, Box | None]]:
    """The first lines of a chunk, up to the first that ends a sentence; none if the sentence is too long."""
    lines = _lines(chunk)[:MOST_LINES]
    for count, (line, _) in enumerate(lines, start=1):
        if line.rstrip().endswith(ENDS):
            return lines[:count]
    return []


def _lines(chunk: Passage) -> list[tuple[str, Box | None]]:
    lines = chunk.text.split("\n")
    boxes: Sequence[Box | None] = chunk.boxes if len(chunk.boxes) == len(lines) else [None] * len(lines)
    return list(zip(lines, boxes, strict=True))


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

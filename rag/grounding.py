"""Tying each sentence of an answer to what a passage states, or saying that nothing does."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from library.records import FoundChunk
from rag.events import Citation, Passage
from rag.sentences import Sentence, overlap, sentences_of, stems

LEAST_OVERLAP = 0.5  # of a sentence's meaning words must stand in what it is tied to
NUMBER = re.compile(r"\d(?:[\d.,]*\d)?")
WRAPPED = re.compile(r"(?<![.!?:;])\n(?!\s*(?:\d{1,2}[.)]|[-*•])\s|\n)")
ANSWER_SENTENCE = re.compile(r"(?<=[.!?])(?<!\b\d\.)(?<!\b\d\d\.)\s+(?=[A-Z0-9“\"(])|\n+|;\s+(?=\d{1,2}\.\s)")
IN_UNITS = re.compile(r"\bin (thousands|millions|billions)\b", re.I)
UNIT_NAMED = re.compile(r"thousand|million|billion|trillion|%|per ?cent", re.I)
OWN_MARKER = re.compile(r"\s*\[\d+(?:\s*,\s*\d+)*\]")


@dataclass(frozen=True, slots=True)
class GroundedAnswer:
    """`text` has `[n]` after each supported sentence."""

    text: str
    citations: list[Citation]
    unsupported: list[str]


def ground(answer: str, passages: Sequence[Passage]) -> GroundedAnswer:
    """Check an answer sentence by sentence; markers that the model made up are replaced by checked ones."""
    evidence = [(passage, sentence) for passage in passages for sentence in passage_sentences(passage)]
    parts: list[str] = []
    citations: list[Citation] = []
    unsupported: list[str] = []
    for sentence in split_answer(answer):
        source = _source(sentence, evidence)
        if source is None:
            unsupported.append(sentence)
            parts.append(sentence)
            continue
        citations.append(cite(*source))
        parts.append(f"{sentence}{unit_note(sentence, source[0], source[1].text)} [{source[0].marker}]")
    return GroundedAnswer(" ".join(parts), citations, unsupported)


def unit_note(sentence: str, passage: Passage, source: str) -> str:
    """ "(The table is in millions.)" for a number taken from such a table without its unit, else empty."""
    units = IN_UNITS.search(passage.text)
    numbers = [number for number in NUMBER.findall(sentence) if _states(number, source)]
    amounts = [number for number in numbers if "," in number]  # years and page numbers are written without
    if units is None or not amounts or UNIT_NAMED.search(sentence):
        return ""
    return f" (The table is in {units[1].lower()}.)"


def split_answer(answer: str) -> list[str]:
    """An answer's sentences and list items, without the markers the model wrote itself.

    A single line break inside a sentence is one the model copied from a page.
    """
    plain = WRAPPED.sub(" ", OWN_MARKER.sub("", answer))
    return [part.strip() for part in ANSWER_SENTENCE.split(plain) if re.search(r"\w", part)]


def cite(passage: Passage, sentence: Sentence) -> Citation:
    return Citation(
        passage.marker,
        passage.document_id,
        passage.document,
        passage.page,
        sentence.boxes or passage.boxes,
        sentence.text,
    )


def passage_sentences(passage: Passage) -> list[Sentence]:
    """A passage's sentences with their boxes."""
    where = (passage.document_id, passage.document, passage.page)
    chunk = FoundChunk(0, *where, passage.kind, passage.section, passage.text, passage.boxes)
    return sentences_of(chunk)


def _source(sentence: str, evidence: Sequence[tuple[Passage, Sentence]]) -> tuple[Passage, Sentence] | None:
    """The passage sentence that says the most of `sentence`, if the passage holds all of its numbers."""
    wanted = {stem: 1.0 for stem in stems(sentence) if not stem[0].isdigit()}
    numbers = NUMBER.findall(sentence)
    best: tuple[float, tuple[Passage, Sentence]] | None = None
    for passage, candidate in evidence:
        if not all(_states(number, candidate.text) for number in numbers):
            continue
        context = stems(f"{passage.section} {passage.text}")
        inside = overlap(wanted, stems(candidate.text)) if wanted else float(bool(numbers))
        around = sum(stem in context for stem in wanted) / len(wanted) if wanted else 1.0
        # The sentence decides; its passage may supply the words a table row leaves to its heading.
        score = inside + 0.5 * around
        enough = inside >= LEAST_OVERLAP or (numbers and inside > 0 and around >= 0.8)
        if enough and (best is None or score > best[0]):
            best = (score, (passage, candidate))
    return best[1] if best is not None else None


def _states(number: str, text: str) -> bool:
    """Whether a number stands in `text`, whatever its separators; `60.9` is stated by `60,922`."""
    digits = _plain(number)
    for other in NUMBER.findall(text):
        theirs = _plain(other)
        if digits == theirs:
            return True
        ours_bare, theirs_bare = digits.replace(".", ""), theirs.replace(".", "")
        if "." in digits and len(ours_bare) >= 3 and theirs_bare.startswith(ours_bare):
            return True
    return False


def _plain(number: str) -> str:
    """Without thousands separators: a comma before exactly three digits."""
    return re.sub(r",(?=\d{3}(?:\D|$))", "", number).rstrip(".,")

"""A sentence or row of a passage as something that can support a claim: with its heads, title and antecedents."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from lamplight.library.records import Passage
from lamplight.rag.columns import header_row_of
from lamplight.rag.lexicon.contradiction import SENSES
from lamplight.rag.lexicon.dates import REMEMBERED
from lamplight.rag.lexicon.quantities import table_scale
from lamplight.rag.sentences import Sentence, sentences_of, stems

ROW = re.compile(r"\d\W*$")  # a line that ends with a number and no word
SUBJECT_PRONOUN = re.compile(r"^\W*(?:he|she|they|it|this|these|there)\b", re.I)
POINTS_BACK = re.compile(r"^\W*(?:he|she|they|it|his|her|their|its|this|these)\b", re.I)
DIRECTION = re.compile(rf"\b(?:{'|'.join(sorted(SENSES))})\b", re.I)


@lru_cache(REMEMBERED)
def claim_stems(text: str) -> frozenset[str]:
    """As for searching, but "date" is the same as "dated", and "rose" as "increased"."""
    same = DIRECTION.sub(lambda match: SENSES[match[0].lower()], text)
    return frozenset(stem.removesuffix("e") if len(stem) > 3 else stem for stem in stems(same))


@dataclass(frozen=True, slots=True)
class Source:
    """A sentence or row of a passage, and what else of the passage it may be read with."""

    passage: Passage
    sentence: Sentence
    header_row: str  # the line that names a row's columns
    names: str  # where its names may stand besides: section, document, headings
    scale: float  # of the numbers of its table
    held: frozenset[str]  # its own stems
    around: frozenset[str]  # the stems of its whole passage
    is_row: bool
    other_rows: frozenset[str]  # the stems of the rows beside it
    before: str  # what a pronoun at its beginning may stand for


def sources_of(passage: Passage) -> list[Source]:
    """Each sentence and row of a passage, in order."""
    sentences = sentences_of(passage)
    about = f"{passage.about} {passage.document}"
    around = claim_stems(f"{about} {passage.text}")
    lines = passage.text.split("\n")
    rows = passage.kind != "text"
    headings = " ".join(line for line in lines if not re.search(r"\d", line)) if rows else ""
    scale = table_scale(passage.text)
    found = []
    for index, sentence in enumerate(sentences):
        is_row = rows or (sentence.text in lines and bool(ROW.search(sentence.text)))
        heads = header_row_of(sentence.text, lines) if is_row else ""
        rest = [line for line in lines if line not in (sentence.text, heads) and _like(line, sentence.text)]
        others = claim_stems(" ".join(rest)) if is_row else frozenset()
        names = f"{about} {passage.text if passage.kind == 'image' else headings}"
        before = " ".join(earlier.text for earlier in sentences[:index]) if POINTS_BACK.match(sentence.text) else ""
        found.append(
            Source(passage, sentence, heads, names, scale, claim_stems(sentence.text), around, is_row, others, before)
        )
    return found


def _like(line: str, row: str) -> bool:
    """Whether a line is a row of the same table."""
    return line.count(" | ") == row.count(" | ") if " | " in row else bool(ROW.search(line))

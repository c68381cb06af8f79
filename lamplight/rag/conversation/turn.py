"""What was said before a follow-up, and the years it names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lamplight.rag.lexicon.dates import years_in_order
from lamplight.rag.lexicon.numbers import NUMBER_WORDS
from lamplight.rag.lexicon.phrases import (
    AUXILIARIES,
    DETERMINERS,
    LIGHT,
    PREPOSITIONS,
    QUESTION_WORDS,
    WORD,
    YEAR,
    without_markers,
)


@dataclass(frozen=True, slots=True)
class Turn:
    """What was asked before, as it stands alone, the answer to it, and the documents the answer cites."""

    question: str
    answer: str
    documents: Sequence[str] = ()


LEAD_IN = re.compile(
    r"^\s*(?:(?:ok(?:ay)?|thanks|thank you|great|i see|yes|no|hm+|right|now|well|and|but|or|so|also|then|"
    r"(?:and )?(?:what|how) about|what of|same(?: question)?(?: for)?|the same(?: for)?|"
    r"compared (?:to|with))(?![\w-])[,.!]*\s*)+",
    re.I,
)
SMALL = NUMBER_WORDS | {"a": 1}
RELATIVE_YEAR = re.compile(
    r"\b(?:in |for )?(?:(?P<count>one|a|two|three|four|five|six|seven|eight|nine|ten|\d+) years? "
    r"(?P<way>before|earlier|prior|later|after)(?: that)?|the (?P<back>year before|(?:previous|prior|preceding) year)"
    r"(?: that)?|(?P<last>last year)|(?:the )?(?P<on>(?:year after|following year|next year))(?: that)?)\b",
    re.I,
)


def content_words(text: str) -> list[str]:
    """The words that are not grammar, in lower case."""
    grammar = QUESTION_WORDS | AUXILIARIES | PREPOSITIONS | DETERMINERS | LIGHT
    return [word for word in (match.lower() for match in WORD.findall(text)) if word not in grammar]


def computed_year(match: re.Match[str], turn: Turn) -> int | None:
    """The year that a match of `RELATIVE_YEAR` means, counted from `named_year`; None where the turn names none."""
    base = named_year(turn)
    if base is None:
        return None
    if match["count"]:
        count = SMALL.get(match["count"].lower()) or int(match["count"])
        return base + (count if match["way"].lower() in ("later", "after") else -count)
    return base + 1 if match["on"] else base - 1


def named_year(turn: Turn) -> int | None:
    """The last year in the question, or else in its answer; None where neither has one, as "FY 21" has none."""
    for text in (turn.question, without_markers(turn.answer)):
        years = years_in_order(" ".join(YEAR.findall(text)))
        if years:
            return years[-1]
    return None


def word_before(text: str, position: int) -> str:
    """The last word of `text[:position]`, in lower case; empty where there is none."""
    words = WORD.findall(text[: max(0, position)])
    return words[-1].lower() if words else ""


def replaced(text: str, span: tuple[int, int], new: str) -> str:
    """`text` with `new` in place of `text[span[0]:span[1]]`."""
    return text[: span[0]] + new + text[span[1] :]

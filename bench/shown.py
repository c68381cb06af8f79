"""What a person takes for the answer, and the line they would check it against."""

from __future__ import annotations

import re

from rag.events import Finished

MARKER = re.compile(r"\s*\[\d+\]")
QUOTED = re.compile(r"(?:^>.*\n?)+", re.MULTILINE)  # the first block quote, all its lines
QUOTE_SIGN = re.compile(r"^> ?", re.MULTILINE)


def shown(finished: Finished) -> tuple[str, str]:
    """The answer and the quoted line, without markers; both "" when the question was refused.

    The answer is the short one where there is one, else the line itself, else the whole text.
    """
    if finished.refused:
        return "", ""
    text = without_markers(finished.answer)
    line = _line(finished)
    return without_markers(getattr(finished, "short", "")) or line or text, line


def without_markers(text: str) -> str:
    """`text` without its `[n]`."""
    return MARKER.sub("", text).strip()


def _line(finished: Finished) -> str:
    quote = getattr(finished, "quote", None)
    if quote is not None:
        return without_markers(quote.text)
    found = QUOTED.search(finished.answer)
    return without_markers(QUOTE_SIGN.sub("", found[0])) if found else ""

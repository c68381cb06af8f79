"""What a person takes for the answer, and the line they would check it against."""

from __future__ import annotations

import re

from lamplight.rag.events import Finished

MARKER = re.compile(r"\s*\[\d+\]")


def shown(finished: Finished) -> tuple[str, str]:
    """The answer and the quoted line, without markers; both "" when the question was refused.

    The answer is the short one where there is one, else the line itself, else the whole text. Where none is surely the
    answer, all lines that are shown are read. What is worked out is checked against its working and the lines that this
    used.
    """
    if finished.refused:
        return "", ""
    if finished.unsure and finished.quote:
        lines = "\n".join(without_markers(one.text) for one in (finished.quote, *finished.candidates))
        return lines, lines
    line = without_markers(finished.quote.text if finished.quote else finished.answer if finished.short else "")
    return without_markers(finished.short) or line or without_markers(finished.answer), line


def without_markers(text: str) -> str:
    """`text` without its `[n]`."""
    return MARKER.sub("", text).strip()

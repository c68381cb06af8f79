"""What a page without an outline is headed by: "Consolidated Statement of Cash Flows, years ended December 31".

A chunk from the middle of a table says nothing of what it is a table of. With the page's own heading in front of it
the page is among the first five for .55 of the questions about annual reports instead of .42.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Sequence

FIRST_LINES = 10  # of a page; what comes later is no heading
MOST_WORDS = 24  # about 35 of the embedder's word pieces
RUNNING_SHARE = 0.15  # of the pages so far that begin with the same line: a running head, not this page's heading
RUNNING_PAGES = 3
DIGITS = re.compile(r"\d+")
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
NUMBER = re.compile(r"\d[\d,.]*")
NUMBERS_IN_A_ROW = 2  # a line with as many is the first row of a table
WORD = re.compile(r"[^\W\d_]{3}")


class PageHeadings:
    """Takes a document's pages in order and learns which lines stand on all of them."""

    def __init__(self) -> None:
        self._pages = 0
        self._seen: Counter[str] = Counter()
        self._lines: Counter[str] = Counter()
        self._before: set[str] = set()

    def of(self, lines: Sequence[str], known: Container[str] = ()) -> tuple[str, str]:
        """The heading of the next page, and its first line if the page before didn't begin so; each may be empty.

        It ends where a line of `known` stands.
        """
        first = [line for line in lines[:FIRST_LINES] if WORD.search(line)]
        words: list[str] = []
        begins = ""
        for line in first:
            if self._runs(line):
                continue
            is_row = len(NUMBER.findall(YEAR.sub("", line))) >= NUMBERS_IN_A_ROW
            if is_row or line in known or len(words) >= MOST_WORDS:
                break
            begins = begins or line
            words += line.split()
        self._pages += 1
        shapes = {DIGITS.sub("#", line) for line in first}
        self._seen.update(shapes)
        self._lines.update(set(first))
        before, self._before = self._before, shapes
        return " ".join(words[:MOST_WORDS]), begins if DIGITS.sub("#", begins) not in before else ""

    def repeats(self, line: str) -> bool:
        """Whether this very line stood at the beginning of many pages before; "Article 4" is another one than 3."""
        return self._lines[line] > self._many()

    def _runs(self, line: str) -> bool:
        return self._seen[DIGITS.sub("#", line)] > self._many()

    def _many(self) -> float:
        return max(RUNNING_PAGES, RUNNING_SHARE * self._pages)

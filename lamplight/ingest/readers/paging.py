"""Pages and headings of documents that flow: pages are known by breaks that a person set or a program noted."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lamplight.ingest.document import Block, DocumentPage, Line

SET_BREAK = "\f"  # among the words of a paragraph: that a person has set
NOTED_BREAK = "\v"  # where the program began a new page when it last showed the document
BREAKS = re.compile(f"([{SET_BREAK}{NOTED_BREAK}])")
SENTENCE_END = re.compile(r"[.!?…:;][\"'”’»)\]]*(?=\s|$)")


class Pages:
    """Collects blocks on the last of its pages."""

    def __init__(self) -> None:
        self.all = [DocumentPage(1)]
        self._just_set = False  # whether nothing stands yet behind a break that a person has set

    @property
    def last(self) -> DocumentPage:
        """The page that is being filled: there always is one."""
        return self.all[-1]

    def add(self, *blocks: Block) -> None:
        """Put blocks on `last`; without any it says that something else stands there, such as a heading or a table."""
        self.last.blocks += blocks
        self._just_set = False

    def break_page(self, mark: str) -> None:
        """A new page. What a program noted repeats the breaks that a person has set."""
        if mark == NOTED_BREAK and self._just_set:
            self._just_set = False
            return
        self._just_set = mark == SET_BREAK
        self.all.append(DocumentPage(self.last.number + 1))

    def finish(self) -> list[DocumentPage]:
        """All pages, without empty ones at the end."""
        while len(self.all) > 1 and not self.last.blocks:
            self.all.pop()
        return self.all


class Outline:
    """The headings above what is read, in `levels`. One with nothing under it becomes a line where it stood."""

    def __init__(self) -> None:
        self.levels: dict[int, str] = {}
        self._bare: tuple[int, DocumentPage] | None = None  # the last heading's level, while nothing stands under it

    @property
    def path(self) -> tuple[str, ...]:
        """From the outermost to the innermost, as in `Block.headings`; empty before the first."""
        return tuple(self.levels[level] for level in sorted(self.levels))

    def begin(self, level: int, heading: str, page: DocumentPage) -> None:
        """A section of this level begins, which ends those of the same and deeper ones."""
        self.end(level)
        self.levels = {above: words for above, words in self.levels.items() if above < level} | {level: heading}
        self._bare = (level, page)

    def fill(self) -> None:
        """Something stands under the last heading."""
        self._bare = None

    def end(self, level: int = 0) -> None:
        """Sections of this level and deeper ones end."""
        if self._bare is not None and level <= self._bare[0]:
            own, page = self._bare
            above = tuple(self.levels[one] for one in sorted(self.levels) if one < own)
            page.blocks.append(Block("text", [Line(self.levels[own])], above))
        self._bare = None


def parts(text: str) -> Iterator[tuple[str, str]]:
    """The breaks in a paragraph, each with what follows; a sentence in which a program broke the page stays whole."""
    pieces = BREAKS.split(text)
    found = [("", pieces[0]), *zip(pieces[1::2], pieces[2::2], strict=True)]
    for index in range(1, len(found)):
        mark, words = found[index]
        before = found[index - 1][1]
        if mark == NOTED_BREAK and before.strip() and not SENTENCE_END.search(before.rstrip()[-3:]):
            end = SENTENCE_END.search(words)
            cut = end.end() if end else len(words)
            found[index - 1] = (found[index - 1][0], before + words[:cut])
            found[index] = (mark, words[cut:])
    for mark, words in found:
        yield mark, " ".join(words.split())

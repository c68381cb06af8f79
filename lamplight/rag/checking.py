"""What a large model writes, checked while it comes: line by line, long lines sentence by sentence.

What is checked never changes again. A heading, the sentence that announces a list and a table's head are told with the
first line below them that stands; rows and items keep their form, and a marker goes behind what is stated.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from lamplight.library.records import Passage
from lamplight.models.embedder import Embedder
from lamplight.rag.events import Citation
from lamplight.rag.grounding import GroundedAnswer, ground, unit_note
from lamplight.rag.lexicon.english import MARKER, without_markers
from lamplight.rag.request_language import any_language_of
from lamplight.rag.sentences import ANNOUNCES, ENDED, sentence_spans, split_sentences

MARKUP = re.compile(r"\*\*|__|`|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w)")
PREFIX = re.compile(r"\s*(?:(?:[-*+•]|\d{1,3}[.)])\s+|>\s*)*")
HEADING = re.compile(r"\s{0,3}(#{1,6})\s+\S|\s*(?:\*\*|__)[^*_]+(?:\*\*|__):?\s*$")
RULE = re.compile(r"[\s|:-]+$")
FENCE = "```"
WORD_ENDS = " \u3002\uff01\uff1f"  # what comes behind them changes nothing before
ANNOUNCING, TABLE_HEAD = 7, 8  # beside the levels of headings, 1 to 6
FEW_WORDS = 4  # of an item: too few to be a claim without the sentence that announces it


class StreamChecker:
    """`text` is what stands so far, `rest` what has come and is not checked yet."""

    def __init__(
        self,
        passages: Sequence[Passage],
        embedder: Embedder | None,
        *,
        keeps: bool,
        shown: int,
        cited: Mapping[int, Sequence[Passage]],
    ) -> None:
        """`keeps` what no passage states, to be marked. The first `shown` passages keep their markers, the others get
        the next ones as they are cited; `cited` are those that the model means by a number.
        """
        self.text, self.rest = "", ""
        self.citations: list[Citation] = []
        self.unsupported: list[str] = []
        self.further: list[Passage] = []  # cited beyond those that are shown
        self._passages, self._embedder, self._keeps, self._cited = passages, embedder, keeps, cited
        self._language = any_language_of(" ".join(passage.text for passage in passages))
        self._shown, self._markers = shown, dict[int, int]()
        self._waiting: list[tuple[int, str]] = []  # what is told with the next line that stands
        self._gap = False  # an empty line came
        self._heads: list[str] | None = None  # of the table that is being written
        self._prefix: str | None = None  # of the line that is being written; None at its beginning
        self._line_stands = False

    def feed(self, piece: str) -> bool:
        """Whether `text` has grown."""
        before = len(self.text)
        self.rest += piece
        while "\n" in self.rest:
            line, self.rest = self.rest.split("\n", 1)
            self._line(line)
        is_prose = self._prefix is not None or not self.rest.lstrip().startswith(("|", "#", FENCE))
        whole = self.rest[: max(map(self.rest.rfind, WORD_ENDS)) + 1] if is_prose else ""
        last, _ = sentence_spans(whole, self._language)[-1]
        if 0 < last < len(whole):
            self._sentences(self.rest[:last])
            self.rest = self.rest[last:]
        return len(self.text) > before

    def end(self, cut: bool = False) -> None:
        """Check the last line; if it was `cut` off in the middle of a sentence, what is no sentence is left out."""
        if self.rest.strip() and (not cut or ENDED.search(self.rest.rstrip()) or self.rest.rstrip().endswith("|")):
            self._line(self.rest)
        self.rest = ""

    def _line(self, line: str) -> None:
        if self._prefix is not None:
            self._sentences(line)
            self._prefix, self._line_stands = None, False
            return
        if line.lstrip().startswith("|"):
            self._row(line)
            return
        self._heads = None
        plain = _plain(line)
        if not plain or line.strip().startswith(FENCE):
            self._gap = True
        elif found := HEADING.match(line):
            self._wait(len(found[1] or "######"), line.rstrip())
        elif plain.endswith(ANNOUNCES) and (not re.search(r"\d", plain) or self._found(plain) is not None):
            self._wait(ANNOUNCING, without_markers(line).rstrip())
        else:
            self._sentences(line)
            self._prefix, self._line_stands = None, False

    def _wait(self, level: int, text: str) -> None:
        """A new heading takes the place of one of its level or below that nothing came under."""
        gap = self._gap
        while self._waiting and self._waiting[-1][0] >= level:
            gap = self._waiting.pop()[1].startswith("\n") or gap
        self._waiting.append((level, self._below(text, gap)))

    def _stand(self, text: str, on: bool = False) -> None:
        """Tell a line, `on` in the line before it, with what waits for it."""
        if on:
            self.text += f" {text}"
            return
        lines = [*(told for _, told in self._waiting), self._below(text, self._gap)]
        self._waiting = []
        self.text = "\n".join([self.text, *lines]) if self.text else "\n".join(lines).lstrip("\n")

    def _below(self, text: str, gap: bool) -> str:
        self._gap = False
        return f"\n{text}" if gap else text

    def _sentences(self, text: str) -> None:
        if self._prefix is None:
            self._prefix = PREFIX.match(text)[0]  # type: ignore[index]  # matches anything
            text = text[len(self._prefix) :]
        for sentence in split_sentences(text, self._language):
            told = self._checked(sentence)
            if told is not None:
                self._stand(told if self._line_stands else f"{self._prefix}{told}", on=self._line_stands)
                self._line_stands = True

    def _checked(self, sentence: str) -> str | None:
        """The sentence with its checked markers; None when it is left out."""
        plain, said = _plain(sentence), without_markers(sentence).strip()
        if not plain:
            return None
        announced = next((text for level, text in reversed(self._waiting) if level == ANNOUNCING), "")
        short = len(plain.split()) < FEW_WORDS
        claim = f"{_plain(announced).rstrip(':')} {plain}" if announced and short else plain
        found = self._found(claim, sentence)
        if claim is not plain and (found is None or found.unsupported):
            claim, found = plain, self._found(plain, sentence)
        if found is None:
            return self._unstated(said)
        kept = [part for part in found.parts if part not in found.unsupported]
        if found.unsupported:  # half of it is stated
            said = " ".join(without_markers(part).strip() for part in kept)
            self.unsupported += found.unsupported
        return said + self._marked(said, found.citations)

    def _row(self, line: str) -> None:
        cells = [cell.strip() for cell in without_markers(line).strip().strip("|").split("|")]
        if self._heads is None:
            self._heads = [_plain(cell) for cell in cells]
            self._wait(TABLE_HEAD, _row_of(cells))
        elif RULE.match(line):
            self._waiting.append((TABLE_HEAD, f"|{' --- |' * len(cells)}"))
        else:
            self._cells(cells, line)

    def _cells(self, cells: list[str], line: str) -> None:
        """A row is one claim, or each of its cells is one about its first."""
        heads = self._heads or []
        first, *rest = map(_plain, cells)
        pairs = [f"{head} {cell}" for head, cell in zip(heads[1:], rest, strict=False)]
        for claim in (f"{first}: {', '.join(rest)}", f"{first}: {', '.join(pairs)}"):
            found = self._found(claim, line)
            if found is not None and not found.unsupported:
                cells[-1] += self._marked(claim, found.citations)
                self._stand(_row_of(cells))
                return
        each = [self._found(f"{first}: {pair}", line) for pair in pairs]
        if each and all(found is not None and not found.unsupported for found in each):
            for place, found in enumerate(each, start=1):
                cells[place] += self._marked(pairs[place - 1], found.citations) if found else ""
            self._stand(_row_of(cells))
        elif (row := self._unstated(_row_of(cells))) is not None:
            self._stand(row)

    def _found(self, claim: str, line: str = "") -> GroundedAnswer | None:
        """What states a claim, at least a part of it: first looked for in the passages that the model names."""
        named = [int(number) for found in MARKER.finditer(line) for number in re.findall(r"\d+", found[1])]
        own = [passage for number in named for passage in self._cited.get(number, ())]
        for passages in filter(None, (own, self._passages)):
            found = ground(claim, passages, self._embedder)
            if found.citations and not (found.unsupported and passages is own):
                return found
        return None

    def _unstated(self, said: str) -> str | None:
        self.unsupported.append(said)
        return said if self._keeps else None

    def _marked(self, said: str, citations: Sequence[Citation]) -> str:
        """The markers of what a sentence rests on, each once, and the unit its table is in."""
        passages = {passage.marker: passage for passage in self._passages}
        told: list[str] = []
        for citation in citations:
            passage = passages[citation.marker]
            note = unit_note(said, passage, citation.text)
            marker = self._marker(passage)
            self.citations.append(replace(citation, marker=marker))
            if f" [{marker}]" not in told:
                told += [note] if note and note not in told else []
                told.append(f" [{marker}]")
        return "".join(told)

    def _marker(self, passage: Passage) -> int:
        if passage.marker <= self._shown:
            return passage.marker
        if passage.marker not in self._markers:
            self._markers[passage.marker] = self._shown + len(self._markers) + 1
            self.further.append(replace(passage, marker=self._markers[passage.marker]))
        return self._markers[passage.marker]


def _row_of(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def whole_sentences(text: str) -> str:
    """A text that was cut off, without what is no sentence at its end."""
    start, end = sentence_spans(text)[-1]
    return text[: end if ENDED.search(text[start:].rstrip()) else start].rstrip()


def _plain(text: str) -> str:
    return MARKUP.sub("", without_markers(PREFIX.sub("", text, count=1))).strip()

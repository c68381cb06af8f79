"""Which documents a question names, and which of its words only say where to look.

"In the PepsiCo filing", "Best Buy's margins", "JnJ", "my lease", "the receipt of 9 March". A name counts as far as it
is the documents' own: by the share of their chunks that hold it, beside that of the others.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from library.records import Document
from rag.names import LONGEST_RUN, SHORTEST_NAME, Word, as_name, shelf_of, words_of
from rag.periods import periods_of, spellings
from rag.query import STOP_WORDS

COMMON = 0.3  # of the documents: what stands in more of their names names none of them by itself
MOST = 0.5  # of the documents: naming more of them tells nothing
PRIOR_CHUNKS = 5  # added to a document's length: a receipt that says a word once is not all about it
PRIOR_HITS = 2  # chunks that hold a name: so many say it half as surely as can be
SLIGHT = 0.02  # of the chunks: a shortened name that so many of another document's hold is half as sure
ORDINARY = 0.1  # of the chunks: a word written small that so many of another document's hold is no name
ALIKE = 0.5  # of the largest share: documents above it are meant together
CERTAIN = 0.7  # strength from which a document is clearly named
OTHERWISE = 0.5  # of the strength, for a document of the same name that is of another time or kind
ELSEWHERE = 0.3  # beside the share of a name's own documents, that of another where it is no name any more

Holding = Callable[[Sequence[str]], Mapping[int, int]]
"""How many chunks of each document hold any of some phrases."""


@dataclass(frozen=True, slots=True)
class Named:
    """Ids of the documents that a question clearly names, and the words, in lower case, that name them.

    `strengths`, from 0 to 1, also holds those that it may mean. `what` is the question without the names and times
    that only say where to look; the whole question when nothing is named.
    """

    documents: frozenset[int]
    words: frozenset[str]
    strengths: Mapping[int, float] = field(default_factory=dict)
    what: str = ""


@dataclass(frozen=True, slots=True)
class Mention:
    """Words of the question that may be a name, and how surely they name each of some documents."""

    words: Sequence[Word]
    strengths: Mapping[int, float]

    @property
    def strength(self) -> float:
        return max(self.strengths.values(), default=0.0)


def named_documents(question: str, documents: Sequence[Document], holding: Holding = lambda _: {}) -> Named:
    """By their names as people write them; when there is none, by what stands in their text and in no other's."""
    naming = _Naming(question, documents, holding)
    mentions = naming.by_name()
    if not any(mention.strength >= CERTAIN for mention in mentions):
        mentions += naming.by_text(mentions)
    strengths = _sum(mentions)
    if not strengths or len(strengths) > max(1, MOST * len(documents)):
        return Named(frozenset(), frozenset(), {}, question)
    certain = frozenset(number for number, strength in strengths.items() if strength >= CERTAIN)
    said = [mention for mention in mentions if mention.strength >= CERTAIN]
    words = frozenset(word.lower for mention in said for word in mention.words)
    return Named(certain, words, strengths, naming.without(said))


class _Naming:
    """One question over one set of documents."""

    def __init__(self, question: str, documents: Sequence[Document], holding: Holding) -> None:
        self._question = question
        self._words = words_of(question)
        self._chunks = {document.id: document.chunks for document in documents}
        self._shelf = shelf_of(tuple((document.id, document.name, document.title) for document in documents))
        self._most = max(1, COMMON * len(documents))
        self._holding = holding
        self._periods = periods_of(question)

    def by_name(self) -> list[Mention]:
        """The longest runs of words that are a name, then words that are a name shortened or misspelt."""
        found: list[Mention] = []
        left = dict(enumerate(self._words))
        for count in range(LONGEST_RUN, 0, -1):
            for start in range(len(self._words) - count + 1):
                run = [left[index] for index in range(start, start + count) if index in left]
                if len(run) < count or not (name := as_name([word.text for word in run])):
                    continue
                documents = self._shelf.whole.get(name, frozenset())
                if 0 < len(documents) <= self._most:
                    found.append(self._mention(run, documents, own=1.0))
                    for index in range(start, start + count):
                        del left[index]
        for word in left.values():
            if word.lower not in STOP_WORDS:
                found += self._inexact(word)
        return [Mention(mention.words, self._narrowed(mention.strengths)) for mention in found]

    def _inexact(self, word: Word) -> Iterator[Mention]:
        for documents in (self._shelf.short_for(word), self._shelf.beginning(word)):
            if 0 < len(documents) <= self._most:
                yield self._mention([word], documents)
                return
        if documents := self._blended(word):
            yield self._mention([word], documents)
        elif (documents := self._shelf.misspelt(word)) and not self._holding([word.lower]):
            yield self._mention([word], documents)

    def _blended(self, word: Word) -> frozenset[int]:
        """AMEX, if a document says "American Express"."""
        found: set[int] = set()
        for phrase, documents in self._shelf.blended(word):
            if len(documents) <= self._most:
                found |= documents & set(self._holding([phrase]))
        return frozenset(found)

    def _mention(self, words: Sequence[Word], documents: frozenset[int], own: float = 0.0) -> Mention:
        """As sure as the words are rarer in all other documents; `own` is the least share that is their own."""
        shares = self._shares([_phrase(words)])
        other = max((share for number, share in shares.items() if number not in documents), default=0.0)
        if own and not any(word.is_capital for word in words):
            return Mention(words, dict.fromkeys(documents, max(0.0, 1 - other / ORDINARY)))
        most = {number: max(own, shares.get(number, 0.0) + SLIGHT) for number in documents}
        return Mention(words, {number: max(0.0, 1 - other / most[number]) for number in documents})

    def _shares(self, phrases: Sequence[str]) -> dict[int, float]:
        held = self._holding(phrases)
        return {number: count / (self._chunks.get(number, 0) + PRIOR_CHUNKS) for number, count in held.items()}

    def by_text(self, known: Sequence[Mention]) -> list[Mention]:
        """Capitalised words, and whole dates, that stand in a few documents and hardly in others."""
        taken = {word.start for mention in known for word in mention.words}
        found = []
        for run in self._capitals(taken):
            found += self._longest_held(run)
        for date in self._periods.dates:
            found += self._concentrated([], spellings(date))
        return found

    def _capitals(self, taken: set[int]) -> Iterator[list[Word]]:
        """Neighbouring capitalised words; the first of a sentence is one only before another or all in capitals."""
        run: list[Word] = []
        spans = self._periods.spans
        for word in [*self._words, None]:
            inside = word is not None and any(start <= word.start < end for start, end in spans)
            near = bool(word and run) and not re.search(r"[.?!:;,]\s", self._question[run[-1].end : word.start])  # type: ignore[union-attr]
            if word is not None and word.is_capital and not inside and word.start not in taken:
                if run and not near:
                    yield from self._telling(run)
                    run = []
                run.append(word)
            elif run:
                yield from self._telling(run)
                run = []

    def _telling(self, run: list[Word]) -> Iterator[list[Word]]:
        first = run[0]
        begins = not first.start or re.search(r"[.?!:]\s+$", self._question[: first.start])
        if begins and (first.lower in STOP_WORDS or len(run) == 1 and not first.text.isupper()):
            run = run[1:]
        if run and any(len(word.text) > 1 for word in run):
            yield run

    def _longest_held(self, run: Sequence[Word]) -> list[Mention]:
        """Mentions of the longest parts of a run that any text holds."""
        for count in range(min(len(run), LONGEST_RUN + 1), 0, -1):
            parts = [run[start : start + count] for start in range(len(run) - count + 1)]
            found = [mention for part in parts if len(_phrase(part)) >= SHORTEST_NAME for mention in self._held(part)]
            if found:
                return found
        return []

    def _held(self, words: Sequence[Word]) -> list[Mention]:
        return self._concentrated(words, [_phrase(words)])

    def _concentrated(self, words: Sequence[Word], phrases: Sequence[str]) -> list[Mention]:
        held = self._holding(phrases)
        shares = {number: count / (self._chunks.get(number, 0) + PRIOR_CHUNKS) for number, count in held.items()}
        most = max(shares.values(), default=0.0)
        group = [number for number, share in shares.items() if share >= ALIKE * most]
        if not group or len(group) > max(1, MOST * len(self._chunks)):
            return []
        rest = max((share for number, share in shares.items() if share < ALIKE * most), default=0.0)
        sure = max(0.0, 1 - rest / (ELSEWHERE * most)) * min(1.0, most / SLIGHT)
        return [Mention(words, {number: sure * held[number] / (held[number] + PRIOR_HITS) for number in group})]

    def _narrowed(self, strengths: Mapping[int, float]) -> dict[int, float]:
        """Of several documents that fit alike, those of the time and kind that the question speaks of."""
        top = max(strengths.values(), default=0.0)
        group = [number for number, strength in strengths.items() if strength >= CERTAIN * top]
        if len(group) < 2:
            return dict(strengths)
        fitting = {number: self._fit(number) for number in group}
        if self._periods.years and not any(fit[0] for fit in fitting.values()):
            shares = self._shares([str(max(self._periods.years))])
            fitting = {number: (shares.get(number, 0.0), fit[1]) for number, fit in fitting.items()}
        best = max(fitting.values())
        fits = {number for number in group if fitting[number] == best}
        return {
            number: strength * (1.0 if number in fits or number not in group else OTHERWISE)
            for number, strength in strengths.items()
        }

    def _fit(self, number: int) -> tuple[float, int]:
        """How well a document's name fits the question's newest year, and its quarter, dates and other words."""
        names, periods = self._shelf.names[number], self._periods
        year = float(bool(periods.years) and max(periods.years) in names.periods.years)
        said = {name for count in (1, 2) for name in self._runs(count)}
        dates = sum(any(own.states(date) for own in names.periods.dates) for date in periods.dates)
        return year, len(periods.quarters & names.periods.quarters) + dates + len(said & names.whole)

    def _runs(self, count: int) -> Iterator[str]:
        for start in range(len(self._words) - count + 1):
            yield as_name([word.text for word in self._words[start : start + count]])

    def without(self, mentions: Sequence[Mention]) -> str:
        """The question without these words and its times; all of it if there are none."""
        if not mentions:
            return self._question
        spans = [(one.words[0].start, one.words[-1].end) for one in mentions if one.words] + list(self._periods.spans)
        kept = list(self._question)
        for start, end in spans:
            kept[start:end] = " " * (end - start)
        return " ".join("".join(kept).split())


def _phrase(words: Sequence[Word]) -> str:
    return " ".join(word.lower for word in words)


def _sum(mentions: Sequence[Mention]) -> dict[int, float]:
    total: Counter[int] = Counter()
    for mention in mentions:
        total.update(mention.strengths)  # type: ignore[arg-type]  # a Counter adds floats as well
    return {number: min(1.0, strength) for number, strength in total.items()}

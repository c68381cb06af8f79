"""Which documents a question names, and which of its words only say where to look.

"In the PepsiCo filing", "Best Buy's margins", "JnJ", "my lease", "the receipt of 9 March". A name counts as far as it
is the documents' own: by the share of their chunks that hold it, beside that of the others.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lamplight.library.records import Document
from lamplight.rag.mentions import Mention, starts_of, strengths_of
from lamplight.rag.names import INITIALS, LONGEST_RUN, Word, as_name, shelf_of, words_of
from lamplight.rag.periods import periods_of, spellings
from lamplight.rag.query import stop_words_of

COMMON = 0.3  # of the documents: what stands in more of their names names none of them by itself
MOST = 0.5  # of the documents: what names more of them tells nothing
PRIOR_CHUNKS = 5  # added to a document's length: a receipt that says a word once is not all about it
PRIOR_HITS = 2  # chunks that hold a name: so many say it half as surely as can be, in a document that is not short
SHORT = 30  # chunks of a scan: one with fewer is one paper, which says a name once
SLIGHT = 0.02  # of the chunks: a shortened name that so many of another document's hold is half as sure
ORDINARY = 0.1  # of the chunks: a word written small that so many of another document's hold is no name
ALIKE = 0.5  # of the largest share: documents above it are meant together
CERTAIN = 0.7  # strength from which a document is clearly named
OTHERWISE = 0.5  # of the strength, for a document of the same name that is of another time or kind
ELSEWHERE = 0.2  # beside the share of a name's own documents, that of another where it is no name any more

STOP = re.compile(r"[.?!:;,]\s")
OPENING = re.compile(r"[.?!:]\s+$|\($")  # a follow-up has the question before it in brackets

Holding = Callable[[Sequence[str]], Mapping[int, int]]
"""How many chunks of each document hold any of some phrases."""


@dataclass(frozen=True, slots=True)
class Named:
    """Ids of the documents that a question clearly names, and the words, in lower case, that name them.

    `strengths`, from 0 to 1, also holds those that it may mean. `what` is the question without the names and times
    that only say where to look; the whole question when nothing is named. `asked` still has those that stand in the
    text, beside which the answer may stand; only names of files and titles are gone. `timed` is the same
    with the times, which name rows and columns of tables. `starts` are the characters where each of the documents is
    first named. `shared` are those of the words that name several documents alike: it may be what these are.
    """

    documents: frozenset[int]
    words: frozenset[str]
    strengths: Mapping[int, float] = field(default_factory=dict)
    what: str = ""
    asked: str = ""
    timed: str = ""
    starts: Mapping[int, int] = field(default_factory=dict)
    shared: frozenset[str] = frozenset()


def named_documents(question: str, documents: Sequence[Document], holding: Holding = lambda _: {}) -> Named:
    """By their names as people write them; when there is none, by what stands in their text and in no other's."""
    naming = _Naming(question, documents, holding)
    titles = naming.by_name()
    surely = [mention for mention in titles if mention.strength >= CERTAIN]
    mentions = titles if surely else titles + naming.by_text(titles)
    strengths = strengths_of(mentions)
    if not strengths or max(len(mention.strengths) for mention in mentions) > max(1, MOST * len(documents)):
        return Named(frozenset(), frozenset(), {}, question, question, question)
    said = [mention for mention in mentions if mention.strength >= CERTAIN]
    certain = frozenset(number for one in said for number, strength in one.strengths.items() if strength >= CERTAIN)
    words = frozenset(word.lower for mention in said for word in mention.words)
    asked = naming.without(surely) if surely else question
    timed = naming.without(surely, timed=True) if surely else question
    alike = [one for one in said if len(one.strengths) > 1 and len(set(one.strengths.values())) == 1]
    shared = frozenset(word.lower for mention in alike for word in mention.words)
    return Named(certain, words, strengths, naming.without(said), asked, timed, starts_of(said, certain), shared)


class _Naming:
    """One question over one set of documents."""

    def __init__(self, question: str, documents: Sequence[Document], holding: Holding) -> None:
        self._question = question
        self._words = words_of(question)
        self._chunks = {document.id: document.chunks for document in documents}
        self._scans = {document.id for document in documents if 0 < document.pages <= document.ocr_pages}
        self._shelf = shelf_of(tuple((document.id, document.name, document.title) for document in documents))
        self._most = max(1, COMMON * len(documents))
        self._too_many = max(1, MOST * len(documents))
        inside = {document.id for document in documents}
        # What the library holds elsewhere is not what is asked about.
        self._holding: Holding = lambda phrases: {
            number: chunks for number, chunks in holding(phrases).items() if number in inside
        }
        self._periods = periods_of(question)
        self._stop_words = stop_words_of(question)

    def by_name(self) -> list[Mention]:
        """Whole names of files, the longest runs that are a name, then words that are one shortened or misspelt."""
        found: list[Mention] = []
        left = dict(enumerate(self._words))
        for start, end, documents in self._shelf.files_in(self._question):
            inside = [index for index, word in left.items() if start <= word.start < end]
            if inside:
                found.append(Mention([left.pop(index) for index in inside], dict.fromkeys(documents, 1.0)))
        for count in range(LONGEST_RUN, 0, -1):
            for start in range(len(self._words) - count + 1):
                run = [left[index] for index in range(start, start + count) if index in left]
                name = as_name([word.text for word in run], self._stop_words) if len(run) == count else ""
                if not name:
                    continue
                # "best buys revenue": many leave the apostrophe out.
                documents = self._shelf.whole.get(name) or self._shelf.whole.get(name.removesuffix("s"), frozenset())
                if 0 < len(documents) <= self._most:
                    found.append(self._mention(run, documents, own=1.0))
                    for index in range(start, start + count):
                        del left[index]
        for index, word in left.items():
            if word.lower not in self._stop_words:
                found += self._inexact(word, left.get(index + 1))
        return [Mention(mention.words, self._narrowed(mention.strengths)) for mention in found]

    def _inexact(self, word: Word, after: Word | None) -> Iterator[Mention]:
        """By initials, the beginning of a name, a blend, or one letter; `after` is the next word unless it is named."""
        if 0 < len(documents := self._shelf.short_for(word)) <= self._most:
            yield self._mention([word], documents)
            return
        if 0 < len(documents := self._shelf.beginning(word)) <= self._most:
            mention = self._mention([word], documents)
            yield self._otherwise(mention) if after and self._goes_on(word, after, documents) else mention
            return
        documents = self._blended(word) or self._misspelt(word)
        if documents:
            yield self._mention([word], documents)

    def _goes_on(self, word: Word, after: Word, documents: frozenset[int]) -> bool:
        """Whether two words are a name that the documents don't say: American Water is not American Express."""
        together = after.is_capital and self._question[word.start : after.start] == f"{word.text} "
        timed = any(start <= after.start < end for start, end in self._periods.spans)
        return together and not timed and documents.isdisjoint(self._holding([_phrase([word, after])]))

    def _otherwise(self, mention: Mention) -> Mention:
        return Mention(mention.words, {number: OTHERWISE * one for number, one in mention.strengths.items()})

    def _misspelt(self, word: Word) -> frozenset[int]:
        """A word that stands in any text is not misspelt."""
        documents = self._shelf.misspelt(word)
        return frozenset() if documents and self._holding([word.lower]) else documents

    def _blended(self, word: Word) -> frozenset[int]:
        """AMEX, if a document says "American Express"."""
        found: set[int] = set()
        for phrase, documents in self._shelf.blended(word):
            if len(documents) <= self._most:
                found |= documents & set(self._holding([phrase]))
        return frozenset(found)

    def _mention(self, words: Sequence[Word], documents: frozenset[int], own: float = 0.0) -> Mention:
        """As sure as the words are rarer in all other documents; `own` is the least share that is their own."""
        shares = self._shares(self._holding([_phrase(words)]))
        other = max((share for number, share in shares.items() if number not in documents), default=0.0)
        if own and not any(word.is_capital for word in words):
            return Mention(words, dict.fromkeys(documents, max(0.0, 1 - other / ORDINARY)))
        most = {number: max(own, shares.get(number, 0.0) + SLIGHT) for number in documents}
        return Mention(words, {number: max(0.0, 1 - other / most[number]) for number in documents})

    def _shares(self, held: Mapping[int, int]) -> dict[int, float]:
        return {number: count / (self._chunks.get(number, 0) + PRIOR_CHUNKS) for number, count in held.items()}

    def by_text(self, known: Sequence[Mention]) -> list[Mention]:
        """Capitalised words, and whole dates, that stand in a few documents and hardly in others.

        A date counts where a name stands too; it is less sure when there is no such document: one of them is misread.
        """
        taken = {word.start for mention in known for word in mention.words}
        names = [mention for run in self._capitals(taken) for mention in self._longest_held(run)]
        dates = [mention for date in self._periods.dates for mention in self._concentrated([], spellings(date), 0)]
        named = {number for mention in names for number in mention.strengths}
        both = {number for mention in dates for number in mention.strengths} & named
        if not names:
            return dates
        narrowed = names if not both else [self._mostly(one, both) for one in names]  # of a shop's receipts that day's
        return narrowed + [self._mostly(date, both) for date in dates]

    def _mostly(self, mention: Mention, documents: set[int]) -> Mention:
        """Less sure of all but these documents."""
        strengths = {n: one if n in documents else OTHERWISE * one for n, one in mention.strengths.items()}
        return Mention(mention.words, strengths)

    def _capitals(self, taken: set[int]) -> list[list[Word]]:
        """Runs of capitalised words; the first of a sentence is one only before another or all in capitals."""
        runs: list[list[Word]] = [[]]
        for word in self._words:
            timed = any(start <= word.start < end for start, end in self._periods.spans)
            if timed or not word.is_capital or word.start in taken:
                runs.append([])
                continue
            if runs[-1] and STOP.search(self._question[runs[-1][-1].end : word.start]):
                runs.append([])
            runs[-1].append(word)
        return [named for run in runs if run and (named := self._without_opening(run))]

    def _without_opening(self, run: list[Word]) -> list[Word]:
        first = run[0]
        opens = not first.start or OPENING.search(self._question[: first.start])
        ordinary = first.lower in self._stop_words or (len(run) == 1 and not first.text.isupper())
        return run[1:] if opens and ordinary else run

    def _longest_held(self, run: Sequence[Word]) -> list[Mention]:
        """Mentions of the longest parts of a run that any text holds."""
        for count in range(min(len(run), LONGEST_RUN + 1), 0, -1):
            parts = [run[start : start + count] for start in range(len(run) - count + 1)]
            telling = [part for part in parts if any(len(word.text) > 1 and not word.text.isdigit() for word in part)]
            found = [mention for part in telling for mention in self._concentrated(part, _phrases(part))]
            if found:
                return found
        return []

    def _concentrated(self, words: Sequence[Word], phrases: Sequence[str], prior: int = PRIOR_HITS) -> list[Mention]:
        """The documents that hold one of some phrases in much more of their chunks than others, if there are such.

        A whole date is sure at once (`prior` 0): it stands in a letter only once.
        """
        held = self._holding(phrases)
        shares = self._shares(held)
        most = max(shares.values(), default=0.0)
        group = {number for number, share in shares.items() if share >= ALIKE * most}
        rest = max((share for number, share in shares.items() if number not in group), default=0.0)
        sure = max(0.0, 1 - rest / (ELSEWHERE * most)) * min(1.0, most / SLIGHT) if group else 0.0
        if len(group) > self._too_many:
            group = self._fitting(group)
        if not sure or len(group) > self._too_many:
            return []
        strengths = {number: sure * held[number] / (held[number] + prior * self._length(number)) for number in group}
        return [Mention(words, self._narrowed(strengths))]

    def _length(self, number: int) -> float:
        """From 0 to 1: of a scan or photo beside one of many pages; 1 for all else."""
        return min(1.0, self._chunks.get(number, 0) / SHORT) if number in self._scans else 1.0

    def _narrowed(self, strengths: Mapping[int, float]) -> dict[int, float]:
        """Of several documents that fit alike, those of the time and kind that the question speaks of."""
        top = max(strengths.values(), default=0.0)
        group = {number for number, strength in strengths.items() if strength >= CERTAIN * top}
        others = group - self._fitting(group)
        return {number: strength * (OTHERWISE if number in others else 1.0) for number, strength in strengths.items()}

    def _fitting(self, group: set[int]) -> set[int]:
        """By the newest year in the question, in their names or else in their text; then by the rest of the name."""
        if len(group) < 2:
            return group
        year = max(self._periods.years, default=0)
        dated = {number for number in group if year in self._shelf.names[number].periods.years}
        if year and not dated:
            shares = self._shares(self._holding([str(year)]))
            most = max(shares.get(number, 0.0) for number in group)
            dated = {number for number in group if shares.get(number, 0.0) >= ALIKE * most}
        fits = {number: self._fit(number) for number in dated or group}
        return {number for number, fit in fits.items() if fit == max(fits.values())}

    def _fit(self, number: int) -> int:
        """How many quarters, dates and other words of the question a document's name has."""
        names, periods = self._shelf.names[number], self._periods
        said = {name for count in (1, 2) for name in self._runs(count)}
        dates = sum(any(own.states(date) for own in names.periods.dates) for date in periods.dates)
        return len(periods.quarters & names.periods.quarters) + dates + len(said & names.whole)

    def _runs(self, count: int) -> Iterator[str]:
        for start in range(len(self._words) - count + 1):
            yield "".join(word.lower for word in self._words[start : start + count])

    def without(self, mentions: Sequence[Mention], *, timed: bool = False) -> str:
        """The question without these words and, unless it stays `timed`, its times; all of it if there are none."""
        if not mentions:
            return self._question
        spans = [(one.words[0].start, one.words[-1].end) for one in mentions if one.words]
        spans += [] if timed else list(self._periods.spans)
        kept = list(self._question)
        for start, end in spans:
            kept[start:end] = " " * (end - start)
        return " ".join("".join(kept).split())


def _phrase(words: Sequence[Word]) -> str:
    return " ".join(word.lower for word in words)


def _phrases(words: Sequence[Word]) -> list[str]:
    """As asked, and with initials letter by letter, as the index has "D.I.Y."."""
    asked = _phrase(words)
    spelt = " ".join(" ".join(word.lower) if INITIALS.fullmatch(word.text) else word.lower for word in words)
    return [asked] if spelt == asked else [asked, spelt]

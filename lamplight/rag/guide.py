"""A source guide for each document, made while nobody asks: what it says, its figures, dates, names and outline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from lamplight.library.records import Guide, GuideLine, Passage
from lamplight.library.store import Library
from lamplight.models.loading import Models
from lamplight.rag.finding import Finder
from lamplight.rag.lexicon.dates import dates_of
from lamplight.rag.lexicon.english import names_of
from lamplight.rag.lexicon.quantities import quantities_of
from lamplight.rag.outline import Headings, sections_of
from lamplight.rag.paper_fields import paper_fields
from lamplight.rag.requests.request import Materials
from lamplight.rag.sentences import Sentence, units_of
from lamplight.rag.suggestions import SuggestionBuilder, Suggestions
from lamplight.rag.summarisation import most_central, shares_of, summarised

LINES = 3
OF_EACH = 4  # figures, dates, names
HEADINGS = 10
QUESTIONS = 3
LOOKED_AT = 24  # chunks in which figures and dates are looked for, the most central ones
NAMED_IN = 200  # chunks whose names are counted
SHORTEST_NAME = 4  # letters
LEAST_SAID = 12  # letters beside a date
LONGEST = 160  # letters of a line


class GuideBuilder:
    """Makes the guides of a library that are missing. Not for use by two threads."""

    def __init__(self, library: Library, models: Models) -> None:
        self._library, self._models = library, models
        self._asking = SuggestionBuilder(library, models)
        self._materials = Materials(library, models, Finder(library, models), Suggestions(library))

    def make_missing(self, stopped: Callable[[], bool]) -> None:
        """One after the other, newest first, until `stopped` says so; none before the embedder is loaded."""
        if not self._models.ready:
            return
        for document_id in self._library.guides.missing():
            if stopped():
                return
            self.make(document_id)

    def make(self, document_id: int) -> Guide | None:
        """The guide of a document, which is kept; None if it is gone. Raises `LibraryError` and `WeightsError`."""
        document = self._library.documents.get(document_id)
        if document is None:
            return None
        chunks = self._library.passages.of(document_id)
        vectors = self._library.vectors.of([chunk.id for chunk in chunks], self._models.embedder)
        sections = sections_of(chunks)
        found = summarised(sections, vectors, self._models.embedder, shares_of(sections, LINES))
        units = [unit for chunk in most_central(chunks, vectors, LOOKED_AT) for unit in units_of(chunk)]
        guide = Guide(
            lines=[_line(sentence) for sentences in found for sentence in sentences],
            figures=_first([unit for unit in units if _has_figure(unit.text)]),
            dates=_first([unit for unit in units if _has_date(unit.text)]),
            names=list(_names(chunks)),
            outline=_outline(chunks),
            questions=self._asking.questions(document, QUESTIONS),
            paper=paper_fields(document, self._materials),
        )
        self._library.guides.keep(document_id, guide)
        return guide


def _line(unit: Sentence) -> GuideLine:
    text = " ".join(unit.text.split())
    shortened = text if len(text) <= LONGEST else f"{text[:LONGEST].rsplit(' ', 1)[0]}…"
    return GuideLine(shortened, unit.passage.page)


def _first(units: Sequence[Sentence]) -> list[GuideLine]:
    """Of each chunk one, so that they don't all speak of the same; in reading order."""
    each = {unit.passage.id: unit for unit in reversed(units)}
    chosen = [each[number] for number in dict.fromkeys(unit.passage.id for unit in units)][:OF_EACH]
    return [_line(unit) for unit in sorted(chosen, key=lambda unit: unit.passage.id)]


def _has_figure(text: str) -> bool:
    return any(quantity.currency or quantity.percent for quantity in quantities_of(text))


def _has_date(text: str) -> bool:
    """A whole date with something that is said of it."""
    dates = [date for date in dates_of(text) if date.day and date.year]
    rest = len(text) - sum(date.end - date.start for date in dates)
    return bool(dates) and rest >= LEAST_SAID


def _names(chunks: Sequence[Passage]) -> Iterator[GuideLine]:
    """The names that stand in the most chunks, each with the first page that has it."""
    counts: Counter[str] = Counter()
    pages: dict[str, int] = {}
    for chunk in chunks[:NAMED_IN]:
        content = " ".join(unit.text for unit in units_of(chunk))
        for name in {name for name in names_of(content) if len(name) >= SHORTEST_NAME}:
            counts[name] += 1
            pages.setdefault(name, chunk.page)
    for name, _ in counts.most_common(OF_EACH):
        yield GuideLine(name, pages[name])


def _outline(chunks: Sequence[Passage]) -> list[GuideLine]:
    titled = [GuideLine(section.title, section.page) for section in sections_of(chunks) if section.title]
    if len(titled) > 1 or not chunks:
        return titled
    inside = [one for one in Headings(chunks).all() if one[1] > chunks[0].page]  # the first page is a cover
    return [GuideLine(*one) for one in inside[:HEADINGS]]

"""The list that a request means, of those in the documents that were found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from lamplight.library.records import Passage
from lamplight.library.store import Library
from lamplight.models.embedder import Vectors
from lamplight.models.loading import Models
from lamplight.rag.extraction import AnswerLine, asking, read_lines
from lamplight.rag.lists.candidates import SentenceKey, candidates_of, key_of
from lamplight.rag.lists.features import Asked, Measures, measures_of, relative
from lamplight.rag.lists.parts import LaidOutSentence, TitledItems, asked_words, held_in, lines_of
from lamplight.rag.request_language import is_english
from lamplight.rag.retriever import Search

FOUND = 12  # passages, whose documents are looked at
DOCUMENTS = 2  # the best of them
SHORT = 40  # passages: such a document is looked at whole
NEAR = 2  # passages before and behind those found, of a longer one
READ = 28  # passages at most
LIKELIEST = 3
COMPARED = 10  # of which these are
FAR_LIKELIER = 10  # times: the best of them stands alone beside one so much less likely


@dataclass(frozen=True, slots=True)
class Candidates:
    """Lists with what is measured of them, (lists, measures)."""

    lists: list[TitledItems]
    measures: Measures


@dataclass(frozen=True, slots=True)
class RankedList:
    """One of the likeliest lists, and how likely it is; `together` with those that are the same by another name."""

    found: TitledItems
    probability: float
    together: float


def several_asked(question: str, vector: Vectors, models: Models) -> float:
    """Log-odds that several things are asked for, by the embedders that know the question's language.

    `vector` is the question's by the embedder for English.
    """
    ranker, multilingual = models.list_ranker, models.prepared_multilingual
    fits = multilingual is not None and multilingual.name == ranker.multilingual_embedder
    other = multilingual.encode_queries([question])[0] if multilingual is not None and fits else None
    return ranker.several(vector if other is None or is_english(question) else None, other)


class CandidateLists:
    """Of one search, the lists of the best documents. `wanted` is what the request calls the items."""

    def __init__(self, search: Search, wanted: str, library: Library, models: Models) -> None:
        self._search, self._wanted, self._library, self._models = search, wanted, library, models

    @cached_property
    def several(self) -> float:
        """Log-odds that several things are asked for."""
        return several_asked(self._search.query.text, self._search.vector, self._models)

    def ranked(self) -> list[RankedList]:
        """The likeliest few, best first, of which none has most of its items in one before it.

        Empty where there is nothing to choose from.
        """
        ranker = self._models.list_ranker
        if ranker.embedder != self._models.embedder.name:
            return []
        candidates = self.candidates()
        if not candidates.lists:
            return []
        chances = ranker.probabilities(candidates.measures, self.several)
        held = [frozenset(map(key_of, one.items)) for one in candidates.lists]
        kept: list[RankedList] = []
        told: list[frozenset[SentenceKey]] = []
        for likely in map(int, chances.argsort()[::-1][:COMPARED]):
            place = self._whole(likely, candidates.lists, held)
            twins = _twins(place, candidates.lists, held)
            found, keys = candidates.lists[twins[0]], held[twins[0]]
            if not any(len(keys & others) * 2 > len(keys) for others in told):
                told += [held[twin] for twin in twins]
                same = {place for place, others in enumerate(held) if others in [held[twin] for twin in twins]}
                probability = sum(float(chances[twin]) for twin in twins)
                kept.append(RankedList(found, probability, sum(float(chances[other]) for other in same)))
        return [one for one in kept[:LIKELIEST] if one.together * FAR_LIKELIER >= kept[0].together]

    def _whole(self, place: int, lists: Sequence[TitledItems], held: Sequence[frozenset[SentenceKey]]) -> int:
        """A list's place; for rows of a table that no word of the question sets apart, that of the whole table."""
        if is_asked(lists[place], self._search.query.text):
            return place
        return next(
            (other for other, one in enumerate(lists) if one.kind == "column" and held[place] < held[other]), place
        )

    def candidates(self) -> Candidates:
        """All lists and the likeliest sentences."""
        chunks = self._chunks()
        places = {passage.id: place for place, passage in enumerate(self._search.found)}
        nearest = sorted(chunks, key=lambda chunk: places.get(chunk.id, len(places)))[:READ]
        lists: list[TitledItems] = []
        measures: list[Measures] = []
        for unread in (False, True):
            own = [chunk for chunk in chunks if (chunk.document_id in self._search.unread) is unread]
            if own:
                ids = {chunk.id for chunk in own}
                read = self._read([chunk for chunk in nearest if chunk.id in ids], unread)
                made = [part for lines in _by_document(own) for part in candidates_of(lines, self._wanted, read)]
                if made:
                    lists += made
                    measures.append(self._measures(made, read, places, unread))
        return Candidates(lists, relative(np.concatenate(measures)) if lists else np.zeros((0, 0), np.float32))

    def _chunks(self) -> list[Passage]:
        """Of the best documents, of long ones those near to what was found."""
        found = self._search.found[:FOUND]
        chunks: list[Passage] = []
        for document in list(dict.fromkeys(passage.document_id for passage in found))[:DOCUMENTS]:
            own = self._library.passages.of(document)
            if len(own) > SHORT:
                ids = {passage.id for passage in found}
                near = [place for place, chunk in enumerate(own) if chunk.id in ids]
                own = [chunk for place, chunk in enumerate(own) if any(abs(place - one) <= NEAR for one in near)]
            chunks += own
        return chunks

    def _read(self, passages: Sequence[Passage], unread: bool) -> dict[SentenceKey, AnswerLine]:
        if not passages:
            return {}
        reader = self._models.multilingual_reader if unread else self._models.reader
        read = read_lines(reader, self._search.query.text, self._search.asked, passages)
        return {key_of(line.sentence): line for lines in read for line in lines}

    def _measures(
        self,
        lists: Sequence[TitledItems],
        read: Mapping[SentenceKey, AnswerLine],
        places: Mapping[int, int],
        unread: bool,
    ) -> Measures:
        question, multilingual = self._search.query.text, self._models.multilingual if unread else None
        reader = self._models.multilingual_reader if unread else self._models.reader
        embedder = multilingual or self._models.embedder
        asked = Asked(
            question,
            asking(self._search.asked, question),
            embedder.encode_queries([question])[0] if multilingual else self._search.vector,
            self._search.weights,
            places,
            {passage.id: passage.score for passage in self._search.found},
        )
        return measures_of(asked, lists, read, reader, embedder, multilingual is not None)


def _twins(place: int, lists: Sequence[TitledItems], held: Sequence[frozenset[SentenceKey]]) -> list[int]:
    """A list and those that say the same under the same title elsewhere, longest first: reports say things twice."""
    own = {item.text for item in lists[place].items}
    alike = [
        other
        for other, one in enumerate(lists)
        if one.kind == lists[place].kind == "announced"
        and one.title == lists[place].title
        and held[other].isdisjoint(held[place])
        and len(own & (texts := {item.text for item in one.items})) * 2 > min(len(own), len(texts))
    ]
    return sorted([place, *alike], key=lambda one: -len(lists[one].items))


def is_asked(found: TitledItems, question: str) -> bool:
    """Of the rows of which a cell says the same, whether a word of the question is in it; of others yes."""
    said = found.title.partition(": ")[2]
    return found.kind != "filter" or any(held_in(asked_words(said), question))


def _by_document(chunks: Sequence[Passage]) -> list[list[LaidOutSentence]]:
    documents = dict.fromkeys(chunk.document_id for chunk in chunks)
    return [lines_of([chunk for chunk in chunks if chunk.document_id == document]) for document in documents]

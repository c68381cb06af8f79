"""A set's library, its questions asked as a person would, and what became of each."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.atoms import length
from bench.judging import states
from bench.measuring import Measures, progress, rate
from bench.questions import BRIEF, Question
from bench.shown import shown, without_markers
from lamplight.ingest.pipeline import index_file
from lamplight.library.store import Library
from lamplight.models.loading import Models
from lamplight.rag.answerer import Answerer
from lamplight.rag.events import Evidence, Finished
from lamplight.rag.finding import RETRIEVED, Finder
from lamplight.rag.retriever import EVERYWHERE, Scope
from lamplight.scheduling import CancelToken

DEPTHS = (1, 5, 10, 20)  # pages
Page = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a person got to see. `ranking` are the pages found, best first; `first` is the best passage's text."""

    question: Question
    answer: str
    line: str
    text: str
    refused: bool
    unsure: bool  # several lines are shown, as none is surely the answer
    short: bool  # computed, or a short answer, not a line of a document
    place: Page | None
    ranking: list[Page]
    first: str
    cited: frozenset[str]
    seconds: float

    @property
    def right(self) -> bool:
        """Whether what is shown as the answer holds it."""
        return not self.refused and states(self.answer, self.question.answers, self.question.text)

    @property
    def right_in_document(self) -> bool:
        """Right, and shown from a document that says so: common words stand elsewhere by chance."""
        return self.right and self.place is not None and self.place[0] in self.question.documents

    @property
    def right_and_brief(self) -> bool:
        """Right, and little else is said: in a whole row of a table a number may stand by chance."""
        return self.right and length(self.answer) <= BRIEF

    @property
    def line_right(self) -> bool:
        """Whether a line that is quoted holds the answer."""
        return not self.refused and states(self.line, self.question.answers, self.question.text)

    @property
    def contains(self) -> bool:
        """Whether the answer stands anywhere in what was said."""
        return not self.refused and states(self.text, self.question.answers, self.question.text)

    @property
    def document_first(self) -> bool:
        """Whether the best passage is of a document that answers."""
        return bool(self.ranking) and self.ranking[0][0] in self.question.documents

    @property
    def total_in_first(self) -> bool:
        """Whether the answer stands in the best passage, letter for letter: what was measured before."""
        return any(isinstance(one, str) and _bare(one) in _bare(self.first) for one in self.question.answers)

    def hit_at(self, depth: int) -> bool:
        """Whether one of the gold pages is among the first so many distinct pages."""
        return any(
            name in self.question.documents and page in self.question.pages for name, page in self.ranking[:depth]
        )


@contextmanager
def library_of(folder: Path, files: Sequence[Path], models: Models) -> Iterator[Library]:
    """A library that holds the files; those it holds already are not read again. A file that fails is said."""
    with Library(folder, "bench") as library:
        for number, path in enumerate(files, start=1):
            result = index_file(path, library, models)
            if result.status == "failed":
                progress(f"{path.name}: {result.error}")
            elif result.status == "added" and (result.seconds > 5 or number % 50 == 0):
                progress(f"{number} of {len(files)}: {path.name} ({result.pages} pages, {result.seconds:.0f} s)")
        if models.multilingual is not None:
            library.vectors.fill(models.multilingual, lambda: False)  # as in idle time
        yield library


def ask(answerer: Answerer, question: str, scope: Scope = EVERYWHERE, without_model: bool = False) -> Finished:
    """The end of an answer; without the model it is what stands there before the model has read anything."""
    stop, shown = CancelToken(), 0
    for event in answerer.answer(question, stop=stop, scope=scope):
        shown += isinstance(event, Evidence)
        if without_model and shown > 1:  # what was found, then what was read of it: now the model would begin
            stop.cancel()
        if isinstance(event, Finished):
            return event
    raise AssertionError("an answer without an end")


def outcomes(
    library: Library,
    models: Models,
    questions: Sequence[Question],
    told: Callable[[Outcome], object],
    without_model: bool = False,
) -> list[Outcome]:
    """Each question asked, and told as soon as it is answered."""
    answerer, finder = Answerer(library, models), Finder(library, models)
    ids = {document.name: document.id for document in library.documents.all()}
    made: list[Outcome] = []
    for number, question in enumerate(questions, start=1):
        scope = Scope(documents=frozenset(ids[name] for name in question.documents)) if question.scoped else EVERYWHERE
        started = time.perf_counter()
        finished = ask(answerer, question.text, scope, without_model)
        seconds = time.perf_counter() - started
        if question.pages:  # more than are shown; that costs another search
            ranking = _ranking(finder, question.text, scope)
        else:
            ranking = list(dict.fromkeys((passage.document, passage.page) for passage in finished.passages))
        made.append(_outcome(question, finished, ranking, seconds))
        told(made[-1])
        if number % 10 == 0:
            progress(f"{number} of {len(questions)}: {sum(one.right for one in made)} right")
    return made


def _ranking(finder: Finder, text: str, scope: Scope) -> list[Page]:
    selection = finder.select(text, RETRIEVED, scope)
    return list(dict.fromkeys((passage.document, passage.page) for passage in selection.passages))


def _outcome(question: Question, finished: Finished, ranking: list[Page], seconds: float) -> Outcome:
    answer, line = shown(finished)
    quote = finished.quote or next(iter(finished.citations), None)
    return Outcome(
        question,
        answer,
        line,
        "" if finished.refused else without_markers(finished.answer),
        finished.refused,
        finished.unsure,
        bool(finished.sql or finished.short) and not finished.refused,
        (quote.document, quote.page) if quote is not None else None,
        ranking,
        finished.passages[0].text if finished.passages else "",
        frozenset(citation.document for citation in finished.citations),
        round(seconds, 2),
    )


def _bare(text: str) -> str:
    return re.sub(r"[^a-z0-9.]", "", text.lower())


def transcript(name: str, outcome: Outcome) -> str:
    """A line of JSON for a person to look at."""
    question = outcome.question
    return json.dumps(
        {
            "set": name,
            "kind": question.kind,
            "question": question.text,
            "gold": question.answers,
            "answer": outcome.answer,
            "line": outcome.line,
            "text": outcome.text,
            "right": outcome.right,
            "brief": outcome.right_and_brief,
            "line_right": outcome.line_right,
            "refused": outcome.refused,
            "unsure": outcome.unsure,
            "short": outcome.short,
            "place": outcome.place,
            "gold_documents": sorted(question.documents),
            "gold_pages": sorted(question.pages),
            "first": outcome.ranking[:3],
            "seconds": outcome.seconds,
        },
        ensure_ascii=False,
    )


def measured(name: str, asked: Sequence[Outcome]) -> Measures:
    """The rates of a set, each with its interval, under names that begin with the set's."""
    answerable = [one for one in asked if one.question.answers]
    silent = [one for one in asked if not one.question.answers]
    placed = [one for one in answerable if one.question.documents and not one.question.scoped]
    paged = [one for one in answerable if one.question.pages]
    measures: Measures = {f"{name}_questions": len(asked)}
    measures |= rate(f"{name}_answer_right", [one.right for one in answerable])
    measures |= rate(f"{name}_answer_right_brief", [one.right_and_brief for one in answerable])
    measures |= rate(f"{name}_answer_contains", [one.contains for one in answerable])
    measures |= rate(f"{name}_line_right", [one.line_right for one in answerable])
    measures |= rate(f"{name}_refused", [one.refused for one in answerable])
    measures |= rate(f"{name}_wrong", [not one.right and not one.refused for one in answerable])
    measures |= rate(f"{name}_unsure", [one.unsure for one in answerable])
    said = [one for one in asked if not one.refused and not one.unsure]
    measures |= rate(f"{name}_right_of_sure", [one.right for one in said])
    measures |= rate(f"{name}_false_answer", [not one.refused for one in silent])
    measures |= rate(f"{name}_false_and_sure", [not one.refused and not one.unsure for one in silent])
    measures |= rate(f"{name}_right_in_document", [one.right_in_document for one in placed])
    measures |= rate(f"{name}_document_first", [one.document_first for one in placed])
    for depth in DEPTHS:
        measures |= rate(f"{name}_page_hit_at_{depth}", [one.hit_at(depth) for one in paged])
    kinds = sorted({one.question.kind for one in answerable if one.question.kind})
    for kind in kinds:
        measures |= rate(f"{name}_{kind}_right", [one.right for one in answerable if one.question.kind == kind])
    return measures

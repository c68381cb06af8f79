"""A question's way out: search, evidence, generation, grounding, as one stream of events."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

from library.records import Message
from library.store import Library
from models.language_model import ChatMessage, LanguageModel, Piece, Prefill, Usage
from models.loading import Models
from rag.conversation import standalone_query
from rag.events import (
    Citation,
    Event,
    Evidence,
    Finished,
    Grounded,
    Mode,
    Passage,
    Reading,
    Searching,
    Timings,
    Token,
)
from rag.grounding import GroundedAnswer, cite, ground, unit_note
from rag.passages import Selection, select_passages
from rag.retriever import Retriever
from rag.sentences import DIGIT, QUANTITY

READ = 3  # passages the model reads: on a CPU each costs a second, and 2 answer as well as 4
ANSWER_TOKENS = 200
LEAST_COSINE = 0.30  # below it nothing found is about the question
SURE_COSINE = 0.45  # from here on the words of the question need not stand in the passages
LEAST_COVERAGE = 0.5
CLAUSE = re.compile(r"[^.;!?\n]+[.;!?\n]")
SHORTEST_CLAUSE = 16  # letters: short ones ("in millions") may come twice
NOTHING_FOUND = "I found nothing about this in your documents."
EMPTY_LIBRARY = "Your library is empty. Add some documents or pictures, then ask again."
DOCUMENTS_PROMPT = (
    "You answer questions using only the passages the user gives. "
    "Answer in one or two short sentences. Copy numbers and names exactly."
)
KNOWLEDGE_PROMPT = "You are a helpful assistant. Answer briefly and truthfully. Use the passages where they help."


class Answerer:
    """Answers from one library. One answer at a time: the language model has one context."""

    def __init__(self, library: Library, models: Models) -> None:
        self._library = library
        self._models = models

    def answer(
        self,
        question: str,
        history: Sequence[Message] = (),
        mode: Mode = "documents",
        stop: threading.Event | None = None,
    ) -> Iterator[Event]:
        """Events up to `Finished`, which also comes after `stop` was set.

        Raises `LamplightError` when a model or the library fails.
        """
        stop = stop or threading.Event()
        started = time.perf_counter()
        query = standalone_query(question, history)
        documents = len(self._library.documents())
        yield Searching(query, documents)
        if documents == 0 and mode == "documents":
            yield from self._refuse(EMPTY_LIBRARY, [], Timings(total_ms=_ms(started)))
            return
        embedder = self._models.embedder
        selection = select_passages(Retriever(self._library, embedder), embedder, query)
        timings = Timings(search_ms=_ms(started), evidence_ms=_ms(started))
        related = is_related(selection)
        if not related and mode == "documents":
            yield Evidence([])
            yield from self._refuse(NOTHING_FOUND, [], replace(timings, total_ms=_ms(started)))
            return
        passages = selection.passages if related else []
        yield Evidence(passages)
        model = self._models.language_model
        yield from self._generate(model, question, passages, selection, mode, stop, started, timings)

    def _refuse(self, sentence: str, passages: list[Passage], timings: Timings) -> Iterator[Event]:
        yield Token(sentence)
        yield Finished(sentence, [], [], True, False, timings, "", passages)

    def _generate(
        self,
        model: LanguageModel,
        question: str,
        passages: list[Passage],
        selection: Selection,
        mode: Mode,
        stop: threading.Event,
        started: float,
        timings: Timings,
    ) -> Iterator[Event]:
        text, usage = "", Usage(0, 0, 0, 0, 0.0)

        def stopped() -> bool:
            return stop.is_set() or repeats(text)

        for event in model.generate(prompt(question, passages[:READ], mode), ANSWER_TOKENS, stopped):
            if isinstance(event, Prefill):
                yield Reading(event.done, event.total)
            elif isinstance(event, Piece):
                if not text:
                    timings = replace(timings, first_token_ms=_ms(started))
                text += event.text
                yield Token(event.text)
            else:
                usage = event
        grounded = finish(without_repeats(text), question, passages, selection, mode)
        yield Grounded(grounded.text, grounded.citations, grounded.unsupported)
        timings = replace(
            timings,
            total_ms=_ms(started),
            tokens_per_second=round(usage.generated_tokens / usage.decode_seconds, 1) if usage.decode_seconds else 0.0,
            context_tokens=usage.prompt_tokens,
            prefilled_tokens=usage.prefilled_tokens,
            reused_tokens=usage.reused_tokens,
        )
        yield Finished(
            grounded.text,
            grounded.citations,
            grounded.unsupported,
            False,
            stop.is_set(),
            timings,
            model.name,
            passages,
        )


def is_related(selection: Selection) -> bool:
    """Whether anything found is about the question at all; if not, an answer would be invented."""
    cosine = selection.best_cosine
    if cosine >= SURE_COSINE or selection.search.query.wants_picture:
        return bool(selection.passages)
    return cosine >= LEAST_COSINE and selection.coverage >= LEAST_COVERAGE


def prompt(question: str, passages: Sequence[Passage], mode: Mode) -> list[ChatMessage]:
    """The best passage stands last, next to the question: small models remember what they read last."""
    system = DOCUMENTS_PROMPT if mode == "documents" else KNOWLEDGE_PROMPT
    if not passages:
        return [ChatMessage("system", system), ChatMessage("user", question)]
    read = "\n\n".join(f"{passage.section}, page {passage.page}:\n{passage.text}" for passage in reversed(passages))
    return [
        ChatMessage("system", system),
        ChatMessage("user", f"Passages:\n\n{read}\n\nQuestion: {question}"),
    ]


def finish(text: str, question: str, passages: Sequence[Passage], selection: Selection, mode: Mode) -> GroundedAnswer:
    """The checked answer, with the passage's own words first where the model's say nothing that is stated."""
    grounded = ground(text, passages)
    wants_number = bool(QUANTITY.search(question))
    stated = [part for part in grounded.citations if not wants_number or DIGIT.search(part.text)]
    if stated or not passages or not selection.sentences:
        return grounded
    quote = quotation(selection, passages)
    if quote is None:
        return grounded
    note = unit_note(quote.text, passages[quote.marker - 1], quote.text)
    return GroundedAnswer(
        f"“{quote.text}”{note} [{quote.marker}] {grounded.text}".strip(),
        [quote, *grounded.citations],
        grounded.unsupported,
    )


def repeats(text: str) -> bool:
    """Whether a small model has begun to go round in circles."""
    return len(without_repeats(text)) < len(text)


def without_repeats(text: str) -> str:
    """`text` up to the first clause that was said before, list numbers aside."""
    said: set[str] = set()
    for match in CLAUSE.finditer(text):
        clause = re.sub(r"[\W\d]+", " ", match[0]).strip().lower()
        if len(clause) >= SHORTEST_CLAUSE and clause in said:
            return text[: match.start()].rstrip(" ;\n0123456789.)") + "."
        said.add(clause)
    return text


def quotation(selection: Selection, passages: Sequence[Passage]) -> Citation | None:
    """The sentence or row of the passages that the question is most about, word for word."""
    for ranked in selection.sentences:
        for passage in passages:
            chunk = ranked.sentence.chunk
            if (passage.document_id, passage.page, passage.text) == (
                chunk.document_id,
                chunk.page,
                chunk.text,
            ):
                return cite(passage, ranked.sentence)
    return None


def _ms(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)

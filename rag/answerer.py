"""A question's way out: search, evidence, generation, grounding, as one stream of events."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from library.records import Message
from library.store import Library
from models.language_model import ChatMessage, Piece, Prefill, Usage
from models.loading import Models
from models.precedence import ANSWERS
from rag.composition import Composed, compose, computed, quotation, repeats, without_repeats
from rag.computation import Computation, compute
from rag.context import trimmed, whole
from rag.conversation import standalone_query
from rag.events import Citation, Event, Evidence, Finished, Grounded, Mode, Passage, Reading, Searching, Timings, Token
from rag.grounding import ground
from rag.passages import Selection, select_passages
from rag.refusal import support
from rag.retriever import EVERYWHERE, Retriever, Scope

READ = 3  # passages the model reads: on a CPU each costs a second, and 2 answer as well as 4
PASSAGE_TOKENS = 260  # of each of them
ANSWER_TOKENS = 120
NOT_SAID = "Your documents don’t say. The nearest passages are shown above."
NOTHING_FOUND = "I found nothing about this in your documents."
EMPTY_LIBRARY = "Your library is empty. Add some documents or pictures, then ask again."
DOCUMENTS_PROMPT = (
    "You answer questions using only the passages the user gives. "
    "Answer in one or two short sentences. Copy numbers and names exactly."
)
KNOWLEDGE_PROMPT = "You are a helpful assistant. Answer briefly and truthfully. Use the passages where they help."


@dataclass(slots=True)
class _Turn:
    """One question on its way to an answer."""

    question: str
    query: str
    mode: Mode
    stop: threading.Event
    started: float = field(default_factory=time.perf_counter)
    timings: Timings = field(default_factory=Timings)

    def elapsed(self) -> float:
        """Milliseconds since the question."""
        return round((time.perf_counter() - self.started) * 1000, 1)

    def finished(
        self, answer: Composed, passages: list[Passage], *, refused: bool = False, model: str = "", sql: str = ""
    ) -> Finished:
        timings = replace(self.timings, total_ms=self.elapsed())
        stopped = self.stop.is_set()
        return Finished(
            answer.text, answer.citations, answer.unsupported, refused, stopped, timings, model, passages, sql
        )


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
        scope: Scope = EVERYWHERE,
    ) -> Iterator[Event]:
        """Events up to `Finished`, which also comes after `stop` was set.

        Raises `LamplightError` when a model or the library fails. Indexing waits meanwhile.
        """
        turn = _Turn(question, standalone_query(question, history), mode, stop or threading.Event())
        with ANSWERS:
            yield from self._answer(turn, scope)

    def _answer(self, turn: _Turn, scope: Scope) -> Iterator[Event]:
        documents = len(self._library.documents())
        yield Searching(turn.query, documents)
        if documents == 0 and turn.mode == "documents":
            yield from self._refuse(turn, EMPTY_LIBRARY, [])
            return
        embedder = self._models.embedder
        selection = select_passages(Retriever(self._library, embedder), embedder, turn.query, scope=scope)
        computation = self._compute(turn.query, selection)
        turn.timings = Timings(search_ms=turn.elapsed(), evidence_ms=turn.elapsed())
        if computation is not None:
            yield from self._tell(turn, computation, selection.passages)
        elif support(selection) >= 0:
            passages = [whole(passage, self._library) for passage in selection.passages]
            quote = quotation(selection, passages)
            turn.timings = replace(turn.timings, evidence_ms=turn.elapsed())
            yield Evidence(passages, quote)
            yield from self._generate(turn, passages, quote, selection.search.weights)
        elif turn.mode == "documents":
            yield Evidence(selection.passages)
            yield from self._refuse(turn, NOT_SAID if selection.passages else NOTHING_FOUND, selection.passages)
        else:
            yield Evidence([])
            yield from self._generate(turn, [], None, {})

    def _refuse(self, turn: _Turn, sentence: str, passages: list[Passage]) -> Iterator[Event]:
        yield Token(sentence)
        yield turn.finished(Composed(sentence, [], []), passages, refused=True)

    def _compute(self, query: str, selection: Selection) -> Computation | None:
        """Over the tables of the documents that were found: a number that stands in no single passage."""
        found = list(dict.fromkeys(passage.document_id for passage in selection.passages))
        names = {passage.document_id: passage.document for passage in selection.passages}
        return compute(query, self._library.tables(found), names)

    def _tell(self, turn: _Turn, computation: Computation, found: list[Passage]) -> Iterator[Event]:
        """A computed answer needs no model."""
        answer, passages = computed(computation, found)
        yield Evidence(passages, answer.citations[0])
        turn.timings = replace(turn.timings, first_token_ms=turn.elapsed())
        yield Token(answer.text)
        yield Grounded(answer.text, answer.citations, [])
        yield turn.finished(answer, passages, sql=computation.sql)

    def _generate(
        self, turn: _Turn, passages: list[Passage], quote: Citation | None, weights: Mapping[str, float]
    ) -> Iterator[Event]:
        model = self._models.language_model
        text, usage = "", Usage(0, 0, 0, 0, 0.0)

        def stopped() -> bool:
            return turn.stop.is_set() or repeats(text)

        read = [
            replace(part, text=trimmed(part, turn.query, PASSAGE_TOKENS, model.count_tokens))
            for part in passages[:READ]
        ]
        for event in model.generate(prompt(turn.query, read, turn.mode), ANSWER_TOKENS, stopped):
            if isinstance(event, Prefill):
                yield Reading(event.done, event.total)
            elif isinstance(event, Piece):
                if not text:
                    turn.timings = replace(turn.timings, first_token_ms=turn.elapsed())
                text += event.text
                yield Token(event.text)
            else:
                usage = event
        grounded = ground(without_repeats(text), passages, self._models.embedder)
        answer = compose(grounded, quote, passages, weights, turn.mode)
        refused = turn.mode == "documents" and not answer.text and not turn.stop.is_set()
        if refused:
            answer = replace(answer, text=NOT_SAID)
        yield Grounded(answer.text, answer.citations, answer.unsupported)
        turn.timings = replace(
            turn.timings,
            tokens_per_second=round(usage.generated_tokens / usage.decode_seconds, 1) if usage.decode_seconds else 0.0,
            context_tokens=usage.prompt_tokens,
            prefilled_tokens=usage.prefilled_tokens,
            reused_tokens=usage.reused_tokens,
        )
        yield turn.finished(answer, passages, refused=refused, model=model.name)


def prompt(question: str, passages: Sequence[Passage], mode: Mode) -> list[ChatMessage]:
    """The best passage stands last, next to the question: small models remember what they read last."""
    system = DOCUMENTS_PROMPT if mode == "documents" else KNOWLEDGE_PROMPT
    if not passages:
        return [ChatMessage("system", system), ChatMessage("user", question)]
    read = "\n\n".join(f"{passage.section}, page {passage.page}:\n{passage.text}" for passage in reversed(passages))
    return [ChatMessage("system", system), ChatMessage("user", f"Passages:\n\n{read}\n\nQuestion: {question}")]

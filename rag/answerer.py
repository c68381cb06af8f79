"""A question's way out: search, evidence, generation, grounding, as one stream of events."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from library.records import Message, Passage
from library.store import Library
from models.errors import LamplightError
from models.language_model import Piece, Prefill, Usage
from models.loading import Models
from models.precedence import ANSWERS
from rag.composition import Composed, compose, computed, repeats, without_repeats
from rag.computation import Computation
from rag.context import whole
from rag.conversation import accept_rewrite, rewrite_prompt, standalone_query
from rag.events import Event, Evidence, Finished, Grounded, Mode, Reading, Searching, Timings, Token
from rag.finding import Finder, Finding, reading_text
from rag.grounding import ground
from rag.pinning import fixed_prompt, pin
from rag.quotation import Quotation, quotation, shown
from rag.reading import PassagePrefill
from rag.reading_ahead import ReadingAhead
from rag.retriever import EVERYWHERE, Scope

ANSWER_TOKENS = 120
WAITING_SECONDS = 0.1  # for another answer, until it is looked whether this one is still wanted
REWRITE_TOKENS = 60  # of a question made to stand alone
NOT_SAID = "Your documents don’t say."
NOTHING_FOUND = "I found nothing about this in your documents."
EMPTY_LIBRARY = "Your library is empty. Add some documents or pictures, then ask again."
EMPTY_COLLECTION = "This collection is empty. Add some documents to it, or ask all your documents."
Generated = Prefill | Piece | Usage
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
    fewer: bool = False
    started: float = field(default_factory=time.perf_counter)
    timings: Timings = field(default_factory=Timings)

    def elapsed(self) -> float:
        """Milliseconds since the question."""
        return round((time.perf_counter() - self.started) * 1000, 1)

    def finished(
        self,
        answer: Composed,
        passages: list[Passage],
        *,
        refused: bool = False,
        model: str = "",
        sql: str = "",
        quote: Quotation | None = None,
    ) -> Finished:
        return Finished(
            answer.text,
            answer.citations,
            answer.unsupported,
            refused,
            self.stop.is_set(),
            replace(self.timings, total_ms=self.elapsed()),
            model,
            passages,
            sql,
            quote.citation if quote else None,
            quote.short if quote else "",
        )


@dataclass(frozen=True, slots=True)
class _Draft:
    """A question that is still being typed."""

    text: str
    scope: Scope
    history: tuple[Message, ...]

    @property
    def query(self) -> str:
        """By rules also with a large model, which would hardly be done before the next key."""
        return standalone_query(self.text, self.history)


class Answerer:
    """Answers from one library. One answer at a time: the language model has one context."""

    def __init__(self, library: Library, models: Models) -> None:
        self._library = library
        self._models = models
        self._finder = Finder(library, models)
        self._prefill = PassagePrefill()
        self._model_turn = threading.Lock()
        self._ahead: ReadingAhead[_Draft] = ReadingAhead(self._find_ahead, self._read_ahead)

    def typed(self, text: str, scope: Scope = EVERYWHERE, history: Sequence[Message] = ()) -> None:
        """What a person has typed so far, in which conversation: what it finds is read meanwhile.

        Returns at once, changes no answer.
        """
        if self._models.ready:
            self._ahead.typed(_Draft(text.strip(), scope, tuple(history)) if text.strip() else None)

    def stop_reading_ahead(self) -> None:
        """Read nothing more of what was found for a half-typed question."""
        self._ahead.stop()

    def remember(self, passages: Sequence[Passage], stopped: Callable[[], bool]) -> None:
        """Read passages before anybody asks, so that a question about them is answered at once."""
        texts = [reading_text(whole(passage, self._library)) for passage in passages]
        self._models.language_model.remember(self.prompt, texts, stopped)

    def pin(self, document_id: int, pinned: bool) -> None:
        """Make a small document part of every prompt, or no longer. Raises `LibraryError` when it is too long."""
        pin(self._library, document_id, pinned, self._finder.count_tokens)

    @property
    def prompt(self) -> str:
        """What the model reads before every passage; when it changes, all that is remembered is read anew."""
        return fixed_prompt(DOCUMENTS_PROMPT, self._finder.pinned(EVERYWHERE))

    def answer(
        self,
        question: str,
        history: Sequence[Message] = (),
        mode: Mode = "documents",
        stop: threading.Event | None = None,
        scope: Scope = EVERYWHERE,
        fewer: bool = False,
    ) -> Iterator[Event]:
        """Events up to `Finished`, which also comes after `stop` was set.

        With `fewer`, the model reads the best passage alone. Raises `LamplightError` when a model or the library
        fails. Indexing waits meanwhile.
        """
        self._ahead.stop()
        with ANSWERS:
            turn = _Turn(question, question, mode, stop or threading.Event(), fewer)
            turn.query = self._standalone(question, history, turn.stop)
            yield from self._answer(turn, scope)

    def _answer(self, turn: _Turn, scope: Scope) -> Iterator[Event]:
        documents = len(self._library.documents()) if scope.documents is None else len(scope.documents)
        yield Searching(turn.query, documents)
        if documents == 0 and turn.mode == "documents":
            empty = EMPTY_LIBRARY if scope.documents is None else EMPTY_COLLECTION
            yield from self._refuse(turn, empty, [])
            return
        search = self._finder.search(turn.query, scope=scope)
        first = self._finder.first(search)
        turn.timings = Timings(search_ms=turn.elapsed(), evidence_ms=turn.elapsed())
        yield Evidence(first)  # to look at while they are read
        finding = self._finder.read(search, scope)
        found, answerable = finding.selection.passages, finding.selection.answerable
        if finding.computation is not None:
            yield from self._tell(turn, finding.computation, found)
        elif answerable or turn.mode != "documents":
            quote = quotation(finding.selection) if answerable else None
            yield _evidence(finding.passages, quote)
            yield from self._generate(turn, finding, quote)
        else:
            yield Evidence(found)
            yield from self._refuse(turn, NOT_SAID if found else NOTHING_FOUND, found)

    def _standalone(self, question: str, history: Sequence[Message], stop: threading.Event) -> str:
        """By rules, or by a model that is large enough, whose words are taken only if they keep to the question."""
        if not history or not self._models.ready or not self._models.language_model.is_large:
            return standalone_query(question, history)
        events = self._models.language_model.generate(rewrite_prompt(question, history), REWRITE_TOKENS, stop.is_set)
        written = "".join(event.text for event in events if isinstance(event, Piece))
        return accept_rewrite(question, history, written)

    def _find_ahead(self, draft: _Draft) -> list[str]:
        try:
            return self._finder.texts(self._finder.find(draft.query, draft.scope), ahead=True)
        except LamplightError:
            return []  # whoever asks the question is told

    def _read_ahead(self, draft: _Draft, passages: Sequence[str], stopped: Callable[[], bool]) -> None:
        if passages:
            with suppress(LamplightError):  # likewise
                prompt = fixed_prompt(DOCUMENTS_PROMPT, self._finder.pinned(draft.scope))
                self._prefill.prepare(self._models.language_model, prompt, draft.query, passages, stopped)

    def _refuse(self, turn: _Turn, sentence: str, passages: list[Passage]) -> Iterator[Event]:
        yield Token(sentence)
        yield turn.finished(Composed(sentence, [], []), passages, refused=True)

    def _tell(self, turn: _Turn, computation: Computation, found: list[Passage]) -> Iterator[Event]:
        """A computed answer needs no model."""
        answer, passages = computed(computation, found)
        yield Evidence(passages, answer.citations[0])
        turn.timings = replace(turn.timings, first_token_ms=turn.elapsed())
        yield Token(answer.text)
        yield Grounded(answer.text, answer.citations, [])
        yield turn.finished(answer, passages, sql=computation.sql)

    def _seconds(self, tokens: int) -> float | None:
        """How long this machine will read them; None as long as it has not been measured."""
        calibration = self._models.language_model.calibration
        return round(calibration.seconds_to_read(tokens), 1) if calibration else None

    def _in_turn(self, stop: threading.Event, events: Iterator[Generated]) -> Iterator[Generated]:
        """The model's events once it has answered those who asked before; nothing when stopped until then."""
        while not self._model_turn.acquire(timeout=WAITING_SECONDS):
            if stop.is_set():
                return
        try:
            yield from events
        finally:
            self._model_turn.release()

    def _generate(self, turn: _Turn, finding: Finding, quote: Quotation | None) -> Iterator[Event]:
        model = self._models.language_model
        text, usage = "", Usage(0, 0, 0, 0, 0.0)

        def stopped() -> bool:
            return turn.stop.is_set() or repeats(text)

        system = fixed_prompt(DOCUMENTS_PROMPT if turn.mode == "documents" else KNOWLEDGE_PROMPT, finding.pinned)
        passages, texts = finding.passages, self._finder.texts(finding, fewer=turn.fewer)
        for event in self._in_turn(
            turn.stop, self._prefill.read(model, system, turn.query, texts, ANSWER_TOKENS, stopped)
        ):
            if isinstance(event, Prefill):
                yield Reading(event.done, event.total, self._seconds(event.total - event.done), len(texts))
            elif isinstance(event, Piece):
                if not text:
                    turn.timings = replace(turn.timings, first_token_ms=turn.elapsed())
                text += event.text
                yield Token(event.text)
            else:
                usage = event
        grounded = ground(without_repeats(text), passages, self._models.embedder)
        answer = compose(grounded, quote, passages, finding.selection.search.weights, turn.mode)
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
        yield turn.finished(answer, passages, refused=refused, model=model.name, quote=quote)


def _evidence(passages: list[Passage], quote: Quotation | None) -> Evidence:
    if quote is None:
        return Evidence(passages)
    return Evidence(passages, quote.citation, quote.short, shown(quote, passages))

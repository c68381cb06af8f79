"""A question of fact: search, evidence, quotation or computation, then the model's own words, grounded."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace

from lamplight.library.records import Passage
from lamplight.models.language_model import Piece, Prefill, Usage
from lamplight.rag.composition import Composed, compose, computed, repeats, without_repeats
from lamplight.rag.computation import Computation
from lamplight.rag.events import Citation, Event, Evidence, Finished, Grounded, Reading, Timings, Token
from lamplight.rag.finding import Finding
from lamplight.rag.grounding import ground
from lamplight.rag.pinning import fixed_prompt
from lamplight.rag.quotation import Quotation, other_lines, quotation, shown
from lamplight.rag.reading import PassagePrefill
from lamplight.rag.requests.request import Materials, Request, plain

ANSWER_TOKENS = 120
WAITING_SECONDS = 0.1  # for another answer, until it is looked whether this one is still wanted
Generated = Prefill | Piece | Usage
DOCUMENTS_PROMPT = (
    "You answer questions using only the passages the user gives. "
    "Answer in one or two short sentences. Copy numbers and names exactly."
)
KNOWLEDGE_PROMPT = "You are a helpful assistant. Answer briefly and truthfully. Use the passages where they help."


class FactAnswers:
    """One answer at a time: the language model has one context."""

    def __init__(self, materials: Materials) -> None:
        self._models, self._finder = materials.models, materials.finder
        self.prefill = PassagePrefill()  # also of what is read ahead
        self._model_turn = threading.Lock()

    def answer(self, request: Request) -> Iterator[Event]:
        """Events from the first evidence to `Finished`."""
        search = self._finder.search(request.query, scope=request.scope, lookup=request.lookup)
        first = self._finder.first(search)
        request.timings = Timings(search_ms=request.elapsed(), evidence_ms=request.elapsed())
        respelled = search.query.text if search.query.text != request.query else ""
        request.query = search.query.text
        yield Evidence(first, respelled=respelled)  # to look at while they are read
        finding = self._finder.read(search, request.scope)
        found, answerable = finding.selection.passages, finding.selection.answerable
        if finding.computation is not None:
            yield from self._tell(request, finding.computation, found)
        elif answerable or request.mode != "documents":
            quote = quotation(finding.selection) if answerable else None
            yield _evidence(finding.passages, quote)
            yield from self._generate(request, finding, quote)
        else:
            yield Evidence(found)
            if found and request.breadth == "more":
                yield from self._nearest(request, finding)
            else:
                yield from refuse(request, request.say("not said" if found else "nothing found"), found)

    def _tell(self, request: Request, computation: Computation, found: list[Passage]) -> Iterator[Event]:
        """A computed answer needs no model."""
        answer, passages = computed(computation, found)
        yield Evidence(passages, answer.citations[0])
        request.timings = replace(request.timings, first_token_ms=request.elapsed())
        yield Token(answer.text)
        yield Grounded(answer.text, answer.citations, [])
        yield replace(finished(request, answer, passages), sql=computation.sql, short=computation.short)

    def _nearest(self, request: Request, finding: Finding) -> Iterator[Event]:
        """A refusal with the lines that come nearest, for whoever wants to see for themselves."""
        silent = Composed(request.say("not said"), [], [])
        near = other_lines(finding.selection, likely=float("-inf"))
        answer = _with_others(silent, near, request.say("nearest"))
        yield Token(answer.text)
        yield finished(request, answer, finding.selection.passages, refused=True)

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

    def _generate(self, request: Request, finding: Finding, quote: Quotation | None) -> Iterator[Event]:
        model = self._models.language_model
        text, usage = "", Usage(0, 0, 0, 0, 0.0)
        aside = quote is not None and not model.is_large

        def stopped() -> bool:
            return request.stop.is_set() or repeats(text)

        system = fixed_prompt(DOCUMENTS_PROMPT if request.mode == "documents" else KNOWLEDGE_PROMPT, finding.pinned)
        passages, texts = finding.passages, self._finder.texts(finding, breadth=request.breadth)
        written = self.prefill.read(model, system, request.query, texts, ANSWER_TOKENS, stopped)
        for event in self._in_turn(request.stop, written):
            if isinstance(event, Prefill):
                yield Reading(event.done, event.total, self._seconds(event.total - event.done), len(texts))
            elif isinstance(event, Piece):
                if not text:
                    request.timings = replace(request.timings, first_token_ms=request.elapsed())
                text += event.text
                yield Token(event.text, draft=True, aside=aside)
            else:
                usage = event
        grounded = ground(without_repeats(text), passages, self._models.embedder)
        answer = compose(grounded, quote, passages, finding.selection.search.weights, request.mode, model.is_large)
        if request.breadth == "more":
            others = other_lines(finding.selection, quote)
            answer = _with_others(answer, others, request.say("other places" if others else "no other places"))
        refused = request.mode == "documents" and not answer.text and not request.stop.is_set()
        if refused:
            answer = replace(answer, text=request.say("not said"))
        yield Grounded(answer.text, answer.citations, answer.unsupported)
        request.timings = replace(
            request.timings,
            tokens_per_second=round(usage.generated_tokens / usage.decode_seconds, 1) if usage.decode_seconds else 0.0,
            context_tokens=usage.prompt_tokens,
            prefilled_tokens=usage.prefilled_tokens,
            reused_tokens=usage.reused_tokens,
        )
        end = finished(request, answer, passages, refused)
        quoted = (quote.citation, quote.short) if quote else (None, "")
        yield replace(end, model=model.name, quote=quoted[0], short=quoted[1], draft=without_repeats(text).strip())


def refuse(request: Request, sentence: str, passages: list[Passage]) -> Iterator[Event]:
    """The events of an answer that only says why there is none."""
    yield Token(sentence)
    yield finished(request, Composed(sentence, [], []), passages, refused=True)


def _with_others(answer: Composed, others: Sequence[Citation], heading: str) -> Composed:
    """The answer with other lines below it, word for word, under a heading that also says when there are none."""
    lines = "\n".join(f"- {plain(other.text)} [{other.marker}]" for other in others)
    text = "\n\n".join(part for part in (answer.text, f"{heading}\n\n{lines}") if part)
    return replace(answer, text=text, citations=[*answer.citations, *others])


def finished(request: Request, answer: Composed, passages: list[Passage], refused: bool = False) -> Finished:
    """The last event of an answer."""
    return Finished(
        answer.text,
        answer.citations,
        answer.unsupported,
        refused,
        request.stop.is_set(),
        replace(request.timings, total_ms=request.elapsed()),
        model="",
        passages=passages,
        kind=request.intent.kind,
        breadth=request.breadth,
        other=request.intent.other or "",
    )


def _evidence(passages: list[Passage], quote: Quotation | None) -> Evidence:
    if quote is None:
        return Evidence(passages)
    return Evidence(passages, quote.citation, quote.short, shown(quote, passages))

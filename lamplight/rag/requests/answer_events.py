"""The events of an answer that is told as it is, and the last event of every answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from lamplight.library.records import Passage
from lamplight.rag.composition import Composed, escape_markdown
from lamplight.rag.events import Citation, Event, Evidence, Finished, Grounded, Token
from lamplight.rag.requests.request import DirectAnswer, Request


def answer_events(request: Request, told: DirectAnswer) -> Iterator[Event]:
    """What was told, as the events of an answer."""
    request.timings = replace(request.timings, evidence_ms=request.elapsed(), first_token_ms=request.elapsed())
    if told.passages:
        yield Evidence(told.passages)
    yield Token(told.text)
    yield Grounded(told.text, told.citations, [])
    answer = Composed(told.text, told.citations, [])
    end = finished(request, answer, told.passages, told.refused)
    yield replace(end, rows=told.rows, short=told.short, notice=told.notice, unsure=told.unsure)


def refuse(request: Request, sentence: str, passages: list[Passage], notice: str = "") -> Iterator[Event]:
    """The events of an answer that only says why there is none; `notice` as in `Finished`."""
    yield Token(sentence)
    yield replace(finished(request, Composed(sentence, [], []), passages, refused=True), notice=notice)


def stopped(request: Request, passages: Sequence[Passage] = ()) -> Iterator[Event]:
    """The end of an answer that was stopped before anything was told: nobody finished looking, so it is no refusal."""
    yield finished(request, Composed("", [], []), list(passages))


def with_others(answer: Composed, others: Sequence[Citation], heading: str) -> Composed:
    """The answer with other lines below it, word for word, under a heading that also says when there are none."""
    lines = "\n".join(f"- {escape_markdown(other.text)} [{other.marker}]" for other in others)
    text = "\n\n".join(part for part in (answer.text, f"{heading}\n\n{lines}") if part)
    return replace(answer, text=text, citations=[*answer.citations, *others])


def finished(request: Request, answer: Composed, passages: list[Passage], refused: bool = False) -> Finished:
    """The last event of an answer."""
    return Finished(
        answer.text,
        answer.citations,
        answer.unsupported,
        refused,
        request.lease.cancelled(),
        replace(request.timings, total_ms=request.elapsed()),
        model="",
        passages=passages,
        kind=request.intent.kind,
        breadth=request.breadth,
        other=request.intent.other or "",
    )

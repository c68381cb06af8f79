"""What a language model writes about what was found, checked against it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from lamplight.errors import ServerError
from lamplight.library.records import Passage
from lamplight.models.answer_model import AnswerModel
from lamplight.models.language_model import Piece, PrefillStep, Usage
from lamplight.models.server_model import ServerModel
from lamplight.rag.answer_plan import KNOWLEDGE, NO_ANSWER, AnswerPlan, plan_of
from lamplight.rag.checking import StreamChecker, whole_sentences
from lamplight.rag.composition import Composed, compose, repeats, without_repeats
from lamplight.rag.events import Event, Grounded, PrefillProgress, Token
from lamplight.rag.finding import Finding
from lamplight.rag.grounding import GroundedAnswer, ground
from lamplight.rag.pinning import fixed_prompt
from lamplight.rag.quotation import QuotedOpening, quotation_markdown
from lamplight.rag.reading import PassagePrefill
from lamplight.rag.requests.request import Materials, Request
from lamplight.rag.sections import numbered_texts, read_besides


@dataclass(frozen=True, slots=True)
class WrittenAnswer:
    """What a model wrote, checked, below what the answer begins with (`opening`).

    `notice` is what a person should know about how it went, `draft` all that the model wrote.
    """

    model: AnswerModel
    answer: Composed
    passages: list[Passage]
    usage: Usage
    opening: QuotedOpening | None = None
    notice: str = ""
    draft: str = ""


NOTHING = Usage(0, 0, 0, 0, 0.0)
Writing: TypeAlias = "Generator[Event, None, WrittenAnswer]"


class AnswerWriter:
    """What is generated waits for its turn, unless a server does it."""

    def __init__(self, materials: Materials) -> None:
        self._models, self._finder = materials.models, materials.finder
        self.prefill = PassagePrefill()  # also while a question is typed

    def write(self, request: Request, finding: Finding, opening: QuotedOpening | None) -> Writing:
        """By the chosen model; where a server can't, by the one that comes with Lamplight or by nobody.

        Raises `ServerError` when there is then nothing to tell.
        """
        model = self._models.language_model
        try:
            return (yield from self.write_with(model, request, finding, opening))
        except ServerError as error:
            spare = self._models.choice.spare
            if spare is not None:
                written = yield from self.write_with(spare, request, finding, opening)
                return replace(written, notice=f"{error} {spare.name} answered meanwhile.")
            if opening is None:
                raise
            answer = _composed(request, finding, opening, ground("", []))
            return WrittenAnswer(model, answer, finding.passages, NOTHING, opening, str(error))

    def write_with(
        self, model: AnswerModel, request: Request, finding: Finding, opening: QuotedOpening | None
    ) -> Writing:
        """What one model writes. Raises `ServerError` only before its first word."""
        plan = plan_of(model)
        if plan.structured:
            return (yield from self._structured(model, plan, request, finding, opening))
        texts = self._finder.texts(finding, model, breadth=request.breadth)
        text, usage, circling = "", NOTHING, False

        def stopped() -> bool:  # asked hundreds of times a token, so it compares nothing
            return circling or request.lease.cancelled()

        for event in self._events(model, plan, request, finding, texts, stopped):
            if isinstance(event, Usage):
                usage = event
                continue
            if isinstance(event, Token):
                text += event.text
                circling = repeats(text)
                event = replace(event, draft=True, aside=opening is not None and not model.is_large)
            yield event
        text = whole_sentences(text) if usage.cut else text
        grounded = ground(without_repeats(text), finding.passages, self._models.embedder)
        answer = _composed(request, finding, opening, grounded, model.is_large)
        draft = without_repeats(text).strip()
        return WrittenAnswer(model, answer, finding.passages, usage, opening, _ending(usage), draft)

    def _structured(
        self, model: AnswerModel, plan: AnswerPlan, request: Request, finding: Finding, likeliest: QuotedOpening | None
    ) -> Writing:
        """Markdown that is checked as it comes."""
        passages = finding.passages
        sections = self._finder.sections(finding, plan, breadth=request.breadth) if plan.sections else []
        numbers = numbered_texts(sections, [*passages, *finding.further])
        texts = list(numbers.values()) if plan.sections else self._finder.texts(finding, model, breadth=request.breadth)
        evidence = [*passages, *read_besides(sections, passages, finding.further)]
        held = {passage.id: passage for passage in evidence}
        checking = StreamChecker(
            evidence,
            self._models.embedder,
            keeps=request.mode != "documents",
            shown=len(passages),
            cited={
                number: [held[chunk.id] for chunk in section] for number, section in zip(numbers, sections, strict=True)
            },
        )
        begins = likeliest if likeliest and not likeliest.lead else None
        opening = f"{quotation_markdown(begins, passages)}\n\n" if begins else ""
        usage, begun = NOTHING, False
        for event in self._events(model, plan, request, finding, texts, request.lease.cancelled):
            if isinstance(event, Usage):
                usage = event
            elif not isinstance(event, Token):
                yield event
            elif not checking.feed(event.text):
                if begun or not f"{NO_ANSWER}.".startswith(checking.rest.strip()):
                    yield replace(event, text=event.text if begun else checking.rest, draft=True)
                    begun = True
            else:
                begun = True
                yield Grounded(opening + checking.text, checking.citations[:], checking.unsupported[:])
                if checking.rest:
                    yield Token(f"\n{checking.rest}", draft=True)
        checking.end(cut=usage.truncated or bool(usage.cut) or request.lease.cancelled())
        text = checking.text.strip()
        if likeliest and not text:  # nothing that the model said is stated: what may answer is better than silence
            begins, opening = likeliest, quotation_markdown(likeliest, passages)
        citations = [*(begins.citations if begins else ()), *checking.citations]
        unsupported = [one for one in checking.unsupported if one.rstrip(".") != NO_ANSWER]
        answer = Composed((opening + text).strip(), citations, unsupported)
        return WrittenAnswer(model, answer, [*passages, *checking.further], usage, begins, _ending(usage))

    def _events(
        self,
        model: AnswerModel,
        plan: AnswerPlan,
        request: Request,
        finding: Finding,
        texts: Sequence[str],
        stopped: Callable[[], bool],
    ) -> Iterator[PrefillProgress | Token | Usage]:
        """The prefill and the text of an answer, then how it went."""
        system = fixed_prompt(plan.instruction if request.mode == "documents" else KNOWLEDGE, finding.pinned)
        begun = False
        if not isinstance(model, ServerModel):
            for _ in request.lease.wait_in_queue(alone=True):  # had already, unless this model takes a server's place
                pass
            if request.lease.cancelled():
                return
        for event in self.prefill.read(model, system, request.query, texts, plan.answer_tokens, stopped, plan.sections):
            if isinstance(event, PrefillStep):
                yield PrefillProgress(event.done, event.total, _seconds(model, event.total - event.done), len(texts))
            elif isinstance(event, Piece):
                if not begun:
                    begun, request.timings = True, replace(request.timings, first_token_ms=request.elapsed())
                yield Token(event.text)
            else:
                yield event


def _composed(
    request: Request, finding: Finding, opening: QuotedOpening | None, grounded: GroundedAnswer, is_large: bool = False
) -> Composed:
    return compose(grounded, opening, finding.passages, finding.selection.search.weights, request.mode, is_large)


def _ending(usage: Usage) -> str:
    return usage.cut and f"The answer ends in the middle. {usage.cut}"


def _seconds(model: AnswerModel, tokens: int) -> float | None:
    """How long this machine will read them; None as long as it has not been measured."""
    return round(model.calibration.seconds_to_read(tokens), 1) if model.calibration else None

"""A question of fact: search, evidence, quotation or computation, then the model's own words, grounded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lamplight.errors import ServerError
from lamplight.library.records import Passage
from lamplight.rag.answer_plan import plan_of
from lamplight.rag.composition import Composed, computed, is_quoted
from lamplight.rag.computation import Computation
from lamplight.rag.events import Event, Evidence, Grounded, Timings, Token
from lamplight.rag.finding import Finding
from lamplight.rag.intent import Intent
from lamplight.rag.passages import Selection
from lamplight.rag.programs.written_query import written_query
from lamplight.rag.quotation import QuotedOpening, other_lines, quotation_markdown, quoted
from lamplight.rag.refusal import is_rather_said
from lamplight.rag.requests.added_up import added_up
from lamplight.rag.requests.answer_events import answer_events, finished, refuse, stopped, with_others
from lamplight.rag.requests.compared_series import compared_series
from lamplight.rag.requests.generation import AnswerWriter, WrittenAnswer
from lamplight.rag.requests.list_instead import list_instead
from lamplight.rag.requests.paper_items import with_items_named
from lamplight.rag.requests.paper_totals import with_known_total
from lamplight.rag.requests.request import Materials, Request
from lamplight.rag.requests.section import section
from lamplight.rag.requests.shops import with_lines_of_shop
from lamplight.rag.requests.unit_prices import with_unit_price


class FactAnswers:
    """`writer` has the language model's part."""

    def __init__(self, materials: Materials) -> None:
        self._materials, self._models, self._finder = materials, materials.models, materials.finder
        self.writer = AnswerWriter(materials)

    def answer(self, request: Request) -> Iterator[Event]:
        """Events from the first evidence to `Finished`."""
        search = self._finder.search(request.query, scope=request.scope, lookup=request.lookup)
        first = self._finder.first(search)
        request.timings = Timings(search_ms=request.elapsed(), evidence_ms=request.elapsed())
        respelled = search.query.text if search.query.text != request.query else ""
        request.query = search.query.text
        yield Evidence(first, respelled=respelled)  # to look at while they are read
        finding = self._finder.read(search, request.scope)
        finding = self._helped(request, finding)
        known = with_known_total(finding.selection, request.lookup, self._materials)
        finding = replace(finding, selection=self._of_papers(known, request))
        found, answerable = finding.selection.passages, finding.selection.answerable
        if finding.computation is not None:
            yield from self._tell(request, finding.computation, found)
        elif told := added_up(finding, request, self._materials) or compared_series(finding, request):
            yield from answer_events(request, told)
        elif request.mode == "documents" and (told := (yield from list_instead(finding, request, self._materials))):
            request.intent = Intent("list", other="fact")
            yield from answer_events(request, told)
        elif answerable and (told := section(request, finding, self._materials)):
            yield from answer_events(request, told)
        elif answerable or request.mode != "documents":
            opening = quoted(finding.selection, _unsure(request, finding)) if answerable else None
            yield _evidence(finding.passages, opening if opening and self._begins_with(opening) else None)
            yield from self._generate(request, finding, opening)
        elif request.lease.cancelled():
            yield from stopped(request, found)
        elif found and plan_of(self._models.language_model).judges:
            yield from self._judge(request, finding)
        else:
            yield Evidence(found)
            if found and request.breadth == "more":
                yield from self._nearest(request, finding)
            else:
                yield from refuse(request, request.say("not said" if found else "nothing found"), found)

    def _of_papers(self, selection: Selection, request: Request) -> Selection:
        """What is known of receipts beside what the reader says of single lines."""
        priced = with_unit_price(selection, request, self._materials)
        return with_items_named(with_lines_of_shop(priced, request, self._materials), request, self._materials)

    def _helped(self, request: Request, finding: Finding) -> Finding:
        """With what a large model adds before anything is told: a query over a table."""
        model = self._models.language_model
        if finding.table is None or not plan_of(model).queries:
            return finding
        try:
            computation = written_query(finding.query, finding.table, model, request.lease.cancelled)
        except ServerError:
            return finding  # who answers in its place is decided with the answer
        return replace(finding, computation=computation)

    def _tell(self, request: Request, computation: Computation, found: list[Passage]) -> Iterator[Event]:
        """A computed answer needs no model."""
        answer, passages = computed(computation, found)
        yield Evidence(passages, answer.citations[0])
        request.timings = replace(request.timings, first_token_ms=request.elapsed())
        yield Token(answer.text)
        yield Grounded(answer.text, answer.citations, [])
        quote = answer.citations[0] if is_quoted(computation) else None
        yield replace(finished(request, answer, passages), sql=computation.sql, short=computation.short, quote=quote)

    def _nearest(self, request: Request, finding: Finding) -> Iterator[Event]:
        """A refusal with the lines that come nearest, for whoever wants to see for themselves."""
        silent = Composed(request.say("not said"), [], [])
        near = other_lines(finding.selection, likely=float("-inf"))
        answer = with_others(silent, near, request.say("nearest"))
        yield Token(answer.text)
        yield finished(request, answer, finding.selection.passages, refused=True)

    def _judge(self, request: Request, finding: Finding) -> Iterator[Event]:
        """What a large model finds in passages of which the reader finds that none answers."""
        judged = replace(finding, selection=replace(finding.selection, answerable=True))
        yield Evidence(judged.passages)
        try:
            written = yield from self.writer.write_with(self._models.language_model, request, judged, None)
        except ServerError as error:
            yield from refuse(request, request.say("not said"), judged.passages, notice=str(error))
            return
        yield from self._conclude(request, judged, written)

    def _begins_with(self, opening: QuotedOpening) -> bool:
        # A large model's words are better than lines that only may answer.
        return not opening.lead or not plan_of(self._models.language_model).structured

    def _generate(self, request: Request, finding: Finding, opening: QuotedOpening | None) -> Iterator[Event]:
        written = yield from self.writer.write(request, finding, opening)
        yield from self._conclude(request, finding, written)

    def _conclude(self, request: Request, finding: Finding, written: WrittenAnswer) -> Iterator[Event]:
        """The last events of an answer that a model wrote."""
        answer, passages, usage = written.answer, written.passages, written.usage
        if request.breadth == "more":
            others = other_lines(finding.selection, written.opening.citations if written.opening else ())
            answer = with_others(answer, others, request.say("other places" if others else "no other places"))
        refused = request.mode == "documents" and not answer.text and not request.lease.cancelled()
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
        end = replace(end, model=written.model.name, notice=written.notice, draft=written.draft)
        if (opening := written.opening) is not None:
            quote, *candidates = opening.citations
            end = replace(end, quote=quote, candidates=candidates, short=opening.short, unsure=bool(opening.lead))
        yield end


def _unsure(request: Request, finding: Finding) -> str:
    """What is said above lines that may answer."""
    unheard, documents = finding.selection.search.unheard, request.documents
    # What is abroad may be called otherwise there: Seville is Sevilla.
    if unheard and not any(document.report and document.report.foreign for document in documents):
        return request.say("name unheard", what=request.say("quoted", words=unheard[0]))
    return request.say("unsure" if is_rather_said(finding.selection) else "hardly said")


def _evidence(passages: list[Passage], opening: QuotedOpening | None) -> Evidence:
    if opening is None:
        return Evidence(passages)
    quote, *candidates = opening.citations
    return Evidence(passages, quote, opening.short, quotation_markdown(opening, passages), candidates=candidates)

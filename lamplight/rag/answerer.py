"""A question's way out: understood, then answered in the way of its kind, as one stream of events."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

from lamplight.errors import LamplightError, PromptTooLong, ServerError
from lamplight.library.records import Message, Passage
from lamplight.library.store import Library
from lamplight.models.loading import Models
from lamplight.rag.answer_plan import plan_of
from lamplight.rag.completion import complete_whole
from lamplight.rag.context import whole
from lamplight.rag.conversation import accept_rewrite, depends, rewrite_prompt, standalone_query, told_before
from lamplight.rag.events import Breadth, Event, Finished, Mode, Searching, Waiting
from lamplight.rag.finding import Finder, reading_text
from lamplight.rag.intent import Intent, RequestKind, asked_as, understand, without_names
from lamplight.rag.lexicon.language_names import language_names_in, without
from lamplight.rag.naming import named_documents
from lamplight.rag.pinning import fixed_prompt, pin
from lamplight.rag.request_language import any_language_of, is_english
from lamplight.rag.requests.answer_events import answer_events, refuse, stopped
from lamplight.rag.requests.fact import FactAnswers
from lamplight.rag.requests.figure import figure
from lamplight.rag.requests.meant import shown_before
from lamplight.rag.requests.request import DirectAnswer, Materials, Request
from lamplight.rag.requests.shown import RowQuestion, follow, shown_in
from lamplight.rag.requests.ways import WAYS, WITHOUT_DOCUMENTS
from lamplight.rag.retriever import EVERYWHERE, Scope
from lamplight.rag.sections import numbered_texts
from lamplight.rag.speculative_prefill import SpeculativePrefill
from lamplight.rag.spelling import respelled
from lamplight.rag.suggestions import Suggestions
from lamplight.scheduling import CancelToken

REWRITE_TOKENS = 60  # of a question made to stand alone
LONGEST_QUESTION = 20_000  # characters; even finding what a longer one names would take minutes


@dataclass(frozen=True, slots=True)
class _Draft:
    """A question that is still being typed."""

    text: str
    scope: Scope
    history: tuple[Message, ...]


# These may ask for a report's figures.
WITH_FIGURES: frozenset[RequestKind] = frozenset({"fact", "comparison", "change"})


class Answerer:
    """Answers from one library, each when the scheduler gives it its turn."""

    def __init__(self, library: Library, models: Models) -> None:
        self._library = library
        self._models = models
        self._finder = Finder(library, models)
        self._materials = Materials(library, models, self._finder, Suggestions(library))
        self._facts = FactAnswers(self._materials)
        self._typing: SpeculativePrefill[_Draft] = SpeculativePrefill(
            models.scheduler, self._find_typed, self._prefill_typed
        )

    def typed(self, text: str, scope: Scope = EVERYWHERE, history: Sequence[Message] = ()) -> None:
        """What a person has typed so far, in which conversation: what it finds is computed meanwhile.

        Returns at once, changes no answer.
        """
        if self._models.ready:
            scope = self._going_on(scope, history)
            self._typing.typed(_Draft(text.strip(), scope, tuple(history)) if text.strip() else None)

    def stop_prefill(self) -> None:
        """Compute nothing more of what was found for a half-typed question."""
        self._typing.stop()

    def prewarm(self, passages: Sequence[Passage], stopped: Callable[[], bool]) -> None:
        """Compute passages before anybody asks, so that a question about them is answered at once.

        Nothing with a model that reads whole sections.
        """
        if plan_of(self._models.language_model).sections:
            return
        texts = [reading_text(whole(passage, self._library)) for passage in passages]
        self._models.language_model.prewarm(self.prompt, texts, stopped)

    def pin(self, document_id: int, pinned: bool) -> None:
        """Make a small document part of every prompt, or no longer. Raises `LibraryError` when it is too long."""
        pin(self._library, document_id, pinned, self._finder.count_tokens)

    @property
    def prompt(self) -> str:
        """What the model reads before every passage; when it changes, all that is remembered is read anew."""
        return self._prompt(EVERYWHERE)

    def _prompt(self, scope: Scope) -> str:
        return fixed_prompt(plan_of(self._models.language_model).instruction, self._finder.pinned(scope))

    def answer(  # noqa: PLR0913, PLR0917  # all that may go with a question
        self,
        question: str,
        history: Sequence[Message] = (),
        mode: Mode = "documents",
        stop: CancelToken | None = None,
        scope: Scope = EVERYWHERE,
        breadth: Breadth = "usual",
        kind: RequestKind | None = None,
        asker: str = "",
        since: float | None = None,
    ) -> Iterator[Event]:
        """Events up to `Finished`, which also comes after `stop` was cancelled.

        With the `breadth` "fewer" the model reads the best passage alone, with "more" it reads more of them, and other
        lines that may answer are quoted; with `kind` the request is read as one of these. `asker` is whose turn it
        is among those who ask at once, `since` when they asked (by `time.monotonic`; now, unless said). Raises
        `LamplightError` when a model or the library fails. Indexing waits meanwhile.
        """
        if len(question) > LONGEST_QUESTION:
            raise PromptTooLong(f"{len(question):,} characters")
        scope = self._going_on(scope, history)
        self._typing.stop()
        with self._models.scheduler.answering(asker, stop or CancelToken(), since=since) as lease:
            for ahead in lease.wait_in_queue():
                yield Waiting(ahead)
            with self._models.forgetting_again():
                lookup = self._finder.lookup()
                request = Request(question, question, mode, lease, lookup, history, scope, breadth)
                if lease.cancelled():  # it left the queue without its turn
                    yield from stopped(request)
                else:
                    yield from self._in_turn(request, kind)

    def _in_turn(self, request: Request, kind: RequestKind | None) -> Iterator[Event]:
        followed = (yield from self._follow(request)) if kind is None else None
        if isinstance(followed, DirectAnswer):
            request.intent = Intent("list")
            yield Searching(request.question, 0)
            yield from answer_events(request, followed)
            return
        if followed is not None:
            request.query, request.scope = followed.query, followed.scope
        else:
            request.query = self._standalone(request.question, request.history, request.lease.cancelled)
            if request.query != request.question:
                request.scope = replace(request.scope, told=told_before(request.history))
        request.intent = self._understood(request, kind)
        if request.intent.kind not in ("fact", *WITHOUT_DOCUMENTS):  # what a fact is searched by is respelled there
            embedders = (self._models.embedder, None if is_english(request.query) else self._models.multilingual)
            spelt = respelled(request.query, self._library, *filter(None, embedders))
            if spelt != request.query:
                request.query = spelt
                request.intent = self._understood(request, kind)
        request.may_be_list = kind is None and request.intent.kind == "fact"
        unread = self._unread(request)
        for event in self._answer(request, unread):
            yield replace(event, unread=unread) if isinstance(event, Finished) else event

    def _going_on(self, scope: Scope, history: Sequence[Message]) -> Scope:
        return replace(scope, recent=shown_before(history, self._library.documents.successor))

    def _follow(self, request: Request) -> Generator[Event, None, DirectAnswer | RowQuestion | None]:
        """What is asked about the list or table that was shown last, if one was."""
        shown = shown_in(request.history, self._library.documents.successor)
        return (yield from follow(request, shown, self._materials)) if shown is not None else None

    def _unread(self, request: Request) -> list[str]:
        """The files that might have said more, had they been read; none where it is said what is asked."""
        if request.scope.attached or request.intent.kind in WITHOUT_DOCUMENTS:
            return []
        return [job.name for job in self._library.jobs.all() if job.state in ("queued", "working") and not job.again]

    def _understood(self, request: Request, kind: RequestKind | None) -> Intent:
        """As it stands alone: "and the year before?" asks for what was asked for before."""
        classifier, vectors = self._models.intents, request.lookup.vectors
        if kind is not None:
            return asked_as(kind, request.query, classifier, vectors)
        multilingual = self._models.prepared_multilingual
        intent = understand(request.query, classifier, vectors, multilingual)
        if intent.kind != "fact":
            return intent
        names = named_documents(request.query, request.documents, request.lookup.holding).words
        languages = language_names_in(request.query, any_language_of(request.query))
        text = without_names(without(languages, request.query) if languages else request.query, names)
        plain = understand(text, classifier, vectors, multilingual) if names or languages else intent
        return plain if plain.kind == "summary" else intent

    def _answer(self, request: Request, unread: Sequence[str]) -> Iterator[Event]:
        kind = request.intent.kind
        documents = sum(map(request.scope.includes, request.lookup.documents))
        yield Searching(request.query, 0 if kind in WITHOUT_DOCUMENTS else documents)
        if documents == 0 and kind not in WITHOUT_DOCUMENTS and request.mode == "documents":
            empty = "empty library" if request.scope.documents is None else "empty collection"
            empty = "nothing read yet" if unread else empty
            yield from refuse(request, request.say(empty), [])
            return
        figures = figure(request, self._materials) if kind in WITH_FIGURES else None
        if figures is not None:
            request.intent = Intent("fact")
            yield from answer_events(request, figures)
            return
        way = WAYS.get(kind)
        told = (yield from way(request, self._materials)) if way is not None else None
        if told is not None:
            yield from answer_events(request, told)
            return
        if request.lease.cancelled():  # a way that was stopped may still have had an answer
            yield from stopped(request)
            return
        if kind != "fact":
            request.intent = Intent("fact")
        yield from self._facts.answer(request)

    def _standalone(self, question: str, history: Sequence[Message], stopped: Callable[[], bool]) -> str:
        """With the one before it, or by a model that is large enough, whose words are taken if they keep to it."""
        with_before = standalone_query(question, history, partial(depends, models=self._models))
        if not history or not self._models.ready or not plan_of(self._models.language_model).rewrites:
            return with_before
        prompt = rewrite_prompt(question, history)
        try:
            written = complete_whole(self._models.language_model, prompt, REWRITE_TOKENS, stopped)
        except ServerError:
            return with_before  # who answers in its place is decided with the answer
        return with_before if written is None else accept_rewrite(question, history, written, with_before)

    def _query(self, draft: _Draft) -> str:
        """No large model rewrites it, which would hardly be done before the next key."""
        return standalone_query(draft.text, draft.history, partial(depends, models=self._models))

    def _find_typed(self, draft: _Draft) -> list[str]:
        try:
            model, finding = self._models.language_model, self._finder.find(self._query(draft), draft.scope)
            plan = plan_of(model)
            if plan.sections:
                return list(numbered_texts(self._finder.sections(finding, plan), finding.passages).values())
            return self._finder.texts(finding, model, ahead=True)
        except LamplightError:
            return []  # whoever asks the question is told

    def _prefill_typed(self, draft: _Draft, passages: Sequence[str], stopped: Callable[[], bool]) -> None:
        if passages:
            with suppress(LamplightError):  # likewise
                model, prompt = self._models.language_model, self._prompt(draft.scope)
                together = plan_of(model).sections
                self._facts.writer.prefill.prepare(model, prompt, self._query(draft), passages, stopped, together)

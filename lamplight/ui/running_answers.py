"""Questions being answered. It belongs to the server, not to a tab: a reload finds it again."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lamplight.errors import LamplightError
from lamplight.languages import sentence
from lamplight.library.conversations import AT_THE_COMPUTER
from lamplight.library.errors import LibraryError
from lamplight.rag.events import Evidence, Finished, Grounded
from lamplight.scheduling import CancelToken
from lamplight.ui.answers import Answer
from lamplight.ui.household.visitor import without_paths

if TYPE_CHECKING:
    from lamplight.library.records import Message
    from lamplight.library.store import Library
    from lamplight.rag.answerer import Answerer
    from lamplight.rag.events import Breadth, Event, Mode
    from lamplight.rag.intent import RequestKind
    from lamplight.rag.retriever import Scope

logger = logging.getLogger(__name__)

SAVE_SECONDS = 1.0  # a crash loses at most this much of an answer, unless the disk is full
LOOK_SECONDS = 0.2  # how often an attached picture is looked for while it is being read
ENDING_SECONDS = 5.0  # a stopped model ends within a tenth of that
BROKEN = sentence("Something went wrong while answering. Ask again; the details are in the terminal.")


@dataclass(frozen=True, slots=True)
class Question:
    """What a person asks. `attached` are paths of files that were given to the library with it.

    `about` are the documents that alone are asked, all if there are none.
    `kind` is what it is to be read as, if the person chose that.
    """

    text: str
    mode: Mode = "documents"
    attached: tuple[str, ...] = ()
    about: tuple[int, ...] = ()
    breadth: Breadth = "usual"
    kind: RequestKind | None = None

    @classmethod
    def restored(cls, message: Message) -> Question:
        """The question in a stored message."""
        details = message.details
        return cls(
            message.content,
            details.get("mode", "documents"),
            tuple(details.get("attached", ())),
            tuple(details.get("about", ())),
        )

    def details(self) -> dict[str, Any]:
        """Everything but the text, as plain JSON for `Message.details`."""
        return {name: value for name, value in asdict(self).items() if name in ("mode", "attached", "about")}


def points(text: str) -> bool:
    """Whether a question means what is before the person's eyes: "what is this about?"."""
    from lamplight.rag.lexicon.pointing import THIS

    return not THIS.isdisjoint(re.findall(r"\w+", text.lower()))


def known_kind(name: str | None) -> RequestKind | None:
    """The kind of request that the page named; None if there is no such kind."""
    from lamplight.rag.intent import KINDS  # heavy; with the first question, not with the first page

    return next((kind for kind in KINDS if kind == name), None)


def _nobody() -> None:
    """Who is told of changes where nobody looks."""


class RunningAnswer:
    """One question and its answer, worked on in a thread of its own and saved as it grows.

    `changed` is called after each change of the answer.
    """

    def __init__(
        self,
        library: Library,
        answerer: Answerer,
        conversation_id: int,
        question: Question,
        changed: Callable[[], None] = _nobody,
    ) -> None:
        self.conversation_id = conversation_id
        self.question = question
        self._library, self._answerer, self._changed = library, answerer, changed
        self._since = time.monotonic()
        self._history = library.messages.of(conversation_id)
        conversation = library.conversations.get(conversation_id)
        self.person = conversation.person if conversation else AT_THE_COMPUTER
        library.messages.add(conversation_id, "user", question.text, question.details())
        self._answer = Answer(alone=bool(question.about))
        self.message_id = library.messages.add(conversation_id, "assistant", "", self._answer.details())
        self._changing = threading.Lock()
        self._version = 0
        self._stop = CancelToken()
        self._saved_at = 0.0

    def stop(self) -> None:
        """Ask the model to end here; what was said so far is kept."""
        self._stop.cancel()

    def snapshot(self) -> tuple[int, Answer]:
        """The answer as it is now, and a number that grows with each change of it."""
        with self._changing:
            return self._version, replace(self._answer)

    def run(self) -> None:
        """Answer the question; called once, in a thread of its own."""
        try:
            scope = self._scope()
            asked = self.question
            events = self._answerer.answer(
                asked.text,
                self._history,
                asked.mode,
                self._stop,
                scope,
                asked.breadth,
                asked.kind,
                self.person,
                self._since,
            )
            for event in events:
                self._absorb(event)
        except LamplightError as error:
            self._end(str(error))
        except Exception:
            logger.exception("Answering failed")
            self._end(BROKEN)
        else:
            self._end("")

    def _scope(self) -> Scope:
        """What came with the question, once that has been read, and what it is about; else the collection."""
        from lamplight.rag.retriever import Scope  # heavy; with the first question, not with the first page

        conversation = self._library.conversations.get(self.conversation_id)
        collection = conversation.collection_id if conversation else None
        documents = None if collection is None else self._library.collections.members(collection)
        attached = frozenset(filter(None, map(self._attached, self.question.attached)))
        about = frozenset(map(self._library.documents.successor, self.question.about))
        known = frozenset(number for number in about if self._library.documents.get(number) is not None)
        if about and not known and not attached:
            raise LibraryError("What you asked about is no longer in your library. Take it off below, and ask again.")
        if known or attached:
            return Scope(known | attached, attached=attached, chosen=True)
        return Scope(documents)

    def _attached(self, path: str) -> int | None:
        """The document made of an attached file; None when the question was stopped meanwhile.

        Raises `LibraryError` when it can't be read, or not now: without it, another document would answer.
        """
        name = Path(path).name
        self._tell(sentence(f"Reading {name}…"))
        while any(job.state in ("queued", "working") for job in self._library.jobs.at(path)):
            if self._library.jobs.paused:
                raise LibraryError(f"Reading is paused. Go on reading, then ask about {name} again.")
            if self._stop.wait(LOOK_SECONDS):
                return None
        document = self._library.documents.at(path)
        if document is None:
            raise LibraryError(f"{name} could not be read, so nothing was answered; the library says why.")
        return document.id

    def _tell(self, status: str) -> None:
        with self._changing:
            self._answer.status = status
            self._version += 1
        self._changed()

    def _absorb(self, event: Event) -> None:
        with self._changing:
            self._answer.absorb(event)
            # It is shown as done only after it is kept.
            self._answer.done = False
            self._version += 1
        self._changed()
        due = time.monotonic() - self._saved_at >= SAVE_SECONDS
        if due or isinstance(event, Evidence | Grounded | Finished):
            self._save()

    def _end(self, error: str) -> None:
        # It is kept and shown with the answer, to whoever asked.
        elsewhere = self.person != AT_THE_COMPUTER
        self._answer.error = without_paths(error, self._library.folder) if elsewhere else error
        self._answer.done = True
        self._save()

    def _save(self) -> None:
        self._library.messages.update(self.message_id, self._answer.text, self._answer.details())
        self._saved_at = time.monotonic()


class RunningAnswers:
    """Those that are being written, at most one to a conversation; `changed` is called after each change of one."""

    def __init__(self, library: Library, answerer: Answerer, changed: Callable[[], None] = _nobody) -> None:
        self._library, self._answerer, self._changed = library, answerer, changed
        self._running: dict[int, RunningAnswer] = {}
        self._lock = threading.Lock()
        self._ended = threading.Condition(self._lock)

    def start(self, conversation_id: int, question: Question) -> bool:
        """Keep the question and begin to answer it. False, and nothing is kept, where another one is answered."""
        with self._lock:
            if conversation_id in self._running:
                return False
            turn = RunningAnswer(self._library, self._answerer, conversation_id, question, self._changed)
            self._running[conversation_id] = turn
        self._changed()
        threading.Thread(target=self._run, args=(turn,), name=f"answer-{conversation_id}", daemon=True).start()
        return True

    def stop_all(self) -> None:
        """End every answer that is being written."""
        with self._lock:
            for turn in self._running.values():
                turn.stop()

    def close(self) -> bool:
        """Like `stop_all`, and wait until what was said is kept, some seconds at most. Whether all have ended."""
        self.stop_all()
        with self._ended:
            return self._ended.wait_for(lambda: not self._running, ENDING_SECONDS)

    def running(self, conversation_id: int | None) -> RunningAnswer | None:
        """The unfinished answer of a conversation."""
        with self._lock:
            return None if conversation_id is None else self._running.get(conversation_id)

    def stop(self, conversation_id: int | None) -> None:
        """End the answer that is being written in a conversation, if one is."""
        turn = self.running(conversation_id)
        if turn is not None:
            turn.stop()

    def end(self, conversation_id: int) -> bool:
        """Like `stop`, and wait until what was said is kept, some seconds at most. Whether it has ended."""
        self.stop(conversation_id)
        with self._ended:
            return self._ended.wait_for(lambda: conversation_id not in self._running, ENDING_SECONDS)

    def answering(self, person: str) -> list[int]:
        """A person's conversations in which an answer is being written."""
        with self._lock:
            return [number for number, turn in self._running.items() if turn.person == person]

    def _run(self, turn: RunningAnswer) -> None:
        try:
            turn.run()
        finally:
            with self._lock:
                self._running.pop(turn.conversation_id, None)
                self._ended.notify_all()
            self._changed()

"""Questions being answered. A turn belongs to the server, not to a tab: a reload finds it again."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from models.errors import LamplightError
from rag.events import Evidence, Finished, Grounded
from ui.answers import Answer

if TYPE_CHECKING:
    from library.store import Library
    from rag.answerer import Answerer
    from rag.events import Event, Mode

logger = logging.getLogger(__name__)

SAVE_SECONDS = 1.0  # a crash loses at most this much of an answer
FRAME_SECONDS = 0.08  # a dozen repaints a second read as a flow and leave the processor to the model
IDLE_SECONDS = 1.0  # how often a watcher looks at the status of the models when nothing else happens
BROKEN = "Something went wrong while answering. Ask again; the details are in the terminal."


class Turn:
    """One question and its answer, worked on in a thread of its own and saved as it grows."""

    def __init__(self, library: Library, answerer: Answerer, conversation_id: int, question: str, mode: Mode) -> None:
        self.conversation_id = conversation_id
        self.question = question
        self._library, self._answerer, self._mode = library, answerer, mode
        self._history = library.messages(conversation_id)
        library.add_message(conversation_id, "user", question)
        self._answer = Answer()
        self.message_id = library.add_message(conversation_id, "assistant", "", self._answer.details())
        self._changed = threading.Condition()
        self._version = 0
        self._stop = threading.Event()
        self._saved_at = 0.0

    def stop(self) -> None:
        """Ask the model to end here; what was said so far is kept."""
        self._stop.set()

    def snapshots(self) -> Iterator[Answer]:
        """The answer as it is now and after each change, until it is done. Any number may watch."""
        seen = -1
        while True:
            with self._changed:
                if self._version == seen:
                    self._changed.wait(IDLE_SECONDS)
                seen, snapshot = self._version, replace(self._answer)
            yield snapshot
            if snapshot.done:
                return
            time.sleep(FRAME_SECONDS)

    def run(self) -> None:
        """Answer the question; called once, in the turn's own thread."""
        try:
            for event in self._answerer.answer(self.question, self._history, self._mode, self._stop):
                self._absorb(event)
        except LamplightError as error:
            self._end(str(error))
        except Exception:
            logger.exception("Answering failed")
            self._end(BROKEN)
        else:
            self._end("")

    def _absorb(self, event: Event) -> None:
        with self._changed:
            self._answer.absorb(event)
            # Watchers leave at `done`: it is told only after the answer is kept.
            self._answer.done = False
            self._version += 1
            self._changed.notify_all()
        due = time.monotonic() - self._saved_at >= SAVE_SECONDS
        if due or isinstance(event, Evidence | Grounded | Finished):
            self._save()

    def _end(self, error: str) -> None:
        self._answer.error = error
        self._answer.done = True
        try:
            self._save()
        finally:
            with self._changed:
                self._version += 1
                self._changed.notify_all()

    def _save(self) -> None:
        self._library.update_message(self.message_id, self._answer.text, self._answer.details())
        self._saved_at = time.monotonic()


class Turns:
    """The turns under way, at most one to a conversation."""

    def __init__(self, library: Library, answerer: Answerer) -> None:
        self._library, self._answerer = library, answerer
        self._running: dict[int, Turn] = {}
        self._lock = threading.Lock()

    def start(self, conversation_id: int, question: str, mode: Mode) -> Turn:
        """Keep the question and begin to answer it; in a conversation being answered, return that turn."""
        with self._lock:
            running = self._running.get(conversation_id)
            if running is not None:
                return running
            turn = Turn(self._library, self._answerer, conversation_id, question, mode)
            self._running[conversation_id] = turn
        threading.Thread(target=self._run, args=(turn,), name=f"turn-{conversation_id}", daemon=True).start()
        return turn

    def running(self, conversation_id: int | None) -> Turn | None:
        """The unfinished turn of a conversation."""
        with self._lock:
            return None if conversation_id is None else self._running.get(conversation_id)

    def _run(self, turn: Turn) -> None:
        try:
            turn.run()
        finally:
            with self._lock:
                self._running.pop(turn.conversation_id, None)

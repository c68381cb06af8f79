"""The conversation in the middle of the page: asking, watching the answer grow, coming back to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lamplight.library.conversations import AT_THE_COMPUTER
from lamplight.ui.answers import Answer
from lamplight.ui.household.visitor import shown, without_paths
from lamplight.ui.rendering import answer_html, evidence_html, question_html
from lamplight.ui.running_answers import Question, known_kind

if TYPE_CHECKING:
    from lamplight.library.records import Conversation, Message
    from lamplight.rag.events import Breadth
    from lamplight.ui.running_answers import RunningAnswer
    from lamplight.ui.services import Services


class Chat:
    """Conversations as `assets/chat.js` shows them, and what can be done in them."""

    def __init__(self, services: Services) -> None:
        self._library, self._models, self._running = services.library, services.models, services.running_answers

    def known(self, conversation_id: int | None, person: str) -> int | None:
        """The conversation, if it is this person's and still there; else the page starts a new one."""
        # What a browser sends may be anything.
        conversation = self.conversation(conversation_id) if isinstance(conversation_id, int) else None
        return conversation.id if conversation is not None and conversation.person == person else None

    def view(self, conversation_id: int | None) -> dict[str, Any]:
        """A conversation, or none: who says what as safe HTML, `about` what and in which collection it is asked.

        The answer that is being written, `answering`, has no parts here: those are told as they grow.
        """
        conversation = self.conversation(conversation_id)
        if conversation is None:
            return {"conversation": None, "answering": None, "collection": None, "about": [], "messages": []}
        turn, kept = self._now(conversation.id)
        answering = turn.message_id if turn else None

        def parts(message: Message) -> list[str]:
            if message.id == answering:
                return []
            return self._kept(message, f"{conversation.id}-{message.id}", message is kept[-1])

        return {
            "conversation": conversation.id,
            "answering": answering,
            "collection": conversation.collection_id,
            "about": self._about(kept),
            "messages": [{"id": one.id, "role": one.role, "parts": parts(one)} for one in kept],
        }

    def _now(self, conversation_id: int) -> tuple[RunningAnswer | None, list[Message]]:
        """The turn that is under way and the messages that are kept, both of one moment."""
        while True:
            turn, kept = self._running.running(conversation_id), self._library.messages.of(conversation_id)
            if self._running.running(conversation_id) is turn:
                return turn, kept

    def redacted(self, error: Exception, person: str) -> str:
        """What went wrong, as it is shown to a person: only at the computer with where it did."""
        told = str(error)
        return shown(told if person == AT_THE_COMPUTER else without_paths(told, self._library.folder))

    def paths(self, copies: Sequence[object]) -> tuple[str, ...]:
        """Where files are that came with a question; a browser names them as it was told they are called."""
        return tuple(str(path) for name in copies if (path := self._library.copies.named(str(name))) is not None)

    def ask(
        self, question: Question, conversation_id: int | None, collection_id: int | None, person: str
    ) -> tuple[int, bool]:
        """Keep the question and begin to answer it, in a new conversation of this person if none is open.

        A new conversation is about a collection, or about all documents. Returns the conversation, and whether the
        question was taken: not while another one is being answered in it.
        """
        current = self.known(conversation_id, person)
        if current is None:
            current = self._library.conversations.start(question.text, collection_id, person)
        return current, self._running.start(current, question)

    def edit(self, conversation_id: int, message_id: int, question: Question) -> int | None:
        """Ask another question in place of one that was asked, and of all that followed.

        What came with that one comes with this one too. An answer that is being written ends. Returns the number by
        which `Messages.restore` takes it back; None when there is no such question here.
        """
        asked = [message for message in self._library.messages.of(conversation_id) if message.role == "user"]
        old = next((message for message in asked if message.id == message_id), None)
        if old is None or not self._running.end(conversation_id):
            return None
        edit = self._library.messages.replace(conversation_id, message_id)
        attached = question.attached or Question.restored(old).attached
        about = tuple(number for number in question.about if number not in self._documents_at(attached))
        self._running.start(conversation_id, replace(question, attached=attached, about=about))
        return edit

    def again(
        self, conversation_id: int, message_id: int, breadth: Breadth, kind: str | None = None, everywhere: bool = False
    ) -> int | None:
        """Answer the last question again: from fewer or more passages, as another `kind`, or asked of all documents.

        `message_id` is the answer's; returns as `edit`. An earlier one is left alone, as others have followed it.
        """
        messages = self._library.messages.of(conversation_id)
        if len(messages) < 2 or messages[-1].id != message_id:
            return None
        asked = messages[-2]
        question = Question.restored(asked)
        question = replace(question, about=()) if everywhere else question
        return self.edit(conversation_id, asked.id, replace(question, breadth=breadth, kind=known_kind(kind)))

    def take_back(self, conversation_id: int, edit: int) -> None:
        """Undo what `edit` or `again` did."""
        if self._running.end(conversation_id):
            self._library.messages.restore(conversation_id, edit)

    def conversation(self, conversation_id: int | None) -> Conversation | None:
        """None for one that is not begun yet."""
        return None if conversation_id is None else self._library.conversations.get(conversation_id)

    def parts(self, turn: RunningAnswer, answer: Answer) -> list[str]:
        """The answer of a turn that is under way, as safe HTML."""
        return self._answer(answer, f"{turn.conversation_id}-{turn.message_id}", last=True)

    def _kept(self, message: Message, reference: str, last: bool) -> list[str]:
        if message.role == "assistant":
            return self._answer(Answer.restored(message, self._library.documents.successor), reference, last)
        asked = Question.restored(message)
        attached = [self._attached(path) for path in asked.attached]
        names = [one["name"] for one in self._named(asked.about)]
        return [question_html(message.content, reference, attached, names)]

    def _about(self, messages: Sequence[Message]) -> list[dict[str, Any]]:
        """What the last question was about, and so the next one: id and name of documents that are still there."""
        asked = [Question.restored(message) for message in messages if message.role == "user"]
        return self._named([*asked[-1].about, *self._documents_at(asked[-1].attached)]) if asked else []

    def _documents_at(self, paths: Sequence[str]) -> list[int]:
        found = [self._library.documents.at(path) for path in paths]
        return [document.id for document in found if document is not None]

    def _named(self, numbers: Sequence[int]) -> list[dict[str, Any]]:
        current = dict.fromkeys(map(self._library.documents.successor, numbers))
        found = [document for document in map(self._library.documents.get, current) if document is not None]
        return [{"id": document.id, "name": document.name} for document in found]

    def _attached(self, path: str) -> tuple[str, int | None]:
        """The name of a file that came with a question, and the document it has become."""
        document = self._library.documents.at(path)
        return Path(path).name, document.id if document else None

    def _answer(self, answer: Answer, reference: str, last: bool) -> list[str]:
        # Two parts, so that the pictures among the evidence are not drawn again with every word. The answer comes
        # first: what is found below it may come in another order, or with pictures, and nothing that is read moves.
        waiting = "" if self._models.ready else shown(without_paths(self._models.status, self._library.folder))
        larger = self._models.ready and self._models.language_model.is_large
        parts = [answer_html(answer, reference, waiting, last, larger)]
        return [*parts, evidence_html(answer, reference)] if answer.passages else parts

"""The conversation in the middle of the page: asking, watching the answer grow, coming back to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ui.answers import Answer
from ui.conversations_panel import known_conversation
from ui.rendering import answer_html, evidence_html, question_html
from ui.turns import Turns

if TYPE_CHECKING:
    from library.records import Message
    from rag.events import Mode
    from ui.services import Services

ChatMessage = dict[str, Any]
MODES: dict[str, Mode] = {
    "Only my documents": "documents",
    "Documents + model’s knowledge": "documents+knowledge",
}


class Chat:
    """Conversations as Gradio's chatbot shows them."""

    def __init__(self, services: Services) -> None:
        self._library, self._models = services.library, services.models
        self.turns = Turns(services.library, services.answerer)

    def messages(self, conversation_id: int | None) -> list[ChatMessage]:
        """A conversation as it is kept; an answer that is being written is left to `watch`."""
        if known_conversation(self._library, conversation_id) is None or conversation_id is None:
            return []
        turn = self.turns.running(conversation_id)
        shown: list[ChatMessage] = []
        for message in self._library.messages(conversation_id):
            if turn is None or message.id != turn.message_id:
                shown += self._stored(conversation_id, message)
        return shown

    def ask(self, question: str, mode: Mode, conversation_id: int | None) -> int:
        """Keep the question, begin to answer it, and return the conversation it is in."""
        current = known_conversation(self._library, conversation_id)
        if current is None:
            current = self._library.start_conversation(question)
        self.turns.start(current, question, mode)
        return current

    def watch(self, conversation_id: int | None) -> Iterator[list[ChatMessage]]:
        """The whole conversation after each change of the answer being written; nothing if none is."""
        turn = self.turns.running(conversation_id)
        if turn is None:
            return
        before = self.messages(conversation_id)
        reference = f"{turn.conversation_id}-{turn.message_id}"
        for answer in turn.snapshots():
            yield before + self._answer(answer, reference)

    def stop(self, conversation_id: int | None) -> None:
        """End the answer that is being written."""
        turn = self.turns.running(conversation_id)
        if turn is not None:
            turn.stop()

    def _stored(self, conversation_id: int, message: Message) -> list[ChatMessage]:
        if message.role == "user":
            return [{"role": "user", "content": question_html(message.content)}]
        return self._answer(Answer.restored(message), f"{conversation_id}-{message.id}")

    def _answer(self, answer: Answer, reference: str) -> list[ChatMessage]:
        # Two messages, so that the pictures among the evidence are not drawn again with every word.
        parts = [evidence_html(answer, reference)] if answer.passages else []
        waiting = "" if self._models.ready else self._models.status
        parts.append(answer_html(answer, reference, waiting))
        return [{"role": "assistant", "content": part} for part in parts]

"""An answer in OpenAI's protocol: what a request asks for, and the answer's events as pieces of text with citations."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, Field

from lamplight.errors import LamplightError
from lamplight.library.records import Message

if TYPE_CHECKING:
    from lamplight.rag.answerer import Answerer
    from lamplight.rag.events import Citation, Finished, Mode
    from lamplight.scheduling import CancelToken

MODELS: dict[str, Mode] = {"lamplight": "documents", "lamplight+knowledge": "documents+knowledge"}
MARKER = re.compile(r"\[(\d{1,3})\]")
Json = dict[str, Any]


class RefusedRequest(LamplightError):
    """A request that can't be answered as it is."""


class ContentPart(BaseModel):
    """Of a message that has several."""

    type: str
    text: str = ""


class ChatCompletionMessage(BaseModel):
    """One message of the conversation that a client keeps."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[ContentPart] | None = None

    @property
    def text(self) -> str:
        """Raises `RefusedRequest` for a part that is none."""
        parts = [ContentPart(type="text", text=self.content)] if isinstance(self.content, str) else self.content or []
        if other := next((part.type for part in parts if part.type != "text"), None):
            raise RefusedRequest(
                f"Lamplight takes text here, not {other}; add the file to the library and ask about it."
            )
        return "\n".join(part.text for part in parts)


class StreamOptions(BaseModel):
    include_usage: bool = False


class ChatRequest(BaseModel):
    """What is read of a request; sampling and limits are Lamplight's own and other fields are left unread."""

    model: str
    messages: list[ChatCompletionMessage]
    stream: bool = False
    stream_options: StreamOptions | None = None
    n: int = Field(1, description="Answers: there is one.")

    def asked(self) -> ChatQuestion:
        """Raises `RefusedRequest`."""
        if self.model not in MODELS:
            raise RefusedRequest(f"There is no model {self.model} here, but {' and '.join(MODELS)}.")
        if self.n != 1:
            raise RefusedRequest("Lamplight gives one answer to a question: leave out n.")
        turns = [turn for turn in self.messages if turn.role in ("user", "assistant")]
        if not turns or turns[-1].role != "user" or not turns[-1].text.strip():
            raise RefusedRequest("The last message has to be the user’s question.")
        history = [
            Message(number, "user" if turn.role == "user" else "assistant", turn.text)
            for number, turn in enumerate(turns[:-1], start=1)
        ]
        return ChatQuestion(turns[-1].text.strip(), history, MODELS[self.model])


PROGRAMS = "/v1"  # all of them together, when persons and programs take turns


@dataclass(frozen=True, slots=True)
class ChatQuestion:
    """A question with the conversation before it."""

    question: str
    history: list[Message]
    mode: Mode


@dataclass(slots=True)
class Reply:
    """The answer so far: `text` is only what will not change any more. `finished` once there is nothing to come."""

    text: str = ""
    finished: Finished | None = None
    _sent: int = field(default=0, repr=False)

    def further(self) -> str:
        """What came since this was called before."""
        piece, self._sent = self.text[self._sent :], len(self.text)
        return piece

    def grow(self, text: str) -> None:
        """Take in a longer text; one that begins otherwise, as nothing does today, comes below what was sent."""
        if text.startswith(self.text):
            self.text = text
        elif not self.text.startswith(text):
            self.text += f"\n\n{text}"


def replies(answerer: Answerer, asked: ChatQuestion, stop: CancelToken) -> Iterator[Reply]:
    """The same `Reply` again and again while it grows. What the model has written and nobody has checked yet is not in
    it: a client can't take back what it has shown. Raises `LamplightError`.
    """
    from lamplight.rag.events import Evidence, Finished, Grounded

    reply = Reply()
    for event in answerer.answer(asked.question, asked.history, asked.mode, stop, asker=PROGRAMS):
        if isinstance(event, Evidence):
            reply.grow(event.opening)
        elif isinstance(event, Grounded):
            reply.grow(event.answer)
        elif isinstance(event, Finished):
            reply.grow("\n\n".join(filter(None, (event.answer, event.notice))))
            reply.finished = event
        yield reply


def cited_in(text: str, citations: Sequence[Citation], address: str) -> list[Json]:
    """For each marker in `text` where what it stands for can be seen; `address` is where this app is served."""
    waiting: dict[int, list[Citation]] = defaultdict(list)
    for citation in citations:
        waiting[citation.marker].append(citation)
    found = []
    for marker in MARKER.finditer(text):
        held = waiting.get(int(marker[1]))
        if not held:
            continue
        citation = held.pop(0) if len(held) > 1 else held[0]  # the sentences of a passage are cited in their order
        found.append({
            "type": "url_citation",
            "url_citation": {
                "start_index": marker.start(),
                "end_index": marker.end(),
                "title": f"{citation.document}, page {citation.page}",
                "url": f"{address}pages/{citation.document_id}/{citation.page}.png",
                "document": citation.document,
                "page": citation.page,
                "text": citation.text,
                "boxes": [list(box) for box in citation.boxes],
            },
        })  # fmt: skip
    return found


def usage(finished: Finished) -> Json:
    """Tokens as far as they were counted: a computed or quoted answer has none."""
    timings = finished.timings
    seconds = max(0.0, timings.total_ms - timings.first_token_ms) / 1000
    written = round(timings.tokens_per_second * seconds)
    return {
        "prompt_tokens": timings.context_tokens,
        "completion_tokens": written,
        "total_tokens": timings.context_tokens + written,
        "prompt_tokens_details": {"cached_tokens": timings.reused_tokens},
    }

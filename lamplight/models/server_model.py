"""A language model on a server: asked in a thread of its own, so that a person can stop it while nothing comes."""

from __future__ import annotations

import queue
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lamplight.errors import ServerError, Unavailable
from lamplight.models.chat import ChatMessage
from lamplight.models.context import PrefillStep
from lamplight.models.engine import never
from lamplight.models.language_model import Piece, Usage
from lamplight.models.prompted_model import PromptedModel, size_in
from lamplight.models.server import Offered, Server, offered
from lamplight.models.server_requests import BadRequest, CancellableConnection, Requests

ATTEMPTS = 3  # at what may be better in a moment
PAUSE = 0.5  # seconds before the second attempt, twice as long before each further one
LOOK_SECONDS = 0.05  # between two looks whether the answer is still wanted
# What servers may take for the end of a turn, in whichever model's format.
CONTROL = re.compile(r"<(?=[|/\w\uff5c])|\[(?=/?INST\])")
THOUGHT = ("<think>", "</think>")


@dataclass(frozen=True, slots=True)
class _Delta:
    """What one event of the stream brings."""

    text: str = ""
    thought: bool = False
    ended: str = ""  # why: "stop", "length"
    usage: Usage | None = None


_Inbox = queue.SimpleQueue[_Delta | ServerError | None]


class ServerModel(PromptedModel):
    """An `AnswerModel` on a server."""

    def __init__(self, server: Server, key: str = "", requests: Requests | None = None) -> None:
        """Connects to nothing yet. Raises `ServerError` when the key is none."""
        size = server.parameters or size_in(server.model)
        super().__init__(server.name, f"{server.address} {server.model}", size)
        self.server = server
        self.elsewhere = server.elsewhere
        self._requests = requests or Requests(server, key)

    def models(self) -> list[Offered]:
        """What the server offers. Raises `ServerError`."""
        return offered(self._requests.get("models"))

    def test(self) -> None:
        """Have it say a word, which may first load it from the server's disk. Raises `ServerError`."""
        for _ in self.generate([ChatMessage("user", "Say yes.")], 4, never):
            pass

    def generate(
        self, messages: Sequence[ChatMessage], max_tokens: int, stopped: Callable[[], bool]
    ) -> Iterator[PrefillStep | Piece | Usage]:
        """As promised; what breaks off is the connection."""
        connection, inbox = CancellableConnection(), _Inbox()
        sent = [{"role": one.role, "content": CONTROL.sub(r"\g<0> ", one.content)} for one in messages]
        bare = {"model": self.server.model, "messages": sent, "stream": True}
        # Greedy as the model in this process: an answer from passages needs no invention.
        body = bare | {
            "max_tokens": max_tokens,
            "temperature": 0,
            "stream_options": {"include_usage": True},
            "chat_template_kwargs": {"enable_thinking": False},
        }
        threading.Thread(
            target=self._receive, args=((body, bare), connection, inbox), name="answer from a server", daemon=True
        ).start()
        try:
            yield from _read(inbox, max_tokens, stopped)
        finally:
            connection.hang_up()

    def _receive(self, bodies: Sequence[dict[str, Any]], connection: CancellableConnection, inbox: _Inbox) -> None:
        """Puts what comes into `inbox`: in the end None, before it why there is no more if something went wrong."""
        try:
            for delta in self._deltas(bodies, connection):
                inbox.put(delta)
        except ServerError as error:
            inbox.put(error)
        finally:
            inbox.put(None)

    def _deltas(self, bodies: Sequence[dict[str, Any]], connection: CancellableConnection) -> Iterator[_Delta]:
        """Asks again while nothing was said yet: behind a balancer, another server may answer."""
        attempt, body = 1, bodies[0]
        while True:
            begun = False
            try:
                for event in self._requests.events("chat/completions", body, connection):
                    delta = _delta(event)
                    begun = begun or bool(delta.text)
                    yield delta
                return
            except Unavailable as error:
                pause = error.wait or PAUSE * 2 ** (attempt - 1)
                if begun or attempt == ATTEMPTS or connection.wait(pause):
                    raise
                attempt += 1
            except BadRequest:
                if begun or body is bodies[-1]:
                    raise
                body = bodies[-1]  # without what not every server knows


def _read(inbox: _Inbox, max_tokens: int, stopped: Callable[[], bool]) -> Iterator[Piece | Usage]:
    usage, ended, thought = Usage(0, 0, 0, 0, 0.0), "", False
    said, started = 0, time.perf_counter()
    think = _Thinking()
    while not stopped() and said < 2 * max_tokens:  # a server may not know the limit
        try:
            item = inbox.get(timeout=LOOK_SECONDS)
        except queue.Empty:
            continue
        if item is None:
            break
        if isinstance(item, ServerError):
            if not said:
                raise item
            usage = replace(usage, cut="" if ended else str(item))
            break
        usage, ended, thought = item.usage or usage, item.ended or ended, item.thought or thought
        text = think.without(item.text)
        if text:
            if not said:
                started = time.perf_counter()
            said += 1
            yield Piece(text)
    if ended == "length" and not said and (thought or think.thought):
        raise ServerError("The model thought for so long that nothing was left for an answer; choose one that doesn’t.")
    seconds = time.perf_counter() - started if said else 0.0
    generated = usage.generated_tokens or said
    truncated = ended == "length" or (not ended and generated >= max_tokens)
    yield replace(usage, generated_tokens=generated, decode_seconds=seconds, truncated=truncated)


class _Thinking:
    """Leaves out what some models think aloud before they answer."""

    def __init__(self) -> None:
        self._held, self._state = "", "before"  # "thinking", "after"

    @property
    def thought(self) -> bool:
        return self._state == "thinking"

    def without(self, text: str) -> str:
        """What of the text, and of what was held back, belongs to the answer."""
        if self._state == "after":
            return text
        self._held += text
        opening, closing = THOUGHT
        if self._state == "before":
            begins = self._held.lstrip()
            if not begins or (opening.startswith(begins) and begins != opening):
                return ""  # it may still become one
            self._state = "thinking" if begins.startswith(opening) else "after"
        if self._state == "thinking":
            _, found, rest = self._held.partition(closing)
            if not found:
                return ""
            self._state, self._held = "after", rest.lstrip()
        text, self._held = self._held, ""
        return text


def _delta(event: dict[str, Any]) -> _Delta:
    """Of one event, whatever of it is there."""
    choices = event.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], dict) else {}
    delta = choice.get("delta")
    delta = delta if isinstance(delta, dict) else {}
    text, ended = delta.get("content"), choice.get("finish_reason")
    return _Delta(
        text if isinstance(text, str) else "",
        bool(delta.get("reasoning_content") or delta.get("reasoning")),
        ended if isinstance(ended, str) else "",
        _usage(event.get("usage")),
    )


def _usage(told: object) -> Usage | None:
    if not isinstance(told, dict):
        return None
    details = told.get("prompt_tokens_details")
    reused = _count(details.get("cached_tokens")) if isinstance(details, dict) else 0
    prompt = _count(told.get("prompt_tokens"))
    return Usage(prompt, max(0, prompt - reused), reused, _count(told.get("completion_tokens")), 0.0)


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0

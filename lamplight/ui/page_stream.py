"""What an open page is told, in one stream of server-sent events: what the app is doing, and the conversation it shows.

    app           which run of the app this is: a page of another one is loaded anew
    activity      `library_panel.activity_value`
    conversation  `Chat.view`; a message without `parts` is as it was told before
    answer        `{"message", "parts"}` of the answer that is being written; a part that is null is as it was

The id of an event has a checksum of the activity and one of the conversation. A page that comes again with it is told
what has changed since, also by an app that has been restarted: nothing is kept here for it.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator
from contextlib import suppress
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from lamplight.library.conversations import AT_THE_COMPUTER
from lamplight.ui.household.visitor import session_of
from lamplight.ui.library_panel import activity_value

if TYPE_CHECKING:
    from lamplight.ui.chat import Chat
    from lamplight.ui.household.sessions import Session
    from lamplight.ui.services import Services

FRAME_SECONDS = 0.08  # a dozen repaints a second read as a flow and leave the processor to the model
BUSY_SECONDS = 0.7  # between two looks at what tells nobody that it changes, while something is under way
IDLE_SECONDS = 2.5
SILENT_SECONDS = 15.0  # then a comment is sent, so that a connection that is no more is noticed
RETRY = "retry: 1000\n"  # milliseconds after which a browser connects again
STARTED = time.time()


def stream_routes(services: Services, chat: Chat) -> APIRouter:
    """One stream for each page; of a conversation that is another person's it tells as of one that isn't there."""
    router = APIRouter()

    @router.get("/stream")
    async def stream(
        request: Request, conversation: int | None = None, after: str = Query("", max_length=64)
    ) -> StreamingResponse:
        # A browser that connects again by itself knows more than the address it was given at first.
        known = request.headers.get("last-event-id", after)
        pieces = PageStream(services, chat, session_of(request), conversation, known).pieces()
        return StreamingResponse(pieces, media_type="text/event-stream", headers={"Cache-Control": "no-store"})

    return router


class PageStream:
    """One open page that shows a conversation, or none. `known` is the id of the last event it was told."""

    def __init__(
        self, services: Services, chat: Chat, session: Session | None, conversation_id: int | None, known: str
    ) -> None:
        self._services, self._chat, self._session = services, chat, session
        self._person = session.person if session else AT_THE_COMPUTER
        self._conversation_id = conversation_id
        self._activity, _, self._conversation = known.partition(".")  # checksums of what the page was told
        self._looked: object = None  # what makes another look at the activity worthwhile
        self._look_at = 0.0
        self._pause = BUSY_SECONDS
        self._shown: object = None  # what makes another look at the conversation worthwhile
        self._messages: dict[int, list[str]] = {}  # their parts as the page has them
        self._written: object = None
        self._parts: list[str] = []  # of the answer that is being written

    async def pieces(self) -> AsyncGenerator[str, None]:
        """Until the page is closed, its person signed out, or the app ends."""
        yield RETRY + self._event("app", str(STARTED))
        told = time.monotonic()
        with self._services.changed.heard() as heard:
            while not (heard.ended or (self._session and self._session.ended)):
                heard.clear()
                news = await run_in_threadpool(self._news)
                if not news and time.monotonic() - told >= SILENT_SECONDS:
                    news = ":\n\n"
                if news:
                    yield news
                    told = time.monotonic()
                await asyncio.sleep(FRAME_SECONDS)
                with suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(heard.wait(), self._pause)

    def _news(self) -> str:
        return self._of_activity() + self._of_conversation() + self._of_answer()

    def _of_activity(self) -> str:
        services = self._services
        answering = services.running_answers.answering(self._person)
        looked, now = (services.library.database.changes, services.changed.actions, answering), time.monotonic()
        if looked == self._looked and now < self._look_at:
            return ""
        value = activity_value(services, self._session)
        busy = value["jobs"] or value["answering"] or value["status"] or not value["ready"]
        self._looked, self._pause = looked, BUSY_SECONDS if busy else IDLE_SECONDS
        self._look_at = now + self._pause
        text = _compact(value)
        if (checksum := _checksum(text)) == self._activity:
            return ""
        self._activity = checksum
        return self._event("activity", text)

    def _of_conversation(self) -> str:
        current = self._chat.known(self._conversation_id, self._person)
        # In this order: a question changes the conversation before its turn runs, so one that begins between the two is
        # noticed by the next look, even if it has ended by then.
        conversation = self._chat.conversation(current)
        shown = (conversation, self._services.running_answers.running(current))
        if self._shown == shown:
            return ""
        self._shown, self._written = shown, None
        view = self._chat.view(current)
        checksum, known = _checksum(_compact(view)), self._messages
        self._messages = {message["id"]: message["parts"] for message in view["messages"]}
        if checksum == self._conversation:
            return ""
        self._conversation = checksum
        for message in view["messages"]:
            if known.get(message["id"]) == message["parts"]:
                del message["parts"]
        return self._event("conversation", _compact(view))

    def _of_answer(self) -> str:
        turn = self._services.running_answers.running(self._chat.known(self._conversation_id, self._person))
        if turn is None:
            return ""
        version, answer = turn.snapshot()
        models = self._services.models
        written = (turn, version, models.ready or models.status)
        # The end comes with the conversation in which nothing is being written any more.
        if answer.done or written == self._written:
            return ""
        known = self._parts if self._written else []
        self._written, self._parts = written, self._chat.parts(turn, answer)
        parts = [part if known[at : at + 1] != [part] else None for at, part in enumerate(self._parts)]
        return self._event("answer", _compact({"message": turn.message_id, "parts": parts}))

    def _event(self, name: str, data: str) -> str:
        return f"event: {name}\nid: {self._activity}.{self._conversation}\ndata: {data}\n\n"


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _checksum(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]

"""How long a connection from elsewhere may keep a place without using it: there are few, and others wait for them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEAD_SECONDS = 15.0  # until a request's head is whole, after the connection or the answer before it
# A body may be as long as it likes, but not as slow: it may be waited for this long, and longer as more of it comes.
BODY_SECONDS = 20.0
SLOWEST = 8_000  # bytes a second
TAKING_SECONDS = 60.0  # until the other side has taken what was sent to it


class Deadlines:
    """Of one connection; it is cut off when it misses one.

    An answer itself may take any time: that is ours, and those that go on for ever are streams of a page that is open.
    """

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._answering = 0

    def begin(self, transport: asyncio.Transport) -> None:
        """The connection is there; a request may already have come by it."""
        self._transport = transport
        self._expect_head()

    def around(self, app: ASGIApp) -> ASGIApp:
        """The app as the connection's requests come to it."""

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            self._answering += 1
            self._expect_head()
            try:
                await app(scope, self._receiving(receive), self._sending(send))
            finally:
                self._answering -= 1
                self._expect_head()

        return answer

    def _expect_head(self) -> None:
        """From now on, unless a request is being answered."""
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
        if not self._answering and self._transport is not None and not self._transport.is_closing():
            self._idle = asyncio.get_running_loop().call_later(HEAD_SECONDS, self._cut)

    def _receiving(self, receive: Receive) -> Receive:
        left, whole = BODY_SECONDS, False

        async def receive_on() -> Message:
            nonlocal left, whole
            if whole:  # only that the other side goes is left to be told
                return await receive()
            began = asyncio.get_running_loop().time()
            with self._within(left):
                message = await receive()
            left += len(message.get("body", b"")) / SLOWEST - (asyncio.get_running_loop().time() - began)
            whole = not message.get("more_body", False)
            return message

        return receive_on

    def _sending(self, send: Send) -> Send:
        async def send_on(message: Message) -> None:
            with self._within(TAKING_SECONDS):
                await send(message)

        return send_on

    @contextmanager
    def _within(self, seconds: float) -> Iterator[None]:
        handle = asyncio.get_running_loop().call_later(max(0.0, seconds), self._cut)
        try:
            yield
        finally:
            handle.cancel()

    def _cut(self) -> None:
        """At once: what is told to the other side first might not be taken either."""
        if self._transport is not None:
            self._transport.abort()

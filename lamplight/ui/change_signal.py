"""Wakes the streams of open pages when something may have changed."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

LOOKS = ("GET", "HEAD")  # methods of requests that change nothing


class Heard(asyncio.Event):
    """Set by each signal; who waits for it clears it. With `ended` there is nothing more to wait for."""

    ended = False


class ChangeSignal:
    """Given from any thread, heard in event loops. `actions` counts the requests that may have changed something."""

    def __init__(self) -> None:
        self.actions = 0
        self._listening: set[tuple[asyncio.AbstractEventLoop, Heard]] = set()
        self._lock = threading.Lock()

    def give(self) -> None:
        """Set the event of everybody who listens."""
        with self._lock:
            listening = list(self._listening)
        for loop, event in listening:
            with suppress(RuntimeError):  # its loop has just ended
                loop.call_soon_threadsafe(event.set)

    def end(self) -> None:
        """The last signal for all who listen now, as the server that they listen to ends."""
        with self._lock:
            for _, heard in self._listening:
                heard.ended = True
        self.give()

    @contextmanager
    def heard(self) -> Iterator[Heard]:
        """An event of the running loop, until the block ends."""
        listening = (asyncio.get_running_loop(), Heard())
        with self._lock:
            self._listening.add(listening)
        try:
            yield listening[1]
        finally:
            with self._lock:
                self._listening.discard(listening)


@dataclass(frozen=True, slots=True)
class SignalOfActions:
    """ASGI middleware that gives the signal after each request that may have changed something."""

    app: ASGIApp
    signal: ChangeSignal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self.app(scope, receive, send)
        finally:
            if scope["type"] == "http" and scope["method"] not in LOOKS:
                self.signal.actions += 1
                self.signal.give()

"""What is made while it is sent: nobody has to make what nobody listens to."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from starlette.types import Message

from lamplight.ui.streaming import StreamedResponse


def test_what_nobody_listens_to_any_more_is_closed_at_once() -> None:
    closed: list[bool] = []

    def pieces() -> Generator[str | bytes, None, None]:
        try:
            while True:
                yield b"more"
        finally:
            closed.append(True)

    async def broken_off() -> None:
        heard = asyncio.Event()

        async def receive() -> Message:
            await heard.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            if message.get("body"):
                heard.set()
            await asyncio.sleep(0)

        scope: dict[str, Any] = {"type": "http", "asgi": {"spec_version": "2.3"}}
        await StreamedResponse(pieces(), "text/plain")(scope, receive, send)
        assert closed == [True]

    # In a thread of its own: the browser's tests keep an event loop running in this one.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(broken_off())).result()

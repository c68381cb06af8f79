"""Answers that are made while they are sent."""

from __future__ import annotations

from collections.abc import Generator, Mapping

import anyio
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send


class StreamedResponse(StreamingResponse):
    """Closes its generator as soon as nobody listens any more, so that it lets go of what it holds.

    Starlette leaves that to the garbage collector: an answer nobody waits for would hold up all work in the
    background until then.
    """

    def __init__(
        self,
        pieces: Generator[str | bytes, None, None],
        media_type: str,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(pieces, media_type=media_type, headers=headers)
        self._pieces = pieces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            with anyio.CancelScope(shield=True):
                await run_in_threadpool(self._pieces.close)

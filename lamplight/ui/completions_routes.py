"""`/v1`: other programs may ask this library in OpenAI's protocol. The guard lets in only who has the token."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import Generator
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response
from pydantic import ValidationError

from lamplight.errors import LamplightError
from lamplight.scheduling import CancelToken
from lamplight.ui.access_token import access_token, end_access, make_access_token
from lamplight.ui.completions import (
    MODELS,
    ChatQuestion,
    ChatRequest,
    Json,
    RefusedRequest,
    Reply,
    cited_in,
    replies,
    usage,
)
from lamplight.ui.guard import api_error
from lamplight.ui.requests import act, body_of
from lamplight.ui.streaming import StreamedResponse

if TYPE_CHECKING:
    from lamplight.ui.services import Services

CONVERSATION_BYTES = 4_000_000  # a client sends all of it each time
LOOK_SECONDS = 0.5  # between two looks whether the client still waits
UNREADABLE = "The request is no chat completion: it needs a model and messages."


def completions_routes(services: Services) -> APIRouter:
    """To be included before Gradio is mounted at the root."""
    router = APIRouter()

    @router.get("/v1/models")
    def models() -> Json:
        entries = [{"id": name, "object": "model", "created": 0, "owned_by": "lamplight"} for name in MODELS]
        return {"object": "list", "data": entries}

    @router.post("/v1/chat/completions")
    async def complete(request: Request) -> Response:
        try:
            wanted = ChatRequest.model_validate_json(await body_of(request, CONVERSATION_BYTES))
            asked = wanted.asked()
        except ValidationError:
            return api_error(HTTPStatus.BAD_REQUEST, UNREADABLE)
        except RefusedRequest as error:
            return api_error(HTTPStatus.BAD_REQUEST, str(error))
        completion = _Completion(services, asked, wanted.model, str(request.base_url))
        if wanted.stream:
            with_usage = wanted.stream_options is not None and wanted.stream_options.include_usage
            return StreamedResponse(completion.events(with_usage), "text/event-stream")
        return await _unless_gone(request, completion)

    folder = services.library.folder

    @router.get("/access")
    async def access() -> JSONResponse:
        return await act(lambda: {"token": access_token(folder)})

    @router.post("/access")
    async def allow() -> JSONResponse:
        """Make a token, which ends the one before."""
        return await act(lambda: {"token": make_access_token(folder)})

    @router.delete("/access")
    async def end() -> JSONResponse:
        def done() -> Json:
            end_access(folder)
            return {"token": ""}

        return await act(done)

    return router


async def _unless_gone(request: Request, completion: _Completion) -> Response:
    """The whole answer; it is stopped when the client goes."""
    work = asyncio.ensure_future(run_in_threadpool(completion.whole))
    while not (await asyncio.wait({work}, timeout=LOOK_SECONDS))[0]:
        if await request.is_disconnected():
            completion.stop.cancel()
    return await work


class _Completion:
    """One question to be answered. `stop` ends it."""

    def __init__(self, services: Services, asked: ChatQuestion, model: str, address: str) -> None:
        self.stop = CancelToken()
        self._services, self._asked, self._address = services, asked, address
        self._head = {"id": f"chatcmpl-{secrets.token_hex(12)}", "created": int(time.time()), "model": model}

    def whole(self) -> Response:
        try:
            *_, reply = replies(self._services.answerer, self._asked, self.stop)
        except LamplightError as error:
            return api_error(HTTPStatus.SERVICE_UNAVAILABLE, str(error))
        message = {"role": "assistant", "content": reply.text, "refusal": None, "annotations": self._cited(reply)}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
        content = self._head | {"object": "chat.completion", "choices": [choice], "usage": _used(reply)}
        return JSONResponse(content, headers={"Cache-Control": "no-store"})

    def events(self, with_usage: bool) -> Generator[str | bytes, None, None]:
        """Server-sent events; a comment where there is progress and no text, so that nobody takes it for lost."""
        reply = Reply()
        try:
            yield self._chunk({"role": "assistant", "content": ""})
            for reply in replies(self._services.answerer, self._asked, self.stop):
                piece = reply.further()
                yield self._chunk({"content": piece}) if piece else ": reading\n\n"
            yield self._chunk({"annotations": self._cited(reply)}, "stop")
            if with_usage:
                yield _event(self._head | {"object": "chat.completion.chunk", "choices": [], "usage": _used(reply)})
        except LamplightError as error:
            yield _event({"error": {"message": str(error), "type": "server_error", "code": None, "param": None}})
        finally:
            self.stop.cancel()
        yield "data: [DONE]\n\n"

    def _chunk(self, delta: Json, ended: str | None = None) -> str:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": ended}
        return _event(self._head | {"object": "chat.completion.chunk", "choices": [choice]})

    def _cited(self, reply: Reply) -> list[Json]:
        return cited_in(reply.text, reply.finished.citations, self._address) if reply.finished else []


def _used(reply: Reply) -> Json | None:
    return usage(reply.finished) if reply.finished else None


def _event(content: dict[str, Any]) -> str:
    return f"data: {json.dumps(content, ensure_ascii=False)}\n\n"

"""What the routes of the page share: bodies that are checked, answers that are never kept by the browser."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha256
from json import dumps, loads
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from fastapi import HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response

from lamplight.errors import LamplightError
from lamplight.ui.household.visitor import person_of

if TYPE_CHECKING:
    from lamplight.library.store import Library

BODY = "lamplight.body"  # in the scope, once it has been read
FIELD_BYTES = 1_000_000  # of a request with a few fields
REFUSED = 422  # understood, but can't be done; `detail` is a sentence


async def act(work: Callable[..., Any], *arguments: Any) -> JSONResponse:
    """What `work` returns, as JSON; an error on purpose becomes a sentence."""
    try:
        value = await run_in_threadpool(work, *arguments)
    except LamplightError as error:
        raise HTTPException(REFUSED, str(error)) from error
    return JSONResponse(value, headers={"Cache-Control": "no-store"})


def found(value: object) -> JSONResponse:
    """`value` as JSON, or 404 for None."""
    if value is None:
        raise HTTPException(404)
    return JSONResponse(value, headers={"Cache-Control": "no-store"})


def unless_known(request: Request, value: object) -> Response:
    """`value` as JSON, or 304 when the browser has exactly that already."""
    body = dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return bytes_unless_known(request, body, "application/json")


def bytes_unless_known(
    request: Request, body: bytes, media_type: str, headers: Mapping[str, str] = MappingProxyType({})
) -> Response:
    """`body`, or 304 likewise."""
    tag = f'"{sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", **headers}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


def only_own(library: Library) -> Callable[[Request], None]:
    """A dependency of routes: 404 where path or query name a conversation that is another person's."""

    def check(request: Request) -> None:
        named = request.path_params.get("conversation_id") or request.query_params.get("conversation")
        if named and not (str(named).isdecimal() and library.conversations.belongs_to(int(named), person_of(request))):
            raise HTTPException(404)

    return check


async def body_of(request: Request, most: int) -> bytes:
    """What was sent, of at most so many bytes; the same for who asks again. Raises 413 for more, before it is all in
    memory.
    """
    if BODY not in request.scope:
        body = bytearray()
        async for piece in request.stream():
            body += piece
            if len(body) > most:
                raise HTTPException(413)
        request.scope[BODY] = bytes(body)
    kept: bytes = request.scope[BODY]
    return kept


async def field(request: Request, name: str, kind: type[Any]) -> Any:
    """A field of the JSON object in the body. Raises 400 when it isn't there or is of another kind."""
    try:
        value = loads(await body_of(request, FIELD_BYTES))[name]
    except (ValueError, KeyError, TypeError):
        value = None
    if not isinstance(value, kind):
        raise HTTPException(400, f"The request has no {name}.")
    return value

"""What Gradio answers: what the page asks it for, and nothing else of what it can; what comes of it, to who asked.

Gradio tells what came of a call to whoever knows its name. So the name belongs to the person who made the call.
"""

from __future__ import annotations

import json
import re
import threading
from collections import OrderedDict
from contextlib import suppress

from fastapi import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lamplight.languages import gettext, sentence
from lamplight.ui.household.visitor import person_of
from lamplight.ui.requests import FIELD_BYTES, body_of

ROUTES = "/gradio_api/"
CALL = re.compile(r"call/\w+(?:/([^/]+))?")  # of a function; with a name behind it, what came of that call
CLOSED = ("/login", "/logout", "/monitoring", "/svelte/", "/pwa_icon")  # for who writes Gradio apps
LONGEST = 100  # characters of a name
KEPT = 2_000  # names of one person: each is asked for once, at once
NOT_YOURS = sentence("This belongs to another person’s page.")


class Names:
    """Of calls, and whose they are. A person's oldest are forgotten for newer ones, never another's."""

    def __init__(self) -> None:
        self._owners: dict[str, str] = {}
        self._kept: dict[str, OrderedDict[str, None]] = {}
        self._lock = threading.Lock()

    def claim(self, name: str, person: str) -> bool:
        """Whether a name is this person's, which it is from now on if it was nobody's."""
        with self._lock:
            if len(name) > LONGEST or self._owners.setdefault(name, person) != person:
                return False
            own = self._kept.setdefault(person, OrderedDict())
            own[name] = None
            own.move_to_end(name)
            if len(own) > KEPT:
                del self._owners[own.popitem(last=False)[0]]
            return True

    def owns(self, name: str, person: str) -> bool:
        """Whether this person has claimed it."""
        with self._lock:
            return self._owners.get(name) == person


class PageEvents:
    """ASGI middleware, just inside the guard."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._names = Names()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif scope["path"].startswith(ROUTES):
            await self._answer(scope["path"].removeprefix(ROUTES), scope, receive, send)
        elif scope["path"].startswith(CLOSED):
            await Response(status_code=404)(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _answer(self, asked: str, scope: Scope, receive: Receive, send: Send) -> None:
        request, call = Request(scope, receive), CALL.fullmatch(asked)
        if call is None:
            await Response(status_code=404)(scope, receive, send)
        elif call[1] is None:
            try:
                body = await body_of(request, FIELD_BYTES)
                json.loads(body)
            except (HTTPException, ValueError) as error:
                status = error.status_code if isinstance(error, HTTPException) else 400
                await Response(status_code=status)(scope, receive, send)
                return
            await self.app(scope, _again(body, receive), self._noting(send, person_of(request)))
        elif self._names.owns(call[1], person_of(request)):
            await self.app(scope, receive, send)
        else:
            await JSONResponse({"detail": gettext(NOT_YOURS)}, 403)(scope, receive, send)

    def _noting(self, send: Send, person: str) -> Send:
        """`send`, which notes whose the call is that is told."""

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.body":
                with suppress(ValueError, KeyError, TypeError):  # then it was refused
                    self._names.claim(str(json.loads(message["body"])["event_id"]), person)
            await send(message)

        return send_on


def _again(body: bytes, receive: Receive) -> Receive:
    """`receive` for who reads the body after us."""
    sent = False

    async def receive_again() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive_again

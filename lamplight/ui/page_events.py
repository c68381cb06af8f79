"""What Gradio answers: what the page asks it for, and nothing else of what it can; each tab's events to its person.

Gradio knows a tab by a name that the tab gives itself, and an event by another. Who knows either could read along or
cancel. So a name belongs to the person who first used it.
"""

from __future__ import annotations

import json
import re
import threading
from collections import OrderedDict
from contextlib import suppress
from urllib.parse import parse_qs

from fastapi import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lamplight.ui.household.visitor import person_of
from lamplight.ui.requests import FIELD_BYTES, body_of

ROUTES = "/gradio_api/"
JOIN, CANCEL, STREAM, HEARTBEAT = "queue/join", "cancel", "queue/data", "heartbeat/"
# Of a function by its name: first an event is asked for, then what comes of it.
CALL = re.compile(r"call/\w+(?:/([^/]+))?")
ASKED_BY_FORM = frozenset({JOIN, CANCEL, "run/predict", "reset"})  # with a JSON object that names the tab
ASKED_PLAINLY = frozenset({"startup-events"})
CLOSED = ("/login", "/logout", "/monitoring", "/svelte/", "/pwa_icon")  # for who writes Gradio apps
LONGEST = 100  # characters of a name
KEPT = 2_000  # names of one person: a tab uses one, and one for each answer that it follows
NOT_YOURS = "This belongs to another person’s page."


class Names:
    """Of tabs and events, and whose they are. A person's oldest are forgotten for newer ones, never another's."""

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
        request = Request(scope, receive)
        refusal: Response | None = None
        call = CALL.fullmatch(asked)
        if asked in ASKED_BY_FORM or (call and not call[1]):
            try:
                body = await body_of(request, FIELD_BYTES)
            except HTTPException as error:
                await Response(status_code=error.status_code)(scope, receive, send)
                return
            receive = _again(body, receive)
            refusal = self._unless_own(asked, body, person_of(request))
            send = self._noting(send, person_of(request)) if call or asked == JOIN else send
        elif call:
            refusal = None if self._names.owns(call[1], person_of(request)) else _refused()
        elif asked == STREAM or asked.startswith(HEARTBEAT):
            named = parse_qs(scope["query_string"].decode("latin-1")).get("session_hash", [])
            named = [asked.removeprefix(HEARTBEAT)] if asked.startswith(HEARTBEAT) else named
            refusal = None if self._are_own(named, person_of(request)) else _refused()
        elif asked not in ASKED_PLAINLY:
            refusal = Response(status_code=404)
        await (refusal or self.app)(scope, receive, send)

    def _unless_own(self, asked: str, body: bytes, person: str) -> Response | None:
        try:
            fields = json.loads(body)
            tab, event = fields.get("session_hash"), fields.get("event_id")
        except (ValueError, AttributeError):
            return Response(status_code=400)
        if tab is not None and not self._are_own([tab], person):
            return _refused()
        if asked == CANCEL and not (isinstance(event, str) and self._names.owns(event, person)):
            return _refused()
        return None

    def _are_own(self, named: list[object], person: str) -> bool:
        """Whether there is one name, and it is this person's."""
        return len(named) == 1 and isinstance(named[0], str) and self._names.claim(named[0], person)

    def _noting(self, send: Send, person: str) -> Send:
        """`send`, which notes whose the event is that is told."""

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


def _refused() -> Response:
    return JSONResponse({"detail": NOT_YOURS}, 403)

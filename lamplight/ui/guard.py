"""Only this machine's browser, only this page, only this person; and who is signed in to the household.

A server on the loopback address can be reached by any web page the person has open. The guard refuses what
a page from elsewhere could send: a foreign `Host` (DNS rebinding), a foreign `Origin`, a cross-site fetch, a
request without the launch key. What comes from another device needs a session instead, and an encrypted connection;
the launch key is of no use there. What it lets through gets headers that keep the page from reaching out.
"""

from __future__ import annotations

from collections.abc import Callable
from hmac import compare_digest
from http import HTTPStatus
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lamplight import PROGRAM
from lamplight.languages import accepted, chosen, gettext, speaking
from lamplight.languages.html import page_in_language
from lamplight.ui.household.network import WILDCARDS, is_loopback, own_names
from lamplight.ui.household.sessions import Household, Session
from lamplight.ui.household.sign_in import SIGN_IN, session_cookie, sign_in_page
from lamplight.ui.household.visitor import NOT_YOURS, SESSION, may_go

# All of it, including images in a model's Markdown, may come from this server alone. Styles may stand in an element: a
# bar has its length there, and the pages at the door, which are let through alone, have theirs in themselves.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "worker-src 'self' blob:",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    # Nothing to others. (With "no-referrer" a browser hides even from us where a form was sent from.)
    (b"referrer-policy", b"same-origin"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
# The page at the door shows it, and it holds nothing of a person's.
OPEN_PATHS = frozenset({"/favicon.ico"})
# Other programs ask there, with a token instead of the cookie (`ui.access_token`).
API = "/v1/"
NO_ACCESS = (
    f"Make a token under “Other programs” in Lamplight’s settings, or with `{PROGRAM} token`, and give it as the key."
)
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
USUAL_PORTS = {"http": 80, "https": 443}  # browsers leave them out of the Host header
COOKIE_SECONDS = 365 * 24 * 3600
LANGUAGE_COOKIE = "lamplight-language"
LOCKED_PAGE = Path(__file__).parent / "assets" / "locked.html"


class Guard:
    """ASGI middleware; put it outermost. `host` and `port` are what the server is bound to.

    `token` gives the token of other programs as it is now; while that is empty, none is let in.
    """

    def __init__(
        self, app: ASGIApp, host: str, port: int, key: str, household: Household, token: Callable[[], str] = str
    ) -> None:
        self.app = app
        self.port = port
        self.key = key.encode()
        self.token = token
        self.household = household
        self.cookie = f"lamplight-{port}"
        # Behind a wildcard the machine has many addresses. Rebinding needs a name, so a bare address is safe.
        self.any_address = host in WILDCARDS
        names = {*LOOPBACK, f"[{host}]" if ":" in host else host.lower()}
        names |= set() if is_loopback(host) else set(own_names())
        self.hosts = {f"{name}:{port}" for name in names}
        if port in USUAL_PORTS.values():
            self.hosts |= names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        with speaking(wanted_language(Headers(scope=scope))):
            await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._refusal(scope)
        if scope["type"] == "websocket":
            if refusal is None:
                await self.app(scope, receive, send)
            else:
                await send({"type": "websocket.close", "code": 1008})
            return
        await (refusal or self.app)(scope, receive, _sending(send, scope.get(SESSION)))

    def _refusal(self, scope: Scope) -> Response | None:
        """What is answered instead of the app, if anything is; else the scope says who asks."""
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if not self._is_ours(host, scope.get("scheme", "http")):
            return PlainTextResponse("Lamplight does not answer to this host name.", 421)
        if self._is_cross_site(scope, headers):
            return PlainTextResponse("Lamplight does not take requests from other sites.", 403)
        is_here = scope["client"] is not None and is_loopback(scope["client"][0])
        if not is_here and scope["scheme"] not in ("https", "wss"):
            return RedirectResponse(f"https://{host}/", 308)
        if scope["path"].startswith(API):
            return None if self._has_token(headers) else api_error(HTTPStatus.UNAUTHORIZED, NO_ACCESS)
        if scope["path"] in OPEN_PATHS:
            return None
        if is_here:
            scope[SESSION] = None
            return None if self._has_key(headers) else self._admit(scope)
        return self._unless_signed_in(scope, headers)

    def _unless_signed_in(self, scope: Scope, headers: Headers) -> Response | None:
        if scope["path"] == SIGN_IN:
            return None
        session = self.household.session(_cookie(headers, session_cookie(self.port)))
        if session is None:
            return sign_in_page(status=HTTPStatus.UNAUTHORIZED)
        scope[SESSION] = session
        if not may_go(session, scope["path"]):
            return JSONResponse({"detail": gettext(NOT_YOURS)}, HTTPStatus.FORBIDDEN)
        return None

    def _is_ours(self, host: str, scheme: str) -> bool:
        if host.lower() in self.hosts:
            return True
        if not self.any_address:
            return False
        try:
            parts = urlsplit(f"//{host}")
            ip_address(parts.hostname or "")
            return (parts.port or USUAL_PORTS.get(scheme, USUAL_PORTS["http"])) == self.port
        except ValueError:
            return False

    def _is_cross_site(self, scope: Scope, headers: Headers) -> bool:
        origin = headers.get("origin")
        # Another port of this machine is "same-site", and Gradio's own CORS rules would let it in. Another machine of
        # the house that serves something on the same port is no better.
        if origin is not None:
            parts, secure = urlsplit(origin), scope["scheme"] in ("https", "wss")
            if parts.netloc.lower() != headers.get("host", "").lower() or (parts.scheme == "https") is not secure:
                return True
        if headers.get("sec-fetch-site", "none") in ("same-origin", "none"):
            return False
        # Following a link from elsewhere is fine: without the strict cookie it only shows the locked page.
        return scope["type"] == "websocket" or not (
            scope["method"] in ("GET", "HEAD") and headers.get("sec-fetch-mode") == "navigate"
        )

    def _has_token(self, headers: Headers) -> bool:
        token = self.token().encode()
        scheme, _, given = headers.get("authorization", "").partition(" ")
        return bool(token) and scheme.lower() == "bearer" and compare_digest(given.strip().encode(), token)

    def _has_key(self, headers: Headers) -> bool:
        return compare_digest(_cookie(headers, self.cookie).encode(), self.key)

    def _admit(self, scope: Scope) -> Response:
        """Swap the key in the address for a cookie, so that it doesn't stay in the address bar."""
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        key = next((value for name, value in query if name == "key"), "")
        if scope["path"] != "/" or not compare_digest(key.encode(), self.key):
            return HTMLResponse(page_in_language(LOCKED_PAGE.read_text(encoding="utf-8")), 401)
        rest = urlencode([pair for pair in query if pair[0] != "key"])
        response = RedirectResponse(f"/?{rest}" if rest else "/", 303)
        response.set_cookie(self.cookie, self.key.decode(), max_age=COOKIE_SECONDS, httponly=True, samesite="strict")
        return response


def _sending(send: Send, session: Session | None) -> Send:
    """`send` with our headers. A stream to a device that is signed out meanwhile ends with the next piece."""
    streams = ended = False

    async def send_on(message: Message) -> None:
        nonlocal streams, ended
        if ended:
            return
        if message["type"] == "http.response.start":
            ours = {name for name, _ in HEADERS}
            kept = [pair for pair in message.get("headers", []) if pair[0].lower() not in ours]
            message["headers"] = [*kept, *HEADERS]
            # What was asked for before, and is as long as it says, comes whole: also the answer to signing out.
            streams = all(name.lower() != b"content-length" for name, _ in kept)
        elif streams and session is not None and session.ended:
            ended = True
            message = {"type": "http.response.body", "body": b"", "more_body": False}
        await send(message)

    return send_on


def wanted_language(headers: Headers) -> str:
    """The one that was chosen in the settings, whose cookie the page sets, else the first that the browser accepts."""
    return chosen(_cookie(headers, LANGUAGE_COOKIE)) or accepted(headers.get("accept-language", ""))


def _cookie(headers: Headers, name: str) -> str:
    """Its value, empty where there is none.

    Read as browsers write them: a cookie that another program of this computer has set comes along, and Python's own
    parser gives up at one with other letters than it likes.
    """
    return cookie_parser(headers.get("cookie", "")).get(name, "")


def api_error(status: int, sentence: str) -> JSONResponse:
    """An error as OpenAI's clients read it."""
    kind = "authentication_error" if status == HTTPStatus.UNAUTHORIZED else "invalid_request_error"
    kind = "server_error" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else kind
    return JSONResponse({"error": {"message": sentence, "type": kind, "code": None, "param": None}}, status)

"""Requests to a server that speaks OpenAI's protocol, and what it sends back, line by line.

Every request has a connection of its own, made in the thread that reads it: leave to connect belongs to a thread
(`network.connections`). Nothing is followed elsewhere, and proxies from the environment are not used.
"""

from __future__ import annotations

import json
import re
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from lamplight.errors import ServerError, Unavailable
from lamplight.languages import sentence
from lamplight.models.server import Server
from lamplight.network.connections import allowed

if TYPE_CHECKING:
    import httpx

CONNECT_SECONDS = 5.0
SILENCE_SECONDS = 120.0  # a large model may be read from the disk first, then a long prompt; a person can stop it
MOST_BYTES = 4 << 20  # of one response: a list of models or an answer is far shorter
REASON = 200  # letters of what a server says of an error
MOST_WAIT = 10.0  # seconds that a busy server may ask for
BUSY = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)
KEY_REFUSED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
NOT_THERE = (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED)
BROKEN = sentence("the connection broke off")
KEY = re.compile(r"[!-~]*")
Json = Mapping[str, Any]


class BadRequest(ServerError):
    """The server doesn't take the request as it is."""


class CancellableConnection:
    """A connection that somebody else than its reader can end, also while nothing comes."""

    def __init__(self) -> None:
        self._left = threading.Event()
        self._stream: Any = None

    @property
    def left(self) -> bool:
        """Whether nobody waits for what comes any more."""
        return self._left.is_set()

    def wait(self, seconds: float) -> bool:
        """Pause; whether it was left meanwhile."""
        return self._left.wait(seconds)

    def hang_up(self) -> None:
        """End it now: the server then stops computing, too."""
        self._left.set()
        found = self._stream.get_extra_info("socket") if self._stream is not None else None
        if found is not None:
            with suppress(OSError):  # closed already
                socket.socket.shutdown(found, socket.SHUT_RDWR)

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """What httpcore tells while it connects: https://www.encode.io/httpcore/extensions/#trace."""
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            self._stream = info["return_value"]
            if self.left:
                self.hang_up()


class Requests:
    """Requests to one server. `silence` is how many seconds without a byte are taken for the end of it."""

    def __init__(self, server: Server, key: str = "", silence: float = SILENCE_SECONDS) -> None:
        """Raises `ServerError` when the key is none."""
        if not KEY.fullmatch(key):
            raise ServerError("The key holds a blank or a letter that no key has; copy it again.")
        self._server = server
        self._key = key
        self._silence = silence

    def get(self, path: str) -> Any:
        """The JSON there. Raises `ServerError`."""
        with self._open("GET", path, None, CancellableConnection()) as response:
            try:
                return json.loads(b"".join(_bounded(response, self._server)))
            except ValueError as error:
                raise self._no_server(sentence("what it sends is not JSON")) from error

    def events(self, path: str, body: Json, line: CancellableConnection) -> Iterator[dict[str, Any]]:
        """What comes as server-sent events until the server says that it is done. Raises `ServerError`."""
        with self._open("POST", path, body, line) as response:
            some = False
            for text in _lines(_bounded(response, self._server)):
                if not text.startswith(b"data:"):
                    continue  # comments that keep the connection alive, names of events
                data = text[5:].strip()
                if data == b"[DONE]":
                    return
                some = True
                yield self._event(data)
            if not some:
                raise self._no_server(sentence("its answer is no stream"))
            raise self._down(BROKEN)

    def _event(self, data: bytes) -> dict[str, Any]:
        try:
            event = json.loads(data)
        except ValueError:
            event = None
        if not isinstance(event, dict):
            raise ServerError(f"{self._server.place} sent something that is no answer; ask again.")
        if event.get("error"):
            reason = self._reason(event)
            raise ServerError(
                f"{self._server.place} could not go on{reason}." if reason else f"{self._server.place} could not go on."
            )
        return event

    @contextmanager
    def _open(self, method: str, path: str, body: Json | None, line: CancellableConnection) -> Iterator[httpx.Response]:
        """A response whose body is not read yet. Raises `ServerError`, also while it is read."""
        import httpx  # not on the way to the first page

        server = self._server
        if not server.may_connect:
            raise ServerError(f"{server.permission} Allow it under “Models” first.")
        with ExitStack() as stack:
            if server.elsewhere:
                stack.enter_context(allowed(sentence(f"answers by {server.name}"), server.host))
            try:
                timeout = httpx.Timeout(self._silence, connect=min(self._silence, CONNECT_SECONDS))
                client = stack.enter_context(
                    httpx.Client(timeout=timeout, trust_env=False, verify=_authorities(server))
                )
                headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
                address = f"{server.address}/{path}"
                asked = client.stream(method, address, json=body, headers=headers, extensions={"trace": line.trace})
                response = stack.enter_context(asked)
                self._judge(response)
                yield response
            except httpx.ConnectTimeout as error:
                raise self._down(sentence("it doesn’t answer")) from error
            except httpx.TimeoutException as error:
                raise ServerError(
                    f"{server.place} has sent nothing for {self._silence:g} seconds; ask again."
                ) from error
            except httpx.ConnectError as error:
                raise self._down(_shortened(str(error))) from error
            except (httpx.HTTPError, httpx.StreamError) as error:
                raise self._down(BROKEN) from error
            except (httpx.InvalidURL, UnicodeError) as error:
                raise ServerError(f"{server.address} is no web address; correct it under “Models”.") from error

    def _judge(self, response: httpx.Response) -> None:
        """Raises `ServerError` unless the response brings what was asked for."""
        status, server = response.status_code, self._server
        if status == HTTPStatus.OK:
            return
        if response.is_redirect:
            target = urlsplit(urljoin(server.address, response.headers.get("location", "")))
            raise ServerError(
                f"{server.place} sends on to {target.netloc}, which Lamplight does not follow; enter the address where "
                "the server really is."
                if target.netloc
                else f"{server.place} sends on to elsewhere, which Lamplight does not follow; enter the address where "
                "the server really is."
            )
        if status in KEY_REFUSED:
            raise ServerError(
                f"{server.place} does not take the key (it answered {status}); enter the right one under “Models”."
                if self._key
                else f"{server.place} wants a key (it answered {status}); enter the right one under “Models”."
            )
        if status in BUSY or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            wait = response.headers.get("retry-after", "")
            raise self._down(
                sentence(f"it answered {status}"), min(MOST_WAIT, float(wait)) if wait.isdecimal() else 0.0
            )
        told = f"{status}{self._reason(self._told(response))}"
        if status in NOT_THERE:
            raise self._no_server(sentence(f"it answered {told}"))
        raise BadRequest(f"{server.place} refused the question (it answered {told}).")

    def _told(self, response: httpx.Response) -> object:
        try:
            return json.loads(b"".join(_bounded(response, self._server)))
        except ValueError:
            return None

    def _reason(self, content: object) -> str:
        """What a server says of an error, as the rest of a sentence."""
        error = content.get("error") or content.get("detail") if isinstance(content, dict) else None
        text = error.get("message") if isinstance(error, dict) else error
        if not isinstance(text, str):
            return ""
        return f": {_shortened(text.replace(self._key, '…') if self._key else text)}"

    def _down(self, reason: str, wait: float = 0.0) -> Unavailable:
        return Unavailable(
            sentence(
                f"{self._server.name} can’t be reached ({reason}); see that the server runs, or choose another model."
            ),
            wait,
        )

    def _no_server(self, reason: str) -> ServerError:
        model, address = self._server.model, self._server.address
        return ServerError(
            sentence(
                f"There is no model {model} at {address} ({reason}); most addresses end in /v1."
                if model
                else f"There is no OpenAI-compatible server at {address} ({reason}); most addresses end in /v1."
            )
        )


def _authorities(server: Server) -> ssl.SSLContext | bool:
    """Those that this system trusts too, so that a household can have a certificate authority of its own."""
    if not server.address.startswith("https:"):
        return True
    import certifi  # httpx brings it

    context = ssl.create_default_context(cafile=certifi.where())
    context.load_default_certs()
    return context


def _bounded(response: httpx.Response, server: Server) -> Iterator[bytes]:
    size = 0
    for piece in response.iter_bytes():
        size += len(piece)
        if size > MOST_BYTES:
            raise ServerError(f"{server.place} sent more than an answer can be; ask again, or choose another model.")
        yield piece


def _lines(pieces: Iterator[bytes]) -> Iterator[bytes]:
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        yield from whole
    yield rest


def _shortened(text: str) -> str:
    plain = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return plain if len(plain) <= REASON else f"{plain[:REASON]}…"

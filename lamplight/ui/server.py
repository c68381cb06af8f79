"""The web server: our own app, Gradio's queue in it, and the guard outermost."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
import webbrowser
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

# Gradio reads these when it is imported: no analytics, no version check, no model hub.
os.environ.update(
    GRADIO_ANALYTICS_ENABLED="False",
    HF_HUB_OFFLINE="1",
    HF_HUB_DISABLE_TELEMETRY="1",
    DO_NOT_TRACK="1",
)

import gradio as gr
import uvicorn
from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.exception_handlers import http_exception_handler
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp

from lamplight.errors import LamplightError
from lamplight.languages import gettext
from lamplight.ui.access_token import access_token
from lamplight.ui.change_signal import ChangeSignal, SignalOfActions
from lamplight.ui.chat import Chat
from lamplight.ui.chat_api import ChatApi
from lamplight.ui.completions_routes import completions_routes
from lamplight.ui.guard import Guard
from lamplight.ui.household.door import Door
from lamplight.ui.household.network import WILDCARDS, household_addresses, is_loopback
from lamplight.ui.household.routes import Served, household_routes
from lamplight.ui.household.sign_in import sign_in_routes
from lamplight.ui.household.visitor import SESSION, redacted
from lamplight.ui.launch_key import launch_key
from lamplight.ui.local_api import command_routes
from lamplight.ui.models_routes import models_routes
from lamplight.ui.page import page_routes
from lamplight.ui.page_events import PageEvents
from lamplight.ui.page_stream import stream_routes
from lamplight.ui.routes import routes
from lamplight.ui.trust_routes import trust_routes

if TYPE_CHECKING:
    from lamplight.ui.household.certificate import Certificate
    from lamplight.ui.services import Services

GRADIO_UPLOAD_SIZE = "1mb"  # files come in through our own route; Gradio's is not used
LOOPBACK = "127.0.0.1"
SHUTDOWN_SECONDS = 2  # open pages hold their event stream; they don't keep the app from ending


class AddressInUseError(LamplightError):
    """The port, or the host, can't be had."""


def build_app(services: Services, host: str, port: int, key: str, certificate: Certificate | None = None) -> FastAPI:
    """The whole app; `host`, `port` and `key` are what the guard lets in, `certificate` what the others see."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_exception_handler(HTTPException, _refuse(services.library.folder))
    # Who goes in the middle of a request is told nothing, and neither is the terminal.
    app.add_exception_handler(ClientDisconnect, lambda request, error: Response(status_code=400))
    chat = Chat(services)
    app.include_router(page_routes())
    app.include_router(stream_routes(services, chat))
    app.include_router(routes(services))
    app.include_router(command_routes(services))
    app.include_router(models_routes(services))
    app.include_router(trust_routes(services))
    app.include_router(completions_routes(services))
    folder, household = services.library.folder, services.household
    household.serving = certificate is not None
    app.include_router(sign_in_routes(household, port))
    app.include_router(household_routes(household, Served(host, port, certificate)))
    app.add_middleware(PageEvents)
    app.state.changed = services.changed
    app.add_middleware(SignalOfActions, signal=services.changed)
    app.add_middleware(Guard, host=host, port=port, key=key, household=household, token=lambda: access_token(folder))
    # The app is changed in place; Gradio's return value, the same app, is not typed.
    gr.mount_gradio_app(
        app,
        ChatApi(chat).blocks(),
        path="/",
        server_name=host,
        server_port=port,
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        show_error=False,  # it might say where
        mcp_server=False,
        ssr_mode=False,
        pwa=False,
        max_file_size=GRADIO_UPLOAD_SIZE,
    )
    return app


def _refuse(library: Path) -> Callable[[Request, Any], Awaitable[Response]]:
    """As FastAPI does, in the language of who asks; who is signed in elsewhere isn't told where on this computer
    something went wrong.
    """

    async def refuse(request: Request, error: Any) -> Response:
        error.detail = redacted(str(error.detail), request.scope.get(SESSION), library)
        return await http_exception_handler(request, error)

    return refuse


@dataclass(frozen=True, slots=True)
class Address:
    """Where the app is served, and the key of the library it serves."""

    host: str
    port: int
    key: str

    @classmethod
    def of(cls, listener: socket.socket, host: str, folder: Path) -> Address:
        """Of a socket that `listen` gave for `host`, for the library in `folder`."""
        return cls(host, listener.getsockname()[1], launch_key(folder))

    @property
    def plain(self) -> str:
        """For this computer alone, without the key."""
        name = self.host if is_loopback(self.host) else LOOPBACK
        return f"http://{f'[{name}]' if ':' in name else name}:{self.port}/"

    @property
    def with_key(self) -> str:
        """What to open in a browser, once."""
        return f"{self.plain}?key={self.key}"


def serve(
    services: Services,
    listeners: list[socket.socket],
    address: Address,
    open_browser: bool,
    certificate: Certificate | None = None,
) -> None:
    """Serve on `listeners` until interrupted. Says the address on stdout once it answers.

    With a `certificate` other devices are let in, once they have signed in.
    """

    def ready() -> None:
        print(gettext("Lamplight is ready at {address}").format(address=address.with_key), flush=True)
        if certificate is not None:
            others = household_addresses(address.host, address.port)
            either = gettext(" or ").join(others) or gettext("no network yet")
            print(gettext("On other devices: {others}").format(others=either), flush=True)
            shown = gettext("certificate, SHA-256: {fingerprint}").format(fingerprint=certificate.fingerprint)
            print(f"  {shown}", flush=True)
        if open_browser:
            threading.Thread(target=webbrowser.open, args=(address.with_key,), daemon=True).start()

    app = build_app(services, address.host, address.port, address.key, certificate)
    AppServer(app, certificate, ready).run(sockets=listeners)


class AppServer(uvicorn.Server):
    """Serves `app` on the sockets that `run` is given. `ready` is called once it answers."""

    def __init__(self, app: FastAPI, certificate: Certificate | None, ready: Callable[[], None]) -> None:
        # What a proxy says of who asks is not believed: there is none.
        super().__init__(
            uvicorn.Config(
                app,
                log_level="warning",
                access_log=False,
                proxy_headers=False,
                http="h11",  # the stricter parser, which also takes no head that is endless
                ws="none",
                timeout_graceful_shutdown=SHUTDOWN_SECONDS,
            )
        )
        self._changed: ChangeSignal = app.state.changed
        self._certificate, self._ready = certificate, ready
        self._doors: list[Door] = []

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """With a certificate, doors take `sockets` in place of uvicorn, and encrypt. Calls `ready` at the end."""
        if self._certificate is None:
            await super().startup(sockets)
        else:
            await super().startup([])
            context = self._certificate.context()
            self._doors = [Door(listener, context, self._protocol) for listener in sockets or ()]
            for door in self._doors:
                door.open()
        self._ready()

    def _protocol(self, around: Callable[[ASGIApp], ASGIApp] = lambda app: app) -> asyncio.Protocol:
        """As uvicorn makes it for each connection."""
        make: Any = self.config.http_protocol_class
        made = make(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)
        made.app = around(made.app)
        protocol: asyncio.Protocol = made
        return protocol

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """First ends the streams of open pages and closes the doors; uvicorn then waits `SHUTDOWN_SECONDS` at most."""
        self._changed.end()
        for door in self._doors:
            await door.close()
        await super().shutdown(sockets)


def listen(host: str, port: int) -> list[socket.socket]:
    """Sockets on `port`, or on any free port for 0, the same for all. Raises `AddressInUseError`.

    One at `host`, and one for this computer where that doesn't include it.
    """
    if host in WILDCARDS or is_loopback(host):
        return [_listener(host, port)]
    own = _listener(LOOPBACK, port)
    try:
        return [own, _listener(host, own.getsockname()[1])]
    except AddressInUseError:
        own.close()
        raise


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    if os.name == "posix":
        # Elsewhere this option would let two programs share the port.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if host == "::":
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        reason = error.strerror or str(error)
        raise AddressInUseError(
            f"Lamplight can’t listen on {host} port {port} ({reason}): choose another port with --port."
        ) from error
    listener.listen()
    return listener

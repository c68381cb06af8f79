"""The web server: our own app around Gradio's, with the guard outermost."""

from __future__ import annotations

import os
import socket
import threading
import webbrowser
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

# Gradio reads these when it is imported: no analytics, no version check, no model hub.
os.environ.update(
    GRADIO_ANALYTICS_ENABLED="False",
    HF_HUB_OFFLINE="1",
    HF_HUB_DISABLE_TELEMETRY="1",
    DO_NOT_TRACK="1",
)

import gradio as gr
import uvicorn
from fastapi import FastAPI

from lamplight.models.errors import LamplightError
from lamplight.ui.access_token import access_token
from lamplight.ui.completions_routes import completions_routes
from lamplight.ui.guard import WILDCARDS, Guard
from lamplight.ui.launch_key import launch_key
from lamplight.ui.local_api import command_routes
from lamplight.ui.models_routes import models_routes
from lamplight.ui.page import ChatPage
from lamplight.ui.routes import FAVICON, routes
from lamplight.ui.theme import head, theme
from lamplight.ui.trust_routes import trust_routes

if TYPE_CHECKING:
    from lamplight.ui.services import Services

GRADIO_UPLOAD_SIZE = "1mb"  # files come in through our own route; Gradio's is not used
SHUTDOWN_SECONDS = 2  # open pages hold their event stream; they don't keep the app from ending


class AddressInUseError(LamplightError):
    """The port, or the host, can't be had."""


def build_app(services: Services, host: str, port: int, key: str) -> FastAPI:
    """The whole app; `host`, `port` and `key` are what the guard lets in."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(routes(services))
    app.include_router(command_routes(services))
    app.include_router(models_routes(services))
    app.include_router(trust_routes(services))
    app.include_router(completions_routes(services))
    folder = services.library.folder
    app.add_middleware(Guard, host=host, port=port, key=key, token=lambda: access_token(folder))
    # The app is changed in place; Gradio's return value, the same app, is not typed.
    gr.mount_gradio_app(
        app,
        ChatPage(services).blocks(),
        path="/",
        server_name=host,
        server_port=port,
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        mcp_server=False,
        ssr_mode=False,
        pwa=False,
        max_file_size=GRADIO_UPLOAD_SIZE,
        favicon_path=str(FAVICON),
        theme=theme(),
        head=head(),
    )
    return app


@dataclass(frozen=True, slots=True)
class Address:
    """Where the app is served, and the key of the library it serves."""

    host: str
    port: int
    key: str

    @classmethod
    def of(cls, listener: socket.socket, host: str, folder: Path) -> Address:
        """Of a socket that is bound to `host`, for the library in `folder`."""
        return cls(host, listener.getsockname()[1], launch_key(folder))

    @property
    def plain(self) -> str:
        """Without the key."""
        name = "127.0.0.1" if self.host in WILDCARDS else self.host
        return f"http://{f'[{name}]' if ':' in name else name}:{self.port}/"

    @property
    def with_key(self) -> str:
        """What to open in a browser, once."""
        return f"{self.plain}?key={self.key}"


def serve(services: Services, listener: socket.socket, address: Address, open_browser: bool) -> None:
    """Serve on `listener` until interrupted. Says the address on stdout once it answers."""
    app = build_app(services, address.host, address.port, address.key)
    settings = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=SHUTDOWN_SECONDS)
    _Server(settings, address.with_key, open_browser).run(sockets=[listener])


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, where: str, open_browser: bool) -> None:
        super().__init__(config)
        self._where, self._open_browser = where, open_browser

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        print(f"Lamplight is ready at {self._where}", flush=True)
        if self._open_browser:
            threading.Thread(target=webbrowser.open, args=(self._where,), daemon=True).start()


def listen(host: str, port: int) -> socket.socket:
    """A socket on `port`, or on any free port for 0. Raises `AddressInUseError`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    if os.name == "posix":
        # Elsewhere this option would let two programs share the port.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
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

"""One port, two ways in: this computer's own browser as it always was, everybody else encrypted."""

from __future__ import annotations

import asyncio
import socket
import ssl
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, Protocol

from starlette.types import ASGIApp

from lamplight.ui.household.deadlines import Deadlines
from lamplight.ui.household.network import is_loopback

PATIENCE = 10.0  # seconds for a connection to say something, and for its handshake
FAREWELL = 1.0  # seconds, so that an open page doesn't keep the app from ending
# Connections from elsewhere that are open at once, of one address (a browser opens six for a page) and of all. Nobody
# may use up what the process can open, or the computer's own page stands still with the others.
MOST_OF_ONE, MOST = 48, 192
FULL_SECONDS = 1.0  # until another connection is tried when there is no room for one
HANDSHAKE = b"\x16"  # the first byte of what a TLS client says (RFC 8446, 5.1)


class MakeProtocol(Protocol):
    """The web server's protocol for one connection; `around` is put around the app that it asks."""

    def __call__(self, around: Callable[[ASGIApp], ASGIApp] = ...) -> asyncio.Protocol: ...


class Door:
    """Accepts connections on `listener` and gives each a protocol of the web server.

    Who comes over loopback is not encrypted, as nobody can listen there. Who comes from elsewhere is, and has deadlines
    to keep; a browser that didn't know is answered in plain text, and the guard says nothing there but where to go.
    """

    def __init__(self, listener: socket.socket, context: ssl.SSLContext, protocol: MakeProtocol) -> None:
        self._listener, self._context, self._protocol = listener, context, protocol
        # Of a connection that is encrypted. (Python 3.10 doesn't say how long it waits for the other side's farewell.)
        self._patience: dict[str, float] = {"ssl_handshake_timeout": PATIENCE}
        if sys.version_info >= (3, 11):
            self._patience["ssl_shutdown_timeout"] = FAREWELL
        self._connecting: dict[asyncio.Task[None], str] = {}
        self._open: dict[asyncio.BaseTransport, str] = {}  # from elsewhere, by address
        self._accepting: asyncio.Task[None] | None = None

    def open(self) -> None:
        """From now on, in the running event loop."""
        self._listener.setblocking(False)
        self._accepting = asyncio.get_running_loop().create_task(self._accept())

    async def close(self) -> None:
        """Nobody new comes in. Returns when nothing is under way any more."""
        tasks = [*self._connecting, *filter(None, [self._accepting])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, peer = await loop.sock_accept(self._listener)
            except OSError:  # too many are open, or one went away at once
                await asyncio.sleep(FULL_SECONDS)
                continue
            if not is_loopback(peer[0]) and self._is_full(peer[0]):
                connection.close()
                continue
            task = loop.create_task(self._connect(connection, peer[0]))
            self._connecting[task] = peer[0]
            task.add_done_callback(self._connecting.pop)

    def _is_full(self, peer: str) -> bool:
        """Whether nobody else, or nobody else from this address, can come in just now."""
        self._open = {transport: own for transport, own in self._open.items() if not transport.is_closing()}
        connecting = [own for task, own in self._connecting.items() if not (task.done() or is_loopback(own))]
        here = [*self._open.values(), *connecting]
        return len(here) >= MOST or here.count(peer) >= MOST_OF_ONE

    async def _connect(self, connection: socket.socket, peer: str) -> None:
        connect = asyncio.get_running_loop().connect_accepted_socket
        connection.setblocking(False)
        taken = False
        try:
            if is_loopback(peer):
                taken = True
                await connect(self._protocol, connection)
                return
            tls: dict[str, Any] = {"ssl": self._context, **self._patience} if await _speaks_tls(connection) else {}
            deadlines = Deadlines()
            # What can't shake hands has gone, or doesn't trust the certificate yet: its browser says so.
            with suppress(OSError):
                taken = True
                transport, _ = await connect(partial(self._protocol, deadlines.around), connection, **tls)
                self._open[transport] = peer
                deadlines.begin(transport)
        except (OSError, asyncio.TimeoutError):
            pass
        finally:
            if not taken:
                connection.close()


async def _speaks_tls(connection: socket.socket) -> bool:
    """By its first byte, which is left where it is. Raises `asyncio.TimeoutError` when none comes."""
    loop, readable = asyncio.get_running_loop(), asyncio.Event()
    try:
        loop.add_reader(connection, readable.set)
    except NotImplementedError:  # on Windows: there is no looking ahead
        return True
    try:
        await asyncio.wait_for(readable.wait(), PATIENCE)
    finally:
        loop.remove_reader(connection)
    return connection.recv(1, socket.MSG_PEEK) == HANDSHAKE

"""Whoever is slow on purpose keeps nobody out: deadlines and room for connections, tried with real sockets and TLS."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Generator, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field

import pytest
from fastapi import FastAPI, Request
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse

from lamplight.ui.change_signal import ChangeSignal
from lamplight.ui.household import deadlines
from lamplight.ui.household.certificate import Certificate, own_certificate
from lamplight.ui.household.network import own_addresses
from lamplight.ui.server import AppServer, listen
from lamplight.ui.streaming import StreamedResponse
from tests.waiting import until

ADDRESSES = [one for one in own_addresses() if ":" not in one]
pytestmark = pytest.mark.skipif(not ADDRESSES, reason="this machine is in no network")
PATIENCE = 60.0  # seconds after which a test has failed
SHORT = 0.3
GET = b"GET /%s HTTP/1.1\r\nHost: lamplight\r\n\r\n"
UPLOAD = b"POST /upload HTTP/1.1\r\nHost: lamplight\r\nContent-Length: 1000000\r\n\r\n"


@dataclass
class Served:
    """A small app of its own at this computer's address in the network."""

    port: int
    certificate: Certificate
    go: threading.Event = field(default_factory=threading.Event)
    gone: threading.Event = field(default_factory=threading.Event)  # a client that was cut off

    def connect(self, encrypted: bool = True) -> socket.socket:
        plain = socket.create_connection((ADDRESSES[0], self.port), timeout=PATIENCE)
        if not encrypted:
            return plain
        context = ssl.create_default_context(cafile=str(self.certificate.certificate))
        return context.wrap_socket(plain, server_hostname=ADDRESSES[0])


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return own_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def served(certificate: Certificate) -> Iterator[Served]:
    listeners, ready = listen("0.0.0.0", 0), threading.Event()
    served = Served(listeners[0].getsockname()[1], certificate)
    server = AppServer(small_app(served), certificate, ready.set)
    thread = threading.Thread(target=server.run, kwargs={"sockets": listeners}, daemon=True)
    thread.start()
    assert ready.wait(PATIENCE)
    yield served
    served.go.set()
    server.should_exit = True
    thread.join()


def small_app(served: Served) -> FastAPI:
    app = FastAPI()
    app.state.changed = ChangeSignal()

    @app.get("/quick")
    def quick() -> PlainTextResponse:
        return PlainTextResponse("here")

    @app.get("/slow")
    def slow() -> PlainTextResponse:
        served.go.wait(PATIENCE)
        return PlainTextResponse("at last")

    @app.get("/endless")
    def endless() -> StreamedResponse:
        def pieces() -> Generator[str | bytes, None, None]:
            try:
                while not served.go.is_set():
                    yield b"x" * 65_536
            finally:
                served.gone.set()

        return StreamedResponse(pieces(), "text/plain")

    @app.post("/upload")
    async def upload(request: Request) -> PlainTextResponse:
        try:
            return PlainTextResponse(f"{len(await request.body())} bytes")
        except ClientDisconnect:
            served.gone.set()
            return PlainTextResponse("nobody is told this")

    return app


def is_cut_off(connection: socket.socket) -> bool:
    """Waits for it."""
    try:
        return connection.recv(1) == b""
    except (ConnectionError, ssl.SSLError):
        return True


def answer(connection: socket.socket) -> bytes:
    """All of one, which is short."""
    told = b""
    while not told.partition(b"\r\n\r\n")[2]:
        told += connection.recv(4096)
    return told


@pytest.mark.parametrize("encrypted", [True, False])
@pytest.mark.parametrize("begun", [b"", b"GET / HTTP/1.1\r\nHost: lampl"], ids=["nothing", "half a head"])
def test_who_never_asks_is_cut_off(
    served: Served, monkeypatch: pytest.MonkeyPatch, begun: bytes, encrypted: bool
) -> None:
    monkeypatch.setattr(deadlines, "HEAD_SECONDS", SHORT)
    monkeypatch.setattr("lamplight.ui.household.door.PATIENCE", SHORT)  # of who doesn't even shake hands
    with served.connect(encrypted) as connection:
        if begun:
            connection.sendall(begun)
        assert is_cut_off(connection)


def test_who_asked_once_has_to_ask_again_or_go(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also who sends a little of the next request, which keeps the web server itself waiting."""
    with served.connect() as connection:
        for _ in range(3):
            connection.sendall(GET % b"quick")
            assert answer(connection).endswith(b"here")
        monkeypatch.setattr(deadlines, "HEAD_SECONDS", SHORT)
        connection.sendall(GET % b"quick" + b"GET")
        assert answer(connection).endswith(b"here")
        assert is_cut_off(connection)


def test_a_body_that_does_not_come_is_not_waited_for(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadlines, "BODY_SECONDS", SHORT)
    with served.connect() as connection:
        connection.sendall(UPLOAD + b"a little")
        assert is_cut_off(connection)
    assert served.gone.wait(PATIENCE)


def test_a_body_that_trickles_is_not_waited_for_either(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadlines, "BODY_SECONDS", SHORT)
    with served.connect() as connection:
        connection.sendall(UPLOAD)
        with suppress(OSError):
            while not served.gone.wait(SHORT / 10):
                connection.sendall(b"x")
        assert is_cut_off(connection)


def test_a_body_that_comes_may_take_longer(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """As each of its bytes is worth some time: here a second."""
    monkeypatch.setattr(deadlines, "SLOWEST", 1)
    monkeypatch.setattr(deadlines, "BODY_SECONDS", SHORT)
    with served.connect() as connection, served.connect() as other:
        connection.sendall(UPLOAD + b"x" * 4_000)
        other.sendall(UPLOAD)
        assert is_cut_off(other), "the deadline is over for both"
        connection.sendall(b"x" * (1_000_000 - 4_000))
        assert answer(connection).endswith(b"1000000 bytes")


def test_an_answer_may_take_longer_than_all_deadlines(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HEAD_SECONDS", "BODY_SECONDS", "TAKING_SECONDS"):
        monkeypatch.setattr(deadlines, name, SHORT)
    with served.connect() as connection:
        connection.sendall(GET % b"slow")
        with served.connect() as idle:
            assert is_cut_off(idle)  # the deadlines are over
        served.go.set()
        assert answer(connection).endswith(b"at last")


def test_an_answer_that_nobody_takes_ends(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadlines, "TAKING_SECONDS", SHORT)
    with served.connect() as connection:
        connection.sendall(GET % b"endless")
        assert served.gone.wait(PATIENCE)


def test_a_head_without_an_end_is_refused_before_it_fills_the_memory(served: Served) -> None:
    with served.connect() as connection, pytest.raises(OSError):
        connection.sendall(b"GET / HTTP/1.1\r\n")
        for number in range(1_000_000):
            connection.sendall(b"X-%d: %s\r\n" % (number, b"x" * 1_000))
        raise AssertionError


def test_all_together_have_room_for_so_many(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lamplight.ui.household.door.MOST", 5)
    with ExitStack() as stack:
        held = [stack.enter_context(served.connect()) for _ in range(5)]
        for connection in held:
            connection.sendall(GET % b"quick")
            assert answer(connection).endswith(b"here")
        assert not comes_in(served), "one too many"
        with socket.create_connection(("127.0.0.1", served.port), timeout=PATIENCE) as here:
            here.sendall(GET % b"quick")
            assert answer(here).endswith(b"here"), "this computer always comes in"
        held[0].close()
        until(lambda: comes_in(served))


def comes_in(served: Served) -> bool:
    try:
        with served.connect() as connection:
            connection.sendall(GET % b"quick")
            return answer(connection).endswith(b"here")
    except OSError:
        return False

"""An app that serves a household, and its members as their browsers speak to it: real requests, without the browser."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from lamplight.ui.household.certificate import Certificate
from lamplight.ui.household.network import own_addresses
from lamplight.ui.server import AppServer, build_app, listen
from lamplight.ui.services import Services
from tests.visits import KEY

ADDRESSES = [one for one in own_addresses() if ":" not in one]
PASSWORD = "plum jam on toast"
SENT: dict[str, Any] = {
    "conversation": None,
    "question": "When are bonfires allowed?",
    "mode": "documents",
    "about": [],
    "attached": [],
    "open": None,
    "collection": None,
    "message": 1,
    "edit": 1,
    "breadth": "usual",
    "kind": None,
}
DATA = re.compile(r"^data: (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class House:
    """Where the app is served: for this computer, and for the others."""

    here: str
    there: str
    certificate: Certificate


@contextmanager
def serving_household(services: Services, certificate: Certificate, host: str = "0.0.0.0") -> Iterator[House]:
    """On a port of its own, in a thread, until the block ends."""
    listeners, ready = listen(host, 0), threading.Event()
    port = listeners[0].getsockname()[1]
    server = AppServer(build_app(services, host, port, KEY, certificate), certificate, ready.set)
    thread = threading.Thread(target=server.run, kwargs={"sockets": listeners}, daemon=True)
    thread.start()
    assert ready.wait(60)
    yield House(f"http://127.0.0.1:{port}", f"https://{ADDRESSES[0]}:{port}", certificate)
    server.should_exit = True
    thread.join()


@dataclass
class Member:
    """A browser that is signed in."""

    http: httpx.Client

    def call(self, act: str, **sent: Any) -> httpx.Response:
        """What the page sends when something is done on it: the answer names the call."""
        return self.http.post(f"/gradio_api/call/{act}", json={"data": [SENT | sent]})

    def send(self, act: str, **sent: Any) -> httpx.Response:
        """The same, and what has come of it."""
        called = self.call(act, **sent)
        if called.status_code != 200:
            return called
        return self.http.get(f"/gradio_api/call/{act}/{called.json()['event_id']}")

    def streamed(self, conversation: int) -> str:
        """All that a page is told that shows this conversation, until nothing is being written in it."""
        told, name = [], ""
        with self.http.stream("GET", "/stream", params={"conversation": conversation}) as stream:
            for line in stream.iter_lines():
                told.append(line)
                name = line.removeprefix("event: ") if line.startswith("event: ") else name
                if name == "conversation" and line.startswith("data: ") and not json.loads(line[6:])["answering"]:
                    return "\n".join(told)
        raise AssertionError("The stream ended before the answer did.")


@contextmanager
def signed_in(address: str, name: str, password: str) -> Iterator[Member]:
    """A browser of this person on another device."""
    with httpx.Client(base_url=address, verify=False, timeout=60) as http:
        assert http.post("/sign-in", data={"name": name, "password": password}).status_code == 303
        yield Member(http)


def conversation_of(sent: httpx.Response) -> int:
    """Which one the page shows afterwards."""
    (told,) = DATA.findall(sent.raise_for_status().text)
    number: int = json.loads(told)[0]["conversation"]
    return number

"""Members of a household, as their browsers speak to the app: real requests, without the browser."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

EVENT: dict[str, Any] = {
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


@dataclass
class Member:
    """A browser tab; `tab` is the name that it gives itself."""

    http: httpx.Client
    dependencies: list[dict[str, Any]]
    tab: str = field(default_factory=lambda: secrets.token_hex(6))

    def send(self, act: str, **event: Any) -> httpx.Response:
        """What the page sends when something is done on it."""
        body = {"data": [], "event_data": EVENT | event, "fn_index": self._number(act), "session_hash": self.tab}
        return self.http.post("/gradio_api/run/predict", json=body)

    def follow(self, act: str) -> httpx.Response:
        """Ask for what follows it."""
        number = next(one["id"] for one in self.dependencies if one["trigger_after"] == self._number(act))
        body = {"data": [None], "fn_index": number, "session_hash": self.tab}
        return self.http.post("/gradio_api/queue/join", json=body)

    def streamed(self, joined: httpx.Response) -> str:
        """All that is streamed to the tab until nothing follows any more."""
        assert joined.status_code == 200
        with self.http.stream("GET", "/gradio_api/queue/data", params={"session_hash": self.tab}) as stream:
            return "".join(stream.iter_text())

    def _number(self, act: str) -> int:
        return next(one["id"] for one in self.dependencies if any(name == act for _, name in one["targets"]))


@contextmanager
def signed_in(address: str, name: str, password: str) -> Iterator[Member]:
    with httpx.Client(base_url=address, verify=False, timeout=60) as http:
        assert http.post("/sign-in", data={"name": name, "password": password}).status_code == 303
        yield Member(http, http.get("/config").raise_for_status().json()["dependencies"])


def conversation_of(sent: httpx.Response) -> int:
    """Which one the page shows afterwards."""
    number: int = sent.raise_for_status().json()["data"][0]["conversation"]
    return number

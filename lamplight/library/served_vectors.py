"""Vectors on a Chroma server, which may be away: then searches find none, and what was to be written is told as lost.

Every connection is made by httpx, in the thread that asks, and so is judged by `network.connections`.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

from lamplight.languages import sentence
from lamplight.library.errors import LibraryError, VectorsAway
from lamplight.library.vector_server import VectorServer
from lamplight.library.vectors import HNSW_SETTINGS, VectorStore
from lamplight.network.connections import allowed

CONNECT_SECONDS = 3.0
SILENCE_SECONDS = 60.0  # a thousand vectors may have it merge its index first
PAUSE_SECONDS = 5.0  # for which a server that was away is not tried again, as each question would wait for it
LONGEST_PAUSE = 120.0  # it doubles each time
HEARTBEAT = "nanosecond heartbeat"  # which Chroma answers with, and nothing else
PAGE = 50_000  # ids asked for at a time
REASON = 120  # letters of what an error says


class ServedVectors(VectorStore):
    """Those of one embedder. Reading finds nothing while the server is away; writing raises `VectorsAway`."""

    def __init__(self, server: VectorServer, name: str, told: Callable[[], object] = lambda: None) -> None:
        """Connects with the first use. `told` is called whenever `trouble` changes."""
        self.name, self.trouble = name, ""
        self._server, self._told = server, told
        self._lock = threading.Condition()
        self._client: Any = None
        self._rest_until, self._pause = 0.0, PAUSE_SECONDS

    @property
    def is_away(self) -> bool:
        """Whether it was tried in vain a moment ago, and so isn't asked for `PAUSE_SECONDS` to `LONGEST_PAUSE`."""
        return time.monotonic() < self._rest_until

    def _connect(self) -> None:
        _check(self._server)
        self._client = _client(self._server)
        try:
            self._collection = self._client.get_or_create_collection(
                self._server.collection(self.name),
                metadata=HNSW_SETTINGS | {"lamplight:library": self._server.library, "lamplight:embedder": self.name},
                embedding_function=None,
            )
        except BaseException:
            self._disconnect()
            raise

    def _disconnect(self) -> None:
        if self._client is not None:
            for part in (self._client, self._client._admin_client):  # whose connections Chroma leaves open
                part._server._session.close()
        super()._disconnect()

    @contextmanager
    def _guarded(self, what: str) -> Iterator[None]:
        """Raises `VectorsAway` for whatever goes wrong: a server may be stopped, emptied or replaced at any time."""
        self._refuse_if_closed()
        if self.is_away:
            raise VectorsAway(self.trouble)
        try:
            with ExitStack() as stack:
                if not self._server.may_connect:
                    raise VectorsAway(f"{self._server.permission} Start once with --allow if you want that.")
                if self._server.elsewhere:
                    stack.enter_context(allowed(sentence(f"vectors on {self._server.place}"), self._server.host))
                with self._lock:
                    self._stay_connected()
                yield
        except Exception as error:
            self._rest_until = time.monotonic() + self._pause
            self._pause = min(2 * self._pause, LONGEST_PAUSE)
            with self._lock:
                self._disconnect()
            self._tell(str(error) if isinstance(error, VectorsAway) else _sentence(self._server, error))
            raise VectorsAway(self.trouble) from error
        self._pause = PAUSE_SECONDS
        self._tell("")

    def _tell(self, trouble: str) -> None:
        if trouble != self.trouble:
            self.trouble = trouble
            self._told()

    def _collections(self) -> list[Any]:
        names = map(self._server.collection, self._server.embedders)
        others = [self._existing(name) for name in names if name != self._collection.name]
        return [self._collection, *(one for one in others if one is not None)]

    def _existing(self, name: str) -> Any:
        from chromadb.errors import NotFoundError

        with suppress(NotFoundError):
            return self._client.get_collection(name, embedding_function=None)
        return None

    def ids(self) -> set[int]:
        """As on disk, page by page."""
        found: set[int] = set()
        while True:
            with self._guarded("read"):
                page = self._collection.get(include=[], limit=PAGE, offset=len(found))["ids"]
            found.update(map(int, page))
            if len(page) < PAGE:
                return found

    def close(self, sound: bool = True) -> None:
        """Close its connections at once, also those of what is under way; there are no files here that are `sound`."""
        with self._lock:
            self._closed = True
            with suppress(Exception):
                self._disconnect()


def delete_collections(server: VectorServer) -> None:
    """Leave nothing of a library on a server. Raises `VectorsAway`."""
    store = ServedVectors(server, "deleting")
    try:
        with store._guarded("written"):
            for collection in store._collections():
                store._client.delete_collection(collection.name)
    finally:
        store.close()


def _check(server: VectorServer) -> None:
    """Raises unless something answers soon; Chroma's own client waits as long as it takes."""
    import httpx

    with httpx.Client(timeout=CONNECT_SECONDS, trust_env=False) as client:
        response = client.get(f"{server.address}/api/v2/heartbeat")
    if response.status_code != httpx.codes.OK or HEARTBEAT not in response.text:
        raise LibraryError(f"what answers there, with {response.status_code}, is no Chroma server")


def _client(server: VectorServer) -> Any:
    os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")
    # Proxies are for what is elsewhere than a household's own server; Chroma's client looks for them when it is made.
    named = [name for name in os.environ.get("NO_PROXY", os.environ.get("no_proxy", "")).split(",") if name]
    if server.host not in named:
        os.environ["NO_PROXY"] = os.environ["no_proxy"] = ",".join([*named, server.host])
    import chromadb
    import httpx
    from chromadb.config import Settings

    parts = urlsplit(server.address)
    client = chromadb.HttpClient(
        parts.hostname or "", parts.port or 0, parts.scheme == "https", settings=Settings(anonymized_telemetry=False)
    )
    client._server._session.timeout = httpx.Timeout(SILENCE_SECONDS, connect=CONNECT_SECONDS)  # type: ignore[attr-defined]
    return client


def _sentence(server: VectorServer, error: Exception) -> str:
    reason = " ".join(str(error).split())[:REASON] or type(error).__name__
    return sentence(
        f"The vectors on {server.place} can’t be reached ({reason}); see that `chroma run` runs there. Until it is "
        "back words alone are searched for, and what is added meanwhile is brought there then."
    )

"""A model hub on this machine that speaks Hugging Face's protocol, and misbehaves as it is told."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

PIECE = 16 << 10


@dataclass
class Hub:
    """`files` by `repository/name`. The knobs are read at each request."""

    files: dict[str, bytes]
    address: str = ""
    announced: dict[str, str] = field(default_factory=dict)  # another sha256 than the content's; empty: none at all
    sizes: dict[str, int] = field(default_factory=dict)  # another size than the content's
    drops: list[int] = field(default_factory=list)  # after how many bytes each of the next connections breaks
    status: int = 0  # of every answer instead of what it should be
    ranges: bool = True  # whether it can begin in the middle
    renamed: str = ""  # the old name of the repository, which leads to the new one
    wrong: bool = False  # whether it sends other bytes
    longer: bool = False  # whether it sends more bytes than it said
    hold_after: int = -1  # after how many bytes of a connection it waits for `go`
    go: threading.Event = field(default_factory=threading.Event)
    held: threading.Event = field(default_factory=threading.Event)
    requests: list[tuple[str, str, str]] = field(default_factory=list)  # method, path, range

    @property
    def sent_from(self) -> list[str]:
        """The range of each request for bytes."""
        return [wanted for method, path, wanted in self.requests if method == "GET" and path.startswith("/cdn/")]


@contextmanager
def serving(files: dict[str, bytes]) -> Iterator[Hub]:
    hub = Hub(files)

    class Handler(_Handler):
        pass

    Handler.hub = hub
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield hub
    hub.go.set()
    server.shutdown()
    thread.join()
    server.server_close()


class _Handler(BaseHTTPRequestHandler):
    hub: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        hub = self.hub
        self.close_connection = True
        hub.requests.append((self.command, self.path, self.headers.get("Range", "")))
        path = unquote(self.path).removeprefix("/cdn").strip("/")
        repository, _, name = path.partition("/resolve/main/")
        content = hub.files.get(f"{repository}/{name}")
        if hub.status:
            self._head(hub.status, {"Content-Length": "0"})
        elif hub.renamed and repository == hub.renamed:
            new = next(iter(hub.files)).rpartition("/")[0]
            self._head(307, {"Location": f"/{new}/resolve/main/{name}", "Content-Length": "0"})
        elif content is None:
            self._head(404, {"Content-Length": "0"})
        elif not self.path.startswith("/cdn"):
            self._head(302, {"Location": f"{hub.address}/cdn{self.path}", **self._announcement(path, content)})
        else:
            self._send(bytes(len(content)) if hub.wrong else content)

    def _announcement(self, path: str, content: bytes) -> dict[str, str]:
        name = path.replace("/resolve/main", "")
        sha256 = self.hub.announced.get(name, hashlib.sha256(content).hexdigest())
        headers = {"X-Linked-Size": str(self.hub.sizes.get(name, len(content))), "Content-Length": "0"}
        return headers | ({"X-Linked-ETag": f'"{sha256}"'} if sha256 else {"ETag": '"a commit, not a sha256"'})

    def _send(self, content: bytes) -> None:
        hub, start = self.hub, 0
        wanted = self.headers.get("Range", "")
        if wanted and hub.ranges:
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
        if hub.longer:
            content += content
        rest = content[start:]
        headers = {"Content-Length": str(len(rest))}
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        self._head(206 if start else 200, headers)
        self._send_pieces(rest, hub.drops.pop(0) if hub.drops else len(rest))

    def _send_pieces(self, content: bytes, until: int) -> None:
        hub = self.hub
        try:
            for begin in range(0, until, PIECE):
                self.wfile.write(content[begin : min(begin + PIECE, until)])
                self.wfile.flush()
                if 0 <= hub.hold_after <= begin:
                    hub.held.set()
                    hub.go.wait()
        except OSError:
            pass  # the other side has gone

    def _head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        # Said, or the other side may send its next request into a connection that is just being closed.
        self.send_header("Connection", "close")
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

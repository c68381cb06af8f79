"""Servers of language models on this machine: llama.cpp's own, nginx before two of them, a scripted one."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psutil
import pytest

from lamplight.models.lazy import Lazy
from lamplight.models.loading import Models

STARTING = 120.0  # seconds; a busy machine may take long
NAME = "smollm2"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
CONFIGURATION = """
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/errors;
events {{}}
http {{
  access_log off; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  upstream models {{ least_conn; {servers} }}
  server {{ listen 127.0.0.1:{port};
    location / {{ proxy_pass http://models; proxy_http_version 1.1; proxy_buffering off; proxy_read_timeout 300; }} }}
}}
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def until_it_answers(address: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + STARTING
    while time.monotonic() < end:
        assert process.poll() is None, "it ended at once"
        try:
            urllib.request.urlopen(address).close()
        except urllib.error.HTTPError as error:
            error.close()
            return
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"{address} does not answer")


def free_to_choose(models: Models, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a test choose among the shared models; afterwards all is as before, also whether they were measured."""
    monkeypatch.setenv("LAMPLIGHT_MODELS", str(folder))
    before = models.language_model
    monkeypatch.setattr(models.choice, "source", models.choice.source)
    monkeypatch.setattr(models.choice, "_model", Lazy(lambda: before))


@dataclass
class LlamaServer:
    """`python -m llama_cpp.server`."""

    process: subprocess.Popen[bytes]
    port: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def is_asked(self) -> bool:
        """Whether somebody is connected to it."""
        connections = psutil.Process(self.process.pid).net_connections()
        return any(one.status == psutil.CONN_ESTABLISHED and one.laddr.port == self.port for one in connections)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@contextmanager
def llama_server(weights: Path, key: str = "") -> Iterator[LlamaServer]:
    port = free_port()
    options = ["--model", str(weights), "--model_alias", NAME, "--port", str(port), "--n_ctx", "4096"]
    options += ["--n_threads", "1", "--verbose", "False", *(["--api_key", key] if key else [])]
    command = [sys.executable, "-W", "ignore", "-m", "llama_cpp.server", "--host", "127.0.0.1", *options]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    server = LlamaServer(process, port)
    try:
        until_it_answers(f"{server.address}/models", process)
        yield server
    finally:
        server.kill()


@contextmanager
def balanced(servers: list[LlamaServer], folder: Path) -> Iterator[str]:
    """The address of nginx before them: least connections, and none that failed once for half a minute."""
    assert NGINX is not None
    port = free_port()
    upstream = " ".join(f"server 127.0.0.1:{one.port} max_fails=1 fail_timeout=30s;" for one in servers)
    path = folder / "nginx.conf"
    path.write_text(CONFIGURATION.format(folder=folder, servers=upstream, port=port))
    process = subprocess.Popen([NGINX, "-p", str(folder), "-c", str(path)], stderr=subprocess.DEVNULL)
    try:
        until_it_answers(f"http://127.0.0.1:{port}/v1/models", process)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.terminate()
        process.wait()


@dataclass
class Scripted:
    """Answers as it is told. The knobs are read at each request; `requests` keeps what was asked."""

    address: str = ""
    say: list[str] = field(default_factory=lambda: ["Yes."])  # the pieces of an answer
    models: list[dict[str, Any]] = field(default_factory=lambda: [{"id": "scripted"}])
    fails: list[int] = field(default_factory=list)  # statuses of the next questions
    headers: dict[str, str] = field(default_factory=dict)  # of those
    raw: bytes | None = None  # what is sent instead of a stream
    cut_after: int | None = None  # after how many pieces the connection breaks
    refuses: frozenset[str] = frozenset()  # fields of a question that it doesn't know
    ending: str | None = "stop"
    counts: bool = True  # whether it tells how many tokens there were
    hold_after: int | None = None  # after how many pieces it waits for `go`
    go: threading.Event = field(default_factory=threading.Event)
    left: threading.Event = field(default_factory=threading.Event)  # the client has gone while it waited
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)


@contextmanager
def scripted() -> Iterator[Scripted]:
    script = Scripted()
    handler = type("Handler", (_Handler,), {"script": script})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    script.address = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    with ExitStack() as stack:
        stack.callback(server.server_close)
        stack.callback(thread.join)
        stack.callback(server.shutdown)
        stack.callback(script.go.set)
        yield script


class _Handler(BaseHTTPRequestHandler):
    script: Scripted
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        self.script.keys.append(self.headers.get("Authorization", ""))
        self._send(200, json.dumps({"object": "list", "data": self.script.models}).encode())

    def do_POST(self) -> None:
        script = self.script
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        script.requests.append(asked)
        script.keys.append(self.headers.get("Authorization", ""))
        if script.fails:
            self._send(script.fails.pop(0), b'{"error": {"message": "not now"}}', script.headers)
        elif script.refuses & asked.keys():
            self._send(400, json.dumps({"error": {"message": "unknown field"}}).encode())
        elif script.raw is not None:
            self._send(200, script.raw)
        else:
            self._stream()

    def _send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.close_connection = True
        self.send_response(status)
        self.send_header("Connection", "close")
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self) -> None:
        script = self.script
        self.close_connection = True
        self.send_response(200)
        self.send_header("Connection", "close")
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            self._event({"choices": [{"index": 0, "delta": {"role": "assistant"}, "finish_reason": None}]})
            for number, piece in enumerate(script.say):
                if number == script.cut_after:
                    return
                if number == script.hold_after:
                    self._hold()
                self._event({"choices": [{"index": 0, "delta": {"content": piece}, "finish_reason": None}]})
            if script.cut_after == len(script.say):
                return
            self._event({"choices": [{"index": 0, "delta": {}, "finish_reason": script.ending}]})
            counts = {"prompt_tokens": 50, "completion_tokens": len(script.say)}
            if script.counts:
                self._event({"choices": [], "usage": counts | {"prompt_tokens_details": {"cached_tokens": 20}}})
            self._chunk(b"data: [DONE]\n\n")
            self._chunk(b"")
        except OSError:
            script.left.set()

    def _hold(self) -> None:
        """Wait, and tell if the client goes meanwhile."""
        self.connection.settimeout(0.02)
        while not self.script.go.is_set():
            try:
                gone = not self.connection.recv(1)
            except TimeoutError:
                continue
            except OSError:
                gone = True
            if gone:
                self.script.left.set()
                return

    def _event(self, content: dict[str, Any]) -> None:
        self._chunk(b"data: " + json.dumps(content).encode() + b"\n\n")

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

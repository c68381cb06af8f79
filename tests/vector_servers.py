"""Chroma servers on this machine: `chroma run`, which can be killed and started again."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.model_servers import free_port, until_it_answers


class ChromaServer:
    """One that keeps its port; its folder, too, unless started with another."""

    def __init__(self, folder: Path) -> None:
        self._folder, self.port = folder, free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self, folder: Path | None = None) -> None:
        options = ["--path", str(folder or self._folder), "--host", "127.0.0.1", "--port", str(self.port)]
        chroma = Path(sys.executable).with_name("chroma")
        self._process = subprocess.Popen(
            [chroma, "run", *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until_it_answers(f"{self.address}/api/v2/heartbeat", self._process)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


@contextmanager
def chroma_server(folder: Path) -> Iterator[ChromaServer]:
    server = ChromaServer(folder)
    try:
        yield server
    finally:
        server.kill()

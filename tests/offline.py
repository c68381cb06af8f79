"""Start, add a file, ask: where there is no network at all. `unshare -rn python -m tests.offline FOLDER FILE QUESTION`.

For `test_connections.py`. In a network namespace of its own a process has one interface, its own loopback, and that
is down. Prints what the terminal and the open app answered, and what the app says has left.
"""

from __future__ import annotations

import fcntl
import http.client
import json
import signal
import socket
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from tests.waiting import until

SIOCSIFFLAGS = 0x8914  # of Linux's sockios.h
IFF_UP = 1  # of its if.h
ROOT = Path(__file__).parent.parent


def loopback_up() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))


def terminal(folder: Path, file: Path, question: str) -> Any:
    def run(*arguments: str) -> str:
        command = [sys.executable, "app.py", *arguments, "--json", "--library", str(folder)]
        return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout

    run("add", str(file))
    return json.loads(run("ask", question))


def browser(folder: Path, file: Path, question: str) -> tuple[Any, Any]:
    """The answer, and what the app says of its connections."""
    command = [sys.executable, "app.py", "--library", str(folder), "--port", "0", "--no-browser"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as app:
        assert app.stdout is not None
        where = urlsplit(app.stdout.readline().split()[-1])
        connection = http.client.HTTPConnection(where.hostname or "", where.port)
        cookie = {"Cookie": f"lamplight-{where.port}={parse_qs(where.query)['key'][0]}"}

        def request(method: str, path: str, body: bytes | None = None) -> list[Any]:
            connection.request(method, path, body, cookie)
            response = connection.getresponse()
            content = response.read()
            assert response.status == 200, content
            return [json.loads(line) for line in content.splitlines() if path != "/"]

        def carry_out(name: str, arguments: dict[str, Any]) -> list[Any]:
            return request("POST", f"/commands/{name}", json.dumps(arguments).encode())

        request("GET", "/")
        request("PUT", f"/files?name={quote(file.name)}", file.read_bytes())
        until(lambda: carry_out("list", {})[0]["documents"])
        asked = carry_out("ask", {"question": question, "mode": "documents"})
        (trust,) = request("GET", "/trust")
        app.send_signal(signal.SIGINT)
        assert app.wait() == 0
    return asked[-1]["answer"], trust


if __name__ == "__main__":
    loopback_up()
    folder, file, question = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    answer, trust = browser(folder / "browser", file, question)
    json.dump(
        {
            "interfaces": [name for _, name in socket.if_nameindex()],
            "terminal": terminal(folder / "terminal", file, question),
            "browser": answer,
            "trust": trust,
        },
        sys.stdout,
    )

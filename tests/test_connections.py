"""What the count of connections promises: nothing leaves without a person's leave, and what is tried is told."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

from lamplight.network.connections import OUTSIDE_PYTHON, Connections, is_here
from lamplight.samples import HANDBOOK

ROOT = Path(__file__).parent.parent

# An audit hook can't be taken out again, so each case runs in a process of its own.
START = """
import contextlib, json, socket, threading
from lamplight.network.connections import CONNECTIONS, ConnectionBlocked, allowed, block_connections
block_connections()
problems = []
@contextlib.contextmanager
def trying():
    try:
        yield
    except OSError as error:
        problems.append(type(error).__name__)
"""
REPORT = """
listed = [[a.host, a.port, a.reason, a.blocked] for a in CONNECTIONS.listed]
print(json.dumps({"left": CONNECTIONS.left, "blocked": CONNECTIONS.blocked, "listed": listed, "problems": problems}))
"""
ELSEWHERE = "192.0.2.1"  # of TEST-NET-1, which is nobody's


def report(code: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", START + code + REPORT], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


@pytest.mark.parametrize(
    "attempt",
    [
        pytest.param("socket.create_connection(('192.0.2.1', 443))", id="an address"),
        pytest.param("socket.socket().connect_ex(('192.0.2.1', 443))", id="an address, without an exception"),
        pytest.param("socket.getaddrinfo('home.example', 443)", id="a lookup"),
        pytest.param("socket.gethostbyname('home.example')", id="an old lookup"),
        pytest.param("socket.gethostbyaddr('192.0.2.1')", id="a reverse lookup"),
        pytest.param("socket.getnameinfo(('192.0.2.1', 443), 0)", id="another reverse lookup"),
        pytest.param("socket.socket(type=socket.SOCK_DGRAM).sendto(b'hello', ('192.0.2.1', 53))", id="a datagram"),
        pytest.param("socket.socket(socket.AF_INET6).connect(('2001:db8::1', 443))", id="version 6"),
        pytest.param("__import__('urllib.request').request.urlopen('http://home.example/')", id="urllib"),
        pytest.param("__import__('asyncio').run(asyncio.open_connection('home.example', 443))", id="asyncio"),
    ],
)
def test_what_wants_to_leave_is_blocked_and_counted(attempt: str) -> None:
    found = report(f"import asyncio\nwith trying():\n    {attempt}\n")
    assert (found["left"], found["blocked"]) == (0, 1)
    assert len(found["problems"]) == 1
    assert found["listed"][0][3] is True


def test_this_computer_is_reached_as_always() -> None:
    found = report(
        """
server = socket.create_server(("127.0.0.1", 0))
for name in ("127.0.0.1", "localhost", "::ffff:127.0.0.1"):
    socket.create_connection((name, server.getsockname()[1])).close()
one, other = socket.socketpair()
one.sendall(b"hello")
"""
    )
    assert found == {"left": 0, "blocked": 0, "listed": [], "problems": []}


def test_a_download_that_a_person_asked_for_leaves_and_is_told_with_its_reason() -> None:
    found = report(
        f"""
with allowed("download of a model", "{ELSEWHERE}"), trying():
    socket.create_connection(("{ELSEWHERE}", 443), timeout=0.01)
with trying():
    socket.create_connection(("{ELSEWHERE}", 443), timeout=0.01)
"""
    )
    assert (found["left"], found["blocked"]) == (1, 1)
    assert found["listed"][1] == [ELSEWHERE, 443, "download of a model", False]
    assert found["problems"][1] == "ConnectionBlocked"


def test_leave_is_for_one_host_one_thread_and_one_while() -> None:
    found = report(
        f"""
import contextvars
def elsewhere():
    with trying():
        socket.create_connection(("{ELSEWHERE}", 443), timeout=0.01)
def in_a_thread(work):
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
with allowed("download", "models.example"), trying():
    socket.getaddrinfo("models.example.org", 443)
with allowed("download"):
    in_a_thread(elsewhere)
    copied = contextvars.copy_context()
copied.run(elsewhere)
def worker():
    with allowed("download"):
        elsewhere()
in_a_thread(worker)
"""
    )
    assert found["problems"][:3] == ["ConnectionBlocked"] * 3
    assert (found["left"], found["blocked"]) == (1, 3)


def test_every_process_of_the_app_is_under_the_same_rule() -> None:
    for module in ("app.py", "ingest/worker.py", "models/quantise.py", "models/prepare.py"):
        assert "block_connections()" in (ROOT / "lamplight" / module).read_text(encoding="utf-8"), module


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("localhost", True), ("::ffff:127.0.0.1", True),
        ("0.0.0.0", True), ("192.0.2.1", False), ("2001:db8::1", False), ("localhost.evil.example", False),
        ("fe80::1%eth0", False), ("127.0.0.1.evil.example", False),
    ],
)  # fmt: skip
def test_here_is_this_computer_and_nothing_that_sounds_like_it(host: str, here: bool) -> None:
    assert is_here(host) is here


def test_what_python_did_not_see_is_found_in_the_systems_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scripted: to connect in machine code needs a network."""

    def row(local: tuple[str, int], remote: tuple[str, int] | tuple[()], status: str) -> Any:
        ends: dict[str, Any] = {"laddr": SimpleNamespace(ip=local[0], port=local[1]), "raddr": ()}
        if remote:
            ends["raddr"] = SimpleNamespace(ip=remote[0], port=remote[1])
        return SimpleNamespace(**ends, status=status)

    table = [
        row(("0.0.0.0", 7860), (), psutil.CONN_LISTEN),
        row(("192.0.2.9", 7860), ("192.0.2.20", 50000), psutil.CONN_ESTABLISHED),  # a tablet that came in
        row(("127.0.0.1", 40000), ("127.0.0.1", 7860), psutil.CONN_ESTABLISHED),
        row(("192.0.2.9", 40001), ("192.0.2.1", 443), psutil.CONN_ESTABLISHED),
        row(("192.0.2.9", 40002), ("192.0.2.2", 443), psutil.CONN_ESTABLISHED),  # a download that is counted already
    ]
    monkeypatch.setattr(psutil.Process, "net_connections", lambda *_: table)
    connections = Connections()
    connections.note("models.example", 443, "download", blocked=False, address="192.0.2.2")
    for _ in range(2):
        connections.look()
    assert connections.left == 2
    assert [(attempt.host, attempt.reason) for attempt in connections.listed] == [
        (ELSEWHERE, OUTSIDE_PYTHON), ("models.example", "download")
    ]  # fmt: skip


def alone() -> bool:
    """Whether this system lets a process have a network namespace of its own."""
    unshare = shutil.which("unshare")
    return unshare is not None and subprocess.run([unshare, "-rn", "true"], capture_output=True).returncode == 0


@pytest.mark.long
@pytest.mark.skipif(not alone(), reason="`unshare -rn` is not permitted here: no network namespace without root")
def test_start_add_and_ask_need_no_network_and_do_not_even_try(tmp_path: Path) -> None:
    command = ["unshare", "-rn", sys.executable, "-m", "tests.offline", str(tmp_path), str(HANDBOOK)]
    done = subprocess.run(
        [*command, "When are bonfires allowed?"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["interfaces"] == ["lo"]
    for where in ("terminal", "browser"):
        assert "1 November" in result[where]["answer"]
        assert result[where]["citations"][0]["page"] == 3
    assert (result["trust"]["connections"], result["trust"]["blocked"], result["trust"]["listed"]) == (0, 0, [])


def test_a_question_to_a_server_that_was_allowed_is_counted_and_named() -> None:
    found = report(
        """
from lamplight.errors import ServerError
from lamplight.models.server import Server
from lamplight.models.server_requests import Requests
for permitted in ("192.0.2.1", ""):
    try:
        Requests(Server("http://192.0.2.1:8000/v1", "m", permitted), silence=0.2).get("models")
    except ServerError as error:
        problems.append(str(error)[:9])
"""
    )
    assert (found["left"], found["blocked"]) == (1, 0)  # without leave nothing even tries
    assert found["listed"] == [[ELSEWHERE, 8000, "answers by m on 192.0.2.1:8000", False]]
    assert found["problems"] == ["m on 192.", "192.0.2.1"]

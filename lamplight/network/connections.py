"""Every connection that this process makes in Python is judged before it is made: to this computer, or blocked.

`block_connections` installs an audit hook (PEP 578), which can't be taken out again; it is called first in each of
Lamplight's processes. What is blocked in this one, and what left under `allowed`, is counted. The hook is asked by
Python's `socket` and so by all that is built on it. It isn't asked by code in C, C++ or Rust, nor by asyncio on
Windows once an address is known: such a connection can't be stopped, but while it lasts the operating system's own
table shows it (`look`). A name given straight to `connect`, as no usual library does, is looked up before the hook.
"""

from __future__ import annotations

import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import Any

import psutil

from lamplight.languages import sentence

LOOK_SECONDS = 10.0
HTTPS = 443
LISTED = 100  # newest attempts that are kept one by one; the counts go on
OUTSIDE_PYTHON = sentence("seen by the operating system, not asked for in Python")
LOOKUPS = frozenset({"socket.getaddrinfo", "socket.gethostbyname"})
REVERSE_LOOKUPS = frozenset({"socket.gethostbyaddr", "socket.getnameinfo"})
SENDS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
LOCAL_FAMILIES = frozenset(getattr(socket, name) for name in ("AF_UNIX", "AF_NETLINK") if hasattr(socket, name))
LOCAL_NAMES = frozenset({"", "localhost", "localhost.localdomain", "ip6-localhost"})


class ConnectionBlocked(OSError):
    """Something wanted to connect to elsewhere without a person's leave."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One connection that left or was blocked. `at` is seconds since the epoch; `port` 0 where it isn't known."""

    host: str
    port: int
    at: float
    reason: str
    blocked: bool


@dataclass(slots=True)
class _Permission:
    """What `allowed` gives. `names` are the hosts looked up under it, whose addresses may be connected to."""

    reason: str
    host: str | None
    names: list[str] = field(default_factory=list)
    ended: bool = False

    def covers(self, host: str) -> bool:
        return not self.ended and (self.host is None or host == self.host or host.endswith(f".{self.host}"))


_permissions: ContextVar[tuple[_Permission, ...]] = ContextVar("permissions", default=())


@contextmanager
def allowed(reason: str, host: str | None = None) -> Iterator[None]:
    """Let this thread connect to `host` and names below it (None: to anywhere) until the block ends.

    Only for what a person has asked for, just now or of this host; `reason` is what they are shown ("download of
    X"). Other threads stay blocked: each worker that connects enters `allowed` itself.
    """
    permission = _Permission(reason, host.lower() if host else None)
    token = _permissions.set((*_permissions.get(), permission))
    try:
        yield
    finally:
        permission.ended = True  # also for whoever copied the context meanwhile
        with suppress(ValueError):  # left in another context, as a generator may be
            _permissions.reset(token)


class Connections:
    """What was counted since this process began to look. Safe to use from several threads."""

    def __init__(self) -> None:
        self.since = time.time()
        self.left = self.blocked = 0
        self._attempts: list[Attempt] = []
        self._known: set[tuple[str, int]] = set()
        self._children: dict[int, str] = {}  # why a child process may connect, by its number
        # Reentrant: a collection of garbage inside the lock may close a socket and come back here.
        self._lock = threading.RLock()

    @property
    def listed(self) -> list[Attempt]:
        """The newest attempts, newest first."""
        with self._lock:
            return self._attempts[::-1]

    def note(self, host: str, port: int, reason: str, blocked: bool, address: str = "") -> None:
        """Count an attempt; `address` is where `host` was found."""
        with self._lock:
            if blocked:
                self.blocked += 1
            else:
                self.left += 1
                self._known.add((address or host, port))
            self._attempts.append(Attempt(host, port, time.time(), reason, blocked))
            del self._attempts[:-LISTED]

    @contextmanager
    def of_child(self, process: int, host: str, reason: str) -> Iterator[None]:
        """Count what a child process, given by its number, connects to meanwhile under this reason.

        Only for what a person has just asked for: another program, as pip, has no hook. `host` is where it begins.
        """
        if not is_here(host):
            self.note(host, HTTPS, reason, blocked=False)
        self._children[process] = reason
        try:
            yield
        finally:
            self.look()
            del self._children[process]

    def look(self) -> None:
        """Count what the operating system shows of this process and its children and the hook didn't see."""
        for host, port, process in _unseen():
            with self._lock:
                if (host, port) not in self._known:
                    self.note(host, port, self._reason(process), blocked=False)

    def _reason(self, process: psutil.Process) -> str:
        try:
            numbers = [process.pid, *(parent.pid for parent in process.parents())]
        except psutil.Error:  # it has just ended
            numbers = [process.pid]
        return next((self._children[number] for number in numbers if number in self._children), OUTSIDE_PYTHON)

    def keep_looking(self) -> None:
        """`look` again and again in the background (10 ms each time), as long as the process runs."""
        threading.Thread(target=self._keep_looking, name="connections", daemon=True).start()

    def _keep_looking(self) -> None:
        while True:
            self.look()
            time.sleep(LOOK_SECONDS)


CONNECTIONS = Connections()
_installed = False


def block_connections() -> None:
    """From now on, in this process, nothing connects to elsewhere but under `allowed`."""
    global _installed
    if not _installed:
        _installed = True
        CONNECTIONS.since = time.time()
        sys.addaudithook(_judge)


def _judge(event: str, arguments: tuple[Any, ...]) -> None:
    """Called for every audit event there is, so the usual way out is the first line."""
    if event in LOOKUPS:
        host = _text(arguments[0])
        # An address is looked up nowhere; connecting to it is judged later.
        if not _is_address(host):
            _judge_lookup(host, _port(arguments))
    elif event in SENDS:
        own, target = arguments
        # sendto and sendmsg on a connected socket name no address, and connecting was judged before.
        if own.family not in LOCAL_FAMILIES and isinstance(target, tuple):
            _judge_connection(_text(target[0]), target[1])
    elif event in REVERSE_LOOKUPS:
        target = arguments[0]
        _judge_lookup(_text(target[0] if isinstance(target, tuple) else target), 0)


def _judge_lookup(host: str, port: int) -> None:
    if is_here(host) or host == socket.gethostname().lower():
        return
    for permission in _permissions.get():
        if permission.covers(host):
            permission.names.append(host)
            return
    _block(host, port)


def _judge_connection(host: str, port: int) -> None:
    if is_here(host):
        return
    for permission in _permissions.get():
        if permission.covers(host) or (not permission.ended and permission.names):
            name = permission.names[-1] if permission.names else host
            CONNECTIONS.note(name, port, permission.reason, blocked=False, address=host)
            return
    _block(host, port)


def _block(host: str, port: int) -> None:
    CONNECTIONS.note(host, port, sentence("nobody asked for it"), blocked=True)
    raise ConnectionBlocked(
        f"A connection to {host} was blocked: only a download or a question to a server that you allowed may leave."
    )


def is_here(host: str) -> bool:
    """Whether an address or name is this computer's own."""
    if host in LOCAL_NAMES:
        return True
    if not _is_address(host):
        return False
    address = ip_address(host.split("%")[0])
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return address.is_loopback or address.is_unspecified or str(address) in _own_addresses(int(time.monotonic() / 10))


@lru_cache(maxsize=1)
def _own_addresses(moment: int) -> frozenset[str]:
    """Of its network cards, where the app serves with `--host`; looked up again when `moment` changes."""
    cards = psutil.net_if_addrs().values()
    return frozenset(card.address.split("%")[0] for addresses in cards for card in addresses)


def _unseen() -> set[tuple[str, int, psutil.Process]]:
    """Where the sockets of this program and of the processes it is made of are connected to, if not to here, and whose.

    Who came in through a port that is listened on did not leave.
    """
    sockets = [(one, process) for process in _own_processes() for one in _sockets(process)]
    listening = {one.laddr.port for one, _ in sockets if one.status == psutil.CONN_LISTEN}
    return {
        (one.raddr.ip, one.raddr.port, process)
        for one, process in sockets
        if one.raddr and one.laddr.port not in listening and not is_here(one.raddr.ip)
    }


def _own_processes() -> Iterator[psutil.Process]:
    """This process and the children that run the same Python; a browser that was opened is another program."""
    own = psutil.Process()
    yield own
    for child in own.children(recursive=True):
        with suppress(psutil.Error):  # it may have ended meanwhile
            if child.exe() == own.exe():
                yield child


def _sockets(process: psutil.Process) -> list[Any]:
    try:
        return list(process.net_connections("inet"))
    except psutil.Error:
        return []


def _is_address(host: str) -> bool:
    try:
        ip_address(host.split("%")[0])
    except ValueError:
        return False
    return True


def _text(host: object) -> str:
    """A host as the socket module takes it: text, bytes, or None for this computer."""
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    return str(host).lower().rstrip(".") if host is not None else ""


def _port(arguments: tuple[Any, ...]) -> int:
    try:
        return int(arguments[1])
    except (IndexError, TypeError, ValueError):
        return 0

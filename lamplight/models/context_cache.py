"""Computed context kept for later: the keys and values of prompt segments, in memory and on disk.

A segment's key is a hash of everything its values depend on: the model's file, how it is run, and every token
up to its last. So a state that is found is the right one, and a changed model, setting or text finds nothing.
A file that is damaged in any way is removed and counts as not found.
"""

from __future__ import annotations

import hashlib
import os
import queue
import struct
import tempfile
import threading
import zlib
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from pathlib import Path

from lamplight.files import write_atomically

DISK_BYTES = 2 << 30
MEMORY_BYTES = 256 << 20  # fifty passages of 200 tokens of SmolLM2-135M: loading them is a copy
MAGIC = b"LAMPKV1\n"
HEADER = struct.Struct("<8s32sQI")  # magic, key, payload length, its CRC-32
SUFFIX = ".state"
LIMIT = "limit"  # a file beside the states: the most bytes that they may take


def segment_key(before: bytes, tokens: Sequence[int]) -> bytes:
    """The key (32 bytes) of `tokens` read right after the segment whose key is `before`."""
    return hashlib.sha256(before + struct.pack(f"<{len(tokens)}i", *tokens)).digest()


class ContextCache:
    """Least recently used states go first, both from memory and from disk. Safe to use from several threads."""

    def __init__(self, folder: Path, disk_bytes: int = DISK_BYTES, memory_bytes: int = MEMORY_BYTES) -> None:
        """`folder` is made when the first state is kept; another process may use it at the same time."""
        self._folder = folder
        self._disk_bytes = disk_bytes
        self._memory_bytes = memory_bytes
        self._hot: OrderedDict[bytes, bytes] = OrderedDict()
        self._lock = threading.Lock()
        self._unwritten: queue.SimpleQueue[tuple[bytes, bytes] | threading.Event] = queue.SimpleQueue()
        self._writer: threading.Thread | None = None

    def get(self, key: bytes) -> bytes | None:
        """The state kept under `key`; None when there is none, or none that is whole."""
        with self._lock:
            state = self._hot.get(key)
            if state is not None:
                self._hot.move_to_end(key)
                return state
        state = self._read(key)
        if state is not None:
            self._keep_hot(key, state)
        return state

    def holds(self, key: bytes) -> bool:
        """Whether `get` would probably find it; looks at no content."""
        return key in self._hot or self._path(key).exists()

    def put(self, key: bytes, state: bytes) -> None:
        """Keep a state: in memory now, on disk from a thread of its own."""
        self._keep_hot(key, state)
        with self._lock:
            if self._writer is None:
                self._writer = threading.Thread(target=self._write_all, name="context cache", daemon=True)
                self._writer.start()
        self._unwritten.put((key, state))

    def discard(self, key: bytes) -> None:
        """Forget one state, if it is there."""
        self.flush()  # or the writer would bring it back
        with self._lock:
            self._hot.pop(key, None)
        self._path(key).unlink(missing_ok=True)

    def flush(self) -> None:
        """Wait until all that was put is on disk."""
        if self._writer is not None:
            done = threading.Event()
            self._unwritten.put(done)
            done.wait()

    def clear(self) -> None:
        """Forget everything, here and on disk: what a removed document left must go with it."""
        self.flush()
        with self._lock:
            self._hot.clear()
        for path in list(self._folder.glob(f"*{SUFFIX}")):
            path.unlink(missing_ok=True)

    def use(self, folder: Path) -> None:
        """Keep what is remembered from now on in another folder, with the limit that was set there."""
        self.flush()
        with self._lock:
            self._hot.clear()
            self._folder = folder
        try:
            self._disk_bytes = int((folder / LIMIT).read_text(encoding="ascii"))
        except (OSError, ValueError):
            self._disk_bytes = DISK_BYTES

    @property
    def limit(self) -> int:
        """The most bytes on disk."""
        return self._disk_bytes

    def set_limit(self, disk_bytes: int) -> None:
        """What is over it goes at once, what was used longest ago first. Raises `OSError` when it can't be kept."""
        self.flush()
        write_atomically(self._folder / LIMIT, str(disk_bytes).encode())
        self._disk_bytes = disk_bytes
        self._evict()

    def disk_usage(self) -> int:
        """Bytes of all states on disk."""
        return sum(size for _, size, _ in self._files())

    def memory_usage(self) -> int:
        """Bytes of the states that are in memory."""
        with self._lock:
            return sum(map(len, self._hot.values()))

    def _keep_hot(self, key: bytes, state: bytes) -> None:
        with self._lock:
            self._hot[key] = state
            self._hot.move_to_end(key)
            used = sum(map(len, self._hot.values()))
            while used > self._memory_bytes:
                used -= len(self._hot.popitem(last=False)[1])

    def _path(self, key: bytes) -> Path:
        return self._folder / f"{key.hex()}{SUFFIX}"

    def _read(self, key: bytes) -> bytes | None:
        path = self._path(key)
        try:
            content = path.read_bytes()
            os.utime(path)  # its modification time is when it was last of use
        except OSError:
            return None
        state = content[HEADER.size :]
        if len(content) >= HEADER.size:
            expected = HEADER.pack(MAGIC, key, len(state), zlib.crc32(state))
            if content[: HEADER.size] == expected:
                return state
        path.unlink(missing_ok=True)
        return None

    def _write_all(self) -> None:
        while True:
            item = self._unwritten.get()
            if isinstance(item, threading.Event):
                item.set()
                continue
            # A full disk must not stop an answer: the state is then only in memory.
            try:
                self._write(*item)
                self._evict()
            except OSError:
                continue

    def _write(self, key: bytes, state: bytes) -> None:
        path = self._path(key)
        if len(state) + HEADER.size > self._disk_bytes or path.exists():
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        descriptor, scratch = tempfile.mkstemp(dir=self._folder)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(HEADER.pack(MAGIC, key, len(state), zlib.crc32(state)))
                file.write(state)
            Path(scratch).replace(path)
        except OSError:
            Path(scratch).unlink(missing_ok=True)
            raise

    def _evict(self) -> None:
        files = sorted(self._files())
        used = sum(size for _, size, _ in files)
        for _, size, path in files:
            if used <= self._disk_bytes:
                return
            path.unlink(missing_ok=True)
            used -= size

    def _files(self) -> Iterable[tuple[int, int, Path]]:
        """Last use (ns), bytes and path of each state on disk."""
        try:
            entries = list(os.scandir(self._folder))
        except FileNotFoundError:
            return
        for entry in entries:
            try:
                status = entry.stat()
            except FileNotFoundError:
                continue
            if entry.name != LIMIT:
                yield status.st_mtime_ns, status.st_size, Path(entry.path)

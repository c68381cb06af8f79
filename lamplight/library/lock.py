"""One process at a time: Chroma's files are not safe to share between processes.

The lock itself is the operating system's (it goes when its holder dies, however it dies); beside it lies
a note that says who holds it, so that a second process can say so, or ask the first to do the work.
"""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from lamplight.languages import sentence
from lamplight.library.errors import LibraryBusy

NOTE_SECONDS = 1.0  # from taking the lock to saying who took it; a thousandth of that on a machine with nothing to do


class LibraryLock:
    """Exclusive use of a library's folder. Raises `LibraryBusy` at once when somebody else has it."""

    def __init__(self, folder: Path, purpose: str) -> None:
        self._lock = FileLock(folder / "lock")
        self._note = folder / "holder.json"
        self._holder: dict[str, Any] = {"pid": os.getpid(), "since": time.time(), "purpose": purpose}
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise self._busy(folder) from None
        self._write()

    def announce(self, address: str, key: str) -> None:
        """Tell later processes where this one can be asked to work for them."""
        self._holder |= {"address": address, "key": key}
        self._write()

    def release(self) -> None:
        """Remove the note, then let go of the lock. Does nothing when that was done before."""
        if self._lock.is_locked:
            self._note.unlink(missing_ok=True)
            self._lock.release()

    def _holder_noted(self) -> dict[str, Any]:
        """What the holder says of itself. One that has only just taken the lock is given time to say it."""
        deadline = time.monotonic() + NOTE_SECONDS
        while True:
            with suppress(OSError, ValueError):
                return dict(json.loads(self._note.read_text(encoding="utf-8")))
            if time.monotonic() > deadline:
                return {}
            time.sleep(NOTE_SECONDS / 20)

    def _write(self) -> None:
        part = self._note.with_suffix(".part")
        descriptor = os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(self._holder, file)
        part.replace(self._note)

    def _busy(self, folder: Path) -> LibraryBusy:
        holder = self._holder_noted()
        purpose, process = holder.get("purpose"), holder.get("pid")
        since = time.strftime("%H:%M", time.localtime(holder["since"])) if "since" in holder else ""
        return LibraryBusy(
            sentence(
                f"The library in {folder} has been in use by `{purpose}` (process {process}) since {since}; wait until "
                "it is done, or close it."
                if since
                else f"The library in {folder} has been in use by another process; wait until it is done, or close it."
            ),
            holder.get("address", ""),
            holder.get("key", ""),
        )

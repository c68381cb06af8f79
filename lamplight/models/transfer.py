"""One file on its way from a hub: it can stop at any byte, by will or by accident, and go on there.

What has come is in `NAME.part`, what is to come in `NAME.part.json`. The file gets its name when its sha256 is right.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import threading
from collections.abc import Callable
from dataclasses import asdict
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from lamplight.errors import DownloadError
from lamplight.files import READ_BLOCK, write_atomically
from lamplight.languages import sentence
from lamplight.models.catalogue import HubFile
from lamplight.models.hub import Announced, ConnectionLost, address_of, hub_name, look_up, open_url, refuse

if TYPE_CHECKING:
    import httpx

PART = ".part"
ATTEMPTS = 5  # in a row without a single new byte
BACKOFF_SECONDS = 1.0  # after the first failure, then twice as long each time
SPARE_BYTES = 1 << 30  # left free on the disk

Result = TypeVar("Result")


class Transfer:
    """`done` of `size` bytes are here; `checking` while they are compared with the sha256."""

    def __init__(self, file: HubFile, folder: Path, stop: threading.Event, backoff: float = BACKOFF_SECONDS) -> None:
        self._file = file
        self._stop = stop
        self._backoff = backoff
        self._target = folder / file.name
        self._part = folder / f"{file.name}{PART}"
        self._note = folder / f"{file.name}{PART}.json"
        self.size = file.size
        self.done = bytes_here(file, folder)
        self.checking = False

    def run(self) -> bool:
        """Whether the whole file is here now; False when stopped.

        Raises `DownloadError`, after which another run goes on where this one ended, and `OSError`.
        """
        if self._target.is_file():
            return True
        announced = self._patiently(lambda: look_up(self._file))
        if announced is None:
            return False
        self._target.parent.mkdir(parents=True, exist_ok=True)
        self._begin(announced)
        while self.done < self.size:
            if self._patiently(self._fetch) is None:
                return False
        return self._check(announced.sha256)

    def _patiently(self, step: Callable[[], Result]) -> Result | None:
        """`step`, tried again when it is interrupted; None when stopped."""
        failures, furthest = 0, self.done
        while not self._stop.is_set():
            try:
                return step()
            except ConnectionLost as error:
                if self.done > furthest:
                    failures, furthest = 0, self.done
                failures += 1
                if failures == ATTEMPTS:
                    raise DownloadError(
                        f"The connection to {hub_name()} failed {ATTEMPTS} times ({error}); what has come is kept, "
                        "so resume when the network is back."
                    ) from error
                self._stop.wait(self._backoff * 2 ** (failures - 1))
        return None

    def _begin(self, announced: Announced) -> None:
        """Keep what has come if it is of the same file; see that there is room for the rest."""
        self.size = announced.size
        note = json.dumps(asdict(announced)).encode()
        if self.done > self.size or (self.done and _content(self._note) != note):
            self._discard()
        write_atomically(self._note, note)
        missing, free = self.size - self.done, shutil.disk_usage(self._part.parent).free
        if missing + SPARE_BYTES > free:
            raise DownloadError(
                f"{self._file.name} needs {(missing + SPARE_BYTES) / 1e9:.1f} GB on the disk of {self._part.parent} "
                f"and {free / 1e9:.1f} GB are free; free some, then resume."
            )

    def _fetch(self) -> bool:
        """Append what is missing, as far as the connection holds. False when stopped."""
        headers = {"Accept-Encoding": "identity"}
        if self.done:
            headers["Range"] = f"bytes={self.done}-"
        with open_url("GET", address_of(self._file), headers) as response:
            refuse(response, self._file)
            if not _continues(response, self.done):
                self.done = 0  # the hub can't go on in the middle and sends everything again
            with self._part.open("ab" if self.done else "wb") as part:
                self._receive(response, part.write)
                part.flush()
                os.fsync(part.fileno())
        if self.done > self.size:
            raise self._wrong()
        if self.done < self.size and not self._stop.is_set():
            raise ConnectionLost("it ended early")
        return True

    def _receive(self, response: httpx.Response, write: Callable[[bytes], object]) -> None:
        for piece in response.iter_raw():
            if self._stop.is_set():
                return
            self.done += len(piece)
            if self.done > self.size:  # or it would go on until the disk is full
                return
            write(piece)

    def _check(self, sha256: str) -> bool:
        self.checking = True
        digest = hashlib.sha256()
        with self._part.open("rb") as part:
            while block := part.read(READ_BLOCK):
                if self._stop.is_set():
                    return False
                digest.update(block)
        if digest.hexdigest() != sha256:
            raise self._wrong()
        self._part.replace(self._target)
        self._note.unlink(missing_ok=True)
        return True

    def _wrong(self) -> DownloadError:
        self._discard()
        return DownloadError(
            sentence(
                f"What came from {hub_name()} is not the {self._file.name} it announced, so it was deleted; "
                "download it again, over another network if this happens twice."
            )
        )

    def _discard(self) -> None:
        self._part.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)
        self.done = 0


def bytes_here(file: HubFile, folder: Path) -> int:
    """How much of a file has come: all of it, or the part of a download that is under way or was broken off."""
    for path in (folder / file.name, folder / f"{file.name}{PART}"):
        try:
            return path.stat().st_size
        except OSError:
            continue
    return 0


def _continues(response: httpx.Response, start: int) -> bool:
    """Whether the body begins at byte `start`."""
    if response.status_code != HTTPStatus.PARTIAL_CONTENT:
        return start == 0
    return re.match(rf"bytes {start}-", response.headers.get("content-range", "")) is not None


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""

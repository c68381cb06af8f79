"""Which content of a file is being read: people and programs save while it is."""

from __future__ import annotations

import hashlib
import os
import time
from dataclasses import dataclass
from pathlib import Path

from lamplight.files import READ_BLOCK


@dataclass(frozen=True, slots=True)
class FileVersion:
    """What tells that a file was saved: its size and its time of change in nanoseconds.

    Its inode isn't asked for, as some network disks give a file another one each time. `looked_at` is seconds since the
    epoch: what was saved later may not be in what is read now.
    """

    bytes: int
    modified: int
    looked_at: float

    @classmethod
    def of(cls, path: Path) -> FileVersion:
        """As it is now. Raises `OSError`."""
        now = time.time()
        status = path.stat()
        return cls(status.st_size, status.st_mtime_ns, now)

    def is_outdated(self, path: Path) -> bool:
        """Whether the file was saved since; one that is gone was not."""
        try:
            now = FileVersion.of(path)
        except OSError:
            return False
        return (now.bytes, now.modified) != (self.bytes, self.modified)


def checksum_of(path: Path) -> str:
    """Like `sha256_of`, of as much as there is now: a file may grow as fast as it is read.

    An unreadable file is left for the reader, which has the sentence for it.
    """
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            left = os.fstat(file.fileno()).st_size
            while left > 0 and (block := file.read(min(left, READ_BLOCK))):
                digest.update(block)
                left -= len(block)
    except PermissionError:
        return ""
    return digest.hexdigest()

"""What a file holds, and writing one so that a power cut leaves it whole."""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

READ_BLOCK = 1 << 20  # bytes


def sha256_of(path: Path) -> str:
    """Hexadecimal sha256 of a file's content. Raises `OSError`."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(READ_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def write_atomically(path: Path, content: bytes) -> None:
    """Either the whole new content stands under `path`, or what was there before, also after a power cut.

    Raises `OSError`, and leaves nothing beside it then.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, scratch = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            sync(file)
        Path(scratch).replace(path)
    except BaseException:
        Path(scratch).unlink(missing_ok=True)
        raise
    sync_names([path], path.parent)


def sync(file: BinaryIO) -> None:
    """What was written to `file` is on the disk when this returns. Raises `OSError`."""
    file.flush()
    os.fsync(file.fileno())


def sync_names(files: Iterable[Path], root: Path) -> None:
    """That `files` lie under `root`, called as they are, is on the disk when this returns. Raises `OSError`.

    Windows and some file systems of networks have no way to wait for that; there it returns at once.
    """
    if os.name == "nt":
        return
    for folder in {root / above for file in files for above in file.relative_to(root).parents}:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        except OSError as error:
            if error.errno not in (errno.EINVAL, errno.ENOTSUP):
                raise
        finally:
            os.close(descriptor)

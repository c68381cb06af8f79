"""What a file holds, and writing one whole."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

READ_BLOCK = 1 << 20  # bytes


def sha256_of(path: Path) -> str:
    """Hexadecimal sha256 of a file's content. Raises `OSError`."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(READ_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def write_atomically(path: Path, content: bytes) -> None:
    """Either the whole new content stands under `path`, or what was there before. Raises `OSError`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, scratch = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    Path(scratch).replace(path)

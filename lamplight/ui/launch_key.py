"""The secret that tells this person's browser from every other program on the machine."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

KEY_BYTES = 24
KEY_FILE = "key"


def launch_key(folder: Path) -> str:
    """The key of the library in `folder`, made on first use.

    It is kept in a file that only the owner can read, so that a bookmark and an open tab still work after a
    restart.
    """
    path = folder / KEY_FILE
    if path.is_file():
        kept = path.read_text(encoding="ascii", errors="ignore").strip()
        if len(kept) >= KEY_BYTES:
            return kept
        path.unlink()
    key = secrets.token_urlsafe(KEY_BYTES)
    folder.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(key)
    return key

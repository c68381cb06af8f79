"""The token with which other programs may ask, apart from the launch key: it opens nothing else, and can be ended."""

from __future__ import annotations

import secrets
from pathlib import Path

from lamplight.files import write_atomically

TOKEN_BYTES = 24
TOKEN_FILE = "token"
PREFIX = "lamplight-"  # so that people know it again among their keys


def access_token(folder: Path) -> str:
    """That of the library in `folder`; empty as long as none was made."""
    try:
        return (folder / TOKEN_FILE).read_text(encoding="ascii", errors="ignore").strip()
    except OSError:
        return ""


def make_access_token(folder: Path) -> str:
    """A new one; the old one is of no use any more. It is kept in a file that only the owner can read.

    Raises `OSError`.
    """
    token = PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
    write_atomically(folder / TOKEN_FILE, token.encode())
    return token


def end_access(folder: Path) -> None:
    """From now on no program is answered. Raises `OSError`."""
    (folder / TOKEN_FILE).unlink(missing_ok=True)

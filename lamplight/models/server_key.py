"""The key of a server: in the system's keyring where there is one, else in a file that only the owner can read."""

from __future__ import annotations

import json
from contextlib import suppress
from functools import lru_cache
from typing import Any

from lamplight.errors import ServerError
from lamplight.files import write_atomically
from lamplight.models.folder import models_folder

SERVICE = "Lamplight"
KEYS = "keys.json"


def saved_key(address: str) -> str:
    """Empty where none was kept, or where it can't be read now: the server then says that it wants one."""
    keyring = _keyring()
    if keyring is not None:
        with suppress(Exception):  # what a locked or broken keyring raises differs from system to system
            return keyring.get_password(SERVICE, address) or _in_file().get(address, "")
    return _in_file().get(address, "")


def key_for(address: str, typed: str | None) -> str:
    """The key that was typed, or for None the one that was kept."""
    return saved_key(address) if typed is None else typed.strip()


def save_key(address: str, key: str) -> None:
    """An empty `key` forgets it. Raises `ServerError` when it can't be kept."""
    keyring, kept = _keyring(), _in_file()
    if keyring is not None:
        with suppress(Exception):
            if key:
                keyring.set_password(SERVICE, address, key)
                key = ""  # and not in the file as well
            elif keyring.get_password(SERVICE, address):
                keyring.delete_password(SERVICE, address)
    if key == kept.get(address, ""):
        return
    others = {place: held for place, held in kept.items() if place != address}
    try:
        # The scratch file it comes from is made for its owner alone, and keeps that under its new name.
        write_atomically(models_folder() / KEYS, json.dumps(others | ({address: key} if key else {})).encode())
    except OSError as error:
        raise ServerError(f"The key can’t be kept ({error.strerror}); look at {models_folder()}.") from error


def _in_file() -> dict[str, str]:
    try:
        content = json.loads((models_folder() / KEYS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {place: key for place, key in content.items() if isinstance(key, str)} if isinstance(content, dict) else {}


@lru_cache(maxsize=1)
def _keyring() -> Any:
    """The system's, None where there is none (a machine without a desktop, mostly)."""
    import keyring
    from keyring.backends.fail import Keyring as NoKeyring

    return None if isinstance(keyring.get_keyring(), NoKeyring) else keyring

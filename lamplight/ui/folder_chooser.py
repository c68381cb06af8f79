"""Folders of this computer to choose from: a browser tells a page no paths."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lamplight.ingest.errors import ReadError

SHOWN = 500  # more in one folder can't be looked through


def chosen_folder(path: str) -> Path:
    """A folder as a person has typed it. Raises `ReadError` when that doesn't say which."""
    try:
        folder = Path(path.strip()).expanduser()
    except RuntimeError as error:
        raise ReadError(f"{path} names nobody’s home on this computer; write out the whole path.") from error
    if "\0" in path or not folder.is_absolute():
        raise ReadError("Write out the whole path of the folder.")
    return folder


def folder_value(path: str) -> dict[str, Any]:
    """A folder, the one above it and those inside it, hidden ones left out; the person's own folder for "".

    Raises `ReadError` when it can't be looked into.
    """
    folder = chosen_folder(path or str(Path.home()))
    try:
        inside = sorted(
            (entry for entry in folder.iterdir() if not entry.name.startswith(".") and entry.is_dir()),
            key=lambda entry: entry.name.casefold(),
        )
    except FileNotFoundError:
        raise ReadError(f"{folder} is not there; check the spelling.") from None
    except OSError as error:
        raise ReadError(f"{folder} can't be looked into ({error.strerror}); choose another folder.") from error
    above = folder.parent
    return {
        "path": str(folder),
        "above": str(above) if above != folder else None,
        "folders": [{"name": entry.name, "path": str(entry)} for entry in inside[:SHOWN]],
    }

"""What is known of a model's file, so that gigabytes aren't read again to know which one it is."""

from __future__ import annotations

import json
from pathlib import Path

from lamplight.errors import WeightsError
from lamplight.files import sha256_of, write_atomically

IDENTITIES = "identities.json"


def known_checksum(path: Path, folder: Path) -> str:
    """The sha256 of a file, which takes seconds for a large one and is kept in `folder`. Raises `WeightsError`."""
    try:
        status = path.stat()
        known = read_json(folder / IDENTITIES)
        stamp = [status.st_size, status.st_mtime_ns]
        match known.get(str(path)):
            case [size, modified, str(sha256)] if [size, modified] == stamp:
                return sha256
        known[str(path)] = [*stamp, sha256 := sha256_of(path)]
        write_atomically(folder / IDENTITIES, json.dumps(known).encode())
    except OSError as error:
        raise WeightsError(f"{path} can’t be read ({error.strerror}); look at the file, or choose another.") from error
    return sha256


def read_json(path: Path) -> dict[str, object]:
    """What is kept in a small file; nothing where it can't be read or holds something else."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}

"""Which files and folders were waited for until they are on the disk: what a power cut can't take any more."""

from __future__ import annotations

from pathlib import Path


def on_disk(path: Path, root: Path, synced: set[int]) -> bool:
    """Whether a file is there after a power cut, and so is each folder by which it is found below `root`."""
    folders = [folder for folder in path.parents if folder == root or root in folder.parents]
    return all(place.stat().st_ino in synced for place in (path, *folders))

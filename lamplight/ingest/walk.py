"""Which files are meant by the paths a person gives, and which of them can't be opened at all."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from lamplight.languages import sentence

NOT_OURS = {"__MACOSX", "node_modules", "__pycache__", "Thumbs.db", "desktop.ini"}
LOCK = "~$"  # begins the name of what Office leaves beside an open document
ICLOUD = ".icloud"  # ends the hidden name that macOS gave what it had not downloaded
SF_DATALESS = 0x40000000  # of `st_flags`: macOS would download the file to open it
RECALL = 0x1000 | 0x40000 | 0x400000  # of Windows' attributes: offline, recall on open, recall on data access


def files_in(paths: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    """Each file named or found under a named folder, with an empty string, or a sentence if it can't be read.

    Hidden files and what operating systems leave in folders are passed over, and so are links to folders and what
    is no file (pipes, devices), unless it is named itself.
    """
    for path in paths:
        try:
            if path.is_dir():
                yield from _walk(path)
            else:
                yield path, problem_with(path)
        except OSError as error:  # a name that is too long, a loop of links
            yield path, sentence(f"{shown_path(path)} can't be read ({error.strerror}); check the spelling.")


def _walk(folder: Path) -> Iterator[tuple[Path, str]]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        yield (
            folder,
            sentence(f"The folder {shown_path(folder)} can't be read ({error.strerror}); change its permissions."),
        )
        return
    for entry in entries:
        if entry.name.startswith(".") and entry.name.endswith(ICLOUD):
            yield folder / entry.name[1 : -len(ICLOUD)], ""
        elif is_passed_over(entry.name):
            continue
        elif entry.is_dir(follow_symlinks=False):
            yield from _walk(Path(entry.path))
        elif _is_file(entry):
            yield Path(entry.path), problem_with(Path(entry.path))


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:  # a link that leads to itself
        return False


def is_passed_over(name: str) -> bool:
    """Hidden files, what operating systems and compilers leave in folders, and locks of Office documents."""
    return name.startswith((".", LOCK)) or name in NOT_OURS


def problem_with(path: Path) -> str:
    """Why a file can't be read, in a sentence, before anything of it is read; empty when it can."""
    shown = shown_path(path)
    try:
        status = path.stat()
    except FileNotFoundError:
        if path.is_symlink():
            return sentence(f"{shown} is a link to something that isn't there any more; add the file itself.")
        return "" if is_in_the_cloud(path) else sentence(f"{shown} does not exist; check the spelling.")
    except PermissionError:
        return sentence(f"{shown} may not be looked at by you; change the permissions of its folder and add it again.")
    if not stat.S_ISREG(status.st_mode):
        return sentence(f"{shown} is no file but a pipe or a device, which may never end; add a file.")
    if shown != str(path):
        return sentence(
            f"{shown} has a name that isn't UTF-8, so nothing could refer to it; rename it and add it again."
        )
    if path.name.startswith(LOCK):
        return sentence(f"{shown} is what Office leaves beside an open document; add the document itself.")
    return ""


def is_in_the_cloud(path: Path) -> bool:
    """Whether OneDrive, iCloud and the like show a file here whose content they have not downloaded."""
    try:
        return is_placeholder(path.stat())
    except OSError:
        return path.with_name(f".{path.name}{ICLOUD}").exists()


def is_placeholder(status: os.stat_result) -> bool:
    """Whether opening the file would download it."""
    flags, attributes = getattr(status, "st_flags", 0), getattr(status, "st_file_attributes", 0)
    return bool(flags & SF_DATALESS or attributes & RECALL)


def shown_path(path: Path) -> str:
    """A path that can be printed and kept: what is not UTF-8 in it becomes a question mark."""
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "replace")

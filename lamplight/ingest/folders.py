"""Watched folders stay in step with the library: what is added, edited, moved or deleted there follows here."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from lamplight.errors import LamplightError
from lamplight.files import sha256_of
from lamplight.ingest.errors import ReadError
from lamplight.ingest.walk import files_in, is_in_the_cloud, is_passed_over, shown_path
from lamplight.languages import sentence
from lamplight.library.records import Document
from lamplight.library.store import Library

DEBOUNCE_MS = 2_000  # a file that is being copied changes many times
LOOK_MS = 5_000  # how often a disk that was unplugged is looked for


@dataclass(frozen=True, slots=True)
class WatchedFolder:
    """`problem` is a sentence, empty while the folder is followed."""

    path: str
    documents: int
    problem: str


class FolderWatcher:
    """One thread that follows all folders. `submit` queues a file that is to be read, `forget` its failed jobs."""

    def __init__(self, library: Library, submit: Callable[[Path], None], forget: Callable[[Path], None]) -> None:
        self._library, self._submit, self._forget = library, submit, forget
        self._problems: dict[Path, str] = {}
        self._closing = False
        self._changed = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Bring everything in step, then follow."""
        self._thread = threading.Thread(target=self._follow, name="folders", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop following for good; returns when the look into folders that is under way has ended."""
        self._closing = True
        self._changed.set()
        if self._thread is not None:
            self._thread.join()

    def look(self) -> None:
        """Look again which folders are to be followed."""
        self._changed.set()

    def watch(self, folder: Path) -> None:
        """Raises `ReadError` when it is no folder, or the library's own."""
        if not folder.is_dir():
            raise ReadError(f"{folder} is not a folder; check the spelling.")
        if shown_path(folder) != str(folder):
            raise ReadError(f"{shown_path(folder)} has a name that isn't UTF-8; rename it and watch it then.")
        own = self._library.folder.resolve()
        if own == folder or own in folder.parents or folder in own.parents:
            raise ReadError(f"{folder} holds the library itself and can't be watched; choose another folder.")
        self._library.folders.watch(folder)
        self._changed.set()

    def unwatch(self, folder: Path) -> None:
        """Its documents stay. Raises `ReadError` when it was not watched."""
        if not self._library.folders.unwatch(folder):
            raise ReadError(f"{folder} is not watched; `watch` alone shows which are.")
        self._changed.set()

    def folders(self) -> list[WatchedFolder]:
        """With what is wrong now, or was when they were last looked into."""
        return [self._state_of(folder) for folder in self._library.folders.all()]

    def _state_of(self, folder: Path) -> WatchedFolder:
        documents = len(set(self._library.paths.under(folder).values()))
        return WatchedFolder(str(folder), documents, _problem(folder) or self._problems.get(folder, ""))

    def bring_in_step(self, folder: Path, changed: Collection[Path] = ()) -> None:
        """Compare a folder with the library; `changed` files are looked into even if they seem as before.

        A folder that is not there, or is empty where documents were, is a disk that was unplugged: nothing is removed,
        and neither is what came with a backup and was never seen here.
        """
        known = self._library.paths.under(folder)
        found, hidden = _files_in(folder)
        if known and not found:
            self._problems[folder] = (
                _problem(folder)
                or _waiting(hidden)
                or sentence(f"{folder} is empty; is its disk plugged in? Nothing of it was removed.")
            )
            return
        unseen = self._library.paths.unseen()
        if seen := unseen.keys() & found.keys():
            self._library.paths.see(seen)
        gone = {path: number for path, number in known.items() if path not in found and not _is_in(path, hidden)}
        for path in self._follow_moves([found[name] for name in found if name not in known], gone):
            self._submit(path)
        for name in known.keys() & found.keys():
            document = self._library.documents.get(known[name])
            if document is not None and (found[name] in changed or _differs(found[name], document)):
                self._submit(found[name])
        empty = _empty_folders(gone, folder)
        absent = {name for name, _ in gone.items() & unseen.items()}
        self._problems[folder] = _waiting(hidden) or _unplugged(empty) or _not_here(absent)
        for name in gone.keys() - absent:
            if not _is_in(name, empty):
                self._library.paths.remove(name)

    def _follow_moves(self, fresh: list[Path], gone: dict[str, int]) -> list[Path]:
        """Documents whose file is elsewhere now keep everything but their path. Returns what is really new."""
        by_size: dict[int, list[tuple[str, Document]]] = {}
        for name, number in gone.items():
            document = self._library.documents.get(number)
            if document is not None:
                by_size.setdefault(document.bytes, []).append((name, document))
        new = []
        for path in fresh:
            candidates = by_size.get(_size(path), [])
            content = _content(path) if candidates else ""
            match = next((entry for entry in candidates if entry[1].sha256 == content), None)
            if match is None:
                new.append(path)
                continue
            candidates.remove(match)
            self._library.paths.move(match[0], str(path))
            del gone[match[0]]
        return new

    def _follow(self) -> None:
        import watchfiles

        while not self._closing:
            self._changed.clear()
            folders = self._library.folders.all()
            there = [folder for folder in folders if folder.is_dir()]
            for folder in folders:
                self._in_step(folder, ())
            if not there:
                self._changed.wait(LOOK_MS / 1000 if folders else None)
                continue
            unfollowed = True
            for changes in watchfiles.watch(
                *there,
                stop_event=self._changed,
                debounce=DEBOUNCE_MS,
                rust_timeout=LOOK_MS,
                yield_on_timeout=True,
                raise_interrupt=False,
            ):
                paths = {Path(path) for _, path in changes}
                for folder in there:
                    # What was saved between the look above and the beginning of `watch` is told by no change.
                    if unfollowed or any(folder == path or folder in path.parents for path in paths):
                        self._in_step(folder, paths)
                unfollowed = False
                if [folder for folder in folders if folder.is_dir()] != there:
                    break

    def _in_step(self, folder: Path, changed: Collection[Path]) -> None:
        try:
            for path in changed:
                self._forget(path)
            self.bring_in_step(folder, changed)
        except (LamplightError, OSError) as error:
            self._problems[folder] = str(error)


def _files_in(folder: Path) -> tuple[dict[str, Path], list[Path]]:
    """Files of kinds that are read, by their paths, and what can't be looked into now."""
    from lamplight.ingest.readers import is_known  # half a second, for which a command without folders need not wait

    found: dict[str, Path] = {}
    hidden = []
    for path, problem in files_in([folder]) if folder.is_dir() else ():
        if problem or is_in_the_cloud(path):
            hidden.append(path)
        elif is_known(path):
            found[str(path)] = path
    return found, hidden


def _is_in(path: str, folders: list[Path]) -> bool:
    return any(folder in (Path(path), *Path(path).parents) for folder in folders)


def _empty_folders(gone: Iterable[str], root: Path) -> list[Path]:
    """Those below `root` that are left of paths that are gone, as where a disk is mounted that isn't plugged in."""
    nearest = {
        next(folder for folder in (parent, *parent.parents) if folder == root or folder.is_dir())
        for parent in {Path(name).parent for name in gone}
    } - {root}
    return sorted(folder for folder in nearest if all(is_passed_over(entry.name) for entry in os.scandir(folder)))


def _unplugged(empty: list[Path]) -> str:
    if not empty:
        return ""
    folder = empty[0]
    return sentence(f"{folder} is empty; is its disk plugged in? Its documents stay until the folder is deleted too.")


def _not_here(absent: Collection[str]) -> str:
    if not absent:
        return ""
    count, name = len(absent), Path(min(absent)).name
    return sentence(
        f"Documents from a backup whose files are not on this computer: {count}, such as {name}. They stay until "
        "you remove them."
    )


def _waiting(hidden: list[Path]) -> str:
    names = [path.name for path in hidden if is_in_the_cloud(path)]
    if not names:
        return ""
    return sentence(
        f"{len(names)} of its files are only in the cloud, such as {names[0]}; have them kept on this computer."
    )


def _problem(folder: Path) -> str:
    if folder.is_dir():
        return ""
    return sentence(f"{folder} is not there; is its disk plugged in? Nothing of it was removed.")


def _differs(path: Path, document: Document) -> bool:
    """Whether to look into the file: it has another size, or was written since its reading began."""
    try:
        status = path.stat()
    except OSError:
        return False
    return status.st_size != document.bytes or status.st_mtime > document.added_at


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1


def _content(path: Path) -> str:
    try:
        return sha256_of(path)
    except OSError:
        return ""

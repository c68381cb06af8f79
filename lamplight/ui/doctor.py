"""What is installed and what would not work, each with the command that mends it."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import psutil

from lamplight import FROM_FOLDER, PROGRAM
from lamplight.errors import LamplightError
from lamplight.library.checksums import Checksums
from lamplight.library.errors import LibraryBusy
from lamplight.library.kept_files import ComparedFile, CompareProgress, compare_files
from lamplight.library.served_vectors import ServedVectors
from lamplight.library.store import Library
from lamplight.library.vector_places import VECTORS
from lamplight.library.vector_server import HERE, VectorServer
from lamplight.models.catalogue import ENGLISH
from lamplight.models.processor import physical_cores
from lamplight.network.connections import CONNECTIONS, OUTSIDE_PYTHON
from lamplight.ui.model_checks import Check, extension_checks, model_checks

GIBIBYTE = 1 << 30
LEAST_MEMORY = 2.0  # GiB free: models 0.5, OCR of a page 0.4, the browser the rest
LISTED = 5  # files that are named
LEAST_DISK = 1.0  # GiB free
NEEDED = (
    "llama-cpp-python", "chromadb", "onnxruntime", "gradio", "rapidocr", "pypdfium2", "pillow", "lxml",
    "markdown-it-py", "mcp",
)  # fmt: skip


def examine(folder: Path, files: bool = True) -> Iterator[Check | CompareProgress]:
    """Look at the machine, the packages, the models and the library in `folder`. Changes nothing in it.

    With `files`, the files of the documents are read again and compared, which takes a second for each gigabyte.
    """
    yield _machine()
    yield from _packages()
    yield from model_checks()
    yield from extension_checks()
    yield from _library(folder, files)
    yield _connections()


def to_json(checks: list[Check]) -> dict[str, object]:
    """The contract of `doctor --json`."""
    return {"works": all(check.works for check in checks), "checks": [asdict(check) for check in checks]}


def _machine() -> Check:
    memory = psutil.virtual_memory()
    cores = physical_cores()
    finding = (
        f"{platform.system()} {platform.machine()}, {cores} cores, "
        f"{memory.available / GIBIBYTE:.1f} of {memory.total / GIBIBYTE:.1f} GiB memory free, "
        f"Python {platform.python_version()}"
    )
    enough = memory.available / GIBIBYTE >= LEAST_MEMORY
    return Check("machine", enough, finding, "" if enough else "Close other programs: 2 GiB of memory are needed.")


def _packages() -> Iterator[Check]:
    install = f"{sys.executable} install.py" if FROM_FOLDER else "Install Lamplight again, as you did the first time."
    missing, found = [], []
    for name in NEEDED:
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            missing.append(name)
    if missing:
        yield Check("packages", False, f"missing: {', '.join(missing)}", install)
    else:
        yield Check("packages", True, ", ".join(found))


def _library(folder: Path, files: bool) -> Iterator[Check | CompareProgress]:
    existing = next(parent for parent in (folder, *folder.absolute().parents) if parent.exists())
    free = shutil.disk_usage(existing).free / GIBIBYTE
    if free < LEAST_DISK:
        yield Check("disk", False, f"{free:.1f} GiB free at {existing}", "Free some disk space: 1 GiB is needed.")
    else:
        yield Check("disk", True, f"{free:.0f} GiB free at {existing}")
    if not os.access(existing, os.W_OK):
        yield Check("library", False, f"{existing} can't be written", f"chmod u+w '{existing}', or use --library")
        return
    if not folder.exists():
        yield Check("library", True, f"none yet in {folder}; the first file added makes it")
        return
    try:
        with Library(folder, "doctor") as library:
            problems = library.database.problems()
            finding = f"{len(library.documents.all())} documents, {library.passages.count()} passages in {folder}"
            yield _vectors(folder, library.vector_places.choice.server)
            if files:
                yield from _files(library)
    except LibraryBusy as busy:
        yield Check("library", True, str(busy))
    except LamplightError as error:
        yield Check("library", False, str(error), "Restore the folder from a backup, or use --library DIR.")
    else:
        if problems:
            yield Check("library", False, f"{finding}; SQLite reports: {problems[0]}", "Restore it from a backup.")
        else:
            yield Check("library", True, finding)


def _vectors(folder: Path, server: VectorServer | None) -> Check:
    if server is not None:
        return _served_vectors(server)
    if any(Checksums(place).condition() == "damaged" for place in folder.glob(f"{VECTORS}*/")):
        # Not a fault of which a person has to do something.
        return Check("search index", True, "damaged; the next search or start of the app rebuilds it by itself")
    return Check("search index", True, "its files are as they were written")


def _served_vectors(server: VectorServer) -> Check:
    store = ServedVectors(server, next(iter(server.embedders), ENGLISH.name))
    try:
        count = len(store)
    except LamplightError as error:
        fix = f"Start the server, or `{PROGRAM} --vectors {HERE}`: they are made again on this computer then."
        return Check("search index", False, str(error), fix)
    finally:
        store.close()
    return Check("search index", True, f"{count:,} vectors on {server.place}")


def _files(library: Library) -> Iterator[Check | CompareProgress]:
    found: list[ComparedFile] = []
    for step in compare_files(library):
        if isinstance(step, CompareProgress):
            yield step
        else:
            found.append(step)
    broken = [file for file in found if file.own and file.state != "same"]
    if broken:
        names = _listed([f"{file.document} ({file.state}: {file.path})" for file in broken])
        fix = "Add the original again, or restore the library from a backup; what was read of it is still found."
        yield Check("copies of files", False, f"{len(broken)} no longer match what was read: {names}", fix)
    else:
        yield Check("copies of files", True, f"all {sum(file.own for file in found)} are what was read")
    elsewhere = [file for file in found if not file.own]
    others = [f"{file.path} ({file.state})" for file in elsewhere if file.state != "same"]
    # Not a fault: people go on working on their files.
    changed = (
        f"{len(others)} no longer match, `{PROGRAM} add` reads them anew: {_listed(others)}" if others else "all match"
    )
    yield Check("files elsewhere", True, f"{len(elsewhere)} were read where they lie; {changed}")


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return ", ".join(names[:LISTED]) + more


def _connections() -> Check:
    CONNECTIONS.look()
    finding = f"{CONNECTIONS.left} left this computer and {CONNECTIONS.blocked} were blocked while this was looked at"
    asked = all(attempt.blocked or attempt.reason != OUTSIDE_PYTHON for attempt in CONNECTIONS.listed)
    return Check("connections", asked, finding, "" if asked else "Please report this.")

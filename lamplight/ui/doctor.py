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
from lamplight.languages import gettext, number, sentence
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
LIBRARY, INDEX = sentence("library"), sentence("search index")
STATES = {"changed": sentence("changed"), "gone": sentence("gone"), "unreadable": sentence("unreadable")}
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
    free, total = memory.available / GIBIBYTE, memory.total / GIBIBYTE
    finding = sentence(
        f"{platform.system()} {platform.machine()}, {cores} cores, {free:.1f} of {total:.1f} GiB memory free, "
        f"Python {platform.python_version()}"
    )
    enough = free >= LEAST_MEMORY
    fix = "" if enough else sentence("Close other programs: 2 GiB of memory are needed.")
    return Check(sentence("machine"), enough, finding, fix)


def _packages() -> Iterator[Check]:
    again = sentence("Install Lamplight again, as you did the first time.")
    install = f"{sys.executable} install.py" if FROM_FOLDER else again
    missing, found = [], []
    for name in NEEDED:
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            missing.append(name)
    if missing:
        names = ", ".join(missing)
        yield Check(sentence("packages"), False, sentence(f"missing: {names}"), install)
    else:
        yield Check(sentence("packages"), True, ", ".join(found))


def _library(folder: Path, files: bool) -> Iterator[Check | CompareProgress]:
    existing = next(parent for parent in (folder, *folder.absolute().parents) if parent.exists())
    free = shutil.disk_usage(existing).free / GIBIBYTE
    enough = free >= LEAST_DISK
    finding = sentence(f"{free:.0f} GiB free at {existing}" if enough else f"{free:.1f} GiB free at {existing}")
    fix = "" if enough else sentence("Free some disk space: 1 GiB is needed.")
    yield Check(sentence("disk"), enough, finding, fix)
    if not os.access(existing, os.W_OK):
        fix = sentence(f"chmod u+w '{existing}', or use --library")
        yield Check(LIBRARY, False, sentence(f"{existing} can't be written"), fix)
        return
    if not folder.exists():
        yield Check(LIBRARY, True, sentence(f"none yet in {folder}; the first file added makes it"))
        return
    try:
        with Library(folder, "doctor") as library:
            problems = library.database.problems()
            documents, passages = len(library.documents.all()), library.passages.count()
            yield _vectors(folder, library.vector_places.choice.server)
            if files:
                yield from _files(library)
    except LibraryBusy as busy:
        yield Check(LIBRARY, True, str(busy))
    except LamplightError as error:
        yield Check(LIBRARY, False, str(error), sentence("Restore the folder from a backup, or use --library DIR."))
    else:
        finding = sentence(f"{documents} documents, {passages} passages in {folder}")
        if problems:
            finding = sentence(f"{finding}; SQLite reports: {problems[0]}")
        yield Check(LIBRARY, not problems, finding, sentence("Restore it from a backup.") if problems else "")


def _vectors(folder: Path, server: VectorServer | None) -> Check:
    if server is not None:
        return _served_vectors(server)
    if any(Checksums(place).condition() == "damaged" for place in folder.glob(f"{VECTORS}*/")):
        # Not a fault of which a person has to do something.
        damaged = sentence("damaged; the next search or start of the app rebuilds it by itself")
        return Check(INDEX, True, damaged)
    return Check(INDEX, True, sentence("its files are as they were written"))


def _served_vectors(server: VectorServer) -> Check:
    store = ServedVectors(server, next(iter(server.embedders), ENGLISH.name))
    try:
        count = len(store)
    except LamplightError as error:
        fix = sentence(f"Start the server, or `{PROGRAM} --vectors {HERE}`: they are made again on this computer then.")
        return Check(INDEX, False, str(error), fix)
    finally:
        store.close()
    return Check(INDEX, True, sentence(f"{count:,} vectors on {server.place}"))


def _files(library: Library) -> Iterator[Check | CompareProgress]:
    found: list[ComparedFile] = []
    for step in compare_files(library):
        if isinstance(step, CompareProgress):
            yield step
        else:
            found.append(step)
    broken = [file for file in found if file.own and file.state != "same"]
    if broken:
        names = _listed([f"{file.document} ({gettext(STATES[file.state])}: {file.path})" for file in broken])
        fix = sentence(
            "Add the original again, or restore the library from a backup; what was read of it is still found."
        )
        finding = sentence(f"{len(broken)} no longer match what was read: {names}")
    else:
        fix, finding = "", sentence(f"all {sum(file.own for file in found)} are what was read")
    yield Check(sentence("copies of files"), not broken, finding, fix)
    elsewhere = [file for file in found if not file.own]
    others = [f"{file.path} ({gettext(STATES[file.state])})" for file in elsewhere if file.state != "same"]
    # Not a fault: people go on working on their files.
    count, changed, names = len(elsewhere), len(others), _listed(others)
    finding = sentence(
        f"{count} were read where they lie; {changed} no longer match, `{PROGRAM} add` reads them anew: {names}"
        if others
        else f"{count} were read where they lie; all match"
    )
    yield Check(sentence("files elsewhere"), True, finding)


def _listed(names: list[str]) -> str:
    """In the language that is spoken here, as no sentence in a list would be found again in English."""
    listed, more = ", ".join(names[:LISTED]), len(names) - LISTED
    return gettext("{names} and {n} more").format(names=listed, n=number(more)) if more > 0 else listed


def _connections() -> Check:
    CONNECTIONS.look()
    left, blocked = CONNECTIONS.left, CONNECTIONS.blocked
    finding = sentence(f"{left} left this computer and {blocked} were blocked while this was looked at")
    asked = all(attempt.blocked or attempt.reason != OUTSIDE_PYTHON for attempt in CONNECTIONS.listed)
    return Check(sentence("connections"), asked, finding, "" if asked else sentence("Please report this."))

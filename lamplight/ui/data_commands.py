"""Commands on the library as a whole: back up, restore, erase."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lamplight import PROGRAM
from lamplight.languages import sentence
from lamplight.library.errors import VectorsAway
from lamplight.library.vector_server import HERE, VectorServer
from lamplight.scheduling import Priority

if TYPE_CHECKING:
    from lamplight.library.backup import BackupProgress
    from lamplight.ui.services import Services

Record = dict[str, Any]
LONGEST_ANSWER = 300.0  # seconds, on an old laptop


def choose_vectors(folder: Path, where: str, permitted: bool) -> None:
    """Keep the vectors of the library in `folder` on a server from now on, or `here` again.

    Raises `LibraryBusy` while the library is open, and `LamplightError`.
    """
    from lamplight.library.store import Library
    from lamplight.ui.terminal_lines import notice

    server = None if where == HERE else VectorServer.at(where, permitted)
    with Library(folder, PROGRAM) as library:
        library.vector_places.use(server)
        try:
            library.vector_places.delete_left()
        except VectorsAway as error:
            notice(sentence(f"What was kept there before is deleted when that can be reached. {error}"))


def backup(services: Services, arguments: Record) -> Iterator[Record]:
    """`packed` records, then one `backup` record."""
    from lamplight.library.backup import read_manifest, usual_name, write_backup

    path = Path(arguments["file"])
    if path.is_dir():
        path /= usual_name()
    yield from _progress(write_backup(services.library, services.models.embedder, path), "packed")
    manifest = read_manifest(path)
    yield {
        "backup": {
            "path": str(path),
            "bytes": path.stat().st_size,
            "documents": manifest.documents,
            "conversations": manifest.conversations,
            "elsewhere": manifest.elsewhere,
        }
    }


def restore(services: Services, arguments: Record) -> Iterator[Record]:
    """`unpacked` records, then one `restored` record. Only into an empty library."""
    from lamplight.library.restore import restore_backup

    library = services.library
    yield from _progress(restore_backup(library, services.models.embedder, Path(arguments["file"])), "unpacked")
    services.queue.take_up()
    yield {
        "restored": {
            "library": str(library.folder),
            "documents": len(library.documents.all()),
            "conversations": library.conversations.count(),
            "missing": sum(not Path(document.path).exists() for document in library.documents.all()),
        }
    }


def erase(services: Services, arguments: Record) -> Iterator[Record]:
    """One `erased` record, or a `problem` that says what would be erased when `yes` was not said."""
    library = services.library
    found = {"documents": len(library.documents.all()), "conversations": library.conversations.count()}
    if not arguments.get("yes"):
        yield {
            "problem": sentence(
                f"This would erase all of the library in {library.folder} for good "
                f"({found['documents']} documents, {found['conversations']} conversations; your own files elsewhere "
                "stay as they are): say `erase --yes` to do it."
            )
        }
        return
    scheduler = services.models.scheduler
    with scheduler.paused():
        services.answerer.stop_prefill()
        services.running_answers.stop_all()
        with scheduler.lease(Priority.ANSWER):
            services.queue.clear()
            library.erase()
        # What answers under way had found before is remembered while they are written.
        scheduler.wait_until_answered(LONGEST_ANSWER)
        library.documents.purged()
    yield {"erased": {"library": str(library.folder), **found}}


def _progress(steps: Iterable[BackupProgress], name: str) -> Iterator[Record]:
    """A record for each new percent."""
    last = -1.0
    for step in steps:
        fraction = round(step.done / step.total, 2) if step.total else 1.0
        if fraction != last:
            last = fraction
            yield {name: fraction}

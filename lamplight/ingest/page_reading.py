"""The pages of one file, from the process that reads them into the index."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lamplight.ingest.control import IngestControl
from lamplight.ingest.errors import ReaderLost
from lamplight.ingest.indexing import Indexing
from lamplight.ingest.reading_process import ReadingProcesses
from lamplight.ingest.worker_protocol import Entered, Opened, PageRead, ReadingProgress
from lamplight.languages import sentence

MOST_LEFT_OUT = 5  # files inside a file that end their reader, until it is given up


def read_pages(indexing: Indexing, path: Path, control: IngestControl, processes: ReadingProcesses) -> None:
    """Pages are embedded while the next ones are read. A file inside the file that ends its reader is left out.

    Raises what the reading process and `control` raise.
    """
    avoid: dict[int, int] = {}
    earlier = indexing.earlier
    while True:
        inside = _Inside()
        try:
            _read_once(indexing, path, control, processes, earlier, avoid, inside)
            return
        except ReaderLost:
            if not inside.number or inside.number in avoid or len(avoid) >= MOST_LEFT_OUT:
                raise
            avoid[inside.number] = inside.pages
            earlier = [*earlier, *[""] * inside.all_pages]  # such a file's reader only counts them


@dataclass(slots=True)
class _Inside:
    """Which file inside a file is being read, and how many pages came of it and of all."""

    number: int = 0
    pages: int = 0
    all_pages: int = 0


def _read_once(
    indexing: Indexing,
    path: Path,
    control: IngestControl,
    processes: ReadingProcesses,
    earlier: list[str],
    avoid: dict[int, int],
    inside: _Inside,
) -> None:
    control.report(sentence("waiting"), 0.0)
    with processes.lend(control) as process:
        for message in process.read(path, earlier, control, avoid):
            if isinstance(message, ReadingProgress):
                indexing.fraction = message.fraction
                control.report(message.status, message.fraction)
            elif isinstance(message, Opened):
                indexing.title, indexing.format = message.title, message.format
            elif isinstance(message, Entered):
                inside.number, inside.pages = message.number, 0
            elif isinstance(message, PageRead):
                inside.pages, inside.all_pages = inside.pages + 1, inside.all_pages + 1
                indexing.take(message.page, control)
            else:
                indexing.skipped = message.document.skipped

"""A process that kills itself in the middle of changing a library: `python -m tests.killed FOLDER POINT FILE`.

For `test_library.py`. POINT is a key of `POINTS`: the moment at which SIGKILL strikes.
"""

from __future__ import annotations

import math
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lamplight.ingest import indexing
from lamplight.ingest.pipeline import index_file
from lamplight.library import unfinished
from lamplight.library.store import Library
from lamplight.library.vectors import VectorStore
from lamplight.models.loading import Models


def die(*_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def before_the_vectors(library: Library) -> None:
    VectorStore.add = die  # type: ignore[method-assign]


def after_the_vectors(library: Library) -> None:
    add = VectorStore.add

    def add_and_die(*arguments: Any) -> None:
        add(*arguments)
        die()

    VectorStore.add = add_and_die  # type: ignore[method-assign]


def inside_the_switch(library: Library) -> None:
    """The new document is `ready` and the old one `removing`, but nothing is committed."""
    library.database.connection.set_trace_callback(
        lambda statement: die() if statement.startswith("UPDATE documents SET state = 'ready'") else None
    )


def before_the_old_one_is_purged(library: Library) -> None:
    library.documents.purge = die  # type: ignore[method-assign]


def between_the_old_vectors_and_the_old_rows(library: Library) -> None:
    library.database.connection.set_trace_callback(
        lambda statement: die() if statement.startswith("DELETE FROM chunks ") else None
    )


def before_the_last_commit(library: Library) -> None:
    commits = 0

    def count(statement: str) -> None:
        nonlocal commits
        commits += statement == "COMMIT"
        if commits == 4:  # rows, switch, purge begun, purge done
            die()

    library.database.connection.set_trace_callback(count)


def after_some_pages(library: Library) -> None:
    """Of a document that is kept in small batches."""
    indexing.KEPT_CHUNKS = 8
    indexing.KEPT_SECONDS = math.inf
    indexing.EMBED_STEP = 4
    written = 0
    write_pages = library.unfinished.write

    def write_and_die(*arguments: Any) -> None:
        nonlocal written
        write_pages(*arguments)
        written += 1
        if written == 3:
            die()

    library.unfinished.write = write_and_die  # type: ignore[method-assign]


def with_all_pages_and_half_the_vectors(library: Library) -> None:
    indexing.KEPT_CHUNKS = 8
    indexing.KEPT_SECONDS = math.inf
    unfinished.VECTOR_BATCH = 8
    added = 0
    add = VectorStore.add

    def add_and_die(*arguments: Any) -> None:
        nonlocal added
        add(*arguments)
        added += 1
        if added == 2:
            die()

    VectorStore.add = add_and_die  # type: ignore[method-assign]


POINTS: dict[str, Callable[[Library], None]] = {
    function.__name__: function
    for function in (
        before_the_vectors,
        after_the_vectors,
        inside_the_switch,
        before_the_old_one_is_purged,
        between_the_old_vectors_and_the_old_rows,
        before_the_last_commit,
        after_some_pages,
        with_all_pages_and_half_the_vectors,
    )
}

if __name__ == "__main__":
    folder, point, file = sys.argv[1:]
    models = Models()
    with Library(Path(folder)) as library:
        library.vectors.store(models.embedder)
        POINTS[point](library)
        index_file(Path(file), library, models)

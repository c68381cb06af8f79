"""A process that kills itself in the middle of changing a library: `python -m tests.killed FOLDER POINT FILE`.

For `test_library.py`. POINT is a key of `POINTS`: the moment at which SIGKILL strikes.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ingest.pipeline import index_file
from library.store import Library
from library.vectors import VectorStore
from models.loading import Models


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
    library._database.set_trace_callback(
        lambda statement: die() if statement.startswith("UPDATE documents SET state = 'ready'") else None
    )


def before_the_old_one_is_purged(library: Library) -> None:
    library.purge = die  # type: ignore[method-assign]


def between_the_old_vectors_and_the_old_rows(library: Library) -> None:
    library._database.set_trace_callback(
        lambda statement: die() if statement.startswith("DELETE FROM chunks ") else None
    )


def before_the_last_commit(library: Library) -> None:
    commits = 0

    def count(statement: str) -> None:
        nonlocal commits
        commits += statement == "COMMIT"
        if commits == 4:  # rows, switch, purge begun, purge done
            die()

    library._database.set_trace_callback(count)


POINTS: dict[str, Callable[[Library], None]] = {
    function.__name__: function
    for function in (
        before_the_vectors,
        after_the_vectors,
        inside_the_switch,
        before_the_old_one_is_purged,
        between_the_old_vectors_and_the_old_rows,
        before_the_last_commit,
    )
}

if __name__ == "__main__":
    folder, point, file = sys.argv[1:]
    models = Models()
    with Library(Path(folder)) as library:
        library.vectors(models.embedder)
        POINTS[point](library)
        index_file(Path(file), library, models)

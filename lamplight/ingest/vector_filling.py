"""In idle time: vectors that are missing, and a library's change from one embedder to another.

The former embedder searches until all passages have vectors by the new one; then one small file is replaced, and the
former's vectors go. Killed at any instant, it goes on with what is missing. The vectors of two embedders are in
different folders, or collections on a server, so that they never mix.
"""

from __future__ import annotations

from collections.abc import Callable

from lamplight.library.store import Library
from lamplight.models.loading import Models


def fill_vectors(library: Library, models: Models, stopped: Callable[[], bool]) -> None:
    """Make what is missing, first for the embedder that searches; then change to the one that is wanted.

    A few passages at a time, until all is done or `stopped` says so.
    """
    if library.vector_places.choice.server is not None:
        library.vectors.fill(models.embedder, stopped)
    wanted, serving = models.embedders.wanted(), models.embedders.named(library.vector_places.second)
    for embedder in dict.fromkeys(one for one in (serving, wanted) if one is not None):
        library.vectors.fill(embedder, stopped)
    if wanted is None or stopped():
        return
    if wanted.name != library.vector_places.second:
        if not library.vectors.has_all(wanted):
            return
        library.vector_places.serve(wanted.name)
        models.embedders.release(wanted.name)
    library.vector_places.drop_others((models.embedder.name, wanted.name), stopped)

"""Use vectors that may be damaged: `python -m lamplight.library.trial FOLDER NAME`, exit code 0 if they are sound.

In a process of its own, as damaged ones end it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from lamplight.library.errors import LibraryError
from lamplight.library.vectors import VectorStore
from lamplight.network.connections import block_connections

BATCH = 1_000
QUESTIONS = 2_000  # at most, of 2 ms each
LEAST_FOUND = 0.9  # of vectors that are looked for; an index this small finds all of them
SAME = 0.999


def is_sound(folder: Path, name: str) -> bool:
    """Reads every vector, and looks for many of them. Raises `LibraryError`, or doesn't return."""
    store = VectorStore(folder, name)
    ids = sorted(store.ids())
    step = len(ids) // QUESTIONS + 1
    asked = found = 0
    for start in range(0, len(ids), BATCH):
        part = ids[start : start + BATCH]
        vectors = store.vectors_of(part)
        if vectors.keys() != set(part):
            return False
        for number in part[::step]:
            nearest = store.nearest(vectors[number], 1)
            asked += 1
            found += bool(nearest) and nearest[0][1] > SAME
    return found >= LEAST_FOUND * asked


if __name__ == "__main__":
    block_connections()
    try:
        sound = is_sound(Path(sys.argv[1]), sys.argv[2])
    except LibraryError:
        sound = False
    os._exit(not sound)  # at once: nothing is to be written any more

"""Damage each file of the vectors in every way, and open, search and mend the library: `python -m bench.damage`.

hnswlib believes its files, so that without a look at them first a third of these end the process. What counts:
`damage_ended` processes that did not come to an end of their own, and `damage_wrong` libraries that were not as before.
`--bare` lets Chroma alone open them, to see what there is to be survived.
"""

from __future__ import annotations

import os
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from bench.breaking import Outcome, in_child
from bench.measuring import Measures, options, progress, report
from bench.small_library import EMBEDDER, content, faults_in, fill
from lamplight.library.checksums import CHECKSUMS
from lamplight.library.errors import LibraryError
from lamplight.library.store import Library
from lamplight.library.vectors import VectorStore

SEED = 7
CUTS = (0, 1, 4, 16, 50, 0.1, 0.25, 0.5, 0.75, 0.9, -4, -1)  # bytes, shares, or bytes from the end
FLIPS = 14  # bytes of each file, one at a time
RUNS = 5  # stretches that are zeroed, or filled with something else
STRETCH = 64
Damage = Callable[[Path], object]


def damages(path: Path) -> Iterator[tuple[str, Damage]]:
    """Ways to damage a file, each with its name."""
    chance = random.Random(f"{SEED} {path.name}")
    size = path.stat().st_size
    yield "gone", Path.unlink
    yield "zeroed", partial(_overwrite, at=0, what=bytes(size))
    yield "filled", partial(_overwrite, at=0, what=b"\xff" * size)
    yield "longer", lambda file: file.open("ab").write(b"\xa5" * 100)
    for cut in CUTS:
        length = int(size * cut) if isinstance(cut, float) else cut % max(size, 1)
        yield f"cut to {length}", partial(os.truncate, length=length)
    for _ in range(FLIPS if size else 0):
        at, bit = chance.randrange(size), 1 << chance.randrange(8)
        yield f"bit {bit} at {at}", partial(_flip, at=at, bit=bit)
    for _ in range(RUNS if size else 0):
        at = chance.randrange(size)
        yield f"zeros at {at}", partial(_overwrite, at=at, what=bytes(STRETCH))
        yield f"noise at {at}", partial(_overwrite, at=at, what=chance.randbytes(STRETCH))


def _overwrite(path: Path, at: int, what: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(what)


def _flip(path: Path, at: int, bit: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= bit
    path.write_bytes(data)


def close(library: Library) -> None:
    """Leave the library in order. The name is that of a folder and, with a "d", stands in what is printed."""
    library.close()


def die(library: Library) -> None:
    """End the process with 0, as its parent expects, while everything is still open."""
    os._exit(0)


def damaged(bare: bool) -> Measures:
    """Counts over a library that was closed and one that was not: damages tried, children that a signal ended,
    libraries that were not as before, and those whose index was rebuilt. `bare` is `--bare`.
    """
    import chromadb  # noqa: F401  # 1 s, once and not in each fork

    counts = {"tried": 0, "ended": 0, "wrong": 0, "rebuilt": 0}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        place = folder / "place" / "library"
        for ending in (close, die):
            shutil.rmtree(folder / "place", ignore_errors=True)
            place.mkdir(parents=True)
            _done(in_child(partial(fill, place, folder / "place", 4, 40)))
            expected = folder / "content"
            _done(in_child(partial(_leave, place, expected, ending)))
            shutil.copytree(place, whole := folder / ending.__name__)
            for path in sorted((whole / "vectors").rglob("*")):
                for how, damage in damages(path) if path.is_file() else ():
                    shutil.rmtree(place)
                    shutil.copytree(whole, place)
                    damage(place / path.relative_to(whole))
                    look = partial(_bare, place) if bare else partial(_look, place, expected)
                    outcome = in_child(look)
                    counts["tried"] += 1
                    counts["ended"] += outcome.code < 0
                    counts["wrong"] += outcome.code > 0
                    counts["rebuilt"] += (place / "rebuilt").exists()
                    if outcome.code:
                        progress(f"{ending.__name__}d, {path.name} {how}: exit {outcome.code} {outcome.said[-300:]}")
    return {f"damage_{name}": count for name, count in counts.items()}


def _done(outcome: Outcome) -> None:
    if outcome.code:
        raise RuntimeError(outcome.said)


def _leave(place: Path, expected: Path, ending: Callable[[Library], None]) -> None:
    library = Library(place)
    library.vectors.store(EMBEDDER)
    expected.write_text(repr(content(library)))
    ending(library)


def _look(place: Path, expected: Path) -> None:
    """Open it twice: the second time all has to be in order."""
    for first in (True, False):
        said: list[str] = []
        with Library(place) as library:
            library.vector_places.noticed = said.append
            faults = faults_in(library, place.parent)
            if repr(content(library)) != expected.read_text():
                faults.append("not as before")
        if first and any(said):
            (place / "rebuilt").touch()
        elif any(said):
            faults.append(f"rebuilt again: {said[0]}")
        if faults:
            raise LibraryError("; ".join(faults))


def _bare(place: Path) -> None:
    (place / "vectors" / CHECKSUMS).unlink(missing_ok=True)
    store = VectorStore(place / "vectors", EMBEDDER.name)
    ids = sorted(store.ids())
    for vector in store.vectors_of(ids).values():
        store.nearest(vector, 10)
    store.add([1_000], 1, EMBEDDER.encode(["one more"]))


if __name__ == "__main__":
    parser = options(__doc__ or "")
    parser.add_argument("--bare", action="store_true", help="let Chroma open the files without a look at them first")
    parsed = parser.parse_args()
    report(damaged(parsed.bare), parsed.json)

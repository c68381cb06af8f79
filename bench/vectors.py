"""What queries and adding cost as a library grows: Chroma beside it against `chroma run` on the same machine.

`python -m bench.vectors` adds unit vectors around cluster centres, as those of passages lie, up to each size in turn,
and asks after it for the nearest of vectors that were never added. It ends by itself after so many minutes or where
Chroma holds more memory than it may. `--side server|embedded` measures one alone, which then gets all of the time.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from bench.measuring import Measures, options, percentile, progress, report
from lamplight.library.served_vectors import ServedVectors
from lamplight.library.vector_server import VectorServer
from lamplight.library.vectors import VectorStore
from lamplight.models.embedder import Vectors

SIZES = (10_000, 30_000, 100_000, 200_000, 300_000, 500_000, 750_000, 1_000_000)
DIMENSIONS = 384
CENTRES = 2_000
SPREAD = (
    0.6  # of a vector around its centre, of length 1: cosines of .75 within a cluster, as of one subject's passages
)
BATCH = 1_000
QUESTIONS = 200
NEAREST = 60  # as the retriever asks for
STARTING = 60.0  # seconds
PORT = 18_917
SEED = 7


@dataclass
class Side:
    """A store, and the process in which Chroma works: this one or the server's."""

    name: str
    store: VectorStore
    process: psutil.Process
    before: float  # MB that it held without vectors
    seconds: float = 0.0
    ended: str = ""
    adding: list[float] = field(default_factory=list)

    @property
    def megabytes(self) -> float:
        """Millions of bytes in memory now, less those of `before`."""
        return self.process.memory_info().rss / 1e6 - self.before


def vectors(count: int, chance: np.random.Generator, centres: Vectors) -> Vectors:
    """(count, DIMENSIONS) float32 of length 1, each around one of the centres."""
    noise = chance.normal(size=(count, DIMENSIONS)).astype(np.float32) / np.float32(np.sqrt(DIMENSIONS))
    drawn: Vectors = centres[chance.integers(len(centres), size=count)] + np.float32(SPREAD) * noise
    drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
    return drawn


def grow(side: Side, start: int, size: int, seconds: float, megabytes: float) -> Measures:
    """Add up to `size` vectors and ask; what is in reach of the limits. The same vectors for both sides."""
    centres = vectors(CENTRES, np.random.default_rng(SEED), np.zeros((1, DIMENSIONS), np.float32))
    chance = np.random.default_rng(SEED + start)
    adding = []
    for first in range(start, size, BATCH):
        part = vectors(BATCH, chance, centres)
        began = time.perf_counter()
        side.store.add(range(first, first + BATCH), 1, part)
        adding.append(time.perf_counter() - began)
        side.seconds += adding[-1]
        if side.seconds > seconds or side.megabytes > megabytes:
            side.ended = "time" if side.seconds > seconds else "memory"
            size = first + BATCH
            break
    asked = []
    for vector in vectors(QUESTIONS, np.random.default_rng(SEED + 1), centres):
        began = time.perf_counter()
        side.store.nearest(vector, NEAREST)
        asked.append(1_000 * (time.perf_counter() - began))
    label = f"{side.name}_{size // 1_000}k"
    return {
        f"{label}_query_ms": round(percentile(asked, 0.5), 2),
        f"{label}_query_p95_ms": round(percentile(asked, 0.95), 2),
        f"{label}_add_ms_each": round(1_000 * percentile(adding, 0.5) / BATCH, 3),
        f"{label}_add_p95_ms_each": round(1_000 * percentile(adding, 0.95) / BATCH, 3),
        f"{label}_memory_mb": round(side.megabytes),
    }


@contextmanager
def served(folder: Path) -> Iterator[psutil.Process]:
    """`chroma run` from this environment."""
    chroma = Path(sys.executable).with_name("chroma")
    command = [str(chroma), "run", "--path", str(folder), "--host", "127.0.0.1", "--port", str(PORT)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + STARTING
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{PORT}/api/v2/heartbeat").close()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > end:
                    raise
                time.sleep(0.1)
        yield psutil.Process(process.pid)
    finally:
        process.kill()
        process.wait()


@contextmanager
def sides(names: list[str], folder: Path) -> Iterator[list[Side]]:
    """What is measured, opened."""
    with ExitStack() as stack:
        opened: list[Side] = []
        for name in names:
            store: VectorStore
            if name == "server":
                process = stack.enter_context(served(folder / name))
                store = ServedVectors(VectorServer.at(f"http://127.0.0.1:{PORT}"), "bench")
            else:
                process, store = psutil.Process(), VectorStore(folder / name, "bench")
            stack.callback(store.close)
            len(store)
            opened.append(Side(name, store, process, process.memory_info().rss / 1e6))
        yield opened


def measure(arguments: Any) -> Measures:
    """Both sides grow in turn, so that a busy moment hits both."""
    found: Measures = {"load": round(psutil.getloadavg()[0], 1)}
    names = [arguments.side] if arguments.side else ["embedded", "server"]
    seconds = 60 * arguments.minutes / len(names)
    folder = Path(tempfile.mkdtemp())
    try:
        with sides(names, folder) as opened:
            for start, size in zip((0, *SIZES), SIZES, strict=False):
                for side in opened:
                    if not side.ended:
                        found |= grow(side, start, size, seconds, 1_000 * arguments.gigabytes / len(names))
                        progress(f"{side.name}: {size:,} after {side.seconds:.0f} s {side.ended}")
            found |= {f"{side.name}_ended_by": side.ended or "size" for side in opened}
            found |= {f"{side.name}_disk_mb": _disk(folder / side.name) for side in opened}
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return found | {"load_after": round(psutil.getloadavg()[0], 1)}


def _disk(folder: Path) -> int:
    return round(sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6)


def main() -> None:
    """Print the curve of each side."""
    parser = options(__doc__ or "")
    parser.add_argument("--side", choices=("embedded", "server"), help="measure one alone")
    parser.add_argument("--minutes", type=float, default=10.0, help="of adding, both sides together (default 10)")
    parser.add_argument("--gigabytes", type=float, default=8.0, help="of memory, both sides together (default 8)")
    arguments = parser.parse_args()
    report(measure(arguments), arguments.json)


if __name__ == "__main__":
    main()

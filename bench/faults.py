"""Make the n-th write, sync or rename fail, for every n, in everything that is done to a library.

    python -m bench.faults [--every 1] [--only add remove] [--json]

As SQLite tests itself (sqlite.org/testing.html, 3.2 and 3.3): a disk that is full from the n-th write on, a single I/O
error, and a death at the n-th write. A C compiler makes what is put between Lamplight and the system (`faults.c`).
"""

from __future__ import annotations

import ctypes
import errno
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.breaking import BUG, SENTENCE, Stage, aftermath, attempt, in_child
from bench.measuring import Measures, options, progress, report
from bench.small_library import OPERATIONS

SHIM = Path(__file__).with_name("faults.c")
PRELOADED = "LAMPLIGHT_FAULTS"  # says that this process runs with the shim
FAILURES = {"full": errno.ENOSPC, "error": errno.EIO, "death": -1}
MOST = 10_000  # writes of one operation


def main() -> None:
    """Start anew in a process with the shim and exit with its code; in that process, measure and print."""
    parser = options(__doc__ or "")
    parser.add_argument("--every", type=int, default=1, help="only every so many writes")
    parser.add_argument("--only", nargs="+", choices=OPERATIONS, default=list(OPERATIONS), help="only these")
    parser.add_argument("--failures", nargs="+", choices=FAILURES, default=list(FAILURES), help="only these")
    parsed = parser.parse_args()
    if PRELOADED not in os.environ:
        with tempfile.TemporaryDirectory() as folder:
            environment = {**os.environ, **preloading(Path(folder))}
            sys.exit(subprocess.run([sys.executable, "-m", "bench.faults", *sys.argv[1:]], env=environment).returncode)
    report(faults(parsed.only, parsed.failures, parsed.every), parsed.json)


def preloading(folder: Path) -> dict[str, str]:
    """Compile the shim into `folder`. Returns what a process's environment needs to run with it."""
    library = folder / "faults.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-w", "-o", str(library), str(SHIM), "-ldl"], check=True)
    return {"LD_PRELOAD": str(library), PRELOADED: "1"}


def arming(place: Path, number: int, failure: int) -> Callable[[], object]:
    """To be called when the library is open: from then on the `number`-th write under `place` fails (0: none)."""
    shim = ctypes.CDLL(None)
    return lambda: shim.faults_arm(str(place).encode(), ctypes.c_long(number), failure)


def faults(names: list[str], failures: list[str], every: int) -> Measures:
    """Of every operation: how many writes were made to fail, and what was found wrong after that."""
    import chromadb  # noqa: F401  # 1 s, once and not in each fork

    measures: Measures = {}
    tried = wrong = sentences = 0
    with tempfile.TemporaryDirectory() as folder:
        stage = Stage(Path(folder))
        for name in names:
            for failure in failures:
                started, here = time.monotonic(), 0
                for number in range(1, MOST, every):
                    struck, found, said = one(stage, name, number, FAILURES[failure])
                    if not struck:
                        break
                    here += 1
                    sentences += said
                    wrong += bool(found)
                    for fault in found:
                        progress(f"{name}, {failure} at {number}: {fault}")
                tried += here
                measures[f"faults_{name}_{failure}"] = here
                progress(f"{name}, {failure}: {here} tried in {time.monotonic() - started:.0f} s")
    return measures | {"faults_tried": tried, "faults_sentences": sentences, "faults_wrong": wrong}


def one(stage: Stage, name: str, number: int, failure: int) -> tuple[bool, list[str], bool]:
    """Whether there was a `number`-th write, what is wrong after it failed, and whether it ended in a sentence."""
    with stage.copy(name) as place:
        count = place / "count"

        def work() -> None:
            try:
                attempt(name, place, arming(place if name == "backup" else place / "library", number, failure))()
            finally:
                struck = ctypes.c_long.in_dll(ctypes.CDLL(None), "faults_struck").value
                ctypes.CDLL(None).faults_arm(b"", ctypes.c_long(0), 0)
                count.write_text(str(struck))

        outcome = in_child(work)
        died = outcome.code < 0
        struck = died or (count.exists() and int(count.read_text()) > 0)
        count.unlink(missing_ok=True)
        if not struck:
            return False, [], False
        found = []
        if outcome.code == BUG or (died and not (failure == -1 and outcome.code == -9)):
            found.append(f"ended with {outcome.code}: {outcome.said}")
        return True, found + aftermath(stage, name, place), outcome.code == SENTENCE


if __name__ == "__main__":
    main()

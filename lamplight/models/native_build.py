"""Compile llama.cpp for exactly this processor beside the installed build, measure both, and prefer the faster.

The makers' ready build knows only what most processors can. `python -m lamplight.models.native_build` does it in the
terminal; the app offers it where it could help. The source comes from pip's package index, and pip compiles it in a
process of its own that stands back behind everything else and ends with whoever started it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
import time
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from subprocess import PIPE, STDOUT
from typing import Literal
from urllib.parse import urlsplit

import psutil

from lamplight import FROM_FOLDER, ROOT
from lamplight.errors import WeightsError
from lamplight.languages import gettext, sentence, translated
from lamplight.models.catalogue import LANGUAGE_MODEL
from lamplight.models.llama_build import (
    NAME,
    SPINS,
    Comparison,
    builds_folder,
    load_llama,
    measured_for,
    save_comparison,
    saved_comparison,
    unused_features,
)
from lamplight.models.processor import physical_cores
from lamplight.network.connections import CONNECTIONS

REASON = sentence("llama.cpp’s source, to compile it for this processor")
INDEX = sentence("Python’s package index")  # where pip looks unless it was told otherwise
CORE_MINUTES = 11  # that compiling takes, 5½ minutes on two cores
STEP = re.compile(r"^\[ *(\d+)/(\d+)\]")  # as ninja counts them
RUNS = 3  # of each build, in turn, as other work slows some of them; the fastest counts
TRIAL_SECONDS = 120
LAST_LINES = 8  # of what pip says, of which one says why it failed
OWN = "own-"  # before the number of the process that compiles it
LEAST_PRIORITY = 19  # as `nice` counts
COMPILE, TRIAL = "--compile", "--trial"
CLOSING_SECONDS = 10.0

State = Literal["", "compiling", "measuring"]


class NativeBuild:
    """What is offered, and what is under way. Safe to use from several threads."""

    def __init__(self) -> None:
        self.state: State = ""
        self.done = 0.0  # of the compilation, from 0 to 1
        self.told = ""  # how the last one ended
        self._thread: threading.Thread | None = None
        self._process: subprocess.Popen[str] | None = None
        self._cancelled = threading.Event()
        self._lock = threading.Lock()

    @property
    def gains(self) -> list[str]:
        """What of this processor the build that computes doesn't use, if another can be compiled; loads llama.cpp.

        Empty once both were measured. Only `install.py` takes a ready build: any other way compiles it here anyway.
        """
        if not FROM_FOLDER or saved_comparison() is not None:
            return []
        found = unused_features(load_llama().llama_print_system_info().decode())
        return found if found and _has_compiler() else []

    @property
    def minutes(self) -> int:
        """About how long it takes to compile."""
        return max(1, round(CORE_MINUTES / physical_cores()))

    def start(self) -> None:
        """Begin, if that is offered and doesn't go on already; a person has allowed the connection. Returns at once."""
        with self._lock:
            if self.gains and (self._thread is None or not self._thread.is_alive()):
                self._cancelled.clear()
                self.state, self.done, self.told = "compiling", 0.0, ""
                self._thread = threading.Thread(target=self._run, name="llama.cpp", daemon=True)
                self._thread.start()

    def cancel(self) -> None:
        """End it; nothing of it stays, and the build that computes is the same."""
        self._cancelled.set()
        if (process := self._process) is not None and process.stdin is not None:
            with suppress(OSError):  # it has just ended
                process.stdin.close()

    def close(self) -> None:
        """`cancel`, and wait for the end of it, but not for long."""
        self.cancel()
        if self._thread is not None:
            self._thread.join(CLOSING_SECONDS)

    def _run(self) -> None:
        folder = builds_folder()
        target = folder / f"{OWN}{os.getpid()}-{time.time_ns():x}"
        kept = False
        try:
            target.mkdir(parents=True)
            self._compile(target)
            self.state = "measuring"
            comparison = self._measure(target)
            save_comparison(comparison)
            kept = comparison.is_faster
            self.told = str(comparison)
        except WeightsError as error:
            self.told = "" if self._cancelled.is_set() else str(error)
        except OSError as error:
            self.told = sentence(
                f"{folder} can’t be written ({error.strerror}); free some space there, then try again."
            )
        finally:
            for left in folder.glob(f"{OWN}*"):
                if (left != target or not kept) and not _is_of_another_app(left):
                    shutil.rmtree(left, ignore_errors=True)
            self.state = ""

    def _compile(self, target: Path) -> None:
        """Raises `WeightsError` when that fails or is cancelled."""
        host = package_index()
        lines: list[str] = []
        command = [sys.executable, "-m", __name__, COMPILE, str(target)]
        self._process = process = subprocess.Popen(
            command, cwd=ROOT, text=True, errors="replace", stdin=PIPE, stdout=PIPE, stderr=STDOUT
        )
        with process, CONNECTIONS.of_child(process.pid, host, REASON):
            if self._cancelled.is_set():
                self.cancel()
            assert process.stdout is not None
            for line in process.stdout:
                lines = [*lines[1 - LAST_LINES :], line.strip()]
                if step := STEP.match(line.strip()):
                    self.done = int(step[1]) / max(1, int(step[2]))
        self._process = None
        if process.returncode != 0 or self._cancelled.is_set():
            reason = next((line for line in lines if "ERROR" in line), sentence("pip gave no reason"))
            raise WeightsError(f"llama.cpp could not be compiled, and the installed one stays: {reason}")

    def _measure(self, target: Path) -> Comparison:
        """Raises `WeightsError` when what was compiled doesn't run here, or it is cancelled."""
        installed = own = 0.0
        for _ in range(RUNS):
            own = max(own, tokens_per_second(target))
            if not own or self._cancelled.is_set():
                raise WeightsError("llama.cpp as compiled here does not run, and the installed one stays.")
            installed = max(installed, tokens_per_second(None))
        return Comparison(installed, own, target.name, measured_for())


@lru_cache(maxsize=1)
def _has_compiler() -> bool:
    from installer.compiler import has_compiler

    return has_compiler()


def _is_of_another_app(folder: Path) -> bool:
    """Whether who made it may still be at it."""
    number = int(folder.name.removeprefix(OWN).split("-")[0])
    return number != os.getpid() and psutil.pid_exists(number)


@lru_cache(maxsize=1)
def package_index() -> str:
    """The host from which pip takes packages here."""
    asked = subprocess.run(
        [sys.executable, "-m", "pip", "config", "get", "global.index-url"], capture_output=True, text=True, check=False
    )
    address = os.environ.get("PIP_INDEX_URL") or asked.stdout.strip() or INDEX
    return urlsplit(address).hostname or address


def tokens_per_second(folder: Path | None) -> float:
    """Of a prompt, by the build in `folder` or the installed one; 0 when it doesn't run.

    In a child process, as a build for another processor ends its process with an illegal instruction.
    """
    variables = os.environ | {"GOMP_SPINCOUNT": SPINS} | ({"PYTHONPATH": str(folder)} if folder else {})
    command = [sys.executable, "-m", __name__, TRIAL]
    try:
        done = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, timeout=TRIAL_SECONDS, check=True)
        return float(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return 0.0


def try_build() -> None:
    """Print the tokens that the build on the path reads in a second."""
    import llama_cpp  # noqa: F401  before the record of what was measured is asked

    from lamplight.models.calibration import PREFILL_TOKENS, ROUNDS, prefill_seconds
    from lamplight.models.engine import Engine

    engine = Engine(LANGUAGE_MODEL.path(), LANGUAGE_MODEL.name)
    sys.stdout.write(str(PREFILL_TOKENS / min(prefill_seconds(engine) for _ in range(ROUNDS))))


def compile_into(target: Path) -> int:
    """pip's exit code. It works only when nobody else does, and ends when stdin does."""
    from installer.llama import set_options

    threading.Thread(target=_end_with_stdin, daemon=True).start()
    if sys.platform == "win32":
        priority = psutil.IDLE_PRIORITY_CLASS
    else:
        priority = LEAST_PRIORITY
    psutil.Process().nice(priority)
    set_options()
    wanted = f"{NAME}=={measured_for().split()[0]}"
    # In the cache a build may lie that was compiled with other options.
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--verbose", "--no-deps"]
    return subprocess.call([*command, "--no-cache-dir", "--no-binary", NAME, "--target", str(target), wanted])


def _end_with_stdin() -> None:
    sys.stdin.read()
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            child.kill()
    os._exit(1)


def main(arguments: list[str]) -> int:
    """In the terminal; with an argument, what a child process of it does."""
    if arguments == [TRIAL]:
        try_build()
        return 0
    if arguments[:1] == [COMPILE]:
        return compile_into(Path(arguments[1]))
    native = NativeBuild()
    if not native.gains:
        told = gettext("There is nothing to gain: the build of llama.cpp that computes is the fastest known here.")
        sys.stdout.write(f"{told}\n")
        return 0
    told = gettext("Compiling llama.cpp for this processor, about {n} minutes.").format(n=native.minutes)
    sys.stdout.write(f"{told}\n")
    native.start()
    while native.state:
        sys.stdout.write(f"\r{native.state} {native.done:.0%} ")
        sys.stdout.flush()
        time.sleep(1)
    sys.stdout.write(f"\n{translated(native.told)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

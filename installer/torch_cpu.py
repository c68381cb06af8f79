"""The CPU build of torch, which PyPI has for macOS and Windows only: its Linux builds bring gigabytes of CUDA."""

from __future__ import annotations

import sys

from installer import environment
from installer.environment import InstallError, installed_version, requirement, say, try_install

EXPORT = environment.HOME / "requirements-export.txt"

# Of torch's makers, as their documentation says; asked for torch and nothing else.
TORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"


def install_torch() -> None:
    """Install torch as a CPU build. Elsewhere than on Linux PyPI's own build is one.

    Raises:
        InstallError: on Linux, when neither pip's usual sources nor PyTorch's own index has the CPU build.
    """
    wanted = requirement("torch", EXPORT)
    say("Installing PyTorch for the CPU: under a minute, and 190 MB to download the first time.")
    if sys.platform != "linux":
        environment.install(wanted)
        return
    if installed_version("torch") == wanted.split("==")[1] + "+cpu":
        return
    # Its dependencies come with the requirement file, so that torch's index is asked for nothing but torch.
    cpu_build = ("--no-deps", f"{wanted}+cpu")
    # PyPI has no `+cpu` versions, so this fails within seconds, unless pip is set up to find one elsewhere.
    if try_install(*cpu_build, with_pip=True, silent=True):
        return
    if not try_install(*cpu_build, "--index-url", TORCH_CPU_INDEX, quickly=True):
        raise InstallError(
            f"The CPU build of PyTorch could not be fetched from {TORCH_CPU_INDEX}. Check the connection and "
            f"run the same command again, or install {wanted}+cpu into .venv by hand. (PyPI's build brings "
            "gigabytes of CUDA, so it is not used instead.)"
        )


def check_torch() -> None:
    """Make sure that no later requirement has replaced the CPU build.

    Raises:
        InstallError: on Linux, when the installed torch is not a `+cpu` version.
    """
    version = installed_version("torch")
    if sys.platform == "linux" and not version.endswith("+cpu"):
        raise InstallError(f"torch {version or '(none)'} in .venv is not a CPU build. Delete .venv and try again.")

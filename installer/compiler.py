"""A C++ compiler: whether there is one, and the command that brings one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from installer.environment import InstallError

# Package managers and the command that brings a C++ compiler, the first one found is named.
COMPILER_COMMANDS = {
    "apt": "sudo apt install build-essential",
    "dnf": "sudo dnf install gcc-c++ make",
    "pacman": "sudo pacman -S base-devel",
    "zypper": "sudo zypper install gcc-c++ make",
    "apk": "sudo apk add build-base",
}

WINDOWS_COMPILER_TOOLS = "Microsoft.VisualStudio.Component.VC.Tools.x86.x64"
WINDOWS_COMPILER_COMMAND = (
    'winget install Microsoft.VisualStudio.2022.BuildTools --override "--wait --passive '
    '--add Microsoft.VisualStudio.Workload.VCTools --includeRecommended"'
)


def check_compiler() -> None:
    """Raise `InstallError` where there is none, naming the command that installs one."""
    if has_compiler():
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

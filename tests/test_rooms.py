"""Imports point one way, `app → ui → rag, ingest → library → models → scheduling, network`: proved on every import.

The rooms of the package are called without it here: `rag` is `lamplight.rag`. What stands beside them (`errors`,
`files`, `languages`) is for all.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "lamplight"
BELOW: dict[str, set[str]] = {
    "languages": set(),
    "scheduling": set(),
    "network": set(),
    "models": {"scheduling", "network"},
    "library": {"models", "network"},
    "ingest": {"library", "models", "scheduling", "network"},
    "rag": {"library", "models", "scheduling"},
    "samples": set(),
    "ui": {"rag", "ingest", "library", "models", "samples", "scheduling", "network"},
    "bench": {"app", "ui", "rag", "ingest", "library", "models", "samples", "scheduling", "network"},
    "training": {"rag", "library", "models", "bench"},
    "localisation": {"rag", "models"},
}
FOR_ALL = {"languages"}
TORCH = {"torch", "transformers", "sentence_transformers"}
OUTSIDE = {"training", "bench", "localisation"}  # of the package: what is made or measured on a developer's machine
# Run once, in a process of their own.
EXPORTS = {PACKAGE / "models" / name for name in ("prepare.py", "embedder_export.py")}


def modules(room: str) -> list[Path]:
    return sorted(((ROOT if room in OUTSIDE else PACKAGE) / room).rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    """Every module that a file names in an import, inside functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} has a relative import"
            yield node.module or ""


def room_of(module: str) -> str:
    """Of `lamplight` alone it is none: what stands in its `__init__` is for all."""
    return module.removeprefix("lamplight.").split(".")[0]


@pytest.mark.parametrize("room", BELOW)
def test_imports_point_one_way(room: str) -> None:
    assert modules(room)
    above = ({*BELOW, "app", "idle_works", "install", "tests"} - BELOW[room]) - {room} - FOR_ALL
    for path in modules(room):
        assert not above & {room_of(name) for name in imports(path)}, path


def test_no_part_of_the_library_knows_the_whole() -> None:
    """A part has what it was given; only what works on a whole library from outside may ask for one."""
    knowing = {path.stem for path in modules("library") if "lamplight.library.store" in set(imports(path))}
    assert knowing == {"backup", "restore", "kept_files"}


def test_the_recipe_of_the_reader_rests_only_on_its_layout_and_the_halves() -> None:
    """It can be run where nothing of Lamplight works yet; the others need its search or its embedder."""
    others = {
        ROOT / "training" / name
        for name in ("refusal.py", "intent.py", "programs.py", "cells.py", "lists.py", "derivations.py", "tables.py")
    }
    recipe = set(modules("training")) - others
    taken = {name for path in recipe for name in imports(path) if room_of(name) in BELOW}
    assert {name for name in taken if room_of(name) not in ("models", "training")} == {"bench.splits"}


@pytest.mark.parametrize("room", sorted(set(BELOW) - OUTSIDE))
def test_no_module_of_the_app_imports_torch(room: str) -> None:
    for path in set(modules(room)) - EXPORTS:
        assert not TORCH & {room_of(name) for name in imports(path)}, path


def test_what_installs_needs_nothing_that_is_not_there_yet() -> None:
    for path in (ROOT / "install.py", *sorted((ROOT / "installer").glob("*.py"))):
        assert {room_of(name) for name in imports(path)} <= {*sys.stdlib_module_names, "installer"}, path

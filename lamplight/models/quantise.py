"""Prepare a language model for this processor: `python -m lamplight.models.quantise MODEL.gguf`.

Which kernels llama.cpp has for a type of weights decides its speed by two to three times, differently on every
processor. So the candidate types are made with llama.cpp's own quantiser, each is measured beside the original, and
the fastest is kept whose predictions stay within a tolerance. The original is never touched. The app runs this as a
process of its own while the original serves.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import psutil

from lamplight import ROOT
from lamplight.errors import WeightsError
from lamplight.files import sha256_of, write_atomically
from lamplight.languages import sentence
from lamplight.models.calibration import PREFILL_TOKENS, prefill_seconds, yardstick
from lamplight.models.engine import BatchEntry, Engine, Threads, log_likelihood
from lamplight.models.llama_build import build, load_llama
from lamplight.models.model_file import ModelFile
from lamplight.models.processor import physical_cores

FORMAT = 1  # raise it when the measurement or the choice changes
ORIGINAL = "original"
# Of SmolLM2-135M on the yardstick: Q8_0 costs 0.1 % of perplexity and 4 % of the predictions, the mixture 2.5 % and
# 14 %, Q4_0 throughout 12 % and 30 %. The line is drawn between the last two.
MOST_PERPLEXITY = 1.03  # times the original's
LEAST_AGREEMENT = 0.85  # of the next tokens are predicted as by the original
LEAST_GAIN = 1.15  # times as fast as the original, or it is not worth a second file
# Those whose kernels are fast as they are; the numbers are llama.cpp's (`llama_ftype` in llama.h).
FAST_TYPES = {"Q4_0": 2, "Q2_K": 10, "Q4_K_S": 14, "Q4_K_M": 15, "IQ4_NL": 25, "MXFP4": 38}
LARGEST_BYTES = 1 << 30  # the candidates of a larger file would take minutes, and gigabytes of disk
ATTENDED = "--attended"  # whoever started it has its stdin, and nobody needs it any more when that ends
SCRATCH = "preparing"  # before the number of the process whose it is
ROUNDS = 5
PIECE = 128


@dataclass(frozen=True, slots=True)
class Kind:
    """A llama.cpp file type, and the type of those tensors (by a regular expression) that get another one."""

    file_type: str
    others: str = ""
    other_type: str = ""


# Two thirds of a transformer's work are its feed-forward layers, and they take coarse weights best.
CANDIDATES = {
    "Q4_0": Kind("LLAMA_FTYPE_MOSTLY_Q4_0"),
    "Q8_0 with Q4_0 feed-forward": Kind("LLAMA_FTYPE_MOSTLY_Q8_0", "ffn_(up|gate)", "GGML_TYPE_Q4_0"),
    "Q8_0": Kind("LLAMA_FTYPE_MOSTLY_Q8_0"),
}


@dataclass(frozen=True, slots=True)
class Measured:
    """One type beside the original: tokens/s of a prompt, perplexity, share of predictions that agree."""

    prefill_rate: float
    perplexity: float
    agreement: float


@dataclass(frozen=True, slots=True)
class Preparation:
    """What was chosen for a model on this machine. `file` is empty when the original is best."""

    chosen: str
    file: str
    sha256: str
    measured: dict[str, Measured]

    def __str__(self) -> str:
        """For people: "Q4_0, reads 2.3 times as fast as the original"."""
        if self.chosen == ORIGINAL:
            return sentence("as it came, which is the fastest here within the tolerance")
        gain = self.measured[self.chosen].prefill_rate / self.measured[ORIGINAL].prefill_rate
        return sentence(f"{self.chosen} for this processor, reads {gain:.1f} times as fast")


def worth_preparing(source: ModelFile) -> bool:
    """Whether another type of weights may be faster, and trying costs little."""
    return source.file_type not in FAST_TYPES.values() and source.size <= LARGEST_BYTES


def saved_preparation(folder: Path, source_sha256: str) -> Preparation | None:
    """What was chosen before for this file, processor and build. None when nothing was or it is not whole."""
    record = _record(folder, source_sha256)
    try:
        content = json.loads(record.read_text(encoding="utf-8"))
        measured = {name: Measured(**values) for name, values in content.pop("measured").items()}
        preparation = Preparation(measured=measured, **content)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if preparation.file:
        path = folder / preparation.file
        if not path.is_file() or sha256_of(path) != preparation.sha256:
            record.unlink(missing_ok=True)
            return None
    return preparation


def prepare_in_background(source: Path, source_sha256: str, folder: Path) -> Preparation:
    """Run this module in a process of its own and wait for it; it ends with this one, however that ends.

    Raises `WeightsError` when it fails.
    """
    command = [sys.executable, "-m", "lamplight.models.quantise", str(source), "--folder", str(folder), ATTENDED]
    with subprocess.Popen(
        command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        assert process.stderr is not None
        told = process.stderr.read()
    preparation = saved_preparation(folder, source_sha256)
    if preparation is None:
        reason = (told.strip().splitlines() or [sentence("no reason given")])[-1]
        raise WeightsError(f"{source.name} can't be prepared for this processor ({reason}); it is used as it came.")
    return preparation


def prepare(source: Path, folder: Path) -> Preparation:
    """Make the candidates, measure them, keep the best one. Seconds for a small model.

    Raises `WeightsError` when the model can't be loaded, `OSError` when there is no room.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _sweep(folder)
    source_sha256 = sha256_of(source)
    with tempfile.TemporaryDirectory(prefix=f"{SCRATCH}-{os.getpid()}-", dir=folder) as scratch:
        files = {ORIGINAL: source}
        for name in CANDIDATES:
            target = Path(scratch) / f"{name}.gguf"
            if quantise(source, target, name):
                files[name] = target
        measured = measure(files)
        chosen = choose(measured)
        if chosen == ORIGINAL:
            preparation = Preparation(ORIGINAL, "", source_sha256, measured)
        else:
            file = f"{source.stem}-{source_sha256[:12]}-{chosen.replace(' ', '-')}-{_build()}.gguf"
            preparation = Preparation(chosen, file, sha256_of(files[chosen]), measured)
            files[chosen].replace(folder / file)
    write_atomically(_record(folder, source_sha256), json.dumps(asdict(preparation)).encode())
    return preparation


def quantise(source: Path, target: Path, name: str) -> bool:
    """Write `source` as type `name` of `CANDIDATES`; False when llama.cpp can't."""
    llama = load_llama()
    parameters = llama.llama_model_quantize_default_params()
    kind = CANDIDATES[name]
    parameters.ftype = getattr(llama, kind.file_type)
    parameters.allow_requantize = True
    parameters.nthread = physical_cores()
    if kind.others:
        overrides = (llama.llama_model_tensor_override * 2)()  # ends with an empty one
        overrides[0].pattern, overrides[0].type = kind.others.encode(), getattr(llama, kind.other_type)
        parameters.tt_overrides = overrides
    code = llama.llama_model_quantize(str(source).encode(), str(target).encode(), ctypes.byref(parameters))
    return bool(code == 0 and target.is_file())


def measure(files: dict[str, Path]) -> dict[str, Measured]:
    """One after the other, as two models at once may not fit into memory; the best of some rounds counts."""
    speeds: dict[str, float] = {}
    predictions: dict[str, tuple[float, npt.NDArray[np.int64]]] = {}
    for name, path in files.items():
        engine = Engine(path, path.name, Threads(physical_cores(), 1))
        try:
            predictions[name] = _predictions(engine)
            speeds[name] = PREFILL_TOKENS / min(prefill_seconds(engine) for _ in range(ROUNDS))
        finally:
            engine.close()
    original = predictions[ORIGINAL][1]
    return {
        name: Measured(round(speeds[name], 1), round(perplexity, 4), round(float((best == original).mean()), 4))
        for name, (perplexity, best) in predictions.items()
    }


def choose(measured: dict[str, Measured]) -> str:
    """The fastest within the tolerance; the original unless another one is clearly faster."""
    original = measured[ORIGINAL]
    good = [
        name
        for name, one in measured.items()
        if name != ORIGINAL
        and one.perplexity <= original.perplexity * MOST_PERPLEXITY
        and one.agreement >= LEAST_AGREEMENT
        and one.prefill_rate >= original.prefill_rate * LEAST_GAIN
    ]
    return max(good, key=lambda name: measured[name].prefill_rate, default=ORIGINAL)


def _predictions(engine: Engine) -> tuple[float, npt.NDArray[np.int64]]:
    """Perplexity of the yardstick, and the likeliest next token after each of its tokens."""
    tokens = engine.tokens(yardstick())
    engine.clear()
    best: list[npt.NDArray[np.int64]] = []
    total = 0.0
    for start in range(0, len(tokens), PIECE):
        piece = tokens[start : start + PIECE]
        engine.decode([BatchEntry(piece, start, 0, 0)])
        logits = engine.logits()
        best.append(logits.argmax(axis=1))
        following = tokens[start + 1 : start + 1 + len(piece)]
        total += log_likelihood(logits[: len(following)], following)
    engine.clear()
    return float(np.exp(-total / (len(tokens) - 1))), np.concatenate(best)


def _record(folder: Path, source_sha256: str) -> Path:
    return folder / f"prepared-{source_sha256[:12]}-{_build()}.json"


def _build() -> str:
    """A choice holds for one build of llama.cpp on one kind of processor."""
    return hashlib.sha256(f"{build()} {FORMAT}".encode()).hexdigest()[:12]


def _end_with_stdin(folder: Path) -> None:
    """At once, also in the middle of a computation, and nothing half made stays."""
    sys.stdin.read()
    for left in folder.glob(f"{SCRATCH}-{os.getpid()}-*"):
        shutil.rmtree(left, ignore_errors=True)
    os._exit(1)


def _sweep(folder: Path) -> None:
    """Remove what is left of processes that were killed."""
    for left in folder.glob(f"{SCRATCH}-*"):
        if not psutil.pid_exists(int(left.name.split("-")[1])):
            shutil.rmtree(left, ignore_errors=True)


def main() -> int:
    """The command line, without any connection. Returns 0, or ends the process with a sentence."""
    import argparse

    from lamplight.models.prepare import cache_folder
    from lamplight.network.connections import block_connections

    block_connections()

    parser = argparse.ArgumentParser(description="Prepare a language model for this processor.")
    parser.add_argument("model", type=Path)
    parser.add_argument("--folder", type=Path, default=cache_folder())
    parser.add_argument(ATTENDED, action="store_true", help="end when stdin ends")
    parsed = parser.parse_args()
    if parsed.attended:
        threading.Thread(target=_end_with_stdin, args=(parsed.folder,), daemon=True).start()
    try:
        preparation = prepare(parsed.model, parsed.folder)
    except (WeightsError, OSError) as error:
        sys.exit(str(error))
    for name, one in preparation.measured.items():
        sys.stdout.write(
            f"{name}: {one.prefill_rate:.0f} tokens/s, perplexity {one.perplexity:.2f}, "
            f"{one.agreement:.0%} of predictions as the original\n"
        )
    sys.stdout.write(f"Chosen: {preparation}.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

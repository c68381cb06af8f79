"""How fast this machine reads and writes with a model, measured once and kept: "this laptop reads 210 tokens/s"."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

from lamplight.files import write_atomically
from lamplight.languages import sentence
from lamplight.models.engine import BatchEntry, Engine, Threads
from lamplight.models.llama_build import build
from lamplight.models.processor import physical_cores

YARDSTICK = Path(__file__).with_name("yardstick.txt")
FORMAT = 2  # raise it when the measurement changes, so that old results are not used
PREFILL_TOKENS = 256
DECODE_TOKENS = 16
ROUNDS = 3
MOST_SECONDS = 10.0  # a slow model is measured in fewer rounds
PATIENCE_SECONDS = 8.0  # a person waits this long for the first word without doubting; passages are cut to fit
LEAST_PASSAGE_TOKENS = 256  # two short passages: with less there is nothing to answer from
MOST_PASSAGE_TOKENS = 2048  # half of the context


@dataclass(frozen=True, slots=True)
class Calibration:
    """Tokens per second of a prompt and of an answer, and the threads they were measured with."""

    prefill_rate: float
    decode_rate: float
    threads: Threads

    def seconds_to_read(self, tokens: int) -> float:
        """Wall time for `tokens` of a prompt, as if none of them were remembered."""
        return tokens / self.prefill_rate

    @property
    def passage_tokens(self) -> int:
        """How many tokens of passages this machine can read before a person loses patience."""
        return round(min(MOST_PASSAGE_TOKENS, max(LEAST_PASSAGE_TOKENS, PATIENCE_SECONDS * self.prefill_rate)))

    def __str__(self) -> str:
        return sentence(f"reads {self.prefill_rate:.0f} tokens/s, writes {self.decode_rate:.0f}")


@lru_cache(maxsize=1)
def yardstick() -> str:
    """A fixed text of ours, about 800 tokens: prose, a table, a question, a letter."""
    return YARDSTICK.read_text(encoding="utf-8")


def calibrate(engine: Engine) -> Calibration | None:
    """Measure, with the number of threads for single tokens that turns out fastest; None when stopped.

    The best of some rounds counts, as busy ones say little. Leaves the engine empty and its threads anyhow; takes up
    to `MOST_SECONDS`.
    """
    cores = physical_cores()
    choices = sorted({1, max(1, cores // 2), max(1, cores - 1), cores})
    prefill: list[float] = []
    decode: dict[int, list[float]] = {threads: [] for threads in choices}
    started = time.perf_counter()
    for number in range(ROUNDS):
        for threads in choices:
            engine.use_threads(Threads(cores, threads))
            prefill.append(prefill_seconds(engine))
            if engine.stopped():  # what is missing of the prompt can't be gone on from
                engine.clear()
                return None
            decode[threads].append(_decode_seconds(engine))
            if engine.stopped():
                return None
        if time.perf_counter() - started > MOST_SECONDS * (number + 1) / ROUNDS:
            break
    best = min(choices, key=lambda threads: min(decode[threads]))
    return Calibration(
        round(PREFILL_TOKENS / min(prefill), 1),
        round(DECODE_TOKENS / min(decode[best]), 1),
        Threads(cores, best),
    )


def prefill_seconds(engine: Engine) -> float:
    """Of `PREFILL_TOKENS` tokens, in an empty context."""
    tokens = engine.tokens(yardstick())[:PREFILL_TOKENS]
    engine.clear()
    started = time.perf_counter()
    engine.decode([BatchEntry(tokens, 0, 0)])
    return time.perf_counter() - started


def _decode_seconds(engine: Engine) -> float:
    """Of `DECODE_TOKENS` tokens one by one, behind what `prefill_seconds` left. Leaves the context empty."""
    tokens = engine.tokens(yardstick())[PREFILL_TOKENS:][:DECODE_TOKENS]
    started = time.perf_counter()
    for offset, token in enumerate(tokens):
        if not engine.decode([BatchEntry([token], PREFILL_TOKENS + offset, 0, 0)]):
            break  # stopped
    seconds = time.perf_counter() - started
    engine.clear()
    return seconds


def saved_calibration(folder: Path, checksum: str) -> Calibration | None:
    """What was measured before with this model, processor and build; None when nothing was, or it can't be read."""
    try:
        content = json.loads(_path(folder, checksum).read_text(encoding="utf-8"))
        return Calibration(content["prefill_rate"], content["decode_rate"], Threads(**content["threads"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def save_calibration(calibration: Calibration, folder: Path, checksum: str) -> None:
    """For `saved_calibration`, in place of an earlier one; makes `folder` if it isn't there. Raises `OSError`."""
    write_atomically(_path(folder, checksum), json.dumps(asdict(calibration)).encode())


def _path(folder: Path, checksum: str) -> Path:
    machine = hashlib.sha256(f"{build()} {FORMAT}".encode()).hexdigest()
    return folder / f"calibration-{checksum[:12]}-{machine[:12]}.json"

"""What the benchmarks share: interleaved timing, medians with their spread, and one way to print."""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

DATA = Path("..") / "shared" / "data"

Measures = dict[str, float | int | str]


def options(description: str) -> argparse.ArgumentParser:
    """`--json`, `--data` (real files, read by path) and `--count` (how many questions, pages or runs)."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--json", action="store_true", help="print one flat JSON object")
    parser.add_argument("--data", type=Path, default=DATA, help=f"folder of measuring data (default {DATA})")
    parser.add_argument("--count", type=int, default=0, help="how many to measure (default: the module's own)")
    return parser


def interleaved(sides: Mapping[str, Callable[[], object]], runs: int) -> dict[str, list[float]]:
    """Seconds of each side, its runs alternating with the others' so that a busy moment hits all alike."""
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(runs):
        for name, side in sides.items():
            started = time.perf_counter()
            side()
            seconds[name].append(time.perf_counter() - started)
    return seconds


def summary(name: str, seconds: Sequence[float]) -> Measures:
    """Median, smallest and largest, under names that begin with `name`."""
    return {
        f"{name}_seconds": round(statistics.median(seconds), 4),
        f"{name}_seconds_least": round(min(seconds), 4),
        f"{name}_seconds_most": round(max(seconds), 4),
    }


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of the values lie, the nearest one measured."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def report(measures: Measures, as_json: bool) -> None:
    """Print a table, or one flat object whose names stay put."""
    if as_json:
        sys.stdout.write(json.dumps(measures) + "\n")
        return
    width = max(len(name) for name in measures)
    for name, value in measures.items():
        sys.stdout.write(f"{name:<{width}}  {value}\n")


def progress(text: str) -> None:
    """To stderr, so that `--json` prints JSON alone."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()

"""What the benchmarks share: interleaved timing, medians with their spread, and one way to print."""

from __future__ import annotations

import argparse
import json
import math
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

DATA = Path("..") / "shared" / "data"

NORMAL_95 = 1.959964  # standard deviations on both sides that hold 95 % of a normal distribution

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


def wilson(hits: int, total: int) -> tuple[float, float]:
    """The 95 % interval of a share, to three digits. Wilson 1927: it stays honest for few questions and at 0 and 1."""
    if total == 0:
        return 0.0, 1.0
    share, z = hits / total, NORMAL_95
    middle = share + z * z / (2 * total)
    half = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    low, high = (middle - half) / (1 + z * z / total), (middle + half) / (1 + z * z / total)
    return round(max(low, 0.0), 3), round(min(high, 1.0), 3)


def rate(name: str, hits: Sequence[bool]) -> Measures:
    """A share with its interval as `name`, `name_low`, `name_high`; nothing where nothing was asked."""
    if not hits:
        return {}
    low, high = wilson(sum(hits), len(hits))
    return {name: round(sum(hits) / len(hits), 3), f"{name}_low": low, f"{name}_high": high}


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

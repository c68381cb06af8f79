"""The first word over the same passages on both sides: all of them remembered, none, and the usual way.

Four passages are weighed against each other, as the app reads where no passage is far ahead (`rag.reading.APART`). With
`--shape` the model has random weights and the true shape of a larger one (`bench.shapes`), and it is measured how far
the traffic lights' estimates are off. All sides take turns.

On a busy machine `--processor` gives seconds of processor time on one thread instead, which others hardly change; two
threads of their own need about half. What is read while a question is typed can't be measured so.
"""

from __future__ import annotations

import ctypes
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import psutil

from bench.first_token import SEED, SYSTEM, ask_baseline, baselines_of, timed, typed, usual, warm
from bench.measuring import Measures, progress, summary
from bench.questions import articles
from bench.sections import SectionFinder, index_sections
from bench.shapes import shape_file
from lamplight.library.store import Library
from lamplight.models.calibration import DECODE_TOKENS, PREFILL_TOKENS, yardstick
from lamplight.models.catalogue import LANGUAGE_MODEL
from lamplight.models.context_cache import ContextCache
from lamplight.models.engine import BatchEntry, Engine, Threads, never
from lamplight.models.fit import Need, Pace
from lamplight.models.language_model import LanguageModel, PassagePrompt
from lamplight.models.loading import Models
from lamplight.rag.finding import Finder
from lamplight.rag.reading import rank_prior

ANSWERED = 2  # tokens: only the first counts
PASSAGE_TOKENS = 250  # of one as the app reads it: a chunk of 200 word pieces with whole sentences
ROUNDS = 3
DROP = 4  # MADV_DONTNEED of Linux
Find = Callable[[str], Sequence[str]]


def same_passages(models: Models, data: Path, runs: int, shape: str = "", processor: bool = False) -> Measures:
    """Of the model that comes with Lamplight, or of a shape; each run asks another question about other passages."""
    groups = articles(data)
    questions = random.Random(SEED).sample([asked.text for group in groups for asked in group], runs)
    with tempfile.TemporaryDirectory() as folder, Library(Path(folder) / "library") as library:
        finder = SectionFinder(Finder(library, models), index_sections(groups, Path(folder), library, models))
        if not shape:
            model = models.local_model
            if processor:
                others = {"usual": usual(LANGUAGE_MODEL.verified_path(), model.context_tokens, 1)}
            else:
                others = baselines_of(models, model.context_tokens)
            return headline(model, others, lambda text: finder.find(text).sections, questions, processor)
        path = shape_file(shape)
        measures = estimates(models.local_model.engine, path)
        before = psutil.Process().memory_info().rss
        cache = ContextCache(Path(folder) / "contexts")
        model = LanguageModel(path, path.stem, cache=cache)

        def find(text: str) -> list[str]:
            return [_cut(model, section) for section in finder.find(text).sections]

        measures |= memory(model, path, PassagePrompt(SYSTEM, tuple(find(questions[0])), questions[0]), before)
        others = {"usual": usual(path, model.context_tokens, int(processor))}
        measures |= headline(model, others, find, questions, processor)
        cache.flush()
        measures["disk_mb_last_run"] = round(cache.disk_usage() / 1e6, 1)
        return measures


def memory(model: LanguageModel, path: Path, prompt: PassagePrompt, before: int) -> Measures:
    """Megabytes that the process has more than the bytes `before`, once a whole prompt was read: all, and in use.

    Weights that are laid out anew for the processor stay mapped from the file too. The system drops such pages when
    memory is short and they aren't touched again; here they are dropped at once.
    """
    timed(model.read(prompt, ANSWERED, never))
    resident = psutil.Process().memory_info().rss - before
    give_back(path)
    model.forget()
    timed(model.read(prompt, ANSWERED, never))
    used = psutil.Process().memory_info().rss - before
    estimate = Need.of_loaded(model.engine).memory
    return {
        "memory_resident_mb": round(resident / 1e6),
        "memory_mb": round(used / 1e6),
        "memory_estimate_mb": round(estimate / 1e6),
        "memory_estimate_off_percent": round(100 * (estimate / used - 1)),
    }


def give_back(path: Path) -> None:
    """The pages of a file that are mapped into this process, which come again when they are used. Only on Linux."""
    maps = Path("/proc/self/maps")
    lines = maps.read_text().splitlines() if maps.exists() else []
    for span in (line.split()[0] for line in lines if line.endswith(f" {path.resolve()}")):
        start, end = (int(address, 16) for address in span.split("-"))
        ctypes.CDLL(None).madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), DROP)


def _cut(model: LanguageModel, text: str) -> str:
    words = text.split()
    while model.count_tokens(" ".join(words)) > PASSAGE_TOKENS:
        words = words[: len(words) * PASSAGE_TOKENS // model.count_tokens(" ".join(words)) - 1]
    return " ".join(words)


def headline(
    model: LanguageModel, others: dict[str, Any], find: Find, questions: Sequence[str], processor: bool
) -> Measures:
    """Seconds of all sides and ratios; `others` read all passages anew, the first of them is what is compared with."""
    clock = time.process_time if processor else time.perf_counter
    taken: dict[str, list[float]] = {}
    tokens = 0

    def first(prompt: PassagePrompt) -> float:
        return timed(model.read_apart(prompt, ANSWERED, never, rank_prior(len(prompt.passages))), clock).first

    if processor:
        model.engine.use_threads(Threads(1, 1))
    for number, question in enumerate(questions, start=1):
        passages = list(find(question))
        reading = PassagePrompt(SYSTEM, tuple(passages), question)
        tokens = sum(map(model.count_tokens, passages))
        run = {name: ask_baseline(llama, reading, ANSWERED, clock)[0] for name, llama in others.items()}
        if not processor:
            model.forget()
            typed(question, find, lambda text, found, stopped: model.prewarm(SYSTEM, found, stopped))
            run["typing"] = first(reading)
        model.forget()
        warm(model)
        run["unremembered"] = first(reading)
        warm(model)
        run["remembered"] = first(reading)
        warm(model)
        run["floor"] = timed(model.read(PassagePrompt(SYSTEM, (), question), ANSWERED, never), clock).first
        for name, seconds in run.items():
            taken.setdefault(name, []).append(seconds)
        progress(f"run {number} of {len(questions)}: " + ", ".join(f"{name} {one:.2f} s" for name, one in run.items()))
    other = next(iter(others))
    measures: Measures = {
        "same_passages_speedup_remembered": _ratio(taken, other, "remembered"),
        "same_passages_speedup_unremembered": _ratio(taken, other, "unremembered"),
        "same_passages_vs_floor_remembered": _ratio(taken, "remembered", "floor"),
        "same_passages_tokens": tokens,
        "same_passages_model": model.name,
        "state_bytes_per_token": model.engine.cache_bytes_per_token,
        "load": round(psutil.getloadavg()[0], 1),
    }
    if not processor:
        measures["same_passages_speedup_typing"] = _ratio(taken, other, "typing")
    for name, times in taken.items():
        measures |= summary(f"same_passages_{name}", times)
    return measures


def _ratio(taken: dict[str, list[float]], one: str, other: str) -> float:
    """The median of each run's own ratio: a busy moment hits both sides of it."""
    return round(statistics.median(a / b for a, b in zip(taken[one], taken[other], strict=True)), 2)


def estimates(measured: Engine, path: Path) -> Measures:
    """How far the pace that is estimated from one model's is off for another, in percent of the other's real pace.

    In processor time of one thread, which a busy machine hardly changes.
    """
    other = Engine(path, path.stem)
    paces: dict[str, list[tuple[float, float]]] = {"measured": [], "other": []}
    for _ in range(ROUNDS):
        for name, engine in (("measured", measured), ("other", other)):
            paces[name].append(_rates(engine))
    mine, real = _best(paces["measured"]), _best(paces["other"])
    found = mine.scaled(Need.of_loaded(measured), Need.of_loaded(other))
    other.close()
    return {
        "reading_rate_one_thread": round(real.prefill_rate, 1),
        "writing_rate_one_thread": round(real.decode_rate, 1),
        "reading_estimate_off_percent": round(100 * (found.prefill_rate / real.prefill_rate - 1)),
        "writing_estimate_off_percent": round(100 * (found.decode_rate / real.decode_rate - 1)),
    }


def _best(rates: Sequence[tuple[float, float]]) -> Pace:
    return Pace(max(rate for rate, _ in rates), max(rate for _, rate in rates), measured=True)


def _rates(engine: Engine) -> tuple[float, float]:
    """Tokens a second of a prompt and of an answer."""
    engine.use_threads(Threads(1, 1))
    tokens = engine.tokens(yardstick())
    engine.clear()
    started = time.process_time()
    engine.decode([BatchEntry(tokens[:PREFILL_TOKENS], 0, 0)])
    read = time.process_time()
    for position in range(PREFILL_TOKENS, PREFILL_TOKENS + DECODE_TOKENS):
        engine.decode([BatchEntry([tokens[position]], position, 0, 0)])
    written = time.process_time()
    engine.clear()
    return PREFILL_TOKENS / (read - started), DECODE_TOKENS / (written - read)

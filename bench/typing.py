"""The first word of a question that was typed before it was asked, through what the page and its routes call.

`python -m bench.speed --typing`. The app's own answerer over a library of articles: each question is typed letter by
letter in `TYPING_SECONDS`, asked, and asked once more without having been typed, nothing being remembered either time.
As on the page, what stands in the box is told again and again while it grows. In the rhythm `even` all letters are
equally far apart, in `words` they come as people type, with the time between words. `told_rate` is the share of all
questions of which anything is told before they are asked. The usual way reads the same passages anew; it is spared the
search for them.
"""

from __future__ import annotations

import random
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil

from bench.first_token import SEED, SYSTEM, TYPING_SECONDS, ask_baseline, usual, warm
from bench.measuring import Measures, progress, summary
from bench.questions import articles
from bench.sections import index_sections
from lamplight.library.store import Library
from lamplight.models.catalogue import LANGUAGE_MODEL
from lamplight.models.chat import PassagePrompt
from lamplight.models.loading import Models
from lamplight.rag.answerer import Answerer
from lamplight.rag.events import Finished, Timings, Token
from lamplight.rag.finding import Finder
from lamplight.rag.retriever import EVERYWHERE
from lamplight.scheduling import CancelToken

ASSET = Path(__file__).resolve().parent.parent / "lamplight" / "ui" / "assets" / "composer.js"
WITHIN_WORDS = 0.12  # seconds from letter to letter of somebody who types well
WARM_UP = "When was it built?"
Rhythm = Callable[[str], list[float]]


def even(text: str) -> list[float]:
    """Seconds at which each letter is typed."""
    return [TYPING_SECONDS * (place + 1) / len(text) for place in range(len(text))]


def words(text: str) -> list[float]:
    """Likewise, with what is left of the time between words."""
    gaps = max(1, text.count(" "))
    within = min(WITHIN_WORDS, TYPING_SECONDS / len(text))
    between = (TYPING_SECONDS - within * (len(text) - gaps)) / gaps
    moments, now = [], 0.0
    for letter in text:
        now += between if letter == " " else within
        moments.append(now)
    return moments


RHYTHMS: dict[str, Rhythm] = {"even": even, "words": words}


def told(text: str, moments: Sequence[float]) -> list[tuple[float, str]]:
    """When the page tells the app what stands in the box, and what: read from its script."""
    constants = {name: int(value) for name, value in re.findall(r"const (\w+) = (\d+);", ASSET.read_text("utf-8"))}
    every, shortest = constants["TOLD_EVERY"] / 1000, constants["SHORTEST"]
    sent: list[tuple[float, str]] = []
    due = 0.0  # a key sets the clock where it doesn't run
    for moment in moments[:-1]:
        if moment < due:
            continue
        due = moment + every
        written = text[: sum(one <= due for one in moments)].strip()
        if due < moments[-1] and len(written) >= shortest and (not sent or sent[-1][1] != written):
            sent.append((due, written))
    return sent


def typing(models: Models, data: Path, runs: int) -> Measures:
    """Seconds to the first word of all sides, in turn, and how much sooner typing makes it."""
    model = models.local_model
    chance = random.Random(SEED)
    groups = articles(data)
    known = [asked.text for group in groups for asked in group]
    questions = chance.sample(known, 20 * runs)
    with tempfile.TemporaryDirectory() as folder, Library(Path(folder) / "library") as library:
        progress(f"reading {len(groups)} articles")
        index_sections(groups, Path(folder), library, models)
        answerer, finder = Answerer(library, models), Finder(library, models)
        baseline = usual(LANGUAGE_MODEL.verified_path(), model.context_tokens)
        _ask(answerer, WARM_UP)
        taken: dict[str, list[float]] = {}
        prefilled: dict[str, list[int]] = {}
        for question in questions:
            texts = finder.texts(finder.find(question, EVERYWHERE), model)
            if not texts:  # answered without the model
                continue
            run = {"usual": ask_baseline(baseline, PassagePrompt(SYSTEM, tuple(texts), question), 2)[0]}
            for name in (*RHYTHMS, "untyped"):
                model.forget()
                warm(model)
                if name in RHYTHMS:
                    _type(answerer, question, RHYTHMS[name])
                run[name], timings = _ask(answerer, question)
                prefilled.setdefault(name, []).append(timings.prefilled_tokens)
            for name, seconds in run.items():
                taken.setdefault(name, []).append(seconds)
            count = len(taken["usual"])
            shown = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in run.items())
            progress(f"run {count} of {runs} ({len(texts)} passages): {shown}")
            if count == runs:
                break
    shares = {
        name: sum(bool(told(text, rhythm(text))) for text in known) / len(known) for name, rhythm in RHYTHMS.items()
    }
    return _measures(taken, prefilled) | {f"typing_{name}_told_rate": round(shares[name], 3) for name in shares}


def _type(answerer: Answerer, question: str, rhythm: Rhythm) -> None:
    began = time.perf_counter()
    for moment, written in told(question, rhythm(question)):
        time.sleep(max(0.0, began + moment - time.perf_counter()))
        answerer.typed(written)
    time.sleep(max(0.0, began + TYPING_SECONDS - time.perf_counter()))


def _ask(answerer: Answerer, question: str) -> tuple[float, Timings]:
    """Seconds from asking to the first word that the model writes."""
    asked, first, timings, stop = time.perf_counter(), 0.0, Timings(), CancelToken()
    for event in answerer.answer(question, stop=stop):
        if isinstance(event, Token):
            first = first or time.perf_counter() - asked
            stop.cancel()
        elif isinstance(event, Finished):
            timings = event.timings
    return first or time.perf_counter() - asked, timings


def _measures(taken: dict[str, list[float]], prefilled: dict[str, list[int]]) -> Measures:
    def ratio(one: str, other: str) -> float:
        """The median of each run's own ratio: a busy moment hits both sides of it."""
        return round(statistics.median(a / b for a, b in zip(taken[one], taken[other], strict=True)), 2)

    measures: Measures = {"typing_runs": len(taken["usual"]), "load": round(psutil.getloadavg()[0], 1)}
    for name in RHYTHMS:
        measures[f"typing_{name}_speedup"] = ratio("usual", name)
        measures[f"typing_{name}_vs_untyped"] = ratio("untyped", name)
    measures["untyped_speedup"] = ratio("usual", "untyped")
    for name, counts in prefilled.items():
        measures[f"typing_{name}_tokens_left_to_read"] = round(statistics.median(counts))
    for name, seconds in taken.items():
        measures |= summary(f"typing_{name}", seconds)
    return measures

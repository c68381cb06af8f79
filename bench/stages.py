"""Where the time of a question goes: milliseconds of each stage, and to what a person sees first."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import wraps
from typing import Any

from bench.measuring import Measures, percentile
from lamplight.library.documents import Documents
from lamplight.library.full_text import FullText
from lamplight.library.passages import Passages
from lamplight.library.store import Library
from lamplight.library.vectors import VectorStore
from lamplight.models.embedder import Embedder
from lamplight.models.loading import Models
from lamplight.models.reader import Reader
from lamplight.rag import retriever
from lamplight.rag.answerer import Answerer
from lamplight.rag.events import Evidence

STAGES: Sequence[tuple[object, str, str]] = (
    (Embedder, "encode", "embedding"),
    (Embedder, "encode_queries", "embedding"),
    (Documents, "all", "documents"),
    (FullText, "unknown", "spelling"),
    (retriever, "respelled", "spelling"),
    (retriever, "named_documents", "naming"),
    (Passages, "count", "weights"),
    (FullText, "frequencies", "weights"),
    (FullText, "search", "full_text"),
    (VectorStore, "nearest", "dense"),
    (VectorStore, "vectors_of", "dense"),
    (Passages, "candidates", "chunks"),
    (Passages, "by_id", "chunks"),
    (retriever.Retriever, "search", "fusing"),
    (Reader, "read", "reader"),
)
"""Whose time counts as which stage, less that of the stages inside it. Dense search is told apart by embedder."""
OTHER = "other"  # understanding, completing and ordering passages, the tables, the quotation


class Stopwatch:
    """Seconds of each stage of one question at a time, all in one thread."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._inside: list[float] = []  # seconds of the stages inside each that is under way

    @contextmanager
    def running(self) -> Iterator[None]:
        """The stages are timed while this is entered."""
        with ExitStack() as undone:
            for owner, name, stage in STAGES:
                original = getattr(owner, name)
                setattr(owner, name, self._timed(original, stage))
                undone.callback(setattr, owner, name, original)
            yield

    def _timed(self, original: Callable[..., Any], stage: str) -> Callable[..., Any]:
        thread = threading.get_ident()

        @wraps(original)
        def timed(*arguments: Any, **named: Any) -> Any:
            if threading.get_ident() != thread:
                return original(*arguments, **named)
            self._inside.append(0.0)
            started = time.perf_counter()
            try:
                return original(*arguments, **named)
            finally:
                taken = time.perf_counter() - started
                own = taken - self._inside.pop()
                if self._inside:
                    self._inside[-1] += taken
                part = _part(stage, arguments)
                self.seconds[part] = self.seconds.get(part, 0.0) + own

        return timed


def _part(stage: str, arguments: Sequence[object]) -> str:
    owner = arguments[0] if arguments else None
    return f"{stage}_{owner.name}" if isinstance(owner, (VectorStore, Embedder)) else stage


def question_stages(library: Library, models: Models, questions: Sequence[str], warm_up: int) -> Measures:
    """Medians and 95th percentiles in milliseconds, of questions of fact asked as a person does, without the model.

    `first_passages` and `line` are the times until these are shown, from the question's Enter.
    """
    answerer = Answerer(library, models)
    made: list[dict[str, float]] = []
    for question in [*questions[:warm_up], *questions]:
        watch = Stopwatch()
        with watch.running():
            shown = _shown(answerer, question)
        if len(shown) == 2:  # answered as a fact
            known = sum(watch.seconds.values())
            made.append(watch.seconds | {OTHER: shown[1] - known, "first_passages": shown[0], "line": shown[1]})
    stages = dict.fromkeys(stage for one in made for stage in one)
    measures: Measures = {}
    for stage in stages:
        times = [1000 * one.get(stage, 0.0) for one in made[warm_up:]]
        measures[f"{stage}_median_ms"] = round(statistics.median(times), 1)
        measures[f"{stage}_p95_ms"] = round(percentile(times, 0.95), 1)
    return measures | {"facts": len(made[warm_up:])}


def _shown(answerer: Answerer, question: str) -> list[float]:
    """Seconds until passages are shown, and until they are shown as they were read."""
    times: list[float] = []
    started = time.perf_counter()
    for event in answerer.answer(question):
        if isinstance(event, Evidence):
            times.append(time.perf_counter() - started)
            if len(times) == 2:  # now the model would begin
                break
    return times

"""Many questions in a row: whether memory grows with them.

    python -m bench.endurance [--count QUESTIONS] [--every QUESTIONS] [--json]

Questions of every kind are asked of the sample library as conversations of a few turns, half typed before they are
asked, with the model that comes with Lamplight. Most are like none before, so that what is kept of a question grows
if it is never let go of. Printed at the start, after the warm-up and every so often: the process's memory, what of it
is its own (not pages of files) and of remembered passages, and Python's objects. The growth for a question is the slope
of a straight line through what was measured after the warm-up.
"""

from __future__ import annotations

import gc
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count, cycle
from pathlib import Path

import psutil

from bench.measuring import Measures, options, progress, report
from lamplight.errors import LamplightError
from lamplight.ingest.pipeline import index_file
from lamplight.library.records import Message
from lamplight.library.store import Library
from lamplight.models.context_cache import ContextCache
from lamplight.models.loading import Models
from lamplight.rag.answerer import Answerer
from lamplight.rag.events import Finished
from lamplight.samples import SAMPLES
from lamplight.scheduling import CancelToken

QUESTIONS = 1_000
EVERY = 100
WARM_UP = 40  # questions until all that is loaded once has been
TURNS = 4  # of a conversation
STOPPED = 7  # every so many answers are stopped after their first words
# `{}` is a number that no question had before, so that it has to be understood and searched for anew.
KINDS = {
    "fact": "Question {}: when are bonfires allowed?",
    "follow-up": "And who may light one, for the {}th time?",
    "list": "List all receipts over {} pounds.",
    "table": "In number {}, how many kilograms of potatoes were harvested in 2025?",
    "price": "Request {}: how much is a half plot in 2026?",
    "comparison": "Compare the fee of a full plot with that of a half plot for {} years.",
    "summary": "Summarise for member {} what the handbook says about water.",
    "library": "How many documents did I add before {}?",
    "German": "Frage {}: Wann wird das Wasser abgestellt?",
    "French": "Question {} : combien coûte une nouvelle clé ?",
    "misspelled": "Nr. {}: who loks after the bee hivs?",
    "refused": "Who won the football cup in {}?",
    "sign": "Photo {}: what does the sign on the tool shed say?",
    "talk": "Thanks, that is {} times better!",
}


@dataclass(frozen=True, slots=True)
class Memory:
    """Megabytes and objects after so many questions. `states` are of remembered passages, of which only so many are
    kept in memory.
    """

    asked: int
    resident: float
    own: float
    states: float
    objects: int


@dataclass(slots=True)
class Endurance:
    """Asks and measures. `failures` are errors on purpose, which a person would be told."""

    library: Library
    answerer: Answerer
    contexts: ContextCache
    measured: list[Memory] = field(default_factory=list)
    failures: int = 0
    refused: int = 0

    def ask(self, questions: Iterator[tuple[int, str]], most: int, every: int) -> None:
        """Ask the first `most`, a few to a conversation, and look at the memory after every so many."""
        history: list[Message] = []
        for number, question in questions:
            self._answer(number, question, history)
            if len(history) >= 2 * TURNS:
                history = []
            if number in (WARM_UP, most) or number % every == 0:
                self.look(number)
            if number == most:
                return

    def look(self, asked: int) -> None:
        """Keep what is held after so many questions, without what only waits to be collected."""
        gc.collect()
        process = psutil.Process().memory_full_info()
        states = self.contexts.memory_usage() / 1e6
        found = Memory(asked, process.rss / 1e6, process.uss / 1e6, states, len(gc.get_objects()))
        self.measured.append(found)
        progress(
            f"{asked:>5} asked: {found.resident:.1f} MB, own {found.own:.1f} MB, of that remembered {states:.1f} MB; "
            f"{found.objects:,} objects"
        )

    def _answer(self, number: int, question: str, history: list[Message]) -> None:
        stop = CancelToken()
        self.answerer.typed(question[: len(question) // 2], history=history)
        try:
            for event in self.answerer.answer(question, list(history), stop=stop):
                if number % STOPPED == 0:
                    stop.cancel()
                if isinstance(event, Finished):
                    self.refused += event.refused
                    history.append(Message(2 * number, "user", question))
                    history.append(Message(2 * number + 1, "assistant", event.answer))
        except LamplightError as error:
            self.failures += 1
            progress(f"{question} {error}")


def numbered() -> Iterator[tuple[int, str]]:
    """Questions of all kinds in turn, counted from 1."""
    for number, asked in zip(count(1), cycle(KINDS.values()), strict=False):
        yield number, asked.format(1_000 + number)


def slope(measured: Sequence[Memory], name: str) -> float:
    """How much a measure grows with a question."""
    later = [one for one in measured if one.asked >= WARM_UP]
    if len(later) < 2:
        return 0.0
    return statistics.linear_regression([one.asked for one in later], [getattr(one, name) for one in later]).slope


def measure(most: int, every: int) -> Measures:
    """Ask so many questions and look at memory after each `every` of them."""
    models = Models()
    progress("loading the models")
    models.start_loading()
    models.settled.wait()
    with tempfile.TemporaryDirectory() as folder, Library(Path(folder) / "library") as library:
        for path in SAMPLES:
            index_file(path, library, models)
        endurance = Endurance(library, Answerer(library, models), models.contexts)
        endurance.look(0)
        began = time.perf_counter()
        endurance.ask(numbered(), most, every)
        seconds = time.perf_counter() - began
    measured = endurance.measured
    warm = next((one for one in measured if one.asked >= WARM_UP), measured[-1])
    return {
        "questions": most,
        "failures": endurance.failures,
        "refused": endurance.refused,
        "seconds_per_question": round(seconds / most, 2),
        **{f"resident_mb_{one.asked}": round(one.resident, 1) for one in measured},
        **{f"own_mb_{one.asked}": round(one.own, 1) for one in measured},
        **{f"states_mb_{one.asked}": round(one.states, 1) for one in measured},
        "grown_mb_since_warm_up": round(measured[-1].resident - warm.resident, 1),
        "grown_own_mb_since_warm_up": round(measured[-1].own - warm.own, 1),
        "growth_kb_per_question": round(1000 * slope(measured, "resident"), 2),
        "growth_own_kb_per_question": round(1000 * slope(measured, "own"), 2),
        "growth_objects_per_question": round(slope(measured, "objects"), 2),
    }


def main() -> int:
    """The command line."""
    parser = options("Many questions in a row: whether memory grows with them.")
    parser.add_argument("--every", type=int, default=EVERY, help="questions between two looks")
    chosen = parser.parse_args()
    report(measure(chosen.count or QUESTIONS, chosen.every), chosen.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())

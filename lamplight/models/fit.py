"""What this computer can run: memory a model needs, the pace to expect, and a traffic light over both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import psutil

from lamplight.languages import sentence
from lamplight.models.engine import CONTEXT_TOKENS, Engine
from lamplight.models.model_file import ModelFile

Light = Literal["green", "amber", "red", "unmeasured"]

WORKSPACE_BYTES = 140_000_000  # what is used of llama.cpp's buffers for a batch, of twice to thrice that much
SYSTEM_BYTES = 1_500_000_000  # what the system and the browser need beside it
PAGE_TOKENS = 500  # a page of prose
WORDS_PER_TOKEN = 0.75  # English
SHORT_SECONDS, LONG_SECONDS = 2.0, 100.0  # told in tenths below, in minutes above
GREEN_SECONDS, AMBER_SECONDS = 10.0, 60.0  # to read a page; longer is no conversation any more
GREEN_WORDS, AMBER_WORDS = 4.0, 1.0  # per second; people read four
# Measured by `python -m bench.speed --shape`, which also says how far off the estimates are: docs/context-cache.md.
SLOW_TYPES = {3: 3.0, 9: 3.0, 7: 1.2}  # Q4_1, Q5_1, Q8_0: seconds to read with those, Q4_0 takes 1; others 0.65 to 1
NARROW_PARAMETERS = 2e8  # below, matrices are too narrow for the kernels to do their best:
NARROW = 1.3  # times as long
STEP_BYTES = 90_000_000  # as if these were fetched, too: what else is done for each token that is written


@dataclass(frozen=True, slots=True)
class Need:
    """What decides memory and pace: bytes of weights, parameters, and bytes of context for a token.

    `embedded` of the parameters are the table of words. `file_type` is llama.cpp's number, -1 where it isn't known.
    """

    weights: int
    parameters: float
    cache_bytes_per_token: int
    embedded: float = 0.0
    file_type: int = -1

    @classmethod
    def of(cls, file: ModelFile) -> Need:
        """From what a file says without being loaded; its whole size counts as weights."""
        return cls(file.size, file.parameters, file.cache_bytes_per_token, file.embedded, file.file_type)

    @classmethod
    def of_loaded(cls, engine: Engine) -> Need:
        """Of the model in memory, whose weights are counted without the rest of the file."""
        sizes = engine.weight_bytes, engine.parameters, engine.cache_bytes_per_token
        return cls(*sizes, engine.embedded, engine.file_type)

    @property
    def reading(self) -> float:
        """What a token of a prompt costs, beside those of other models: arithmetic with all that is not looked up."""
        computed = self.parameters - self.embedded
        narrow = NARROW if computed < NARROW_PARAMETERS else 1.0
        return computed * SLOW_TYPES.get(self.file_type, 1.0) * narrow

    @property
    def writing(self) -> float:
        """What a token of an answer costs, beside those of other models: all weights are fetched for it."""
        return self.weights + STEP_BYTES

    @property
    def memory(self) -> int:
        """Bytes while it answers, without what the system may drop: the file's own copy of weights laid out anew."""
        return self.weights + self.cache_bytes_per_token * CONTEXT_TOKENS + WORKSPACE_BYTES


@dataclass(frozen=True, slots=True)
class Pace:
    """Tokens per second of a prompt and of an answer; `measured` with this model, or estimated from another one."""

    prefill_rate: float
    decode_rate: float
    measured: bool

    def scaled(self, mine: Need, other: Need) -> Pace:
        """The pace to expect of `other` where a model that needs `mine` has this one."""
        return Pace(
            self.prefill_rate * mine.reading / other.reading,
            self.decode_rate * mine.writing / other.writing,
            measured=False,
        )

    @property
    def page_seconds(self) -> float:
        """To read `PAGE_TOKENS`, none of them remembered."""
        return PAGE_TOKENS / self.prefill_rate

    @property
    def words_per_second(self) -> float:
        """Written, in English; a word of most other languages takes more tokens."""
        return self.decode_rate * WORDS_PER_TOKEN

    def __str__(self) -> str:
        """For people: "It reads a page in about 3 s and writes about 8 words a second."."""
        words = f"{self.words_per_second:.{0 if self.words_per_second >= GREEN_WORDS else 1}f}"
        if self.page_seconds >= LONG_SECONDS:
            minutes = f"{self.page_seconds / 60:.0f}"
            return sentence(
                f"It reads a page in {minutes} minutes and writes {words} words a second."
                if self.measured
                else f"It reads a page in about {minutes} minutes and writes about {words} words a second."
            )
        seconds = f"{self.page_seconds:.{1 if self.page_seconds < SHORT_SECONDS else 0}f}"
        return sentence(
            f"It reads a page in {seconds} s and writes {words} words a second."
            if self.measured
            else f"It reads a page in about {seconds} s and writes about {words} words a second."
        )


@dataclass(frozen=True, slots=True)
class Fit:
    """A light, the same in two or three words, and a sentence that gives the reason."""

    light: Light
    word: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes."""

    total: int
    free: int


def memory_here() -> Memory:
    """At this moment; `free` is what can be had without swapping, as psutil estimates it."""
    found = psutil.virtual_memory()
    return Memory(found.total, found.available)


def fit(need: Need, pace: Pace | None, memory: Memory, loaded: bool = False) -> Fit:
    """`pace` None: not measured yet, so that only memory can speak; `loaded`: it is in memory already."""
    speed = str(pace) if pace else sentence("Its speed is not measured yet.")
    if need.memory + SYSTEM_BYTES > memory.total and not loaded:
        needed, there = _gigabytes(need.memory), _gigabytes(memory.total)
        return Fit(
            "red", sentence("Too large"), sentence(f"It needs {needed} of memory and this computer has {there}.")
        )
    if pace and (pace.page_seconds > AMBER_SECONDS or pace.words_per_second < AMBER_WORDS):
        return Fit("red", sentence("Too slow"), speed)
    if need.memory > memory.free and not loaded:
        needed, free = _gigabytes(need.memory), _gigabytes(memory.free)
        reason = sentence(f"Close other programs first: it needs {needed} of memory and {free} are free. {speed}")
        return Fit("amber", sentence("Tight"), reason)
    if pace is None:
        return Fit("unmeasured", sentence("Not measured"), sentence(f"It fits into memory. {speed}"))
    if pace.page_seconds > GREEN_SECONDS or pace.words_per_second < GREEN_WORDS:
        return Fit("amber", sentence("Slow"), speed)
    return Fit("green", sentence("Runs well"), speed)


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB"

"""A quantized language model on the CPU that computes as little as it can before its first word."""

from __future__ import annotations

import codecs
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from lamplight.errors import PromptTooLong
from lamplight.files import sha256_of
from lamplight.models.calibration import Calibration, save_calibration, saved_calibration
from lamplight.models.calibration import calibrate as measure_speed
from lamplight.models.chat import ChatMessage, ChatTemplate, PassagePrompt, PassagePromptTokens
from lamplight.models.context import FIRST_PASSAGE, MAIN, MOST_PASSAGES, Context, PrefillStep
from lamplight.models.context_cache import ContextCache
from lamplight.models.engine import BatchEntry, Engine, Threads, log_likelihood, never
from lamplight.models.sampling import GREEDY, Sampling

__all__ = ["ChatMessage", "LanguageModel", "PassagePrompt", "Piece", "PrefillStep", "Usage"]

LARGE = 1_000_000_000  # parameters


@dataclass(frozen=True, slots=True)
class Piece:
    """Some text of the answer: one token, or several when one alone is not a whole character."""

    text: str


@dataclass(frozen=True, slots=True)
class Usage:
    """The last event of a generation; seconds are wall time.

    `answered_from` is the index of the one passage the answer was read from, None when all were read together. `cut`
    says what broke it off in the middle; `truncated` that it may end there, as it is as long as it was allowed to be.
    """

    prompt_tokens: int
    prefilled_tokens: int
    reused_tokens: int
    generated_tokens: int
    decode_seconds: float
    answered_from: int | None = None
    cut: str = ""
    truncated: bool = False


class LanguageModel:
    """One model, one context: one computation at a time. `name` is what people are shown.

    Whose turn it is the scheduler decides (`lamplight.scheduling`); what has to give way is `stopped`.
    """

    elsewhere = ""  # it computes in this process

    def __init__(
        self,
        path: Path,
        name: str,
        threads: Threads | None = None,
        cache: ContextCache | None = None,
        checksum: str = "",
        sampling: Sampling = GREEDY,
    ) -> None:
        """`checksum` is the file's sha256, computed when not given; `sampling` is for a large model whose file
        recommends none. Raises `WeightsError`.
        """
        self.name = name
        self.cache_key = checksum or sha256_of(path)
        self.calibration: Calibration | None = None
        self.engine = Engine(path, name, threads)
        self.sampling = self.engine.sampling(sampling) if self.is_large else GREEDY
        self.context_tokens = self.engine.context_tokens
        self.chat = ChatTemplate(self.engine)
        self._cache = cache if self.engine.separable else None
        self._context = Context(self.engine, self._cache, self.cache_key)
        self._lock = threading.Lock()

    def close(self) -> None:
        """Free the weights and the cache; the object is of no use afterwards."""
        with self._lock:
            self.engine.close()
        if self._cache is not None:
            self._cache.flush()

    @property
    def is_large(self) -> bool:
        """Whether it can be trusted to write a question anew; the small ones change what it asks."""
        return self.engine.parameters >= LARGE

    @property
    def separable(self) -> bool:
        """Whether passages can be read apart from each other and remembered."""
        return self.engine.separable

    def forget(self) -> None:
        """Forget all that was ever read, in memory and on disk."""
        with self._computing(never):
            self._context.clear()
            if self._cache is not None:
                self._cache.clear()

    def calibrate(self, folder: Path, stopped: Callable[[], bool] = never) -> None:
        """Set `calibration` and the threads: as measured before and kept in `folder`, or by measuring now.

        Neither when `stopped` before that.
        """
        found = saved_calibration(folder, self.cache_key)
        with self._computing(stopped):
            if found is None:
                self._context.clear()
                found = measure_speed(self.engine)
                if found is None:
                    return
                with suppress(OSError):  # a full disk: then it is measured again at the next start
                    save_calibration(found, folder, self.cache_key)
            self.calibration = found
            self.engine.use_threads(found.threads)

    def count_tokens(self, text: str) -> int:
        """Without a chat format; control tokens written out in `text` are counted as plain text. Takes no lock."""
        return len(self.engine.tokens(text))

    def generate(
        self, messages: Sequence[ChatMessage], max_tokens: int, stopped: Callable[[], bool]
    ) -> Iterator[PrefillStep | Piece | Usage]:
        """Decoding of an answer, greedy with a small model; the last event is `Usage`, also after
        `stopped`, which is asked many times a second from inside the computation, said so.

        Raises `ValueError` when the prompt leaves no room for an answer in `context_tokens`.
        """
        yield from self._generate([self.chat.tokens(messages)], max_tokens, stopped)

    def read(
        self, prompt: PassagePrompt, max_tokens: int, stopped: Callable[[], bool]
    ) -> Iterator[PrefillStep | Piece | Usage]:
        """As `generate`, with all passages in one prompt; those that begin it as they did before are reused."""
        yield from self._generate(self.chat.prompt_tokens(prompt).segments, max_tokens, stopped)

    def read_apart(
        self,
        prompt: PassagePrompt,
        max_tokens: int,
        stopped: Callable[[], bool],
        prior: Sequence[float] = (),
    ) -> Iterator[PrefillStep | Piece | Usage]:
        """As `generate`, from the one passage under which the question is likeliest.

        Each passage stands in a sequence of its own behind the fixed prompt; the question is decoded in all of
        them in one batch. `prior` holds a log-probability of each passage, of which only the differences matter.
        """
        tokens = self.chat.prompt_tokens(prompt)
        if not self.separable or not 1 < len(tokens.passages) <= MOST_PASSAGES:
            yield from self._generate(tokens.segments, max_tokens, stopped)
            return
        total = len(tokens.fixed) + sum(len(part) + len(tokens.question) for part in tokens.passages)
        total += len(tokens.closing)
        room = self._room(total)
        with self._computing(stopped):
            progress = PrefillStep(0, 0, 0)
            for progress in self._context.place(tokens.fixed, tokens.passages):
                yield PrefillStep(progress.done, total, progress.reused)
            likelihoods = self._weigh(tokens) if progress.done == progress.total else []
            if not likelihoods:
                yield Usage(total, progress.done - progress.reused, progress.reused, 0, 0.0)
                return
            sums = [sum(pair) for pair in zip(likelihoods, prior or [0.0] * len(likelihoods), strict=True)]
            best = sums.index(max(sums))
            for number in range(len(sums)):
                if number != best:
                    self.engine.remove(FIRST_PASSAGE + number)
            position = len(tokens.fixed) + len(tokens.passages[best]) + len(tokens.question)
            closing = BatchEntry(tokens.closing, position, FIRST_PASSAGE + best, len(tokens.closing) - 1)
            ready = self.engine.decode([closing])
            yield PrefillStep(total, total, progress.reused)
            most = min(max_tokens, room)
            answer = self._sample(most, FIRST_PASSAGE + best, position + len(tokens.closing), ready)
            usage = Usage(total, total - progress.reused, progress.reused, 0, 0.0, best)
            yield from _counted(answer, usage, most)

    def prewarm(self, system: str, passages: Sequence[str], stopped: Callable[[], bool]) -> int:
        """Compute and remember the passages that are not yet, until `stopped`; how many are known now."""
        tokens = self.chat.prompt_tokens(PassagePrompt(system, tuple(passages), ""))
        known = 0
        for passage in tokens.passages if self._cache is not None else []:
            segments = [tokens.fixed, passage]
            known += self._context.remembers(segments) or self._prefill(segments, stopped)
        return known

    def prefill(self, prompt: PassagePrompt, stopped: Callable[[], bool]) -> bool:
        """Compute the prompt of `read` up to its question, until `stopped`; whether it got there."""
        return self._prefill(self.chat.prompt_tokens(prompt).segments[:-1], stopped)

    def bytes_per_token(self) -> int:
        """What one remembered token takes, in memory and on disk."""
        tokens = self.engine.tokens("word " * 64)
        with self._computing(never):
            self._context.clear()
            self.engine.decode([BatchEntry(tokens, 0, MAIN)])
            size = len(self.engine.save(MAIN))
            self._context.clear()
        return size // len(tokens)

    def _generate(
        self, segments: Sequence[Sequence[int]], max_tokens: int, stopped: Callable[[], bool]
    ) -> Iterator[PrefillStep | Piece | Usage]:
        total = sum(map(len, segments))
        room = self._room(total)
        with self._computing(stopped):
            progress = PrefillStep(0, total, 0)
            for progress in self._context.compute(segments, question=True):
                yield progress
            most = min(max_tokens, room)
            answer = self._sample(most, MAIN, total, progress.done == total)
            usage = Usage(total, progress.done - progress.reused, progress.reused, 0, 0.0)
            yield from _counted(answer, usage, most)

    def _weigh(self, tokens: PassagePromptTokens) -> list[float]:
        """Decode the question in every passage's sequence; empty when stopped."""
        first = tokens.question_begins - 1  # this token's output predicts the question's first word
        parts = [
            BatchEntry(tokens.question, len(tokens.fixed) + len(passage), FIRST_PASSAGE + number, first)
            for number, passage in enumerate(tokens.passages)
        ]
        if not self.engine.decode(parts):
            return []
        asked = tokens.question[first + 1 :]
        rows = self.engine.logits().reshape(len(parts), len(asked) + 1, -1)
        return [log_likelihood(part[:-1], asked) for part in rows]

    def _sample(self, max_tokens: int, sequence: int, position: int, ready: bool) -> Iterator[str]:
        """The text of each new token; empty while a character is incomplete. Leaves MAIN as the prompt left it."""
        if not ready or self.engine.stopped():
            return
        engine = self.engine
        sampler = self.sampling.sampler(engine.llama, engine.vocabulary_size)
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        try:
            for offset in range(max_tokens):
                token = engine.sample(sampler)
                if engine.ends(token) or engine.stopped():
                    break
                yield decoder.decode(engine.piece(token))
                if not engine.decode([BatchEntry([token], position + offset, sequence, 0)]):
                    break
        finally:
            engine.llama.llama_sampler_free(sampler)

    def _room(self, tokens: int) -> int:
        if tokens >= self.context_tokens:
            raise PromptTooLong(f"{tokens:,} tokens in a context of {self.context_tokens:,}")
        return self.context_tokens - tokens

    @contextmanager
    def _computing(self, stopped: Callable[[], bool]) -> Iterator[None]:
        """The engine to oneself; it asks `stopped` many times a second."""
        with self._lock:
            self.engine.stopped = stopped
            try:
                yield
            finally:
                self.engine.stopped = never

    def _prefill(self, segments: Sequence[Sequence[int]], stopped: Callable[[], bool]) -> bool:
        """Compute segments; False when they don't fit, or when stopped before they were all there."""
        if sum(map(len, segments)) >= self.context_tokens:
            return False
        with self._computing(stopped):
            if stopped():
                return False
            *_, progress = self._context.compute(segments)
        return progress.done == progress.total


def _counted(answer: Iterator[str], usage: Usage, most: int) -> Iterator[Piece | Usage]:
    """The pieces of an answer of `most` tokens, then `usage` with their number and time."""
    generated, started = 0, time.perf_counter()
    for text in answer:
        generated += 1
        if text:
            yield Piece(text)
    seconds = time.perf_counter() - started
    yield replace(usage, generated_tokens=generated, decode_seconds=seconds, truncated=generated >= most)

"""What an engine's sequences hold, and making them hold a prompt at the least cost.

A prompt is a row of segments, each computed in pieces of its own. So a segment's keys and values are the same to
the bit whether they were just computed, are still there from the last prompt, or come from the context cache.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lamplight.errors import WeightsError
from lamplight.models.context_cache import ContextCache, segment_key
from lamplight.models.engine import SEQUENCES, BatchEntry, Engine
from lamplight.models.llama_build import build

PREFILL_PIECE = 128  # tokens between two progress reports, and the grain of what is reused
MAIN, SCRATCH, FIRST_PASSAGE = 0, 1, 2  # sequences
MOST_PASSAGES = SEQUENCES - FIRST_PASSAGE


@dataclass(frozen=True, slots=True)
class PrefillStep:
    """`done` of `total` prompt tokens are in the cache, `reused` of them without being computed now."""

    done: int
    total: int
    reused: int


class Context:
    """One engine's sequences. Not to be used by two threads at once."""

    def __init__(self, engine: Engine, cache: ContextCache | None, checksum: str) -> None:
        """Nothing is remembered without a `cache`; `checksum` is the sha256 of the model's file."""
        self._engine = engine
        self._cache = cache
        # All that a state depends on besides its tokens. Keys and values are f16, flash attention is off; the rotation
        # of quantised caches has a switch in the environment.
        setting = f"{checksum} f16 no flash {build()} {os.environ.get('LLAMA_ATTN_ROT_DISABLE', '')}"
        self._root = segment_key(setting.encode(), [])
        self._held: list[list[int]] = []  # by MAIN, segment after segment

    def compute(self, segments: Sequence[Sequence[int]], question: bool = False) -> Iterator[PrefillStep]:
        """Make MAIN hold exactly the segments and no other sequence anything.

        With `question`, the last segment is not remembered and its last token has logits. The last report has
        `done` below `total` when it was stopped. Remembers what it computes.
        """
        kept = len(segments) - 1 if question else len(segments)
        self._keep_common(segments, kept)
        keys = self.keys(segments)
        if all(len(held) == len(segment) for held, segment in zip(self._held, segments, strict=False)):
            while len(self._held) < kept and self._load(keys[len(self._held)], segments[len(self._held)]):
                pass
        done = reused = sum(map(len, self._held))
        total = sum(map(len, segments))
        yield PrefillStep(done, total, reused)
        while done < total:
            number = len(self._held)
            if number and len(self._held[-1]) < len(segments[number - 1]):
                number -= 1
            else:
                self._held.append([])
            start = len(self._held[number])
            piece = segments[number][start : start + PREFILL_PIECE]
            with_logits = question and done + len(piece) == total
            if not self._engine.decode([BatchEntry(piece, done, MAIN, len(piece) - 1 if with_logits else None)]):
                self._held = [held for held in self._held if held]
                return
            self._held[number].extend(piece)
            done += len(piece)
            if number < kept and len(self._held[number]) == len(segments[number]):
                self._remember(keys[number], done - len(segments[number]), done)
            yield PrefillStep(done, total, reused)

    def place(self, fixed: Sequence[int], passages: Sequence[Sequence[int]]) -> Iterator[PrefillStep]:
        """Put each passage behind `fixed` into a sequence of its own, from `FIRST_PASSAGE` on.

        What is not remembered is computed first, alone, as it always is.
        """
        total = len(fixed) + sum(map(len, passages))
        keys = [self.keys([fixed, passage])[1] for passage in passages]
        states = [self._cache.get(key) if self._cache else None for key in keys]
        known = sum(len(passage) for passage, state in zip(passages, states, strict=True) if state is not None)
        computed: set[int] = set()
        for progress in self.compute([fixed]):
            reused = progress.reused + known
            done = progress.done + known
            yield PrefillStep(done, total, reused)
        for number, passage in enumerate(passages):
            if states[number] is None and done >= len(fixed) + known:
                before = done
                for progress in self.compute([fixed, passage]):
                    done = before + max(0, progress.done - len(fixed))
                    yield PrefillStep(done, total, reused)
                if progress.done < progress.total:
                    return
                states[number] = self._state(len(fixed), progress.total)
                computed.add(number)
        if done < total:
            return
        for _ in self.compute([fixed]):
            pass
        for number, state in enumerate(states):
            if state is None or not self._engine.load(state, FIRST_PASSAGE + number):
                self._refused(keys[number], number in computed)
                yield from self.place(fixed, passages)
                return
            self._engine.copy(MAIN, FIRST_PASSAGE + number)

    def clear(self) -> None:
        """Empty all sequences; what the context cache remembers stays."""
        self._engine.clear()
        self._held = []

    def keys(self, segments: Sequence[Sequence[int]]) -> list[bytes]:
        """The context cache's key of each segment behind those before it."""
        keys, key = [], self._root
        for segment in segments:
            key = segment_key(key, segment)
            keys.append(key)
        return keys

    def remembers(self, segments: Sequence[Sequence[int]]) -> bool:
        """Whether the last segment is remembered behind the others."""
        return self._cache is not None and self._cache.holds(self.keys(segments)[-1])

    def _keep_common(self, segments: Sequence[Sequence[int]], kept: int) -> None:
        """Drop what MAIN holds beyond the segments' beginning, and all other sequences.

        Whole pieces only: the rest is then computed in the same batches as without a cache. (A last token
        decoded alone rounds differently, enough to change a small model's answer.)
        """
        common: list[list[int]] = []
        for number, (held, segment) in enumerate(zip(self._held, segments, strict=False)):
            wanted = list(segment) if number < kept else list(segment[:-1])
            if held == wanted and number < kept:
                common.append(held)
                continue
            length = _common_length(held, wanted)
            length -= length % PREFILL_PIECE
            if length:
                common.append(held[:length])
            break
        length = sum(map(len, common))
        for sequence in range(1, SEQUENCES):
            self._engine.remove(sequence)
        if not length or not self._engine.remove(MAIN, length):
            self._engine.clear()  # also when the cache can't forget a part
            common = []
        self._held = common

    def _load(self, key: bytes, segment: Sequence[int]) -> bool:
        """Append a remembered segment to MAIN."""
        state = None if self._cache is None else self._cache.get(key)
        if state is None:
            return False
        if not self._engine.load(state, SCRATCH):
            self._refused(key, False)
            return False
        self._engine.copy(SCRATCH, MAIN)
        self._engine.remove(SCRATCH)
        self._held.append(list(segment))
        return True

    def _refused(self, key: bytes, computed: bool) -> None:
        """Forget a state that llama.cpp does not take, so that it is computed anew."""
        if self._cache is None or computed:
            raise WeightsError("The language model refuses what it has just computed; restart Lamplight.")
        self._cache.discard(key)

    def _remember(self, key: bytes, start: int, stop: int) -> None:
        if self._cache is not None and not self._cache.holds(key):
            self._cache.put(key, self._state(start, stop))

    def _state(self, start: int, stop: int) -> bytes:
        """What MAIN holds from position `start` to `stop`."""
        self._engine.copy(MAIN, SCRATCH)
        self._engine.remove(SCRATCH, 0, start)
        self._engine.remove(SCRATCH, stop)
        state = self._engine.save(SCRATCH)
        self._engine.remove(SCRATCH)
        return state


def _common_length(ours: Sequence[int], theirs: Sequence[int]) -> int:
    for number, (one, other) in enumerate(zip(ours, theirs, strict=False)):
        if one != other:
            return number
    return min(len(ours), len(theirs))

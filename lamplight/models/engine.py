"""llama.cpp's C interface: one model, one context, many sequences that share one cache of keys and values.

Only mechanics: what is computed, in which sequence and at which position, is decided by the language model above.
"""

from __future__ import annotations

import ctypes
import time
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from lamplight.errors import WeightsError
from lamplight.models.contention import Contention
from lamplight.models.llama_build import load_llama
from lamplight.models.metadata import cache_bytes_per_token, embedded_parameters, file_type
from lamplight.models.processor import physical_cores
from lamplight.models.sampling import Sampling, recommended

CONTEXT_TOKENS = 4096  # 92 MB of f16 cache for SmolLM2-135M; passages are packed to fit
BATCH_TOKENS = 2048  # of one decode call: a question in twenty sequences fits
SEQUENCES = 32  # the prompt's own, one scratch, the rest for passages
ABORTED = 2  # llama_decode's return code after the abort callback asked to stop

Logits: TypeAlias = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class BatchEntry:
    """Tokens of one sequence for a batch; logits are wanted from the token at `outputs_from` (None: nowhere)."""

    tokens: Sequence[int]
    position: int
    sequence: int
    outputs_from: int | None = None


@dataclass(frozen=True, slots=True)
class Threads:
    """How many threads compute the prompt, and how many a single token."""

    prefill: int
    decode: int


def default_threads() -> Threads:
    """Every physical core for the prompt; one fewer for single tokens, until it is measured whether that is best."""
    cores = physical_cores()
    return Threads(prefill=cores, decode=max(1, cores - 1))


class Engine:
    """`stopped` is asked many times a second from inside a computation; set it before one.

    `close` frees the weights and the cache at once instead of when the object is collected.
    """

    def __init__(self, path: Path, name: str, threads: Threads | None = None, context_tokens: int = 0) -> None:
        """Raises `WeightsError` when the file can't be loaded or memory is short."""
        self.llama = llama = load_llama()
        self.name = name
        self.stopped: Callable[[], bool] = never
        self._contention = Contention()
        self._model = llama.llama_model_load_from_file(str(path).encode(), llama.llama_model_default_params())
        if not self._model:
            raise WeightsError(f"{name} can't be loaded from {path}; reinstall it or choose another.")
        self.vocabulary = llama.llama_model_get_vocab(self._model)
        self.vocabulary_size = int(llama.llama_vocab_n_tokens(self.vocabulary))
        trained = int(llama.llama_model_n_ctx_train(self._model))
        self.context_tokens = context_tokens or min(CONTEXT_TOKENS, trained)
        self._threads = threads or default_threads()
        self._open_context(self._threads)
        self._batch = llama.llama_batch_init(BATCH_TOKENS, 0, 1)
        self._outputs = 0
        # Freed when nobody holds the object any more, so that a model can be replaced while it answers.
        self.close = weakref.finalize(self, _free, llama, self._batch, self.context, self._model)
        self.close.atexit = False  # a thread may still be computing then, and the process frees all anyhow

    def _open_context(self, threads: Threads) -> None:
        llama = self.llama
        parameters = llama.llama_context_default_params()
        parameters.n_ctx = self.context_tokens
        parameters.n_batch = BATCH_TOKENS
        parameters.n_threads, parameters.n_threads_batch = threads.decode, threads.prefill
        parameters.n_seq_max, parameters.kv_unified = SEQUENCES, True
        # Flash attention is twice as slow for the few tokens of a question behind a long context (129 ms against 71
        # over 1,400 tokens), and whole prompts are not slower without: docs/context-cache.md.
        parameters.flash_attn_type = llama.LLAMA_FLASH_ATTN_TYPE_DISABLED
        this = weakref.ref(self)  # a callback that held the engine would keep it from ever being freed
        self._abort = llama.ggml_abort_callback(lambda data: bool((engine := this()) and engine.stopped()))
        parameters.abort_callback = self._abort
        self.context = llama.llama_init_from_model(self._model, parameters)
        if not self.context:
            llama.llama_model_free(self._model)
            raise WeightsError(f"{self.name} needs more memory than is free; close something and try again.")
        self._memory = llama.llama_get_memory(self.context)

    def use_threads(self, threads: Threads) -> None:
        """At most as many, from the next `decode` on."""
        self._threads = threads

    @property
    def parameters(self) -> int:
        """How many weights the model has."""
        return int(self.llama.llama_model_n_params(self._model))

    @property
    def embedded(self) -> float:
        """How many of them are the table of words."""
        return embedded_parameters(self.llama, self._model)

    @property
    def file_type(self) -> int:
        """llama.cpp's number for the type of most weights, -1 when the file doesn't say."""
        return file_type(self.llama, self._model)

    @property
    def cache_bytes_per_token(self) -> int:
        """What one token of context takes, in memory and remembered on disk."""
        return cache_bytes_per_token(self.llama, self._model)

    @property
    def weight_bytes(self) -> int:
        """How much memory the weights take; writing a token reads nearly all of them."""
        return int(self.llama.llama_model_size(self._model))

    @property
    def separable(self) -> bool:
        """Whether part of a sequence can be kept by itself: not with a recurrent state or a sliding window."""
        llama = self.llama
        recurrent = llama.llama_model_is_recurrent(self._model) or llama.llama_model_is_hybrid(self._model)
        window = 0 < llama.llama_model_n_swa(self._model) < self.context_tokens
        return not recurrent and not window and bool(llama.llama_memory_can_shift(self._memory))

    def sampling(self, otherwise: Sampling) -> Sampling:
        """As the model's makers recommend in the file."""
        return recommended(self.llama, self._model, otherwise)

    @property
    def chat_template(self) -> str | None:
        """In Jinja, as the file has it; None when it has none."""
        template = self.llama.llama_model_chat_template(self._model, None)
        return template.decode() if template else None

    def tokens(self, text: str, special: bool = False) -> list[int]:
        """`special`: control tokens written out in `text` become those tokens."""
        raw = text.encode()
        tokens = (self.llama.llama_token * (len(raw) + 16))()
        count = self.llama.llama_tokenize(self.vocabulary, raw, len(raw), tokens, len(tokens), False, special)
        return list(tokens[:count])

    def piece(self, token: int, special: bool = False) -> bytes:
        """A token's bytes; they may be part of a character."""
        buffer = ctypes.create_string_buffer(256)
        size = self.llama.llama_token_to_piece(self.vocabulary, token, buffer, 256, 0, special)
        return buffer.raw[: max(0, size)]

    def ends(self, token: int) -> bool:
        """Whether the model says with `token` that its answer is complete."""
        return bool(self.llama.llama_vocab_is_eog(self.vocabulary, token))

    def decode(self, parts: Sequence[BatchEntry]) -> bool:
        """Compute up to `BATCH_TOKENS` tokens in one batch; each part must start right after its sequence's end.

        False when stopped; what the batch had added by then is removed. Raises `WeightsError`.
        """
        batch, count, outputs = self._batch, 0, 0
        token, pos, sequences, ids, logits = batch.token, batch.pos, batch.n_seq_id, batch.seq_id, batch.logits
        for part in parts:
            first = len(part.tokens) if part.outputs_from is None else part.outputs_from
            outputs += len(part.tokens) - first
            for offset, value in enumerate(part.tokens):
                token[count], pos[count], sequences[count] = value, part.position + offset, 1
                ids[count][0] = part.sequence
                logits[count] = offset >= first
                count += 1
        batch.n_tokens = count
        code = self._compute(batch)
        if code == 0:
            self._outputs = outputs
            return True
        for part in parts:
            self.remove(part.sequence, part.position)
        if code == ABORTED:
            return False
        raise WeightsError(f"{self.name} could not go on (llama.cpp code {code}); ask again.")

    def _compute(self, batch: Any) -> int:
        """`llama_decode` on as many threads as find a core; how many has no influence on what is computed."""
        threads = self._threads.decode if batch.n_tokens == 1 else self._threads.prefill
        fitting = self._contention.fitting(threads)
        self.llama.llama_set_n_threads(self.context, fitting, fitting)
        started, processor_started = time.perf_counter(), time.process_time()
        code = int(self.llama.llama_decode(self.context, batch))
        if fitting == threads:
            seconds, processor_seconds = time.perf_counter() - started, time.process_time() - processor_started
            self._contention.observe(seconds, processor_seconds, threads)
        return code

    def logits(self) -> Logits:
        """(outputs of the last batch, vocabulary) float32, in the order they were asked for.

        A view of llama.cpp's own buffer: it changes with the next `decode`.
        """
        pointer = self.llama.llama_get_logits(self.context)
        return np.ctypeslib.as_array(pointer, shape=(self._outputs, self.vocabulary_size))

    def last_logits(self) -> Logits:
        """(vocabulary) float32 of the last output; a view like `logits`."""
        pointer = self.llama.llama_get_logits_ith(self.context, -1)
        return np.ctypeslib.as_array(pointer, shape=(self.vocabulary_size,))

    def sample(self, sampler: Any) -> int:
        """The next token after the last output of the last batch."""
        return int(self.llama.llama_sampler_sample(sampler, self.context, -1))

    def save(self, sequence: int) -> bytes:
        """A copy of a sequence's keys and values with their positions."""
        llama = self.llama
        size = llama.llama_state_seq_get_size(self.context, sequence)
        buffer = bytearray(size)
        target = (ctypes.c_uint8 * size).from_buffer(buffer)
        written = llama.llama_state_seq_get_data(self.context, target, size, sequence)
        return bytes(memoryview(buffer)[:written])

    def load(self, state: bytes, sequence: int) -> bool:
        """Replace a sequence by a saved one. False, with the sequence empty, when llama.cpp refuses the state."""
        source = ctypes.cast(ctypes.c_char_p(state), ctypes.POINTER(ctypes.c_uint8))
        read = self.llama.llama_state_seq_set_data(self.context, source, len(state), sequence)
        if read == len(state):
            return True
        self.remove(sequence)
        return False

    def copy(self, source: int, target: int, stop: int = -1) -> None:
        """Let `target` share the cells of `source` before position `stop`; nothing is computed or moved."""
        self.llama.llama_memory_seq_cp(self._memory, source, target, -1, stop)

    def remove(self, sequence: int, start: int = -1, stop: int = -1) -> bool:
        """Forget a sequence's positions from `start` to `stop`. False when the model can't forget a part."""
        return bool(self.llama.llama_memory_seq_rm(self._memory, sequence, start, stop))

    def clear(self) -> None:
        """Empty all sequences; their keys and values are wiped from memory, too."""
        self.llama.llama_memory_clear(self._memory, True)


def log_likelihood(logits: Logits, tokens: Sequence[int]) -> float:
    """Sum of the natural logarithms of the probabilities that each row of `logits` gives its token."""
    largest = logits.max(axis=1)
    normaliser = largest + np.log(np.exp(logits - largest[:, None]).sum(axis=1))
    return float((logits[np.arange(len(tokens)), list(tokens)] - normaliser).sum())


def _free(llama: Any, batch: Any, context: Any, model: Any) -> None:
    llama.llama_batch_free(batch)
    llama.llama_free(context)
    llama.llama_model_free(model)


def never() -> bool:
    """For `stopped`, where nothing has to give way."""
    return False

"""A quantized language model on the CPU, straight on llama.cpp's C interface.

The high-level `llama_cpp.Llama` hides what a person on a laptop waits for: how far the prefill is, and how
to stop it. Here the prompt is computed in pieces that report progress, what the last prompt had in
common is not computed again, and a stop takes effect inside a piece.
"""

from __future__ import annotations

import codecs
import ctypes
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from models.errors import WeightsError
from models.processor import physical_cores

CONTEXT_TOKENS = 4096  # 92 MB of f16 cache for SmolLM2-135M; passages are packed to fit
PREFILL_PIECE = 128  # tokens between two progress reports, and the grain of what is reused
REPEAT_WINDOW = 64
REPEAT_PENALTY = 1.1  # llama.cpp's long-standing default: small models loop without it
ABORTED = 2  # llama_decode's return code after the abort callback asked to stop


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message of a prompt, before the model's own chat template is applied."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Prefill:
    """`done` of `total` prompt tokens are in the cache, `reused` of them from the last prompt."""

    done: int
    total: int
    reused: int


@dataclass(frozen=True, slots=True)
class Piece:
    """Some text of the answer: one token, or several when one alone is not a whole character."""

    text: str


@dataclass(frozen=True, slots=True)
class Usage:
    """The last event of a generation; seconds are wall time."""

    prompt_tokens: int
    prefilled_tokens: int
    reused_tokens: int
    generated_tokens: int
    decode_seconds: float


class LanguageModel:
    """One model, one context, one answer at a time. `name` is what people are shown."""

    def __init__(self, path: Path, name: str, threads: int | None = None) -> None:
        import llama_cpp

        self.name = name
        self.context_tokens = CONTEXT_TOKENS
        self._llama: Any = llama_cpp
        self._turn = threading.Lock()
        self._stopped: Callable[[], bool] = _never
        self._cached: list[int] = []
        self._open(path, threads or default_threads())
        self._control_texts = self._find_control_texts()
        self._template = self._chat_template()

    def _open(self, path: Path, threads: int) -> None:
        llama = self._llama
        llama.llama_backend_init()
        self._quiet = llama.llama_log_callback(lambda level, text, data: None)
        llama.llama_log_set(self._quiet, ctypes.c_void_p(0))
        self._model = llama.llama_model_load_from_file(str(path).encode(), llama.llama_model_default_params())
        if not self._model:
            raise WeightsError(f"{self.name} can't be loaded from {path}; reinstall it or choose another.")
        self._vocabulary = llama.llama_model_get_vocab(self._model)
        parameters = llama.llama_context_default_params()
        parameters.n_ctx = self.context_tokens
        parameters.n_batch = parameters.n_ubatch = PREFILL_PIECE
        parameters.n_threads = parameters.n_threads_batch = threads
        parameters.flash_attn_type = llama.LLAMA_FLASH_ATTN_TYPE_ENABLED
        self._abort = llama.ggml_abort_callback(lambda data: self._stopped())
        parameters.abort_callback = self._abort
        self._context = llama.llama_init_from_model(self._model, parameters)
        if not self._context:
            raise WeightsError(f"{self.name} needs more memory than is free; close something and try again.")
        self._memory = llama.llama_get_memory(self._context)

    def close(self) -> None:
        """Free the weights and the cache; the object is of no use afterwards."""
        with self._turn:
            self._llama.llama_free(self._context)
            self._llama.llama_model_free(self._model)

    def count_tokens(self, text: str) -> int:
        return len(self._tokens(text))

    def generate(
        self, messages: Sequence[ChatMessage], max_tokens: int, stopped: Callable[[], bool]
    ) -> Iterator[Prefill | Piece | Usage]:
        """Greedy decoding of an answer; the last event is `Usage`, also after
        `stopped`, which is asked many times a second from inside the computation, said so.

        Raises `ValueError` when the prompt leaves no room for an answer in `context_tokens`.
        """
        prompt = self._tokens(self._render(messages), special=True)
        if len(prompt) >= self.context_tokens:
            raise ValueError(f"prompt of {len(prompt)} tokens in a context of {self.context_tokens}")
        with self._turn:
            self._stopped = stopped
            try:
                yield from self._generate(prompt, min(max_tokens, self.context_tokens - len(prompt)))
            finally:
                self._stopped = _never

    def _generate(self, prompt: list[int], max_tokens: int) -> Iterator[Prefill | Piece | Usage]:
        reused = self._keep_common_prefix(prompt)
        generated, started = 0, time.perf_counter()
        yield Prefill(reused, len(prompt), reused)
        for start in range(reused, len(prompt), PREFILL_PIECE):
            if not self._decode(prompt[start : start + PREFILL_PIECE]):
                break
            yield Prefill(len(self._cached), len(prompt), reused)
        prefilled = len(self._cached) - reused
        if not self._stopped():
            started = time.perf_counter()
            for text in self._sample(max_tokens):
                generated += 1
                if text:
                    yield Piece(text)
        yield Usage(len(prompt), prefilled, reused, generated, time.perf_counter() - started)

    def _sample(self, max_tokens: int) -> Iterator[str]:
        """The text of each new token; empty while a character is incomplete."""
        llama = self._llama
        sampler = llama.llama_sampler_chain_init(llama.llama_sampler_chain_default_params())
        size = llama.llama_vocab_n_tokens(self._vocabulary)
        penalties = llama.llama_sampler_init_penalties(size, REPEAT_WINDOW, REPEAT_PENALTY, 0.0, 0.0)
        llama.llama_sampler_chain_add(sampler, penalties)
        llama.llama_sampler_chain_add(sampler, llama.llama_sampler_init_greedy())
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        try:
            for _ in range(max_tokens):
                token = llama.llama_sampler_sample(sampler, self._context, -1)
                if llama.llama_vocab_is_eog(self._vocabulary, token) or self._stopped():
                    break
                yield decoder.decode(self._piece(token))
                if not self._decode([token]):
                    break
        finally:
            llama.llama_sampler_free(sampler)

    def _keep_common_prefix(self, prompt: list[int]) -> int:
        """Drop what the cache holds beyond the prompt's beginning, and say how much is left.

        Whole pieces only: the rest is then computed in the same batches as without a cache, and the answer
        is the same to the bit. (A last token decoded alone rounds differently, enough to change a small
        model's answer.)
        """
        common = 0
        for ours, theirs in zip(self._cached, prompt[:-1], strict=False):
            if ours != theirs:
                break
            common += 1
        common -= common % PREFILL_PIECE
        self._truncate(common)
        return common

    def _truncate(self, length: int) -> None:
        del self._cached[length:]
        if not self._llama.llama_memory_seq_rm(self._memory, 0, length, -1):
            self._llama.llama_memory_clear(self._memory, True)  # a cache that can't forget a part
            self._cached.clear()

    def _decode(self, tokens: list[int]) -> bool:
        """Append tokens to the cache. False when stopped, and then the cache is as before."""
        array = (self._llama.llama_token * len(tokens))(*tokens)
        code = self._llama.llama_decode(self._context, self._llama.llama_batch_get_one(array, len(tokens)))
        if code == 0:
            self._cached.extend(tokens)
            return True
        self._truncate(len(self._cached))
        if code == ABORTED:
            return False
        raise WeightsError(f"{self.name} could not go on (llama.cpp code {code}); ask again.")

    def _tokens(self, text: str, special: bool = False) -> list[int]:
        raw = text.encode()
        tokens = (self._llama.llama_token * (len(raw) + 16))()
        count = self._llama.llama_tokenize(self._vocabulary, raw, len(raw), tokens, len(tokens), False, special)
        return list(tokens[:count])

    def _piece(self, token: int, special: bool = False) -> bytes:
        buffer = ctypes.create_string_buffer(256)
        size = self._llama.llama_token_to_piece(self._vocabulary, token, buffer, 256, 0, special)
        return buffer.raw[: max(0, size)]

    def _render(self, messages: Sequence[ChatMessage]) -> str:
        """The prompt in the model's own format. Text can't forge a turn: control tokens are broken up."""
        plain = []
        for message in messages:
            content = message.content
            for text in self._control_texts:
                content = content.replace(text, f"{text[0]} {text[1:]}")
            plain.append({"role": message.role, "content": content})
        return str(self._template(messages=plain).prompt)

    def _find_control_texts(self) -> list[str]:
        llama, vocabulary = self._llama, self._vocabulary
        texts = [
            self._piece(token, special=True).decode("utf-8", "ignore")
            for token in range(llama.llama_vocab_n_tokens(vocabulary))
            if llama.llama_vocab_is_control(vocabulary, token)
        ]
        return [text for text in texts if len(text) > 1]

    def _chat_template(self) -> Any:
        from llama_cpp.llama_chat_format import Jinja2ChatFormatter

        llama, vocabulary = self._llama, self._vocabulary
        template = llama.llama_model_chat_template(self._model, None)
        if not template:
            raise WeightsError(f"{self.name} has no chat template; choose an instruction-tuned model.")
        end, begin = llama.llama_vocab_eos(vocabulary), llama.llama_vocab_bos(vocabulary)
        return Jinja2ChatFormatter(
            template=template.decode(),
            eos_token=self._piece(end, special=True).decode(),
            bos_token=self._piece(begin, special=True).decode() if begin >= 0 else "",
            stop_token_ids=[end],
        )


def _never() -> bool:
    return False


def default_threads() -> int:
    """Physical cores, but one fewer from four on.

    ggml's threads spin: with every core taken, one other busy process costs a multiple.
    """
    cores = physical_cores()
    return cores - 1 if cores >= 4 else cores

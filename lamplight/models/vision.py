"""A vision model that says what a picture shows: a GGUF language model and its mmproj, through llama.cpp's libmtmd.

Works with whatever libmtmd reads (LLaVA, Qwen-VL, Gemma 3, SmolVLM, …); the prompt is in the model's own chat
template. libmtmd is called directly, as `llama_cpp`'s `MTMDChatHandler` does it, except that nothing is
redirected or printed and that it can be stopped.
"""

from __future__ import annotations

import codecs
import ctypes
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from lamplight.errors import WeightsError
from lamplight.models.engine import default_threads
from lamplight.models.folder import models_folder
from lamplight.models.llama_build import load_llama, quiet

CONTEXT_TOKENS = 4096
BATCH = 512  # tokens; pictures that are computed at once (Gemma 3: 256) have to fit
CAPTION_TOKENS = 96  # two or three sentences
LARGEST_SIDE = 768  # pixels; models of the Qwen kind make a token of every 28 or 32 pixels square
SMALLEST_SIDE = 32  # pixels; encoders refuse less than a patch or two
REPEAT_WINDOW, REPEAT_PENALTY = 64, 1.1  # as for answers: small models loop without


@dataclass(frozen=True, slots=True)
class VisionFiles:
    """A language model and the projector (`mmproj`) that shows it pictures."""

    model: Path
    projector: Path

    @property
    def name(self) -> str:
        """Of the language model's file, without its ending; captions are kept with it."""
        return self.model.stem


class MemoryShort(WeightsError):
    """A model can't be opened now; there may be more memory later."""


def find_vision(folder: Path | None = None) -> VisionFiles | None:
    """The first pair of a GGUF and an `mmproj` GGUF in one folder, in or below `folder` (default `models_folder()`).

    Where a folder holds several models, the one whose name begins most like the projector's belongs to it.
    """
    for projector in sorted((folder or models_folder()).rglob("*.gguf")):
        if "mmproj" not in projector.name.lower():
            continue
        models = [path for path in projector.parent.glob("*.gguf") if "mmproj" not in path.name.lower()]
        if models:
            return VisionFiles(max(sorted(models), key=lambda path: _common_start(path, projector)), projector)
    return None


def _common_start(model: Path, projector: Path) -> int:
    name = projector.stem.lower().replace("mmproj", "").strip("-_.")
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(model.stem.lower(), name, strict=False)))


class VisionModel:
    """One model, one picture at a time; safe to call from several threads. `name` is kept with its captions.

    `close` frees the weights at once instead of when the object is collected.
    """

    def __init__(self, files: VisionFiles) -> None:
        """Raises `WeightsError`, and `MemoryShort` when it is worth another try."""
        llama = load_llama()
        from llama_cpp import mtmd_cpp

        self.name = files.name
        self._llama: Any = llama
        self._mtmd: Any = mtmd_cpp
        self._lock = threading.Lock()
        self._stopped: Callable[[], bool] = _never
        with ExitStack() as parts:  # what was opened before something failed is freed
            self._open(files, parts)
            self._template = self._chat_template()
            self._free = weakref.finalize(self, parts.pop_all().close)
        self._free.atexit = False  # a thread may still be computing then, and the process frees all anyhow

    def _open(self, files: VisionFiles, parts: ExitStack) -> None:
        llama, mtmd = self._llama, self._mtmd
        llama.llama_backend_init()
        for silence in (llama.llama_log_set, mtmd.mtmd_log_set, mtmd.mtmd_helper_log_set):
            silence(quiet(llama), ctypes.c_void_p(0))
        self._model = llama.llama_model_load_from_file(str(files.model).encode(), llama.llama_model_default_params())
        if not self._model:
            raise WeightsError(
                f"{files.model.name} can't be loaded; fetch it again or remove it from {files.model.parent}."
            )
        parts.callback(llama.llama_model_free, self._model)
        self._vocabulary = llama.llama_model_get_vocab(self._model)
        parameters = llama.llama_context_default_params()
        parameters.n_ctx, parameters.n_batch, parameters.n_ubatch = CONTEXT_TOKENS, BATCH, BATCH
        threads = default_threads()
        parameters.n_threads, parameters.n_threads_batch = threads.decode, threads.prefill
        this = weakref.ref(self)  # a callback that held the model would keep it from ever being freed
        self._abort = llama.ggml_abort_callback(lambda data: bool((model := this()) and model._stopped()))
        parameters.abort_callback = self._abort
        self._context = llama.llama_init_from_model(self._model, parameters)
        if not self._context:
            raise MemoryShort(f"{self.name} needs more memory than is free; close something and try again.")
        parts.callback(llama.llama_free, self._context)
        pictures = mtmd.mtmd_context_params_default()
        pictures.use_gpu = pictures.print_timings = pictures.warmup = False
        pictures.n_threads = threads.prefill
        self._pictures = mtmd.mtmd_init_from_file(str(files.projector).encode(), self._model, pictures)
        if self._pictures:
            parts.callback(mtmd.mtmd_free, self._pictures)
        if not self._pictures or not mtmd.mtmd_support_vision(self._pictures):
            raise WeightsError(
                f"{files.projector.name} does not show pictures to {files.model.name}; "
                f"put a pair that belongs together into {files.projector.parent}."
            )

    def close(self) -> None:
        """Free the weights; the object is of no use afterwards."""
        with self._lock:
            self._free()

    def describe(self, picture: Image.Image, request: str, stopped: Callable[[], bool] = lambda: False) -> str:
        """What the model answers to `request` about an RGB picture; greedy, so always the same.

        What there is so far when `stopped`, which is asked from inside the computation, says so. Raises
        `WeightsError` when the model can't take the picture.
        """
        with self._lock, self._prompt(picture, request) as prompt:
            self._stopped = stopped
            try:
                self._llama.llama_memory_clear(self._llama.llama_get_memory(self._context), True)
                end = self._llama.llama_pos(0)
                code = self._mtmd.mtmd_helper_eval_chunks(
                    self._pictures, self._context, prompt, self._llama.llama_pos(0), 0, BATCH, True, ctypes.byref(end)
                )
                if code != 0 and not stopped():
                    raise WeightsError(f"{self.name} could not look at a picture (llama.cpp code {code}).")
                return "" if code else "".join(self._sample()).strip()
            finally:
                self._stopped = _never

    def count_tokens(self, picture: Image.Image, request: str) -> int:
        """How many tokens the prompt has, the picture's included."""
        with self._lock, self._prompt(picture, request) as prompt:
            return int(self._mtmd.mtmd_helper_get_n_tokens(prompt))

    @contextmanager
    def _prompt(self, picture: Image.Image, request: str) -> Iterator[Any]:
        """libmtmd's chunks of text and picture, freed afterwards."""
        mtmd = self._mtmd
        pixels = np.ascontiguousarray(_of_good_size(picture), np.uint8)
        pointer = pixels.ctypes.data_as(ctypes.POINTER(ctypes.c_uint8))
        bitmap = mtmd.mtmd_bitmap_init(pixels.shape[1], pixels.shape[0], pointer)
        chunks = mtmd.mtmd_input_chunks_init()
        try:
            text = self._render(request).encode()
            given = mtmd.mtmd_input_text(text=text, text_len=len(text), add_special=True, parse_special=True)
            bitmaps = (mtmd.mtmd_bitmap_p_ctypes * 1)(bitmap)
            if mtmd.mtmd_tokenize(self._pictures, chunks, ctypes.byref(given), bitmaps, 1) != 0:
                raise WeightsError(f"{self.name} can't take this picture; choose another vision model.")
            yield chunks
        finally:
            mtmd.mtmd_input_chunks_free(chunks)
            mtmd.mtmd_bitmap_free(bitmap)

    def _render(self, request: str) -> str:
        """The prompt with libmtmd's mark where the picture goes."""
        mark = self._mtmd.mtmd_default_marker().decode()
        parts = [{"type": "text", "text": mark}, {"type": "text", "text": request}]
        try:
            prompt = str(self._template(messages=[{"role": "user", "content": parts}]).prompt)
            if prompt.count(mark) == 1:
                return prompt
        except TypeError:  # a template for plain text only
            pass
        return str(self._template(messages=[{"role": "user", "content": f"{mark}\n{request}"}]).prompt)

    def _sample(self) -> Iterator[str]:
        llama = self._llama
        sampler = llama.llama_sampler_chain_init(llama.llama_sampler_chain_default_params())
        size = llama.llama_vocab_n_tokens(self._vocabulary)
        penalties = llama.llama_sampler_init_penalties(size, REPEAT_WINDOW, REPEAT_PENALTY, 0.0, 0.0)
        llama.llama_sampler_chain_add(sampler, penalties)
        llama.llama_sampler_chain_add(sampler, llama.llama_sampler_init_greedy())
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        try:
            for _ in range(CAPTION_TOKENS):
                token = llama.llama_sampler_sample(sampler, self._context, -1)
                if llama.llama_vocab_is_eog(self._vocabulary, token) or self._stopped():
                    break
                yield decoder.decode(self._piece(token))
                if llama.llama_decode(self._context, self._batch([token])) != 0:
                    break
        finally:
            llama.llama_sampler_free(sampler)

    def _batch(self, tokens: Sequence[int]) -> Any:
        self._last = (self._llama.llama_token * len(tokens))(*tokens)  # kept alive while it is decoded
        return self._llama.llama_batch_get_one(self._last, len(tokens))

    def _piece(self, token: int, special: bool = False) -> bytes:
        buffer = ctypes.create_string_buffer(256)
        size = self._llama.llama_token_to_piece(self._vocabulary, token, buffer, 256, 0, special)
        return buffer.raw[: max(0, size)]

    def _chat_template(self) -> Any:
        from llama_cpp.llama_chat_format import Jinja2ChatFormatter

        llama, vocabulary = self._llama, self._vocabulary
        template = llama.llama_model_chat_template(self._model, None)
        if not template:
            raise WeightsError(f"{self.name} has no chat template; choose an instruction-tuned vision model.")
        end = llama.llama_vocab_eos(vocabulary)
        # No beginning-of-text: libmtmd adds it.
        return Jinja2ChatFormatter(
            template=template.decode(),
            eos_token=self._piece(end, special=True).decode(),
            bos_token="",
            stop_token_ids=[end],
        )


def _of_good_size(picture: Image.Image) -> Image.Image:
    """RGB between `SMALLEST_SIDE` and `LARGEST_SIDE`."""
    scale = min(1.0, LARGEST_SIDE / max(picture.size))
    width, height = (max(SMALLEST_SIDE, round(side * scale)) for side in picture.size)
    return picture.convert("RGB").resize((width, height), Image.Resampling.LANCZOS)


def _never() -> bool:
    return False

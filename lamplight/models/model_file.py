"""What a GGUF file says of itself, without loading its weights."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from lamplight.models.engine import load_llama
from lamplight.models.errors import WeightsError

MAGIC = b"GGUF"
CACHE_BYTES_PER_VALUE = 2  # keys and values are kept in f16
LONGEST_VALUE = 256  # characters of a number or a name


@dataclass(frozen=True, slots=True)
class ModelFile:
    """`size` in bytes; `cache_bytes_per_token` is what one token of context takes in memory.

    `file_type` is llama.cpp's number for the type of most weights (`llama_ftype`), -1 when the file doesn't say.
    """

    path: Path
    size: int
    parameters: float
    cache_bytes_per_token: int
    file_type: int


def read_model_file(path: Path) -> ModelFile:
    """Milliseconds. Raises `WeightsError`, in a sentence, when the file is none that could answer."""
    if not path.is_absolute():
        raise WeightsError(f"{path} is not the whole path of a file; begin at the root of the disk.")
    try:
        status = path.stat()
        with path.open("rb") as file:
            begins_well = file.read(len(MAGIC)) == MAGIC
    except FileNotFoundError as error:
        raise WeightsError(f"There is no file {path}; look at the path again.") from error
    except (OSError, ValueError) as error:  # ValueError: a null character in the path
        raise WeightsError(f"{path} can’t be read ({error}); choose a file you may read.") from error
    if not begins_well:
        raise WeightsError(f"{path.name} is not a GGUF file; choose a model in that format.")
    return _read(path, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=64)
def _read(path: Path, size: int, modified: int) -> ModelFile:
    llama = load_llama()
    parameters = llama.llama_model_default_params()
    parameters.vocab_only = True
    # The size of the file is in its tensors' places too: one that was cut off is refused here.
    model = llama.llama_model_load_from_file(str(path).encode(), parameters)
    if not model:
        raise WeightsError(
            f"{path.name} is damaged, or of a kind that can’t answer; choose another model or fetch it again."
        )
    try:
        if not llama.llama_model_chat_template(model, None):
            raise WeightsError(f"{path.name} has no chat template; choose an instruction-tuned model.")
        architecture = _text(llama, model, "general.architecture")
        return ModelFile(
            path,
            size,
            float(llama.llama_model_n_params(model)),
            _cache_bytes(llama, model, architecture),
            _number(llama, model, "general.file_type", -1),
        )
    finally:
        llama.llama_model_free(model)


def _cache_bytes(llama: Any, model: Any, architecture: str) -> int:
    """Layers × heads × values of a head, for keys and values.

    A number that differs from layer to layer is not told; the largest possible is taken then.
    """

    def number(key: str, default: int) -> int:
        return _number(llama, model, f"{architecture}.{key}", default)

    heads = max(1, number("attention.head_count", 1))
    width = number("attention.key_length", number("embedding_length", 0) // heads)
    return number("block_count", 0) * number("attention.head_count_kv", heads) * width * 2 * CACHE_BYTES_PER_VALUE


def _number(llama: Any, model: Any, key: str, default: int) -> int:
    text = _text(llama, model, key)
    return int(text) if text.isdecimal() else default


def _text(llama: Any, model: Any, key: str) -> str:
    buffer = ctypes.create_string_buffer(LONGEST_VALUE)
    found = llama.llama_model_meta_val_str(model, key.encode(), buffer, LONGEST_VALUE)
    return buffer.value.decode("utf-8", "replace") if found >= 0 else ""

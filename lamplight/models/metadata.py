"""What a model that llama.cpp has opened, with or without its weights, says of itself."""

from __future__ import annotations

import ctypes
from typing import Any

CACHE_BYTES_PER_VALUE = 2  # keys and values are kept in f16
LONGEST_VALUE = 256  # characters of a number or a name


def file_type(llama: Any, model: Any) -> int:
    """llama.cpp's number for the type of most weights (`llama_ftype`), -1 when the file doesn't say."""
    return _number(llama, model, "general.file_type", -1)


def embedded_parameters(llama: Any, model: Any) -> float:
    """Of the table of words, in which a token of a prompt is only looked up."""
    words = llama.llama_vocab_n_tokens(llama.llama_model_get_vocab(model))
    architecture = _text(llama, model, "general.architecture")
    return float(words * _number(llama, model, f"{architecture}.embedding_length", 0))


def cache_bytes_per_token(llama: Any, model: Any) -> int:
    """Layers × heads × values of a head, for keys and values.

    A number that differs from layer to layer is not told; the largest possible is taken then.
    """
    architecture = _text(llama, model, "general.architecture")

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

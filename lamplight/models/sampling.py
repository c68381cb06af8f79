"""How the next token is chosen: as a model's makers recommend, greedily where they say nothing."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Any

REPEAT_WINDOW = 64
REPEAT_PENALTY = 1.1  # llama.cpp's long-standing default: small models loop without it
SEED = 1  # always the same: a question asked again has the same answer
LONGEST_VALUE = 64  # characters of a number


@dataclass(frozen=True, slots=True)
class Sampling:
    """`temperature` 0 takes the likeliest token; `top_k` 0, `top_p` 1 and `min_p` 0 leave nothing out."""

    temperature: float = 0.0
    top_k: int = 0
    top_p: float = 1.0
    min_p: float = 0.0
    repeat_penalty: float = REPEAT_PENALTY

    def sampler(self, llama: Any, vocabulary_size: int) -> Any:
        """A chain of llama.cpp's, to be freed by whoever asked for it."""
        chain = llama.llama_sampler_chain_init(llama.llama_sampler_chain_default_params())
        steps = [llama.llama_sampler_init_penalties(vocabulary_size, REPEAT_WINDOW, self.repeat_penalty, 0.0, 0.0)]
        if self.temperature <= 0:
            steps.append(llama.llama_sampler_init_greedy())
        else:
            steps += [llama.llama_sampler_init_top_k(self.top_k)] if self.top_k > 0 else []
            steps += [llama.llama_sampler_init_top_p(self.top_p, 1)] if self.top_p < 1 else []
            steps += [llama.llama_sampler_init_min_p(self.min_p, 1)] if self.min_p > 0 else []
            steps += [llama.llama_sampler_init_temp(self.temperature), llama.llama_sampler_init_dist(SEED)]
        for step in steps:
            llama.llama_sampler_chain_add(chain, step)
        return chain


GREEDY = Sampling()


def recommended(llama: Any, model: Any, otherwise: Sampling = GREEDY) -> Sampling:
    """What a GGUF file says under `general.sampling`; `otherwise` where it names no temperature."""

    def number(key: int, default: float) -> float:
        name = llama.llama_model_meta_key_str(key)
        buffer = ctypes.create_string_buffer(LONGEST_VALUE)
        if not name or llama.llama_model_meta_val_str(model, name, buffer, LONGEST_VALUE) < 0:
            return default
        try:
            return float(buffer.value)
        except ValueError:
            return default

    temperature = number(llama.LLAMA_MODEL_META_KEY_SAMPLING_TEMP, -1.0)
    if temperature < 0:
        return otherwise
    return Sampling(
        temperature,
        int(number(llama.LLAMA_MODEL_META_KEY_SAMPLING_TOP_K, 0)),
        number(llama.LLAMA_MODEL_META_KEY_SAMPLING_TOP_P, 1.0),
        number(llama.LLAMA_MODEL_META_KEY_SAMPLING_MIN_P, 0.0),
        number(llama.LLAMA_MODEL_META_KEY_SAMPLING_PENALTY_REPEAT, REPEAT_PENALTY),
    )

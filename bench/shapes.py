"""Models with the true shapes of larger ones and random weights: `python -m bench.shapes [0.5B|1.5B|4B ...]`.

Their words mean nothing, but reading, writing, memory and remembered states cost what those of the real model do: how
long a multiplication takes doesn't depend on the numbers. Blocks of Q4_0 are drawn as they stand in a file instead of
being quantised. The tokenizer is that of the model that comes with Lamplight, filled up with unused tokens, as the
output layer is as large as the vocabulary. Files lie in the cache folder, made once: 0.35, 0.94 and 2.4 GB.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bench.measuring import progress
from lamplight.models.catalogue import LANGUAGE_MODEL
from lamplight.models.prepare import cache_folder

FOLDER = "shapes"
DEVIATION = 0.02  # of the weights: what they add stays small, so that nothing overflows
NIBBLE_DEVIATION = 4.61  # of a uniform number from -8 to 7
SIX_BITS_DEVIATION = 18.5  # from -32 to 31
SCALE = 32  # of the blocks in a block of Q6_K
SEED = 5
UNUSED = 5  # llama.cpp's number for tokens that stand for nothing
COPIED = ("model", "pre", "merges", "bos_token_id", "eos_token_id", "padding_token_id", "add_bos_token")
Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Shape:
    """From the published `config.json`. Input and output share the embedding, as in all of these."""

    name: str
    architecture: str
    layers: int
    hidden: int
    heads: int
    groups: int  # heads of keys and values
    head: int  # values of a head
    inner: int  # feed-forward
    vocabulary: int = 151_936
    context: int = 32_768


SHAPES = {
    "0.5B": Shape("Qwen2.5-0.5B", "qwen2", 24, 896, 14, 2, 64, 4_864),
    "1.5B": Shape("Qwen2.5-1.5B", "qwen2", 28, 1_536, 12, 2, 128, 8_960),
    "4B": Shape("Qwen3-4B", "qwen3", 36, 2_560, 32, 8, 128, 9_728),
}


def shape_file(size: str) -> Path:
    """The GGUF of one of `SHAPES`, written if it isn't there: seconds to a minute."""
    shape = SHAPES[size]
    path = cache_folder() / FOLDER / f"{shape.name}-shape-Q4_0.gguf"
    if not path.is_file():
        progress(f"writing {path}")
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        write(shape, part)
        part.replace(path)
    return path


def write(shape: Shape, path: Path) -> None:
    """The whole file. Layers share their random bytes, so that memory holds one of them."""
    from gguf import GGMLQuantizationType, GGUFWriter, LlamaFileType

    writer = GGUFWriter(path, shape.architecture)
    writer.add_name(f"{shape.name} (random weights)")
    writer.add_file_type(LlamaFileType.MOSTLY_Q4_0)
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.hidden)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.inner)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.groups)
    writer.add_key_length(shape.head)
    writer.add_value_length(shape.head)
    writer.add_rope_freq_base(1e6)
    writer.add_layer_norm_rms_eps(1e-6)
    _add_tokenizer(writer, shape.vocabulary)
    chance = np.random.default_rng(SEED)
    # As llama.cpp's quantiser does with an embedding that is the output layer too.
    wide = shape.hidden % 256 == 0
    table = GGMLQuantizationType.Q6_K if wide else GGMLQuantizationType.Q8_0
    draw = six_bits if wide else eight_bits
    writer.add_tensor("token_embd.weight", draw(shape.vocabulary, shape.hidden, chance), raw_dtype=table)
    writer.add_tensor("output_norm.weight", np.ones(shape.hidden, np.float32))
    layer = list(_layer(shape, chance))
    for number in range(shape.layers):
        for name, values, four_bit in layer:
            kind = GGMLQuantizationType.Q4_0 if four_bit else None
            writer.add_tensor(f"blk.{number}.{name}", values, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _layer(shape: Shape, chance: np.random.Generator) -> Iterator[tuple[str, Any, bool]]:
    """Name, values, and whether they are blocks of Q4_0."""
    queries, keys = shape.heads * shape.head, shape.groups * shape.head
    for name, rows, columns in (
        ("attn_q", queries, shape.hidden),
        ("attn_k", keys, shape.hidden),
        ("attn_v", keys, shape.hidden),
        ("attn_output", shape.hidden, queries),
        ("ffn_gate", shape.inner, shape.hidden),
        ("ffn_up", shape.inner, shape.hidden),
        ("ffn_down", shape.hidden, shape.inner),
    ):
        yield f"{name}.weight", four_bits(rows, columns, chance), True
    norms = {"attn_norm.weight": shape.hidden, "ffn_norm.weight": shape.hidden}
    if shape.architecture == "qwen3":
        norms |= {"attn_q_norm.weight": shape.head, "attn_k_norm.weight": shape.head}
    else:
        for name, size in (("attn_q", queries), ("attn_k", keys), ("attn_v", keys)):
            yield f"{name}.bias", np.zeros(size, np.float32), False
    for name, size in norms.items():
        yield name, np.ones(size, np.float32), False


def four_bits(rows: int, columns: int, chance: np.random.Generator) -> Bytes:
    """Blocks of Q4_0: a scale in f16 and 32 numbers of 4 bits. (rows, bytes of a row)."""
    blocks = chance.integers(256, size=(rows * columns // 32, 18), dtype=np.uint8)
    blocks[:, :2] = _half(DEVIATION / NIBBLE_DEVIATION)
    return blocks.reshape(rows, -1)


def eight_bits(rows: int, columns: int, chance: np.random.Generator) -> Bytes:
    """Blocks of Q8_0: a scale in f16 and 32 numbers of 8 bits."""
    blocks = chance.integers(256, size=(rows * columns // 32, 34), dtype=np.uint8)
    blocks[:, :2] = _half(DEVIATION / 74)  # the deviation of a uniform number from -128 to 127
    return blocks.reshape(rows, -1)


def six_bits(rows: int, columns: int, chance: np.random.Generator) -> Bytes:
    """Blocks of Q6_K: 256 numbers of 6 bits, a scale of 8 bits for each 16 of them, and one in f16 over all."""
    blocks = chance.integers(256, size=(rows * columns // 256, 210), dtype=np.uint8)
    blocks[:, 192:208] = SCALE
    blocks[:, 208:] = _half(DEVIATION / SIX_BITS_DEVIATION / SCALE)
    return blocks.reshape(rows, -1)


def _half(value: float) -> Bytes:
    return np.array([value], np.float16).view(np.uint8)


def _add_tokenizer(writer: Any, size: int) -> None:
    """That of the model that comes with Lamplight, with its chat template, filled up to `size` tokens."""
    from gguf import GGUFReader, GGUFValueType

    fields = GGUFReader(LANGUAGE_MODEL.verified_path()).fields
    tokens = list(fields["tokenizer.ggml.tokens"].contents())
    kinds = list(fields["tokenizer.ggml.token_type"].contents())
    missing = size - len(tokens)
    writer.add_token_list([*tokens, *(f"<|unused {number}|>" for number in range(missing))])
    writer.add_token_types([*kinds, *[UNUSED] * missing])
    for name in COPIED:
        field = fields.get(key := f"tokenizer.ggml.{name}")
        if field is not None:
            listed = field.types[0] == GGUFValueType.ARRAY
            kind, inner = (GGUFValueType.ARRAY, field.types[-1]) if listed else (field.types[0], None)
            writer.add_key_value(key, field.contents(), kind, inner)
    writer.add_chat_template(fields["tokenizer.chat_template"].contents())


if __name__ == "__main__":
    for asked in sys.argv[1:] or SHAPES:
        sys.stdout.write(f"{shape_file(asked)}\n")

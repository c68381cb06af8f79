"""A vision model small enough to build in a test: random weights in the real format.

A two-layer Llama that knows fourteen words, and a CLIP encoder with LLaVA's two-layer projector. What it says means
nothing, but pictures go through the same libmtmd and llama.cpp as with a model that was trained.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
from gguf import GGUFWriter, TokenType

Weights = Callable[..., npt.NDArray[np.float32]]

WORDS = ("a", "red", "blue", "house", "tree", "river", "bird", "stone", "cloud", "lamp", "door", "road", "field", "sea")
WIDTH, LAYERS, HEADS, INNER = 64, 2, 4, 128
CONTEXT = 2048
TEMPLATE = "{% for message in messages %}{% for part in message.content %}{{ part.text }}{% endfor %}{% endfor %}"
PICTURE, PATCH = 56, 14  # pixels: 4 × 4 patches make 16 image tokens
IMAGE_TOKENS = (PICTURE // PATCH) ** 2


def build(folder: Path) -> tuple[Path, Path]:
    """Write `tiny-vision.gguf` and `mmproj-tiny-vision.gguf`; returns both paths."""
    model, projector = folder / "tiny-vision.gguf", folder / "mmproj-tiny-vision.gguf"
    random = np.random.default_rng(20)

    def weights(*shape: int) -> npt.NDArray[np.float32]:
        return random.normal(0, 0.3, shape).astype(np.float32)

    _write_language_model(model, weights)
    _write_projector(projector, weights)
    return model, projector


def _write_language_model(path: Path, weights: Weights) -> None:
    writer = GGUFWriter(path, "llama")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    vocabulary = _write_vocabulary(writer)
    writer.add_tensor("token_embd.weight", weights(vocabulary, WIDTH))
    voice = weights(vocabulary, WIDTH)
    voice[: -len(WORDS)] *= 0.01  # it says words, not bytes
    writer.add_tensor("output.weight", voice)
    writer.add_tensor("output_norm.weight", np.ones(WIDTH, np.float32))
    for layer in range(LAYERS):
        writer.add_tensor(f"blk.{layer}.attn_norm.weight", np.ones(WIDTH, np.float32))
        writer.add_tensor(f"blk.{layer}.ffn_norm.weight", np.ones(WIDTH, np.float32))
        for part in ("attn_q", "attn_k", "attn_v", "attn_output"):
            writer.add_tensor(f"blk.{layer}.{part}.weight", weights(WIDTH, WIDTH))
        writer.add_tensor(f"blk.{layer}.ffn_gate.weight", weights(INNER, WIDTH))
        writer.add_tensor(f"blk.{layer}.ffn_up.weight", weights(INNER, WIDTH))
        writer.add_tensor(f"blk.{layer}.ffn_down.weight", weights(WIDTH, INNER))
    _finish(writer)


def _write_vocabulary(writer: GGUFWriter) -> int:
    """SentencePiece's layout: three control tokens, every byte, some words. Returns how many there are."""
    tokens = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256)), *(f"\u2581{word}" for word in WORDS)]
    kinds = [TokenType.UNKNOWN, TokenType.CONTROL, TokenType.CONTROL]
    kinds += [TokenType.BYTE] * 256 + [TokenType.NORMAL] * len(WORDS)
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores([0.0] * len(tokens))
    writer.add_token_types(kinds)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_chat_template(TEMPLATE)
    return len(tokens)


def _write_projector(path: Path, weights: Weights) -> None:
    writer = GGUFWriter(path, "clip")
    writer.add_bool("clip.has_vision_encoder", True)
    writer.add_string("clip.projector_type", "mlp")
    writer.add_bool("clip.use_gelu", True)
    for name, value in {
        "image_size": PICTURE, "patch_size": PATCH, "embedding_length": WIDTH, "feed_forward_length": INNER,
        "projection_dim": WIDTH, "block_count": LAYERS, "attention.head_count": HEADS,
    }.items():  # fmt: skip
        writer.add_uint32(f"clip.vision.{name}", value)
    writer.add_float32("clip.vision.attention.layer_norm_epsilon", 1e-5)
    writer.add_array("clip.vision.image_mean", [0.5, 0.5, 0.5])
    writer.add_array("clip.vision.image_std", [0.5, 0.5, 0.5])
    writer.add_tensor("v.class_embd", weights(WIDTH))
    writer.add_tensor("v.patch_embd.weight", weights(WIDTH, 3, PATCH, PATCH))
    writer.add_tensor("v.position_embd.weight", weights(IMAGE_TOKENS + 1, WIDTH))
    for norm in ("v.pre_ln", *(f"v.blk.{layer}.ln{part}" for layer in range(LAYERS) for part in (1, 2))):
        writer.add_tensor(f"{norm}.weight", np.ones(WIDTH, np.float32))
        writer.add_tensor(f"{norm}.bias", np.zeros(WIDTH, np.float32))
    for layer in range(LAYERS):
        for part in ("attn_q", "attn_k", "attn_v", "attn_out"):
            _linear(writer, f"v.blk.{layer}.{part}", weights(WIDTH, WIDTH))
        _linear(writer, f"v.blk.{layer}.ffn_up", weights(INNER, WIDTH))
        _linear(writer, f"v.blk.{layer}.ffn_down", weights(WIDTH, INNER))
    _linear(writer, "mm.0", weights(WIDTH, WIDTH))
    _linear(writer, "mm.2", weights(WIDTH, WIDTH))
    _finish(writer)


def _linear(writer: GGUFWriter, name: str, matrix: npt.NDArray[np.float32]) -> None:
    writer.add_tensor(f"{name}.weight", matrix)
    writer.add_tensor(f"{name}.bias", np.zeros(len(matrix), np.float32))


def _finish(writer: GGUFWriter) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()

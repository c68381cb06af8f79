"""Turn trained weights into what ships: int8 ONNX, compared with the original on real questions.

python -m training.export english|scans|multilingual WEIGHTS.pt [--share 0.75] [--to FILE]
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch

from lamplight.models.catalogue import EMBEDDER, MULTILINGUAL_WEIGHTS
from lamplight.models.e5_file import E5File
from lamplight.models.prepare import OPSET, quantise
from lamplight.models.reader import Reader
from lamplight.models.word_embeddings import SafetensorsEmbeddings, WordEmbeddings
from training.network import ReaderNetwork, batch_of, new_network, rounding, tokenizer_of
from training.shipped import SHIPPED, Which, begin_with_shipped, language_of

LEAST_AGREEMENT = 0.98  # correlation of the lines' scores with those of the network that rounds
QUESTION = "How much is the deposit, and when is it due?"
LINES = (
    "LEASE AGREEMENT",
    "The tenant pays a deposit of 1,200 EUR by 1 March 2024.",
    "The landlord keeps the roof and the heating in good order.",
    "Rent 600 EUR",
    "Page 3 of 12",
)


class FromEmbeddings(torch.nn.Module):
    """The network behind its word embeddings, which the base's own file holds already."""

    def __init__(self, network: ReaderNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, word_embeddings: torch.Tensor, token_type_ids: torch.Tensor | None = None) -> torch.Tensor:
        """(batch, tokens, dimensions) float32, the types int64 where there are two, to `ReaderNetwork`'s scores.

        There is no mask: nothing may be padded.
        """
        states = self.network.encoder(inputs_embeds=word_embeddings, token_type_ids=token_type_ids).last_hidden_state
        scores: torch.Tensor = self.network.head(states)
        return scores


def export(which: Which, weights: Path, target: Path, share: float = 1.0) -> float:
    """Write the int8 model to `target` in one step; returns how well it agrees. Raises `ValueError` when it doesn't.

    With a `share` below 1 it is the mean of so much of the weights and the rest of the English reader's that ships.
    """
    with new_network(language_of(which)) as (network, tokenizer):
        state = torch.load(weights, weights_only=True)
        if share < 1:
            begin_with_shipped(network, "english")
            rest = network.state_dict()
            state = {name: share * own + (1 - share) * rest[name] for name, own in state.items()}
        network.load_state_dict(state)
        network.eval()
        windows = tokenizer_of(tokenizer).windows(QUESTION, "Lease > Deposit", LINES)
        inputs = batch_of(windows)
        example = inputs
        exported: torch.nn.Module = network
        embeddings = base_embeddings(which)
        if embeddings is not None:
            exported = FromEmbeddings(network)
            example = {"word_embeddings": torch.tensor(embeddings.word_embeddings(windows[0].ids))[None]}
            if which == "scans":
                example["token_type_ids"] = inputs["token_type_ids"][:, : len(windows[0].ids)]
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
            full, quantised = Path(scratch, "exported.onnx"), Path(scratch, "quantised.onnx")
            torch.onnx.export(
                exported,
                tuple(example.values()),
                str(full),
                input_names=list(example),
                output_names=["scores"],
                dynamic_axes={name: {0: "batch", 1: "tokens"} for name in [*example, "scores"]},
                opset_version=OPSET,
                dynamo=False,
            )
            rounding(network)  # only now: an exported graph has none of its own
            with torch.no_grad():
                reference = network(**inputs)[0, torch.tensor(windows[0].marks), 0].numpy()
            quantise(full, quantised)
            readings = Reader(quantised, tokenizer, embeddings).read(QUESTION, [("Lease > Deposit", LINES)])[0]
            agreement = float(np.corrcoef(reference, [reading.score for reading in readings])[0, 1])
            if agreement < LEAST_AGREEMENT:
                raise ValueError(f"The quantised reader strays from the original (correlation {agreement:.3f}).")
            quantised.replace(target)
    return agreement


def base_embeddings(which: Which) -> WordEmbeddings | None:
    """Where the exported network has none of its own."""
    if which == "scans":
        return SafetensorsEmbeddings(EMBEDDER.verified_path())
    return E5File(MULTILINGUAL_WEIGHTS.verified_path()) if which == "multilingual" else None


def main() -> int:
    """Export to `--to`, else over the reader that ships, and print the size, the agreement and the SHA-256."""
    parser = argparse.ArgumentParser(description="Export the reader to int8 ONNX.")
    parser.add_argument("which", choices=SHIPPED)
    parser.add_argument("weights", type=Path)
    parser.add_argument("--share", type=float, default=1.0, help="of these weights beside the English reader's")
    parser.add_argument("--to", type=Path)
    options = parser.parse_args()
    target: Path = options.to or SHIPPED[options.which].path()
    agreement = export(options.which, options.weights, target, options.share)
    digest = hashlib.sha256(target.read_bytes()).hexdigest()
    sys.stdout.write(f"{target}: {target.stat().st_size:,} bytes, agreement {agreement:.4f}, sha256 {digest}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Turn trained weights into what ships: int8 ONNX, compared with the original on real questions.

python -m training.export WEIGHTS.pt --to models/weights/reader.onnx
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from models.catalogue import EMBEDDER
from models.prepare import OPSET, quantise
from models.reader import Reader
from models.reader_input import ReaderTokenizer
from training.network import ReaderNetwork, batch_of

INPUTS = ["input_ids", "attention_mask", "token_type_ids"]
LEAST_AGREEMENT = 0.98  # correlation of the lines' scores with those before quantisation
QUESTION = "How much is the deposit, and when is it due?"
LINES = (
    "LEASE AGREEMENT",
    "The tenant pays a deposit of 1,200 EUR by 1 March 2024.",
    "The landlord keeps the roof and the heating in good order.",
    "Rent 600 EUR",
    "Page 3 of 12",
)


def export(weights: Path, target: Path) -> float:
    """Write the int8 model to `target` in one step; returns how well it agrees. Raises `ValueError` when it doesn't."""
    base = EMBEDDER.verified_path().parent
    network = ReaderNetwork(base)
    network.load_state_dict(torch.load(weights, weights_only=True))
    network.eval()
    tokenizer = base / "tokenizer.json"
    windows = ReaderTokenizer(Tokenizer.from_file(str(tokenizer))).windows(QUESTION, "Lease > Deposit", LINES)
    example = batch_of(windows)
    with torch.no_grad():
        reference = network(**example)[0, torch.tensor(windows[0].marks), 0].numpy()
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        exported, quantised = Path(scratch, "exported.onnx"), Path(scratch, "quantised.onnx")
        torch.onnx.export(
            network,
            tuple(example[name] for name in INPUTS),
            str(exported),
            input_names=INPUTS,
            output_names=["scores"],
            dynamic_axes={name: {0: "batch", 1: "tokens"} for name in [*INPUTS, "scores"]},
            opset_version=OPSET,
            dynamo=False,
        )
        quantise(exported, quantised)
        readings = Reader(quantised, tokenizer).read(QUESTION, [("Lease > Deposit", LINES)])[0]
        agreement = float(np.corrcoef(reference, [reading.score for reading in readings])[0, 1])
        if agreement < LEAST_AGREEMENT:
            raise ValueError(f"The quantised reader strays from the original (correlation {agreement:.3f}).")
        quantised.replace(target)
    return agreement


def main() -> int:
    parser = argparse.ArgumentParser(description="Export the reader to int8 ONNX.")
    parser.add_argument("weights", type=Path)
    parser.add_argument("--to", type=Path, default=Path("models") / "weights" / "reader.onnx")
    options = parser.parse_args()
    agreement = export(options.weights, options.to)
    digest = hashlib.sha256(options.to.read_bytes()).hexdigest()
    sys.stdout.write(f"{options.to}: {options.to.stat().st_size:,} bytes, agreement {agreement:.4f}, sha256 {digest}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The reader's network: an encoder with three numbers for each word piece."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch
from tokenizers import Tokenizer
from transformers import BertModel

from lamplight.models.catalogue import EMBEDDER, MULTILINGUAL_WEIGHTS
from lamplight.models.e5_file import unpack_e5
from lamplight.models.reader_input import ReaderTokenizer, Window

# Where the processor has no instructions for it, it takes 25 times as long as float32.
HAS_BF16 = torch.cpu._is_avx512_bf16_supported()
LENGTH_STEP = 32  # tokens; few lengths, few kernels to compile
# Of twelve, all of which cost half as much again here and on the laptop; the last ones prepare the embedding, which
# isn't asked for.
MULTILINGUAL_LAYERS = 8

Language = Literal["english", "multilingual"]


@contextmanager
def new_network(language: Language) -> Iterator[tuple[ReaderNetwork, Path]]:
    """An untrained reader and its tokenizer's file, which is there as long as the context."""
    if language == "english":
        base = EMBEDDER.verified_path().parent
        yield ReaderNetwork(base), base / "tokenizer.json"
        return
    with tempfile.TemporaryDirectory() as scratch:
        base = Path(scratch, "unpacked")
        unpack_e5(MULTILINGUAL_WEIGHTS.verified_path(), base)
        yield ReaderNetwork(base, MULTILINGUAL_LAYERS), base / "tokenizer.json"


def tokenizer_of(path: Path) -> ReaderTokenizer:
    """From a `tokenizer.json`, of BERT's vocabulary or of XLM-R's."""
    return ReaderTokenizer(Tokenizer.from_file(str(path)))


class QuantisedLinear(torch.nn.Linear):
    """Rounds as the int8 model will (Jacob et al. 2018), while the gradients pass as if nothing was rounded.

    Without it the int8 model's scores lie 1.5 log-odds beside those that were trained. There the inputs' range is that
    of one window, here that of a batch.
    """

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        """Inputs are rounded within the range of the whole batch, weights within that of their row; the bias isn't."""
        return torch.nn.functional.linear(_rounded_inputs(input), _rounded_weights(self.weight), self.bias)


def _rounded_inputs(values: torch.Tensor) -> torch.Tensor:
    low, high = min(float(values.detach().amin()), 0.0), max(float(values.detach().amax()), 0.0)
    step = max((high - low) / 255, 1e-8)
    return torch.fake_quantize_per_tensor_affine(values.float(), step, round(-low / step), 0, 255)


def _rounded_weights(weights: torch.Tensor) -> torch.Tensor:
    step = (weights.detach().abs().amax(1) / 127).clamp(min=1e-8)
    zero = torch.zeros(len(step), dtype=torch.int32)
    return torch.fake_quantize_per_channel_affine(weights, step, zero, 0, -127, 127)


def rounding(network: torch.nn.Module) -> None:
    """Have every matrix of `network` round from now on."""
    for module in network.modules():
        if type(module) is torch.nn.Linear:
            module.__class__ = QuantisedLinear


class ReaderNetwork(torch.nn.Module):
    """(batch, tokens, 3) float32: the line after this mark answers, the answer begins here, it ends here."""

    def __init__(self, base: Path, layers: int | None = None) -> None:
        """`base` is a folder with the encoder's weights, of which the first `layers` are taken, or all."""
        super().__init__()
        # Eager attention is a third faster backwards on a CPU at these lengths than the fused kind.
        self.encoder = BertModel.from_pretrained(base, attn_implementation="eager", add_pooling_layer=False)
        if layers is not None:
            self.encoder.encoder.layer = self.encoder.encoder.layer[:layers]
            self.encoder.config.num_hidden_layers = layers
        # Half of all parameters or more; the groups hold too few words to improve them.
        self.encoder.embeddings.word_embeddings.weight.requires_grad = False
        for module in self.encoder.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = 0.0  # three epochs don't overfit, and drawing the masks costs time
        self.head = torch.nn.Linear(self.encoder.config.hidden_size, 3)

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor
    ) -> torch.Tensor:
        """Each input (batch, tokens) int64, as `batch_of` makes them. Scores at padding mean nothing."""
        states = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        scores: torch.Tensor = self.head(states)
        return scores


@dataclass(slots=True)
class Target:
    """What is right for one window. Token positions count in the window.

    `starts` and `ends` are, for each answering line, the positions at which its answer may begin and end; `known`
    says whether that is where it does, or only all that is not ruled out.
    """

    window: Window
    answers: list[int]
    starts: list[list[int]]
    ends: list[list[int]]
    known: list[bool]


def padded(length: int) -> int:
    """The length to which a window of `length` is padded."""
    return -(-length // LENGTH_STEP) * LENGTH_STEP


def batch_of(windows: Sequence[Window]) -> dict[str, torch.Tensor]:
    """The network's three inputs, padded to the longest window and a little more."""
    longest = padded(max(len(window.ids) for window in windows))
    names = ("input_ids", "attention_mask", "token_type_ids")
    inputs = {name: torch.zeros((len(windows), longest), dtype=torch.long) for name in names}
    for row, window in enumerate(windows):
        length = len(window.ids)
        inputs["input_ids"][row, :length] = torch.tensor(window.ids)
        inputs["attention_mask"][row, :length] = 1
        inputs["token_type_ids"][row, :length] = torch.tensor(window.types)
    return inputs


def loss_of(
    scores: torch.Tensor, targets: Sequence[Target], spans_weight: float, guesses_weight: float
) -> torch.Tensor:
    """Mean over the windows: listwise over the lines and "none of them", whose score is 0, plus that of the spans.

    The "none" makes scores of different passages comparable (shared normalisation, Clark and Gardner 2018); where
    several places are possible the sum of their probabilities counts (Min et al. 2019).
    """
    losses = []
    for row, target in zip(scores.float(), targets, strict=True):
        marks = torch.tensor(target.window.marks)
        lines = torch.cat([row[marks, 0], torch.zeros(1)])
        right = target.answers or [len(target.window.marks)]
        loss = torch.logsumexp(lines, 0) - torch.logsumexp(lines[right], 0)
        for place, starts, ends, known in zip(target.answers, target.starts, target.ends, target.known, strict=True):
            if not starts or not ends:
                continue
            first = target.window.marks[place] + 1
            last = first + len(target.window.offsets[place])
            weight = (spans_weight if known else guesses_weight) / len(target.answers)
            for column, allowed in ((1, starts), (2, ends)):
                all_places = torch.logsumexp(row[first:last, column], 0)
                loss = loss + weight * (all_places - torch.logsumexp(row[torch.tensor(allowed), column], 0))
        losses.append(loss)
    return torch.stack(losses).mean()

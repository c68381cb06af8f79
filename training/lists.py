"""Learn which of a document's lists a request means: writes `lamplight/models/weights/lists.npz`.

    python -m training.lists [--check]

`training/lists` has folders of documents of many kinds, with requests for several things and the items that belong to
each (`items.jsonl`), questions that ask for one thing (`facts.jsonl`) and some that the documents don't answer
(`near.jsonl`), written by several hands who saw none of the benchmarks. A list is as right as its F1: of the items
that are in it and of its lines that hold one. With `--check` nothing is written: every document is left out once, and
what is then chosen is printed. Ten minutes on two cores.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import torch

from bench.asking import library_of
from bench.questions import read_lines
from lamplight.models.embedder import Vectors
from lamplight.models.list_ranker import WEIGHTS, network_inputs
from lamplight.models.loading import Models
from lamplight.rag.finding import Finder
from lamplight.rag.intent import subject
from lamplight.rag.lists.answer import CandidateLists
from lamplight.rag.lists.features import Measures
from lamplight.rag.request_language import is_english
from lamplight.rag.sentences import Sentence

FOLDER = Path(__file__).parent / "lists"
FOLDS, INNER_FOLDS, NETWORKS = 6, 4, 3
HIDDEN, EPOCHS, RATE, BATCH, DECAY, DROPPED = 24, 40, 0.004, 16, 0.05, 0.1
VECTOR_SCALE = 3.0  # of an embedding, which has unit length, against the ridge
LEAST = 0.3  # F1 of the best candidate, for a request to be learnt from

What = Literal["list", "fact", "near"]
FILES: dict[What, str] = {"list": "items.jsonl", "fact": "facts.jsonl", "near": "near.jsonl"}


@dataclass(slots=True)
class Example:
    """A request, what is measured of each candidate, and how right each is: F1, recall, precision."""

    what: What
    document: str
    question: str
    vector: Vectors
    multilingual: Vectors
    is_known: bool  # the first embedder knows the language
    measures: Measures
    right: np.ndarray
    lengths: np.ndarray


def examples(models: Models) -> Iterator[Example]:
    """Of all folders, each a library of its own."""
    multilingual = models.multilingual
    assert multilingual is not None
    for folder in sorted(path for path in FOLDER.iterdir() if path.is_dir()):
        with (
            tempfile.TemporaryDirectory() as made,
            library_of(Path(made), sorted((folder / "documents").iterdir()), models) as library,
        ):
            finder = Finder(library, models)
            for what, name in FILES.items():
                for line in read_lines(folder / name) if (folder / name).exists() else []:
                    text = line["request"] if what == "list" else line["question"]
                    gold = line["items"] if what == "list" else [line.get("answer", "\0")]
                    found = CandidateLists(finder.search(text), subject(text, "list", models.intents), library, models)
                    candidates = found.candidates()
                    if candidates.lists:
                        yield Example(
                            what,
                            f"{folder.name} {line['documents'][0]}",
                            text,
                            models.embedder.encode_queries([text])[0],
                            multilingual.encode_queries([text])[0],
                            is_english(text),
                            candidates.measures,
                            np.array([rightness(gold, one.items) for one in candidates.lists], dtype=np.float32),
                            np.array([len(one.items) for one in candidates.lists]),
                        )


def rightness(gold: Sequence[str], items: Sequence[Sentence]) -> tuple[float, float, float]:
    """F1, recall of the items, precision of the lines."""
    wanted, lines = [_plain(one) for one in gold], [_plain(one.text) for one in items]
    together = " ".join(lines)
    recall = sum(one in together for one in wanted) / len(wanted)
    precision = sum(any(one in line for one in wanted) for line in lines) / len(lines)
    return 2 * recall * precision / (recall + precision or 1), recall, precision


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[*_`]", "", text).lower().split())


def regression(vectors: np.ndarray, asks: np.ndarray) -> tuple[np.ndarray, float]:
    """Weights and bias of a logistic regression with a ridge."""
    inputs, targets = torch.tensor(vectors * VECTOR_SCALE), torch.tensor(asks.astype(np.float32))
    weights, bias = torch.zeros(inputs.shape[1], requires_grad=True), torch.zeros(1, requires_grad=True)
    optimiser = torch.optim.LBFGS([weights, bias], max_iter=100)

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        odds = inputs @ weights + bias
        own = torch.nn.functional.binary_cross_entropy_with_logits(odds, targets, reduction="sum")
        total: torch.Tensor = own + (weights * weights).sum()
        total.backward()  # type: ignore[no-untyped-call]
        return total

    optimiser.step(loss)  # type: ignore[no-untyped-call]
    return weights.detach().numpy() * VECTOR_SCALE, float(bias.detach())


class Several:
    """Whether several things are asked for, by one embedder or both."""

    def __init__(self, learnt: Sequence[Example]) -> None:
        asks = np.array([one.what == "list" for one in learnt])
        self.own = regression(np.stack([one.vector for one in learnt]), asks)
        self.multilingual = regression(np.stack([one.multilingual for one in learnt]), asks)

    def odds(self, one: Example) -> float:
        """As `ListRanker.several`."""
        other = float(self.multilingual[0] @ one.multilingual + self.multilingual[1])
        return (float(self.own[0] @ one.vector + self.own[1]) + other) / 2 if one.is_known else other


class Network(torch.nn.Module):
    """As `ListRanker.probabilities`, before they are normalised."""

    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.inner, self.outer = torch.nn.Linear(inputs, HIDDEN), torch.nn.Linear(HIDDEN, 1, bias=False)
        self.direct = torch.nn.Linear(inputs, 1, bias=False)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """(lists,)"""
        kept = torch.nn.functional.dropout(inputs, DROPPED, self.training)
        fit: torch.Tensor = (self.outer(torch.tanh(self.inner(kept))) + self.direct(kept)).squeeze(-1)
        return fit


@dataclass(slots=True)
class Ranker:
    """Several networks, whose scores are added up: as one they are `HIDDEN` times as many neurons wide."""

    networks: list[Network]
    mean: np.ndarray
    deviation: np.ndarray
    several: Several

    def scores(self, one: Example) -> np.ndarray:
        """Of each candidate."""
        inputs = network_inputs(one.measures, self.several.odds(one), self.mean, self.deviation)
        with torch.no_grad():
            made = [network(torch.tensor(inputs)).numpy() for network in self.networks]
        return np.asarray(np.mean(made, axis=0))


def learn(learnt: Sequence[Example]) -> Ranker:
    """The odds that several things are asked for are those of a regression that has not seen the document."""
    fold = [_fold(one.document, INNER_FOLDS) for one in learnt]
    odds = np.zeros(len(learnt))
    for inner in range(INNER_FOLDS):
        asks = Several([one for one, own in zip(learnt, fold, strict=True) if own != inner])
        for place, one in enumerate(learnt):
            if fold[place] == inner:
                odds[place] = asks.odds(one)
    together = np.concatenate([one.measures for one in learnt])
    mean, deviation = together.mean(axis=0), together.std(axis=0) + 1e-3
    inputs = [
        torch.tensor(network_inputs(one.measures, float(own), mean, deviation))
        for one, own in zip(learnt, odds, strict=True)
    ]
    right = [torch.tensor(one.right[:, 0]) for one in learnt]
    used = [place for place, one in enumerate(learnt) if one.what != "near" and one.right[:, 0].max() > LEAST]
    return Ranker([_network(inputs, right, used, seed) for seed in range(NETWORKS)], mean, deviation, Several(learnt))


def _network(inputs: list[torch.Tensor], right: list[torch.Tensor], used: list[int], seed: int) -> Network:
    torch.manual_seed(seed)
    order = np.random.default_rng(seed)
    network = Network(inputs[0].shape[1])
    optimiser = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=DECAY)
    for epoch in range(EPOCHS):
        for group in optimiser.param_groups:
            group["lr"] = RATE * (1 - epoch / EPOCHS)
        places = order.permutation(used)
        for first in range(0, len(places), BATCH):
            optimiser.zero_grad()
            losses = [
                -torch.log((torch.softmax(network(inputs[place]), 0) * right[place] ** 2).sum() + 1e-6)
                for place in places[first : first + BATCH]
            ]
            torch.stack(losses).mean().backward()  # type: ignore[no-untyped-call]
            optimiser.step()
    return network.eval()


def _fold(name: str, folds: int) -> int:
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % folds


def check(all_of: Sequence[Example]) -> None:
    """Each document is left out once; what is chosen then."""
    chosen: list[tuple[Example, int, float, float]] = []
    for fold in range(FOLDS):
        ranker = learn([one for one in all_of if _fold(one.document, FOLDS) != fold])
        for one in all_of:
            if _fold(one.document, FOLDS) == fold:
                scores = ranker.scores(one)
                raised = np.exp(scores - scores.max())
                best = int(scores.argmax())
                chosen.append((one, best, float(raised[best] / raised.sum()), ranker.several.odds(one)))
    for what in FILES:
        own = [entry for entry in chosen if entry[0].what == what]
        right = np.array([one.right[best] for one, best, _, _ in own])
        most = np.mean([one.right[:, 0].max() for one, *_ in own])
        several = np.mean([one.lengths[best] > 1 for one, best, _, _ in own])
        asks = np.mean([odds > 0 for *_, odds in own])
        print(
            f"{what}: {len(own)} questions, F1 {right[:, 0].mean():.3f} (best candidate {most:.3f}), recall "
            f"{right[:, 1].mean():.3f}, precision {right[:, 2].mean():.3f}; a list {several:.2f}, asked for {asks:.2f}"
        )
    for least in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8):
        told = [
            (one, best) for one, best, chance, odds in chosen if chance >= least and one.lengths[best] > 1 and odds > 0
        ]
        for what in FILES:
            own_told = [one.right[best][0] for one, best in told if one.what == what]
            count = sum(one.what == what for one in all_of)
            share, mean = len(own_told) / count, np.mean(own_told or [0])
            print(f"  from {least} on, {what}: told {share:.2f}, of these F1 {mean:.2f}")


def write(ranker: Ranker, models: Models) -> None:
    """What `ListRanker` reads."""
    multilingual = models.multilingual
    assert multilingual is not None
    states = [network.state_dict() for network in ranker.networks]
    np.savez_compressed(
        WEIGHTS,
        embedder=models.embedder.name,
        multilingual_embedder=multilingual.name,
        several=ranker.several.own[0].astype(np.float32),
        several_bias=np.float32(ranker.several.own[1]),
        multilingual_several=ranker.several.multilingual[0].astype(np.float32),
        multilingual_several_bias=np.float32(ranker.several.multilingual[1]),
        mean=ranker.mean.astype(np.float32),
        deviation=ranker.deviation.astype(np.float32),
        inner=np.concatenate([state["inner.weight"].numpy() for state in states]),
        inner_bias=np.concatenate([state["inner.bias"].numpy() for state in states]),
        outer=np.concatenate([state["outer.weight"][0].numpy() for state in states]) / len(states),
        direct=np.mean([state["direct.weight"][0].numpy() for state in states], axis=0),
    )


def main() -> None:
    """Measure, learn, and write or check."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    chosen = parser.parse_args()
    models = Models()
    all_of = list(examples(models))
    if chosen.check:
        check(all_of)
    else:
        write(learn(all_of), models)


if __name__ == "__main__":
    main()

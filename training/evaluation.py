"""How the reader does on examples that it wasn't trained on."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch

from training.examples import Example
from training.network import HAS_BF16, ReaderNetwork, Target, batch_of


def evaluate(network: ReaderNetwork, targets_of: Callable[[Example], list[Target]], some: Sequence[Example]) -> str:
    """Share of groups whose first line answers, of spans that are right, of "none" that is seen, by source."""
    counts: dict[str, list[int]] = {}
    network.eval()
    some = sorted(some, key=lambda example: sum(map(len, example.lines)))
    for start in range(0, len(some) - 15, 16):
        targets = [target for example in some[start : start + 16] for target in targets_of(example)[:1]]
        with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16, enabled=HAS_BF16):
            scores = network(**batch_of([target.window for target in targets])).float()
        for example, target, row in zip(some[start : start + 16], targets, scores, strict=True):
            lines = row[torch.tensor(target.window.marks), 0]
            source = example.source.partition(" asked in ")[0]
            count = counts.setdefault(source, [0] * 7)
            if not target.answers:
                count[4] += 1
                count[5] += bool(lines.max() < 0)
                continue
            count[0] += 1
            count[1] += int(lines.argmax()) in target.answers
            count[6] += bool(lines.max() < 0)
            if target.known[0] and target.starts[0]:
                first = target.window.marks[target.answers[0]] + 1
                last = first + len(target.window.offsets[target.answers[0]])
                begin, end = int(row[first:last, 1].argmax()) + first, int(row[first:last, 2].argmax()) + first
                count[2] += 1
                count[3] += begin == target.starts[0][0] and end == target.ends[0][0]
    network.train()
    return "  ".join(
        f"{source}: line {right}/{all_}, refused {refused}, span {exact}/{spans}, none {seen}/{none}"
        for source, (all_, right, spans, exact, none, seen, refused) in sorted(counts.items())
    )

"""Learn which program over a table a question means: writes `lamplight/models/weights/programs.npz`.

    python -m training.programs [--data DIR] [--check]

From questions about tables with their answers (the `tune` half of `wikitables`, and `training/tables`): all programs
are run, and those whose result is the answer count as right together (marginal likelihood). Asked of another table, or
where no program gives the answer, none is right. With `--check`, each
quarter of the tables is judged by what the others taught, and nothing is written; half an hour on one core, of which
the reader takes half.
"""

from __future__ import annotations

import csv
import hashlib
import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

from bench.measuring import options, progress
from bench.questions import QuestionSet, wikitables
from lamplight.library.records import Table
from lamplight.models.catalogue import EMBEDDER, READER
from lamplight.models.embedder import Embedder
from lamplight.models.prepare import ensure_embedder
from lamplight.models.program_ranker import HASH_BUCKETS, WEIGHTS, buckets_of
from lamplight.models.reader import Reader
from lamplight.rag.programs.answer import can_be_asked, described, given
from lamplight.rag.programs.features import MEASURES
from lamplight.rag.programs.program import OPERATIONS
from lamplight.rag.programs.view import canonical, view_of
from training.tables import FOLDER, Asked, tables

SEED = 5
FOLDS = 4
EPOCHS = 6
BATCH = 16
RATE, NAMES_RATE, FALL = 0.004, 0.03, 0.7
RIDGE = 3e-4
INNER = 24
ELSEWHERE = 0.35  # of the questions are asked of another table too
NONE = "none"
THRESHOLDS = (0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)


@dataclass(slots=True)
class Example:
    """A question asked of a table: `right` marks the programs that give the answer, the last one is none."""

    table: str
    vector: torch.Tensor
    names: torch.Tensor
    offsets: torch.Tensor
    measures: torch.Tensor
    operations: torch.Tensor
    right: torch.Tensor
    given: list[tuple[str, ...]] = field(default_factory=list)
    is_elsewhere: bool = False


class Ranker(torch.nn.Module):
    """The same as `ProgramRanker`, to be trained."""

    def __init__(self, dimensions: int) -> None:
        super().__init__()
        self.names = torch.nn.EmbeddingBag(HASH_BUCKETS, 1, mode="sum")
        torch.nn.init.zeros_(self.names.weight)
        self.inner = torch.nn.Linear(MEASURES, INNER)
        self.outer = torch.nn.Linear(INNER, 1, bias=False)
        self.by_operation = torch.nn.Linear(MEASURES, len(OPERATIONS) + 1)
        self.by_question = torch.nn.Linear(dimensions, len(OPERATIONS) + 1, bias=False)
        torch.nn.init.zeros_(self.by_question.weight)

    def forward(self, one: Example) -> torch.Tensor:
        """(programs + 1,) float32, the last for none of them; their softmax is how likely each is."""
        named = self.names(one.names, one.offsets)[:, 0]
        fit = self.outer(torch.tanh(self.inner(one.measures)))[:, 0]
        own = self.by_operation(one.measures).gather(1, one.operations[:, None])[:, 0]
        scores: torch.Tensor = named + fit + own + self.by_question(one.vector)[one.operations]
        return scores


def examples(asked: Sequence[Asked], reader: Reader, embedder: Embedder) -> Iterator[Example]:
    """Each question of its own table, and of another: of the same document, or some of any."""
    fit = [one for one in asked if can_be_asked(one.table)]
    chosen = random.Random(SEED)
    for one in asked:
        others = [other for other in fit if other is not one]
        beside = [other for other in others if other.document and other.document == one.document]
        name = one.document or one.title
        for question, gold in one.questions:
            if can_be_asked(one.table):
                yield _example(question, gold, name, one.table, reader, embedder)
            if beside or chosen.random() < ELSEWHERE:
                made = _example(question, [], name, chosen.choice(beside or others).table, reader, embedder)
                made.is_elsewhere = True
                yield made


def of_wikipedia(part: QuestionSet) -> Iterator[Asked]:
    """Its tables with their questions."""
    for path in part.files:
        with path.open(encoding="utf-8", newline="") as file:
            heads, *rows = csv.reader(file)
        made = Asked(path.stem, rows=[heads, *(row + [""] * (len(heads) - len(row)) for row in rows)])
        for question in part.questions:
            if question.documents == {path.name}:
                gold = [answer for one in question.answers for answer in ([one] if isinstance(one, str) else one)]
                made.questions.append((question.text, gold))
        yield made


def _example(
    question: str, gold: Sequence[str], name: str, table: Table, reader: Reader, embedder: Embedder
) -> Example:
    vector = embedder.encode([question])[0]
    made, seen = described(question, vector, view_of(table), table.name, reader, embedder)
    answer = tuple(sorted(set(map(canonical, gold))))
    right = [bool(gold) and given(program) == answer for program in made]
    right.append(not any(right))
    places = [buckets_of(one.names) for one in seen]
    order = [*OPERATIONS, NONE]
    return Example(
        name,
        torch.tensor(vector),
        torch.tensor([place for own in places for place in own]),
        torch.tensor(np.cumsum([0, *map(len, places[:-1])])),
        torch.tensor([one.measures for one in seen], dtype=torch.float32),
        torch.tensor([order.index(one.operation) for one in seen]),
        torch.tensor(right),
        [given(program) for program in made],
    )


def learn(found: Sequence[Example], dimensions: int) -> Ranker:
    """By Adam, over the marginal likelihood of what is right."""
    torch.manual_seed(SEED)
    ranker = Ranker(dimensions)
    others = [weight for name, weight in ranker.named_parameters() if name != "names.weight"]
    groups = [{"params": [ranker.names.weight], "lr": NAMES_RATE}, {"params": others, "lr": RATE}]
    adam = torch.optim.Adam(groups)
    order = random.Random(SEED)
    for _ in range(EPOCHS):
        for place, one in enumerate(order.sample(found, len(found)), 1):
            logs = torch.log_softmax(ranker(one), 0)
            (-torch.logsumexp(logs[one.right], 0) / BATCH).backward()  # type: ignore[no-untyped-call]
            if place % BATCH == 0:
                for weight in ranker.parameters():
                    if weight.grad is not None:
                        weight.grad.add_(weight.data, alpha=RIDGE)
                adam.step()
                adam.zero_grad()
        for group in adam.param_groups:
            group["lr"] *= FALL
    return ranker


def judged(ranker: Ranker, found: Sequence[Example]) -> Iterator[tuple[float, bool, bool]]:
    """For each example the probability of the likeliest result, whether it is right, whether it was asked elsewhere."""
    with torch.no_grad():
        for one in found:
            chances = torch.softmax(ranker(one), 0)
            together: dict[tuple[str, ...], float] = {}
            right: dict[tuple[str, ...], bool] = {}
            for own, chance, is_right in zip(one.given, chances, one.right, strict=False):
                together[own] = together.get(own, 0.0) + float(chance)
                right[own] = bool(is_right)
            best = max(together, key=lambda key: together[key], default=None)
            none = best is None or together[best] <= float(chances[-1])
            yield (0.0, False, one.is_elsewhere) if none or best is None else (
                together[best], right[best], one.is_elsewhere
            )  # fmt: skip


def check(found: Sequence[Example], dimensions: int) -> None:
    """Print how often what is said is right and wrong, by the least probability."""
    results: list[tuple[float, bool, bool]] = []
    for fold in range(FOLDS):
        known = [one for one in found if _fold(one.table) != fold]
        results += judged(learn(known, dimensions), [one for one in found if _fold(one.table) == fold])
    own = [(chance, right) for chance, right, elsewhere in results if not elsewhere]
    others = [chance for chance, _, elsewhere in results if elsewhere]
    print(f"{len(own)} questions, {len(others)} asked of another table")
    for least in (0.0, *THRESHOLDS):
        said = [right for chance, right in own if chance > least]
        wrong = sum(chance > least for chance in others) / max(1, len(others))
        print(
            f"from {least:.2f}: right {sum(said) / len(own):.3f}, wrong {(len(said) - sum(said)) / len(own):.3f}, "
            f"of another table {wrong:.3f}"
        )


def _fold(table: str) -> int:
    return hashlib.sha256(table.encode()).digest()[1] % FOLDS


def write(ranker: Ranker, embedder: str) -> None:
    """As `ProgramRanker` reads it."""
    weights = {name: weight.detach().numpy().astype(np.float16) for name, weight in ranker.named_parameters()}
    np.savez_compressed(
        WEIGHTS,
        embedder=np.array(embedder),
        operations=np.array([*OPERATIONS, NONE]),
        names=weights["names.weight"][:, 0],
        inner=weights["inner.weight"],
        inner_bias=weights["inner.bias"],
        outer=weights["outer.weight"][0],
        by_operation=weights["by_operation.weight"],
        operation_bias=weights["by_operation.bias"],
        by_question=weights["by_question.weight"],
    )


def main() -> None:
    """Read the arguments and learn."""
    parser = options(__doc__ or "")
    parser.add_argument("--check", action="store_true", help="judge by folds and write nothing")
    parsed = parser.parse_args()
    torch.set_num_threads(1)
    embedder = Embedder(ensure_embedder())
    reader = Reader(READER.verified_path(), EMBEDDER.path().with_name("tokenizer.json"))
    with tempfile.TemporaryDirectory() as folder:
        part = wikitables(parsed.data, Path(folder)).part("tune")
        asked = [*of_wikipedia(part), *(one for path in sorted(FOLDER.glob("*.txt")) for one in tables(path))]
        found = list(examples(asked, reader, embedder))
    dimensions = len(found[0].vector)
    if parsed.check:
        check(found, dimensions)
    else:
        write(learn(found, dimensions), embedder.name)
        progress(f"{WEIGHTS}: {WEIGHTS.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()

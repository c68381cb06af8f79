"""Learn which cell of a report's tables a question asks for, and what is to be done with it: writes
`lamplight/models/weights/cells.npz`.

    python -m training.cells [--check]

From the questions of `training/tables` about reports: of a cell, asked of all the tables of its document; of what the
table doesn't say, or asked of the document's other tables, none is right. Five minutes on one core.
"""

from __future__ import annotations

import argparse
import hashlib
import math
import random
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from lamplight.library.records import Passage
from lamplight.models.cell_ranker import HASH_BUCKETS, MODULATED, OPERATIONS, WEIGHTS, CellRanker, hashed_words
from lamplight.models.embedder import Embedder
from lamplight.models.prepare import ensure_embedder
from lamplight.rag.programs.answer import can_be_asked
from lamplight.rag.programs.cell_answer import CellAnswer, asked_cell
from lamplight.rag.programs.cells import MEASURES, NONE_MEASURES, cells_seen, names_of
from lamplight.rag.programs.view import canonical
from training.derivations import OTHER, asked_of
from training.papers import FOLDER as PAPERS
from training.papers import sections
from training.tables import FOLDER, NOTHING, Asked, tables

SEED = 5
FOLDS = 4
EPOCHS, RATE, FALL, BATCH, DECAY = 14, 0.004, 0.85, 16, 1e-4
OPERATOR_EPOCHS, OPERATOR_RATE, OPERATOR_FALL, OPERATOR_DECAY = 10, 0.02, 0.7, 1e-3
HIDDEN = 24
TAKEN_BACK = 0.5  # of how much more the rarely asked counted
ELSEWHERE = 0.5  # of the questions are asked of the other tables alone, too


@dataclass(slots=True)
class Example:
    """A question with what is seen of cells, the right ones last but for none; and what it wants done."""

    document: str
    question: str
    vector: torch.Tensor
    measures: torch.Tensor
    none: torch.Tensor
    right: torch.Tensor
    operation: str


class Ranker(torch.nn.Module):
    """The same as `CellRanker`, to be trained."""

    def __init__(self, dimensions: int) -> None:
        super().__init__()
        self.inner = torch.nn.Linear(MEASURES, HIDDEN)
        self.outer = torch.nn.Linear(HIDDEN, 1, bias=False)
        self.direct = torch.nn.Linear(MEASURES, 1, bias=False)
        self.modulation = torch.nn.Linear(dimensions, len(MODULATED))
        self.none = torch.nn.Linear(NONE_MEASURES, 1, bias=False)

    def forward(self, one: Example) -> torch.Tensor:
        """Scores of all cells, and last that of none."""
        fit = self.outer(torch.tanh(self.inner(one.measures)))[:, 0] + self.direct(one.measures)[:, 0]
        fit = fit + one.measures[:, MODULATED] @ self.modulation(one.vector)
        scores: torch.Tensor = torch.cat([fit, self.none(one.none)])
        return scores


class Operator(torch.nn.Module):
    """What is to be done, from the question's embedding and words and from the likeliest cell."""

    def __init__(self, dimensions: int) -> None:
        super().__init__()
        self.by_vector = torch.nn.Linear(dimensions, len(OPERATIONS))
        self.by_words = torch.nn.EmbeddingBag(HASH_BUCKETS, len(OPERATIONS), mode="sum")
        self.by_cell = torch.nn.Linear(len(MODULATED), len(OPERATIONS), bias=False)
        torch.nn.init.zeros_(self.by_words.weight)

    def forward(self, vector: torch.Tensor, places: torch.Tensor, measures: torch.Tensor) -> torch.Tensor:
        """Scores of what may be done with the cell of these measures."""
        scores: torch.Tensor = (
            self.by_vector(vector) + self.by_words(places[None])[0] + self.by_cell(measures[list(MODULATED)])
        )
        return scores


def examples(asked: Sequence[Asked], embedder: Embedder) -> Iterator[Example]:
    """Each question of its document's tables, and some of the others alone."""
    chosen = random.Random(SEED)
    fit = [one for one in asked if can_be_asked(one.table)]
    for one in fit:
        beside = [other for other in fit if other is not one and one.document and other.document == one.document]
        for question, gold in one.questions:
            operation, wanted = asked_of(one.table, question, gold)
            held = [one, *beside] if gold else [one]
            yield _example(question, held, wanted, operation, embedder)
            if beside and wanted and chosen.random() < ELSEWHERE:
                yield _example(question, beside, set(), operation, embedder)


def _example(
    question: str, held: Sequence[Asked], wanted: set[tuple[int, int]], operation: str, embedder: Embedder
) -> Example:
    vector = embedder.encode([question])[0]
    seen = cells_seen(question, vector, [names_of(other.table, embedder) for other in held])
    right = [cell.table == 0 and (cell.row, cell.column) in wanted for cell in seen.cells]
    right.append(not any(right))
    return Example(
        held[0].document or held[0].title,
        question,
        torch.tensor(vector),
        torch.tensor(seen.measures),
        torch.tensor(seen.none),
        torch.tensor(right),
        operation,
    )


def learn(found: Sequence[Example], dimensions: int) -> Ranker:
    """Over the marginal likelihood of the right cells."""
    torch.manual_seed(SEED)
    ranker = Ranker(dimensions)
    adam = torch.optim.Adam(ranker.parameters(), lr=RATE, weight_decay=DECAY)
    order, taught = random.Random(SEED), [one for one in found if one.operation != OTHER]
    for _ in range(EPOCHS):
        for place, one in enumerate(order.sample(taught, len(taught)), 1):
            logs = torch.log_softmax(ranker(one), 0)
            (-torch.logsumexp(logs[one.right], 0) / BATCH).backward()  # type: ignore[no-untyped-call]
            if place % BATCH == 0:
                adam.step()
                adam.zero_grad()
        for group in adam.param_groups:
            group["lr"] *= FALL
    return ranker


def learn_operations(found: Sequence[Example], ranker: Ranker, dimensions: int) -> Operator:
    """By what was done to come to the answers, beside the cells that the ranker takes for the ones asked for.

    What is rarely asked counts more, and stays a little likelier than it is: a cell that is told where two were to be
    added up is a falsehood, one that isn't told is shown among others.
    """
    torch.manual_seed(SEED)
    operator = Operator(dimensions)
    adam = torch.optim.Adam(operator.parameters(), lr=OPERATOR_RATE, weight_decay=OPERATOR_DECAY)
    order, counts = random.Random(SEED), Counter(one.operation for one in found)
    weights = [math.sqrt(counts.most_common(1)[0][1] / max(1, counts[operation])) for operation in OPERATIONS]
    for _ in range(OPERATOR_EPOCHS):
        for place, one in enumerate(order.sample(found, len(found)), 1):
            target = torch.tensor(OPERATIONS.index(one.operation))
            scores = operator(one.vector, torch.tensor(hashed_words(one.question)), _likeliest(one, ranker))
            loss = weights[target] * torch.nn.functional.cross_entropy(scores, target) / BATCH
            loss.backward()  # type: ignore[no-untyped-call]
            if place % BATCH == 0:
                adam.step()
                adam.zero_grad()
        for group in adam.param_groups:
            group["lr"] *= OPERATOR_FALL
    with torch.no_grad():
        operator.by_vector.bias.sub_(TAKEN_BACK * torch.log(torch.tensor(weights)))
    return operator


def _likeliest(one: Example, ranker: Ranker) -> torch.Tensor:
    """The measures of the cell that is likeliest asked for, zeros where there is none."""
    if not len(one.measures):
        return torch.zeros(MEASURES)
    with torch.no_grad():
        return one.measures[int(ranker(one)[:-1].argmax())]


def taught(found: Sequence[Example], dimensions: int) -> tuple[Ranker, Operator]:
    """Both, one after the other."""
    ranker = learn(found, dimensions)
    return ranker, learn_operations(found, ranker, dimensions)


def check(asked: Sequence[Asked], found: Sequence[Example], embedder: Embedder) -> None:
    """Print how often what is said of a quarter of the documents is right and wrong, learnt from the others."""
    known = [one for one in found if _fold(one.document)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cells.npz"
        write(path, *taught(known, embedder.dimensions), embedder.name)
        ranker = CellRanker(path)
    held = [one for one in asked if not _fold(one.document or one.title) and can_be_asked(one.table)]
    told: dict[str, list[tuple[CellAnswer | None, bool]]] = defaultdict(list)
    for one in held:
        beside = [other for other in held if other is not one and one.document and other.document == one.document]
        among = [(_passage(other), other.table) for other in (one, *beside)]
        for question, gold in one.questions:
            cell = asked_cell(question, among, embedder, ranker)
            is_right = cell is not None and set(map(canonical, cell.program.given)) <= set(map(canonical, gold))
            told[asked_of(one.table, question, gold)[0] if gold else NOTHING].append((cell, is_right))
    for wanted, cells in told.items():
        sure = [is_right for cell, is_right in cells if cell is not None and cell.is_sure]
        first, said = sum(is_right for _, is_right in cells) / len(cells), sum(sure) / len(cells)
        wrong = (len(sure) - sum(sure)) / len(cells)
        print(f"{wanted}: {len(cells)}, first right {first:.3f}, told and right {said:.3f}, told and wrong {wrong:.3f}")


def _passage(one: Asked) -> Passage:
    return Passage(0, 1, one.document, 1, "table", one.title, "", [])


def _fold(document: str) -> int:
    return hashlib.sha256(document.encode()).digest()[1] % FOLDS


def write(path: Path, ranker: Ranker, operator: Operator, embedder: str) -> None:
    """As `CellRanker` reads it."""
    parts = {
        **dict(ranker.named_parameters()),
        **{f"operation.{name}": one for name, one in operator.named_parameters()},
    }
    arrays = {name: one.detach().numpy().astype(np.float16) for name, one in parts.items()}
    np.savez_compressed(path, allow_pickle=False, embedder=np.array(embedder), **arrays)


def main() -> int:
    """Read the arguments and learn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="judge by a quarter of the documents and write nothing")
    parsed = parser.parse_args()
    torch.set_num_threads(1)
    embedder = Embedder(ensure_embedder())
    asked = [one for path in sorted(FOLDER.glob("*.txt")) if _is_of_reports(path) for one in tables(path)]
    found = [*examples(asked, embedder), *_of_words(embedder)]
    if parsed.check:
        check(asked, found, embedder)
    else:
        write(WEIGHTS, *taught(found, embedder.dimensions), embedder.name)
    return 0


def _of_words(embedder: Embedder) -> Iterator[Example]:
    """English questions of `training/papers` that are answered in words: no cell and nothing worked out."""
    nothing, none = torch.zeros(0, MEASURES), torch.zeros(NONE_MEASURES)
    for path in sorted(PAPERS.glob("*.txt")):
        for section in sections(path):
            for question, answer in section.asked if section.language == "en" else ():
                if answer != NOTHING and not any(map(str.isdigit, answer)):
                    vector = torch.tensor(embedder.encode([question])[0])
                    yield Example(path.stem, question, vector, nothing, none, torch.tensor([True]), OTHER)


def _is_of_reports(path: Path) -> bool:
    return path.stem.startswith(("documents", "report"))


if __name__ == "__main__":
    sys.exit(main())

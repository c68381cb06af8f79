"""Learn which cell of a report's tables a question asks for, and what is to be done with it: writes
`lamplight/models/weights/cells.npz`.

    python -m training.cells [--check]

From the questions of `training/tables` about reports: of a cell, asked of all the tables of its document; of what the
table doesn't say, or asked of the document's other tables, none is right. Ten minutes on one core.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from lamplight.library.records import Table
from lamplight.models.cell_ranker import MODULATED, OPERATIONS, PLACES, WEIGHTS, words_of
from lamplight.models.embedder import Embedder
from lamplight.models.prepare import ensure_embedder
from lamplight.rag.lexicon.amounts import parse_amount
from lamplight.rag.programs.answer import can_be_asked
from lamplight.rag.programs.cells import MEASURES, NONE_MEASURES, cells_seen, names_of
from lamplight.rag.programs.view import View, canonical, view_of
from training.papers import FOLDER as PAPERS
from training.papers import sections
from training.tables import FOLDER, NOTHING, Asked, tables

SEED = 5
FOLDS = 4
EPOCHS, RATE, FALL, BATCH, DECAY = 14, 0.004, 0.85, 16, 1e-4
HIDDEN = 24
OTHER = "other"
CLOSE = 0.051  # a number with one decimal is rounded
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
    """What is to be done, from the question's embedding and words."""

    def __init__(self, dimensions: int) -> None:
        super().__init__()
        self.by_vector = torch.nn.Linear(dimensions, len(OPERATIONS))
        self.by_words = torch.nn.EmbeddingBag(PLACES, len(OPERATIONS), mode="sum")
        torch.nn.init.zeros_(self.by_words.weight)

    def forward(self, vector: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
        """Scores of what may be done."""
        scores: torch.Tensor = self.by_vector(vector) + self.by_words(places[None])[0]
        return scores


def asked_of(table: Table, answers: Sequence[str]) -> tuple[str, set[tuple[int, int]]]:
    """What was done to which cells, (row, column), to come to some answers, as far as that can be seen from them."""
    wanted = set(map(canonical, answers))
    held = {
        (row, column)
        for row, cells in enumerate(table.rows)
        for column, cell in enumerate(cells)
        if canonical(cell) in wanted and any(map(str.isdigit, cell))
    }
    if not answers or held:
        return "lookup", held
    amount = parse_amount(answers[0].rstrip("%")) if len(answers) == 1 else None
    if amount is None:
        return OTHER, set()
    for operation, cells in _worked_out(view_of(table), amount.value, answers[0].endswith("%")):
        return operation, cells
    return OTHER, set()


def _worked_out(view: View, amount: float, in_per_cent: bool) -> Iterator[tuple[str, set[tuple[int, int]]]]:
    """Changes between two cells of a row and shares of a column's largest that give an amount."""
    columns = [column for column in view.columns if column.kind == "number"]
    for row in range(view.height):
        for column in columns:
            value = column.numbers[row]
            if value is None:
                continue
            for other in columns:
                before = other.numbers[row]
                if before is None or other is column:
                    continue
                if in_per_cent and before and abs(abs(100 * (value / before - 1)) - amount) < CLOSE:
                    yield "growth", {(row, column.index), (row, other.index)}
                if not in_per_cent and abs(abs(value - before) - amount) < CLOSE:
                    yield "change", {(row, column.index), (row, other.index)}
            whole = max((number for number in column.numbers if number), default=0.0)
            if in_per_cent and whole and abs(100 * abs(value) / whole - amount) < CLOSE:
                yield "share", {(row, column.index)}


def examples(asked: Sequence[Asked], embedder: Embedder) -> Iterator[Example]:
    """Each question of its document's tables, and some of the others alone."""
    chosen = random.Random(SEED)
    fit = [one for one in asked if can_be_asked(one.table)]
    for one in fit:
        beside = [other for other in fit if other is not one and one.document and other.document == one.document]
        for question, gold in one.questions:
            operation, wanted = asked_of(one.table, gold)
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


def learn_operations(found: Sequence[Example], dimensions: int) -> Operator:
    """By what was done to come to the answers."""
    torch.manual_seed(SEED)
    operator = Operator(dimensions)
    adam = torch.optim.Adam(operator.parameters(), lr=0.01, weight_decay=1e-5)
    order = random.Random(SEED)
    for _ in range(6):
        for place, one in enumerate(order.sample(found, len(found)), 1):
            target = torch.tensor(OPERATIONS.index(one.operation))
            scores = operator(one.vector, torch.tensor(words_of(one.question)))
            (torch.nn.functional.cross_entropy(scores, target) / BATCH).backward()  # type: ignore[no-untyped-call]
            if place % BATCH == 0:
                adam.step()
                adam.zero_grad()
        for group in adam.param_groups:
            group["lr"] *= 0.6
    return operator


def check(found: Sequence[Example], dimensions: int) -> None:
    """Print how often what is said is right and wrong, by the least probability, on a quarter of the documents."""
    known = [one for one in found if _fold(one.document)]
    held = [one for one in found if not _fold(one.document)]
    ranker, operator = learn(known, dimensions), learn_operations(known, dimensions)
    results = []
    with torch.no_grad():
        for one in held:
            doing = torch.softmax(operator(one.vector, torch.tensor(words_of(one.question))), 0)
            chances = torch.softmax(ranker(one), 0)
            best = int(chances[:-1].argmax()) if len(chances) > 1 else 0
            lookup = float(doing[OPERATIONS.index("lookup")])
            results.append((one, float(chances[best]), bool(one.right[best]), lookup, OPERATIONS[int(doing.argmax())]))
    own = [one for one in results if one[0].operation == "lookup" and not one[0].right[-1]]
    none = [one for one in results if one[0].operation == "lookup" and one[0].right[-1]]
    print(f"{len(own)} of a cell, {len(none)} of none, first right {sum(one[2] for one in own) / len(own):.3f}")
    print(f"operation right {sum(one[4] == one[0].operation for one in results) / len(results):.3f}")
    for least in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9):
        said = [one for one in own if one[1] * one[3] >= least]
        right = sum(one[2] for one in said)
        wrong = sum(one[1] * one[3] >= least for one in none) / len(none)
        computed = [one for one in results if one[0].operation != "lookup"]
        also = sum(one[1] * one[3] >= least for one in computed) / len(computed)
        shares = f"right {right / len(own):.3f}, wrong {(len(said) - right) / len(own):.3f}"
        print(f"from {least}: {shares}, none {wrong:.3f}, computed {also:.3f}")


def _fold(document: str) -> int:
    return hashlib.sha256(document.encode()).digest()[1] % FOLDS


def write(ranker: Ranker, operator: Operator, embedder: str) -> None:
    """As `CellRanker` reads it."""
    parts = {
        **dict(ranker.named_parameters()),
        **{f"operation.{name}": one for name, one in operator.named_parameters()},
    }
    arrays = {name: one.detach().numpy().astype(np.float16) for name, one in parts.items()}
    np.savez_compressed(WEIGHTS, allow_pickle=False, embedder=np.array(embedder), **arrays)


def main() -> int:
    """Read the arguments and learn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="judge by a quarter of the documents and write nothing")
    parsed = parser.parse_args()
    torch.set_num_threads(1)
    embedder = Embedder(ensure_embedder())
    asked = [one for path in sorted(FOLDER.glob("*.txt")) if _is_of_reports(path) for one in tables(path)]
    found = [*examples(asked, embedder), *_of_words(embedder)]
    dimensions = len(found[0].vector)
    if parsed.check:
        check(found, dimensions)
    else:
        write(learn(found, dimensions), learn_operations(found, dimensions), embedder.name)
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

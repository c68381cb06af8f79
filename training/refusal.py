"""Fit when to refuse: the numbers at the top of `rag/refusal.py`, with the rates they have on what they were fitted on.

    python -m training.refusal [--data DIR] [--library DIR]

Answerable questions and near misses (the right document is there, the fact isn't) of the `tune` halves of SQuAD, the
receipts, the filings and the household. The rates on the other halves are what `python -m bench.answers` prints.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bench.asking import library_of
from bench.measuring import options, progress
from bench.near_misses import receipt_near_misses, squad_near_misses
from bench.questions import Question, QuestionSet, articles, filings, household, receipts
from bench.xquad import LANGUAGES, articles_in
from lamplight.library.store import Library
from lamplight.models.loading import Models
from lamplight.rag.finding import Finder
from lamplight.rag.refusal import features

Numbers = npt.NDArray[np.float64]
Row = tuple[str, bool, tuple[float, float, float]]

HELD_OUT = 2  # SQuAD's third article, whose subject no document of the library has
MOST = 150  # questions of one kind
STEPS = 20  # of Newton's method
RIDGE = 0.01  # keeps the weights finite where the kinds can be told apart perfectly
FALSE_REFUSALS = 0.03  # of what can be answered: the most that is accepted


def rows(name: str, library: Library, models: Models, questions: Sequence[Question]) -> Iterator[Row]:
    """What was found for each question, and whether it can be answered."""
    finder = Finder(library, models)
    for question in questions[:MOST]:
        selection = finder.select(question.text)
        if selection.passages:
            yield name, bool(question.answers), features(selection)


def collected(data: Path, folder: Path, models: Models) -> list[Row]:
    """Of all sets."""
    made: list[Row] = []
    groups = articles(data)
    outside = [Question(one.text, (), one.passage, kind="outside") for one in groups[HELD_OUT]]
    kept, missing = squad_near_misses(groups[:HELD_OUT], folder / "squad files")
    with library_of(folder / "refusal of prose", kept.files, models) as library:
        for name, questions in (("squad", kept.questions), ("near", missing), ("outside", outside)):
            made += rows(name, library, models, QuestionSet(name, [], list(questions)).part("tune").questions)
    read, papers, reports = receipts(data, folder), household(data, folder), filings(data, folder)
    fields = json.loads((data / "receipts" / "fields.json").read_text(encoding="utf-8"))
    with library_of(folder / "receipts", read.files, models) as library:
        near = QuestionSet("receipts", [], receipt_near_misses(library, fields))
        made += rows("receipts", library, models, [*read.part("tune").questions, *near.part("tune").questions])
    with library_of(folder / "household", papers.files, models) as library:
        made += rows("household", library, models, papers.part("tune").questions)
    with library_of(folder / "filings", reports.files, models) as library:
        made += rows("filings", library, models, reports.part("tune").questions)
    return made


def of_languages(data: Path, folder: Path, models: Models) -> list[tuple[str, bool, float]]:
    """Language, whether it can be answered, and the reader's log-odds, for questions that are not English alone."""
    made = []
    for language in LANGUAGES[1:]:
        groups = articles_in(data, language, "tune")
        kept, missing = squad_near_misses(groups, folder / f"languages {language} files")
        with library_of(folder / f"languages {language}", kept.files, models) as library:
            for can, questions in ((True, kept.questions), (False, missing)):
                made += [(language, can, row[0]) for _, _, row in rows(language, library, models, questions)]
    return made


def fitted(inputs: Numbers, answerable: Numbers) -> Numbers:
    """Weights of logistic regression, the last of them the constant, both classes counting alike."""
    x = np.hstack([inputs, np.ones((len(inputs), 1))])
    counts = np.where(answerable == 1, 0.5 / answerable.sum(), 0.5 / (1 - answerable).sum()) * len(answerable)
    weights = np.zeros(x.shape[1])
    for _ in range(STEPS):
        shares = 1 / (1 + np.exp(-(x @ weights)))
        gradient = x.T @ (counts * (answerable - shares)) - RIDGE * weights
        curvature = (x * (counts * shares * (1 - shares))[:, None]).T @ x + RIDGE * np.eye(x.shape[1])
        weights += np.linalg.solve(curvature, gradient)
    return weights


def main() -> int:
    """Fit and print the numbers, which a person puts into `rag/refusal.py`, and their rates. Returns 0."""
    parser = options("Fit when to refuse.")
    parser.add_argument("--library", type=Path, help="keep what was read in this folder")
    parsed = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        models = Models()
        found = collected(parsed.data, parsed.library or Path(temporary), models)
        others = of_languages(parsed.data, parsed.library or Path(temporary), models)
    inputs = np.asarray([row[2] for row in found], np.float64)
    answerable = np.asarray([row[1] for row in found], np.float64)
    weights = fitted(inputs, answerable)
    odds = inputs @ weights[:-1] + weights[-1]
    shift = min(0.0, float(np.quantile(odds[answerable == 1], FALSE_REFUSALS)))
    progress(f"{len(found)} questions")
    sys.stdout.write(f"READER_WEIGHT, COSINE_WEIGHT, COVERAGE_WEIGHT = {np.round(weights[:-1], 3).tolist()}\n")
    sys.stdout.write(f"THRESHOLD = {-weights[-1] + shift:.3f}  (at even odds {-weights[-1]:.3f})\n")
    for name in dict.fromkeys(row[0] for row in found):
        for can in (True, False):
            told = [odd >= shift for odd, row in zip(odds, found, strict=True) if row[0] == name and row[1] == can]
            if told:
                kind = "refused" if can else "answered although nothing does"
                share = np.mean(told) if not can else 1 - np.mean(told)
                sys.stdout.write(f"{name}: {kind} {share:.3f} of {len(told)}\n")
    say_languages(others)
    return 0


def say_languages(found: Sequence[tuple[str, bool, float]]) -> None:
    """The reader's log-odds below which it is refused, where nothing else is known, and its rates."""
    least = float(np.quantile([score for _, can, score in found if can], FALSE_REFUSALS))
    sys.stdout.write(f"READER_ALONE = {least:.2f}\n")
    for name in dict.fromkeys(row[0] for row in found):
        refused = [score < least for language, can, score in found if can and language == name]
        told = [score >= least for language, can, score in found if not can and language == name]
        sys.stdout.write(
            f"{name}: refused {np.mean(refused):.3f}, answered although nothing does {np.mean(told):.3f}\n"
        )


if __name__ == "__main__":
    sys.exit(main())

"""Learn which questions need the one before them: writes `lamplight/models/weights/dependence.npz`.

    python -m training.followups [--check]

`training/followups.txt` has a pair a line: language, the question before, `follow` or `new`, the question. With
`--check` each language is judged by what the others taught, and nothing is written. Both take seconds.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from lamplight.models.catalogue import MULTILINGUAL
from lamplight.models.dependence import DEPENDS, WEIGHTS, features
from lamplight.models.embedder import Embedder, Vectors
from lamplight.models.prepare import ensure_embedder

EXAMPLES = Path(__file__).with_name("followups.txt")
SEPARATOR = " | "
STRENGTH = 1.0  # of the fit against the ridge


def examples(path: Path = EXAMPLES) -> list[tuple[str, bool, str]]:
    """Language, whether it needs the question before, and the question."""
    lines = (line.split(SEPARATOR) for line in path.read_text(encoding="utf-8").splitlines() if line)
    return [(language, kind == "follow", question) for language, _, kind, question in lines]


def matrix(questions: list[str], embedder: Embedder) -> Vectors:
    """One row of features for each question."""
    pairs = zip(embedder.encode_queries(questions), embedder.count_tokens(questions), strict=True)
    return np.stack([features(vector, pieces) for vector, pieces in pairs])


def fit(rows: Vectors, needs: npt.NDArray[np.bool_]) -> LogisticRegression:
    """The weights for these rows of features."""
    return LogisticRegression(C=STRENGTH, max_iter=2000).fit(rows, needs)


def check(languages: list[str], rows: Vectors, needs: npt.NDArray[np.bool_]) -> None:
    """Print the rates of each language, judged by the others."""
    own, said = np.array(languages), np.zeros(len(languages))
    for language in sorted(set(languages)):
        left = own == language
        said[left] = fit(rows[~left], needs[~left]).predict_proba(rows[left])[:, 1]
        print(f"{language}: right {np.mean((said[left] > DEPENDS) == needs[left]):.3f} of {left.sum()}")
    print(f"follow-ups found {np.mean(said[needs] > DEPENDS):.3f} of {needs.sum()}")
    print(f"others taken for one {np.mean(said[~needs] > DEPENDS):.3f} of {(~needs).sum()}")


def main() -> int:
    """Learn from all examples and write; with `--check` print rates and write nothing. Returns 0."""
    parser = argparse.ArgumentParser(description="Learn which questions need the one before them.")
    parser.add_argument("--check", action="store_true", help="judge each language by the others and print the rates")
    options = parser.parse_args()
    languages, needs, questions = zip(*examples(), strict=True)
    embedder = Embedder(ensure_embedder(MULTILINGUAL), model=MULTILINGUAL)
    rows = matrix(list(questions), embedder)
    if options.check:
        check(list(languages), rows, np.array(needs))
        return 0
    fitted = fit(rows, np.array(needs))
    weights, bias = fitted.coef_[0].astype(np.float16), np.float32(fitted.intercept_[0])
    np.savez_compressed(WEIGHTS, weights=weights, bias=bias, embedder=np.array(embedder.name))
    print(f"{WEIGHTS}: {WEIGHTS.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())

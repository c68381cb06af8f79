"""Learn to tell what is asked for: writes `lamplight/models/weights/intent.npz` from `training/requests.txt`.

    python -m training.intent [--data DIR] [--check]

Each example is filled in several times, so that what it is about doesn't count. Questions of fact are those of the
`tune` halves of the benchmarks besides. With `--check`, a fifth of the examples is left out, then each language, and
the rates are printed, for the thresholds of `lamplight/rag/intent.py`; nothing is written.
"""

from __future__ import annotations

import json
import random
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from bench.measuring import options, progress
from bench.questions import articles, filings, household, receipts
from bench.splits import split_of
from lamplight.models.catalogue import MULTILINGUAL
from lamplight.models.embedder import Embedder, Vectors
from lamplight.models.intent import VECTOR_SCALE, WEIGHTS, IntentClassifier, features, ngrams_of
from lamplight.models.prepare import ensure_embedder
from lamplight.rag.intent import understand
from lamplight.rag.request_language import language_of
from training.papers import FOLDER, sections

EXAMPLES = Path(__file__).with_name("requests.txt")
FACT = "fact"
SLOT = re.compile(r"\{(\w+)\}")
WHOLE_OR_PART = {"docs": " all", "pages": " part", "topic": " part"}
# Whose own words, as "receipts" and "total", are what other lists are of, and facts.
SUMS = ("list sum", "fact sum")
SEED = 11
FILLED = 12  # times each example with a slot
FACTS_EACH = 400  # questions of one benchmark
PAPERS = 4_000  # questions of `training/papers`, as people ask them in a dozen languages
ENDINGS = ("", "", "?", ".", "!")  # of what is typed
FEWEST = 2  # examples that share an n-gram for it to count
STRENGTH, MULTILINGUAL_STRENGTH = 3.0, 30.0  # of the fits against the ridge
FORGOTTEN = 0.3  # of an example's n-grams in half of its fillings: other words will do
LEFT_OUT = 5  # every fifth, with `--check`

Example = tuple[str, str]  # kind and template


def read_examples(path: Path = EXAMPLES) -> tuple[list[Example], dict[str, list[str]]]:
    """The examples with their kinds, and the fillings of each slot."""
    examples: list[Example] = []
    fillings: dict[str, list[str]] = {}
    heading = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        slot = SLOT.fullmatch(line)
        if line.startswith("[") or (slot and slot[1] not in fillings):
            heading = line
            if slot:
                fillings[slot[1]] = []
        elif heading.startswith("{"):
            fillings[heading[1:-1]].append(line)
        else:
            examples.append((f"{heading[1:-1]}{_detail(heading[1:-1], line)}", line))
    return examples, fillings


def _detail(kind: str, template: str) -> str:
    """Of a summary whether all documents are to be summarised, or a part of one."""
    found = [WHOLE_OR_PART[slot] for slot in SLOT.findall(template) if slot in WHOLE_OR_PART]
    return found[0] if kind == "summary" and found else ""


def filled(template: str, fillings: dict[str, list[str]], chance: random.Random) -> Iterator[str]:
    """The template as people may type it."""
    for _ in range(FILLED if SLOT.search(template) else 3):
        text = SLOT.sub(lambda slot: chance.choice(fillings[slot[1]]), template)
        text = text.rstrip("?") + chance.choice(ENDINGS)
        yield text[0].upper() + text[1:] if chance.random() < 0.5 else text


def asked_facts(data: Path) -> list[str]:
    """Questions of fact in the `tune` halves, and of our own papers."""
    made = Path("/nonexistent")
    chance = random.Random(SEED)
    groups = [
        [one.text for article in articles(data) for one in article if split_of(one.passage) == "tune"],
        [one.text for one in filings(data, made).part("tune").questions],
        [one.text for one in household(data, made).part("tune").questions],
        [one.text for one in receipts(data, made).part("tune").questions],
        list(_tables(data)),
        *(list(_foreign(data, language)) for language in ("de", "es")),
    ]
    facts = [text for group in groups for text in chance.sample(group, min(FACTS_EACH, len(group)))]
    own = sorted(
        {question for path in sorted(FOLDER.glob("*.txt")) for one in sections(path) for question, _ in one.asked}
    )
    return facts + chance.sample(own, PAPERS)


def _tables(data: Path) -> Iterator[str]:
    for line in (data / "wikitables" / "questions.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if split_of(row["table"]) == "tune":
            yield row["question"]


def _foreign(data: Path, language: str) -> Iterator[str]:
    content = json.loads((data / "xquad" / f"xquad.{language}.json").read_text(encoding="utf-8"))
    for article in content["data"]:
        for paragraph in article["paragraphs"]:
            if split_of(paragraph["context"]) == "tune":
                yield from (question["question"] for question in paragraph["qas"])


def shared_ngrams(examples: list[Example]) -> dict[str, str]:
    """The n-grams of the examples' own words, not of what fills them, each with the kinds that have it."""
    counts: dict[str, int] = {}
    having: dict[str, set[str]] = {}
    for kind, template in examples:
        own = {ngram for part in _parts(template) for ngram in ngrams_of(part) if not ngram.startswith("^")}
        first = next(iter(ngrams_of(template)), "") if not template.startswith("{") else ""
        for ngram in own | ({first} if first else set()):
            counts[ngram] = counts.get(ngram, 0) + 1
            having.setdefault(ngram, set()).add(kind.split()[kind in SUMS])
    kept = sorted(ngram for ngram, count in counts.items() if count >= FEWEST or " " not in ngram)
    return {ngram: " ".join(sorted(having[ngram])) for ngram in kept}


def _parts(template: str) -> list[str]:
    return [part for part in re.split(r"\{\w+\}", template) if part.strip()]


def matrix(texts: list[str], vectors: Vectors, places: dict[str, int], forget: bool) -> Vectors:
    """One row of features for each text."""
    chance = random.Random(SEED)
    rows = []
    for text, vector in zip(texts, vectors, strict=True):
        ngrams = list(ngrams_of(text))
        if forget and chance.random() < 0.5:
            ngrams = [ngram for ngram in ngrams if chance.random() >= FORGOTTEN]
        rows.append(features(ngrams, vector, places))
    return np.stack(rows)


def fit(examples: list[Example], fillings: dict[str, list[str]], facts: list[str], embedders: Embedders) -> Model:
    """The weights for these examples."""
    chance = random.Random(SEED)
    texts, kinds = list(facts), [FACT] * len(facts)
    for kind, template in examples:
        made = list(dict.fromkeys(filled(template, fillings, chance)))
        texts += made
        kinds += [kind] * len(made)
    shared = shared_ngrams(examples)
    places = {ngram: place for place, ngram in enumerate(shared)}
    progress(f"{len(texts)} texts, {len(places)} n-grams")
    regression = LogisticRegression(C=STRENGTH, max_iter=400)
    regression.fit(matrix(texts, embedders.first.encode(texts), places, True), kinds)
    multilingual = LogisticRegression(C=MULTILINGUAL_STRENGTH, max_iter=400)
    multilingual.fit(VECTOR_SCALE * embedders.multilingual.encode_queries(texts), kinds)
    return Model(shared, regression, multilingual)


@dataclass(frozen=True, slots=True)
class Embedders:
    first: Embedder
    multilingual: Embedder


class Model:
    """The fitted regressions, the first with the n-grams it looks at."""

    def __init__(
        self, shared: dict[str, str], regression: LogisticRegression, multilingual: LogisticRegression
    ) -> None:
        self.shared, self.regression, self.multilingual = shared, regression, multilingual

    def save(self, path: Path, embedders: Embedders) -> None:
        """As `IntentClassifier` reads it: weights in float16, biases in float32, and the names of both embedders."""
        np.savez_compressed(
            path,
            kinds=np.array(self.regression.classes_),
            ngrams=np.array(list(self.shared)),
            shared=np.array(list(self.shared.values())),
            weights=self.regression.coef_.T.astype(np.float16),
            bias=self.regression.intercept_.astype(np.float32),
            embedder=np.array(embedders.first.name),
            multilingual_weights=self.multilingual.coef_.T.astype(np.float16),
            multilingual_bias=self.multilingual.intercept_.astype(np.float32),
            multilingual_embedder=np.array(embedders.multilingual.name),
        )


def check(examples: list[Example], fillings: dict[str, list[str]], facts: list[str], embedders: Embedders) -> None:
    """Print how what was left out is understood: a fifth of the examples, then all of each language but English."""
    shuffled, questions = random.Random(SEED).sample(examples, len(examples)), list(facts)
    random.Random(SEED).shuffle(questions)
    others = [one for place, one in enumerate(questions) if place % LEFT_OUT]
    left = shuffled[::LEFT_OUT]
    _check("a fifth", [one for one in shuffled if one not in left], left, others, questions, fillings, embedders)
    for language in ("de", "fr", "es"):
        left = [one for one in shuffled if language_of(one[1]) == language]
        _check(language, [one for one in shuffled if one not in left], left, others, questions, fillings, embedders)


def _check(
    name: str,
    learnt: list[Example],
    left: list[Example],
    others: list[str],
    questions: list[str],
    fillings: dict[str, list[str]],
    embedders: Embedders,
) -> None:
    """Learn from some, and print how the app understands what is `left`, with and without the second embedder."""
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch, "intent.npz")
        fit(learnt, fillings, others, embedders).save(path, embedders)
        classifier = IntentClassifier(path)
    chance = random.Random(SEED + 1)
    asked = [(kind.split()[0], next(filled(text, fillings, chance))) for kind, text in left]
    asked += [(FACT, text) for text in questions[::LEFT_OUT]]
    for label, second in (("the first embedder", None), ("both", embedders.multilingual)):
        pairs = [(kind, understand(text, classifier, embedders.first, second).kind, text) for kind, text in asked]
        found = [own == kind for kind, own, _ in pairs if kind != FACT]
        lost = [own != FACT for kind, own, _ in pairs if kind == FACT]
        progress(
            f"{name} left out, {label}: understood {np.mean(found):.3f} of {len(found)}, "
            f"facts lost {np.mean(lost):.4f} of {len(lost)}"
        )
    for kind, own, text in pairs:
        if own not in (kind, FACT):
            progress(f"  {kind:12} {own:12} {text}")


def main() -> None:
    """Fit, then write or check."""
    parser = options(__doc__ or "")
    parser.add_argument("--check", action="store_true", help="leave some out and print the rates")
    chosen = parser.parse_args()
    examples, fillings = read_examples()
    facts = asked_facts(chosen.data)
    embedders = Embedders(Embedder(ensure_embedder()), Embedder(ensure_embedder(MULTILINGUAL), model=MULTILINGUAL))
    if chosen.check:
        check(examples, fillings, facts, embedders)
        return
    fit(examples, fillings, facts, embedders).save(WEIGHTS, embedders)
    progress(f"{WEIGHTS}: {WEIGHTS.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()

"""What remembered passages do to the answers: one exact prompt against the likeliest passage, on SQuAD questions."""

from __future__ import annotations

import math
import random
import tempfile
from pathlib import Path

from bench.answers import contains
from bench.first_token import SYSTEM, timed
from bench.measuring import Measures, progress
from bench.questions import articles
from lamplight.ingest.pipeline import index_file
from lamplight.library.store import Library
from lamplight.models.engine import never
from lamplight.models.language_model import PassagePrompt
from lamplight.models.loading import Models
from lamplight.rag.finding import Finder
from lamplight.rag.reading import APART, near_best, rank_prior

ANSWER_TOKENS = 40
SEED = 11
NORMAL_95 = 1.96  # standard errors on either side of a 95 % confidence interval


def accuracy(models: Models, data: Path, count: int) -> Measures:
    """Share of answers that contain a gold answer, both ways with the same passages as the retriever ranks them."""
    groups = articles(data)
    questions = random.Random(SEED).sample([asked for group in groups for asked in group], count)
    model = models.local_model
    exact, apart, first, alone = [], [], {"retriever": 0, "likelihood": 0}, 0
    with tempfile.TemporaryDirectory() as folder, Library(Path(folder) / "library") as library:
        for number, group in enumerate(groups):
            path = Path(folder) / f"article {number}.txt"
            path.write_text("\n\n".join(dict.fromkeys(asked.passage for asked in group)), encoding="utf-8")
            index_file(path, library, models)
        finder = Finder(library, models)
        for number, asked in enumerate(questions, start=1):
            found = finder.select(asked.text, APART).passages
            texts = [f"{passage.header}:\n{passage.text}" for passage in found]
            together = PassagePrompt(SYSTEM, tuple(reversed(texts)), asked.text)
            exact.append(contains(timed(model.read(together, ANSWER_TOKENS, never)).text, asked.answers))
            near = near_best([passage.score for passage in found])
            separate = PassagePrompt(SYSTEM, tuple(texts[:near]), asked.text)
            answer = timed(model.read_apart(separate, ANSWER_TOKENS, never, rank_prior(near)))
            apart.append(contains(answer.text, asked.answers))
            alone += near == 1
            chosen = texts[answer.usage.answered_from or 0]
            first["retriever"] += asked.passage[:60] in texts[0]
            first["likelihood"] += asked.passage[:60] in chosen
            if number % 10 == 0:
                progress(f"{number} of {count}: {sum(exact)} right from one prompt, {sum(apart)} from one passage")
    differences = [100.0 * (ours - theirs) for ours, theirs in zip(apart, exact, strict=True)]
    mean = sum(differences) / count
    spread = math.sqrt(sum((value - mean) ** 2 for value in differences) / count)
    return {
        "accuracy_exact": round(sum(exact) / count, 3),
        "accuracy_remembered": round(sum(apart) / count, 3),
        "accuracy_difference_points": round(mean, 1),
        "accuracy_difference_interval": round(NORMAL_95 * spread / math.sqrt(count), 1),
        "gold_first_retriever": round(first["retriever"] / count, 3),
        "gold_first_likelihood": round(first["likelihood"] / count, 3),
        "one_passage_rate": round(alone / count, 3),
        "accuracy_questions": count,
    }

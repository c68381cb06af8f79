"""How often answers are right, refused and flagged as they should be, on SQuAD.

    python -m bench.answers [--count QUESTIONS] [--json]

Two articles go into a library; a third stays out, and its questions should be refused. The baseline is the same
model given the gold passage alone, as a plain prompt.
"""

from __future__ import annotations

import json
import random
import re
import string
import sys
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.measuring import Measures, options, progress, report
from ingest.pipeline import index_file
from library.store import Library
from models.language_model import Piece
from models.loading import Models
from rag.answerer import ANSWER_TOKENS, Answerer, prompt
from rag.events import Finished, Passage
from rag.grounding import ground

QUESTIONS = 40
SEED = 7
HELD_OUT = 2  # the third article


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its passage and the answers that count as right."""

    text: str
    passage: str
    answers: list[str]


def articles(data: Path) -> list[list[Asked]]:
    """The answerable questions of each article."""
    content = json.loads((data / "squad" / "passages_and_questions.json").read_text(encoding="utf-8"))
    return [
        [
            Asked(question["question"], paragraph["context"], [answer["text"] for answer in question["answers"]])
            for paragraph in article["paragraphs"]
            for question in paragraph["qas"]
            if not question["is_impossible"]
        ]
        for article in content["data"]
    ]


def contains(answer: str, accepted: Sequence[str]) -> bool:
    """SQuAD's own normalisation, then containment."""
    return any(_normal(text) in _normal(answer) for text in accepted)


def _normal(text: str) -> str:
    bare = "".join(character for character in text.lower() if character not in string.punctuation)
    return " ".join(word for word in bare.split() if word not in ("a", "an", "the"))


def ask(answerer: Answerer, question: str) -> Finished:
    for event in answerer.answer(question):
        if isinstance(event, Finished):
            return event
    raise AssertionError("an answer without an end")


def ask_gold(models: Models, asked: Asked) -> str:
    """The baseline: the model with the right passage and nothing else."""
    passage = Passage(1, 0, "", 1, "text", "", asked.passage, [], 0.0)
    messages = prompt(asked.text, [passage], "documents")
    never = threading.Event()
    events = models.language_model.generate(messages, ANSWER_TOKENS, never.is_set)
    return "".join(event.text for event in events if isinstance(event, Piece))


def answers(library: Library, models: Models, inside: Sequence[Asked], outside: Sequence[Asked]) -> Measures:
    """Both sides answer each question before the next one is asked."""
    answerer = Answerer(library, models)
    right = right_gold = refused = invented = cited = 0
    for number, asked in enumerate(inside, start=1):
        finished = ask(answerer, asked.text)
        right += contains(finished.answer, asked.answers)
        refused += finished.refused
        cited += any(contains(asked.passage, [citation.text]) for citation in finished.citations)
        right_gold += contains(ask_gold(models, asked), asked.answers)
        progress(f"{number} of {len(inside)}: {right} right, {right_gold} from the gold passage")
    for asked in outside:
        invented += not ask(answerer, asked.text).refused
    return {
        "contains_accuracy": round(right / len(inside), 3),
        "contains_accuracy_gold_passage": round(right_gold / len(inside), 3),
        "cites_gold_passage": round(cited / len(inside), 3),
        "false_refusal_rate": round(refused / len(inside), 3),
        "false_answer_rate": round(invented / len(outside), 3),
        "questions": len(inside),
        "questions_outside": len(outside),
    }


def claims(inside: Sequence[Asked]) -> Measures:
    """Sentences of the passages as they are, and with a number or a name changed; which are flagged?"""
    passages = list(dict.fromkeys(asked.passage for asked in inside))
    names = sorted({name for text in passages for name in _names(text)})
    generator = random.Random(SEED)
    flagged_false = flagged_true = false = 0
    for text in passages:
        passage = Passage(1, 0, "", 1, "text", "", text, [], 0.0)
        sentence = re.split(r"(?<=[.!?])\s", text)[0]
        changed = _changed(sentence, names, generator)
        if changed is None:
            continue
        false += 1
        flagged_false += bool(ground(changed, [passage]).unsupported)
        flagged_true += bool(ground(sentence, [passage]).unsupported)
    flagged = flagged_false + flagged_true
    return {
        "unsupported_precision": round(flagged_false / flagged, 3) if flagged else 0.0,
        "unsupported_recall": round(flagged_false / false, 3),
        "claims": 2 * false,
    }


def _names(text: str) -> list[str]:
    return re.findall(r"(?<=[a-z,] )[A-Z][a-z]{3,}", text)


def _changed(sentence: str, names: Sequence[str], generator: random.Random) -> str | None:
    numbers = re.findall(r"\b\d+\b", sentence)
    if numbers:
        return sentence.replace(numbers[0], str(int(numbers[0]) + 13), 1)
    own = _names(sentence)
    others = [name for name in names if name not in sentence]
    return sentence.replace(own[0], generator.choice(others)) if own and others else None


def main() -> int:
    parsed = options("How often answers are right, refused and flagged as they should be.").parse_args()
    count = parsed.count or QUESTIONS
    groups = articles(parsed.data)
    outside = groups.pop(HELD_OUT)
    inside = [asked for group in groups for asked in group]
    generator = random.Random(SEED)
    models = Models()
    with tempfile.TemporaryDirectory() as folder, Library(Path(folder) / "library") as library:
        for number, group in enumerate(groups):
            path = Path(folder) / f"article {number}.txt"
            path.write_text("\n\n".join(dict.fromkeys(asked.passage for asked in group)), encoding="utf-8")
            index_file(path, library, models)
        chosen = generator.sample(inside, min(count, len(inside)))
        measures = answers(library, models, chosen, generator.sample(outside, min(count, len(outside))))
    measures |= claims(inside)
    report(measures, parsed.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())

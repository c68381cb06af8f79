"""Questions whose document is there but whose answer isn't: the honest test of saying so.

Built from the data, not invented: a SQuAD paragraph is left out while its article stays in, and receipts are asked for
what their own text does not hold.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from pathlib import Path

from bench.judging import states
from bench.questions import Asked, Question, QuestionSet, passages, squad_question
from lamplight.library.store import Library

SEED = 7
LEFT_OUT = 0.2  # of the paragraphs
# What a receipt is asked for, and the traces in its text by which it may hold that after all; recognition makes
# mistakes, so the traces are wide.
ABSENT = {
    "What is the phone number on the {company} bill of {date}?": r"te[l1i]|phone|fax|h/?p\b|mobile|\d{2,4}-\s?\d{5,}",
    "Who was the cashier at {company} on {date}?": r"cash|staff|serve|sales|user|operator|clerk|by\b|waiter",
    "What is the GST number of {company}?": r"[g6]s[tl]|tax|reg",
    "What is the email address of {company}?": r"@|mail|\.com|www",
    "How many loyalty points did I get at {company} on {date}?": r"point|member|bonus|reward|loyal|card|pts",
    "Which table did we sit at at {company} on {date}?": r"tab|tbl|pax|cover|seat|dine",
}


def squad_near_misses(groups: Sequence[Sequence[Asked]], made: Path) -> tuple[QuestionSet, list[Question]]:
    """What is in the library with its answerable questions, and the questions of the paragraphs that were left out.

    A question stays only if none of its answers stands in another paragraph of the article that is in.
    """
    generator = random.Random(SEED)
    inside: list[Asked] = []
    missing: list[Question] = []
    for group in groups:
        names = list(dict.fromkeys(one.document for one in group))
        out = set(generator.sample(names, round(LEFT_OUT * len(names))))
        kept = [one for one in group if one.document not in out]
        texts = list(dict.fromkeys(one.passage for one in kept))
        inside += kept
        for one in group:
            if one.document in out and not any(states(text, one.answers) for text in texts):
                missing.append(Question(one.text, (), one.passage, kind="squad"))
    return QuestionSet("refusal", passages(inside, made), [squad_question(one) for one in inside]), missing


def receipt_near_misses(library: Library, fields: dict[str, dict[str, str]]) -> list[Question]:
    """Receipts asked for what neither they nor any other receipt of the same company shows a trace of."""
    texts = {
        document.name: " ".join(chunk.text for chunk in library.passages.of(document.id)).lower()
        for document in library.documents.all()
    }
    questions: dict[str, Question] = {}
    for name, values in fields.items():
        same = [texts.get(other, "") for other, its in fields.items() if its["company"] == values["company"]]
        for wording, traces in ABSENT.items():
            if all(same) and not any(re.search(traces, text) for text in same):
                text = wording.format(**values)
                questions.setdefault(text, Question(text, (), name, frozenset({name}), kind="receipts"))
    return list(questions.values())

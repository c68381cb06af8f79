"""The languages of the made-up forms and of questions about receipts: `training/languages/<code>.txt`, as data.

The head of `en.txt` says how to write one. `language(code)` reads it once and complains of what is missing.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "languages"
Alternatives = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Language:
    """`labels`, `questions` and `told` are by field; what else there is by the keys of its section."""

    code: str
    labels: Alternatives
    questions: Alternatives
    told: Alternatives
    values: Alternatives
    lines: Alternatives
    receipt: Alternatives
    asked: Alternatives

    def written(self, question: str, chance: random.Random) -> str:
        """A question as a person of this language types it: with its marks or without, with a capital or without."""
        if chance.random() < 0.4:
            question = question[:1].upper() + question[1:]
        return chance.choice(self.asked["mark"]).format(question=question)


@cache
def codes() -> tuple[str, ...]:
    """English first."""
    found = sorted(path.stem for path in FOLDER.glob("*.txt"))
    return ("en", *(code for code in found if code != "en"))


@cache
def language(code: str) -> Language:
    """Raises `ValueError` for a line that can't be read, `KeyError` for a missing section but `told`, and `OSError`."""
    sections: dict[str, dict[str, tuple[str, ...]]] = {}
    keys: dict[str, tuple[str, ...]] = {}
    for number, line in enumerate((FOLDER / f"{code}.txt").read_text(encoding="utf-8").splitlines(), 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        if text.startswith("["):
            keys = sections.setdefault(text.strip("[]"), {})
            continue
        key, colon, rest = text.partition(":")
        if not colon or not all(part.strip() for part in rest.split("|")):
            raise ValueError(f"{code}.txt, line {number}: a key, a colon and what it stands for, parted by |")
        keys[key] = (*keys.get(key, ()), *(part.strip() for part in rest.split("|")))
    fields = sections["fields"]
    return Language(
        code=code,
        labels={name: tuple(map(str.strip, parts[0].split(" / "))) for name, parts in fields.items()},
        questions={name: parts[1:] for name, parts in fields.items()},
        told=sections.get("told", {}),
        values=sections["values"],
        lines=sections["lines"],
        receipt=sections["receipt"],
        asked=sections["questions"],
    )


def receipt_question(
    kind: str, code: str, chance: random.Random, *, shop: str = "", date: str = "", total: str = ""
) -> str:
    """A question for the `kind` ("total", "date" or "company") of a receipt, in the language of this code.

    `shop`, `date` and `total` only say which receipt is meant and are put where that language has them.
    """
    asked = language(code)
    question = chance.choice(asked.receipt[kind])
    for key, value in (("shop", shop), ("dated", date), ("over", total)):
        if value:
            question = chance.choice(asked.receipt[key]).format(question=question, value=value)
    return asked.written(question, chance)

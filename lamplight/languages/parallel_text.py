"""The same passages and questions in 42 languages (`parallel/<code>.txt`), and the words that are usual in each.

A file has 24 passages, a line each, and 18 questions in the same order, which begin with "? ".
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from pathlib import Path

PARALLEL = Path(__file__).with_name("parallel")
WORD = re.compile(r"[^\W\d_]+")
ASKS = "?\uff1f\u061f;"  # ends a question; in Greek, too
USUAL = 3  # of the 42 lines that hold a word
USUAL_IN_QUESTIONS = 2  # of the 18


def parallel_text() -> dict[str, tuple[list[str], list[str]]]:
    """By the code of a language its passages and its questions."""
    return {path.stem: _text_in(path.stem) for path in sorted(PARALLEL.glob("*.txt"))}


def _text_in(language: str) -> tuple[list[str], list[str]]:
    path = PARALLEL / f"{language}.txt"
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    questions = [line.removeprefix("? ") for line in lines if line.startswith("? ")]
    return [line for line in lines if not line.startswith("? ")], questions


@lru_cache(maxsize=8)
def usual_words(language: str) -> frozenset[str]:
    """In small letters: those that stand in texts and questions about anything.

    Nothing of a language that isn't among these, or writes no blanks between words.
    """
    passages, questions = _text_in(language)
    asked = Counter(word for line in questions for word in set(WORD.findall(line.lower())))
    anywhere = asked + Counter(word for line in passages for word in set(WORD.findall(line.lower())))
    often = {word for word, count in asked.items() if count >= USUAL_IN_QUESTIONS}
    return frozenset(often | {word for word, count in anywhere.items() if count >= USUAL})


@lru_cache(maxsize=8)
def question_openings(language: str) -> frozenset[str]:
    """In small letters the words with which questions begin: "when", "how", "are"."""
    _, questions = _text_in(language)
    return frozenset(WORD.findall(line.lower())[0] for line in questions if line[-1] in ASKS)

"""Examples in several languages: XQuAD's paragraphs, each asked about in its own language or in another one."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import Any

from bench.splits import split_of
from training.examples import Example

LANGUAGES = ("en", "de", "es", "zh")
DRAWN = 3  # times that each question is drawn
SAME_LANGUAGE = 0.55  # of the questions are in the paragraph's language for certain; of the rest, some by chance
ELSEWHERE = 0.2  # of the paragraphs are asked what another one answers

SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[^\W_a-zß-öø-ÿ]|[“\"(¿¡„«])|(?<=[\u3002\uff01\uff1f])")

Versions = dict[str, dict[str, Any]]  # a paragraph of SQuAD's layout by language


def translated(data: Path, chance: random.Random) -> list[Example]:
    """Drawn anew at each call; only paragraphs that are for tuning."""
    paragraphs = _paragraphs(data)
    made = []
    for versions in paragraphs:
        for number in range(len(versions["en"]["qas"])):
            for _ in range(DRAWN):
                told = chance.choice(LANGUAGES)
                asked = told if chance.random() < SAME_LANGUAGE else chance.choice(LANGUAGES)
                other = chance.choice(paragraphs)
                if chance.random() < ELSEWHERE and other is not versions:
                    question = chance.choice(other[asked]["qas"])["question"]
                    made.append(_example(versions[told], question, None))
                else:
                    question = versions[asked]["qas"][number]["question"]
                    made.append(_example(versions[told], question, versions[told]["qas"][number]["answers"][0]))
    return made


def _paragraphs(data: Path) -> list[Versions]:
    read = {
        language: [
            {"title": article.get("title", "").replace("_", " "), **paragraph}
            for article in json.loads((data / "xquad" / f"xquad.{language}.json").read_text(encoding="utf-8"))["data"]
            for paragraph in article["paragraphs"]
        ]
        for language in LANGUAGES
    }
    together = (dict(zip(LANGUAGES, versions, strict=True)) for versions in zip(*read.values(), strict=True))
    return [versions for versions in together if split_of(versions["en"]["context"]) == "tune"]


def _example(paragraph: dict[str, Any], question: str, answer: dict[str, Any] | None) -> Example:
    """`answer` is None where the paragraph holds none."""
    context = paragraph["context"]
    ends = [match.end() for match in SENTENCE_END.finditer(context)]
    places = [place for place in zip([0, *ends], [*ends, len(context)], strict=True) if context[slice(*place)].strip()]
    lines = tuple(context[start:end].strip() for start, end in places)
    if answer is None:
        return Example("paragraph", question, paragraph["title"], lines, (), ())
    line = max(number for number, (start, _) in enumerate(places) if start <= answer["answer_start"])
    start = context.index(lines[line], places[line][0])
    begin = answer["answer_start"] - start
    span = (begin, min(begin + len(answer["text"]), len(lines[line])))
    return Example("paragraph", question, paragraph["title"], lines, (line,), (span,))

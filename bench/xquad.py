"""XQuAD: the same paragraphs and questions in several languages. Is the passage found, and the line that answers?"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.asking import library_of
from bench.measuring import Measures, progress, rate
from bench.questions import Asked, passages
from bench.splits import Split, split_of
from lamplight.library.store import Library
from lamplight.models.loading import Models
from lamplight.rag.finding import Finder

LANGUAGES = ("en", "de", "es", "zh")
ACROSS = 3  # passages in which an English question's is to be
OF_AN_ARTICLE = 5  # paragraphs


def paragraphs(data: Path, language: str) -> list[Asked]:
    """The first question about each paragraph, in the same order in every language."""
    content = json.loads((data / "xquad" / f"xquad.{language}.json").read_text(encoding="utf-8"))
    found = [paragraph for article in content["data"] for paragraph in article["paragraphs"]]
    return [
        Asked(one["qas"][0]["question"], f"passage {number}.txt", one["context"], [one["qas"][0]["answers"][0]["text"]])
        for number, one in enumerate(found)
    ]


def articles_in(data: Path, language: str, half: Split) -> list[list[Asked]]:
    """All questions of each article, those about paragraphs of the `half` alone, which is told by the English text."""
    read = {
        code: json.loads((data / "xquad" / f"xquad.{code}.json").read_text(encoding="utf-8"))["data"]
        for code in {"en", language}
    }
    made = []
    for number, (article, english) in enumerate(zip(read[language], read["en"], strict=True)):
        pairs = zip(article["paragraphs"], english["paragraphs"], strict=True)
        halves = [one for one, other in pairs if split_of(other["context"]) == half]
        made.append(
            [
                Asked(asked["question"], f"{number}-{place}.txt", one["context"], [asked["answers"][0]["text"]])
                for place, one in enumerate(halves)
                for asked in one["qas"]
            ]
        )
    return made


def measure_language(
    language: str, asked: Sequence[Asked], wanted: Sequence[int], english: Sequence[Asked], folder: Path, models: Models
) -> Measures:
    """Of a library of all paragraphs `asked` in one language, by the questions about those `wanted`."""
    progress(f"xquad {language}")
    with library_of(
        folder / f"xquad {language}", passages(asked, folder / f"xquad {language} files"), models
    ) as library:
        return _measured(
            language, [asked[index] for index in wanted], [english[index] for index in wanted], library, models
        )


def measure_together(
    texts: Mapping[str, Sequence[Asked]], wanted: Sequence[int], folder: Path, models: Models
) -> Measures:
    """Of one library in which each article is in one of the languages, asked in all: a real one isn't in one alone.

    `texts` are all paragraphs of each language.
    """
    progress("xquad together")
    languages = [LANGUAGES[index // OF_AN_ARTICLE % len(LANGUAGES)] for index in range(len(texts["en"]))]
    held = [texts[language][index] for index, language in enumerate(languages)]
    found: dict[str, list[bool]] = {"own": [], "english_about_another": [], "about_english": [], "about_another": []}
    with library_of(folder / "xquad together", passages(held, folder / "xquad together files"), models) as library:
        finder = Finder(library, models)
        for index in wanted:
            for language, asked in texts.items():
                kind = "about_english" if languages[index] == "en" else "about_another"
                if language == "en":
                    kind = "english_about_another"
                if language == languages[index]:
                    kind = "own"
                first = finder.search(asked[index].text).found[:1]
                found[kind].append(any(passage.document == held[index].document for passage in first))
    measures: Measures = {}
    for kind, right in found.items():
        measures |= rate(f"xquad_together_passage_at_1_{kind}", right)
    return measures


def _measured(
    language: str, asked: Sequence[Asked], english: Sequence[Asked], library: Library, models: Models
) -> Measures:
    finder = Finder(library, models)
    first, right, refused, across = [], [], [], []
    for one, other in zip(asked, english, strict=True):
        selection = finder.select(one.text)
        first.append(bool(selection.passages) and selection.passages[0].document == one.document)
        line = selection.lines[0].sentence if selection.lines else None
        right.append(line is not None and line.passage.document == one.document and one.answers[0] in line.text)
        refused.append(not selection.answerable)
        across.append(one.document in [found.document for found in finder.select(other.text).passages[:ACROSS]])
    return {
        **rate(f"xquad_passage_at_1_{language}", first),
        **rate(f"xquad_line_right_{language}", right),
        **rate(f"xquad_refused_{language}", refused),
        **rate(f"xquad_passage_at_3_en_{language}", across),
    }

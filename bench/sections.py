"""About 1,500 tokens of passages for a question: sections of articles, each a document of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.questions import Asked
from lamplight.ingest.pipeline import index_file
from lamplight.library.store import Library
from lamplight.models.loading import Models
from lamplight.rag.finding import Finder
from lamplight.rag.reading import APART, near_best

SECTION_TOKENS = 375  # four of them are 1,500
FOUND = 20  # chunks, from which the sections are taken


@dataclass(frozen=True, slots=True)
class Found:
    """Sections best first; the first `near` of them are worth weighing against each other."""

    sections: list[str]
    near: int


class SectionFinder:
    """The best sections for a question, by the chunks found in them."""

    def __init__(self, finder: Finder, sections: dict[str, str]) -> None:
        self._finder = finder
        self._sections = sections

    def find(self, question: str) -> Found:
        """At most `APART` sections; no section and `near` 0 when nothing is found. Raises `LamplightError`."""
        selection = self._finder.select(question, FOUND)
        scores: dict[str, float] = {}  # of each section's best chunk
        for passage in selection.passages:
            scores.setdefault(passage.document, passage.score)
        names = list(scores)[:APART]
        return Found([self._sections[name] for name in names], near_best([scores[name] for name in names]))


def index_sections(groups: Sequence[Sequence[Asked]], folder: Path, library: Library, models: Models) -> dict[str, str]:
    """Neighbouring paragraphs joined to sections, each a document of its own; texts by document name."""
    sections: dict[str, str] = {}
    for number, group in enumerate(groups):
        parts: list[str] = []
        for paragraph in dict.fromkeys(asked.passage for asked in group):
            parts.append(paragraph)
            if models.language_model.count_tokens(" ".join(parts)) >= SECTION_TOKENS:
                path = folder / f"article {number} section {len(sections)}.txt"
                sections[path.name] = "\n\n".join(parts)
                path.write_text(sections[path.name], encoding="utf-8")
                index_file(path, library, models)
                parts = []
    return sections

"""Whether what stands in a file of each kind that people have is found: one fact a case, each from one small file.

    python -m bench.cases --cases DIR [--only PART] [--json]

`DIR` has `cases.json`, a list of `id, file (in files/), question, words (all must stand in one passage), page, kind
(None: any), note`, and `files/`. All files are read into one new library. A case is `found` when the passage is among
the first five of the whole library, `held` when it is in the document and not found, `told` when nothing holds it and
the file's result or its report card says in a sentence what was not read, else `lost`. A case without words asks for
a sentence. `--only` takes the cases whose file's path contains PART.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from bench.measuring import Measures, options, progress, rate, report
from lamplight.ingest.pipeline import FileResult, index_files
from lamplight.ingest.walk import files_in
from lamplight.library.records import Document, Passage
from lamplight.library.store import Library
from lamplight.models.loading import Models
from lamplight.rag.finding import Finder

FOUND_AMONG = 5
Outcome = Literal["found", "held", "told", "lost"]


@dataclass(frozen=True, slots=True)
class Case:
    """One fact in one file. Without `words`, the file can't be read, and a sentence has to say so."""

    file: Path
    question: str
    words: tuple[str, ...]
    page: int | None
    kind: str | None
    note: str

    def holds(self, passage: Passage) -> bool:
        """Whether the passage, with its heading, has all words, on the right page and of the right kind."""
        text = _plain(f"{passage.header} {passage.text}")
        right = self.page in (None, passage.page) and self.kind in (None, passage.kind)
        return right and all(_plain(word) in text for word in self.words)


@dataclass(frozen=True, slots=True)
class Judged:
    case: Case
    outcome: Outcome
    sentences: tuple[str, ...]

    @property
    def right(self) -> bool:
        """Found; or told, where the case has no words or its note says "told"."""
        return self.outcome == "found" or (self.outcome == "told" and (not self.case.words or "told" in self.case.note))


def cases_in(folder: Path, only: str = "") -> list[Case]:
    """The cases of `cases.json`."""
    return [
        Case(
            folder / "files" / one["file"], one["question"], tuple(one["words"]), one["page"], one["kind"], one["note"]
        )
        for one in json.loads((folder / "cases.json").read_text(encoding="utf-8"))
        if only in one["file"]
    ]


def judged(cases: Sequence[Case], library: Library, models: Models) -> Iterator[Judged]:
    """Read the cases' files into the library and look for each fact."""
    files = sorted({case.file for case in cases})
    results: dict[Path, FileResult] = {}
    for step in index_files(files_in(files), library, models):
        if isinstance(step, FileResult):
            results[Path(step.path)] = step
            progress(f"{len(results)} of {len(files)} files read: {Path(step.path).name} {step.status}")
    finder = Finder(library, models)
    for case in cases:
        documents = list(_documents(case.file, library))
        sentences = [results[case.file.resolve()].error or ""]
        sentences += [said for document in documents if document.report for said in document.report.skipped]
        yield Judged(case, _outcome(case, documents, finder, library, any(sentences)), tuple(filter(None, sentences)))


def _documents(file: Path, library: Library) -> Iterator[Document]:
    """The document made of a file, and those of what the file contains."""
    place = str(file.resolve())
    for document in library.documents.all():
        if any(path == place or path.startswith(place + "/") for path in library.paths.of(document.id)):
            yield document


def _outcome(case: Case, documents: Sequence[Document], finder: Finder, library: Library, said: bool) -> Outcome:
    names = {document.id for document in documents}
    if case.words and documents:
        found = finder.select(case.question, FOUND_AMONG).passages
        if any(passage.document_id in names and case.holds(passage) for passage in found[:FOUND_AMONG]):
            return "found"
        if any(case.holds(passage) for document in names for passage in library.passages.of(document)):
            return "held"
    return "told" if said else "lost"


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def measure(folder: Path, only: str) -> Measures:
    """Judge every case, print those that are not right, and count."""
    with tempfile.TemporaryDirectory() as scratch, Library(Path(scratch) / "library") as library:
        all_judged = list(judged(cases_in(folder, only), library, Models(Path(scratch) / "cache")))
    for one in all_judged:
        if not one.right:
            progress(f"{one.outcome:5} {one.case.file.name}: {one.case.question} {list(one.case.words)}")
            for sentence in one.sentences:
                progress(f"      {sentence}")
    outcomes = Counter(one.outcome for one in all_judged)
    return {
        "cases": len(all_judged),
        **rate("right", [one.right for one in all_judged]),
        **{name: outcomes[name] for name in get_args(Outcome)},
    }


def main() -> None:
    """Judge and print the counts; the cases that are not right go to stderr."""
    parser = options("What is found in files of each kind.")
    parser.add_argument("--cases", type=Path, required=True, help="folder with cases.json and files/")
    parser.add_argument("--only", default="", help="only files whose path contains this")
    arguments = parser.parse_args()
    report(measure(arguments.cases, arguments.only), arguments.json)


if __name__ == "__main__":
    main()

"""How often the right page is among the first, on questions about annual reports, against plain searches.

    python -m bench.retrieval [--library DIR] [--json]

The filings are indexed into `--library` first (minutes; nothing to do the second time). Dense alone and BM25
alone are measured on the same index as ours.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.measuring import Measures, options, percentile, progress, report
from ingest.pipeline import files_in, index_file
from library.store import Library
from models.loading import Models
from rag.passages import CANDIDATES, select_passages
from rag.query import terms_of
from rag.retriever import Retriever

DEPTHS = (1, 5, 10)
SIDES = {"": "ours", "_dense": "dense alone", "_bm25": "BM25 alone"}

PageReference = tuple[str, int]


def pages_of(library: Library, ids: Sequence[int]) -> list[PageReference]:
    """Distinct pages in order of their best chunk."""
    chunks = library.chunks(list(ids))
    return list(dict.fromkeys((chunks[number].document, chunks[number].page) for number in ids if number in chunks))


def rankings(library: Library, models: Models, question: str) -> dict[str, tuple[list[PageReference], float]]:
    """Pages best first and milliseconds, for each side."""
    embedder = models.embedder
    retriever = Retriever(library, embedder)
    started = time.perf_counter()
    selection = select_passages(retriever, embedder, question, CANDIDATES)
    ours = list(dict.fromkeys((passage.document, passage.page) for passage in selection.passages))
    took = (time.perf_counter() - started) * 1000
    dense = library.vectors(embedder).nearest(selection.search.vector, CANDIDATES)
    words = library.full_text(terms_of(question), CANDIDATES)
    return {
        "": (ours, took),
        "_dense": (pages_of(library, [number for number, _ in dense]), 0.0),
        "_bm25": (pages_of(library, [number for number, _ in words]), 0.0),
    }


def measure(library: Library, models: Models, questions: Sequence[dict[str, Any]]) -> Measures:
    """Hit rates over the questions; a hit is any of a question's gold pages."""
    hits = {(side, depth): 0 for side in SIDES for depth in DEPTHS}
    times = []
    for question in questions:
        gold = {(question["document"], evidence["page"]) for evidence in question["evidence"]}
        found = rankings(library, models, question["question"])
        times.append(found[""][1])
        for side, (pages, _) in found.items():
            for depth in DEPTHS:
                hits[side, depth] += bool(gold.intersection(pages[:depth]))
    measures: Measures = {
        f"page_hit_at_{depth}{side}": round(hits[side, depth] / len(questions), 3) for depth in DEPTHS for side in SIDES
    }
    return measures | {
        "search_p95_ms": round(percentile(times, 0.95), 1),
        "search_median_ms": round(statistics.median(times), 1),
        "questions": len(questions),
        "chunks": library.count_chunks(),
    }


def main() -> int:
    parser = options("How often the right page is found.")
    parser.add_argument("--library", type=Path, help="keep the index here (default: a temporary folder)")
    parsed = parser.parse_args()
    folder = parsed.data / "filings"
    lines = (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line) for line in lines][: parsed.count or None]
    models = Models()
    with (
        tempfile.TemporaryDirectory() as temporary,
        Library(parsed.library or Path(temporary), "bench.retrieval") as library,
    ):
        for path, _ in files_in([folder]):
            if path.suffix == ".pdf":
                result = index_file(path, library, models)
                progress(f"{result.status}: {path.name} ({result.pages} pages, {result.seconds:.0f} s)")
        report(measure(library, models, questions), parsed.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())

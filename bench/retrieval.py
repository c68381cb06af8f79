"""How often the right page is among the first, on questions about annual reports, against plain searches.

    python -m bench.retrieval [--documents DIR --questions FILE] [--split tune|look|all] [--library DIR]
                              [--scale CHUNKS] [--json]

The documents are indexed into `--library` first (minutes; nothing to do the second time). The baselines search the
same chunks: `_dense` is what everyone does, the nearest embeddings of the chunks' own text with the same embedder;
`_dense_headers` the nearest of ours, which know their title and heading; `_bm25` the full-text search alone.
`--scale 50000` measures the time of a search in a library grown to so many chunks: of each stage (`bench.stages`), and
to what is shown first. The multilingual embedder's vectors are copied as far as they are in `--library`.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from bench.measuring import Measures, options, percentile, progress, rate, report
from bench.questions import Question, from_files
from bench.stages import question_stages
from lamplight.ingest.pipeline import index_file
from lamplight.ingest.walk import files_in
from lamplight.library.records import Chunk, Passage
from lamplight.library.store import Library
from lamplight.models.embedder import Vectors
from lamplight.models.loading import Models
from lamplight.rag.finding import RETRIEVED, Finder
from lamplight.rag.query import terms_of

DEPTHS = (1, 5, 10, 20)
SEED = 7
NOISE = 0.05  # length of what is added to a copied embedding, so that no two are equal
COPY_CHUNKS = 2_000  # of a document made of copies
WARM_UP = 3  # first searches are slower: Chroma reads its index from disk

Page = tuple[str, int]
Ranking = Callable[[str], list[Page]]


def pages_of(chunks: Sequence[Passage]) -> list[Page]:
    """Distinct pages in order of their best chunk."""
    return list(dict.fromkeys((chunk.document, chunk.page) for chunk in chunks))


class Sides:
    """Ours and the baselines over one library."""

    def __init__(self, library: Library, models: Models) -> None:
        self._library = library
        self._embedder = models.embedder
        self._finder = Finder(library, models)
        self._ids = sorted(library.vectors.store(self._embedder).ids())
        self._chunks = library.passages.by_id(self._ids)
        progress(f"embedding {len(self._ids)} chunks without their headers, for the baseline")
        self._plain = self._embedder.encode([self._chunks[number].text for number in self._ids])
        self.milliseconds: list[float] = []

    def rankings(self) -> dict[str, Ranking]:
        """By the ending of their names in the report."""
        return {"": self.ours, "_dense": self.dense, "_dense_headers": self.dense_headers, "_bm25": self.bm25}

    def ours(self, question: str) -> list[Page]:
        """As the app searches and reads, best first; appends to `milliseconds` how long it took."""
        started = time.perf_counter()
        selection = self._finder.select(question, RETRIEVED)
        self.milliseconds.append((time.perf_counter() - started) * 1000)
        return list(dict.fromkeys((passage.document, passage.page) for passage in selection.passages))

    def dense(self, question: str) -> list[Page]:
        """By the cosine of the chunks' own text, without headers, to the question; all are compared."""
        nearest = np.argsort(-(self._plain @ self._embedder.encode([question])[0]))[:RETRIEVED]
        return pages_of([self._chunks[self._ids[index]] for index in nearest.tolist()])

    def dense_headers(self, question: str) -> list[Page]:
        """By the library's index of vectors, in which chunks have their headers; the nearest are approximate."""
        vector = self._embedder.encode([question])[0]
        nearest = self._library.vectors.store(self._embedder).nearest(vector, RETRIEVED)
        return pages_of([self._chunks[number] for number, _ in nearest])

    def bm25(self, question: str) -> list[Page]:
        """By the full-text search for any of the question's words but stop words; empty when no chunk has one."""
        return pages_of(
            [self._chunks[number] for number, _ in self._library.full_text.search(terms_of(question), RETRIEVED)]
        )


def measure(library: Library, models: Models, questions: Sequence[Question]) -> Measures:
    """Hit rates with their intervals; a hit is any of a question's gold pages, or its document."""
    sides = Sides(library, models)
    measures: Measures = {}
    for side, ranking in sides.rankings().items():
        found = [(question, ranking(question.text)) for question in questions]
        paged = [(question, pages) for question, pages in found if question.pages]
        for depth in DEPTHS:
            hits = [
                any(name in question.documents and page in question.pages for name, page in pages[:depth])
                for question, pages in paged
            ]
            measures |= rate(f"page_hit_at_{depth}{side}", hits)
        first = [bool(pages) and pages[0][0] in question.documents for question, pages in found]
        measures |= rate(f"document_first{side}", first) | rate(f"document_hit_at_1{side}", first)
    return measures | _times(sides.milliseconds, library, questions) | _against_dense(measures)


def _against_dense(measures: Measures) -> Measures:
    if "page_hit_at_5" not in measures:
        return {}
    ratio = float(measures["page_hit_at_5"]) / max(float(measures["page_hit_at_5_dense"]), 1e-9)
    return {"page_hit_at_5_vs_dense": round(ratio, 2)}


def _times(milliseconds: Sequence[float], library: Library, questions: Sequence[Question]) -> Measures:
    times = milliseconds[WARM_UP:] or milliseconds
    return {
        "search_p95_ms": round(percentile(times, 0.95), 1),
        "search_median_ms": round(statistics.median(times), 1),
        "questions": len(questions),
        "chunks": library.passages.count(),
    }


def grow(library: Library, models: Models, size: int, into: Library) -> None:
    """Fill `into` with copies of the chunks of `library`, their embeddings a little apart, up to `size` chunks."""
    embedder, second = models.embedder, models.multilingual
    store = library.vectors.store(embedder)
    ids = sorted(store.ids())
    chunks, vectors = library.passages.by_id(ids), store.vectors_of(ids)
    others = library.vectors.store(second, complete=False).vectors_of(ids) if second is not None else {}
    documents = {document.id: document for document in library.documents.all()}
    generator = np.random.default_rng(SEED)
    made = 0
    while made < size:
        for start in range(0, len(ids), COPY_CHUNKS):
            part = ids[start : start + min(COPY_CHUNKS, size - made)]
            if not part:
                return
            parent = documents[chunks[part[0]].document_id]
            document = replace(parent, path=f"/copy {made}", name=f"copy {made} of {parent.name}", sha256=str(made))
            rows = [Chunk(one.page, one.kind, one.header, one.text, one.boxes) for one in map(chunks.__getitem__, part)]
            added = into.documents.add(document, [], rows, _moved([vectors[one] for one in part], generator), embedder)
            if second is not None and others.keys() >= set(part):
                moved = _moved([others[one] for one in part], generator)
                into.vectors.store(second, complete=False).add(
                    into.passages.findable_in([added.id]).tolist(), added.id, moved
                )
            made += len(part)


def _moved(vectors: Sequence[Vectors], generator: np.random.Generator) -> Vectors:
    stacked = np.stack(vectors)
    noise = generator.normal(size=stacked.shape) * NOISE / stacked.shape[1] ** 0.5
    moved: Vectors = (stacked + noise).astype(np.float32)
    moved /= np.linalg.norm(moved, axis=1, keepdims=True)
    return moved


def search_times(library: Library, models: Models, questions: Sequence[str]) -> list[float]:
    """Milliseconds from question to evidence."""
    finder, times = Finder(library, models), []
    for question in [*questions[:WARM_UP], *questions]:
        started = time.perf_counter()
        finder.select(question)
        times.append((time.perf_counter() - started) * 1000)
    return times[WARM_UP:]


def scale(library: Library, models: Models, size: int, questions: Sequence[str]) -> Measures:
    """Search times at a tenth of `size` and at `size`, and there also those of the stages."""
    measures: Measures = {}
    for count in (size // 10, size):
        with tempfile.TemporaryDirectory() as folder, Library(Path(folder)) as grown:
            progress(f"growing a library of {count} chunks")
            grow(library, models, count, grown)
            times = search_times(grown, models, questions)
            measures[f"search_p95_ms_{count}"] = round(percentile(times, 0.95), 1)
            measures[f"search_median_ms_{count}"] = round(statistics.median(times), 1)
            if count == size:
                measures |= question_stages(grown, models, questions, WARM_UP)
    return measures


def main() -> int:
    """Index what is new, measure, print and return 0. Exits with 2 when no question has both document and answer."""
    parser = options("How often the right page is found.")
    parser.add_argument("--documents", type=Path, help="folder of documents (default: the filings)")
    parser.add_argument("--questions", type=Path, help="JSON lines: question, document, evidence [{page}]")
    parser.add_argument("--split", choices=("tune", "look", "all"), default="all", help="by the question's text")
    parser.add_argument("--library", type=Path, help="keep the index here (default: a temporary folder)")
    parser.add_argument("--scale", type=int, default=0, metavar="CHUNKS", help="also time searches among so many")
    parsed = parser.parse_args()
    folder = parsed.documents or parsed.data / "filings"
    read = from_files(folder.name, folder, parsed.questions or folder / "questions.jsonl").part(parsed.split)
    placed = [question for question in read.questions if question.documents and question.answers]
    questions = placed[: parsed.count or None]
    if not questions:
        parser.error("no question says in which document its answer stands")
    models = Models()
    with (
        tempfile.TemporaryDirectory() as temporary,
        Library(parsed.library or Path(temporary), "bench.retrieval") as library,
    ):
        for path, _ in files_in([folder]):
            if path.suffix != ".jsonl":
                result = index_file(path, library, models)
                progress(f"{result.status}: {path.name} ({result.pages} pages, {result.seconds:.0f} s)")
        measures = measure(library, models, questions)
        if parsed.scale:
            measures |= scale(library, models, parsed.scale, [question.text for question in questions])
        report(measures, parsed.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""How fast files go in, against the usual stack, and against rasterising every page and reading it with Tesseract.

    python -m bench.ingest [--count PAGES] [--json]
    python -m bench.ingest --kills 30

All sides read the same pages of the same reports, taking turns. The baselines need `tesseract` on the PATH and
`pip install -r requirements-bench.txt`.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import psutil
import pypdfium2 as pdfium

from bench.kills import ROOT, kills
from bench.measuring import Measures, interleaved, options, progress, report, summary
from bench.receipts import receipts
from bench.usual_stack import usual_stack
from lamplight.ingest.chunks import chunks_of
from lamplight.ingest.pipeline import index_file
from lamplight.ingest.queue import IngestQueue
from lamplight.ingest.readers import read
from lamplight.ingest.readers.reading import Reading
from lamplight.library.records import Document, Page
from lamplight.library.store import Library
from lamplight.models.loading import Models
from lamplight.rag.answerer import Answerer
from lamplight.rag.events import Token
from lamplight.scheduling import CancelToken

PAGES = 60
TESSERACT_PAGES = 5
RUNS = 3
RECEIPTS = 40
BASELINE_DPI = 300
POINTS_PER_INCH = 72
LOOK_SECONDS = 0.2
ANSWERS = 5
WORDS = 8
SETTLE_SECONDS = 2.0  # until indexing is in full swing, or has stopped


def extract(source: Path, pages: list[int], target: Path) -> None:
    """A PDF of some pages (from 0) of another."""
    with_all, chosen = pdfium.PdfDocument(source), pdfium.PdfDocument.new()
    chosen.import_pages(with_all, pages)
    chosen.save(target)
    chosen.close()
    with_all.close()


def rasterise_and_recognise(path: Path, scratch: Path) -> None:
    """The baseline: what the tutorial this grew from did with each page."""
    document = pdfium.PdfDocument(path)
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}  # its threads wait for each other: six times faster with one
    for page in document:
        page.render(scale=BASELINE_DPI / POINTS_PER_INCH).to_pil().save(scratch / "page.png")
        command = ["tesseract", str(scratch / "page.png"), "-"]
        subprocess.run(command, env=environment, capture_output=True, check=True)
    document.close()


def sample_of(data: Path, pages: int, target: Path) -> None:
    """A PDF of pages from all over the filings: prose and tables as they come."""
    sources = [pdfium.PdfDocument(path) for path in sorted((data / "filings").glob("*.pdf"))]
    everything = [(source, number) for source in sources for number in range(len(source))]
    sample = pdfium.PdfDocument.new()
    for index in range(pages):
        source, number = everything[round((index + 0.5) * len(everything) / pages)]
        sample.import_pages(source, [number])
    sample.save(target)
    for document in (sample, *sources):
        document.close()


def speed(data: Path, pages: int, models: Models) -> Measures:
    """Path file → searchable, both sides: read, cut, embed, store."""
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        sample = scratch / "sample.pdf"
        sample_of(data, pages, sample)
        baseline = usual_stack()
        with Library(scratch / "library") as library:
            library.vectors.store(models.embedder)

            def ours() -> None:
                for document in library.documents.all():
                    library.documents.remove(document.id)
                    library.documents.purge(document.id)
                assert index_file(sample, library, models).status == "added"

            ours()  # starts the reading process, as the baseline's imports are loaded
            sides = {"ours": ours, "baseline": lambda: baseline(sample, scratch)}
            seconds = interleaved(sides, RUNS)
            shares = stages(sample, library, models)
    ours_median, baseline_median = (statistics.median(seconds[name]) for name in ("ours", "baseline"))
    return {
        "pages_per_second": round(pages / ours_median, 2),
        "pages_per_second_baseline": round(pages / baseline_median, 3),
        "speedup": round(baseline_median / ours_median, 1),
        "pages": pages,
        **summary("ours", seconds["ours"]),
        **summary("baseline", seconds["baseline"]),
        **shares,
    }


def stages(sample: Path, library: Library, models: Models) -> Measures:
    """Each stage by itself, one after the other; in the pipeline reading and embedding overlap."""
    embedder, clock = models.embedder, [time.perf_counter()]
    document = read(sample, Reading(lambda: models.ocr))
    clock.append(time.perf_counter())
    chunks = chunks_of(document, embedder)
    clock.append(time.perf_counter())
    vectors = embedder.encode([chunk.searchable for chunk in chunks])
    clock.append(time.perf_counter())
    record = Document(0, "x", "x", "x", "pdf", "x", len(document.pages), len(chunks), 0, 0, 0, 0.0)
    pages = [Page(page.number, page.width, page.height, page.text) for page in document.pages]
    library.documents.add(record, pages, chunks, vectors, embedder)
    clock.append(time.perf_counter())
    seconds = dict(zip(("reading", "chunking", "embedding", "storing"), np.diff(clock).tolist(), strict=True))
    shares: Measures = {f"share_{name}": round(value / sum(seconds.values()), 3) for name, value in seconds.items()}
    return shares | {
        "pages_per_second_embedding_alone": round(len(pages) / seconds["embedding"], 2),
        "chunks_per_second_embedding_alone": round(len(chunks) / seconds["embedding"], 1),
    }


def tesseract(data: Path, models: Models) -> Measures:
    """The same, against what the tutorial this grew from did with each page: rasterise and recognise, no more."""
    source = data / "seed" / "doc_nvidia.pdf"
    with tempfile.TemporaryDirectory() as folder, Library(Path(folder) / "library") as library:
        scratch = Path(folder)
        sample = scratch / "sample.pdf"
        extract(source, [round((index + 0.5) * 90 / TESSERACT_PAGES) for index in range(TESSERACT_PAGES)], sample)
        seconds = interleaved({"tesseract": lambda: rasterise_and_recognise(sample, scratch)}, RUNS)["tesseract"]
        library.vectors.store(models.embedder)
        whole = index_file(source, library, models)
    median = statistics.median(seconds)
    return {
        "pages_per_second_tesseract": round(TESSERACT_PAGES / median, 3),
        "report_pages": whole.pages,
        "report_seconds": whole.seconds,
        "report_speedup_tesseract": round(median / TESSERACT_PAGES * whole.pages / whole.seconds, 1),
    }


def memory(data: Path) -> Measures:
    """Of all processes of `app.py add` while it indexes the filings, looked at five times a second."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "app.py", "add", str((data / "filings").resolve()), "--library", folder, "--json"]
        run = psutil.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
        used: list[float] = []
        while run.poll() is None:
            used.append(_resident(run))
            time.sleep(LOOK_SECONDS)
        assert run.stdout is not None
        with run.stdout:
            pages = sum(json.loads(line)["pages"] for line in run.stdout)
    quarters = np.array_split(np.asarray(used), 4)
    return {
        "peak_memory_mb": round(max(used)),
        "memory_growth_mb": round(float(np.median(quarters[3]) - np.median(quarters[1]))),
        "memory_pages": pages,
        "memory_seconds": round(len(used) * LOOK_SECONDS),
    }


def _resident(process: psutil.Process) -> float:
    total = 0.0
    with suppress(psutil.Error):
        for member in (process, *process.children(recursive=True)):
            with suppress(psutil.Error):
                total += member.memory_info().rss / 1e6
    return total


def latency(data: Path, models: Models) -> Measures:
    """Seconds to the first words of an answer while filings are indexed, against an idle queue, taking turns."""
    with tempfile.TemporaryDirectory() as folder, Library(Path(folder)) as library:
        index_file(data / "filings" / "ULTABEAUTY_2023Q4_EARNINGS.pdf", library, models)
        queue, answerer = IngestQueue(library, models), Answerer(library, models)
        queue.pause()
        queue.start()
        for path in sorted((data / "filings").glob("*_10K.pdf")):
            queue.submit(path, path.name)

        def ask() -> None:
            stop, tokens = CancelToken(), 0
            for event in answerer.answer("How much were the net sales?", stop=stop):
                tokens += isinstance(event, Token)
                if tokens == WORDS:
                    stop.cancel()

        seconds: dict[str, list[float]] = {"idle": [], "indexing": []}
        ask()
        for _ in range(ANSWERS):
            for name, wanted in (("idle", queue.pause), ("indexing", queue.resume)):
                wanted()
                time.sleep(SETTLE_SECONDS)
                started = time.perf_counter()
                ask()
                seconds[name].append(time.perf_counter() - started)
        queue.close()
    idle, indexing = statistics.median(seconds["idle"]), statistics.median(seconds["indexing"])
    return {
        **summary("answer_idle", seconds["idle"]),
        **summary("answer_indexing", seconds["indexing"]),
        "answer_slowdown_indexing": round(indexing / idle, 2),
    }


def main() -> int:
    """Measure and print, with `--kills` only those. Returns 1 where Tesseract or the usual stack is not installed."""
    parser = options("How fast and how well files are read.")
    parser.add_argument("--kills", type=int, default=0, help="only kill `add` of the filings so often, and compare")
    parsed = parser.parse_args()
    models = Models()
    if parsed.kills:
        report(kills(parsed.data / "filings", parsed.kills, models), parsed.json)
        return 0
    if shutil.which("tesseract") is None or find_spec("langchain_chroma") is None:
        sys.stderr.write(
            "The baselines need tesseract (Debian: apt install tesseract-ocr) and requirements-bench.txt.\n"
        )
        return 1
    measures = speed(parsed.data, parsed.count or PAGES, models)
    progress("against Tesseract")
    measures |= tesseract(parsed.data, models)
    progress("receipts")
    measures |= receipts(parsed.data, RECEIPTS, models)
    progress("answers while indexing")
    measures |= latency(parsed.data, models)
    progress("memory")
    measures |= memory(parsed.data)
    report(measures, parsed.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""How fast files go in, against the usual way: every page rasterised at 300 dpi and read by Tesseract.

    python -m bench.ingest [--count PAGES] [--json]

Both sides read the same pages of the same report, taking turns. The baseline needs `tesseract` on the PATH.
"""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2 as pdfium

from bench.measuring import Measures, interleaved, options, progress, report, summary
from ingest.pipeline import index_file
from ingest.readers.image import open_picture
from library.store import Library
from models.loading import Models

PAGES = 5
RUNS = 3
RECEIPTS = 40
FIELDS = ("company", "date", "total")
BASELINE_DPI = 300
POINTS_PER_INCH = 72


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


def speed(data: Path, pages: int, models: Models) -> Measures:
    """Whole pipeline (read, chunk, embed, store) against the baseline, which only reads."""
    source = data / "seed" / "doc_nvidia.pdf"
    document = pdfium.PdfDocument(source)
    total = len(document)
    document.close()
    chosen = [round((index + 0.5) * total / pages) for index in range(pages)]
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        sample = scratch / "sample.pdf"
        extract(source, chosen, sample)
        with Library(scratch / "library") as library:
            library.vectors(models.embedder)

            def ours() -> None:
                for document in library.documents():
                    library.remove(document.id)
                    library.purge(document.id)
                assert index_file(sample, library, models).status == "added"

            sides = {"ours": ours, "baseline": lambda: rasterise_and_recognise(sample, scratch)}
            seconds = interleaved(sides, RUNS)
            progress("the whole report")
            whole = index_file(source, library, models)
    ours_median, baseline_median = (statistics.median(seconds[name]) for name in ("ours", "baseline"))
    return {
        "pages_per_second": round(pages / ours_median, 2),
        "pages_per_second_baseline": round(pages / baseline_median, 3),
        "speedup": round(baseline_median / ours_median, 1),
        **summary("ours", seconds["ours"]),
        **summary("baseline", seconds["baseline"]),
        "report_pages": total,
        "report_seconds": whole.seconds,
        "report_seconds_baseline_scaled": round(baseline_median / pages * total, 1),
        "report_speedup": round(baseline_median / pages * total / whole.seconds, 1),
    }


def receipts(data: Path, count: int, models: Models) -> Measures:
    """Which of company, date and total stand in the indexed text, letter for letter, and what indexing costs.

    Each receipt is indexed by the whole pipeline and read by the bare OCR engine, taking turns as to which is first.
    """
    fields: dict[str, dict[str, Any]] = json.loads((data / "receipts" / "fields.json").read_text())
    found, wanted = dict.fromkeys(FIELDS, 0), dict.fromkeys(FIELDS, 0)
    seconds = {"whole": 0.0, "engine": 0.0}
    with tempfile.TemporaryDirectory() as folder, Library(Path(folder) / "library") as library:
        library.vectors(models.embedder)
        bare_engine(data / "receipts" / min(fields), models)
        for number, name in enumerate(sorted(fields)[:count]):
            path = data / "receipts" / name
            for side in ("whole", "engine") if number % 2 else ("engine", "whole"):
                started = time.process_time()
                if side == "whole":
                    index_file(path, library, models)
                else:
                    bare_engine(path, models)
                seconds[side] += time.process_time() - started
            document = library.document_at(str(path.resolve()))
            page = library.page(document.id, 1) if document is not None else None
            text = _bare(page.text if page is not None else "")
            for key in FIELDS:
                if value := _bare(str(fields[name].get(key, ""))):
                    wanted[key] += 1
                    found[key] += value in text
    return {
        "receipt_field_recall": round(sum(found.values()) / sum(wanted.values()), 3),
        **{f"receipt_{key}_recall": round(found[key] / wanted[key], 3) for key in FIELDS},
        "receipts": min(count, len(fields)),
        "receipt_cpu_seconds": round(seconds["whole"] / min(count, len(fields)), 3),
        "receipt_cost_vs_ocr": round(seconds["whole"] / seconds["engine"], 3),
    }


def bare_engine(path: Path, models: Models) -> None:
    """RapidOCR with the same settings on the same picture, and nothing else."""
    picture, _ = open_picture(path)
    models.ocr.engine(np.ascontiguousarray(np.asarray(picture)[:, :, ::-1]), use_det=True)


def _bare(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def main() -> int:
    parsed = options("How fast and how well files are read.").parse_args()
    if shutil.which("tesseract") is None:
        sys.stderr.write("The baseline needs tesseract; install it (Debian: apt install tesseract-ocr).\n")
        return 1
    models = Models()
    measures = speed(parsed.data, parsed.count or PAGES, models)
    progress("receipts")
    measures |= receipts(parsed.data, RECEIPTS, models)
    scale = 1 if sys.platform == "darwin" else 1024  # bytes there, KiB here
    measures["peak_memory_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale / 1e6)
    report(measures, parsed.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())

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
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium

from bench.measuring import Measures, interleaved, options, progress, report, summary
from ingest.pipeline import index_file
from ingest.readers.image import open_picture
from library.store import Library
from models.loading import Models

PAGES = 5
RUNS = 3
RECEIPTS = 15
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
    """The share of company, date and total that stand in the recognised text, letter for letter."""
    fields: dict[str, dict[str, Any]] = json.loads((data / "receipts" / "fields.json").read_text())
    found = wanted = 0
    for name in sorted(fields)[:count]:
        picture, _ = open_picture(data / "receipts" / name)
        text = _bare(" ".join(line.text for line in models.ocr.read(picture)))
        for key in ("company", "date", "total"):
            if value := _bare(str(fields[name].get(key, ""))):
                wanted += 1
                found += value in text
    return {"receipt_field_recall": round(found / wanted, 3), "receipts": count}


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

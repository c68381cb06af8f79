"""How much of what stands on photographed receipts gets into the index, for `bench.ingest`."""

from __future__ import annotations

import json
import re
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from bench.measuring import Measures
from lamplight.ingest.pipeline import index_file
from lamplight.ingest.readers.image import open_picture
from lamplight.library.store import Library
from lamplight.models.loading import Models

FIELDS = ("company", "date", "total")


def receipts(data: Path, count: int, models: Models) -> Measures:
    """Which of company, date and total stand in the indexed text, letter for letter, and what indexing costs.

    Each receipt is indexed by the whole pipeline and read by the bare OCR engine, taking turns as to which is first.
    """
    fields: dict[str, dict[str, Any]] = json.loads((data / "receipts" / "fields.json").read_text())
    found, wanted = dict.fromkeys(FIELDS, 0), dict.fromkeys(FIELDS, 0)
    seconds = {"whole": 0.0, "engine": 0.0}
    with tempfile.TemporaryDirectory() as folder, Library(Path(folder) / "library") as library:
        library.vectors.store(models.embedder)
        bare_engine(data / "receipts" / min(fields), models)
        for number, name in enumerate(sorted(fields)[:count]):
            path = data / "receipts" / name
            for side in ("whole", "engine") if number % 2 else ("engine", "whole"):
                started = time.perf_counter()
                if side == "whole":
                    index_file(path, library, models)
                else:
                    bare_engine(path, models)
                seconds[side] += time.perf_counter() - started
            document = library.documents.at(str(path.resolve()))
            page = library.documents.page(document.id, 1) if document is not None else None
            text = _bare(page.text if page is not None else "")
            for key in FIELDS:
                if value := _bare(str(fields[name].get(key, ""))):
                    wanted[key] += 1
                    found[key] += value in text
    return {
        "receipt_field_recall": round(sum(found.values()) / sum(wanted.values()), 3),
        **{f"receipt_{key}_recall": round(found[key] / wanted[key], 3) for key in FIELDS},
        "receipts": min(count, len(fields)),
        "receipt_seconds": round(seconds["whole"] / min(count, len(fields)), 3),
        "receipt_cost_vs_ocr": round(seconds["whole"] / seconds["engine"], 3),
    }


def bare_engine(path: Path, models: Models) -> None:
    """RapidOCR with the same settings on the same picture, and nothing else."""
    picture, _ = open_picture(path)
    models.ocr.engine(np.ascontiguousarray(np.asarray(picture)[:, :, ::-1]), use_det=True)


def _bare(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())

"""Pictures that were indexed before there was a vision model, or with another one, are described afterwards."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PIL import Image

from lamplight.ingest.captions import REQUESTS
from lamplight.ingest.errors import ReadError
from lamplight.ingest.page_images import WIDEST, page_image
from lamplight.library.records import Passage
from lamplight.library.store import Library
from lamplight.models.loading import Models
from lamplight.models.vision import VisionModel


def recaption(
    library: Library,
    models: Models,
    stopped: Callable[[], bool] = lambda: False,
    report: Callable[[int, int], None] = lambda done, total: None,
) -> int:
    """Describe every picture that the installed vision model has not seen; returns how many it did.

    One after the other, each kept at once: after a stop or a crash the next call goes on with the rest. Without a
    vision model, and for pictures that can't be shown again, nothing changes. `stopped` is asked many times a
    second, `report` gets how many of how many are done. Raises `WeightsError` and `LibraryError`.
    """
    vision = models.vision
    if vision is None:
        return 0
    pictures = library.captions.missing(vision.name)
    described = 0
    for done, chunk in enumerate(pictures):
        report(done, len(pictures))
        if stopped():
            break
        picture = _picture_of(chunk, library)
        caption = "" if picture is None else _described(picture, chunk, vision, stopped)
        if stopped():
            break
        _write(chunk, caption, vision, library, models)
        described += bool(caption)
    return described


def _described(picture: Image.Image, chunk: Passage, vision: VisionModel, stopped: Callable[[], bool]) -> str:
    return " ".join(vision.describe(picture, REQUESTS[chunk.picture_kind or "photo"], stopped).split())


def _write(chunk: Passage, caption: str, vision: VisionModel, library: Library, models: Models) -> None:
    """The caption goes first; the words that OCR found stay."""
    lines, boxes = chunk.text.split("\n"), list(chunk.boxes)
    before = library.captions.of(chunk.id)
    if before and lines[0] == before:
        lines, boxes = lines[1:], boxes[1:]
    if caption:
        lines, boxes = [caption, *lines], boxes[:1] + boxes
    text = "\n".join(lines)
    vector = models.embedder.encode([replace(chunk, text=text).searchable])[0]
    library.captions.write(chunk, vision.name, caption, text, boxes, vector, models.embedder)


def _picture_of(chunk: Passage, library: Library) -> Image.Image | None:
    """What is inside the box of the chunk's caption, or None where it has none or the file is gone."""
    document, page = library.documents.get(chunk.document_id), library.documents.page(chunk.document_id, chunk.page)
    if document is None or page is None or not chunk.boxes or not page.width:
        return None
    whole = chunk.boxes[0]  # of the caption line; a long picture's later chunks have only words
    if any(box[0] < whole[0] or box[1] < whole[1] or box[2] > whole[2] or box[3] > whole[3] for box in chunk.boxes):
        return None
    try:
        drawn = Image.open(io.BytesIO(page_image(Path(document.path), chunk.page, WIDEST)))
    except ReadError:
        return None
    scale = drawn.width / page.width
    left, top, right, bottom = (round(edge * scale) for edge in whole)
    return drawn.convert("RGB").crop((left, top, max(left + 1, right), max(top + 1, bottom)))

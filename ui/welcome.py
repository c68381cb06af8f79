"""What an empty conversation shows: what this is, a way to begin, and questions that fit the library."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from library.records import Document
    from ui.services import Services

EXAMPLES = 4


def welcome_value(services: Services, documents: list[Document]) -> dict[str, Any]:
    """Plain values for `assets/welcome.js`; `documents` come newest first."""
    known = {document.name for document in documents} | {job.name for job in services.queue.jobs()}
    samples = sample_files()
    return {
        "documents": len(documents),
        "samples": bool(samples) and not any(path.name in known for path in samples),
        "examples": example_questions(documents),
    }


def sample_files() -> list[Path]:
    """The files of the sample library, if it came with this copy of the app."""
    try:
        from samples import SAMPLES
    except ImportError:
        return []
    return [Path(path) for path in SAMPLES]


def example_questions(documents: list[Document]) -> list[str]:
    """Questions that the documents can answer: those written for the samples, else one to a document."""
    names = {document.name for document in documents}
    samples = sample_files()
    if samples and all(path.name in names for path in samples):
        from samples import QUESTIONS

        return QUESTIONS[:EXAMPLES]
    return list(dict.fromkeys(_question(document) for document in documents))[:EXAMPLES]


def _question(document: Document) -> str:
    title = " ".join((document.title or Path(document.name).stem.replace("_", " ").replace("-", " ")).split())
    if document.format.lstrip(".").lower() in ("png", "jpg", "jpeg", "webp", "bmp", "tiff", "image"):
        return f"What does {title} show?"
    return f"What is {title} about?"

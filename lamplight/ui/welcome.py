"""What an empty conversation shows: what this is, a way to begin, and questions that fit the library."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from lamplight.models.server import Server

if TYPE_CHECKING:
    from lamplight.library.records import Document
    from lamplight.ui.services import Services

EXAMPLES = 4


def welcome_value(services: Services, documents: list[Document]) -> dict[str, Any]:
    """Plain values for `assets/welcome.js`; `documents` come newest first."""
    known = {document.name for document in documents} | {job.name for job in services.queue.jobs()}
    samples = sample_files()
    return {
        "documents": len(documents),
        "elsewhere": source.elsewhere if isinstance(source := services.models.choice.source, Server) else "",
        "samples": bool(samples) and not any(path.name in known for path in samples),
        "examples": _examples(services, documents),
        "collections": {
            collection.id: services.suggestions.of([one for one in documents if one.id in members], EXAMPLES)
            for collection in services.library.collections.all()
            if (members := services.library.collections.members(collection.id))
        },
    }


def sample_files() -> list[Path]:
    """The files of the sample library, if it came with this copy of the app."""
    try:
        from lamplight.samples import SAMPLES
    except ImportError:
        return []
    return [Path(path) for path in SAMPLES]


def _examples(services: Services, documents: list[Document]) -> list[str]:
    """Questions that the newest documents can answer; those written for the samples, while they are the newest."""
    names = [document.name for document in documents]
    samples = {path.name for path in sample_files()}
    if samples and set(names[: len(samples)]) == samples:
        from lamplight.samples import QUESTIONS

        return QUESTIONS[:EXAMPLES]
    return services.suggestions.of(documents, EXAMPLES)

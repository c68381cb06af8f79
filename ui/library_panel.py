"""What the library panel shows: documents that can be asked about, and files on their way in."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ingest.queue import IngestQueue
    from library.records import Document, Job
    from ui.services import Services

WAITING_STATES = ("queued", "working")
SHOWN_STATES = (*WAITING_STATES, "failed")


def library_value(services: Services) -> dict[str, Any]:
    """Plain values for `assets/library.js`: newest documents first, then jobs in the order given."""
    documents = sorted(services.library.documents(), key=lambda document: document.added_at, reverse=True)
    return {
        "documents": [_document(document) for document in documents],
        "jobs": [_job(services.queue, job) for job in services.queue.jobs() if job.state in SHOWN_STATES],
        "paused": services.queue.paused,
    }


def _document(document: Document) -> dict[str, Any]:
    pages = "1 page" if document.pages == 1 else f"{document.pages:,} pages"
    added = time.localtime(document.added_at)
    this_year = added.tm_year == time.localtime().tm_year
    day = f"{added.tm_mday} {time.strftime('%b' if this_year else '%b %Y', added)}"
    notes = [document.format.lstrip(".").upper(), pages, day]
    return {"id": document.id, "name": document.name, "detail": " · ".join(note for note in notes if note)}


def _job(queue: IngestQueue, job: Job) -> dict[str, Any]:
    return {
        "id": job.id,
        "name": job.name,
        "state": job.state,
        "status": job.status.capitalize(),
        "fraction": queue.progress(job.id),
        "error": job.error,
    }

"""What the library panel shows: documents that can be asked about, collections, and files on their way in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from lamplight.library.conversations import AT_THE_COMPUTER
from lamplight.models.catalogue import MULTILINGUAL
from lamplight.ui.household.visitor import redacted
from lamplight.ui.welcome import welcome_value

if TYPE_CHECKING:
    from lamplight.library.records import Document, Job
    from lamplight.ui.household.sessions import Session
    from lamplight.ui.services import Services

SHOWN_WAITING = 50  # of the files on their way in; a folder may hold thousands
DRAWN = ("pdf", "image", "tiff")  # formats whose pages can be shown as pictures


def library_value(services: Services, session: Session | None) -> dict[str, Any]:
    """Plain values for `assets/library.js` and `assets/welcome.js`: newest documents first.

    What is wrong with folders that are followed is for the person at the computer.
    """
    documents = services.library.documents.all()
    files = services.library.copies.folder
    memberships = services.library.collections.memberships()
    return {
        "documents": [_document(document, memberships.get(document.id, []), files) for document in documents],
        "collections": [
            {"id": collection.id, "name": collection.name, "documents": collection.documents}
            for collection in services.library.collections.all()
        ],
        "papers": services.library.guides.count_papers(),
        "folders": [folder.problem for folder in services.queue.folders()] if session is None else [],
        "welcome": welcome_value(services, documents),
    }


def activity_value(services: Services, session: Session | None) -> dict[str, Any]:
    """What changes by itself: files being read, models being loaded, an index being rebuilt, answers being written.

    `changes` grows whenever something in the library may have changed. `person` is the name under which one is signed
    in, None at the computer; `household` says whether others can come in.
    """
    models, jobs = services.models, services.queue.jobs()
    waiting = [job for job in jobs if job.state == "queued"]
    others = [job for job in jobs if job.state in ("working", "failed")]
    return {
        "changes": services.library.database.changes,
        "jobs": [_job(services, job, session) for job in [*others, *waiting[:SHOWN_WAITING]]],
        "waiting": len(waiting),
        "paused": services.queue.paused,
        "ready": models.ready,
        "status": redacted(_status(services) if models.ready else models.status, session, services.library.folder),
        "model": models.choice.source.name,
        "answering": services.running_answers.answering(session.person if session else AT_THE_COMPUTER),
        "person": session.name if session else None,
        "household": services.household.serving,
    }


def _status(services: Services) -> str:
    if notice := services.library.vector_places.notice or services.models.loading:
        return notice
    left = services.library.vectors.count_missing(MULTILINGUAL.name)
    return f"Made ready for questions in other languages: all but {left:,} passages" if left else ""


def _document(document: Document, collections: list[int], files: Path) -> dict[str, Any]:
    own = files in Path(document.path).parents
    return {
        "id": document.id,
        "name": document.name,
        "kind": (Path(document.name).suffix or document.format).lstrip(".").upper()[:5],
        "pages": document.pages,
        "added": round(document.added_at),
        "folder": "" if own else Path(document.path).parent.name,
        "bytes": document.bytes,
        "drawn": document.format.lstrip(".").lower() in DRAWN,
        "collections": collections,
        "pinned": document.pinned,
    }


def _job(services: Services, job: Job, session: Session | None) -> dict[str, Any]:
    queue = services.queue
    return {
        "id": job.id,
        "name": job.name,
        "copy": services.library.copies.name_of(Path(job.path)),
        "collection": job.collection_id,
        "state": job.state,
        "status": job.status.capitalize(),
        "fraction": queue.progress(job.id),
        "seconds": queue.seconds_left(job.id),
        "error": redacted(job.error, session, services.library.folder),
    }

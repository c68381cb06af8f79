"""What the library panel shows: documents that can be asked about, collections, and files on their way in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from lamplight.languages import gettext, number, translated
from lamplight.library.conversations import AT_THE_COMPUTER
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
        "folders": [translated(folder.problem) for folder in services.queue.folders()] if session is None else [],
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
        "status": _status(services, session),
        "model": models.choice.source.name,
        "answering": services.running_answers.answering(session.person if session else AT_THE_COMPUTER),
        "person": session.name if session else None,
        "household": services.household.serving,
    }


def _status(services: Services, session: Session | None) -> str:
    library, models = services.library, services.models
    if notice := (library.vector_places.notice or models.loading) if models.ready else models.status:
        return redacted(notice, session, library.folder)
    left = library.vectors.count_missing(library.vector_places.second) if models.ready else 0
    told = gettext("Made ready for questions in other languages: all but {left} passages")
    return told.format(left=number(left)) if left else ""


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


def _begun(status: str) -> str:
    """With a capital; the rest stays, as a language may have capitals within."""
    return status[:1].upper() + status[1:]


def _job(services: Services, job: Job, session: Session | None) -> dict[str, Any]:
    queue = services.queue
    return {
        "id": job.id,
        "name": job.name,
        "copy": services.library.copies.name_of(Path(job.path)),
        "collection": job.collection_id,
        "state": job.state,
        "status": _begun(translated(job.status)),
        "fraction": queue.progress(job.id),
        "seconds": queue.seconds_left(job.id),
        "error": redacted(job.error, session, services.library.folder),
    }

"""What the library panel does: documents, collections, the queue and watched folders."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request, Response

from lamplight.languages import translated
from lamplight.ui.folder_chooser import chosen_folder, folder_value
from lamplight.ui.household.visitor import session_of
from lamplight.ui.library_panel import activity_value, library_value
from lamplight.ui.requests import act, field, unless_known
from lamplight.ui.welcome import sample_files

if TYPE_CHECKING:
    from lamplight.ui.services import Services


def library_routes(services: Services) -> APIRouter:
    """Behind the guard, as all routes."""
    router = APIRouter()
    _add_state(router, services)
    _add_documents(router, services)
    _add_queue(router, services)
    _add_collections(router, services)
    _add_folders(router, services)
    return router


def _add_state(router: APIRouter, services: Services) -> None:
    @router.get("/library")
    def library(request: Request) -> Response:
        return unless_known(request, library_value(services, session_of(request)))

    @router.get("/activity")
    def activity(request: Request) -> Response:
        return unless_known(request, activity_value(services, session_of(request)))


def _add_documents(router: APIRouter, services: Services) -> None:
    successor = services.library.documents.successor

    def remove(chosen: list[int]) -> int:
        for document_id in map(successor, chosen):
            for place in services.library.paths.of(document_id):
                services.queue.leave(place)  # or it would come back when it has been read
        return services.removals.remove([successor(document_id) for document_id in chosen])

    actions = {
        "again": services.queue.read_again,
        "pin": lambda document_id: services.answerer.pin(document_id, True),
        "unpin": lambda document_id: services.answerer.pin(document_id, False),
    }

    removals = {"restore": services.removals.restore, "purge": services.removals.purge}

    # What the page shows may have been read anew a moment ago, under another number.
    @router.post("/documents/{document_id}/{action}")
    async def document(document_id: int, action: str) -> Response:
        return await act(actions[action], successor(document_id)) if action in actions else Response(status_code=404)

    @router.post("/documents/remove")
    async def remove_documents(request: Request) -> Response:
        return await act(remove, await field(request, "documents", list))

    @router.post("/removals/{number}/{action}")
    async def removal(number: int, action: str) -> Response:
        return await act(removals[action], number) if action in removals else Response(status_code=404)

    @router.post("/samples")
    async def samples() -> Response:
        def add() -> None:
            for path in sample_files():
                services.queue.submit(path, path.name)

        return await act(add)


def _add_queue(router: APIRouter, services: Services) -> None:
    queue = services.queue
    jobs = {"cancel": queue.cancel, "dismiss": queue.dismiss, "retry": queue.retry}
    whole = {"pause": queue.pause, "resume": queue.resume}

    @router.post("/jobs/{job_id}/{action}")
    async def job(job_id: int, action: str) -> Response:
        return await act(jobs[action], job_id) if action in jobs else Response(status_code=404)

    @router.post("/queue/{action}")
    async def all_jobs(action: str) -> Response:
        return await act(whole[action]) if action in whole else Response(status_code=404)


def _add_collections(router: APIRouter, services: Services) -> None:
    library = services.library

    @router.post("/collections")
    async def add(request: Request) -> Response:
        return await act(library.collections.add, await field(request, "name", str))

    @router.post("/collections/{collection_id}/name")
    async def rename(collection_id: int, request: Request) -> Response:
        return await act(library.collections.rename, collection_id, await field(request, "name", str))

    @router.post("/collections/{collection_id}/documents")
    async def documents(collection_id: int, request: Request) -> Response:
        work = library.collections.collect if await field(request, "inside", bool) else library.collections.release
        return await act(work, collection_id, await field(request, "documents", list))

    @router.post("/collections/{collection_id}/{action}")
    async def one(collection_id: int, action: str) -> Response:
        actions = {"remove": library.collections.remove, "restore": library.collections.restore}
        return await act(actions[action], collection_id) if action in actions else Response(status_code=404)


def _add_folders(router: APIRouter, services: Services) -> None:
    def watched() -> list[dict[str, Any]]:
        return [asdict(one) | {"problem": translated(one.problem)} for one in services.queue.folders()]

    def watch_folder(path: str) -> None:
        services.queue.watch(chosen_folder(path))

    @router.get("/folders")
    async def folders() -> Response:
        return await act(watched)

    @router.post("/folders")
    async def watch(request: Request) -> Response:
        return await act(watch_folder, await field(request, "path", str))

    @router.post("/folders/unwatch")
    async def unwatch(request: Request) -> Response:
        return await act(services.queue.unwatch, Path(await field(request, "path", str)))

    @router.get("/folders/inside")
    async def inside(path: str = "") -> Response:
        return await act(folder_value, path)

"""The app's own routes beside Gradio's: pages, what is typed, files coming in; others have a module each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.concurrency import contextmanager_in_threadpool, run_in_threadpool
from fastapi.responses import FileResponse, JSONResponse, Response

from lamplight.errors import LamplightError
from lamplight.ui.conversation_routes import conversation_routes
from lamplight.ui.document_view import document_value, original_value, page_value
from lamplight.ui.household.visitor import session_of
from lamplight.ui.library_routes import library_routes
from lamplight.ui.page_parts import found_pages, found_places
from lamplight.ui.papers_panel import papers_routes
from lamplight.ui.requests import FIELD_BYTES, REFUSED, body_of, found, only_own
from lamplight.ui.sources_panel import sources_value

if TYPE_CHECKING:
    from lamplight.ui.services import Services

UPLOAD_BYTES = 2 * 1024**3  # larger than any document; small enough that a mistake can't fill a disk
TYPED_BYTES = 4_000
MINIMUM_WIDTH, DEFAULT_WIDTH, MAXIMUM_WIDTH = 64, 1100, 2000  # pixels
PRIVATE_HOUR = {"Cache-Control": "private, max-age=3600"}


def routes(services: Services) -> APIRouter:
    """All of them, to be included before Gradio is mounted at the root."""
    router = APIRouter()
    router.include_router(library_routes(services))
    router.include_router(conversation_routes(services))
    router.include_router(papers_routes(services))
    for add in (_add_pages, _add_documents, _add_asking):
        add(router, services)
    _add_files(router, services)
    return router


def _add_pages(router: APIRouter, services: Services) -> None:
    @router.get("/pages/{document_id}/{page}.png")
    def page_picture(
        document_id: int,
        page: int,
        width: int = Query(DEFAULT_WIDTH, ge=MINIMUM_WIDTH, le=MAXIMUM_WIDTH),
        crop: str = Query("", pattern=r"^(\d{1,6}(,\d{1,6}){3})?$"),
    ) -> Response:
        document = services.library.documents.get(document_id)
        if document is None or not 1 <= page <= document.pages:
            raise HTTPException(404)
        # The readers are heavy; they are loaded with the first picture, not with the first page.
        from lamplight.ingest.page_images import page_image

        try:
            left, top, right, bottom = map(float, crop.split(",")) if crop else (0.0, 0.0, 0.0, 0.0)
            picture = page_image(Path(document.path), page, width, (left, top, right, bottom) if crop else None)
        except LamplightError as error:
            raise HTTPException(404, str(error)) from error
        return Response(picture, media_type="image/png", headers=PRIVATE_HOUR)


def _add_documents(router: APIRouter, services: Services) -> None:
    @router.get("/documents/{document_id}")
    def document(document_id: int, request: Request) -> JSONResponse:
        current = services.library.documents.successor(document_id)  # it may have been read again
        return found(document_value(services.library, current, elsewhere=session_of(request) is not None))

    @router.get("/documents/{document_id}/original")
    def original(document_id: int) -> FileResponse:
        """The file itself: shown by the browser if it is a PDF or a picture, else saved."""
        shown = original_value(services.library, document_id)
        if shown is None:
            raise HTTPException(404, "The file is no longer where it was added from.")
        path, media_type = shown
        disposition = "inline" if media_type else "attachment"
        return FileResponse(
            path,
            media_type=media_type or "application/octet-stream",
            filename=path.name,
            content_disposition_type=disposition,
            headers={"Cache-Control": "no-store"},
        )

    @router.get("/documents/{document_id}/pages/{number}")
    def document_page(document_id: int, number: int) -> JSONResponse:
        return found(page_value(services.library, document_id, number))

    @router.get("/documents/{document_id}/find")
    def find(document_id: int, words: str = Query(max_length=200)) -> JSONResponse:
        return found(found_pages(services.library, document_id, words))

    @router.get("/places")
    def places(words: str = Query(max_length=200)) -> JSONResponse:
        """Where words stand, in whatever document."""
        return found(found_places(services.library, words))


def _add_asking(router: APIRouter, services: Services) -> None:
    own = [Depends(only_own(services.library))]

    @router.get("/sources/{conversation_id}/{message_id}", dependencies=own)
    def sources(conversation_id: int, message_id: int) -> JSONResponse:
        return found(sources_value(services.library, conversation_id, message_id))

    @router.post("/typed", dependencies=own)
    async def typed(
        request: Request,
        about: Annotated[list[int], Query(default_factory=list)],
        collection: int | None = None,
        conversation: int | None = None,
    ) -> Response:
        """What stands in the question's box while somebody types; it is searched for, and what is found is prefilled.

        It may go on with a `conversation`: "and in 2022?" finds what the whole question will.
        """
        from lamplight.rag.retriever import Scope  # heavy; with the first question, not with the first page

        text = (await body_of(request, FIELD_BYTES))[:TYPED_BYTES].decode("utf-8", "ignore")
        documents = (
            None if collection is None else await run_in_threadpool(services.library.collections.members, collection)
        )
        history = [] if conversation is None else await run_in_threadpool(services.library.messages.of, conversation)
        scope = Scope(frozenset(about), chosen=True) if about else Scope(documents)
        services.answerer.typed(text, scope, history)
        return Response(status_code=204)


def _add_files(router: APIRouter, services: Services) -> None:
    @router.put("/files")
    async def add_file(
        request: Request, name: str = Query(max_length=255), collection: int | None = None
    ) -> JSONResponse:
        """The file's bytes are the body, streamed to disk; nothing of it is left outside the library."""
        plain = PurePosixPath(name.replace("\\", "/")).name.replace("\0", "")
        if not plain or plain in (".", ".."):
            raise HTTPException(400, "The file has no name.")
        try:
            async with contextmanager_in_threadpool(services.library.incoming()) as incoming:
                await receive(request, incoming.write)
                sha256 = await run_in_threadpool(incoming.finish)
                known = await run_in_threadpool(services.library.documents.with_content, sha256)
                job = await run_in_threadpool(services.queue.take, incoming, plain, collection)
        except LamplightError as error:
            raise HTTPException(REFUSED, str(error)) from error
        same = {"id": known.id, "name": known.name} if known is not None else None
        copy = services.library.copies.name_of(Path(job.path))
        return JSONResponse({"job": job.id, "copy": copy, "known": same})


async def receive(request: Request, write: Callable[[bytes], object], most: int = UPLOAD_BYTES) -> None:
    """Have the body written as it comes. Raises `HTTPException` when it has more than `most` bytes."""
    received = 0
    async for piece in request.stream():
        received += len(piece)
        if received > most:
            raise HTTPException(413, f"Files over {most / 1024**3:,.0f} GB can’t be taken in here.")
        await run_in_threadpool(write, piece)

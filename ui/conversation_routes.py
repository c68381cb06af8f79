"""What the conversations panel does: find, rename, delete, export."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import Response

from ui.conversations_panel import conversations_value
from ui.export import conversation_html, conversation_markdown, file_name
from ui.requests import act, field, unless_known

if TYPE_CHECKING:
    from ui.services import Services

FORMATS = {"md": ("text/markdown", conversation_markdown), "html": ("text/html", conversation_html)}


def conversation_routes(services: Services) -> APIRouter:
    """Behind the guard, as all routes."""
    router = APIRouter()
    library = services.library

    @router.get("/conversations")
    def conversations(request: Request, words: str = Query("", max_length=200)) -> Response:
        return unless_known(request, conversations_value(library, words))

    @router.post("/conversations/{conversation_id}/title")
    async def rename(conversation_id: int, request: Request) -> Response:
        return await act(library.rename_conversation, conversation_id, await field(request, "title", str))

    @router.post("/conversations/{conversation_id}/{action}")
    async def one(conversation_id: int, action: str) -> Response:
        def remove(conversation_id: int) -> None:
            services.turns.stop(conversation_id)
            library.remove_conversation(conversation_id)

        actions = {"stop": services.turns.stop, "remove": remove, "restore": library.restore_conversation}
        return await act(actions[action], conversation_id) if action in actions else Response(status_code=404)

    @router.get("/conversations/{conversation_id}/export.{extension}")
    def export(conversation_id: int, extension: str) -> Response:
        conversation = library.conversation(conversation_id)
        if conversation is None or extension not in FORMATS:
            raise HTTPException(404)
        media_type, write = FORMATS[extension]
        name = quote(f"{file_name(conversation.title)}.{extension}")
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}", "Cache-Control": "no-store"}
        return Response(write(library, conversation).encode(), media_type=media_type, headers=headers)

    return router

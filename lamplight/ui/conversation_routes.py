"""What the conversations panel does: find, rename, delete, export."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING
from urllib.parse import quote

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import Response

from lamplight.languages import gettext
from lamplight.ui.answers import Answer
from lamplight.ui.conversations_panel import conversations_value
from lamplight.ui.export import conversation_html, conversation_markdown, file_name
from lamplight.ui.household.visitor import person_of
from lamplight.ui.requests import act, field, only_own, unless_known
from lamplight.ui.table_file import SEPARATORS, csv_text

if TYPE_CHECKING:
    from lamplight.ui.services import Services

TABLES = {"csv": "text/csv; charset=utf-8", "tsv": "text/tab-separated-values; charset=utf-8"}
FORMATS = {"md": ("text/markdown", conversation_markdown), "html": ("text/html", conversation_html)}


def conversation_routes(services: Services) -> APIRouter:
    """Behind the guard, as all routes; those of one conversation are open to the person whose it is."""
    library = services.library
    router = APIRouter(dependencies=[Depends(only_own(library))])

    @router.get("/conversations")
    def conversations(request: Request, words: str = Query("", max_length=200)) -> Response:
        return unless_known(request, conversations_value(library, person_of(request), words))

    @router.post("/conversations/{conversation_id}/title")
    async def rename(conversation_id: int, request: Request) -> Response:
        return await act(library.conversations.rename, conversation_id, await field(request, "title", str))

    @router.post("/conversations/{conversation_id}/{action}")
    async def one(conversation_id: int, action: str) -> Response:
        def remove(conversation_id: int) -> None:
            services.running_answers.stop(conversation_id)
            library.conversations.remove(conversation_id)

        actions = {"stop": services.running_answers.stop, "remove": remove, "restore": library.conversations.restore}
        return await act(actions[action], conversation_id) if action in actions else Response(status_code=404)

    @router.get("/conversations/{conversation_id}/export.{extension}")
    def export(conversation_id: int, extension: str) -> Response:
        conversation = library.conversations.get(conversation_id)
        if conversation is None or extension not in FORMATS:
            raise HTTPException(404)
        media_type, write = FORMATS[extension]
        name = quote(f"{file_name(conversation.title)}.{extension}")
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}", "Cache-Control": "no-store"}
        return Response(write(library, conversation).encode(), media_type=media_type, headers=headers)

    @router.get("/conversations/{conversation_id}/{message_id}/table.{extension}")
    def table(conversation_id: int, message_id: int, extension: str, separator: str = ",") -> Response:
        """The table of an answer, to save (csv) or to paste into a spreadsheet (tsv)."""
        said = {message.id: message for message in library.messages.of(conversation_id)}
        answer = Answer.restored(said[message_id]) if message_id in said else None
        if answer is None or answer.rows is None or extension not in TABLES or separator not in SEPARATORS:
            raise HTTPException(404)
        place = gettext("{document}, page {page}")
        places = {one.marker: place.format(document=one.document, page=one.page) for one in answer.passages}
        text = csv_text(asdict(answer.rows), places, separator)
        asked = [message.content for message in said.values() if message.id < message_id]
        name = quote(f"{file_name(asked[-1] if asked else gettext('Table'))}.{extension}")
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}", "Cache-Control": "no-store"}
        return Response(text.encode(), media_type=TABLES[extension], headers=headers)

    return router

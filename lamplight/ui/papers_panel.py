"""Receipts and invoices as one table: shop, date, total and currency of each, as they were read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response

from lamplight.languages import gettext, sentence
from lamplight.ui.requests import found
from lamplight.ui.table_file import SEPARATORS, csv_text

if TYPE_CHECKING:
    from lamplight.ui.services import Services

COLUMNS = {
    "shop": sentence("Shop"),
    "date": sentence("Date"),
    "total": sentence("Total"),
    "currency": sentence("Currency"),
}


def papers_routes(services: Services) -> APIRouter:
    """Behind the guard, as all routes."""
    router = APIRouter()

    @router.get("/papers")
    def papers(collection: int | None = None) -> JSONResponse:
        return found(papers_value(services, collection))

    @router.get("/papers.csv")
    def table(collection: int | None = None, separator: str = ",") -> Response:
        rows = papers_value(services, collection)
        cells = [[*(row[name]["text"] for name in COLUMNS), row["name"]] for row in rows]
        heads = [*map(gettext, COLUMNS.values()), gettext("Document")]
        chosen = separator if separator in SEPARATORS else ","
        text = csv_text({"columns": heads, "rows": cells}, {}, chosen, sources=False)
        name = quote(f"{gettext('Receipts and invoices')}.csv")
        headers = {
            "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
            "Cache-Control": "no-store",
        }
        return Response(text.encode(), media_type="text/csv; charset=utf-8", headers=headers)

    return router


def papers_value(services: Services, collection: int | None = None) -> list[dict[str, Any]]:
    """Plain values for `assets/papers.js`, for each paper its fields: text, page, what they are sorted by."""
    from lamplight.rag.paper_fields import sorting  # heavy; with the first table, not with the first page

    library = services.library
    members = None if collection is None else library.collections.members(collection)
    rows = []
    for document in library.documents.all():
        guide = library.guides.get(document.id) if members is None or document.id in members else None
        if guide is None or not guide.paper:
            continue
        fields = {
            field.name: {"text": field.text, "page": field.page, "sort": sorting(field.name, field.text)}
            for field in guide.paper
        }
        rows.append({"document": document.id, "name": document.name, **fields})
    return rows

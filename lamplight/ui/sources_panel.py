"""What the sources panel shows: for each passage of an answer, the page it is on and where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamplight.ui.answers import Answer
from lamplight.ui.page_parts import page_parts, percent
from lamplight.ui.table_view import table_value

if TYPE_CHECKING:
    from lamplight.library.records import Box, Passage
    from lamplight.library.store import Library

PAGE_PIXELS = 1100  # sharp in a 460-pixel panel on a screen of twice the density
EXCERPT_CHARACTERS = 20_000


def sources_value(library: Library, conversation_id: int, message_id: int) -> list[dict[str, Any]] | None:
    """The sources of a stored answer, in the order of their markers; None if there is no such answer."""
    for message in library.messages.of(conversation_id):
        if message.id == message_id and message.role == "assistant":
            answer = Answer.restored(message, library.documents.successor)
            ordered = sorted(answer.passages, key=lambda passage: passage.marker)
            return [_source(library, answer, passage) for passage in ordered]
    return None


def _source(library: Library, answer: Answer, passage: Passage) -> dict[str, Any]:
    citations = [citation for citation in answer.citations if citation.marker == passage.marker]
    quotes = list(dict.fromkeys(citation.text for citation in citations)) or [passage.text]
    boxes = [box for citation in citations for box in citation.boxes] or passage.boxes
    document = library.documents.get(passage.document_id)
    page = library.documents.page(passage.document_id, passage.page) if document else None
    # Documents without fixed pages, such as notes, have no boxes: their text is shown instead of a picture.
    drawn = page if page and boxes and page.width > 0 and page.height > 0 else None
    image = f"/pages/{passage.document_id}/{passage.page}.png?width={PAGE_PIXELS}"
    tables = library.tables.of_page(passage.document_id, passage.page) if document and passage.kind == "table" else []
    return {
        "marker": passage.marker,
        "document": passage.document,
        "document_id": passage.document_id,
        "page": passage.page,
        "pages": document.pages if document else 0,
        "table": table_value(tables, quotes, answer.text),
        "trail": _trail(library, passage, quotes[0]) if document else [],
        "kind": passage.kind,
        "cited": bool(citations),
        "quotes": quotes,
        "passage": passage.text,
        "removed": document is None,
        "image": image if drawn else None,
        "ratio": drawn.width / drawn.height if drawn else None,
        "boxes": percent(list(dict.fromkeys(map(_tuple, boxes))), drawn) if drawn else [],
        "text": page.text[:EXCERPT_CHARACTERS] if page else "",
        "parts": page_parts(library.passages.of(passage.document_id), page) if page and not drawn else [],
    }


def _trail(library: Library, passage: Passage, quote: str) -> list[str]:
    """The headings that the first quotation stands under."""
    from lamplight.rag.outline import trail  # heavy; with the first sources, not with the first page
    from lamplight.rag.sentences import Sentence

    return trail(passage, Sentence(passage, quote, passage.boxes), library)


def _tuple(box: Box) -> Box:
    """A box as it is hashable; stored ones come back from JSON as lists."""
    left, top, right, bottom = box
    return (left, top, right, bottom)

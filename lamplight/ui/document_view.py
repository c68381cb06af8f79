"""What the app shows of one document: its report card, and page by page what Lamplight sees."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lamplight.languages import gettext, number, translated
from lamplight.models.folder import models_folder
from lamplight.ui.page_parts import page_parts

if TYPE_CHECKING:
    from lamplight.library.records import Document, ReportCard
    from lamplight.library.store import Library

PAGE_PIXELS = 1100  # sharp in a 460-pixel panel on a screen of twice the density
TEXT_CHARACTERS = 50_000
# What a browser shows safely by itself. Anything else, HTML above all, is only ever saved.
SHOWN = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".gif": "image/gif",
    ".bmp": "image/bmp",
    ".avif": "image/avif",
}


def document_value(library: Library, document_id: int, elsewhere: bool = False) -> dict[str, Any] | None:
    """Plain values for `assets/document.js`; None if there is no such document.

    Who looks from `elsewhere` in the house isn't told where on the computer its folders are.
    """
    document = library.documents.get(document_id)
    if document is None:
        return None
    return {
        "id": document.id,
        "name": document.name,
        "place": _place(library, document, elsewhere),
        "there": Path(document.path).is_file(),
        "pages": document.pages,
        "facts": _facts(document, document.report),
        "skipped": _remarks(document, elsewhere),
        "guide": _guide(library, document.id),
    }


def _guide(library: Library, document_id: int) -> dict[str, Any] | None:
    """Its source guide, once it has been made."""
    guide = library.guides.get(document_id)
    return asdict(guide) if guide else None


def _place(library: Library, document: Document, elsewhere: bool) -> str:
    path = Path(document.path)
    if library.copies.folder in path.parents:
        return gettext("A copy is kept in your library.")
    return path.parent.name if elsewhere else str(path)


def original_value(library: Library, document_id: int) -> tuple[Path, str] | None:
    """A document's file and the media type to show it as, "" if it can only be saved; None when it is gone."""
    document = library.documents.get(document_id)
    path = Path(document.path) if document else None
    if path is None or not path.is_file():
        return None
    return path, SHOWN.get(path.suffix.lower(), "")


def page_value(library: Library, document_id: int, number: int) -> dict[str, Any] | None:
    """One page: its picture, if it has one, and the text that was read from it."""
    page = library.documents.page(document_id, number)
    if page is None:
        return None
    drawn = page.width > 0 and page.height > 0
    return {
        "number": number,
        "image": f"/pages/{document_id}/{number}.png?width={PAGE_PIXELS}" if drawn else None,
        "ratio": page.width / page.height if drawn else None,
        "text": page.text[:TEXT_CHARACTERS],
        "parts": page_parts(library.passages.of(document_id), page),
    }


def _remarks(document: Document, elsewhere: bool) -> list[str]:
    """What was left out, and what would see more."""
    from lamplight.models.vision import find_vision  # with the first document, not with the first page

    remarks = [translated(remark) for remark in document.report.skipped] if document.report else []
    if document.images and find_vision() is None and not elsewhere:
        remarks.append(
            gettext(
                "Pictures are described by their words, values and captions. A vision model (a GGUF with its mmproj) "
                "in {folder} would say what else they show."
            ).format(folder=models_folder())
        )
    return remarks


def _facts(document: Document, report: ReportCard | None) -> list[list[str]]:
    """Label and value, only what there is something to say about."""
    facts = [
        (gettext("Pages"), document.pages),
        (gettext("Passages"), document.chunks),
        (gettext("Pictures"), document.images),
    ]
    if report is not None:
        facts += [
            (gettext("Pages read by text recognition"), report.ocr_pages),
            (gettext("Empty pages"), len(report.empty_pages)),
            (gettext("Tables"), report.tables),
            (gettext("Captions"), report.captions),
            (gettext("Comments"), report.comments),
            (gettext("Form fields"), report.fields),
            (gettext("Characters"), report.characters),
        ]
    shown = [[label, number(count)] for label, count in facts if count]
    if report is not None and report.seconds:
        shown.append([gettext("Read in"), f"{report.seconds:.1f} s"])
    return shown

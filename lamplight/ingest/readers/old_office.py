"""Word and PowerPoint files of 1997 to 2003: turned into the newer kind by doc2docx and ppt2pptx, and read as that."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from lamplight.ingest.document import ReadDocument
from lamplight.ingest.errors import ReadError
from lamplight.ingest.readers.kinds import CONVERT
from lamplight.ingest.readers.reading import Reading
from lamplight.ingest.readers.slides import read_pptx
from lamplight.ingest.readers.tally import NOT_READ, counted
from lamplight.ingest.readers.word import read_docx
from lamplight.languages import sentence

# What the two leave behind, by the codes in which they say so; the others are about looks.
LEFT_BEHIND = {
    "CHART_OMITTED": ("chart", "charts"),
    "DIAGRAM_OR_SMARTART_OMITTED": ("diagram", "diagrams"),
    "VIDEO_OMITTED": ("video", "videos"),
    "AUDIO_OMITTED": ("sound", "sounds"),
    "MEDIA_ACTION_OMITTED": ("video or sound", "videos or sounds"),
    "OLE_OBJECT_OMITTED": ("embedded file", "embedded files"),
    "EMBEDDED_OLE_OMITTED": ("embedded file", "embedded files"),
    "LINKED_OLE_OMITTED": ("linked file", "linked files"),
    "ACTIVEX_CONTROL_OMITTED": ("control", "controls"),
    "MACRO_STORY_OMITTED": ("macro project", "macro projects"),
    "PICTURES_DEFERRED": ("picture", "pictures"),
    "FLOATING_PICTURE_FORMAT_DEFERRED": ("picture", "pictures"),
    "INLINE_PICTURE_FORMAT_DEFERRED": ("picture", "pictures"),
    "GROUPED_MAIN_TEXTBOXES_DEFERRED": ("text box", "text boxes"),
    "GROUPED_HEADER_TEXTBOXES_DEFERRED": ("text box", "text boxes"),
    "NOTE_REFERENCE_DEFERRED": ("note", "notes"),
}

OLD = sentence("{name} is an old Office file; save it as .docx or .pptx and add that.")
COUNTS = ("count", "textbox_count")  # how many of a kind a warning is about; else one


def read_doc(path: Path, reading: Reading) -> ReadDocument:
    """Like a Word file of today, with the pages that breaks begin."""
    from doc2docx import convert
    from doc2docx.errors import Doc2DocxError, EncryptedDocumentError

    reading.step(sentence("reading an old format"), 0.0)
    with _newer(path, ".docx", convert, EncryptedDocumentError, Doc2DocxError) as (newer, left_behind):
        document = read_docx(newer, reading)
    document.skipped += left_behind
    return replace(document, format="doc")


def read_ppt(path: Path, reading: Reading) -> ReadDocument:
    """Like a PowerPoint file of today, without its charts."""
    from ppt2pptx import convert
    from ppt2pptx.errors import EncryptedPresentationError, Ppt2PptxError

    reading.step(sentence("reading an old format"), 0.0)
    with _newer(path, ".pptx", convert, EncryptedPresentationError, Ppt2PptxError) as (newer, left_behind):
        document = read_pptx(newer, reading)
    document.skipped += left_behind
    return replace(document, format="ppt")


@contextmanager
def _newer(
    path: Path, ending: str, convert: Callable[..., Any], locked: type[Exception], unknown: type[Exception]
) -> Iterator[tuple[Path, list[str]]]:
    """The newer file, under its old name, and a sentence on what was left behind.

    `locked` and `unknown` are what `convert` raises. Raises `ReadError` for both.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        newer = Path(folder) / f"{path.stem}{ending}"
        try:
            told = convert(path, newer).report.to_dict()
        except locked:
            raise ReadError(f"{path.name} is protected by a password; save it without one and add that.") from None
        except unknown as error:
            advice = CONVERT.get(path.suffix.lower(), OLD)
            raise ReadError(advice.format(name=path.name)) from error
        found: Counter[tuple[str, str]] = Counter()
        for warning in told.get("warnings") or told.get("diagnostics") or ():
            if warning["code"] in LEFT_BEHIND:
                about = warning.get("details", warning)
                found[LEFT_BEHIND[warning["code"]]] += next((about[key] for key in COUNTS if key in about), 1)
        yield newer.rename(Path(folder) / path.name), counted(NOT_READ, found)

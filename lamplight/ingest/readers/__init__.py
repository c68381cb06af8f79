"""One reader per kind of file, chosen by what the file holds, not by what it is called.

A reader is a function `(path, reading) -> ReadDocument`. To add a kind, write the function in a module of
its own, name it in `READERS`, and say in `kinds` how such a file is known; or have another distribution bring it
(`docs/extensions.md`).
"""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

from lamplight.errors import LamplightError
from lamplight.ingest.charts.added import ADDED_CHARTS
from lamplight.ingest.document import ReadDocument
from lamplight.ingest.errors import ReadError
from lamplight.ingest.furniture import mark_document
from lamplight.ingest.readers.archive import read_archive, read_preview
from lamplight.ingest.readers.code import read_code
from lamplight.ingest.readers.content_lines import read_content_lines
from lamplight.ingest.readers.delimited import read_csv
from lamplight.ingest.readers.epub import read_epub
from lamplight.ingest.readers.image import read_image
from lamplight.ingest.readers.json_values import read_json
from lamplight.ingest.readers.kinds import KNOWN, SUFFIXES, added_kinds, is_known, kind_of
from lamplight.ingest.readers.mail import read_email, read_emlx, read_mbox, read_msg
from lamplight.ingest.readers.notebook import read_notebook
from lamplight.ingest.readers.notes import read_markdown, read_org
from lamplight.ingest.readers.old_office import read_doc, read_ppt
from lamplight.ingest.readers.old_spreadsheet import read_xls, read_xlsb
from lamplight.ingest.readers.opendocument import read_opendocument
from lamplight.ingest.readers.pdf import read_pdf
from lamplight.ingest.readers.reading import Reading
from lamplight.ingest.readers.rtf import read_rtf
from lamplight.ingest.readers.slides import read_pptx
from lamplight.ingest.readers.spreadsheet import read_xlsx
from lamplight.ingest.readers.subtitles import read_subtitles
from lamplight.ingest.readers.svg import read_svg
from lamplight.ingest.readers.text import read_text
from lamplight.ingest.readers.tiff import read_tiff
from lamplight.ingest.readers.web import read_html, read_mhtml, read_webarchive
from lamplight.ingest.readers.word import read_docx
from lamplight.ingest.readers.xml_values import read_xml
from lamplight.languages import sentence

__all__ = ["KNOWN", "READERS", "SUFFIXES", "Reader", "is_known", "kind_of", "read"]

Reader = Callable[[Path, Reading], ReadDocument]

READERS: dict[str, Reader] = {
    "pdf": read_pdf,
    "docx": read_docx,
    "doc": read_doc,
    "pptx": read_pptx,
    "ppt": read_ppt,
    "xlsx": read_xlsx,
    "xls": read_xls,
    "xlsb": read_xlsb,
    "opendocument": read_opendocument,
    "epub": read_epub,
    "rtf": read_rtf,
    "email": read_email,
    "emlx": read_emlx,
    "msg": read_msg,
    "mbox": read_mbox,
    "archive": read_archive,
    "content lines": read_content_lines,
    "subtitles": read_subtitles,
    "notebook": read_notebook,
    "xml": read_xml,
    "iwork": read_preview,
    "html": read_html,
    "mhtml": read_mhtml,
    "webarchive": read_webarchive,
    "markdown": read_markdown,
    "org": read_org,
    "csv": read_csv,
    "json": read_json,
    "code": read_code,
    "text": read_text,
    "image": read_image,
    "tiff": read_tiff,
    "svg": read_svg,
}

MARKED_AT_ONCE = {
    "docx",
    "doc",
    "opendocument",
    "rtf",
    "text",
    "markdown",
    "html",
    "epub",
    "tiff",
}  # PDF pages are on their way
"""Kinds with running heads or tables of contents; slides, sheets, pictures, mails, data and code have none."""


PROGRAMS = {
    "docx": sentence("Word or LibreOffice"),
    "doc": sentence("Word or LibreOffice"),
    "rtf": sentence("Word or LibreOffice"),
    "xlsx": sentence("Excel or LibreOffice"),
    "xls": sentence("Excel or LibreOffice"),
    "xlsb": "Excel",
    "pptx": sentence("PowerPoint or LibreOffice"),
    "ppt": sentence("PowerPoint or LibreOffice"),
    "opendocument": "LibreOffice",
    "msg": "Outlook",
    "notebook": "Jupyter",
    "webarchive": "Safari",
}
"""What a person can save a damaged file anew with; for other kinds it is whatever made it."""
OWN_PROGRAM = sentence("its own program")
OF_THE_CONTENT = (None, errno.EINVAL)  # an OSError that a decoder raises, or a place before the file's beginning


def read(path: Path, reading: Reading) -> ReadDocument:
    """Read a file with the reader its content asks for.

    Raises `NothingToRead` for a kind that is not read or an empty file, `ReadError` for a damaged or
    locked one, `Cancelled` when `reading` was cancelled. Whatever else a parser raises on a file that it doesn't
    expect, most have no error type for that, becomes a `ReadError` here: readers only say what they know better.
    """
    kind = ""
    try:
        kind = kind_of(path)
        document = READERS[kind](path, reading) if kind in READERS else _read_by_extension(kind, path, reading)
        if kind in MARKED_AT_ONCE:
            mark_document(document)
        document.skipped += ADDED_CHARTS.problems()
        return document
    except (LamplightError, MemoryError):
        raise
    except PermissionError:
        raise ReadError(f"{path.name} may not be read by you; change its permissions and add it again.") from None
    except Exception as error:
        if isinstance(error, OSError) and error.errno not in OF_THE_CONTENT:
            raise ReadError(f"{path.name} can't be read ({error.strerror}); check the disk it is on.") from error
        raise ReadError(
            f"{path.name} is damaged, or made in a way that its reader doesn't know; "
            f"open it in {PROGRAMS.get(kind, OWN_PROGRAM)} and save it again."
        ) from error


def _read_by_extension(kind: str, path: Path, reading: Reading) -> ReadDocument:
    """Raises `ExtensionError` when the extension can't be loaded or returns something else."""
    extension = added_kinds()[kind]
    document = extension.load()(path, reading)
    if not isinstance(document, ReadDocument):
        raise extension.error(TypeError(f"it made a {type(document).__name__} of {path.name}, not a ReadDocument"))
    return document

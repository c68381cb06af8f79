"""What kind of file it is, by what it holds; the name decides only between kinds of text."""

from __future__ import annotations

import codecs
import re
import zipfile
from pathlib import Path

from lamplight.ingest.errors import NothingToRead, ReadError
from lamplight.ingest.readers.archive import check_archive
from lamplight.ingest.readers.packages import BROKEN_ARCHIVE
from lamplight.ingest.readers.text import looks_binary, text_of
from lamplight.ingest.readers.unread import reason_unread
from lamplight.languages import sentence
from lamplight.models.extensions import Extension, extensions

KNOWN = sentence(
    "PDF, DOCX, DOC, PPTX, PPT, XLSX, XLS, XLSB, ODT, ODS, ODP, EPUB, FB2, RTF, mail (EML, EMLX, MSG, mbox), web pages "
    "(HTML, MHTML, webarchive), Markdown, Jupyter notebooks, calendars, address books, subtitles, CSV, JSON, XML, "
    "source code, plain text, ZIP and tar archives, PNG, JPEG, WebP, TIFF, GIF, BMP, SVG, AVIF and HEIC"
)
SUFFIXES = {
    ".jp2": "image", ".j2k": "image", ".doc": "doc", ".dot": "doc", ".ppt": "ppt", ".pps": "ppt", ".pot": "ppt",
    ".pdf": "pdf", ".docx": "docx", ".docm": "docx", ".dotx": "docx", ".dotm": "docx", ".pptx": "pptx",
    ".pptm": "pptx", ".ppsx": "pptx", ".ppsm": "pptx", ".potx": "pptx", ".potm": "pptx", ".xlsx": "xlsx",
    ".xlsm": "xlsx", ".xltx": "xlsx", ".xltm": "xlsx", ".xls": "xls", ".xlsb": "xlsb", ".odt": "opendocument",
    ".ods": "opendocument", ".odp": "opendocument", ".ott": "opendocument", ".ots": "opendocument",
    ".otp": "opendocument", ".fodt": "opendocument", ".fods": "opendocument", ".fodp": "opendocument",
    ".epub": "epub", ".rtf": "rtf", ".eml": "email", ".emlx": "emlx", ".msg": "msg", ".mbox": "mbox", ".mbx": "mbox",
    ".html": "html", ".htm": "html", ".xhtml": "html", ".mht": "mhtml", ".mhtml": "mhtml", ".webarchive": "webarchive",
    ".zip": "archive", ".tar": "archive", ".tgz": "archive", ".gz": "archive", ".bz2": "archive", ".xz": "archive",
    ".pages": "iwork", ".numbers": "iwork", ".key": "iwork",
    ".md": "markdown", ".markdown": "markdown", ".csv": "csv", ".tsv": "csv", ".tab": "csv",
    ".json": "json", ".jsonl": "json", ".ndjson": "json", ".geojson": "json",
    ".txt": "text", ".text": "text", ".log": "text", ".rst": "text", ".tex": "text", ".org": "org",
    ".nfo": "text", ".srt": "subtitles", ".vtt": "subtitles", ".ics": "content lines", ".vcf": "content lines",
    ".ipynb": "notebook", ".xml": "xml", ".fb2": "xml", ".opml": "xml", ".rss": "xml", ".atom": "xml", ".gpx": "xml",
    ".kml": "xml",
    ".png": "image", ".jpg": "image", ".jpeg": "image", ".webp": "image", ".gif": "image", ".bmp": "image",
    ".heic": "image", ".heif": "image", ".avif": "image", ".tif": "tiff", ".tiff": "tiff", ".svg": "svg",
} | dict.fromkeys((
    ".py", ".pyi", ".js", ".mjs", ".cjs", ".jsx", ".ts", ".tsx", ".java", ".kt", ".kts", ".scala", ".groovy", ".c",
    ".h", ".cc", ".cpp", ".cxx", ".hpp", ".hh", ".cs", ".m", ".mm", ".go", ".rs", ".rb", ".php", ".swift", ".r",
    ".jl", ".lua", ".pl", ".pm", ".sh", ".bash", ".zsh", ".fish", ".ps1", ".bat", ".cmd", ".sql", ".css", ".scss",
    ".sass", ".less", ".vue", ".svelte", ".xsd", ".xsl", ".yaml", ".yml", ".toml", ".ini", ".cfg", ".conf",
    ".properties", ".gradle", ".cmake", ".mk", ".dart", ".ex", ".exs", ".erl", ".hs", ".ml", ".fs", ".clj", ".el",
    ".lisp", ".vb", ".f90", ".asm", ".s", ".proto", ".graphql", ".tf", ".nix", ".diff", ".patch",
), "code")  # fmt: skip
BINARY = {
    "pdf", "docx", "doc", "pptx", "ppt", "xlsx", "xls", "xlsb", "opendocument", "epub", "image", "tiff", "msg",
    "archive", "iwork",
}  # fmt: skip
SIGNATURES = (
    (b"\0\0\0\x0cjP  \r\n\x87\n", "image"), (b"\xff\x4f\xff\x51", "image"),  # JPEG 2000
    (b"%PDF-", "pdf"), (b"{\\rtf", "rtf"), (b"\x89PNG\r\n\x1a\n", "image"), (b"\xff\xd8\xff", "image"),
    (b"GIF87a", "image"), (b"GIF89a", "image"), (b"II*\0", "tiff"), (b"MM\0*", "tiff"), (b"II+\0", "tiff"),
    (b"MM\0+", "tiff"), (b"\x1f\x8b", "archive"), (b"BZh", "archive"), (b"\xfd7zXZ\0", "archive"),
)  # fmt: skip
STILL_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis")  # ISO 14496-12 `ftyp`
# By the type of the main part: its name is another in files of some programs.
MAIN_PART = re.compile(
    rb"ContentType=[\"']application/vnd\.[^\"']*?(word|presentation|powerpoint|spreadsheet|excel)[^\"']*\.main"
)
OFFICE_KINDS = {
    b"word": "docx", b"presentation": "pptx", b"powerpoint": "pptx", b"spreadsheet": "xlsx", b"excel": "xlsx"
}  # fmt: skip
FLAT_OPENDOCUMENT = b"urn:oasis:names:tc:opendocument:xmlns:office:1.0"
MEDIA_TYPES = {b"application/epub+zip": "epub", b"application/vnd.oasis.opendocument": "opendocument"}
HEAD = 4096
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OLD_OFFICE_SEARCHED = 32_000_000  # bytes in which the name of the stream is looked for
OLD_OFFICE_STREAMS = {"WordDocument": ".doc", "Workbook": ".xls", "Book": ".xls", "PowerPoint Document": ".ppt",
                      "__properties_version1.0": ".msg"}  # fmt: skip
OLD_OFFICE_KINDS = {"doc", "ppt", "xls", "msg"}
CONVERT = {
    ".doc": sentence(
        "{name} is an old Word file; open it in Word or LibreOffice Writer, save it as .docx and add that."
    ),
    ".ppt": sentence(
        "{name} is an old PowerPoint file; open it in PowerPoint or LibreOffice Impress, save it as .pptx and add that."
    ),
    ".pub": sentence("{name} is a Publisher document; export it from Publisher as PDF and add that."),
    ".wps": sentence("{name} is a document of Microsoft Works; open it in LibreOffice, save it as .docx and add that."),
    ".vsd": sentence("{name} is a Visio drawing; export it from Visio as PDF and add that."),
    ".vsdx": sentence("{name} is a Visio drawing; export it from Visio as PDF and add that."),
    ".mpp": sentence("{name} is a plan of Microsoft Project; export it as PDF or Excel and add that."),
    ".pages": sentence("{name} is a Pages document; export it from Pages as .docx or PDF and add that."),
    ".numbers": sentence("{name} is a Numbers sheet; export it from Numbers as .xlsx and add that."),
    ".key": sentence("{name} is a Keynote presentation; export it from Keynote as .pptx or PDF and add that."),
}
TEXT_CALLED = {"xls": "csv", "doc": "text"}  # many sites call cells between tabs Excel; Word wrote plain text too
TAR_AT = 257  # bytes into the file: the mark of POSIX tar
POSTSCRIPT = b"%!PS"
PREVIEWS = {"quicklook/preview.pdf", "preview.pdf"}  # in a document of Pages, Numbers or Keynote
PACKED = {".zip", ".cbz", ""}  # of other ZIP files only their program knows what they are
PROLOG = re.compile(rb"\A\s*(?:<\?xml[^>]*\?>\s*|<!--.*?-->\s*)*", re.DOTALL)
MAIL_HEADER = re.compile(rb"(?mi)^(from|date|subject|received|message-id|mime-version|to):\s")
SVG = re.compile(rb"^\s*(?:<\?xml|<!--|<!DOCTYPE svg|<svg)[\s\S]*<svg\b|^\s*<svg\b")
WEB_ARCHIVE = re.compile(r"(?mi)^content-type:\s*(?:multipart/|text/html)")  # among the headers of MIME
TAG = re.compile(r"<(?:[a-zA-Z][\w:-]*[\s/>]|!)")
MAIL_HEADERS = 3  # different ones that make a text a message


def added_kinds() -> dict[str, Extension]:
    """Kinds that extensions read, by suffix with its dot; none that is known here.

    Such a kind is known by its suffix alone, so that nothing of an extension is loaded to look for files.
    """
    named = {f".{name.lstrip('.').lower()}": one for name, one in extensions("lamplight.readers").items()}
    return {suffix: one for suffix, one in named.items() if suffix not in SUFFIXES}


def is_known(path: Path) -> bool:
    """Whether a file is of a kind that is read, by its name alone."""
    suffix = path.suffix.lower()
    return suffix in SUFFIXES or suffix in added_kinds()


def kind_of(path: Path) -> str:
    """A key of `READERS` or of `added_kinds`.

    Raises `NothingToRead` for a kind that is not read or an empty file, `ReadError` for a damaged or locked one.
    """
    head = _head(path)
    if (added := path.suffix.lower()) in added_kinds():
        return added
    if signed := _kind_by_signature(head):
        return signed
    if head.startswith(OLD_OFFICE):
        return _kind_of_old_office(path)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _kind_of_archive(path)
    suffix = path.suffix.lower()
    if b"%PDF-" in head[:1024] and not _starts_like_html(head) and (suffix == ".pdf" or looks_binary(head)):
        return "pdf"  # some writers put a header before it, and every viewer accepts that
    if head.startswith(b"bplist") and (suffix == ".webarchive" or b"WebMainResource" in head):
        return "webarchive"
    if (looks_binary(head) or head.startswith(POSTSCRIPT)) and (reason := reason_unread(head, suffix)):
        raise NothingToRead(reason.format(name=path.name))
    return _kind_of_text(path, head)


def _kind_by_signature(head: bytes) -> str:
    """Of a file whose first bytes tell; empty where they don't."""
    for signature, kind in SIGNATURES:
        if head.startswith(signature):
            return kind
    if head[TAR_AT:].startswith(b"ustar"):
        return "archive"
    is_webp = head[:4] == b"RIFF" and head[8:12] == b"WEBP"
    is_still = head[4:8] == b"ftyp" and head[8:12] in STILL_BRANDS
    return "image" if is_webp or is_still or (head.startswith(b"BM") and looks_binary(head)) else ""


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except PermissionError:
        raise ReadError(f"{path.name} may not be read by you; change its permissions and add it again.") from None
    except OSError as error:
        raise ReadError(f"{path.name} can't be opened ({error.strerror}); check the disk it is on.") from None
    if not head:
        raise NothingToRead(f"{path.name} is empty; there is nothing to read in it.")
    return head


def _kind_of_old_office(path: Path) -> str:
    """Office's files of before 2007, Outlook's, and encrypted newer ones, which are wrapped in the same container."""
    with path.open("rb") as file:
        content = file.read(OLD_OFFICE_SEARCHED)
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise ReadError(f"{path.name} is protected by a password; save it without one and add that.")
    suffix = path.suffix.lower()
    found = [kind for stream, kind in OLD_OFFICE_STREAMS.items() if stream.encode("utf-16-le") in content]
    kind = suffix if suffix in found or not found else found[0]
    if (known := SUFFIXES.get(kind)) in OLD_OFFICE_KINDS:
        return known
    raise NothingToRead(CONVERT[suffix].format(name=path.name)) if suffix in CONVERT else _unknown(path)


def _kind_of_archive(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            check_archive(path, archive)
            names = set(archive.namelist())
            media_type = archive.read("mimetype")[:80] if "mimetype" in names else b""
            types = archive.read("[Content_Types].xml") if "[Content_Types].xml" in names else b""
    except BROKEN_ARCHIVE:
        raise ReadError(f"{path.name} is damaged; open it in its own program and save it again.") from None
    if main := MAIN_PART.search(types):
        return "xlsb" if b".binary." in main[0] else OFFICE_KINDS[main[1]]
    for start, kind in MEDIA_TYPES.items():
        if media_type.startswith(start):
            return kind
    suffix = path.suffix.lower()
    if any(name.lower() in PREVIEWS for name in names):
        return "iwork"
    if "FixedDocumentSequence.fdseq" in names or "FixedDocSeq.fdseq" in names:
        raise NothingToRead(f"{path.name} is an XPS document; open it, print it to PDF and add that.")
    if suffix in CONVERT:
        raise NothingToRead(CONVERT[suffix].format(name=path.name))
    if suffix == ".zip" or (suffix in PACKED and not names & {"[Content_Types].xml", "mimetype"}):
        return "archive"
    raise _unknown(path)


def _kind_of_text(path: Path, head: bytes) -> str:
    suffix = path.suffix.lower()
    named = SUFFIXES.get(suffix)
    if looks_binary(head):
        raise _not_as_named(path, named)
    if suffix == ".key":  # also how people name keys in plain text
        return "text"
    if suffix in CONVERT and not named:
        raise NothingToRead(CONVERT[suffix].format(name=path.name))
    if SVG.search(head) and named in (None, "svg", "xml"):
        return "svg"
    if named not in ("code", "markdown", "email", "emlx", "mbox", "mhtml") and _starts_like_html(head):
        if suffix == ".pdf":
            raise ReadError(
                f"{path.name} is a web page and no PDF: the download failed or wants you to sign in; fetch it again."
            )
        return "html"
    if head.lstrip(codecs.BOM_UTF8 + b" \t\r\n").startswith(b"<") and FLAT_OPENDOCUMENT in head:
        return "opendocument"
    if named is None:
        return _kind_of_unnamed_text(path, head)
    if named in TEXT_CALLED:
        return _kind_of_web_export(head) or TEXT_CALLED[named]
    if named in BINARY or named in ("rtf", "svg"):
        raise ReadError(f"{path.name} holds plain text, not what its name says; rename it to .txt and add it.")
    return named


def _kind_of_web_export(head: bytes) -> str:
    """Of a text that is called a file of Word or Excel; many sites and servers write web pages under these names."""
    start = (text_of(head) or "").lstrip("\ufeff \t\r\n")
    if WEB_ARCHIVE.search(start.partition("\n\n")[0]):
        return "mhtml"
    if start.startswith("<?xml"):
        return "xml"
    return "html" if TAG.match(start) else ""


def _not_as_named(path: Path, named: str | None) -> ReadError | NothingToRead:
    """What is said of a file that is no text, `named` being what its name says it is."""
    if named in BINARY:
        return ReadError(sentence(f"{path.name} is not what its name says, or it is damaged; check the file."))
    if named:
        return NothingToRead(sentence(f"{path.name} holds no text although its name says so; check the file."))
    return _unknown(path)


def _kind_of_unnamed_text(path: Path, head: bytes) -> str:
    """Of a text whose name tells nothing."""
    start = head.lstrip(codecs.BOM_UTF8 + b" \t\r\n")
    fields = len({match.lower() for match in MAIL_HEADER.findall(head)})
    if start.startswith(b"From ") and fields >= MAIL_HEADERS - 1:
        return "mbox"
    if fields >= MAIL_HEADERS:
        return "mhtml" if b"Snapshot-Content-Location" in head else "email"
    if start[:15].upper().startswith((b"BEGIN:VCALENDAR", b"BEGIN:VCARD")):
        return "content lines"
    if start.startswith(b"<?xml"):
        return "xml"
    if not _is_unicode(head) and text_of(head) is None:
        raise _unknown(path)
    return "code" if head.startswith(b"#!") or path.stem in ("Makefile", "Dockerfile") else "text"


def _starts_like_html(head: bytes) -> bool:
    return PROLOG.sub(b"", head.lstrip(codecs.BOM_UTF8))[:15].lower().startswith((b"<!doctype html", b"<html"))


def _is_unicode(head: bytes) -> bool:
    encoding = "utf-16" if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8"
    try:
        codecs.getincrementaldecoder(encoding)().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def _unknown(path: Path) -> NothingToRead:
    known = ", ".join([KNOWN, *added_kinds()])
    return NothingToRead(sentence(f"{path.name} is not a kind that is read: {known} are."))

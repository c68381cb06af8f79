"""Files inside a file, such as what a mail has attached or an archive packs: each is read by its own reader."""

from __future__ import annotations

import io
import lzma
import re
import tempfile
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import IO

from lamplight.ingest.document import DocumentPage, Line, ReadDocument
from lamplight.ingest.errors import NothingToRead, ReadError
from lamplight.ingest.readers.reading import Reading
from lamplight.languages import sentence

DEEPEST = 4  # files inside files: a report in an archive attached to a forwarded mail is three
LARGEST_FILE = 200_000_000  # bytes unpacked
LONGEST_NAME = 100  # characters of the name under which a file is unpacked
MOST_SENTENCES = 20  # about single files, in the report card
COPIED = 1 << 20  # bytes at a time
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
)
UNSEEN = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]")  # also what turns the letters' direction
UNSAFE = re.compile(r'[<>:"|?*]')


class Container:
    """A document whose pages come one after the other from itself and from the files inside it.

    Their pages are numbered on, stand under the name of their file, and have no boxes: there is no page to draw.
    """

    def __init__(self, document: ReadDocument, reading: Reading, pages: int = 0) -> None:
        """`pages` of its own the document has already."""
        self._reading, self._document = reading, document
        self._sentences: list[str] = []
        self.pages = pages
        self.files = 0  # that were read
        self.fraction = 0.0  # of the whole that is read so far, as its reader knows

    @classmethod
    def begin(cls, title: str, format_name: str, reading: Reading) -> Container:
        """Of a document that has no page yet."""
        return cls(ReadDocument(title, format_name, reading.begin(title, format_name)), reading)

    def add_page(self, page: DocumentPage) -> None:
        """The page gets the next number, and so do its tables; kept unless an earlier run has read it."""
        self.pages += 1
        page.number = self.pages
        page.tables = [replace(table, page=self.pages) for table in page.tables]
        if self._reading.wanted(self.pages):
            self._document.pages.append(page)

    def add_file(self, name: str, content: bytes | IO[bytes], headings: tuple[str, ...] = ()) -> None:
        """Read a file and add its pages under `headings` and its name; or say why not."""
        name = shown_name(name)
        try:
            self._enter(name)
            self._read(name, io.BytesIO(content) if isinstance(content, bytes) else content, headings)
            self.files += 1
        except (ReadError, NothingToRead) as error:
            self.say(str(error))
        finally:
            self._reading.enter(self._reading.number)

    def say(self, told: str) -> None:
        """Put into the report card what was not read."""
        self._sentences.append(told)

    def finish(self) -> ReadDocument:
        """The document; call it once, as it adds what was said to `skipped`: `MOST_SENTENCES`, then how many more."""
        more = len(self._sentences) - MOST_SENTENCES
        self._document.skipped += self._sentences[:MOST_SENTENCES]
        if more > 0:
            self._document.skipped.append(sentence(f"And {more} more of its files were not read in full."))
        return self._document

    @property
    def first_sentence(self) -> str:
        """What was said first of what was not read; empty if nothing was."""
        return self._sentences[0] if self._sentences else ""

    def _enter(self, name: str) -> None:
        """Raises `ReadError` for a file that ended an earlier run; empty pages stand for what was read of it."""
        allowance = self._reading.allowance
        allowance.entered += 1
        if (pages := self._reading.avoid.get(allowance.entered)) is not None:
            for _ in range(pages):
                self.add_page(DocumentPage(0))
            raise ReadError(f"{name} made its reader crash, hang or take too much memory; open it and save it anew.")
        self._reading.enter(allowance.entered)

    def _read(self, name: str, content: IO[bytes], headings: tuple[str, ...]) -> None:
        from lamplight.ingest.readers import read

        allowance = self._reading.allowance
        allowance.files -= 1
        if self._reading.depth >= DEEPEST:
            raise ReadError(f"{name} lies inside too many other files; take it out and add it by itself.")
        if allowance.files < 0:
            raise ReadError(f"{name} was left out: there are too many files inside; unpack them and add the folder.")
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            path = Path(folder) / _safe_name(name)
            self._unpack(content, path, name)
            place = (*headings, name)
            taken = _Taken(self, place)

            def begun(title: str, format_name: str) -> list[DocumentPage]:
                taken.title = title
                return taken

            reading = Reading(
                self._reading.recogniser,
                lambda status, fraction: self._reading.step(f"{name}: {status}", self.fraction),
                begun,
                depth=self._reading.depth + 1,
                number=allowance.entered,
                enter=self._reading.enter,
                avoid=self._reading.avoid,
                allowance=allowance,
            )
            document = read(path, reading)
            if document.pages is not taken:
                taken.title = document.title
                for page in document.pages:
                    taken.append(page)
            for told in document.skipped:
                self.say(told if name in told else f"{name}: {told}")

    def _unpack(self, content: IO[bytes], path: Path, name: str) -> None:
        size = 0
        with path.open("wb") as file:
            while block := self._block(content, name):
                size += len(block)
                self._reading.allowance.bytes -= len(block)
                if size > LARGEST_FILE or self._reading.allowance.bytes < 0:
                    raise ReadError(f"{name} was left out: it unpacks to too much; unpack it and add it by itself.")
                file.write(block)

    def _block(self, content: IO[bytes], name: str) -> bytes:
        try:
            return content.read(COPIED)
        except BROKEN:
            raise ReadError(f"{name} is damaged inside its archive; fetch or copy that again.") from None


class _Taken(list[DocumentPage]):
    """Hands the pages of a file on to what it is inside of."""

    def __init__(self, container: Container, place: tuple[str, ...]) -> None:
        super().__init__()
        self._container, self._place = container, place
        self.title = ""

    def append(self, page: DocumentPage, /) -> None:
        own = self.title and self.title not in (self._place[-1], PurePosixPath(self._place[-1]).stem)
        place = (*self._place, self.title) if own else self._place
        for block in page.blocks:
            block.headings = (*place, *(words for words in block.headings if words != self.title))
            block.lines = [Line(line.text, None, line.furniture) for line in block.lines]
        page.tables = [replace(table, boxes=[]) for table in page.tables]
        page.width = page.height = 0.0
        self._container.add_page(page)


def shown_name(name: str) -> str:
    """A name from inside a file, as it can be shown; with its folders."""
    parts = [UNSEEN.sub(" ", part).strip() for part in name.replace("\\", "/").split("/")]
    return "/".join(part for part in parts if part not in ("", ".", "..")) or "file"


def _safe_name(name: str) -> str:
    """What it is called on the disk: nothing of where it says it lies."""
    last = UNSAFE.sub("", PurePosixPath(name).name).strip(". ")
    stem, dot, suffix = last.rpartition(".")
    if not dot or len(suffix) > LONGEST_NAME // 4:
        return last[:LONGEST_NAME] or "file"
    return f"{stem[: LONGEST_NAME - len(suffix)] or 'file'}.{suffix}"

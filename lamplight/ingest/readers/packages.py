"""Parts of files that are ZIP archives of XML: Office, OpenDocument and EPUB."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from lxml import etree

from lamplight.ingest.errors import ReadError
from lamplight.languages import sentence

# What zipfile raises on archives that are damaged, besides its own error.
BROKEN_ARCHIVE = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, KeyError, ValueError, OSError
)  # fmt: skip
LARGEST_PART = 200_000_000  # bytes unpacked; a novel has two million
# "Strict Open XML" (ISO/IEC 29500) names everything else than the usual files do, and means the same.
STRICT = b"http://purl.oclc.org/ooxml/"
STRICT_NAME = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/(\w+)")
USUAL_NAME = rb"http://schemas.openxmlformats.org/\1/2006/\2"


@dataclass(frozen=True, slots=True)
class Relation:
    """What a part of an Office file refers to.

    `kind` is such as `header`, `target` the name of a part, empty for what is not in the file.
    """

    kind: str
    target: str


class Package:
    """An open archive. `part` and `xml` raise `ReadError` for parts that are missing, damaged or huge."""

    def __init__(self, archive: zipfile.ZipFile, path: Path) -> None:
        self._archive = archive
        self._path = path
        self.names = set(archive.namelist())

    def part(self, name: str) -> bytes:
        """Unpacked bytes; `name` is its path in the archive, as in `names`. A `PermissionError` goes through."""
        try:
            if self._archive.getinfo(name).file_size > LARGEST_PART:
                raise ReadError(f"{self._path.name} unpacks to more than can be read; split it and add the parts.")
            return self._archive.read(name)
        except PermissionError:
            raise
        except BROKEN_ARCHIVE:
            raise self.damaged() from None

    def xml(self, name: str) -> Any:
        """The root element. Entities are not resolved and nothing is fetched."""
        return xml_root(STRICT_NAME.sub(USUAL_NAME, self.part(name)), self._path)

    def relations(self, part: str = "") -> dict[str, Relation]:
        """By id what a part of an Office file refers to, without a part what the file does."""
        folder, _, name = part.rpartition("/")
        place = posixpath.join(folder, "_rels", f"{name}.rels")
        if place not in self.names:
            return {}
        found = {}
        for one in self.xml(place):
            outside = one.get("TargetMode") == "External"
            target = posixpath.normpath(posixpath.join("/", folder, one.get("Target", ""))).lstrip("/")
            found[one.get("Id", "")] = Relation(one.get("Type", "").rpartition("/")[2], "" if outside else target)
        return found

    def targets_of(self, folder: str) -> set[str]:
        """The parts that parts in a folder refer to, such as the workbooks behind charts."""
        parts = [name for name in self.names if folder in f"/{name}" and not name.endswith(".rels")]
        return {one.target for part in parts for one in self.relations(part).values()}

    def damaged(self) -> ReadError:
        """An error to be raised where a reader finds that parts are missing or make no sense."""
        return _damaged(self._path)


def xml_root(content: bytes, path: Path) -> Any:
    """The root element of XML from a file. Entities are not resolved and nothing is fetched."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError:
        raise _damaged(path) from None


def _damaged(path: Path) -> ReadError:
    return ReadError(sentence(f"{path.name} is damaged; open it in its own program and save it again."))


@contextmanager
def open_package(path: Path) -> Iterator[Package]:
    """Closed on leaving. Raises `ReadError` for what is no archive or damaged, and lets `PermissionError` through."""
    try:
        archive = zipfile.ZipFile(path)
    except PermissionError:
        raise
    except BROKEN_ARCHIVE:
        raise _damaged(path) from None
    with archive:
        yield Package(archive, path)


@contextmanager
def open_usual(path: Path) -> Iterator[IO[bytes]]:
    """An Office file as the kept libraries know it: a strict one with the usual names, any other as it is."""
    with path.open("rb") as file, open_package(path) as package:
        if STRICT not in package.part("_rels/.rels"):
            yield file
            return
        copy = io.BytesIO()
        with zipfile.ZipFile(copy, "w") as written:
            for name in sorted(package.names):
                content = package.part(name)
                if name.endswith((".xml", ".rels")):
                    content = STRICT_NAME.sub(USUAL_NAME, content)
                written.writestr(name, content)
    copy.seek(0)
    yield copy

"""Parts of files that are ZIP archives of XML: OpenDocument and EPUB."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lxml import etree

from ingest.errors import ReadError

# What zipfile raises on archives that are damaged, besides its own error.
BROKEN_ARCHIVE = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, KeyError, ValueError, OSError
)  # fmt: skip
LARGEST_PART = 200_000_000  # bytes unpacked; a novel has two million


class Package:
    """An open archive. `part` and `xml` raise `ReadError` for parts that are missing, damaged or huge."""

    def __init__(self, archive: zipfile.ZipFile, path: Path) -> None:
        self._archive = archive
        self._path = path
        self.names = set(archive.namelist())

    def part(self, name: str) -> bytes:
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
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        try:
            return etree.fromstring(self.part(name), parser)
        except etree.XMLSyntaxError:
            raise self.damaged() from None

    def damaged(self) -> ReadError:
        return ReadError(f"{self._path.name} is damaged; open it in its own program and save it again.")


@contextmanager
def open_package(path: Path) -> Iterator[Package]:
    try:
        archive = zipfile.ZipFile(path)
    except PermissionError:
        raise
    except BROKEN_ARCHIVE:
        raise ReadError(f"{path.name} is damaged; open it in its own program and save it again.") from None
    with archive:
        yield Package(archive, path)

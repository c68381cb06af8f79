"""Archives: ZIP, tar, and single files packed by gzip and its kin. What is in them is read as if it lay in a folder."""

from __future__ import annotations

import bz2
import gzip
import lzma
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

from lamplight.ingest.document import ReadDocument
from lamplight.ingest.errors import NothingToRead, ReadError
from lamplight.ingest.readers.container import BROKEN, Container
from lamplight.ingest.readers.reading import Reading
from lamplight.ingest.readers.text import text_of
from lamplight.ingest.walk import is_passed_over
from lamplight.languages import sentence

MOST_UNPACKED = 1 << 30  # bytes of all members together
MOST_INFLATION = 200  # times a member's packed size: prose packs to a tenth, the emptiest spreadsheet to a hundredth
HARMLESS = 16 << 20  # bytes that may be packed to nothing: a blank picture is
MOST_MEMBERS = 20_000
ENCRYPTED = 0x1  # of a ZIP member's flags
UTF_8_NAME = 0x800
PACKED: dict[bytes, Callable[[Path], Any]] = {  # by how the file begins
    b"\x1f\x8b": gzip.GzipFile,
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\0": lzma.LZMAFile,
}
BROKEN_ARCHIVE = (*BROKEN, tarfile.TarError, KeyError)


def read_archive(path: Path, reading: Reading) -> ReadDocument:
    """A page for each page of the files in it, in the archive's order.

    Raises `NothingToRead` when none of them can be read.
    """
    container = Container.begin(path.stem, "archive", reading)
    reading.step(sentence("unpacking"), 0.0)
    try:
        if zipfile.is_zipfile(path):
            _read_zip(path, container)
        elif tarfile.is_tarfile(path):
            _read_tar(path, container)
        else:
            _read_packed(path, container)
    except PermissionError:
        raise
    except BROKEN_ARCHIVE:
        if not container.files:
            raise ReadError(f"{path.name} is damaged or cut short; fetch or copy it again.") from None
        container.say(sentence(f"{path.name} is damaged: what follows its first {container.files} files is lost."))
    if not container.files:
        reason = container.first_sentence or sentence("there are no files in it.")
        raise NothingToRead(f"{path.name} holds nothing that can be read: {reason}")
    return container.finish()


def read_preview(path: Path, reading: Reading) -> ReadDocument:
    """A document of Pages, Numbers or Keynote by the PDF that these programs may put into it to be looked at."""
    container = Container.begin(path.stem, path.suffix.lstrip(".").lower() or "iwork", reading)
    with zipfile.ZipFile(path) as archive:
        check_archive(path, archive)
        name = next(name for name in archive.namelist() if name.lower().endswith("preview.pdf"))
        with archive.open(name) as file:
            container.add_file("Preview.pdf", file)
    if not container.pages:
        raise NothingToRead(f"{path.name} can't be read; export it as PDF from its own program and add that.")
    container.say(
        sentence(
            f"Of {path.name} the preview inside was read, which may not show all; export it as PDF to be sure of "
            "the rest."
        )
    )
    return container.finish()


def _read_zip(path: Path, container: Container) -> None:
    with zipfile.ZipFile(path) as archive:
        check_archive(path, archive)
        members = archive.infolist()
        for index, member in enumerate(members):
            container.fraction = index / len(members)
            name = _name_of(member)
            if member.is_dir() or _is_left_behind(name):
                continue
            if member.flag_bits & ENCRYPTED:
                container.say(sentence(f"{name} is protected by a password; unpack it and add it by itself."))
                continue
            with archive.open(member) as file:
                container.add_file(name, file)


def _read_tar(path: Path, container: Container) -> None:
    size = path.stat().st_size or 1
    with path.open("rb") as packed, tarfile.open(fileobj=packed) as archive:
        for member in archive:
            container.fraction = packed.tell() / size
            file = archive.extractfile(member) if member.isfile() else None
            if file is not None and not _is_left_behind(member.name):
                container.add_file(member.name, file)


def _read_packed(path: Path, container: Container) -> None:
    """One file, named as the packed one is without its last ending."""
    with path.open("rb") as file:
        head = file.read(8)
    with next(opened for start, opened in PACKED.items() if head.startswith(start))(path) as content:
        container.add_file(path.stem, content)


def _name_of(member: zipfile.ZipInfo) -> str:
    """Older programs wrote names in the encoding of their country, which `zipfile` takes for that of DOS."""
    if member.flag_bits & UTF_8_NAME or member.filename.isascii():
        return member.filename
    return text_of(member.filename.encode("cp437", "replace")) or member.filename


def _is_left_behind(name: str) -> bool:
    return any(is_passed_over(part) for part in PurePosixPath(name.replace("\\", "/")).parts if part not in (".", ".."))


def check_archive(path: Path, archive: zipfile.ZipFile) -> None:
    """Raises `ReadError` for a bomb. `zipfile` sees to it that no member gets larger than it says here."""
    members = archive.infolist()
    unpacked = sum(member.file_size for member in members)
    inflated = any(member.file_size > max(HARMLESS, MOST_INFLATION * member.compress_size) for member in members)
    if inflated or unpacked > MOST_UNPACKED or len(members) > MOST_MEMBERS:
        raise ReadError(
            f"{path.name} would unpack to {unpacked / 1e6:,.0f} MB in {len(members):,} parts, more than any document "
            "needs; check where it came from."
        )

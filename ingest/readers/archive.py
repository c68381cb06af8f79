"""What a ZIP file (DOCX and its like) says it holds, before any of it is unpacked."""

from __future__ import annotations

import zipfile
from pathlib import Path

from ingest.errors import ReadError

MOST_UNPACKED = 1 << 30  # bytes of all members together
MOST_INFLATION = 200  # times a member's packed size: prose packs to a tenth, the emptiest spreadsheet to a hundredth
HARMLESS = 16 << 20  # bytes that may be packed to nothing: a blank picture is
MOST_MEMBERS = 20_000


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

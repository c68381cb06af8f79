"""Writes .doc (MS-DOC) and .ppt (MS-PPT) files with nothing but text in them; no kept library does."""

from __future__ import annotations

import struct
from pathlib import Path

from tests.outlook_file import compound

TEXT_AT = 2048  # bytes into the stream, behind all that says where things are
TITLE, BODY = 0, 1


def write_doc(path: Path, text: str) -> Path:
    """One piece of text in the letters of Western Europe."""
    body = text.replace("\n", "\r").encode("cp1252")
    pieces = struct.pack("<IIHIH", 0, len(body), 0, TEXT_AT * 2 | 0x40000000, 0)
    table = b"\x02" + struct.pack("<I", len(pieces)) + pieces
    sizes, places = [0] * 22, [(0, 0)] * 93
    sizes[0], sizes[3], places[33] = TEXT_AT + len(body), len(body), (0, len(table))
    head = struct.pack("<HHHHHHH", 0xA5EC, 0xC1, 0, 0x409, 0, 0x0200, 0xBF).ljust(32, b"\0")
    head += struct.pack("<H28xH22IH", 14, 22, *sizes, 93) + b"".join(struct.pack("<II", *place) for place in places)
    path.write_bytes(compound({"WordDocument": head.ljust(TEXT_AT, b"\0") + body, "1Table": table}))
    return path


def write_ppt(path: Path, slides: list[tuple[str, str]]) -> Path:
    """Slides with a title and a text."""
    listed = b"".join(
        _record(0x3F3, struct.pack("<5I", number + 2, 0, 2, 256 + number, 0)) for number in range(len(slides))
    )
    about = struct.pack("<6i2I2H4B", 5760, 4320, 5760, 4320, 1, 2, 0, 0, 1, 0, 0, 0, 0, 0)
    parts = [_holder(0x3E8, _record(0x3E9, about, 1), _holder(0xFF0, listed), _record(0x3EA, b""))]
    for title, text in slides:
        root = _holder(0xF004, _record(0xF009, bytes(16), 1), _record(0xF00A, struct.pack("<II", 1024, 5), 2))
        shapes = _holder(0xF003, root, _shape(1, TITLE, title), _shape(2, BODY, text))
        drawing = _holder(0x40C, _holder(0xF002, _record(0xF008, struct.pack("<II", 3, 1026), 16), shapes))
        parts.append(_holder(0x3EE, _record(0x3EF, struct.pack("<12xIIHH", 0, 0, 7, 0), 2), drawing))
    stream, places = b"", []
    for part in parts:
        places.append(len(stream))
        stream += part
    directory = struct.pack(f"<{len(places) + 1}I", 1 | len(places) << 20, *places)
    edit = struct.pack("<I4xI2I2H", 0, 0, len(stream), 1, len(places), 1)
    stream += _record(0x1772, directory)
    user = struct.pack("<IIIHHBBH", 0x14, 0xE391C05F, len(stream), 4, 0x3F4, 3, 0, 0) + b"user" + struct.pack("<I", 8)
    stream += _record(0xFF5, edit)
    path.write_bytes(compound({"PowerPoint Document": stream, "Current User": _record(0xFF6, user)}))
    return path


def _shape(number: int, kind: int, text: str) -> bytes:
    words = _record(0xF9F, struct.pack("<I", kind)) + _record(0xFA0, text.replace("\n", "\r").encode("utf-16-le"))
    place = struct.pack("<4h", 600 * number, 100, 5000, 600 * number + 500)
    return _holder(
        0xF004,
        _record(0xF00A, struct.pack("<II", 1024 + number, 0xA00), 18),
        _record(0xF010, place),
        _holder(0xF00D, words),
    )


def _record(kind: int, content: bytes, version: int = 0) -> bytes:
    return struct.pack("<HHI", version, kind, len(content)) + content


def _holder(kind: int, *records: bytes) -> bytes:
    """A record of records."""
    return _record(kind, b"".join(records), 15)

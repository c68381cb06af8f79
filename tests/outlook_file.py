"""Writes Outlook messages (.msg: MS-OXMSG in MS-CFB) for the tests; no kept library does."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import TypeAlias

Tree: TypeAlias = "dict[str, bytes | Tree]"
SECTOR = 512
SMALLEST = (
    4096  # bytes of a stream; what is smaller would have to lie in sectors of sectors, so it is filled with zeros
)
END, FREE, FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
NOBODY = 0xFFFFFFFF
STORAGE, STREAM, ROOT = 1, 2, 5
UNICODE, BINARY, INTEGER, TIME = 0x001F, 0x0102, 0x0003, 0x0040
Value: TypeAlias = str | bytes | int


def write_msg(
    path: Path, properties: dict[int, Value], recipients: list[dict[int, Value]], attachments: list[dict[int, Value]]
) -> Path:
    """Each value under its property's number: text, bytes, or an integer."""
    tree = _object(properties, struct.pack("<8x4I8x", 0, 0, len(recipients), len(attachments)))
    for number, recipient in enumerate(recipients):
        tree[f"__recip_version1.0_#{number:08X}"] = _object(recipient, bytes(8))
    for number, attachment in enumerate(attachments):
        tree[f"__attach_version1.0_#{number:08X}"] = _object(attachment, bytes(8))
    path.write_bytes(compound(tree))
    return path


def _object(properties: dict[int, Value], head: bytes) -> Tree:
    tree: Tree = {}
    rows = b""
    for number, value in properties.items():
        if isinstance(value, int):
            rows += struct.pack("<HHIII", INTEGER, number, 6, value, 0)
            continue
        kind = UNICODE if isinstance(value, str) else BINARY
        content = value.encode("utf-16-le") if isinstance(value, str) else value
        rows += struct.pack("<HHIII", kind, number, 6, len(content) + 2 * (kind == UNICODE), 0)
        tree[f"__substg1.0_{number:04X}{kind:04X}"] = content
    tree["__properties_version1.0"] = head + rows
    return tree


def compound(tree: Tree) -> bytes:
    """Streams in sectors one after the other, then the directory; siblings are a chain to the right."""
    entries: list[list[object]] = [["Root Entry", ROOT, NOBODY, NOBODY, END, 0]]
    sectors: list[bytes] = []
    chain: list[int] = []

    def store(content: bytes) -> int:
        first = len(sectors)
        for start in range(0, len(content), SECTOR):
            sectors.append(content[start : start + SECTOR].ljust(SECTOR, b"\0"))
            chain.append(len(sectors))
        if len(sectors) == first:
            return END
        chain[-1] = END
        return first

    def add(members: Tree, parent: int) -> None:
        previous = None
        for name, member in members.items():
            number = len(entries)
            is_stream = isinstance(member, bytes)
            content = member.ljust(SMALLEST, b"\0") if isinstance(member, bytes) else b""
            first = store(content) if is_stream else 0
            entries.append([name, STREAM if is_stream else STORAGE, NOBODY, NOBODY, first, len(content)])
            if previous is None:
                entries[parent][3] = number
            else:
                entries[previous][2] = number
            previous = number
            if not isinstance(member, bytes):
                add(member, number)

    add(tree, 0)
    directory = b"".join(map(_entry, entries)).ljust(-(-len(entries) // 4) * SECTOR, b"\0")
    first_of_directory = store(directory)
    count = -(-(len(sectors) + 1) // 127)  # sectors of the table, with room for itself
    table = chain + [FAT] * count + [FREE] * (count * 128 - len(chain) - count)
    places = range(len(sectors), len(sectors) + count)
    head = struct.pack(
        "<8s16xHHHHH6xIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6,
        0, count, first_of_directory, 0, SMALLEST, END, 0, END, 0,
    )  # fmt: skip
    head += struct.pack("<109I", *places, *[FREE] * (109 - count))
    return head + b"".join(sectors) + struct.pack(f"<{len(table)}I", *table)


def _entry(fields: list[object]) -> bytes:
    name, kind, right, child, first, size = fields
    text = f"{name}\0".encode("utf-16-le")
    return struct.pack("<64sHBBIII16x4x8x8xIQ", text, len(text), kind, 1, NOBODY, right, child, first, size)

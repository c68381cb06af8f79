"""Kinds of files that are not read, by how they begin, and what a person can do about each."""

from __future__ import annotations

from lamplight.languages import sentence

SOUND = sentence("{name} is a sound recording, and speech is not read; have it transcribed and add the text.")
VIDEO = sentence("{name} is a video, which is not read; add its subtitles (.srt, .vtt) or a transcript.")
UNREAD: tuple[tuple[int, bytes, str], ...] = (
    (0, b"7z\xbc\xaf\x27\x1c", sentence("{name} is a 7z archive; unpack it and add the folder.")),
    (0, b"Rar!\x1a\x07", sentence("{name} is a RAR archive; unpack it and add the folder.")),
    (0, b"\x28\xb5\x2f\xfd", sentence("{name} is packed with Zstandard; unpack it and add what is in it.")),
    (0, b"MSCF", sentence("{name} is a CAB archive; unpack it and add the folder.")),
    (0, b"AT&TFORM", sentence("{name} is a DjVu scan; convert it to PDF (DjView exports it) and add that.")),
    (
        0,
        b"!BDN",
        sentence(
            "{name} is a mailbox of Outlook; export its mails from Outlook, or convert it to mbox, and add those."
        ),
    ),
    (60, b"BOOKMOBI", sentence("{name} is a Kindle book; convert it to EPUB (Calibre does it) and add that.")),
    (0, b"ITSF", sentence("{name} is a Windows help file; unpack it (7-Zip does it) and add its pages.")),
    (0, b"%!PS", sentence("{name} is a PostScript file; convert it to PDF and add that.")),
    (0, b"\xc5\xd0\xd3\xc6", sentence("{name} is a PostScript drawing; convert it to PDF and add that.")),
    (0, b"\xff\x0a", sentence("{name} is a JPEG XL picture; save it as PNG and add that.")),
    (4, b"JXL ", sentence("{name} is a JPEG XL picture; save it as PNG and add that.")),
    (40, b" EMF", sentence("{name} is a Windows drawing; save it as PNG or SVG and add that.")),
    (0, b"\xd7\xcd\xc6\x9a", sentence("{name} is a Windows drawing; save it as PNG or SVG and add that.")),
    (
        0,
        b"\xffWPC",
        sentence("{name} is a WordPerfect document; open it in LibreOffice, save it as .docx and add that."),
    ),
    (
        0,
        b"\xdb\xa5-\0",
        sentence("{name} is a Word file of before 1995; open it in LibreOffice, save it as .docx and add that."),
    ),
    (0, bytes.fromhex("e4525c7b8cd8a74d"), sentence("{name} is a section of OneNote; export it as PDF and add that.")),
    (4, b"Standard Jet DB", sentence("{name} is an Access database; export its tables as Excel or CSV and add those.")),
    (4, b"Standard ACE DB", sentence("{name} is an Access database; export its tables as Excel or CSV and add those.")),
    (0, b"8BPS", sentence("{name} is a Photoshop picture; save it as PNG and add that.")),
    (0, b"AC10", sentence("{name} is an AutoCAD drawing; plot it to PDF and add that.")),
    (0, b"SQLite format 3\0", sentence("{name} is a database; export its tables as CSV and add those.")),
    (0, b"PAR1", sentence("{name} is a Parquet table; export it as CSV and add that.")),
    (0, b"\x7fELF", sentence("{name} is a program.")),
    (0, b"MZ", sentence("{name} is a program.")),
    (0, b"ID3", SOUND),
    (0, b"OggS", SOUND),
    (0, b"fLaC", SOUND),
    (8, b"AIF", SOUND),
    (0, b"#!AMR", SOUND),
    (0, b"MThd", sentence("{name} is a MIDI file, which holds notes and no words.")),
    (8, b"WAVE", SOUND),
    (8, b"AVI ", VIDEO),
    (0, b"\x1a\x45\xdf\xa3", VIDEO),  # Matroska and WebM
    (0, b"\0\0\x01\xba", VIDEO),  # MPEG
    (0, b"FLV\x01", VIDEO),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", VIDEO),  # Windows Media
    (4, b"ftypM4A", SOUND),
    (4, b"ftyp", VIDEO),
    (4, b"moov", VIDEO),
)
MPEG_SOUND = (b"\xff\xfb", b"\xff\xf3", b"\xff\xf2", b"\xff\xfa", b"\xff\xf1", b"\xff\xf9")  # frames without a tag


def reason_unread(head: bytes, suffix: str) -> str:
    """What the file, its `{name}` left open, is and what to do; empty for a kind that may be read."""
    for offset, start, reason in UNREAD:
        if head[offset : offset + len(start)] == start:
            return reason
    return SOUND if head.startswith(MPEG_SOUND) and suffix in (".mp3", ".aac", ".mp2", ".mpga") else ""

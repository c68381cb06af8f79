"""The letters of a PDF as people type them."""

from __future__ import annotations

import re

TEX_LIGATURES = dict(zip("\x1b\x1c\x1d\x1e\x1f\x0b\x0c\r\x0e\x0f", ("ff", "fi", "fl", "ffi", "ffl") * 2, strict=True))
"""In its encodings T1 (Cork) and OT1. Beside a letter, as other fonts have other things at these places."""
TEX_LIGATURE = re.compile(r"[\x0b-\x0f\x1b-\x1f](?=[^\W\d_])|(?<=[^\W\d_])[\x0b-\x0f\x1b-\x1f]")
LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st"}
HYPHEN = re.compile(r"(?<=[^\W\d_])[\x02\ufffe](?=[a-z\u00df-\u00f6\u00f8-\u00ff])")


def clean(text: str) -> str:
    """A line as people would type it: ligatures in letters, and PDFium's mark for a hyphen at a line's end.

    TeX's older fonts have no table of letters; PDFium gives their ligatures as what stands at the same place in ASCII.
    """
    if text.isascii() and text.isprintable():
        return text.strip()
    text = TEX_LIGATURE.sub(lambda found: TEX_LIGATURES[found[0]], text.strip("\r\n"))
    return HYPHEN.sub("", text).replace("\x02", "-").replace("\ufffe", "-").translate(LIGATURES).strip()

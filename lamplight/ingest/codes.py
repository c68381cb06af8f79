"""What QR and bar codes in a picture say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from lamplight.library.records import Box
from lamplight.models.text_rows import OcrLine

# Those that check themselves; others are "found" in ordinary print.
FORMATS = ("QRCode", "MicroQRCode", "DataMatrix", "Aztec", "PDF417", "EAN13", "EAN8", "UPCA", "UPCE", "Code128")
NAMES = {"QRCode": "QR code", "MicroQRCode": "QR code", "DataMatrix": "Data Matrix code", "Aztec": "Aztec code"}


@dataclass(frozen=True, slots=True)
class PrintedCode:
    """A code with its box in pixels."""

    name: str
    text: str
    box: Box

    def said(self) -> str:
        """As one line of a page, its kind first: `QR code: https://example.org`."""
        return f"{self.name}: {self.text}"


def codes_in(picture: Image.Image) -> list[PrintedCode]:
    """All codes in an RGB picture, from top to bottom."""
    import zxingcpp

    formats = zxingcpp.BarcodeFormats([getattr(zxingcpp.BarcodeFormat, name) for name in FORMATS])
    found = []
    for code in zxingcpp.read_barcodes(picture.convert("L"), formats=formats):
        text = " ".join(code.text.split())
        if not text:
            continue
        corners = [getattr(code.position, name) for name in ("top_left", "top_right", "bottom_right", "bottom_left")]
        across, down = [float(corner.x) for corner in corners], [float(corner.y) for corner in corners]
        name = NAMES.get(code.format.name, "Bar code")
        found.append(PrintedCode(name, text, (min(across), min(down), max(across), max(down))))
    return sorted(found, key=lambda code: code.box[1])


def without_codes(words: Sequence[OcrLine], codes: Sequence[PrintedCode]) -> list[OcrLine]:
    """Words that are not the pattern of a code, taken for letters."""
    return [word for word in words if not any(_within(word.box, code.box) for code in codes)]


def _within(inner: Box, outer: Box) -> bool:
    across, down = (inner[0] + inner[2]) / 2, (inner[1] + inner[3]) / 2
    return outer[0] < across < outer[2] and outer[1] < down < outer[3]

"""Names of elements and attributes in OpenDocument's XML."""

from __future__ import annotations

from typing import Any

_ODF = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
OFFICE, TEXT, TABLE, DRAW, STYLE = (_ODF % name for name in ("office", "text", "table", "drawing", "style"))
NUMBER = _ODF % "datastyle"
PRESENTATION, CHART = _ODF % "presentation", _ODF % "chart"
FO, SVG = _ODF % "xsl-fo-compatible", _ODF % "svg-compatible"
XLINK = "{http://www.w3.org/1999/xlink}"
DC = "{http://purl.org/dc/elements/1.1/}"
MATH = "{http://www.w3.org/1998/Math/MathML}math"


def whole(element: Any, name: str, usual: int = 1, most: int = 1000) -> int:
    """A number among the attributes; `most` is there as writers fill whole sheets with empty cells."""
    text = element.get(name, "")
    return min(int(text), most) if text.isdecimal() else usual

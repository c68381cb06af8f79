"""Names of elements and attributes in Word's XML (ECMA-376)."""

from __future__ import annotations

from typing import Any

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
V = "{urn:schemas-microsoft-com:vml}"
O = "{urn:schemas-microsoft-com:office:office}"  # noqa: E741 - the prefix that the files use
VAL = f"{W}val"
OFF = {"0", "false", "off", "none"}


def value(element: Any, path: str) -> str | None:
    """`w:val` of a descendant such as `pPr/pStyle`, None without one."""
    found = element.find("/".join(f"{W}{name}" for name in path.split("/"))) if element is not None else None
    return found.get(VAL, "") if found is not None else None


def is_on(properties: Any, name: str) -> bool | None:
    """A property that is on or off, None if it isn't there."""
    found = properties.find(f"{W}{name}") if properties is not None else None
    return None if found is None else found.get(VAL, "true") not in OFF


def whole(text: str | None) -> int | None:
    """A number, None for what is none."""
    return int(text) if text is not None and text.lstrip("-").isdecimal() else None

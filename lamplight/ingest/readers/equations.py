"""Equations of Office (OMML) on one line, in the notation that Word itself has for typing them.

Unicode Nearly Plain-Text Encoding of Mathematics, Unicode Technical Note 28: `(a+b)/2`, `x^2`, `√(x)`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
INTEGRAL = "∫"  # what an n-ary operator without a sign is


def equation(element: Any) -> str:
    """The words of an `m:oMath` or any part of one."""
    return " ".join(_words(element).split())


def _words(element: Any) -> str:
    if element is None or not isinstance(element.tag, str) or element.tag.endswith("Pr"):
        return ""
    if element.tag in (f"{M}t", f"{M}delText"):
        return element.text or ""
    structure = STRUCTURES.get(element.tag.removeprefix(M))
    return structure(element) if structure is not None else "".join(_words(child) for child in element)


def _part(element: Any, name: str) -> str:
    return _words(element.find(f"{M}{name}"))


def _grouped(text: str) -> str:
    """In parentheses, unless it is one name or number or has some already."""
    text = text.strip()
    inner = text[1:-1]
    closed = text[:1] == "(" and text[-1:] == ")" and not {"(", ")"} & set(inner)
    return text if closed or all(letter.isalnum() or letter in ".,\N{PRIME}" for letter in text) else f"({text})"


def _sign(element: Any, properties: str, name: str, usual: str) -> str:
    found = element.find(f"{M}{properties}/{M}{name}")
    return usual if found is None else str(found.get(f"{M}val", ""))


def _fraction(element: Any) -> str:
    return f"{_grouped(_part(element, 'num'))}/{_grouped(_part(element, 'den'))}"


def _root(element: Any) -> str:
    degree = _part(element, "deg").strip()
    return f"{degree}√{_grouped(_part(element, 'e'))}" if degree else f"√{_grouped(_part(element, 'e'))}"


def _scripts(element: Any) -> str:
    below, above = _part(element, "sub").strip(), _part(element, "sup").strip()
    return (f"_{_grouped(below)}" if below else "") + (f"^{_grouped(above)}" if above else "")


def _operator(element: Any) -> str:
    return f"{_sign(element, 'naryPr', 'chr', INTEGRAL)}{_scripts(element)} {_part(element, 'e')}"


def _delimited(element: Any) -> str:
    between = _sign(element, "dPr", "sepChr", "|")
    inside = between.join(_words(part) for part in element.iterchildren(f"{M}e"))
    return f"{_sign(element, 'dPr', 'begChr', '(')}{inside}{_sign(element, 'dPr', 'endChr', ')')}"


def _function(element: Any) -> str:
    return f"{_part(element, 'fName')} {_part(element, 'e')}"


def _limit(element: Any) -> str:
    return f"{_part(element, 'e')}_{_grouped(_part(element, 'lim'))}"


def _matrix(element: Any) -> str:
    rows = [[_words(cell) for cell in row.iterchildren(f"{M}e")] for row in element.iterchildren(f"{M}mr")]
    return "; ".join(", ".join(row) for row in rows)


def _lines(element: Any) -> str:
    return "; ".join(_words(line) for line in element.iterchildren(f"{M}e"))


def _accent(element: Any) -> str:
    return f"{_part(element, 'e')}{_sign(element, 'accPr', 'chr', chr(0x302))}"


def _scripted(element: Any) -> str:
    return _part(element, "e") + _scripts(element)


STRUCTURES: dict[str, Callable[[Any], str]] = {
    "f": _fraction, "rad": _root, "sSup": _scripted, "sSub": _scripted, "sSubSup": _scripted, "nary": _operator,
    "d": _delimited, "func": _function, "limLow": _limit, "limUpp": _limit, "m": _matrix, "eqArr": _lines,
    "acc": _accent,
}  # fmt: skip

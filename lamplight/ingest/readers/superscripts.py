"""Digits that are set above the line: an exponent or a note's number must not become digits of the number before it."""

from __future__ import annotations

EXPONENT = "0123456789+-\N{MINUS SIGN}n"
RAISED = str.maketrans(EXPONENT, "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻ⁿ")
SIGNS = "⁺⁻ⁿ"  # with which a raised number may have begun


def superscript(text: str, before: str) -> str:
    """A text that stands above the line behind `before`: digits behind digits are raised, so that 10⁶ is not 106."""
    bare, behind = text.strip(), before[-1:]
    follows = behind.isdigit() or bool(behind and behind in SIGNS)
    is_exponent = follows and bare and not bare.strip(EXPONENT)
    return text.translate(RAISED) if is_exponent else text

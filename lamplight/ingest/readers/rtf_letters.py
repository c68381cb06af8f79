"""The letters of RTF as they are seen: signs of symbolic typefaces, and digits above the line.

striprtf knows neither: in Symbol the `m` of `5 {\\f1 m}g` is a µ.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from lamplight.ingest.readers.superscripts import superscript
from lamplight.ingest.readers.symbol_typefaces import as_seen, is_symbolic

TOKEN = re.compile(r"\\([a-z]+)(-?\d+)? ?|\\'[0-9a-f]{2}|\\.|[{}]|[^\\{}]+", re.IGNORECASE | re.DOTALL)
BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
LETTER = "u"  # the control word that stands for a letter
FONTS = re.compile(r"\{\s*\\fonttbl")
FONT = re.compile(r"\\f(\d+)(?!\d)")
NOT_ITS_NAME = re.compile(r"\{[^{}]*\}|\\[a-z]+-?\d* ?|[{}\r\n]")
APART = {"par", "cell", "row", "tab", "line", "sect", "page"}  # what stands before these is no part of a number
NEGATIVE = 0x10000  # what is added to letters beyond 0x7FFF, as RTF's numbers end there


@dataclass(frozen=True)
class _State:
    """Of a group: its symbolic typeface, if any, and how many letters stand in for a `\\u` in older programs."""

    typeface: str = ""
    is_raised: bool = False
    stand_ins: int = 1


def with_seen_letters(source: str) -> str:
    """The source with letters that are seen as others, or raised, written as these."""
    table = FONTS.search(source)
    start, symbolic = 0, {}
    if table is not None:
        start = end_of_group(source, table.start())
        for entry in source[table.end() : start].split(";"):
            name = NOT_ITS_NAME.sub("", entry).strip()
            if (number := FONT.search(entry)) and is_symbolic(name):
                symbolic[number[1]] = name
    return source[:start] + "".join(_seen(source, start, symbolic))


def end_of_group(source: str, start: int) -> int:
    """Where the group that begins at `start` is closed."""
    depth = 0
    for mark in BRACE.finditer(source, start):
        depth += {"{": 1, "}": -1}.get(mark[0], 0)
        if not depth:
            return mark.end()
    return len(source)


def _seen(source: str, start: int, symbolic: dict[str, str]) -> Iterator[str]:
    states = [_State()]  # of the groups around, innermost last
    before, passed = "", 0  # the last letter, and how many that stand in for it are still to come
    for token in TOKEN.finditer(source, start):
        letters = _letters(token)
        if not letters:
            passed = 0
            before = "" if token[1] in APART else before
            _go_on(states, token, symbolic)
            yield token[0]
            continue
        passed, letters = max(passed - len(letters), 0), letters[passed:]
        if not letters:
            continue
        seen = as_seen(letters, states[-1].typeface)
        seen = superscript(seen, before) if states[-1].is_raised else seen
        before = seen[-1]
        if seen != letters:
            yield "{\\uc0" + "".join(f"\\u{ord(letter)} " for letter in seen) + "}"
            passed = states[-1].stand_ins if token[1] else 0
        else:
            yield token[0] if token[0].startswith("\\") else letters


def _letters(token: re.Match[str]) -> str:
    if token[1] == LETTER and token[2]:
        return chr(int(token[2]) % NEGATIVE)
    if token[0].startswith("\\'"):
        return chr(int(token[0][2:], 16))
    return "" if token[0][0] in "\\{}" else token[0]


def _go_on(states: list[_State], token: re.Match[str], symbolic: dict[str, str]) -> None:
    """What a brace or a control word changes."""
    word, number, state = token[1], token[2], states[-1]
    if token[0] == "{":
        states.append(state)
    elif token[0] == "}":
        del states[max(len(states) - 1, 1) :]
    elif word == "f":
        states[-1] = replace(state, typeface=symbolic.get(number or "", ""))
    elif word == "plain":
        states[-1] = _State(stand_ins=state.stand_ins)
    elif word in ("super", "sub", "nosupersub"):
        states[-1] = replace(state, is_raised=word == "super" and number != "0")
    elif word == "uc":
        states[-1] = replace(state, stand_ins=int(number or 1))

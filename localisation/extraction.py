"""Finds what a person may read in the sources: babel's extractors for what it doesn't know.

In Python these are the arguments of `gettext`, `ngettext` and `sentence`, and all that is raised. An f-string is a
message with the values by name, as `lamplight.languages.translated` finds it again. In HTML it is what stands in double
brackets.
"""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Iterable, Iterator
from typing import IO, Any, TypeAlias

from lamplight.languages.html import MESSAGE, message_of

Message: TypeAlias = "tuple[int, str, str | tuple[str, str], list[str]]"  # line, function, message or forms, comments
MARKS = {"gettext": 1, "sentence": 1, "ngettext": 2}  # how many of its arguments are messages
LETTER = re.compile(r"[^\W\d_]")  # what holds none besides its values is no message


def extract_python(file: IO[bytes], keywords: Any, comment_tags: Any, options: Any) -> Iterable[Message]:
    """As babel calls it."""
    for node in ast.walk(ast.parse(file.read())):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            for argument in (*node.exc.args, *(one.value for one in node.exc.keywords)):
                yield from _found(argument, "gettext")
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            if name == "ngettext" and len(node.args) >= 2:
                forms = [next(iter(_texts(argument)), "") for argument in node.args[:2]]
                if all(forms):
                    yield node.lineno, name, (forms[0], forms[1]), []
            elif name in MARKS and node.args:
                yield from _found(node.args[0], "gettext")


def extract_html(file: IO[bytes], keywords: Any, comment_tags: Any, options: Any) -> Iterable[Message]:
    """As babel calls it."""
    text = file.read().decode("utf-8")
    for match in MESSAGE.finditer(text):
        yield text.count("\n", 0, match.start()) + 1, "gettext", message_of(match), []


def _found(argument: ast.expr, function: str) -> Iterator[Message]:
    for text in _texts(argument):
        if LETTER.search(re.sub(r"\{\w*\}", "", text)):
            yield argument.lineno, function, text, []


def _texts(node: ast.expr) -> Iterator[str]:
    """All texts that an expression may be."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield _message(node)
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from _texts(value)


def _message(node: ast.JoinedStr) -> str:
    """An f-string with names for its values: the last name in each expression."""
    taken: dict[str, str] = {}
    pieces = []
    for value in node.values:
        if isinstance(value, ast.Constant):
            pieces.append(str(value.value).replace("{", "{{").replace("}", "}}"))
        elif isinstance(value, ast.FormattedValue):
            expression = ast.unparse(value.value)
            if expression not in taken:
                names = [one for one in re.findall(r"[a-z_]+", expression.lower()) if not keyword.iskeyword(one)]
                name = (names[-1] if names else "value").strip("_") or "value"
                while name in taken.values():
                    name += "_"
                taken[expression] = name
            pieces.append(f"{{{taken[expression]}}}")
    return "".join(pieces)

"""What of an HTML page a person sees: no hidden parts, but what stands in fields and before list items."""

from __future__ import annotations

import re
from typing import Any

from lxml import html

HIDDEN_STYLE = re.compile(
    r"(?i)display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|font-size\s*:\s*0*\.?0*(?:px|pt|em|rem|%)?\s*(?:;|!|$)|"
    r"opacity\s*:\s*0*\.?0+\s*(?:;|!|$)|mso-hide\s*:\s*all|(?:left|top|text-indent)\s*:\s*-\d{4,}px"
)
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
SIMPLE = re.compile(r"(?:[a-z][\w-]*)?([.#])([\w-]+)")  # a selector of one class or one name
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
AT_RULE = re.compile(r"@[^{};]+\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}|@[^{};]+;")  # such as what holds for printing only
NEVER_SHOWN = {"script", "style", "template", "rt", "rp"}  # and how a sign is read, between the signs
MENUS = {"navigation", "search", "menu", "menubar"}
TYPED = {"text", "email", "tel", "url", "number", "date", "time", "datetime-local", "month", "week", ""}
CONTROL = re.compile(r"[\x00-\x1f\ufffe\uffff]|[\ud800-\udfff]")  # which lxml refuses
NUMERALS = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
            (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip
LETTERS = 26
LARGEST_NUMERAL = 4000
MARKER = "data-marker"


def leave_what_is_seen(root: html.HtmlElement) -> int:
    """Take out what a browser hides and write into the page what it draws. How many hidden parts had words."""
    hidden = _hidden_by_style(root)
    count = 0
    elements: list[Any] = list(root.iter())
    for element in elements:
        name = element.tag if isinstance(element.tag, str) else ""
        if name in NEVER_SHOWN and name != "style":
            _drop(element)
        elif name not in ("html", "body", "head") and _is_hidden(element, hidden):
            count += bool(element.text_content().strip())
            _drop(element)
        elif element.get("role") in MENUS:
            _drop(element)
        elif name in ("input", "select"):
            _write_value(element, name)
        elif name in ("ol", "ul"):
            _number(element, name)
    return count


def _drop(element: Any) -> None:
    if element.getparent() is not None:
        element.drop_tree()


def _is_hidden(element: Any, hidden: set[str]) -> bool:
    if element.get("hidden") is not None or element.get("aria-hidden") == "true":
        return True
    marks = {f".{name}" for name in (element.get("class") or "").split()} | {f"#{element.get('id')}"}
    return bool(marks & hidden) or bool(HIDDEN_STYLE.search(element.get("style") or ""))


def _hidden_by_style(root: Any) -> set[str]:
    """Classes (`.name`) and names (`#name`) that the page's own style sheets hide by themselves."""
    hidden: set[str] = set()
    for sheet in root.iter("style"):
        source = AT_RULE.sub("", COMMENT.sub("", sheet.text or ""))
        for selectors, style in RULE.findall(source):
            found = {f"{one[1]}{one[2]}" for part in selectors.split(",") if (one := SIMPLE.fullmatch(part.strip()))}
            # A later rule that shows it again wins, as a browser has it.
            hidden = hidden | found if HIDDEN_STYLE.search(style) else hidden - (found if "display" in style else set())
    return hidden


def _write_value(element: Any, name: str) -> None:
    """A field's value as text: what is typed in it, whether it is ticked, which choice is made."""
    if name == "select":
        chosen = element.xpath(".//option[@selected]") or element.xpath(".//option")[:1]
        text = ", ".join(option.text_content().strip() for option in chosen)
        for child in list(element):
            element.remove(child)
        element.text = f" {CONTROL.sub('', text)} "
        return
    kind = (element.get("type") or "").lower()
    text = ""
    if kind in TYPED:
        text = element.get("value") or ""
    elif kind in ("checkbox", "radio"):
        text = "[x]" if element.get("checked") is not None else "[ ]"
    if text:
        element.tag, element.text = "span", f" {CONTROL.sub('', text)} "


def _number(items: Any, name: str) -> None:
    """Write before each item what the browser writes there: a bullet, or its number in the list's way of counting."""
    entries = [child for child in items if child.tag == "li"]
    backwards = items.get("reversed") is not None
    number = _integer(items.get("start"), len(entries) if backwards else 1)
    for entry in entries:
        if name == "ul":
            entry.set(MARKER, "-")
            continue
        number = _integer(entry.get("value"), number)
        entry.set(MARKER, f"{_counted(number, entry.get('type') or items.get('type') or '1')}.")
        number += -1 if backwards else 1


def _integer(text: str | None, otherwise: int) -> int:
    try:
        return int(text or "")
    except ValueError:
        return otherwise


def _counted(number: int, kind: str) -> str:
    text = str(number)
    if kind in "aA" and number > 0:
        text = ""
        while number:
            number, rest = divmod(number - 1, LETTERS)
            text = chr(ord("a") + rest) + text
    elif kind in "iI" and 0 < number < LARGEST_NUMERAL:
        text = ""
        for value, letters in NUMERALS:
            text += letters * (number // value)
            number %= value
    return text.upper() if kind in "AI" else text

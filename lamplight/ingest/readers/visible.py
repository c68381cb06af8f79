"""What of an HTML page a person sees: no hidden parts, but what stands in fields and before list items."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

from lxml import html

from lamplight.ingest.readers.superscripts import superscript

HIDDEN_STYLE = re.compile(
    r"(?i)display\s*:\s*none|(?<![\w-])opacity\s*:\s*0*\.?0+\s*(?:;|!|$)|mso-hide\s*:\s*all|(?:left|top|text-indent)\s*:\s*-\d{4,}px"
)
# What holds for all inside an element until something in it says otherwise: newsletters set a size of 0 around their
# words and another one for these, since blanks between boxes would take room.
FONT_SIZE = re.compile(r"(?i)(?<![\w-])font(?:-size)?\s*:\s*([^;!]+)")
NOUGHT = re.compile(r"(?i)(?:^|\s)0*\.?0+(?:[a-z]{2,4}|%)?(?=$|[\s/])")
RELATIVE = re.compile(r"(?i)(?:^|\s)(?:[\d.]+(?:em|ex|ch|%)(?=$|[\s/])|smaller|larger|inherit|unset)")
VISIBILITY = re.compile(r"(?i)(?<![\w-])visibility\s*:\s*(hidden|collapse|visible)")
DRAWN = {"img", "svg", "input", "select", "textarea", "canvas", "video"}  # which have a size of their own
ROOTS = {"html", "body", "head"}  # hidden only until a script has run
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

Styles = dict[str, list[tuple[int, str]]]  # by class or name, each with its place among the rules


def leave_what_is_seen(root: html.HtmlElement) -> int:
    """Take out what a browser hides and write into the page what it draws. How many hidden parts had words."""
    rules = _rules(root)
    hidden = _hidden_by(rules)
    count = _drop_unseen(root, _by_name(rules))
    elements: list[Any] = list(root.iter())
    for element in elements:
        name = element.tag if isinstance(element.tag, str) else ""
        if name in NEVER_SHOWN and name != "style":
            _drop(element)
        elif name not in ROOTS and _is_hidden(element, hidden):
            count += bool(element.text_content().strip())
            _drop(element)
        elif element.get("role") in MENUS:
            _drop(element)
        elif name in ("input", "select"):
            _write_value(element, name)
        elif name in ("ol", "ul"):
            _number(element, name)
        elif name == "sup":
            _raise(element)
    return count


def _drop(element: Any) -> None:
    if element.getparent() is not None:
        element.drop_tree()


def _is_hidden(element: Any, hidden: set[str]) -> bool:
    if element.get("hidden") is not None or element.get("aria-hidden") == "true":
        return True
    return bool(_marks(element) & hidden) or bool(HIDDEN_STYLE.search(element.get("style") or ""))


def _marks(element: Any) -> set[str]:
    return {f".{name}" for name in (element.get("class") or "").split()} | {f"#{element.get('id')}"}


def _rules(root: Any) -> list[tuple[set[str], str]]:
    """Those of the page's own style sheets: for which classes (`.name`) and names (`#name`), and what they say."""
    rules: list[tuple[set[str], str]] = []
    for sheet in root.iter("style"):
        for selectors, style in RULE.findall(AT_RULE.sub("", COMMENT.sub("", sheet.text or ""))):
            found = {f"{one[1]}{one[2]}" for part in selectors.split(",") if (one := SIMPLE.fullmatch(part.strip()))}
            rules.append((found, style))
    return rules


def _hidden_by(rules: list[tuple[set[str], str]]) -> set[str]:
    """The classes and names that are hidden with all that is in them."""
    hidden: set[str] = set()
    for names, style in rules:
        # A later rule that shows it again wins, as a browser has it.
        hidden = hidden | names if HIDDEN_STYLE.search(style) else hidden - (names if "display" in style else set())
    return hidden


def _by_name(rules: list[tuple[set[str], str]]) -> Styles:
    """What rules say about size and visibility."""
    styles: Styles = defaultdict(list)
    for place, (names, style) in enumerate(rules):
        if FONT_SIZE.search(style) or VISIBILITY.search(style):
            for name in names:
                styles[name].append((place, style))
    return styles


def _drop_unseen(element: Any, styles: Styles, was: tuple[bool, bool] = (False, False)) -> int:
    """Take out words of no size and what is invisible, but not what is shown again inside. How many parts that were.

    `was` says of what is around the element whether it has no size, and whether it is invisible.
    """
    if element.tag in NEVER_SHOWN:
        return 0
    told = sorted(rule for name in _marks(element) for rule in styles.get(name, ()))
    style = ";".join([*(rule for _, rule in told), element.get("style") or ""])
    now = was if element.tag in ROOTS else _unseen(style, was[0] and element.tag not in DRAWN, was[1])
    if now[1] and element.tag in DRAWN:
        _drop(element)
        return 0
    before = element.text_content() if any(now) and not any(was) else ""
    count = 0
    if any(now):
        element.text = None
    for child in list(element):
        if any(now):
            child.tail = None
        if isinstance(child.tag, str):
            count += _drop_unseen(child, styles, now)
    return count + bool(before and before.split() != element.text_content().split())


def _unseen(style: str, is_nought: bool, is_invisible: bool) -> tuple[bool, bool]:
    """What a style makes of the size and the visibility around it; of several declarations the last one holds."""
    for size in FONT_SIZE.findall(style):
        is_nought = bool(NOUGHT.search(size)) or (is_nought and bool(RELATIVE.search(size)))
    for visibility in VISIBILITY.findall(style):
        is_invisible = visibility.lower() != "visible"
    return is_nought, is_invisible


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


def _raise(element: Any) -> None:
    words = element.text_content()
    seen = superscript(words, _text_before(element))
    if seen != words:
        for child in list(element):
            element.remove(child)
        element.text = seen


def _text_before(element: Any) -> str:
    while (parent := element.getparent()) is not None:
        beside = element.getprevious()
        text = (parent.text if beside is None else beside.tail or beside.text_content()) or ""
        if text:
            return str(text)
        element = parent if beside is None else beside
    return ""


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

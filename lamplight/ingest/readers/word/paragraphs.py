"""The words of a paragraph as they are printed, and what hangs on it: notes, comments, pictures, boxes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from lamplight.ingest.readers.equations import equation
from lamplight.ingest.readers.paging import BREAKS, NOTED_BREAK, SET_BREAK
from lamplight.ingest.readers.superscripts import superscript
from lamplight.ingest.readers.symbol_typefaces import PRIVATE, UNKNOWN, as_seen, is_symbolic, sign
from lamplight.ingest.readers.word.names import MC, VAL, WP, A, M, O, R, V, W, is_on, value, whole
from lamplight.ingest.readers.word.styles import Styles

TICKED, EMPTY = "☒", "☐"
PAGE_FIELDS = {"PAGE", "NUMPAGES", "SECTIONPAGES"}
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}chart"
DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}relIds"
CHARTEX = "{http://schemas.microsoft.com/office/drawing/2014/chartex}chart"


@dataclass(frozen=True, slots=True)
class Anchor:
    """What hangs on a paragraph. `kind` is `note`, `comment`, `picture`, `box`, `chart`, `diagram`, or `words`.

    `key` is the id by which it is found, of a note with its kind before it; `element` holds a box's paragraphs.
    """

    kind: str
    key: str = ""
    words: str = ""
    element: Any = None


@dataclass(slots=True)
class Paragraph:
    """`text` may have breaks in it; `counts_pages` if a field shows the page's number."""

    text: str = ""
    anchors: list[Anchor] = field(default_factory=list)
    counts_pages: bool = False


class ParagraphReader:
    """Reads paragraphs, and counts in `seen` what is left out of them or changed in them."""

    def __init__(self, styles: Styles) -> None:
        self._styles = styles
        self.seen: Counter[str] = Counter()
        self._fields: list[str | None] = []  # their instructions while those are read, None while their results are

    def read(self, element: Any) -> Paragraph:
        """The words of a `w:p`, all changes accepted. Call it in order: a field may go on in the next paragraph."""
        paragraph = Paragraph()
        parts: list[str] = []
        for child in element:
            self._walk(child, element, paragraph, parts)
        text = "".join(parts)
        paragraph.text = text if BREAKS.search(text) else " ".join(text.split())
        # An instruction ends with its paragraph: nothing that follows may get lost in it.
        self._fields = [None for _ in self._fields]
        return paragraph

    def _walk(self, element: Any, outer: Any, paragraph: Paragraph, parts: list[str]) -> None:
        name = element.tag if isinstance(element.tag, str) else ""
        if name == f"{W}r":
            self._run(element, outer, paragraph, parts)
        elif name in (f"{W}del", f"{W}moveFrom"):
            self.seen["changes"] += name == f"{W}del"
        elif name in (f"{M}oMath", f"{M}oMathPara"):
            parts.append(f" {equation(element)} ")
        elif name == f"{W}sdt":
            if element.find(f"{W}sdtPr/{W}showingPlcHdr") is None:  # else a person has filled nothing in
                self._all(element.find(f"{W}sdtContent"), outer, paragraph, parts)
        elif name == f"{MC}AlternateContent":
            self._all(next(element.iterchildren(f"{MC}Choice", f"{MC}Fallback"), None), outer, paragraph, parts)
        elif name == f"{W}fldSimple":
            paragraph.counts_pages |= bool(PAGE_FIELDS & set(element.get(f"{W}instr", "").split()))
            self._all(element, outer, paragraph, parts)
        elif not name.endswith("Pr"):
            self.seen["changes"] += name in (f"{W}ins", f"{W}moveTo")
            self._all(element, outer, paragraph, parts)

    def _all(self, element: Any, outer: Any, paragraph: Paragraph, parts: list[str]) -> None:
        for child in element if element is not None else ():
            self._walk(child, outer, paragraph, parts)

    def _run(self, run: Any, outer: Any, paragraph: Paragraph, parts: list[str]) -> None:
        if self._styles.is_hidden(run, outer):
            self.seen["hidden"] += any((text.text or "").strip() for text in run.iter(f"{W}t"))
            return
        for child in run:
            name = child.tag if isinstance(child.tag, str) else ""
            if name == f"{MC}AlternateContent":
                child = next(child.iterchildren(f"{MC}Choice", f"{MC}Fallback"), child)
                for inner in child:
                    self._drawing(inner, paragraph)
            elif name == f"{W}fldChar":
                self._field(child, paragraph, parts)
            elif name == f"{W}instrText" and self._fields and self._fields[-1] is not None:
                self._fields[-1] += child.text or ""
            elif name in (f"{W}footnoteReference", f"{W}endnoteReference"):
                kind = name.removeprefix(W).removesuffix("Reference")
                paragraph.anchors.append(Anchor("note", f"{kind} {child.get(f'{W}id', '')}"))
            elif name == f"{W}commentReference":
                paragraph.anchors.append(Anchor("comment", child.get(f"{W}id", "")))
            elif name in (f"{W}drawing", f"{W}pict", f"{W}object"):
                self._drawing(child, paragraph)
            elif name == f"{W}ruby":
                parts += [text.text or "" for base in child.iter(f"{W}rubyBase") for text in base.iter(f"{W}t")]
            elif not any(instruction is not None for instruction in self._fields):
                letters = _letters(child, run, parts[-1] if parts else "")
                parts += [letters] if letters else []

    def _field(self, mark: Any, paragraph: Paragraph, parts: list[str]) -> None:
        step = mark.get(f"{W}fldCharType")
        if step == "begin":
            self._fields.append("")
            parts.append(_form_field(mark.find(f"{W}ffData")))
        elif self._fields:
            instruction = self._fields[-1]
            paragraph.counts_pages |= bool(PAGE_FIELDS & set((instruction or "").split()))
            if step == "separate":
                self._fields[-1] = None
            elif step == "end":
                self._fields.pop()

    def _drawing(self, element: Any, paragraph: Paragraph) -> None:
        """Text boxes are not looked into: what is in them is found when they are read."""
        words = ""
        boxes = list(element.iter(f"{W}txbxContent"))
        inside = {id(inner) for box in boxes for inner in box.iter()}
        found: list[Anchor] = []
        for part in element.iter():
            if id(part) in inside or not isinstance(part.tag, str):
                if part in boxes and not any(outer in boxes for outer in part.iterancestors()):
                    found.append(Anchor("box", element=part))
                continue
            if part.tag == f"{WP}docPr":
                words = part.get("descr") or words
            elif part.tag == f"{A}blip":
                found.append(Anchor("picture", part.get(f"{R}embed") or part.get(f"{R}link", ""), words))
            elif part.tag == f"{V}imagedata" and element.tag != f"{W}object":
                found.append(Anchor("picture", part.get(f"{R}id", ""), part.getparent().get("alt", "")))
            elif part.tag in (CHART, CHARTEX):
                found.append(Anchor("chart", part.get(f"{R}id", ""), words))
            elif part.tag == DIAGRAM:
                found.append(Anchor("diagram", part.get(f"{R}dm", ""), words))
            elif part.tag == f"{V}textpath":
                found.append(Anchor("words", words=part.get("string", "")))
            self.seen["objects"] += part.tag == f"{O}OLEObject"
            self.seen["videos"] += part.tag.endswith("}webVideoPr")
        if words and not found:
            found.append(Anchor("words", words=words))
        paragraph.anchors += found


def _letters(element: Any, run: Any, before: str) -> str:
    """The letters that a child of a run stands for."""
    name = str(element.tag).removeprefix(W)
    if name == "t":
        text = as_seen(element.text or "", _typeface(run))
        return superscript(text, before) if value(run, "rPr/vertAlign") == "superscript" else text
    if name == "br":
        return SET_BREAK if element.get(f"{W}type") == "page" else " "
    if name == "lastRenderedPageBreak":
        return NOTED_BREAK
    if name == "sym":
        font, code = element.get(f"{W}font", ""), int(element.get(f"{W}char", "20"), 16)
        return sign(font, code) if is_symbolic(font) else UNKNOWN if code in PRIVATE else chr(code)
    return {"tab": "\t", "ptab": "\t", "cr": " ", "noBreakHyphen": "-"}.get(name, "")


def _typeface(run: Any) -> str:
    fonts = run.find(f"{W}rPr/{W}rFonts")
    return "" if fonts is None else str(fonts.get(f"{W}ascii") or fonts.get(f"{W}hAnsi") or "")


def _form_field(data: Any) -> str:
    """A ticked box or a chosen entry of a form of the older kind."""
    if data is None:
        return ""
    box, choice = data.find(f"{W}checkBox"), data.find(f"{W}ddList")
    if box is not None:
        state = is_on(box, "checked")
        return TICKED if (is_on(box, "default") if state is None else state) else EMPTY
    if choice is not None:
        entries = [entry.get(VAL, "") for entry in choice.iterchildren(f"{W}listEntry")]
        chosen = whole(value(choice, "result")) or whole(value(choice, "default")) or 0
        return entries[chosen] if 0 <= chosen < len(entries) else ""
    return ""

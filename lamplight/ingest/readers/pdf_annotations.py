"""What lies on a PDF page and not in its text: filled form fields, ticked boxes, comments, stamps, free text.

A field's value is put into the line that says what it is, "Registration number: QH-70413". What stamps and free
text draw is made part of the page, so that it is read like its other words.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import pypdfium2 as pdfium
from pypdfium2 import raw

from lamplight.ingest.boxes import both, share_row
from lamplight.ingest.document import Line
from lamplight.ingest.page_text import PageText
from lamplight.ingest.readers.pdf_attachments import content_of
from lamplight.ingest.readers.tally import said_in_comment
from lamplight.library.records import Box

Kind = Literal["text", "tick", "radio"]
PageLines = list[tuple[str, Box | None]]

FIELDS: dict[int, Kind] = {
    raw.FPDF_FORMFIELD_TEXTFIELD: "text",
    raw.FPDF_FORMFIELD_COMBOBOX: "text",
    raw.FPDF_FORMFIELD_LISTBOX: "text",
    raw.FPDF_FORMFIELD_CHECKBOX: "tick",
    raw.FPDF_FORMFIELD_RADIOBUTTON: "radio",
}
MARKS = {("tick", True): "[x]", ("tick", False): "[ ]", ("radio", True): "(x)", ("radio", False): "( )"}
PASSWORD = 1 << 13  # among a text field's flags (ISO 32000-1, table 228)
UNSEEN = raw.FPDF_ANNOT_FLAG_HIDDEN | raw.FPDF_ANNOT_FLAG_NOVIEW
DRAWN = {raw.FPDF_ANNOT_STAMP, raw.FPDF_ANNOT_FREETEXT}
ON_WORDS = {raw.FPDF_ANNOT_HIGHLIGHT, raw.FPDF_ANNOT_UNDERLINE, raw.FPDF_ANNOT_SQUIGGLY, raw.FPDF_ANNOT_STRIKEOUT}
COMMENTS = {
    *DRAWN, *ON_WORDS, raw.FPDF_ANNOT_TEXT, raw.FPDF_ANNOT_CARET, raw.FPDF_ANNOT_INK, raw.FPDF_ANNOT_LINE,
    raw.FPDF_ANNOT_SQUARE, raw.FPDF_ANNOT_CIRCLE, raw.FPDF_ANNOT_POLYGON, raw.FPDF_ANNOT_POLYLINE,
}  # fmt: skip
BESIDE = 3.0  # points that a label may reach into its field
TICK_REACH = 40.0  # points between a box to be ticked and the words after it
ABOVE_REACH = 14.0  # points between a field and the label above it
LONGEST_QUOTE = 160  # characters of what a comment is about


@dataclass(frozen=True, slots=True)
class Field:
    """`value` is empty for boxes; `name` is what the form's maker calls it, for programs or for people."""

    kind: Kind
    box: Box
    value: str
    ticked: bool
    name: str


@dataclass(frozen=True, slots=True)
class Comment:
    box: Box
    author: str
    words: str
    is_drawn: bool
    on_words: bool


@dataclass(slots=True)
class Annotations:
    """What is on one page. Boxes are on the page as shown."""

    fields: list[Field] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    files: list[tuple[str, bytes]] = field(default_factory=list)

    @property
    def filled(self) -> int:
        """How many fields are filled in or ticked."""
        return sum(bool(one.value) or one.ticked for one in self.fields)

    def filled_in(self, lines: PageLines, within: Callable[[Box], str]) -> PageLines:
        """The page's lines with the fields' values at their labels; `within` gives the words in a box."""
        return _filled_in(lines, self.fields, within)

    def wordless(self, text: PageText) -> list[Box]:
        """Where stamps lie whose words have to be recognised, if they have any."""
        return [one.box for one in self.comments if one.is_drawn and not one.words and not text.within(one.box)]

    def notes(self, text: PageText) -> list[Line]:
        """A line for each comment whose words do not stand on the page already."""
        known = _letters(text.text)
        return [
            Line(_said(comment, text), comment.box)
            for comment in self.comments
            if comment.words and not (comment.is_drawn and _letters(comment.words) in known)
        ]


def annotations_of(document: Any, page: Any, to_page: Callable[[float, float, float, float], Box]) -> Annotations:
    """Of a pypdfium2 page. Use within `PDFIUM_LOCK`."""
    found = Annotations()
    for item in _all(page):
        if raw.FPDFAnnot_GetFlags(item) & UNSEEN:
            continue
        kind = raw.FPDFAnnot_GetSubtype(item)
        if kind == raw.FPDF_ANNOT_WIDGET and document.formenv is not None:
            if (one := _field(document.formenv, item, _box(item, to_page))) is not None:
                found.fields.append(one)
        elif kind == raw.FPDF_ANNOT_FILEATTACHMENT:
            found.files.append(content_of(pdfium.PdfAttachment(raw.FPDFAnnot_GetFileAttachment(item), document)))
        elif kind in COMMENTS:
            words, author = _string(item, "Contents"), _string(item, "T")
            if words or kind in DRAWN:
                place = _box(item, to_page)
                found.comments.append(Comment(place, author, words, kind in DRAWN, kind in ON_WORDS))
    return found


def draw_stamps(page: Any) -> bool:
    """Make stamps and free text a part of the page, as it is in memory; it has to be opened anew then.

    Fields are taken off it, as they would be doubled. Says whether there was any such thing.
    """
    kinds = [raw.FPDFAnnot_GetSubtype(item) for item in _all(page)]
    if DRAWN.isdisjoint(kinds):
        return False
    for index in reversed([index for index, kind in enumerate(kinds) if kind not in DRAWN]):
        raw.FPDFPage_RemoveAnnot(page, index)
    return bool(raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY) == raw.FLATTEN_SUCCESS)


def _all(page: Any) -> Iterator[Any]:
    for index in range(raw.FPDFPage_GetAnnotCount(page)):
        item = raw.FPDFPage_GetAnnot(page, index)
        if item:
            try:
                yield item
            finally:
                raw.FPDFPage_CloseAnnot(item)


def _field(form: Any, item: Any, box: Box) -> Field | None:
    kind = FIELDS.get(raw.FPDFAnnot_GetFormFieldType(form, item))
    if kind is None:
        return None
    secret = kind == "text" and raw.FPDFAnnot_GetFormFieldFlags(form, item) & PASSWORD
    value = "" if kind != "text" or secret else _told(raw.FPDFAnnot_GetFormFieldValue, form, item)
    ticked = kind != "text" and bool(raw.FPDFAnnot_IsChecked(form, item))
    name = _told(raw.FPDFAnnot_GetFormFieldAlternateName, form, item)
    if not name and kind == "radio":
        name = _told(raw.FPDFAnnot_GetFormFieldExportValue, form, item)
    return Field(kind, box, value, ticked, name or _told(raw.FPDFAnnot_GetFormFieldName, form, item))


def _told(ask: Callable[..., int], *about: Any) -> str:
    """What one of PDFium's functions writes in UTF-16, on one line."""
    size = ask(*about, None, 0)
    buffer = (ctypes.c_ushort * max(1, size // 2 + 1))()
    ask(*about, buffer, size)
    return " ".join(bytes(buffer).decode("utf-16-le", errors="replace").split("\0", 1)[0].split())


def _string(item: Any, key: str) -> str:
    return _told(raw.FPDFAnnot_GetStringValue, item, key.encode())


def _box(item: Any, to_page: Callable[[float, float, float, float], Box]) -> Box:
    rectangle = raw.FS_RECTF()
    raw.FPDFAnnot_GetRect(item, rectangle)
    return to_page(rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)


def _said(comment: Comment, text: PageText) -> str:
    if comment.is_drawn:
        return comment.words
    quoted = text.within(comment.box)[:LONGEST_QUOTE] if comment.on_words else ""
    return said_in_comment(comment.words, comment.author, f"“{quoted}”" if quoted else "")


def _filled_in(lines: PageLines, fields: list[Field], within: Callable[[Box], str]) -> PageLines:
    result = list(lines)
    for one in sorted(fields, key=lambda one: (one.box[1], one.box[0])):
        if one.kind == "text" and not one.value:
            continue
        label, at = _label(lines, one, fields, within)
        label = label.rstrip(" :_.…") or one.name
        if one.kind == "text":
            words = f"{label}: {one.value}" if label else one.value
        else:
            words = f"{MARKS[one.kind, one.ticked]} {label}"
        if at is not None and at in result:
            place = result.index(at)
            result[place] = (words, both(one.box, at[1]) if at[1] else one.box)
        else:
            result.insert(_place(result, one.box), (words, one.box))
    return result


def _label(
    lines: PageLines, one: Field, fields: list[Field], within: Callable[[Box], str]
) -> tuple[str, tuple[str, Box | None] | None]:
    """The words that say what a field is, and the line of the page that is nothing else."""
    left, top, right, bottom = one.box
    row = [line for line in lines if line[1] is not None and share_row(line[1], one.box)]
    others = [other.box for other in fields if other is not one and share_row(other.box, one.box)]
    before = max((box[2] for box in others if box[2] <= left + BESIDE), default=0.0)
    after = min((box[0] for box in others if box[0] >= right - BESIDE), default=float("inf"))
    sides = [(before, left + BESIDE)]
    if one.kind != "text":
        sides.insert(0, (right - BESIDE, min(after, right + TICK_REACH)))
    for number, (start, end) in enumerate(sides):
        to_right = number < len(sides) - 1
        near = [line for line in row if line[1] is not None and start - BESIDE <= line[1][0] < end]
        whole = [line for line in near if line[1] is not None and line[1][2] <= (after if to_right else end) + BESIDE]
        if whole:
            nearest = (min if to_right else max)(whole, key=lambda line: line[1][0] if line[1] else 0.0)
            return nearest[0], nearest
        if row and (words := within((start, top, after if to_right else end, bottom))):
            return words, None
    above = [
        line
        for line in lines
        if line[1] is not None
        and -BESIDE <= top - line[1][3] <= ABOVE_REACH
        and min(line[1][2], right) - max(line[1][0], left) > 0
    ]
    if one.kind == "text" and above:
        nearest = max(above, key=lambda line: line[1][3] if line[1] else 0.0)
        if nearest[1] is not None and nearest[1][2] <= right + BESIDE:
            return nearest[0], nearest
        return within((left - BESIDE, top - ABOVE_REACH, right, top)), None
    return "", None


def _place(lines: PageLines, box: Box) -> int:
    """Where among the lines something belongs that stands at a box: after the last that begins above its middle."""
    middle = (box[1] + box[3]) / 2
    return max((index for index, (_, at) in enumerate(lines, start=1) if at and at[1] <= middle), default=0)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))

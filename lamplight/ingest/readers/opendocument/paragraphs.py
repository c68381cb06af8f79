"""The words of a paragraph, and what hangs on it: notes, comments, frames."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from lamplight.ingest.readers.opendocument.names import DC, DRAW, OFFICE, TABLE, TEXT, whole
from lamplight.ingest.readers.opendocument.styles import Styles
from lamplight.ingest.readers.paging import NOTED_BREAK
from lamplight.ingest.readers.superscripts import superscript
from lamplight.ingest.readers.tally import said_in_comment

BLANKS = {f"{TEXT}s", f"{TEXT}tab", f"{TEXT}line-break"}
MARKS = {  # that say nothing
    f"{TEXT}tracked-changes", f"{TEXT}sequence-decls", f"{OFFICE}annotation-end", f"{OFFICE}forms",
    f"{OFFICE}event-listeners",
}  # fmt: skip
FRAMES = {f"{DRAW}frame", f"{DRAW}g", f"{DRAW}custom-shape", f"{DRAW}rect", f"{DRAW}ellipse", f"{DRAW}control"}


@dataclass(slots=True)
class Paragraph:
    """`text` may have breaks in it (`ingest.readers.paging`)."""

    text: str = ""
    asides: list[str] = field(default_factory=list)
    frames: list[Any] = field(default_factory=list)


class ParagraphReader:
    """Reads paragraphs, and counts in `seen` what is left out of them, in `read` what is read besides."""

    def __init__(self, styles: Styles) -> None:
        self._styles = styles
        self.seen: Counter[str] = Counter()
        self.read: Counter[tuple[str, str]] = Counter()

    def words(self, element: Any) -> Paragraph:
        """With single blanks, unless a program broke the page in it; empty if its style hides it."""
        paragraph = Paragraph()
        if self._hides(element, "paragraph"):
            return paragraph
        parts: list[str] = []
        self._collect(element, paragraph, parts)
        text = "".join(parts)
        paragraph.text = text if NOTED_BREAK in text else " ".join(text.split())
        return paragraph

    def plain(self, element: Any) -> str:
        """All words in it on one line."""
        texts = (self.words(one) for one in element.iter(f"{TEXT}p", f"{TEXT}h"))
        return " ".join(" ".join([paragraph.text, *paragraph.asides]) for paragraph in texts).strip()

    def comment(self, element: Any) -> tuple[str, str]:
        """What is said in a comment, and by whom."""
        self.read["comment", "comments"] += 1
        words = " ".join(" ".join(one.itertext()) for one in element.iter(f"{TEXT}p"))
        return " ".join(words.split()), element.findtext(f"{DC}creator", "")

    def _hides(self, element: Any, family: str) -> bool:
        hidden = self._styles.is_hidden(family, element.get(f"{TEXT}style-name", ""))
        self.seen["hidden"] += hidden and bool("".join(element.itertext()).strip())
        return hidden

    def _collect(self, node: Any, paragraph: Paragraph, parts: list[str]) -> None:
        parts.append(node.text or "")
        for child in node:
            self._child(child, paragraph, parts)
            parts.append(child.tail or "")

    def _child(self, child: Any, paragraph: Paragraph, parts: list[str]) -> None:
        name = child.tag if isinstance(child.tag, str) else ""
        if name in BLANKS:
            parts.append(" " * whole(child, f"{TEXT}c"))
        elif name == f"{TEXT}page-number":
            pass  # what it says is where it stands
        elif name == f"{TEXT}soft-page-break":
            parts.append(NOTED_BREAK)
        elif name == f"{TEXT}note":
            self.read["note", "notes"] += 1
            body = child.find(f"{TEXT}note-body")
            words = self.plain(body) if body is not None else ""
            paragraph.asides.append(f"Note {self.read['note', 'notes']}: {words}")
        elif name == f"{OFFICE}annotation":
            paragraph.asides.append(said_in_comment(*self.comment(child)))
        elif name in (f"{TEXT}hidden-text", f"{TEXT}hidden-paragraph"):
            self.seen["hidden"] += 1
        elif name in FRAMES or name == f"{TABLE}table":
            paragraph.frames.append(child)
        elif name == f"{TEXT}ruby":
            parts += [" ".join(base.itertext()) for base in child.iter(f"{TEXT}ruby-base")]
        elif name == f"{TEXT}span":
            self._span(child, paragraph, parts)
        elif name and name not in MARKS:
            self._collect(child, paragraph, parts)

    def _span(self, span: Any, paragraph: Paragraph, parts: list[str]) -> None:
        if self._hides(span, "text"):
            return
        inner: list[str] = []
        self._collect(span, paragraph, inner)
        is_raised = self._styles.is_raised(span.get(f"{TEXT}style-name", ""))
        parts += [superscript("".join(inner), "".join(parts))] if is_raised else inner

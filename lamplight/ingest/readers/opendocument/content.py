"""The content of an OpenDocument text or slide in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from lamplight.ingest.document import Block, Line
from lamplight.ingest.pictures import Pictures
from lamplight.ingest.readers.opendocument.names import CHART, DRAW, MATH, OFFICE, SVG, TABLE, TEXT, XLINK, whole
from lamplight.ingest.readers.opendocument.paragraphs import MARKS, ParagraphReader
from lamplight.ingest.readers.opendocument.styles import Counting, Styles
from lamplight.ingest.readers.opendocument.tables import grid_of
from lamplight.ingest.readers.paging import NOTED_BREAK, SET_BREAK, Outline, Pages, parts
from lamplight.ingest.readers.tally import said_in_comment
from lamplight.ingest.tables import add_table, table_block

LISTS = f"{TEXT}list-item", f"{TEXT}list-header"


class Content:
    """Collects blocks on `pages`, under the headings of `outline`.

    `embedded` finds the root of an object inside the file, `content` the bytes of a picture.
    """

    def __init__(
        self,
        styles: Styles,
        reader: ParagraphReader,
        pictures: Pictures,
        embedded: Callable[[str], Any | None],
        content: Callable[[Any], bytes],
    ) -> None:
        self.pages = Pages()
        self.outline = Outline()
        self.first_heading = ""
        self._styles, self._reader, self._pictures = styles, reader, pictures
        self._embedded, self._content = embedded, content
        self._counting = Counting(styles)

    def walk(self, elements: Iterable[Any]) -> None:
        """Add what elements hold, in order; those of unknown names are looked into, hidden sections only counted."""
        for element in elements:
            name = element.tag if isinstance(element.tag, str) else ""
            if name == f"{TEXT}h":
                self._heading(element)
            elif name == f"{TEXT}p":
                self._paragraph(element)
            elif name == f"{TEXT}list":
                self._list(element, "", 1)
            elif name == f"{TABLE}table":
                self._table(element)
            elif name == f"{TEXT}soft-page-break":
                self.pages.break_page(NOTED_BREAK)
            elif name == f"{OFFICE}annotation":
                self._add([Line(said_in_comment(*self._reader.comment(element)))])
            elif name == f"{DRAW}frame":
                self._frame(element)
            elif name == f"{TEXT}section" and element.get(f"{TEXT}display") == "none":
                self._reader.seen["hidden"] += 1
            elif name == f"{TEXT}table-of-content":
                texts = [self._reader.plain(line) for line in element.iter(f"{TEXT}p")]
                self._add([Line(text, furniture=True) for text in texts if text])
            elif name not in MARKS:
                self.walk(element)
                self._described(element)

    def _heading(self, element: Any) -> None:
        level = whole(element, f"{TEXT}outline-level")
        paragraph = self._reader.words(element)
        text = " ".join(paragraph.text.split())
        self._turn(element)
        if text:
            number = "" if element.get(f"{TEXT}is-list-header") == "true" else self._counting.heading(level)
            self.first_heading = self.first_heading or ("" if number else text)
            self.outline.begin(level, f"{number} {text}".strip(), self.pages.last)
            self.pages.add()
        self._add([Line(aside) for aside in paragraph.asides])

    def _paragraph(self, element: Any, number: str = "") -> None:
        self._turn(element)
        paragraph = self._reader.words(element)
        for mark, words in parts(paragraph.text):
            if mark:
                self.pages.break_page(mark)
            if words:
                self._add([Line(f"{number} {words}".strip())])
                number = ""
        self._add([Line(aside) for aside in paragraph.asides])
        self.walk(paragraph.frames)
        if self._styles.breaks_after(element.get(f"{TEXT}style-name", "")):
            self.pages.break_page(SET_BREAK)

    def _list(self, element: Any, style: str, level: int) -> None:
        own = element.get(f"{TEXT}style-name", "")
        if not own and not style:
            first = next(element.iter(f"{TEXT}p", f"{TEXT}h"), None)
            own = self._styles.list_of(first.get(f"{TEXT}style-name", "")) if first is not None else ""
        style = own or style
        goes_on = element.get(f"{TEXT}continue-numbering") == "true" or element.get(f"{TEXT}continue-list")
        if level == 1 and not goes_on:
            self._counting.begin(style)
        for item in element.iterchildren(*LISTS):
            number = ""
            if item.tag == LISTS[0] and next(item.iterchildren(f"{TEXT}p"), None) is not None:
                start = whole(item, f"{TEXT}start-value", -1)
                number = self._counting.item(style, level, start if start >= 0 else None)
            for child in item:
                if child.tag == f"{TEXT}list":
                    self._list(child, style, level + 1)
                elif child.tag == f"{TEXT}p":
                    self._paragraph(child, number)
                    number = ""
                else:
                    self.walk([child])

    def _table(self, table: Any) -> None:
        if self._styles.breaks_before(table.get(f"{TABLE}style-name", "")) and self.pages.last.blocks:
            self.pages.break_page(SET_BREAK)
        inner: list[Any] = []
        asides: list[Line] = []

        def words(cell: Any) -> str:
            inner.extend(cell.iterchildren(f"{TABLE}table"))
            said = []
            for one in cell.iterchildren(f"{TEXT}p", f"{TEXT}h", f"{TEXT}list"):
                for part in [one] if one.tag != f"{TEXT}list" else one.iter(f"{TEXT}p"):
                    paragraph = self._reader.words(part)
                    said.append(" ".join(paragraph.text.split()))
                    asides.extend(Line(aside) for aside in paragraph.asides)
                    inner.extend(paragraph.frames)
            return " ".join(filter(None, said))

        rows, heads = grid_of(table, words)
        made = table_block(rows, self.outline.path, self.pages.last.number, "", heads or None)
        add_table(self.pages.last, made)
        if made is not None:
            self.pages.add()
            self.outline.fill()
        self._add(asides)
        self.walk(inner)

    def _frame(self, frame: Any) -> None:
        """A box, a picture, a table, a chart or an equation; only the first of the ways in which it is kept."""
        for child in frame:
            if child.tag in (f"{DRAW}text-box", f"{TABLE}table"):
                self.walk(child if child.tag == f"{DRAW}text-box" else [child])
                break
            if child.tag == f"{DRAW}object":
                if self._object(child):
                    return
            elif child.tag == f"{DRAW}image":
                said = _description(frame)
                content = self._content(child)
                found = self._pictures.blocks_of_file(content, said, self.outline.path) if content else []
                self.pages.add(*found)
                if not found and said:
                    self._add([Line(f"Picture: {said}")])
                return
        self._described(frame)

    def _object(self, element: Any) -> bool:
        """Whether an embedded object could be read."""
        root = self._embedded(element.get(f"{XLINK}href", ""))
        root = root if root is not None else next(iter(element), None)
        if root is None:
            return False
        chart = next(root.iter(f"{CHART}chart"), None)
        equation = next(root.iter(MATH), None)
        if chart is not None and (table := next(chart.iter(f"{TABLE}table"), None)) is not None:
            title = " ".join(self._reader.plain(one) for one in chart.iterchildren(f"{CHART}title"))
            rows, _ = grid_of(table, self._reader.plain)
            made = table_block(
                [[title], *rows] if title else rows, self.outline.path, self.pages.last.number, title, 1 + bool(title)
            )
            add_table(self.pages.last, made)
            self.pages.add()
            self._reader.read["chart", "charts"] += 1
            return made is not None
        if equation is not None:
            source = next((one.text for one in equation.iter() if str(one.tag).endswith("}annotation")), None)
            self._add([Line(" ".join((source or " ".join(equation.itertext())).split()))])
            return True
        return False

    def _described(self, element: Any) -> None:
        said = _description(element)
        if said:
            self._add([Line(f"Picture: {said}")])

    def _add(self, lines: list[Line]) -> None:
        if lines:
            self.pages.add(Block("text", lines, self.outline.path))
            self.outline.fill()

    def _turn(self, paragraph: Any) -> None:
        if self.pages.last.blocks and self._styles.breaks_before(paragraph.get(f"{TEXT}style-name", "")):
            self.pages.break_page(SET_BREAK)


def _description(element: Any) -> str:
    """The alternative text of a picture or shape."""
    return " ".join(" ".join(element.findtext(f"{SVG}{name}", "") for name in ("title", "desc")).split())

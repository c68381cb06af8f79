"""Under which headings the lines of a PDF page stand, by the file's outline and by the type its headings are set in.

Most PDF files have no outline. What a passage is about is then said by the heading above it, often a page earlier.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from lamplight.ingest.contents import contents_of
from lamplight.ingest.document import Block, DocumentPage, Line
from lamplight.ingest.page_headings import PageHeadings
from lamplight.ingest.page_text import PageText
from lamplight.ingest.typefaces import LONGEST, PageType, TypedLine, letters
from lamplight.library.records import Box

LEVELS = 2  # of headings by type, the innermost
FEWEST_LETTERS = 12  # of a line that may be only the beginning of a title

DIGITS = "0123456789"

Path = tuple[str, ...]  # of headings, outermost first
Style = tuple[str, float, bool]  # face, size, whether in capitals


def type_of(text: PageText) -> PageType:
    """What stands out on a page; nothing does on a slide, where all may be large."""
    return PageType() if text.width > text.height else PageType(text.typed_lines())


@dataclass(frozen=True, slots=True)
class _Entry:
    text: str
    style: Style


class SectionHeadings:
    """Goes from page to page: a section that began on one goes on over the next ones."""

    def __init__(self, outline: Mapping[int, Sequence[Path]], pages: int) -> None:
        """`outline` has the entries that begin on a page, each with those it is in; of a document of so many pages."""
        self._outline, self._pages = outline, pages
        self._entry: Path = ()  # of the outline
        self._open: list[_Entry] = []  # below it, by type
        self._styles: set[Style] = set()  # of headings that had a paragraph below them
        self._outer: set[tuple[Style, Style]] = set()
        self._page_headings = PageHeadings()

    @property
    def path(self) -> Path:
        """The headings that hold now, outermost first."""
        return (*self._entry, *(entry.text for entry in self._open[-LEVELS:]))

    def divide(self, page: DocumentPage, of_page: PageType) -> None:
        """Let each block of the page stand under its headings; a block with a heading inside becomes two.

        What the page begins with, above the first of its headings or paragraphs, is below what held before and above
        what begins on it.
        """
        self._divide(page, page.text, of_page)

    def pass_by(self, number: int, text: str, lines: Sequence[tuple[str, Box | None]], of_page: PageType) -> None:
        """Take note of the headings of a page that isn't read again; `text` is what was read of it."""
        page = DocumentPage(number, blocks=[Block("text", [Line(*line) for line in lines])])
        self._divide(page, text, of_page)

    def _divide(self, page: DocumentPage, text: str, of_page: PageType) -> None:
        due = self._due(page)
        heading = self._begin(page, text, of_page, due)
        at_first = self.path
        blocks: list[Block] = []
        for block in page.blocks:
            if block.kind == "text":
                blocks += self._parts(block, of_page, due)
            elif block.kind == "image":
                _stand_under(block, _beside(block, blocks, at_first))
            elif block.picture_kind and blocks:
                _stand_under(block, blocks[-1].headings)
            else:
                _stand_under(block, self.path)
            blocks += [] if block.kind == "text" else [block]
        page.blocks = blocks
        if contents_of(page, (), self._pages):
            self._open.clear()  # nothing that a table of contents names begins there
        _name_tables(page)
        for block in page.blocks if heading else []:
            held = takewhile(lambda pair: pair[0] == pair[1], zip(block.headings, at_first, strict=False))
            kept = len(list(held))
            block.headings, began = block.headings[:kept], block.headings[kept:]
            _stand_under(block, (heading, *began))

    def _due(self, page: DocumentPage) -> list[tuple[Line, Path]]:
        """The lines where an entry of the outline begins. One that is on no line begins with the one before it."""
        lines = _of_text(page)
        due: list[tuple[Line, Path]] = []
        first = 0
        for path in self._outline.get(page.number, ()):
            at = next((at for at in range(first, len(lines)) if _is_title(lines[at].text, path[-1])), None)
            if at is not None:
                due.append((lines[at], path))
                first = at + 1
            elif due:
                due[-1] = (due[-1][0], path)
            else:
                self._entry = path
                self._open.clear()
        return due

    def _begin(self, page: DocumentPage, text: str, of_page: PageType, due: Sequence[tuple[Line, Path]]) -> str:
        """The heading of a page, if it doesn't begin within a paragraph or with one of its sections.

        It is then under none that began by type before: over tables and lists of many pages none can be relied on.
        """
        known = {line.text for line, _ in due}
        known |= {line.text for line in _of_text(page) if self._heading(line, of_page) is not None}
        lines = [line for block in page.blocks for line in block.lines]
        known |= {line.text for line in lines if of_page.is_paragraph(line.text, line.box)}
        heading, first = self._page_headings.of(text.split("\n"), known)
        if heading:
            self._open.clear()
        titles = (of_page.set_apart(line.text, line.box) for line in lines if line.text == first)
        title = next(filter(None, titles), None)
        if title is not None and _style(title) in self._styles:
            self._enter_all([title])
            heading = heading.removeprefix(" ".join(first.split())).strip()
        return heading

    def _parts(self, block: Block, of_page: PageType, due: list[tuple[Line, Path]]) -> list[Block]:
        parts: list[Block] = []
        lines: list[Line] = []
        above: list[TypedLine] = []
        is_above = False  # whether what stands in `lines` so far is headings alone
        for line in block.lines:
            heading = self._heading(line, of_page)
            begins = bool(due) and due[0][0] is line
            if (heading is not None or begins) and not is_above and lines:
                parts.append(_under(self.path, lines))
                lines = []
            if begins:
                self._enter_all(above)
                self._entry = due.pop(0)[1]
                self._open.clear()
                above = []
            elif heading is not None:
                above.append(heading)
            else:
                self._enter_all(above)
                above = []
            is_head = heading is not None or begins or self._is_head(line, of_page)
            is_above = is_head and (is_above or not lines)
            lines.append(line)
        self._enter_all(above)
        return [*parts, _under(self.path, lines)]

    def _heading(self, line: Line, of_page: PageType) -> TypedLine | None:
        """A line that has no paragraph below it is a heading if others that are set like it have one."""
        if self._page_headings.repeats(line.text):
            return None
        if (heading := of_page.heading(line.text, line.box)) is not None:
            self._styles.add(_style(heading))
            return heading
        likely = of_page.likely_heading(line.text, line.box)
        return likely if likely is not None and _style(likely) in self._styles else None

    def _is_head(self, line: Line, of_page: PageType) -> bool:
        """Whether it is no text of its own: the name of the company above each statement's."""
        return self._page_headings.repeats(line.text) or of_page.set_apart(line.text, line.box) is not None

    def _enter_all(self, lines: Sequence[TypedLine]) -> None:
        """Headings right below each other, at the beginning of a section. Those of one style are one heading."""
        found: list[_Entry] = []
        for line in lines:
            if self._entry and letters(line.text) in letters(self._entry[-1]):
                continue
            entry = _Entry(" ".join(line.text.split()), _style(line))
            if found and found[-1].style == entry.style and len(found[-1].text) + len(entry.text) < LONGEST:
                found[-1] = _Entry(f"{found[-1].text} {entry.text}", entry.style)
            else:
                found.append(entry)
        for entry in found:
            self._enter(entry)

    def _enter(self, entry: _Entry) -> None:
        """A style that is open is on its level; another one is below what isn't smaller and was never below it."""
        styles = [one.style for one in self._open]
        if entry.style in styles:
            del self._open[styles.index(entry.style) :]
        while self._open and (
            self._open[-1].style[1] < entry.style[1] or (entry.style, self._open[-1].style) in self._outer
        ):
            self._open.pop()
        if self._open:
            self._outer.add((self._open[-1].style, entry.style))
        self._open.append(entry)


def _of_text(page: DocumentPage) -> list[Line]:
    return [line for block in page.blocks if block.kind == "text" for line in block.lines]


def _style(line: TypedLine) -> Style:
    return line.face, line.size, line.text.isupper()


def _is_title(line: str, title: str) -> bool:
    """Whether a line is a title of the outline or its beginning; either may be numbered."""
    said, named = (letters(text).lstrip(DIGITS) for text in (line, title))
    return bool(said) and (said == named or (len(said) >= FEWEST_LETTERS and named.startswith(said)))


def _beside(picture: Block, blocks: Sequence[Block], otherwise: Path) -> Path:
    """The headings of the last block that begins above a picture."""
    box = picture.lines[0].box if picture.lines else None
    tops = [(block.headings, [line.box[1] for line in block.lines if line.box is not None]) for block in blocks]
    above = [headings for headings, top in tops if top and box is not None and top[0] <= box[1]]
    return above[-1] if above else otherwise


def _name_tables(page: DocumentPage) -> None:
    """By the innermost heading, where nothing right above a table names it."""
    inside = {line.box: block.headings for block in page.blocks for line in block.lines if line.box is not None}
    for number, table in enumerate(page.tables):
        headings = inside.get(table.boxes[0], ()) if table.boxes else ()
        if headings and not table.name:
            page.tables[number] = replace(table, name=headings[-1])


def _under(path: Path, lines: list[Line]) -> Block:
    block = Block("text", lines)
    _stand_under(block, path)
    return block


def _stand_under(block: Block, path: Path) -> None:
    """Add to its headings what isn't among them in other letters."""
    for heading in path:
        if letters(heading) not in map(letters, block.headings):
            block.headings = (*block.headings, heading)

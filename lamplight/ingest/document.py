"""What a reader hands on: pages of blocks."""

from __future__ import annotations

from dataclasses import dataclass, field

from lamplight.library.records import BlockKind, Box, PictureKind, ReportCard, Table


@dataclass(slots=True)
class Line:
    """One visual line or table row; `box` is None where the format has no layout.

    Furniture (`ingest.furniture`) is found and shown like other lines, but never quoted.
    """

    text: str
    box: Box | None = None
    furniture: bool = False


@dataclass(slots=True)
class Block:
    """Lines that belong together under one heading path, outermost heading first.

    The first `header_rows` lines of a table say what its columns are; every chunk of the table repeats them. An image
    begins a picture; a table with a `picture_kind` holds what was read from the one before it.
    """

    kind: BlockKind
    lines: list[Line]
    headings: tuple[str, ...] = ()
    header_rows: int = 0
    picture_kind: PictureKind | None = None


@dataclass(slots=True)
class DocumentPage:
    """`width` and `height` in PDF points (pixels for an image, 0 where there is no layout).

    `tables` are those of its blocks whose cells are known, to be kept row by row beside the text. `comments` counts
    notes, stamps and the like that lie on it, `fields` what is filled in or ticked.
    """

    number: int
    width: float = 0.0
    height: float = 0.0
    blocks: list[Block] = field(default_factory=list)
    read_by_ocr: bool = False
    tables: list[Table] = field(default_factory=list)
    comments: int = 0
    fields: int = 0

    @property
    def text(self) -> str:
        """All its lines joined by newlines, also captions and furniture; empty without any."""
        return "\n".join(line.text for block in self.blocks for line in block.lines)

    def report(self) -> ReportCard:
        """What was found on this page."""
        pictures = [block for block in self.blocks if block.kind == "image"]
        return ReportCard(
            pages=1,
            ocr_pages=int(self.read_by_ocr),
            empty_pages=[] if self.blocks else [self.number],
            tables=len(self.tables),
            images=len(pictures),
            captions=sum(bool(block.lines) for block in pictures),
            characters=len(self.text),
            comments=self.comments,
            fields=self.fields,
        )


@dataclass(slots=True)
class ReadDocument:
    """A file as read. `format` is a short name such as `pdf`, `docx`, `image`.

    `skipped` says in sentences what was left out and why.
    """

    title: str
    format: str
    pages: list[DocumentPage]
    skipped: list[str] = field(default_factory=list)

    @property
    def images(self) -> int:
        """How many image blocks its pages have, with or without a caption."""
        return sum(block.kind == "image" for page in self.pages for block in page.blocks)

    @property
    def ocr_pages(self) -> int:
        """How many pages have `read_by_ocr`: those of pictures all, of a PDF those on which it found something."""
        return sum(page.read_by_ocr for page in self.pages)

    @property
    def tables(self) -> list[Table]:
        """Those of all pages in order; empty where no table's cells are known."""
        return [table for page in self.pages for table in page.tables]

    def report(self, seconds: float) -> ReportCard:
        """What was found in the file, which took `seconds` to read and index."""
        return sum((page.report() for page in self.pages), ReportCard(seconds=seconds, skipped=list(self.skipped)))
